"""Before and after a change: the flip first, then every move."""

from __future__ import annotations

from collections.abc import Callable

from textual.content import Content

from advisor.decision.result import Recommendation
from advisor.knowledge.model import Inputs, Knowledge
from advisor.tui import phrases
from advisor.tui.pages.layout import Text, cut, heading, lines, quiet, sections

Title = Callable[[str | None], str]


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


def moves_page(
    before: Recommendation, after: Recommendation, changed: list[str], title: Title, width: int
) -> Content:
    """The flip, what was changed, and the ranking with each offer's points before and after."""
    head: list[Text] = [flip_sentence(before, after, title)]
    head += [quiet(f"  {change}") for change in changed]
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
                cut(row.title, names),
                (f" {earlier:>6}", "$quiet"),
                f"  {phrases.points(row.score.points):>6}",
            )
        )
    newly_out = [gone for gone in after.excluded if gone.offer in was]
    out: list[Text] = [heading("Newly out")] if newly_out else []
    out += [lines([f"✗ {gone.title}", quiet(f"  {gone.failed[0].text}")]) for gone in newly_out]
    return sections([head, rows, out])
