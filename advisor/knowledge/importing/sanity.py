"""Figures that cannot be meant: outside what is credible, or far from what the ledger holds."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from fractions import Fraction

from advisor.knowledge.importing.changes import KINDS, Difference, Match, rows_in_force
from advisor.knowledge.importing.rewriting import number_words
from advisor.knowledge.importing.snapshot import Snapshot
from advisor.knowledge.model import Knowledge
from advisor.knowledge.values import Interval, Number, NumberType

_FAR = 200
"""A price that differs by this factor is in another unit, not at another discount."""

_FEW = 5
_MANY = Fraction(1, 2)


def check(
    matches: Iterable[Match], snapshot: Snapshot, knowledge: Knowledge, as_of: datetime.date
) -> None:
    """Note every figure that cannot be meant in the snapshot."""
    known = _known(knowledge, as_of)
    for match in matches:
        subject = match.model or match.offer
        for attribute, value in match.quote.figures.items():
            of = knowledge.attributes.get(attribute)
            if of is None or not isinstance(of.type, NumberType):
                continue
            where = f"{match.offer} {match.quote.name}: {of.label.lower()}"
            far = _far(value, known.get((subject, attribute), []))
            said = f"{where} of {number_words(value.low)} {of.type.unit}"
            if far is not None and attribute.endswith("-price"):
                words = f"{said} is {far[0]} what is known of it ({number_words(far[1])})"
                snapshot.note(match.quote.at, "implausible-price", words, _unit_hint(far[2]))
            elif not _within(value, of.type):
                check_id = "implausible-price" if attribute.endswith("-price") else "out-of-range"
                ends = f"{number_words(of.type.minimum)} to {number_words(of.type.maximum)}"
                words = f"{said} is not credible: expected {ends}"
                snapshot.note(match.quote.at, check_id, words, _range_hint(value, of.type))


def retirements(found: Difference, knowledge: Knowledge, as_of: datetime.date) -> list[str]:
    """Offers of which most rows of this catalogue would be retired, in words."""
    gone: dict[str, int] = {}
    for change in found.of("retired"):
        gone[change.offer] = gone.get(change.offer, 0) + 1
    words = []
    for offer, count in sorted(gone.items()):
        sources = {c.source for kind in KINDS for c in found.of(kind)}
        rows = [r for r in rows_in_force(knowledge.offers[offer], as_of) if r.source in sources]
        if count >= _FEW and Fraction(count, max(len(rows), 1)) > _MANY:
            words.append(f"{count} of the {len(rows)} models of {offer} would be retired")
    return words


def _known(knowledge: Knowledge, as_of: datetime.date) -> Mapping[tuple[str, str], list[Interval]]:
    """What is claimed of a model anywhere, and of devices at an offer."""
    found: dict[tuple[str, str], list[Interval]] = {}
    for offer in knowledge.offers.values():
        for row in offer.serves:
            for claim in row.claims:
                if isinstance(claim.value, Interval):
                    found.setdefault((row.model, claim.attribute), []).append(claim.value)
        for claim in offer.claims:
            over = claim.until is not None and claim.until <= as_of
            if isinstance(claim.value, Interval) and not over:
                found.setdefault((offer.id, claim.attribute), []).append(claim.value)
    return found


def _far(value: Interval, known: list[Interval]) -> tuple[str, Number, Fraction] | None:
    """How far off, which known figure is nearest, and the factor."""
    lows = [span.low for span in known if span.low is not None]
    highs = [span.high for span in known if span.high is not None]
    if not lows or not highs or value.low is None or value.high is None:
        return None
    if min(lows) > 0 and value.high * _FAR < min(lows):
        factor = Fraction(min(lows)) / Fraction(value.high)
        return f"a {round(factor):,}th of", min(lows), 1 / factor
    if value.low > max(highs) * _FAR:
        factor = Fraction(value.low) / Fraction(max(highs))
        return f"{round(factor):,} times", max(highs), factor
    return None


def _within(value: Interval, of: NumberType) -> bool:
    low_ok = of.minimum is None or value.low is None or value.low >= of.minimum
    return low_ok and (of.maximum is None or value.high is None or value.high <= of.maximum)


def _unit_hint(factor: Fraction) -> str:
    if factor < 1:
        per = "thousand tokens" if factor > Fraction(1, 30_000) else "single token"
        return f"it looks like a price per {per}"
    return "it looks like a price that was multiplied once too often"


def _range_hint(value: Interval, of: NumberType) -> str | None:
    if of.unit != "USD/Mtoken" or value.low is None or of.minimum is None:
        return None
    if value.low < of.minimum:
        return "prices are per million tokens: is it per token, or per thousand?"
    return "prices are per million tokens: was it multiplied once too often?"
