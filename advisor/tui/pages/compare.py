"""Offers side by side: result, criteria, facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from msgspec import Struct

from advisor.decision.result import Ranked, Recommendation
from advisor.knowledge.values import Domain, Type
from advisor.reports.fact_values import value_words
from advisor.tui import phrases

Facts = Mapping[str, Mapping[str, tuple[str, Domain | None, Type]]]
"""By offer and attribute: its label, what is believed, its type."""


class Row(Struct, frozen=True):
    """One line of the comparison; ``best`` are the columns that are ahead (none in a tie)."""

    group: str
    label: str
    cells: tuple[str, ...]
    best: frozenset[int] = frozenset()

    @property
    def differs(self) -> bool:
        return len(set(self.cells)) > 1


def comparison(
    result: Recommendation, offers: Sequence[str], facts: Facts, models: Mapping[str, str]
) -> list[Row]:
    """Rows for the offers, in their order; an excluded offer says why it is out."""
    ranked = {row.offer: row for row in result.ranking}
    chosen = [ranked.get(offer) for offer in offers]
    reasons = {gone.offer: gone.failed for gone in result.excluded}
    rows = [
        _row("Result", "Place", [_place(row, len(result.ranking)) for row in chosen]),
        _best("Result", "Points", [None if r is None else r.score.exact for r in chosen]),
        _row("Result", "Requirements", [_lane(row) for row in chosen]),
        _row(
            "Result",
            "Why it is out",
            ["; ".join(f.text for f in reasons.get(offer, ())) or "–" for offer in offers],
        ),
        _row("Result", "Model", [_model(row, models) for row in chosen]),
        _row(
            "Result",
            "Cost a month",
            ["–" if row is None else phrases.monthly_cost(row.estimate) for row in chosen],
        ),
    ]
    criteria = next((row.contributions for row in chosen if row is not None), ())
    for criterion in criteria:
        values = [_points(row, criterion.criterion) for row in chosen]
        rows.append(_best("Points", criterion.label, values))
    known: dict[str, str] = {}
    for offer in offers:
        known |= {name: label for name, (label, _, _) in facts.get(offer, {}).items()}
    for name, label in known.items():
        cells = [_fact(facts.get(offer, {}).get(name)) for offer in offers]
        rows.append(_row("Facts", label, cells))
    return [row for row in rows if set(row.cells) != {"–"}]


def _row(group: str, label: str, cells: Sequence[str]) -> Row:
    return Row(group, label, tuple(cells))


def _best(group: str, label: str, values: Sequence[Fraction | None]) -> Row:
    cells = tuple("–" if value is None else phrases.points(value) for value in values)
    stated = [value for value in values if value is not None]
    top = max(stated, default=None)
    best = frozenset(i for i, value in enumerate(values) if value is not None and value == top)
    return Row(group, label, cells, best if len(best) < len(stated) else frozenset())


def _place(row: Ranked | None, count: int) -> str:
    return "✗ excluded" if row is None else f"{row.rank} of {count}"


def _lane(row: Ranked | None) -> str:
    if row is None:
        return "✗ not met"
    glyph, words = phrases.LANE[row.lane]
    return f"{glyph} {words}" + (f" ({len(row.to_confirm)})" if row.to_confirm else "")


def _model(row: Ranked | None, models: Mapping[str, str]) -> str:
    if row is None or row.model is None:
        return "–"
    return models.get(row.model, row.model)


def _points(row: Ranked | None, criterion: str) -> Fraction | None:
    if row is None:
        return None
    return next((c.exact for c in row.contributions if c.criterion == criterion), None)


def _fact(found: tuple[str, Domain | None, Type] | None) -> str:
    return "no claim" if found is None else value_words(found[1], found[2])
