"""Figures in words: exact numbers in, rounded text out, no binary floats in between."""

from __future__ import annotations

from fractions import Fraction

from advisor.decision.result import Money
from advisor.knowledge.values import Number


def grouped(value: int) -> str:
    """``13824`` -> ``13,824``."""
    return f"{value:,}"


def many(count: int) -> str:
    """``65,536``; from a million million on ``about 2.3 × 10^20``."""
    if count < 10**12:
        return grouped(count)
    power = len(str(count)) - 1
    tenths = round(Fraction(count, 10 ** (power - 1)))
    if tenths == 100:
        power, tenths = power + 1, 10
    return f"about {tenths // 10}.{tenths % 10} × 10^{power}"


def decimal(value: Number, places: int) -> str:
    """Rounded half to even, with thousands grouped: ``decimal(Fraction(5, 3), 2)`` is 1.67."""
    scaled = round(Fraction(value) * 10**places)
    whole, part = divmod(abs(scaled), 10**places)
    sign = "-" if scaled < 0 else ""
    return f"{sign}{whole:,}" + (f".{part:0{places}d}" if places else "")


def percent(share: Number) -> str:
    """``Fraction(5, 6)`` -> ``83 %``; what is neither 0 nor 1 is never shown as such."""
    rounded = round(Fraction(share) * 100)
    if rounded == 0 and share > 0:
        return "under 1 %"
    if rounded == 100 and share < 1:
        return "over 99 %"
    return f"{rounded} %"


def dollars(value: Number) -> str:
    """Cents up to 100 dollars, then whole dollars; tenths of a cent below one cent."""
    amount = Fraction(value)
    if amount == 0:
        return "$0"
    size = abs(amount)
    places = 4 if size < Fraction(1, 100) else 2 if size < 100 else 0
    text = decimal(size, places)
    return f"-${text}" if amount < 0 else f"${text}"


def band(low: Number | None, high: Number | None) -> str:
    """``$1,200 to $3,400``, ``at least $1,200``, ``unknown``."""
    if low is None:
        return "unknown" if high is None else f"at most {dollars(high)}"
    if high is None:
        return f"at least {dollars(low)}"
    first, last = dollars(low), dollars(high)
    return first if first == last else f"{first} to {last}"


def figure_span(low: Number | None, high: Number | None, unit: str) -> str:
    """``1,200 to 3,400 requests``, ``1,200 requests or more``, ``not known``."""
    tail = f" {unit}" if unit else ""
    ends = [None if end is None else decimal(end, 0 if end >= 10 else 2) for end in (low, high)]
    if ends[0] is None:
        return "not known" if ends[1] is None else f"at most {ends[1]}{tail}"
    if ends[1] is None:
        return f"{ends[0]}{tail} or more"
    return f"{ends[0]}{tail}" if ends[0] == ends[1] else f"{ends[0]} to {ends[1]}{tail}"


def money(value: Money) -> str:
    """USD in words: an amount, a band, or that it is not known."""
    return band(value.low, value.high)


def counted(count: int, one: str, many: str | None = None) -> str:
    """``counted(2, "answer")`` -> ``2 answers``."""
    return f"{grouped(count)} {one if count == 1 else many or one + 's'}"


def listed(words: tuple[str, ...] | list[str], last: str = "and") -> str:
    """``a, b and c``."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"
