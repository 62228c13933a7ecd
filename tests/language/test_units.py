"""Numbers with units: exact, closed, and refused where two readings are possible."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.knowledge.values import Number
from advisor.language.numerals import MOST_DIGITS, NumberError, terminates
from advisor.language.units import UNITS, format_number, parse_number

READ: list[tuple[str, str, Number]] = [
    ("70B", "parameters", 70),
    ("70", "parameters", 70),
    ("70b", "parameters", 70),
    ("0.5B", "parameters", Fraction(1, 2)),
    ("500M", "parameters", Fraction(1, 2)),
    ("1T", "parameters", 1000),
    ("1.6T", "parameters", 1600),
    ("70B parameters", "parameters", 70),
    ("70 billion", "parameters", 70),
    ("300 ms", "ms", 300),
    ("300ms", "ms", 300),
    ("1.5 s", "ms", 1500),
    ("2 min", "ms", 120_000),
    ("128k", "tokens", 128_000),
    ("128,000 tokens", "tokens", 128_000),
    ("1M", "tokens", 1_000_000),
    ("60 tokens/min", "tokens/s", 1),
    ("12 requests/s", "requests/day", 1_036_800),
    ("1M requests/day", "requests/day", 1_000_000),
    ("730 requests/month", "requests/day", 24),
    ("24 requests/day", "requests/month", 730),
    ("1_000_000", "requests/day", 1_000_000),
    ("1,000,000", "requests/day", 1_000_000),
    ("50k USD", "USD/month", 50_000),
    ("1200 USD/year", "USD/month", 100),
    ("0.35", "USD/Mtoken", Fraction(7, 20)),
    ("0.002 USD/ktoken", "USD/Mtoken", 2),
    ("99.9", "percent", Fraction(999, 10)),
    ("99.9 %", "percent", Fraction(999, 10)),
    ("99.9%", "percent", Fraction(999, 10)),
    ("1 TB", "GB", 1000),
    ("1 GiB", "GB", Fraction(2**30, 10**9)),
    ("21 PB/s", "GB/s", 21_000_000),
    ("1 PFLOPS", "TFLOPS", 1000),
    ("23 kW", "W", 23_000),
    ("2 weeks", "days", 14),
    ("8 devices", "devices", 8),
    ("2.50", "factor", Fraction(5, 2)),
    ("-5", "count", -5),
    ("0", "count", 0),
    ("0.0", "count", 0),
]


@pytest.mark.parametrize(("text", "unit", "value"), READ)
def test_numbers_are_read_exactly_in_their_unit(text: str, unit: str, value: Number) -> None:
    number = parse_number(text, unit)
    assert number == value
    assert isinstance(number, int) == (Fraction(value).denominator == 1)


REFUSED = [
    "", " ", "B", "ms", "017", "00", "0x1F", "0b1", "0o7", "1e6", "1E6", "1e", "1.5e-3", ".5", "5.",
    "+5", "--5", "- 5", "12:30", "1:2:3", "inf", ".inf", "nan", ".nan", "1,5", "1,00", "10,00", "1,0000",
    "1000,000", "1_0", "1__000", "1,000_000", "1.000.000", "1.000,5", "1'000", "1 000", "½", "٣", "1٣",
    "seventy", "70BB", "70 B B", "70 B/s", "70 ms", "70 parameters", "five", "0.5.5", "1,", ",1", "_1", "1_",
    "9" * 31, "0." + "1" * 31, "1/3", "70\x00", "7\n0", "about 3",
]  # fmt: skip


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_not_plainly_a_number_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(NumberError) as refusal:
        parse_number(text, "parameters")
    assert str(refusal.value)
    assert 0 <= refusal.value.start <= refusal.value.end <= len(text)


@pytest.mark.parametrize(
    ("text", "unit", "hint"),
    [
        ("1e6", "tokens", "write `1000000`"),
        ("1.5e-3", "percent", "write `0.0015`"),
        ("017", "tokens", "write `17`"),
        (".5", "percent", "write `0.5`"),
        ("1.000.000", "tokens", "write `1000000`"),
        ("99,9", "percent", "write `99.9` for a fraction"),
        ("80 gb", "GB", "did you mean 'GB'?"),
        ("80 Gb", "GB", "did you mean 'GB'?"),
        ("3 tokens", "tokens/s", "did you mean 'tokens/s'?"),
        ("70 parameters", "parameters", "write `70B` or `70M`"),
        ("300 ms", "GB", "write a number such as `80 GB`"),
        ("300 ms now", "ms", "write `300 ms`"),
        ("1 000 000", "tokens", "write `1000000`"),
        ("1 00 000", "tokens", None),
        ("1 000 0a0", "tokens", None),
        ("1 000 to 2 000 to 3 000", "tokens", "write `LOW to HIGH`"),
        ("3 m", "tokens", "did you mean 'M'?"),
        ("3 b", "tokens", "did you mean 'B'?"),
        ("3 t", "tokens", "did you mean 'T'?"),
        ("3 k w", "tokens", "for example `128,000`"),
        ("3 tokns", "tokens", "did you mean 'tokens'?"),
        ("3 of them all", "tokens", "write a number of tokens such as `128,000`"),
    ],
)
def test_a_refusal_says_what_to_write(text: str, unit: str, hint: str) -> None:
    with pytest.raises(NumberError) as refusal:
        parse_number(text, unit)
    assert refusal.value.hint == hint


def test_a_refusal_names_what_was_expected_and_what_the_unit_measures() -> None:
    with pytest.raises(NumberError, match="'ms' is a unit of duration; expected a number of tok"):
        parse_number("300 ms", "tokens")
    with pytest.raises(NumberError, match="expected a number of parameters such as 70B"):
        parse_number("large", "parameters")


WRITTEN: list[tuple[Number, str, str]] = [
    (175, "parameters", "175B"),
    (Fraction(1, 2), "parameters", "500M"),
    (Fraction(35, 2), "parameters", "17.5B"),
    (1600, "parameters", "1.6T"),
    (20_000, "parameters", "20T"),
    (990, "parameters", "990B"),
    (1000, "parameters", "1T"),
    (1005, "parameters", "1,005B"),
    (1010, "parameters", "1.01T"),
    (1, "parameters", "1B"),
    (Fraction(3, 2), "parameters", "1.5B"),
    (Fraction(1, 4000), "parameters", "0.00025B"),
    (0, "parameters", "0B"),
    (0, "count", "0"),
    (1_000_000, "requests/day", "1,000,000"),
    (128_000, "tokens", "128,000"),
    (Fraction(999, 10), "percent", "99.9 %"),
    (300, "ms", "300 ms"),
    (50, "tokens/s", "50 tokens/s"),
    (Fraction(7, 20), "USD/Mtoken", "0.35 USD/Mtoken"),
    (5000, "USD/month", "5,000 USD/month"),
    (1234567, "count", "1,234,567"),
    (-5, "count", "-5"),
    (Fraction(1, 3), "factor", "about 0.3333"),
    (Fraction(200_000, 3), "factor", "about 66,670"),
    (Fraction(2, 3), "ms", "about 0.6667 ms"),
    (parse_number("1000 requests/month", "requests/day"), "requests/day", "1,000 requests/month"),
]


@pytest.mark.parametrize(("value", "unit", "text"), WRITTEN)
def test_numbers_are_written_for_people(value: Number, unit: str, text: str) -> None:
    assert format_number(value, unit) == text


decimals = st.builds(
    lambda whole, places: Fraction(whole, 10**places),
    st.integers(-(10**15), 10**15),
    st.integers(0, 6),
)


@given(decimals, st.sampled_from(sorted(UNITS)))
def test_what_is_written_is_read_back_exactly(value: Fraction, unit: str) -> None:
    assert parse_number(format_number(value, unit), unit) == value


@given(decimals.map(abs), st.sampled_from(sorted(UNITS)), st.data())
def test_another_unit_of_the_same_kind_is_converted_exactly(
    value: Fraction, unit: str, data: st.DataObject
) -> None:
    known = UNITS[unit]
    forms = sorted(known.forms) if known.one == 1 else []
    if not forms:
        return
    form = data.draw(st.sampled_from(forms))
    text = format_number(value, "factor")
    assert parse_number(f"{text} {form}", unit) == value * Fraction(known.forms[form])
    written = format_number(value * Fraction(known.forms[form]), unit)
    if not written.startswith("about"):
        assert parse_number(written, unit) == value * Fraction(known.forms[form])


@given(st.fractions(0, 10**20), st.integers(-12, 12))
def test_a_rounded_number_has_four_digits_and_halves_go_to_even(
    value: Fraction, power: int
) -> None:
    number = value * Fraction(10) ** power
    if terminates(number):
        return
    with localcontext(prec=60):
        # More digits than could hide on which side of a half the number lies.
        long = Decimal(number.numerator) / Decimal(number.denominator)
    with localcontext(prec=4, rounding=ROUND_HALF_EVEN):
        short = +long
    written = format_number(number, "factor")
    assert written.startswith("about ")
    assert Decimal(written.removeprefix("about ").replace(",", "")) == short


@given(st.fractions(), st.sampled_from(sorted(UNITS)))
def test_a_number_without_end_is_marked_as_rounded(value: Fraction, unit: str) -> None:
    written = format_number(value, unit)
    if written.startswith("about"):
        assert not terminates(value)
    else:
        assert parse_number(written, unit) == value


pieces = st.sampled_from(
    ["1", "0", "70", ",", ".", "_", "000", "-", "+", "e", "E6", "x", " ", "B", "k", "M", "ms", "s",
     "/", "tokens", "tokens/s", "%", "USD", "GB", "inf", "nan", ":", "٣", "\t", "\x00", "to", "é"]
)  # fmt: skip


@given(
    st.lists(pieces, max_size=8).map("".join) | st.text(max_size=12), st.sampled_from(sorted(UNITS))
)
def test_any_text_is_a_number_or_is_refused(text: str, unit: str) -> None:
    try:
        value = parse_number(text, unit)
    except NumberError as refusal:
        assert 0 <= refusal.start <= refusal.end <= len(text)
        return
    assert parse_number(format_number(value, unit), unit) == value or not terminates(value)


@given(st.integers(1, 3), st.lists(st.integers(0, 999), min_size=1, max_size=5))
def test_thousands_may_be_grouped_by_commas_or_underlines(head: int, groups: list[int]) -> None:
    plain = int(f"{head}" + "".join(f"{group:03}" for group in groups))
    for sign in ",_":
        assert parse_number(sign.join([str(head), *(f"{g:03}" for g in groups)]), "count") == plain


def test_every_example_of_the_table_is_a_number_in_its_unit() -> None:
    for name, unit in UNITS.items():
        assert unit.name == name
        value = parse_number(unit.example, name)
        assert parse_number(format_number(value, name), name) == value


def test_the_longest_number_is_kept_exactly() -> None:
    digits = "9" * MOST_DIGITS
    assert parse_number(digits, "count") == int(digits)
