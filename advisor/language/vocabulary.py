"""Which names a text may use, what they hold, and the nearest name to a misspelt one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import assert_never

from msgspec import Struct, field

from advisor.knowledge.values import ChoiceType, FlagsType, NumberType, Type
from advisor.language.marks import listed
from advisor.language.units import UNITS

RESERVED = ("all", "any", "not")
"""Words that nest conditions; no question, derived value or attribute has such a name."""

_LONGEST_WORD = 80
_NEAR = 0.6


class Scope(Struct, frozen=True):
    """What a condition or expression may speak about.

    ``names``: what may stand before the colon, and its type.  ``its``: attributes of the
    offer at hand that a test may compare with (``above its context-limit``); empty where
    there is no offer.  ``what`` says what the names are ("question or derived value").
    ``presence``: ``known`` and ``unknown`` are allowed.
    """

    names: Mapping[str, Type]
    its: Mapping[str, Type] = field(default_factory=dict)
    what: str = "question, derived value or attribute"
    presence: bool = False


def did_you_mean(word: str, candidates: Iterable[str]) -> str | None:
    """``did you mean 'x'?`` for the candidate nearest to ``word``, or None."""
    nearest = nearest_word(word, candidates)
    if nearest is None:
        return None
    strange = next((c for c in word if not c.isascii()), None)
    if strange is not None and nearest.isascii():
        # It may look exactly like the right one.
        return f"did you mean '{nearest}'? '{strange}' (U+{ord(strange):04X}) is not in it"
    return f"did you mean '{nearest}'?"


def nearest_word(word: str, candidates: Iterable[str]) -> str | None:
    """The candidate nearest to ``word``; the same for every order of the candidates."""
    if not word or len(word) > _LONGEST_WORD:
        return None
    ordered = sorted(set(candidates))
    plain = _plain(word)
    for candidate in ordered:
        if _plain(candidate) == plain:
            return candidate
    from difflib import SequenceMatcher

    best: tuple[float, str] | None = None
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(plain)
    for candidate in ordered:
        matcher.set_seq1(_plain(candidate))
        if matcher.real_quick_ratio() < _NEAR or matcher.quick_ratio() < _NEAR:
            continue
        ratio = matcher.ratio()
        if ratio >= _NEAR and (best is None or ratio > best[0]):
            best = (ratio, candidate)
    return None if best is None else best[1]


def type_words(of: Type) -> str:
    """What a value of the type looks like: ``one of api, dedicated``, ``a number of ...``."""
    match of:
        case ChoiceType(options):
            return f"one of {listed(list(options))}" if options else "an option"
        case FlagsType(options):
            return f"any of {listed(list(options))}" if options else "options"
        case NumberType(unit):
            known = UNITS[unit]
            return f"{known.what} such as {known.example}"
        case unreachable:
            assert_never(unreachable)


def kind_words(of: Type) -> str:
    """``a choice``, ``several choices``, ``a number``."""
    match of:
        case ChoiceType():
            return "a choice"
        case FlagsType():
            return "several choices"
        case NumberType():
            return "a number"
        case unreachable:
            assert_never(unreachable)


def _plain(word: str) -> str:
    return word.casefold().replace("_", "-").replace(" ", "-").strip("-.")
