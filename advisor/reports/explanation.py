"""Why an offer stands where it stands, and what would change that."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.decision.explain import Explanation
from advisor.decision.result import Excluded, Gap, Ranked, Recommendation, Versus, WhyNot, plain
from advisor.reports.blocks import Block, Document, Heading, Item, Items, Pair, Pairs, Paragraph
from advisor.reports.change_view import (
    flip_blocks,
    relaxation_blocks,
    search_words,
    stability_blocks,
)
from advisor.reports.figures import counted, grouped, listed
from advisor.reports.view import excluded_blocks, model_words, why_blocks

_BY = {
    "lane": "{offer} is safe, every stated requirement of it is proven; {rival} is conditional. "
    "A safe offer always leads a conditional one, whatever their points.",
    "requirements": "{offer} has fewer requirements left to confirm than {rival}. That counts "
    "before points.",
    "score": "",
    "tie-break": "Their scores are level; the order is that at base weights, then of the worst "
    "case, then of the names.",
}


def view(explained: Explanation) -> Document:
    """What was asked, in words."""
    result = explained.result
    blocks: list[Block] = [Paragraph(result.verdict.headline, "strong")]
    if explained.why is not None:
        blocks += _why(result, explained.why)
    if explained.versus is not None:
        blocks += versus_blocks(explained.versus)
    if result.verdict.offer is None and explained.why_not is None:
        blocks += excluded_blocks(result.excluded)
    if explained.why_not is not None:
        blocks += _why_not(result, explained.why_not)
    if result.verdict.offer is None:
        blocks += relaxation_blocks(result.relaxations)
        if result.relaxation_search is not None:
            blocks.append(Paragraph(search_words(result.relaxation_search), "quiet"))
    blocks += flip_blocks(result)
    blocks += stability_blocks(result)
    return Document("Inference Advisor: explanation", tuple(blocks))


def to_data(explained: Explanation) -> dict[str, object]:
    """The same as plain data (``advisor-explanation-1``); None for what was not asked."""
    result = explained.result
    data = result.to_data()
    why_not: object = None
    if explained.why_not is not None:
        rest = plain(explained.why_not)
        assert isinstance(rest, dict)
        why_not = {**_entry(data, explained.why_not.offer), **rest}
    asked_flips = result.flip_search is not None
    return {
        "format": "advisor-explanation-1",
        "as_of": data["as_of"],
        "verdict": data["verdict"],
        "why": None if explained.why is None else _entry(data, explained.why),
        "versus": plain(explained.versus),
        "why_not": why_not,
        "flips": data["flips"] if asked_flips else None,
        "flip_search": data["flip_search"],
        "sensitivity": data["sensitivity"],
        "relaxations": data["relaxations"],
        "relaxation_search": data["relaxation_search"],
        "sources": data["sources"],
    }


def _find(result: Recommendation, offer: str) -> tuple[Ranked | None, Excluded | None]:
    ranked = next((r for r in result.ranking if r.offer == offer), None)
    return ranked, next((e for e in result.excluded if e.offer == offer), None)


def _entry(data: dict[str, object], offer: str) -> dict[str, object]:
    """The offer's own entry of ``ranking`` or ``excluded``."""
    for part in ("ranking", "excluded"):
        entries = data[part]
        for entry in entries if isinstance(entries, list) else ():
            if isinstance(entry, dict) and entry.get("offer") == offer:
                return {part: entry}
    return {}


def _why(result: Recommendation, offer: str) -> Iterator[Block]:
    ranked, excluded = _find(result, offer)
    if excluded is not None:
        yield from excluded_blocks((excluded,))
    elif ranked is not None:
        yield _standing(ranked)
        yield from why_blocks(ranked)


def _standing(ranked: Ranked) -> Block:
    return Pairs(
        (
            Pair("Offer", f"{ranked.title} ({ranked.offer})"),
            Pair("Model", model_words(ranked)),
            Pair("Rank", f"{ranked.rank}, {ranked.lane}"),
            Pair("Score", f"{grouped(ranked.score.points)} of 10,000 points"),
        )
    )


def _why_not(result: Recommendation, told: WhyNot) -> Iterator[Block]:
    ranked, excluded = _find(result, told.offer)
    if excluded is not None:
        yield from excluded_blocks((excluded,))
        if told.relaxations:
            yield from relaxation_blocks(told.relaxations)
        else:
            yield Paragraph("No change of answers that was tried opens it.")
        if told.search is not None:
            yield Paragraph(search_words(told.search), "quiet")
        return
    assert ranked is not None
    yield Heading(f"Why not {ranked.title}")
    yield _standing(ranked)
    if told.versus is None:
        yield Paragraph("It is the offer that leads.")
        return
    yield from versus_blocks(told.versus)
    if told.to_confirm:
        yield Paragraph("To be confirmed of it:")
        yield Items(tuple(Item(doubt.text, doubt.facts) for doubt in told.to_confirm))


def versus_blocks(told: Versus) -> Iterator[Block]:
    """Why one offer and not the other: what outweighs what."""
    yield Heading(f"Why {told.title} and not {told.rival_title}")
    words = _BY[told.by].format(offer=told.title, rival=told.rival_title)
    if words:
        yield Paragraph(words)
    if told.outweigh and told.disadvantages:
        yield Paragraph(
            f"{_number(len(told.enough), 'advantage').capitalize()} of {told.title} "
            f"{'outweighs' if len(told.enough) == 1 else 'outweigh'} all that it gives up:"
        )
    elif told.outweigh:
        yield Paragraph(f"{told.title} gives up nothing. What it has most over the other:")
    elif told.by != "tie-break":
        yield Paragraph(f"By points alone {told.rival_title} would not be behind.")
    marked = [(gap, "+") for gap in told.enough]
    if not told.outweigh:
        marked = [(gap, "+") for gap in told.further]
    if marked:
        yield Items(tuple(Item(_gap(gap), mark="+") for gap, _ in marked))
    if told.disadvantages:
        yield Paragraph(f"What {told.title} gives up:")
        yield Items(tuple(Item(_gap(gap), mark="-") for gap in told.disadvantages))
    if told.outweigh and told.further:
        yield Paragraph(
            "Further advantages: " + listed([_gap(gap) for gap in told.further]) + ".", "quiet"
        )
    yield Paragraph(f"Together: {told.gap:+,} points.")


def _gap(gap: Gap) -> str:
    return f"{gap.label} {gap.points:+,}"


def _number(count: int, what: str) -> str:
    return f"one {what}" if count == 1 else counted(count, what)
