"""A recommendation in words: the one view that every document format shows."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Literal

from advisor.decision.gates import SERVED
from advisor.decision.result import (
    Caveat,
    Contribution,
    Doubt,
    Excluded,
    Ranked,
    Reason,
    Recommendation,
    Sureness,
    Verdict,
)
from advisor.reports.blocks import (
    Bar,
    Bars,
    Block,
    Chart,
    ChartRow,
    Document,
    Heading,
    Item,
    Items,
    Pair,
    Pairs,
    Paragraph,
    Table,
    Tone,
)
from advisor.reports.change_view import (
    flip_blocks,
    portfolio_blocks,
    relaxation_blocks,
    stability_blocks,
)
from advisor.reports.evidence_view import assumption_blocks, fact_blocks, source_blocks
from advisor.reports.figures import counted, decimal, grouped, listed, many, money, percent
from advisor.reports.money_view import DRAWN, break_even_blocks, cost_blocks, cost_chart
from advisor.reports.volume_view import volume_blocks

STRONGEST = 6
"""Reasons for the leader that are named before the whole list."""
TITLE = "Inference Advisor: recommendation"
_WORD_TONES: dict[str, Tone] = {
    "firm": "good",
    "likely": "good",
    "leaning": "warn",
    "toss-up": "warn",
    "none": "bad",
}


def recommendation_view(result: Recommendation) -> Document:
    """Everything a reader is told, in the order in which it is read: the decision and how sure
    it is, why, for how much, what would change it, what could go wrong, what it rests on."""
    leader = leading(result)
    blocks: list[Block] = [Paragraph(result.verdict.headline, "strong")]
    blocks += _verdict(result, leader)
    if leader is not None:
        blocks += for_and_against(leader)
        blocks += why_blocks(leader)
        blocks += cost_blocks(leader)
    blocks += ranking_blocks(result)
    blocks += volume_blocks(result)
    blocks += break_even_blocks(result.break_evens)
    blocks += relaxation_blocks(result.relaxations)
    blocks += flip_blocks(result)
    blocks += stability_blocks(result)
    blocks += portfolio_blocks(result.portfolio)
    if leader is not None:
        blocks += risk_blocks(leader)
    blocks += next_blocks(result)
    blocks += assumption_blocks(result.inputs)
    blocks += excluded_blocks(result.excluded)
    blocks += fact_blocks(result)
    blocks += source_blocks(result)
    blocks += stamp_blocks(result)
    return Document(TITLE, tuple(blocks))


def leading(result: Recommendation) -> Ranked | None:
    """The ranked offer that the verdict names."""
    for ranked in result.ranking:
        if ranked.offer == result.verdict.offer:
            return ranked
    return None


def confidence_sentences(sureness: Sureness) -> Iterator[str]:
    """The three figures behind the word, each as a sentence."""
    if sureness.p is not None:
        yield (
            "The leader beats the runner-up in "
            f"{percent(sureness.p)} of the combinations and weightings tried."
        )
    if sureness.r is not None and sureness.r < 1:
        yield (
            "By points alone the runner-up is ahead; it stands behind because more is to be "
            "confirmed of it."
        )
    elif sureness.r is not None:
        yield (
            "To turn that round, every weight would have to be wrong by more than a factor of "
            f"{decimal(sureness.r, 2)}."
        )
    if sureness.weak_share is not None:
        yield f"{percent(sureness.weak_share)} of the leader's score rests on weak evidence."


def settled_words(verdict: Verdict) -> str:
    """Whether an answer could still change the winner, and how that is known."""
    settled, worlds = verdict.settled, verdict.worlds
    total = f"{many(worlds.total)} {'combination' if worlds.total == 1 else 'combinations'}"
    if settled and verdict.offer is None:
        return "yes: no answer that is left makes an offer qualify"
    if settled and worlds.total == 1:
        return "yes: nothing that matters is left open"
    if settled:
        return f"yes: proven over {total} of what is left; nothing left can change the winner"
    if worlds.total == 1:
        return "no: no answer is left that matters, but what is to be confirmed could"
    if worlds.method == "exhaustive":
        return f"no: over {total} of what is left, another winner is not ruled out"
    return (
        f"no: {grouped(worlds.checked)} of {total} of what is left were looked at; "
        "a sample proves nothing"
    )


def why_blocks(ranked: Ranked) -> Iterator[Block]:
    """Where an offer's points come from."""
    yield Heading(f"Where the points of {ranked.title} come from")
    yield Chart(
        f"Points of {ranked.title} by criterion",
        "bars",
        "points",
        tuple(
            ChartRow(c.label, Fraction(c.points), None, f"{grouped(c.points)} points", True)
            for c in ranked.contributions
            if c.weight or c.points
        ),
    )
    most = max((abs(c.points) for c in ranked.contributions), default=0)
    yield Bars(
        ("criterion", "points", "weight"),
        tuple(_bar(c, most) for c in ranked.contributions if c.weight or c.points),
    )
    ignored = [c.label for c in ranked.contributions if not c.weight and not c.points]
    if ignored:
        yield Paragraph(f"No weight here: {listed(ignored)}.", "quiet")


