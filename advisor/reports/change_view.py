"""What would change a recommendation: other answers, other weights, a relaxed requirement;
and the offers that could share the work."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from advisor.decision.result import (
    Flip,
    Money,
    Portfolio,
    PortfolioPart,
    Recommendation,
    Relaxation,
    Search,
    Sensitivity,
    WeightInterval,
)
from advisor.reports.blocks import Block, Heading, Item, Items, Paragraph, Table
from advisor.reports.figures import counted, decimal, listed, money, percent

_ROLES = {
    "primary": "primary",
    "fallback": "fallback",
    "burst": "for bursts",
    "region": "for a region",
    "models": "for other models",
}


def flip_blocks(result: Recommendation) -> Iterator[Block]:
    """Which answers would give another winner."""
    search = result.flip_search
    if not result.flips and search is None:
        return
    yield Heading("What would change the winner")
    if result.flips:
        yield Items(tuple(_flip(flip) for flip in result.flips))
    else:
        yield Paragraph("No change of an answer that was tried gives another winner.")
    if search is not None:
        yield Paragraph(search_words(search), "quiet")


def _flip(flip: Flip) -> Item:
    winner = flip.title or flip.winner or "no offer"
    verb = "qualifies" if flip.winner is None else "leads"
    changes = listed([f"{name}: {value}" for name, value in flip.change.items()])
    what = flip.reading or changes
    # The changed answer may say the threshold already.
    details = [t.words for t in flip.thresholds if t.words not in what]
    if flip.model is not None:
        details.append(f"serving {flip.model}" + (f", {flip.lane}" if flip.lane else ""))
    return Item(f"{what}: {winner} {verb}", tuple(details))


def search_words(search: Search) -> str:
    """How far a search went, so that its silence can be judged."""
    if search.completed == 0 and not search.complete:
        tried = counted(search.considered, "change")
        return (
            f"{tried} of {counted(len(search.questions), 'answer')} "
            f"{'was' if search.considered == 1 else 'were'} tried before the bound on the work "
            f"was reached; others, and sets of up to {search.asked}, may exist."
        )
    reach = (
        f"Every set of at most {counted(search.completed, 'change')} of "
        f"{counted(len(search.questions), 'answer')} was decided or ruled out"
    )
    if search.complete:
        return f"{reach}."
    bound = f"{search.limit:,}"
    return f"{reach}; sets of up to {search.asked} may exist beyond the bound of {bound}."


def relaxation_blocks(relaxations: tuple[Relaxation, ...]) -> Iterator[Block]:
    """What would have to give so that an offer qualifies."""
    if not relaxations:
        return
    yield Heading("What would open an offer")
    yield Items(tuple(_relaxation(r) for r in relaxations))


def _relaxation(relaxation: Relaxation) -> Item:
    changes = [f"{name} becomes {value}" for name, value in relaxation.change.items()]
    details = [
        f"{o.title}: number {o.rank} then, {o.lane}, {o.points:,} points, "
        f"{money(o.monthly)} a month"
        for o in relaxation.offers
    ]
    if not relaxation.yours:
        details.append("not all of these answers are yours to change")
    opens = listed([o.title for o in relaxation.offers] or list(relaxation.opens))
    text = f"Relax {listed(relaxation.relax)}: opens {opens}"
    return Item(text + (f" ({listed(changes)})" if changes else ""), tuple(details))


def stability_blocks(result: Recommendation) -> Iterator[Block]:
    """How far each weight may move, and how often each offer leads."""
    sensitivity = result.sensitivity
    if sensitivity is None:
        return
    yield from _weights(sensitivity, {r.offer: r.title for r in result.ranking})
    often = [a for a in sensitivity.acceptability if a.first]
    if often:
        yield Heading("How often each offer comes first")
        yield Paragraph(sensitivity.method, "quiet")
        yield Table(
            ("offer", "first"),
            tuple((a.title, percent(a.first)) for a in often),
            frozenset({1}),
        )


def _weights(sensitivity: Sensitivity, titles: Mapping[str, str]) -> Iterator[Block]:
    if not sensitivity.weights:
        return
    yield Heading("How far the weights may move")
    moving = [w for w in sensitivity.weights if w.below is not None or w.above is not None]
    if moving:
        yield Paragraph("The winner stays while a weight is between these multiples of itself.")
        yield Table(
            ("criterion", "weight", "from", "to", "beyond it"),
            tuple(
                (w.label, percent(w.share), _factor(w.low), _factor(w.high), _beyond(w, titles))
                for w in moving
            ),
            frozenset({1, 2, 3}),
        )
    still = [w.label for w in sensitivity.weights if w not in moving]
    if still:
        yield Paragraph(f"Whatever these alone weigh, the winner stays: {listed(still)}.")


def _factor(value: Fraction | None) -> str:
    if value is None:
        return "any"
    return f"×{decimal(value, 2)}" if value else "nothing"


def _beyond(weight: WeightInterval, titles: Mapping[str, str]) -> str:
    found = [
        f"{side}: {titles.get(offer, offer)}"
        for side, offer in (("below", weight.below), ("above", weight.above))
        if offer is not None
    ]
    return "; ".join(found)


def portfolio_blocks(portfolio: Portfolio | None) -> Iterator[Block]:
    """Several offers, where one leaves a stated need unmet."""
    if portfolio is None:
        return
    yield Heading("Portfolio")
    yield Paragraph(
        "One offer leaves something unmet: "
        + listed([n.text.rstrip(".") for n in portfolio.needs])
        + "."
    )
    yield Table(
        ("role", "offer", "model", "share", "a month"),
        tuple(_part(part) for part in portfolio.parts),
        frozenset({3, 4}),
    )
    yield Items(
        tuple(
            Item(
                f"{part.title}: {part.split}" if part.split else part.title,
                (*(f"meets: {m}" for m in part.meets), *(f"leaving: {e}" for e in part.exit)),
            )
            for part in portfolio.parts
        )
    )
    if isinstance(portfolio.monthly, Money):
        yield Paragraph(f"Together {money(portfolio.monthly)} a month.")
    notes = [Item(f"Still unmet: {need.text}", mark="-", tone="warn") for need in portfolio.unmet]
    notes += [Item(note) for note in portfolio.notes]
    if notes:
        yield Items(tuple(notes))


def _part(part: PortfolioPart) -> tuple[str, ...]:
    regions = f" ({listed(part.regions)})" if part.regions else ""
    unsaid = {"primary": "the rest", "burst": "the peaks"}.get(part.role, "not known")
    share = unsaid if part.share is None else percent(part.share)
    return (
        _ROLES.get(part.role, part.role) + regions,
        part.title,
        part.model or "-",
        share,
        money(part.monthly),
    )
