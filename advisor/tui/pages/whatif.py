"""Before and after a change: the flip first, then every move."""

from __future__ import annotations

from collections.abc import Callable

from textual.content import Content

from advisor.decision.result import Ranked, Recommendation
from advisor.knowledge.model import Inputs, Knowledge
from advisor.tui import phrases
from advisor.tui.pages.flips import flip_lines
from advisor.tui.pages.layout import Text, cut, hanging, heading, quiet, sections

Title = Callable[[str | None], str]

WIDE = 64
"""From this width on, before and after stand side by side."""


def flip_sentence(before: Recommendation, after: Recommendation, title: Title) -> Content:
    """Whether the change makes another winner."""
    was, now = before.verdict.offer, after.verdict.offer
    if was != now:
        return Content.assemble(
            ("↷ ", "bold $warning"),
            (title(now) if now is not None else "No offer", "bold"),
            " would win" if now is not None else " would qualify",
            (f", not {title(was)}" if was is not None else "", "$quiet"),
        )
    if now is None:
        return Content("Still no offer qualifies")
    return Content.assemble(
        ("= ", "bold $success"),
        (title(now), "bold"),
        " still wins",
        (f"; lead {_lead(before)} → {_lead(after)}, ", "$quiet"),
        (f"{before.verdict.confidence} → {after.verdict.confidence}", "$quiet"),
    )


def _lead(result: Recommendation) -> str:
    pair = phrases.margin(result)
    if pair is None or pair[1] is None:
        return "alone"
    return phrases.signed_points(pair[0].score.exact - pair[1].score.exact)


def changes(before: Inputs, after: Inputs, knowledge: Knowledge) -> list[str]:
    """What differs between two sets of inputs, in words."""
    found: list[str] = []
    for name, question in knowledge.questions.items():
        was, now = before.answers.get(name), after.answers.get(name)
        if was != now:
            words = [
                "not answered" if value is None else phrases.answer_words(question, value)
                for value in (was, now)
            ]
            found.append(f"{phrases.name_words(name)}: {words[0]} → {words[1]}")
    for name, criterion in knowledge.criteria.items():
        weights = [side.weights.get(name, "as it is") for side in (before, after)]
        if weights[0] != weights[1]:
            found.append(f"Weight of {criterion.label}: {weights[0]} → {weights[1]}")
    return found


def untouched_page(result: Recommendation, title: Title, width: int) -> Content:
    """Before anything is changed: what is known to change the winner."""
    flips = flip_lines(result, title, width)
    hint = quiet("Change an answer or a weight on the left.")
    return sections([[hint], flips] if flips else [[hint]])


def moves_page(
    before: Recommendation, after: Recommendation, changed: list[str], title: Title, width: int
) -> Content:
    """The flip, what was changed, and the ranking before and after: side by side where there
    is room, else in one list."""
    head: list[Text] = [hanging("", flip_sentence(before, after, title), width)]
    head += [hanging("  ", quiet(change), width) for change in changed]
    rows = _beside(before, after, width) if width >= WIDE else _in_one(before, after, width)
    was = {row.offer for row in before.ranking}
    newly_out = [gone for gone in after.excluded if gone.offer in was]
    out: list[Text] = [heading("Newly out")] if newly_out else []
    for gone in newly_out:
        out.append(hanging("✗ ", gone.title, width))
        out.append(hanging("  ", quiet(gone.failed[0].text), width))
    return sections([head, rows, out])


def _beside(before: Recommendation, after: Recommendation, width: int) -> list[Text]:
    """``1 Groq  41.0   │   1 ▲2 Own servers  44.1``."""
    was = {row.offer: row.rank for row in before.ranking}
    half = (width - 3) // 2
    rows: list[Text] = [
        Content.assemble(cut(heading("Before"), half), ("   ", ""), heading("Now")),
        Content.assemble(
            cut(_state(before), half), ("   ", ""), _state(after).truncate(half, ellipsis=True)
        ),
    ]
    for index in range(max(len(before.ranking), len(after.ranking))):
        left = before.ranking[index] if index < len(before.ranking) else None
        right = after.ranking[index] if index < len(after.ranking) else None
        rows.append(
            Content.assemble(
                cut("", half) if left is None else _place(left, "", half),
                (" │ ", "$quiet"),
                ""
                if right is None
                else _place(right, phrases.movement(was.get(right.offer), right.rank), half),
            )
        )
    return rows


def _state(result: Recommendation) -> Content:
    words = f"{result.verdict.confidence}, lead {_lead(result)}"
    return quiet(words if result.ranking else "no offer qualifies")


def _place(row: Ranked, moved: str, width: int) -> Content:
    return Content.assemble(
        (f"{row.rank:>2} ", "$quiet"),
        (f"{moved[:3]:<4}", "bold $error" if moved.startswith("▼") else "bold $success"),
        cut(_title(row), max(width - 14, 8)),
        f" {phrases.points(row.score.points):>5} ",
    )


def _title(row: Ranked) -> str:
    """What is to be confirmed stands behind what is proven, whatever its points."""
    return row.title if row.lane == "safe" else f"{phrases.LANE[row.lane][0]} {row.title}"


def _in_one(before: Recommendation, after: Recommendation, width: int) -> list[Text]:
    was = {row.offer: row for row in before.ranking}
    names = min(max([len(row.title) for row in after.ranking] + [8]), max(width - 24, 12))
    rows: list[Text] = [
        heading("Ranking"),
        quiet(f"{'':<7} {'':<{names}} {'before':>6}  {'after':>6}"),
    ]
    for row in after.ranking:
        old = was.get(row.offer)
        moved = phrases.movement(old.rank if old is not None else None, row.rank)
        style = "bold $error" if moved.startswith("▼") else "bold $success"
        earlier = phrases.points(old.score.points) if old is not None else "out"
        rows.append(
            Content.assemble(
                (f"{row.rank:>2} ", "$quiet"),
                (f"{moved:<4} ", style),
                cut(_title(row), names),
                (f" {earlier:>6}", "$quiet"),
                f"  {phrases.points(row.score.points):>6}",
            )
        )
    return rows
