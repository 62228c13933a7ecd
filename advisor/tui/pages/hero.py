"""The verdict in five lines."""

from __future__ import annotations

from textual.content import Content

from advisor.decision.result import Recommendation
from advisor.tui import phrases


def hero_text(result: Recommendation, model: str, width: int, *, pending: bool = False) -> Content:
    """The winner, the margin, the cost, the confidence with its figures; five lines."""
    verdict = result.verdict
    updating = Content.styled("  updating…", "$accent") if pending else Content("")
    pair = phrases.margin(result)
    if pair is None:
        return Content.assemble(
            ("✗ No offer qualifies", "bold $error"), updating, "\n", verdict.headline
        )
    leader, second = pair
    glyph, lane = phrases.LANE[leader.lane]
    dot = Content.styled(" · ", "$quiet")
    first = Content.assemble(("★ ", "bold $accent"), (leader.title, "bold $primary"))
    if leader.model is not None:
        first = Content.assemble(first, (" with ", "$quiet"), model)
    sure = Content.assemble(
        (phrases.meter(phrases.LEVEL[verdict.confidence]), "$accent"),
        " ",
        (verdict.confidence, "bold"),
        dot,
        f"{phrases.points(leader.score.points)} points",
    )
    if second is not None:
        gap = leader.score.exact - second.score.exact
        side = "ahead of" if gap >= 0 else "behind"
        sure = Content.assemble(sure, f", {phrases.points(abs(gap))} {side} {second.title}")
    safe = leader.lane == "safe"
    cost = Content.assemble(
        phrases.monthly_cost(leader.estimate),
        dot,
        (f"{glyph} ", "$success" if safe else "$warning"),
        lane,
    )
    if verdict.fit is not None and verdict.fit < 1:
        fit = f" in {phrases.share(verdict.fit)} of cases" if safe else ""
        cost = Content.assemble(cost, fit)
    change = Content("nothing left can change the winner" if verdict.settled else "")
    if not verdict.settled:
        change = Content("the winner can still change")
    proof = Content.styled(f" ({phrases.proof(result)})", "$quiet")
    if change.cell_length + proof.cell_length <= width:
        change = change + proof
    lines = [Content.assemble(first, updating), sure, cost, change]
    figures = _figures(result)
    if figures:
        lines.insert(2, Content.styled(figures, "$quiet"))
    return Content("\n").join(line.truncate(max(width, 1), ellipsis=True) for line in lines)


def _figures(result: Recommendation) -> str:
    sureness = result.verdict.sureness
    parts = []
    if sureness.p is not None:
        parts.append(f"wins {phrases.share(sureness.p)} of cases")
    if sureness.r is not None and sureness.r >= 1:
        parts.append(f"weights may err {phrases.times(sureness.r)}")
    if sureness.weak_share is not None:
        parts.append(f"{phrases.share(sureness.weak_share)} weak evidence")
    return ", ".join(parts)