def for_and_against(ranked: Ranked) -> Iterator[Block]:
    """The strongest reasons on each side, the criterion that weighs most first."""
    parts = sorted(ranked.contributions, key=lambda c: (-c.weight, c.criterion))
    reasons = [(c, r) for c in parts for r in c.because if r.effect == "score" and r.steps]
    good = [(c, r) for c, r in reasons if r.steps > 0]
    bad = [(c, r) for c, r in reasons if r.steps < 0]
    if not good and not bad:
        return
    yield Heading("For and against")
    items = [Item(r.text, (f"{c.label}: {r.grade}",), "+") for c, r in good[:STRONGEST]]
    items += [Item(r.text, (f"{c.label}: {r.grade}",), "-") for c, r in bad]
    if not bad:
        items.append(Item("No rule speaks against it here."))
    yield Items(tuple(items))


def excluded_blocks(excluded: tuple[Excluded, ...]) -> Iterator[Block]:
    """Who is out, and why; nothing where nobody is."""
    if not excluded:
        return
    yield Heading(f"Excluded ({len(excluded)})")
    yield Items(tuple(_excluded_item(offer) for offer in excluded))


def _verdict(result: Recommendation, leader: Ranked | None) -> Iterator[Block]:
    verdict = result.verdict
    rows: list[Pair] = []
    if leader is not None:
        rows.append(Pair("Offer", f"{leader.title} ({leader.offer})"))
        rows.append(Pair("Model", model_words(leader)))
        rows.append(Pair("Requirements", _lane_words(leader, verdict.fit)))
        rows.append(Pair("Score", f"{grouped(leader.score.points)} of 10,000 points"))
        if leader.estimate is not None:
            rows.append(Pair("Cost", f"{money(leader.estimate.monthly)} a month"))
    rows.append(Pair("Confidence", verdict.confidence, _WORD_TONES[verdict.confidence]))
    rows.append(Pair("Settled", settled_words(verdict)))
    rows.append(Pair("As of", result.as_of))
    yield Pairs(tuple(rows))
    sentences = list(confidence_sentences(verdict.sureness))
    if sentences or verdict.sureness.caps:
        yield Heading("How sure")
    if sentences:
        yield Items(tuple(Item(sentence) for sentence in sentences))
    if verdict.sureness.caps:
        yield Items(tuple(Item(f"Not surer: {cap}.") for cap in verdict.sureness.caps))


def _lane_words(ranked: Ranked, fit: Fraction | None) -> str:
    words = f"conditional: {counted(len(ranked.to_confirm), 'requirement')} to confirm"
    if ranked.lane == "safe":
        words = "safe: every stated requirement is proven"
    if fit is None or fit == 1:
        return words
    return f"{words}; those that are open are all met in {percent(fit)} of what is left"


def model_words(ranked: Ranked) -> str:
    """The model that is served, or why none is named."""
    if ranked.model is not None:
        return ranked.model
    if any(doubt.rule == SERVED for doubt in (*ranked.to_confirm, *ranked.depends_on)):
        return "none known; which is asked for is open"
    return "any"


def _bar(contribution: Contribution, most: int) -> Bar:
    share = Fraction(abs(contribution.points), most) if most else Fraction(0)
    items = [_reason(reason) for reason in contribution.because]
    if contribution.clamped:
        items.append(
            Item(f"{contribution.clamped:+,} of utility beyond the end of the scale do not count")
        )
    return Bar(
        label=contribution.label,
        value=grouped(contribution.points),
        note=percent(contribution.weight),
        share=share,
        items=tuple(items),
    )


