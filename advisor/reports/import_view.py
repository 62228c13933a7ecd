"""What an import would change, as a report and as data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Literal

from advisor.knowledge.importing.changes import KINDS, Change, Difference, Figure, Kind
from advisor.knowledge.importing.rewriting import value_text
from advisor.knowledge.importing.snapshot import plain
from advisor.knowledge.model import Knowledge
from advisor.knowledge.values import Interval, Number, NumberType
from advisor.reports.blocks import Block, Document, Heading, Item, Items, Paragraph
from advisor.reports.fact_values import value_data, value_words
from advisor.reports.figures import counted, decimal, listed
from advisor.reports.impact import Effect, Verdict

_TITLES: dict[Kind, str] = {"changed": "Changed", "added": "Added", "retired": "Retired"}
_MARKS: dict[Kind, Literal["+", "-", ""]] = {"changed": "", "added": "+", "retired": "-"}


def import_report(
    found: Difference, effects: Sequence[Effect] | None, knowledge: Knowledge
) -> Document:
    """Changed, added and retired one by one; the rest in short."""
    counts = [f"{len(found.of(kind))} {kind}" for kind in KINDS]
    blocks: list[Block] = [
        Paragraph(f"{listed(counts)}; {counted(len(found.unmapped), 'route')} not mapped.")
    ]
    for kind, title in _TITLES.items():
        changes = found.of(kind)
        if changes:
            blocks.append(Heading(f"{title} ({len(changes)})"))
            blocks.append(Items(tuple(_item(change, knowledge) for change in changes)))
    blocks += _confirmed(found)
    for heading, why, names in _lists(found):
        if names:
            blocks += [Heading(f"{heading} ({len(names)})"), Paragraph(why)]
            blocks.append(Items(tuple(Item(name) for name in names)))
    if effects is not None:
        blocks += _effects(effects)
    return Document(f"Import from {found.upstream}, dated {found.date}", tuple(blocks))


def import_data(
    found: Difference,
    effects: Sequence[Effect] | None,
    written: Sequence[str],
    knowledge: Knowledge,
) -> dict[str, object]:
    """The same for programs."""
    data: dict[str, object] = {
        "format": "advisor-import-1",
        "upstream": found.upstream,
        "date": found.date,
        "unmapped": [{"provider": p, "name": n} for p, n in found.unmapped],
        "unmapped_providers": dict(sorted(found.strangers.items())),
        "variants": [{"provider": p, "name": n} for p, n in found.variants],
        "listed_though_retired": [
            {"offer": o, "model": m, "retired": day} for o, m, day in found.revived
        ],
        "unconfirmed": [{"offer": o, "model": m} for o, m in found.unconfirmed],
        "older_than_ledger": [{"offer": o, "subject": m} for o, m in found.outdated],
        "withdrawn_already": [{"offer": o, "name": n} for o, n in found.ended],
        "absent_providers": found.absent,
        "zero_priced": found.unpriced,
        "skipped": found.skipped,
        "written": list(written),
        "impact": None if effects is None else [_effect_data(effect) for effect in effects],
    }
    for kind in KINDS:
        data[kind] = [_change_data(change, knowledge) for change in found.of(kind)]
    return data


def _item(change: Change, knowledge: Knowledge) -> Item:
    details = [_figure_words(figure, knowledge) for figure in change.figures]
    if change.until is not None:
        details.insert(0, f"until {change.until}")
    text = f"{change.offer} {change.label} ({change.name})"
    return Item(text, tuple(details), _MARKS[change.kind])


def _figure_words(figure: Figure, knowledge: Knowledge) -> str:
    of = knowledge.attributes[figure.attribute]
    new = value_words(figure.new, of.type)
    if figure.old is None:
        return f"{of.label.lower()}: {new}"
    by = _by(figure)
    old = value_words(figure.old, of.type)
    return f"{of.label.lower()}: {old} -> {new}" + (f" ({by})" if by else "")


def _by(figure: Figure) -> str:
    """``+20 %``; several hundred percent as a factor."""
    ratio = _ratio(figure)
    if ratio is None or ratio == 1:
        return ""
    if ratio >= 3 or ratio <= Fraction(1, 3):
        by = decimal(ratio if ratio > 1 else 1 / ratio, 1)
        return f"{by} times {'more' if ratio > 1 else 'less'}"
    percent = (ratio - 1) * 100
    sign = "+" if percent > 0 else ""
    return f"{sign}{decimal(percent, 0 if abs(percent) >= 10 else 1)} %"


def _ratio(figure: Figure) -> Fraction | None:
    old, new = _middle(figure.old), _middle(figure.new)
    return None if not old or new is None else Fraction(new) / Fraction(old)


def _middle(value: Interval | None) -> Number | None:
    if value is None or value.low is None or value.high is None:
        return None
    return plain((Fraction(value.low) + Fraction(value.high)) / 2)


def _confirmed(found: Difference) -> Iterable[Block]:
    same = found.of("confirmed")
    if same:
        yield Heading(f"Confirmed ({len(same)})")
        offers = sorted({change.offer for change in same})
        counts = [f"{offer} {sum(c.offer == offer for c in same)}" for offer in offers]
        yield Paragraph(f"Unchanged, and read again: {', '.join(counts)}.")


def _lists(found: Difference) -> Iterable[tuple[str, str, list[str]]]:
    """What is not taken over, each list with its reason."""
    yield (
        "Listed there, retired here",
        "Left alone: the end that the ledger knows is not undone by a listing.",
        [f"{offer} {model}, retired {day}" for offer, model, day in found.revived],
    )
    yield (
        "New, but unconfirmed",
        "Left alone: this catalogue keeps what was retired, and no other source lists these "
        "models there; --unconfirmed adds them.",
        [f"{offer} {model}" for offer, model in found.unconfirmed],
    )
    yield (
        "Newer in the ledger",
        "Left alone: what the ledger holds is dated later than this catalogue.",
        [f"{offer} {subject}" for offer, subject in found.outdated],
    )
    yield (
        "Withdrawn already",
        "Not added: marked as withdrawn there, and new here.",
        [f"{offer} {name}" for offer, name in found.ended],
    )
    yield (
        "Priced at zero",
        "A free tier or not priced at all: a price of zero is never taken over.",
        list(found.unpriced),
    )
    yield (
        "Not mapped",
        f"Routes of known providers that are none of our models; importing/{found.upstream}.yaml "
        "says which is which.",
        [f"{provider} {name}" for provider, name in found.unmapped],
    )
    yield (
        "Further routes",
        "Other routes to a model that was taken from a plainer one.",
        [f"{provider} {name}" for provider, name in found.variants],
    )
    yield (
        "Providers that are none of our offers",
        "With the number of their routes.",
        [f"{provider}: {count}" for provider, count in sorted(found.strangers.items())],
    )
    yield (
        "Providers that the catalogue lacks",
        "Nothing of theirs is retired: they may have been left out.",
        list(found.absent),
    )


def _effects(effects: Sequence[Effect]) -> Iterable[Block]:
    yield Heading(f"Impact: cases whose recommendation changes ({len(effects)})")
    if not effects:
        yield Paragraph("No shipped case is recommended anything else.")
        return
    yield Items(
        tuple(
            Item(
                effect.case, (f"before: {_words(effect.before)}", f"after: {_words(effect.after)}")
            )
            for effect in effects
        )
    )


def _words(verdict: Verdict) -> str:
    if verdict.offer is None:
        return f"no offer ({verdict.confidence})"
    parts = [verdict.offer, verdict.model or "no model", verdict.lane or "no lane"]
    return f"{', '.join(parts)}, {verdict.confidence}" + (", settled" if verdict.settled else "")


def _change_data(change: Change, knowledge: Knowledge) -> dict[str, object]:
    place = change.place
    return {
        "offer": change.offer,
        "model": change.model,
        "label": change.label,
        "name": change.name,
        "until": None if change.until is None else change.until.isoformat(),
        "file": None if place is None else place.file,
        "line": None if place is None or place.span is None else place.span.line,
        "figures": [_figure_data(figure, knowledge) for figure in change.figures],
    }


def _figure_data(figure: Figure, knowledge: Knowledge) -> dict[str, object]:
    of = knowledge.attributes[figure.attribute].type
    ratio = _ratio(figure)
    return {
        "attribute": figure.attribute,
        "old": value_data(figure.old, of),
        "new": value_data(figure.new, of),
        "written": value_text(figure.new),
        "unit": of.unit if isinstance(of, NumberType) else None,
        "ratio": None if ratio is None else float(round(ratio, 6)),
    }


def _effect_data(effect: Effect) -> dict[str, object]:
    return {
        "case": effect.case,
        "before": _verdict_data(effect.before),
        "after": _verdict_data(effect.after),
    }


def _verdict_data(verdict: Verdict) -> dict[str, object]:
    return {
        "offer": verdict.offer,
        "model": verdict.model,
        "lane": verdict.lane,
        "confidence": verdict.confidence,
        "settled": verdict.settled,
    }
