"""The recommendation as an architecture decision record, in the MADR 4 form.

Front matter, context, drivers, considered options, outcome with consequences and
confirmation, pros and cons of the options, more information.  Status is *proposed*: the
decision is the team's.
"""

from __future__ import annotations

from collections.abc import Iterator

from advisor.decision.result import Contribution, Ranked, Reason, Recommendation
from advisor.reports.blocks import Block
from advisor.reports.change_view import (
    flip_blocks,
    portfolio_blocks,
    relaxation_blocks,
    stability_blocks,
)
from advisor.reports.evidence_view import fact_blocks, source_blocks
from advisor.reports.figures import grouped, money, percent
from advisor.reports.markdown import escaped, render_blocks
from advisor.reports.money_view import break_even_blocks, cost_blocks
from advisor.reports.view import (
    confidence_sentences,
    leading,
    ranking_blocks,
    settled_words,
    stamp_blocks,
)

SHOWN = 5
"""Ranked options that are described one by one; the rest are listed."""


def render(result: Recommendation) -> str:
    """The record as Markdown with YAML front matter, ending in a newline."""
    return "\n".join(_lines(result)) + "\n"


def _lines(result: Recommendation) -> Iterator[str]:
    leader = leading(result)
    yield from ("---", "status: proposed", f"date: {result.as_of}")
    yield from ("decision-makers: []", "consulted: []", "informed: []", "---", "")
    yield "# Where to serve the language model"
    yield from _context(result)
    yield from _drivers(leader)
    yield from ("", "## Considered Options", "")
    for ranked in result.ranking:
        yield f"* {escaped(ranked.title)}"
    for excluded in result.excluded:
        yield f"* {escaped(excluded.title)} (excluded)"
    yield from _outcome(result, leader)
    yield from ("", "## Pros and Cons of the Options")
    for ranked in result.ranking[:SHOWN]:
        yield from _option(ranked)
    for excluded in result.excluded:
        yield from ("", f"### {escaped(excluded.title)}", "")
        for failure in excluded.failed:
            yield f"* Bad, because {_clause(failure.text)}"
    yield from _more(result, leader)


def _context(result: Recommendation) -> Iterator[str]:
    yield from ("", "## Context and Problem Statement", "")
    yield "Where and how should this model and this traffic be served?"
    yield ""
    for name, text in result.inputs.answers.items():
        yield f"* {escaped(name)}: {escaped(text)}"
    for reading in result.inputs.readings:
        yield f"* {escaped(reading.text)}"
    if result.inputs.unknown:
        unknown = ", ".join(result.inputs.unknown)
        yield f"* Not known, so every possibility counted: {escaped(unknown)}"


def _drivers(leader: Ranked | None) -> Iterator[str]:
    if leader is None:
        return
    yield from ("", "## Decision Drivers", "")
    by_weight = sorted(leader.contributions, key=lambda c: (-c.weight, c.criterion))
    for contribution in by_weight:
        if contribution.weight:
            share = percent(contribution.weight)
            yield f"* {escaped(contribution.label)}: {share} of the weight"


def _outcome(result: Recommendation, leader: Ranked | None) -> Iterator[str]:
    yield from ("", "## Decision Outcome", "")
    if leader is None:
        yield f"No option is chosen: {escaped(result.verdict.headline)}"
        return
    strongest = max(leader.contributions, key=lambda c: (c.points, c.criterion))
    yield (
        f'Chosen option: "{escaped(leader.title)}", because it ranks first with '
        f"{grouped(leader.score.points)} of 10,000 points, most of them for "
        f"{escaped(strongest.label.lower())}; confidence: {result.verdict.confidence}."
    )
    yield ""
    for sentence in confidence_sentences(result.verdict.sureness):
        yield f"* {escaped(sentence)}"
    for cap in result.verdict.sureness.caps:
        yield f"* Not surer: {_clause(cap)}"
    yield f"* Settled: {escaped(settled_words(result.verdict))}"
    yield from ("", "### Consequences", "")
    for reason in _strongest(leader):
        yield f"* Good, because {_clause(reason.text)}"
    if leader.estimate is not None:
        yield f"* Neutral, because it costs {escaped(money(leader.estimate.monthly))} a month"
        for text in leader.estimate.unknown:
            yield f"* Neutral, because a cost is not known: {_clause(text)}"
    for warning in leader.warnings:
        yield f"* Bad, because {_clause(warning.text)}"
    for doubt in leader.depends_on:
        yield f"* Bad, because it depends on what is not answered: {_clause(doubt.text)}"
    yield from ("", "### Confirmation", "")
    confirm = [doubt.text for doubt in leader.to_confirm]
    for text in (*confirm, *result.plan):
        yield f"* {escaped(text)}"
    if not confirm:
        yield "* Every stated requirement is proven by what is published; none is left to confirm."
    yield "* Measure before signing: `advisor plan` prints the bake-off with its pass marks."


def _strongest(leader: Ranked) -> list[Reason]:
    """The best reason of each of the criteria that weigh most."""
    parts = sorted(leader.contributions, key=lambda c: (-c.weight, c.criterion))
    best = [[r for r in c.because if r.effect == "score" and r.steps > 0][:1] for c in parts]
    return [reason for reasons in best for reason in reasons][:3]


def _option(ranked: Ranked) -> Iterator[str]:
    yield from ("", f"### {escaped(ranked.title)}", "")
    points = grouped(ranked.score.points)
    model = f", serving {ranked.model}" if ranked.model else ""
    yield f"{points} of 10,000 points, {ranked.lane}{escaped(model)}."
    if ranked.estimate is not None:
        yield f"Cost: {escaped(money(ranked.estimate.monthly))} a month."
    yield ""
    for contribution in ranked.contributions:
        yield from _arguments(contribution)
    for doubt in ranked.to_confirm:
        yield f"* Bad, because it is unproven: {_clause(doubt.text)}"


def _arguments(contribution: Contribution) -> Iterator[str]:
    for reason in contribution.because:
        if reason.effect != "score":
            continue
        word = "Good" if reason.steps > 0 else "Bad"
        yield f"* {word}, because {_clause(reason.text)} ({escaped(reason.grade)})"


def _more(result: Recommendation, leader: Ranked | None) -> Iterator[str]:
    """What the record rests on: the very sections of the report."""
    yield from ("", "## More Information", "")
    blocks: list[Block] = [*revisit_blocks(result)]
    if leader is not None:
        blocks += cost_blocks(leader)
    blocks += ranking_blocks(result)
    blocks += break_even_blocks(result.break_evens)
    blocks += stability_blocks(result)
    blocks += portfolio_blocks(result.portfolio)
    blocks += fact_blocks(result)
    blocks += source_blocks(result)
    blocks += stamp_blocks(result)
    yield render_blocks(blocks, deeper=1).rstrip("\n")


def revisit_blocks(result: Recommendation) -> Iterator[Block]:
    """When to take the decision again."""
    yield from flip_blocks(result)
    yield from relaxation_blocks(result.relaxations)


def _clause(text: str) -> str:
    """A sentence as it stands, without its full stop."""
    return escaped(text.rstrip(". "))