def _reason(reason: Reason) -> Item:
    behind = [reason.grade, reason.source, reason.checked and f"checked {reason.checked}"]
    details = (f"{reason.rule}: {', '.join(filter(None, behind)) or 'no source'}",)
    if reason.effect == "weigh":
        words = "weighs more" if reason.steps > 0 else "weighs less"
        return Item(f"{words}: {reason.text}", details)
    mark: Literal["+", "-", ""] = "+" if reason.steps > 0 else "-" if reason.steps < 0 else ""
    return Item(reason.text, details, mark)


def risk_blocks(leader: Ranked) -> Iterator[Block]:
    """What could go wrong with the leader, and what is still unproven of it."""
    yield from _caveats(leader.warnings)
    yield from _doubts("To confirm before signing", leader.to_confirm)
    yield from _doubts(
        "What depends on what is not known",
        leader.depends_on,
        "Each of these is so in some of the possibilities that are left, not in all.",
    )


def _caveats(caveats: tuple[Caveat, ...]) -> Iterator[Block]:
    if not caveats:
        return
    yield Heading("Risks")
    yield Items(
        tuple(Item(c.text, (f"{c.rule}: {c.source}",), mark="-", tone="warn") for c in caveats)
    )


def _doubts(title: str, doubts: tuple[Doubt, ...], note: str = "") -> Iterator[Block]:
    if not doubts:
        return
    yield Heading(title)
    if note:
        yield Paragraph(note)
    yield Items(tuple(Item(d.text, _facts(d.rule, d.facts)) for d in doubts))


def _facts(rule: str, facts: tuple[str, ...]) -> tuple[str, ...]:
    return (f"{rule}: {'; '.join(facts)}",) if facts else (rule,)


def ranking_blocks(result: Recommendation) -> Iterator[Block]:
    """The order with scores, lanes and costs; nothing where nobody qualifies."""
    if not result.ranking:
        return
    yield Heading(f"Ranking ({len(result.ranking)})")
    rows = tuple(
        (
            str(r.rank),
            r.title,
            r.model or "-",
            r.lane,
            grouped(r.score.points),
            money(r.estimate.monthly) if r.estimate is not None else "unknown",
        )
        for r in result.ranking
    )
    yield Table(("#", "offer", "model", "lane", "points", "a month"), rows, frozenset({0, 4, 5}))
    if len(result.ranking) > 1:
        yield Chart(
            "Points of the best offers",
            "bars",
            "points",
            tuple(
                ChartRow(
                    r.title,
                    Fraction(r.score.points),
                    None,
                    f"{grouped(r.score.points)} points, {r.lane}",
                    r.offer == result.verdict.offer,
                )
                for r in result.ranking[:DRAWN]
            ),
        )
    yield from cost_chart(result)


def _excluded_item(offer: Excluded) -> Item:
    details: list[str] = []
    for failure in offer.failed:
        details.append(failure.text)
        behind = [*failure.answers, *failure.facts]
        if behind:
            details.append(f"{failure.rule}: {'; '.join(behind)}")
    return Item(f"{offer.title} ({offer.offer})", tuple(details), mark="-")


def next_blocks(result: Recommendation) -> Iterator[Block]:
    """What to do next, and which answer would help most."""
    steps = [Item(text) for text in result.plan]
    if result.verdict.offer is not None:
        steps.append(Item("Measure before signing: advisor plan ANSWERS prints the bake-off."))
    if steps:
        yield Heading("Next steps")
        yield Items(tuple(steps))
    if result.next_question is not None:
        yield Heading("The question that matters most now")
        yield Pairs((Pair(result.next_question.id, result.next_question.why),))


def stamp_blocks(result: Recommendation) -> Iterator[Block]:
    """The rule base that the recommendation was made from, and the day."""
    known = result.knowledge
    yield Heading("Rule base")
    yield Paragraph(
        f"{counted(known.rules, 'rule')}, {counted(known.offers, 'offer')}, "
        f"{counted(known.facts, 'fact')}; digest {known.digest[:12]}; judged as of {result.as_of}.",
        "quiet",
    )
