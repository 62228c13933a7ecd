"""Why the winner leads: points by criterion, and what speaks for and against it."""

from __future__ import annotations

from fractions import Fraction

from textual.content import Content

from advisor.decision.result import Contribution, Ranked, Reason, Recommendation
from advisor.tui import phrases
from advisor.tui.pages.layout import Text, cut, flush_right, hanging, heading, quiet, sections


def why_page(result: Recommendation, width: int) -> Content:
    """Points by criterion against the runner-up, then the reasons."""
    pair = phrases.margin(result)
    if pair is None:
        return Content("No offer meets every requirement. See Out for what to relax.")
    leader, second = pair
    return sections(
        [
            points_table(leader, second, width),
            _reasons("What speaks for it", leader, second, width, gain=True),
            _reasons("What speaks against it", leader, second, width, gain=False),
        ]
    )


def points_table(leader: Ranked, second: Ranked | None, width: int) -> list[Text]:
    """A bar for each criterion: how much of its weight the offer earned."""
    names = max([len(c.label) for c in leader.contributions] + [8])
    bars = max(min(width - names - 26, 40), 6)
    title = "Where the points come from"
    rows: list[Text] = [heading(title)]
    if second is not None:
        rows.append(hanging("", quiet(f"± is the difference to {second.title}."), width))
    head = f"{'':<{names}} weight {'':<{bars}} points"
    rows.append(quiet(head + ("      ±" if second is not None else "")))
    most = max([c.exact for c in leader.contributions] + [Fraction(1)])
    for c in leader.contributions:
        rows.append(_points_row(c, leader, second, names, bars, most))
    total = Content.assemble(
        (f"{'Total':<{names}}", "bold"),
        f" {'':>6} {'':<{bars}} ",
        (f"{phrases.points(leader.score.points):>6}", "bold"),
    )
    if second is not None:
        gap = leader.score.exact - second.score.exact
        total = Content.assemble(total, " ", flush_right(_difference(gap), 6))
    rows.append(total)
    return rows


def _points_row(
    c: Contribution,
    leader: Ranked,
    second: Ranked | None,
    names: int,
    bars: int,
    most: Fraction,
) -> Content:
    bar = phrases.bar(c.exact / most, bars)
    row = Content.assemble(
        cut(c.label, names),
        " ",
        (f"{phrases.share(c.weight):>6}", "$quiet"),
        " ",
        (f"{bar:<{bars}}", "$primary"),
        " ",
        f"{phrases.points(c.points):>6}",
    )
    other = contribution(second, c.criterion) if second is not None else None
    if other is None:
        return row
    return Content.assemble(row, " ", flush_right(_difference(c.exact - other.exact), 6))


def _difference(value: Fraction) -> Content:
    words = phrases.signed_points(value)
    style = "$success" if words.startswith("+") else "$error" if words.startswith("−") else "$quiet"
    return Content.styled(words, style)


def contribution(row: Ranked, criterion: str) -> Contribution | None:
    return next((c for c in row.contributions if c.criterion == criterion), None)


def _reasons(
    title: str, leader: Ranked, second: Ranked | None, width: int, *, gain: bool
) -> list[Text]:
    """The criteria on which the leader is ahead (or behind), with the reasons on both sides."""
    found: list[tuple[Fraction, Contribution, Contribution | None]] = []
    for c in leader.contributions:
        other = contribution(second, c.criterion) if second is not None else None
        gap = c.exact - (other.exact if other is not None else c.weight * 5000)
        if (gap > 0) == gain and phrases.signed_points(gap) != "±0.0":
            found.append((gap, c, other))
    if not found:
        return []
    rows: list[Text] = [heading(title)]
    sign, style = ("+", "bold $success") if gain else ("−", "bold $error")
    unexplained: list[str] = []
    for gap, c, other in sorted(found, key=lambda item: (-abs(item[0]), item[1].criterion)):
        reasons = _telling(c, other, gain=gain)
        size = phrases.signed_points(gap)
        if not reasons:
            unexplained.append(f"{c.label} {size}")
            continue
        rows.append(Content.assemble((f"{sign} ", style), (c.label, "bold"), quiet(f"  {size}")))
        rows += [reason_line(reason, width) for reason in reasons]
    if unexplained:
        head = Content.assemble((f"{sign} ", style))
        rows.append(hanging(head, quiet(", ".join(unexplained)), width))
    return rows


def _telling(c: Contribution, other: Contribution | None, *, gain: bool) -> list[Reason]:
    """Reasons about the leader, and those about the other offer that made the difference.
    Why the criterion weighs so much is told in Explain."""
    own = [reason for reason in c.because if reason.effect != "weigh"]
    known = {reason.text for reason in own}
    theirs = [
        reason
        for reason in (other.because if other is not None else ())
        if reason.effect == "score" and (reason.steps < 0) == gain and reason.text not in known
    ]
    return [*own, *theirs]


def reason_line(reason: Reason, width: int) -> Content:
    glyph = "▲" if reason.steps > 0 else "▼" if reason.steps < 0 else "·"
    body = Content.assemble(reason.text, " ", (f"({reason.grade})", "$quiet"))
    return hanging(f"  {glyph} ", body, width)
