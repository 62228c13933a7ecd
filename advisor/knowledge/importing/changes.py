"""What a catalogue would change in the ledger: a reviewable difference, nothing is written.

Only what this catalogue said before is compared and changed; claims of other sources stand
beside it untouched.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Literal, TypeAlias

from msgspec import Struct, field
from msgspec.structs import replace

from advisor.knowledge.importing.mapping import Correspondence, Names
from advisor.knowledge.importing.snapshot import Quote, Snapshot
from advisor.knowledge.model import Claim, Grade, Knowledge, Offer, Place, Served
from advisor.knowledge.resolution import days_of
from advisor.knowledge.values import Interval

Kind: TypeAlias = Literal["added", "changed", "retired", "confirmed"]
KINDS: tuple[Kind, ...] = ("changed", "added", "retired", "confirmed")
DEVICE_PRICE = "device-hour-price"


class Figure(Struct, frozen=True):
    """``old`` None: nothing was claimed."""

    attribute: str
    old: Interval | None
    new: Interval


class Change(Struct, frozen=True):
    """One row for a model, or one claim (``model`` None, ``label`` says whose).

    ``place`` is where the row or claim stands; None: it is new.  ``until``: its last day.
    """

    kind: Kind
    offer: str
    model: str | None
    label: str
    name: str
    figures: tuple[Figure, ...]
    until: datetime.date | None
    place: Place | None
    date: str
    checked: datetime.date
    source: str
    grade: Grade


class Difference(Struct):
    """``unmapped``: routes of a known provider that are none of our models; ``strangers``:
    providers that are none of our offers, with their number of routes; ``variants``: further
    routes to a model that is taken from another one; ``revived``: listed there though retired
    here; ``outdated``: rows of ours that are newer than the catalogue; ``absent``: providers
    that the catalogue lacks; ``ended``: new to us, and withdrawn already; ``unconfirmed``:
    new to us, in a catalogue that keeps what was retired."""

    upstream: str
    date: str
    changes: list[Change] = field(default_factory=list)
    unmapped: list[tuple[str, str]] = field(default_factory=list)
    strangers: dict[str, int] = field(default_factory=dict)
    variants: list[tuple[str, str]] = field(default_factory=list)
    revived: list[tuple[str, str, str]] = field(default_factory=list)
    outdated: list[tuple[str, str]] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    unconfirmed: list[tuple[str, str]] = field(default_factory=list)
    ended: list[tuple[str, str]] = field(default_factory=list)
    unpriced: list[str] = field(default_factory=list)
    skipped: int = 0

    def of(self, kind: Kind) -> list[Change]:
        return [change for change in self.changes if change.kind == kind]


class Edition(Struct, frozen=True):
    """The catalogue at hand: read on ``as_of``; ``date`` as in a claim, or undated.

    ``trusted``: what is new to us is served even where the catalogue keeps what was retired.
    """

    mapping: Correspondence
    as_of: datetime.date
    date: str
    trusted: bool = False

    @property
    def doubts(self) -> bool:
        """Whether a listing alone does not prove that a model is served."""
        return self.mapping.keeps_retired and not self.trusted

    def precedes(self, date: str, checked: datetime.date) -> bool:
        """Whether a statement of ours is newer than this edition for sure."""
        if self.date == "undated":
            return False
        return days_of(date, checked)[0] > days_of(self.date, self.as_of)[1]

    @property
    def day(self) -> datetime.date:
        """The day from which what is missing here is gone."""
        return self.as_of if self.date == "undated" else days_of(self.date, self.as_of)[1]


class Match(Struct, frozen=True):
    """``quote`` with the figures that we keep, of ``whole`` as it was read."""

    quote: Quote
    offer: str
    model: str | None
    whole: Quote


def matched(snapshot: Snapshot, mapping: Correspondence, knowledge: Knowledge) -> list[Match]:
    """The routes that are ours, with offer and model (or, for devices, with offer alone), and
    of their figures those that the rule base has attributes for."""
    found = []
    names = Names(mapping, knowledge)
    for quote in snapshot.quotes:
        if quote.provider not in mapping.providers:
            continue
        offer: str | None
        if mapping.id == "skypilot":
            offer, model = mapping.models.get(quote.name.lower()), None
        else:
            offer, model = mapping.providers[quote.provider], names.model(quote.name)
        if offer is None or (model is None and mapping.id != "skypilot"):
            continue
        known = {a: value for a, value in quote.figures.items() if a in knowledge.attributes}
        found.append(Match(replace(quote, figures=known), offer, model, quote))
    return found


def compare(
    snapshot: Snapshot, matches: Iterable[Match], edition: Edition, knowledge: Knowledge
) -> Difference:
    """What the catalogue would change."""
    mapping = edition.mapping
    found = Difference(mapping.id, edition.date)
    found.unpriced = sorted(snapshot.unpriced)
    found.skipped = snapshot.skipped
    matches = list(matches)
    ours = {id(match.whole) for match in matches}
    for quote in snapshot.quotes:
        if quote.provider not in mapping.providers:
            found.strangers[quote.provider] = found.strangers.get(quote.provider, 0) + 1
        elif id(quote) not in ours:
            found.unmapped.append((quote.provider, quote.name))
    found.absent = sorted(set(mapping.providers) - snapshot.providers)
    by_target: dict[tuple[str, str], list[Match]] = {}
    for match in matches:
        target = match.model or mapping.providers[match.quote.provider]
        by_target.setdefault((match.offer, target), []).append(match)
    for (offer, target), routes in sorted(by_target.items()):
        best, *others = sorted(routes, key=lambda m: (len(m.quote.name), m.quote.name))
        found.variants += [(m.quote.provider, m.quote.name) for m in others]
        compare_one = _row if best.model is not None else _device
        compare_one(best, target, knowledge.offers[offer], edition, found)
    if not mapping.keeps_retired:
        _retire_missing(set(by_target), snapshot.providers, edition, knowledge, found)
    order = {kind: place for place, kind in enumerate(KINDS)}
    found.changes.sort(key=lambda c: (order[c.kind], c.offer, c.model or "", c.label))
    return found


def _row(match: Match, model: str, offer: Offer, edition: Edition, found: Difference) -> None:
    quote, as_of = match.quote, edition.as_of
    own = [r for r in offer.serves if r.model == model and edition.mapping.is_own(r.source)]
    current = [r for r in own if r.until is None or r.until > as_of]
    until = quote.until or (edition.day if quote.fading else None)
    add = _adder(match, edition, found)
    if not current:
        every = [r for r in offer.serves if r.model == model]
        ended = [r.until for r in every if r.until is not None and r.until <= as_of]
        if _over(until, as_of):
            found.ended.append((offer.id, quote.name))
        elif ended and len(ended) == len(every) and not _lists_anew(edition, max(ended)):
            found.revived.append((offer.id, model, max(ended).isoformat()))
        elif edition.doubts and len(ended) == len(every):
            found.unconfirmed.append((offer.id, model))
        else:
            figures = tuple(Figure(a, None, new) for a, new in quote.figures.items())
            add("added", model, figures, until, None)
        return
    row = next((r for r in current if any(c.attribute.endswith("-price") for c in r.claims)), None)
    row = row or current[0]
    if edition.precedes(row.date, row.checked):
        found.outdated.append((offer.id, model))
        return
    figures = tuple(_differing(quote, row.claims))
    if quote.free and until is None:
        # Its price was not read, so nothing is confirmed.
        return
    if until is not None and row.until is None:
        for each in current:
            add("retired", model, figures if each is row else (), until, each.place)
    else:
        add("changed" if figures else "confirmed", model, figures, None, row.place)


def _lists_anew(edition: Edition, end: datetime.date) -> bool:
    """Whether a listing proves that a model is back since it ended."""
    if edition.mapping.keeps_retired or edition.date == "undated":
        return False
    return days_of(edition.date, edition.as_of)[0] > end


def _device(match: Match, label: str, offer: Offer, edition: Edition, found: Difference) -> None:
    """One price of a device; the note of the claim begins with the provider's name."""
    own = [c for c in _own_prices(offer, edition) if _labelled(c, label)]
    add = _adder(match, edition, found)
    if not own:
        figures = tuple(Figure(a, None, new) for a, new in match.quote.figures.items())
        add("added", None, figures, None, None, label)
        return
    claim = own[0]
    if edition.precedes(claim.date, claim.checked):
        found.outdated.append((offer.id, label))
        return
    figures = tuple(_differing(match.quote, (claim,)))
    add("changed" if figures else "confirmed", None, figures, None, claim.place, label)


