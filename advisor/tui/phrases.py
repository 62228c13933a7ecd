"""Words and glyphs for values: pure functions, no widgets.

Every state has a glyph *and* a word, so that nothing depends on colour.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from advisor.decision.result import Estimate, Ranked, Recommendation
from advisor.knowledge.values import Domain, Flags, Interval, Number, NumberType, Options
from advisor.reports.figures import decimal, many, money, percent

if TYPE_CHECKING:
    from advisor.knowledge.model import Question
    from advisor.tui.state import Consultation

STATUS: Final[Mapping[str, tuple[str, str]]] = {
    "answered": ("✓", "answered"),
    "unknown": ("?", "don't know"),
    "skipped": ("–", "skipped"),
    "open": ("·", "open"),
    "irrelevant": (" ", "not needed"),
}
CURRENT: Final = "▶"

CONFIDENCE: Final[Mapping[str, str]] = {
    "firm": "no open question and no plausible change of weights moves the winner",
    "likely": "most of what is open, and most weights, agree",
    "leaning": "more speaks for it than against; see what is listed under Open",
    "toss-up": "the first places are too close, or too little is known",
    "none": "no offer meets every requirement",
}
LEVEL: Final[Mapping[str, int]] = {"none": 0, "toss-up": 1, "leaning": 2, "likely": 3, "firm": 4}

LANE: Final[Mapping[str, tuple[str, str]]] = {
    "safe": ("●", "requirements met"),
    "conditional": ("◐", "to be confirmed"),
}


def points(value: int | Fraction) -> str:
    """Points 0..10000 as 0.0 to 100.0."""
    return decimal(Fraction(value) / 100, 1)


def signed_points(value: int | Fraction) -> str:
    """Points with their sign; a true minus, so that columns line up."""
    text = decimal(abs(Fraction(value)) / 100, 1)
    if text == "0.0":
        return "±0.0"
    return f"+{text}" if value > 0 else f"−{text}"


def share(value: Fraction | None) -> str:
    """A share 0..1 in percent; ``unknown`` where there is none."""
    return "unknown" if value is None else percent(value)


def times(value: Fraction | None) -> str:
    """A factor such as ×1.8."""
    if value is None:
        return "unknown"
    return "over ×100" if value > 100 else f"×{decimal(value, 1)}"


def monthly_cost(estimate: Estimate | None) -> str:
    """The monthly band, or why there is none."""
    if estimate is None:
        return "not estimated"
    text = money(estimate.monthly)
    return "not known" if text == "unknown" else f"{text} a month"


def name_words(identifier: str) -> str:
    """An id as words: ``first-token-ms`` is First token ms."""
    words = identifier.replace("-", " ")
    return words[:1].upper() + words[1:]


def named_answer(text: str) -> str:
    """``model-size: 175B``, as results name an answer, with the id as words."""
    name, colon, value = text.partition(": ")
    return f"{name_words(name)}: {value}" if colon else text


def answer_text(question: Question, domain: Domain) -> str:
    """An answer as it would be typed: numbers with their unit, ids, commas."""
    from advisor.language.units import format_number

    if isinstance(domain, Options):
        known = [option for option in _ids(question) if option in domain.values]
        return ", ".join(known)
    if isinstance(domain, Flags):
        return ", ".join(o for o in _ids(question) if o in domain.must) or "none"
    unit = question.type.unit if isinstance(question.type, NumberType) else ""
    if domain.is_point and domain.low is not None:
        return format_number(domain.low, unit)
    if domain.low is None or domain.high is None:
        if domain.high is not None:
            return f"at most {format_number(domain.high, unit)}"
        return f"at least {format_number(domain.low, unit)}" if domain.low is not None else "?"
    return range_text(question, domain.low, domain.high)


def range_text(question: Question, low: Number, high: Number) -> str:
    """A range as it would be typed: ``70B to 175B``."""
    from advisor.language.units import format_number

    unit = question.type.unit if isinstance(question.type, NumberType) else ""
    return f"{format_number(low, unit)} to {format_number(high, unit)}"


def answer_words(question: Question, domain: Domain) -> str:
    """An answer to be read: the options' labels, ``or`` between what is left open."""
    if isinstance(domain, Interval):
        return answer_text(question, domain)
    labels = {option.id: option.label for option in question.options}
    if isinstance(domain, Options):
        return " or ".join(labels.get(o, o) for o in _ids(question) if o in domain.values)
    named = [labels.get(o, o) for o in _ids(question) if o in domain.must]
    maybe = [labels.get(o, o) for o in _ids(question) if o in domain.may - domain.must]
    words = ", ".join(named) or ("none" if not maybe else "")
    return words if not maybe else f"{words}{', ' if words else ''}perhaps {', '.join(maybe)}"


def can_change(recommendation: Recommendation | None) -> str:
    """Whether the winner can still change: yes, no, or not known yet."""
    if recommendation is None:
        return "not known yet"
    return "no" if recommendation.verdict.settled else "yes"


def proof(recommendation: Recommendation) -> str:
    """What the statement about change rests on."""
    worlds = recommendation.verdict.worlds
    noun = "combination" if worlds.total == 1 else "combinations"
    if worlds.total == worlds.checked:
        return f"checked {many(worlds.total)} {noun} of what is open"
    return f"checked {many(worlds.checked)} of {many(worlds.total)} {noun}"


def settled_proof(state: Consultation) -> str:
    """What it rests on that nothing can change the winner."""
    result, advice = state.recommendation, state.advice
    if result is not None and result.verdict.settled:
        return proof(result)
    return advice.why.rstrip(".") if advice is not None else ""


def movement(before: int | None, now: int) -> str:
    """``▲2``, ``▼1``, nothing where a rank stayed, ``new``: how it moved."""
    if before is None:
        return "new"
    if before == now:
        return ""
    return f"▲{before - now}" if before > now else f"▼{now - before}"


def margin(recommendation: Recommendation) -> tuple[Ranked, Ranked | None] | None:
    """The headline offer and the best other one; None when nothing is ranked."""
    winner = recommendation.verdict.offer
    leader = next((row for row in recommendation.ranking if row.offer == winner), None)
    if leader is None:
        return None
    others = (row for row in recommendation.ranking if row.offer != winner)
    return leader, next(others, None)


def bar(part: Fraction, width: int) -> str:
    """A horizontal bar in halves of a cell for ``part`` 0..1; never shorter than a half when
    there is something, never longer than ``width``.  A line, not a block: rows of blocks
    would grow together."""
    clamped = min(max(part, Fraction(0)), Fraction(1))
    halves = round(clamped * width * 2)
    if clamped > 0:
        halves = max(halves, 1)
    full, rest = divmod(halves, 2)
    return "━" * full + "╸" * rest


def meter(level: int, top: int = 4) -> str:
    """A rank as filled and empty squares."""
    return "■" * level + "□" * (top - level)


def _ids(question: Question) -> tuple[str, ...]:
    return () if isinstance(question.type, NumberType) else question.type.options
