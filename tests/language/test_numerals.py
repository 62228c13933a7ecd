"""Numbers as they are written: what is read, and what is said of other notations."""

from __future__ import annotations

from fractions import Fraction

import pytest

from advisor.language.numerals import (
    MOST_DIGITS,
    NumberError,
    decimal_digits,
    exact,
    grouped,
    read_numeral,
    terminates,
)

WRITE_OUT = "write the number out, without an exponent"
COMMAS = "separate thousands by commas, as in `1,000,000`, or not at all"


@pytest.mark.parametrize(
    ("text", "message", "end", "hint"),
    [
        ("0x1F GB", "'0x1F' is not a plain number", 4, "write it in decimal digits"),
        ("0b1", "'0b1' is not a plain number", 3, "write it in decimal digits"),
        ("1e3", "'1e3' has an exponent; expected a size", 3, "write `1000`"),
        ("-1e3", "'-1e3' has an exponent; expected a size", 4, WRITE_OUT),
        ("1.5e-2 ms", "'1.5e-2' has an exponent; expected a size", 6, "write `0.015`"),
        ("1e18", "'1e18' has an exponent; expected a size", 4, "write `1000000000000000000`"),
        ("1e-18", "'1e-18' has an exponent; expected a size", 5, "write `0.000000000000000001`"),
        ("1e19", "'1e19' has an exponent; expected a size", 4, WRITE_OUT),
        ("1e9999", "'1e9999' has an exponent; expected a size", 6, WRITE_OUT),
        (
            "12345678901e2",
            "'12345678901e2' has an exponent; expected a size",
            13,
            "write `1234567890100`",
        ),
        ("123456789012e2", "'123456789012e2' has an exponent; expected a size", 14, WRITE_OUT),
        ("0e5", "'0e5' has an exponent; expected a size", 3, "write `0`"),
        ("+5", "'+5' has a plus sign", 1, "write `5`"),
        ("007", "'007' starts with a zero", 3, "write `7`"),
        ("00.5 x", "'00.5' starts with a zero", 4, "write `0.5`"),
        ("1.", "'1.' is not a plain number", 2, "write `1`"),
        ("50. x", "'50.' is not a plain number", 3, "write `50`"),
        ("1.2.3 GB", "'1.2.3' is not a plain number", 5, COMMAS),
        ("1,5", "'1,5' is not a plain number", 3, "write `1.5` for a fraction"),
        ("-1,25", "'-1,25' is not a plain number", 5, "write `-1.25` for a fraction"),
        ("1.000.000", "'1.000.000' is not a plain number", 9, "write `1000000`"),
        ("1'000", '"1\'000" is not a plain number', 5, "write `1000`"),
        (".5", "'.5' is not a plain number", 2, "write `0.5`"),
        ("1:30", "'1:30' is not a plain number", 4, "a time or ratio is not a number here"),
        ("1_0", "'1_0' is not a plain number", 3, COMMAS),
        ("1,00,0", "'1,00,0' is not a plain number", 6, COMMAS),
        ("x", "expected a size, found 'x'", 1, None),
    ],
)
def test_another_notation_is_named_with_what_to_write(text, message, end, hint):
    with pytest.raises(NumberError) as caught:
        read_numeral(text, "a size")
    found = caught.value
    assert str(found).replace('"', "'") == message.replace('"', "'")
    assert (found.start, found.end, found.hint, found.check) == (0, end, hint, "bad-number")


@pytest.mark.parametrize(
    ("text", "value", "end"),
    [
        ("1_000", 1000, 5),
        ("1,000,000 x", 1_000_000, 9),
        ("-12.50", Fraction(-25, 2), 6),
        ("2.0", 2, 3),
        ("0", 0, 1),
        ("0.25%", Fraction(1, 4), 4),
        ("_".join(["999"] * (MOST_DIGITS // 3)), 10**MOST_DIGITS - 1, MOST_DIGITS * 4 // 3 - 1),
        ("9" * MOST_DIGITS, 10**MOST_DIGITS - 1, MOST_DIGITS),
    ],
)
def test_a_plain_number_is_read_exactly(text, value, end):
    found = read_numeral(text, "a size")
    assert found == (value, end)
    assert type(found[0]) is type(value)


def test_an_exponent_of_any_length_is_refused():
    with pytest.raises(NumberError) as caught:
        read_numeral("1e" + "9" * 5_000, "a size")
    assert (caught.value.hint, caught.value.end) == (WRITE_OUT, 5_002)


def test_too_many_digits_are_counted():
    with pytest.raises(NumberError) as caught:
        read_numeral("1." + "2" * MOST_DIGITS, "a size")
    assert str(caught.value) == (
        f"a number has at most {MOST_DIGITS} digits, this one has {MOST_DIGITS + 1}"
    )
    assert (caught.value.start, caught.value.end) == (0, MOST_DIGITS + 2)


def test_what_terminates_can_be_written_out_and_read_again():
    assert terminates(Fraction(1, 10 ** (MOST_DIGITS - 1)))
    assert not terminates(Fraction(1, 10**MOST_DIGITS))
    assert not terminates(Fraction(1, 3))
    assert terminates(Fraction(-7, 40))
    assert decimal_digits(Fraction(7, 40)) == "0.175"
    assert decimal_digits(1200) == "1200"
    assert len(decimal_digits(Fraction(1, 3)).partition(".")[2]) == MOST_DIGITS + 1
    assert exact(Fraction(4, 2)) == 2 and type(exact(Fraction(4, 2))) is int
    assert grouped("1234567.5") == "1,234,567.5"
    assert grouped("999") == "999"