def _retire_missing(
    listed: set[tuple[str, str]],
    providers: set[str],
    edition: Edition,
    knowledge: Knowledge,
    found: Difference,
) -> None:
    """What this catalogue listed before and no longer lists."""
    mapping = edition.mapping
    devices = mapping.id == "skypilot"
    present = {theirs: ours for theirs, ours in mapping.providers.items() if theirs in providers}
    offers = sorted(set(mapping.models.values()) if devices else set(present.values()))
    for name in offers:
        offer = knowledge.offers[name]
        # An offer may be listed under several providers: all of them have to be there.
        whole = all(t in present for t, ours in mapping.providers.items() if ours == name)
        if devices:
            for claim in _own_prices(offer, edition):
                for label in present.values():
                    if _labelled(claim, label) and (name, label) not in listed:
                        _retire(offer, None, label, claim.place, edition, found)
        elif whole:
            for row in offer.serves:
                if not mapping.is_own(row.source) or (name, row.model) in listed:
                    continue
                if row.until is None and not edition.precedes(row.date, row.checked):
                    _retire(offer, row.model, row.model, row.place, edition, found)


def _retire(
    offer: Offer,
    model: str | None,
    label: str,
    place: Place,
    edition: Edition,
    found: Difference,
) -> None:
    found.changes.append(
        Change(
            kind="retired",
            offer=offer.id,
            model=model,
            label=label,
            name="no longer listed",
            figures=(),
            until=edition.day,
            place=place,
            date=edition.date,
            checked=edition.as_of,
            source=edition.mapping.source.id,
            grade=edition.mapping.grade,
        )
    )


