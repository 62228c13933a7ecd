"""Values of facts in words and as data."""

from __future__ import annotations

from fractions import Fraction

from advisor.knowledge.values import (
    Domain,
    Flags,
    FlagsType,
    Interval,
    Number,
    NumberType,
    Options,
    Type,
)
from advisor.language.wording import domain_words


def value_words(value: Domain | None, of: Type) -> str:
    """``0.35 USD/Mtoken``, ``us and canada; not full``, ``unknown``."""
    if value is None:
        return "unknown"
    if not isinstance(value, Flags) or not isinstance(of, FlagsType):
        return domain_words(value, of)
    held = domain_words(Flags(value.must, value.must), of)
    denied = [option for option in of.options if option not in value.may]
    if not denied:
        return held if value.must else "none named"
    if value.may == value.must:
        return f"{held}; no others" if value.must else "none"
    still = value.may - value.must
    if len(denied) > len(still):
        # Long lists are told by what is left open.
        rest = domain_words(Flags(still, still), of)
        return f"{held if value.must else 'none named'}; {rest} open; no others"
    lacking = domain_words(Flags(frozenset(denied), frozenset(denied)), of)
    return f"{held}; not {lacking}" if value.must else f"not {lacking}"


def value_data(value: Domain | None, of: Type) -> object:
    """A number, ``{"low", "high"}``, an option, ``{"any_of"}``, the held options of a list,
    or null for unknown."""
    match value:
        case None:
            return None
        case Interval():
            if value.is_point:
                return _plain(value.low)
            return {"low": _plain(value.low), "high": _plain(value.high)}
        case Options(values):
            found = [o for o in options_of(of) if o in values] or sorted(values)
            return found[0] if len(found) == 1 else {"any_of": found}
        case Flags(must):
            return [option for option in options_of(of) if option in must]


def options_of(of: Type) -> tuple[str, ...]:
    """The options of a choice or a list; none of a number."""
    return () if isinstance(of, NumberType) else of.options


def _plain(value: Number | None) -> int | float | None:
    if value is None:
        return None
    exact = Fraction(value)
    return exact.numerator if exact.denominator == 1 else float(exact)
