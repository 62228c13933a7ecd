"""What the verdict leaves open: to confirm, depends on, assumed, warnings, what would flip it."""

from __future__ import annotations

from collections.abc import Callable

from textual.content import Content

from advisor.decision.result import Doubt, Recommendation
from advisor.tui import phrases
from advisor.tui.pages.flips import flip_lines
from advisor.tui.pages.layout import Text, hanging, heading, quiet, sections
from advisor.tui.pages.portfolio import portfolio_lines

Title = Callable[[str | None], str]

UNDER_WAY = "What would change the winner is being computed…"
CONFIRM = "◐ To confirm before signing: none of this may be so"
DEPENDS = "? It would be out, if this turns out to be so"


def open_page(result: Recommendation, title: Title, width: int, *, whole: bool = True) -> Content:
    """Everything to look at before signing, the most binding first.  Not ``whole``: what would
    change the winner is still being computed."""
    pair = phrases.margin(result)
    groups: list[list[Text]] = []
    if pair is not None:
        leader = pair[0]
        groups.append(_doubts(CONFIRM, leader.to_confirm, width))
        groups.append(_doubts(DEPENDS, leader.depends_on, width))
        groups.append(
            _items("! Caveats", [caveat.text for caveat in leader.warnings], width, glyph="! ")
        )
    if not whole:
        groups.append([quiet(UNDER_WAY)])
    groups += [flip_lines(result, title, width), _next(result, width)]
    groups.append(portfolio_lines(result.portfolio, width))
    groups.append(_items("Next steps", list(result.plan), width))
    readings = [reading.text for reading in result.inputs.readings]
    groups.append(_items("How your answers were read", readings, width))
    groups.append(_assumed(result, width))
    groups.append(_items("Why the confidence is not higher", _caps(result), width))
    page = sections(groups)
    return page if page else Content("Nothing is left open.")


def _caps(result: Recommendation) -> list[str]:
    return list(result.verdict.sureness.caps)


def _items(title: str, texts: list[str], width: int, glyph: str = "· ") -> list[Text]:
    if not texts:
        return []
    return [heading(title), *(hanging(glyph, text, width) for text in texts)]


def _doubts(title: str, doubts: tuple[Doubt, ...], width: int) -> list[Text]:
    if not doubts:
        return []
    rows: list[Text] = [heading(title)]
    for doubt in doubts:
        rows.append(hanging("· ", doubt.text, width))
        rows += [hanging("  ", quiet(f"on file: {fact}"), width) for fact in doubt.facts]
    return rows


def _next(result: Recommendation, width: int) -> list[Text]:
    following = result.next_question
    if following is None:
        return []
    words = Content.assemble((phrases.name_words(following.id), "bold"), ". ", following.why)
    return [heading("The question that matters most now"), hanging("? ", words, width)]


def _assumed(result: Recommendation, width: int) -> list[Text]:
    """Unanswered questions: taken as their usual answers, each with its likelihood."""
    if not result.inputs.unknown:
        return []
    names = ", ".join(phrases.name_words(name) for name in result.inputs.unknown)
    return [
        heading("Not answered, so weighed by what is usual"),
        hanging("", quiet(names), width),
    ]
