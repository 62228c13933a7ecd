"""Why an offer stands where it stands, read off a recommendation."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.decision.result import Excluded, Ranked, Recommendation
from advisor.reports.blocks import Block, Document, Heading, Pair, Pairs, Paragraph, Table
from advisor.reports.figures import grouped
from advisor.reports.view import excluded_blocks, leading, why_blocks


def view(result: Recommendation, why: str | None, why_not: str | None) -> Document:
    """``why`` and ``why_not`` are ids of offers of the rule base, or None."""
    blocks: list[Block] = [Paragraph(result.verdict.headline, "strong")]
    if why is None and why_not is None:
        blocks += excluded_blocks(result.excluded)
    for offer in (why, why_not):
        if offer is None:
            continue
        ranked, excluded = _find(result, offer)
        if excluded is not None:
            blocks += excluded_blocks((excluded,))
        elif ranked is not None and offer == why:
            blocks += _standing(ranked)
            blocks += why_blocks(ranked)
        elif ranked is not None:
            blocks += _against_the_leader(result, ranked)
    return Document("Inference Advisor: explanation", tuple(blocks))


def to_data(result: Recommendation, why: str | None, why_not: str | None) -> dict[str, object]:
    """The same as plain data (``advisor-explanation-1``)."""
    data = result.to_data()
    return {
        "format": "advisor-explanation-1",
        "as_of": data["as_of"],
        "verdict": data["verdict"],
        "why": None if why is None else _entry(data, why),
        "why_not": None if why_not is None else _entry(data, why_not),
        "sources": data["sources"],
    }


def _find(result: Recommendation, offer: str) -> tuple[Ranked | None, Excluded | None]:
    ranked = next((r for r in result.ranking if r.offer == offer), None)
    return ranked, next((e for e in result.excluded if e.offer == offer), None)


def _entry(data: dict[str, object], offer: str) -> object:
    """The offer's own entry of ``ranking`` or ``excluded``."""
    for part in ("ranking", "excluded"):
        entries = data[part]
        for entry in entries if isinstance(entries, list) else ():
            if isinstance(entry, dict) and entry.get("offer") == offer:
                return {part: entry}
    return None


def _standing(ranked: Ranked) -> Iterator[Block]:
    yield Pairs(
        (
            Pair("Offer", f"{ranked.title} ({ranked.offer})"),
            Pair("Model", ranked.model or "any"),
            Pair("Rank", f"{ranked.rank}, {ranked.lane}"),
            Pair("Score", f"{grouped(ranked.score.points)} of 10,000 points"),
        )
    )


def _against_the_leader(result: Recommendation, ranked: Ranked) -> Iterator[Block]:
    leader = leading(result)
    yield Heading(f"Why not {ranked.title}")
    yield from _standing(ranked)
    if leader is None or leader.offer == ranked.offer:
        yield Paragraph("It is the offer that leads.")
        return
    theirs = {c.criterion: c.points for c in leader.contributions}
    gaps = [(c, c.points - theirs.get(c.criterion, 0)) for c in ranked.contributions]
    rows = tuple(
        (c.label, grouped(c.points), grouped(theirs.get(c.criterion, 0)), f"{gap:+,}")
        for c, gap in sorted(gaps, key=lambda pair: (pair[1], pair[0].criterion))
        if gap
    )
    total = ranked.score.points - leader.score.points
    summed = ("together", grouped(ranked.score.points), grouped(leader.score.points), f"{total:+,}")
    yield Paragraph(f"Points against {leader.title}, the largest lack first:")
    yield Table(
        ("criterion", "it", "the leader", "difference"), (*rows, summed), frozenset({1, 2, 3})
    )
    if ranked.lane != leader.lane:
        yield Paragraph(
            f"It is {ranked.lane}; the leader is {leader.lane}. A safe offer always leads a "
            "conditional one, whatever their points."
        )
