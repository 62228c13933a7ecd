"""The user's own prices on the command line: units are checked, mistakes answered."""

from __future__ import annotations

from fractions import Fraction

import pytest

from advisor.estimate.settings import Setting, parse_setting

OFFERS = ("gmi-gb200-nvl72", "together-serverless")


@pytest.mark.parametrize(
    ("text", "setting"),
    [
        (
            "price.gmi-gb200-nvl72=10.5/h",
            Setting("gmi-gb200-nvl72", "gpu-hour", Fraction(21, 2)),
        ),
        ("price.gmi-gb200-nvl72.gpu-hour=8 USD/h", Setting("gmi-gb200-nvl72", "gpu-hour", 8)),
        (
            "price.together-serverless.input=1.74/M",
            Setting("together-serverless", "input", Fraction(87, 50)),
        ),
        (
            "price.together-serverless.batch-discount=50%",
            Setting("together-serverless", "batch-discount", 50),
        ),
    ],
)
def test_a_price_is_read_exactly(text: str, setting: Setting) -> None:
    assert parse_setting(text, OFFERS) == setting


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("price.gmi-gb200-nvl72=10.5", "needs its unit: price.gmi-gb200-nvl72=10.5/h"),
        ("price.gmi-gb200-nvl72=10.5/M", "needs its unit"),
        ("price.together-serverless.input=1.74/k", "per million"),
        ("price.together-serverless.inptu=1.74/M", "did you mean 'input'"),
        ("price.gmi-gb200-nvl27=8/h", "did you mean 'gmi-gb200-nvl72'"),
        ("price.together-serverless.batch-discount=150%", "percentage"),
        ("gmi=8", "is no setting"),
        ("price.gmi-gb200-nvl72=-8/h", "is no setting"),
    ],
)
def test_a_wrong_unit_or_name_is_an_error(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        parse_setting(text, OFFERS)
