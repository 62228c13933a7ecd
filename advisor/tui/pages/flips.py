"""What would change the winner: changed answers, and where along a number it turns."""

from __future__ import annotations

from collections.abc import Callable

from textual.content import Content

from advisor.decision.result import Flip, Recommendation, Search
from advisor.reports.figures import counted
from advisor.tui import phrases
from advisor.tui.pages.layout import Text, hanging, heading, quiet

Title = Callable[[str | None], str]


def flip_lines(result: Recommendation, title: Title, width: int) -> list[Text]:
    """Each flip in the order of the result; nothing where none was found or looked for."""
    rows: list[Text] = [heading("What would change the winner")]
    for flip in result.flips:
        words = flip_words(flip, title)
        rows.append(hanging("↷ ", words, width))
        # The changed answer may say the threshold already.
        more = [found.words for found in flip.thresholds if found.words not in words.plain]
        rows += [hanging("  ", quiet(text), width) for text in more]
    searched = _searched(result.flip_search)
    if not result.flips and not searched:
        return []
    if not result.flips:
        rows.append(hanging("", "No such change was found.", width))
    return [*rows, *([hanging("", quiet(searched), width)] if searched else [])]


def flip_words(flip: Flip, title: Title) -> Content:
    """``Residency: eu → Own servers``."""
    change = " and ".join(f"{phrases.name_words(q)}: {v}" for q, v in flip.change.items())
    if flip.reading is not None:
        change = f"{change}; {flip.reading}" if change else flip.reading
    winner = flip.title or title(flip.winner) if flip.winner is not None else "no offer qualifies"
    lane = "" if flip.lane != "conditional" else " (to be confirmed)"
    return Content.assemble(change, (" → ", "$quiet"), (winner, "bold"), (lane, "$quiet"))


def _searched(search: Search | None) -> str:
    if search is None:
        return ""
    size = counted(search.completed, "answer")
    if search.complete:
        return f"Every change of up to {size} was looked at."
    if search.completed == 0:
        return "The search reached its bound before every single change was looked at."
    return f"Every change of up to {size} was looked at; of larger ones only some."