def _adder(match: Match, edition: Edition, found: Difference) -> Callable[..., None]:
    def add(
        kind: Kind,
        model: str | None,
        figures: tuple[Figure, ...],
        until: datetime.date | None,
        place: Place | None,
        label: str = "",
    ) -> None:
        found.changes.append(
            Change(
                kind=kind,
                offer=match.offer,
                model=model,
                label=label or model or "",
                name=match.quote.name,
                figures=figures,
                until=until,
                place=place,
                date=edition.date,
                checked=edition.as_of,
                source=edition.mapping.source.id,
                grade=edition.mapping.grade,
            )
        )

    return add


def _differing(quote: Quote, claims: Iterable[Claim]) -> Iterator[Figure]:
    held: Mapping[str, Interval] = {
        c.attribute: c.value for c in claims if isinstance(c.value, Interval)
    }
    for attribute, new in quote.figures.items():
        if held.get(attribute) != new:
            yield Figure(attribute, held.get(attribute), new)


def _own_prices(offer: Offer, edition: Edition) -> list[Claim]:
    return [
        claim
        for claim in offer.claims
        if claim.attribute == DEVICE_PRICE
        and edition.mapping.is_own(claim.source)
        and not _over(claim.until, edition.as_of)
    ]


def _labelled(claim: Claim, label: str) -> bool:
    return claim.note.startswith((f"{label}.", f"{label},")) or claim.note == label


def _over(until: datetime.date | None, as_of: datetime.date) -> bool:
    return until is not None and until <= as_of


def rows_in_force(offer: Offer, as_of: datetime.date) -> list[Served]:
    """The rows of an offer that have not ended."""
    return [row for row in offer.serves if not _over(row.until, as_of)]
