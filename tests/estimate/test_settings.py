"""The user's own prices on the command line: units are checked, mistakes answered."""

from __future__ import annotations

from fractions import Fraction

import pytest

from advisor.estimate.settings import Setting, parse_setting

OFFERS = ("gmi-gb200-nvl72", "own-gpu-servers", "together-serverless")


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
        ("price.own-gpu-servers.device=42000", Setting("own-gpu-servers", "device", 42_000)),
        ("price.own-gpu-servers.watts=1.3kW", Setting("own-gpu-servers", "watts", 1300)),
        ("months=4 years", Setting("", "months", 48)),
        ("pue=1.3", Setting("", "pue", Fraction(13, 10))),
        ("electricity = 0.12 USD/kWh", Setting("", "electricity", Fraction(3, 25))),
        ("space=200/kW-month", Setting("", "space", 200)),
        ("egress=0.09/GB", Setting("", "egress", Fraction(9, 100))),
        (
            "price.gmi-gb200-nvl72.storage=0.07/GB-month",
            Setting("gmi-gb200-nvl72", "storage", Fraction(7, 100)),
        ),
        ("utilisation=40%", Setting("", "utilisation", 40)),
        ("adapters=500MB", Setting("", "adapters", Fraction(1, 2))),
        ("horizon=2.5M/day", Setting("", "horizon", 2_500_000)),
        ("horizon=300 requests/day", Setting("", "horizon", 300)),
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
        ("gmi-gb200-nvl72", "is no setting"),
        ("price.gmi-gb200-nvl72=", "is no setting"),
        ("electricty=0.12/kWh", "did you mean 'electricity'"),
        ("electricity=0.12", "per kWh: electricity=0.12/kWh, not '0.12'"),
        ("electricity=120/MWh", "per kWh"),
        ("pue=0.8", "1 or more"),
        ("pue=130%", "1 or more"),
        ("months=0", "months or years"),
        ("watts=1300", "power is in watts"),
        ("space=200/kWh", "per kW and month"),
        ("egress=0.09", "per GB"),
        ("storage=0.07/GB", "per GB and month"),
        ("utilisation=0%", "a share above 0"),
        ("utilisation=120%", "a share above 0"),
        ("utilisation=0.4", "a share above 0"),
        ("adapters=10", "memory in GB"),
        ("horizon=0/day", "requests a day"),
        ("horizon=soon", "horizon=10M/day, not 'soon'"),
        ("price.own-gpu-servers.device=0", "price in USD"),
        ("price.own-gpu-servers.adapters=1GB", "'adapters' is no price"),
        ("price.gmi-gb200-nvl72=-8/h", "needs its unit"),
    ],
)
def test_a_wrong_unit_or_name_is_an_error(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        parse_setting(text, OFFERS)


WHOLE = {
    "price.gmi-gb200-nvl72=8": "the price of a device needs its unit: price.gmi-gb200-nvl72=10.5/h, "
    "not '8'",
    "price.together-serverless.input=2": "a price of tokens is per million: "
    "price.together-serverless.input=1.74/M, not '2'",
    "price.together-serverless.batch-discount=2": "a discount is a percentage: "
    "price.together-serverless.batch-discount=50%, not '2'",
    "price.own-gpu-servers.device=9 EUR": "a bought device has a price in USD: "
    "price.own-gpu-servers.device=42000, not '9 EUR'",
    "months=3 weeks": "devices are used for months or years: months=48, not '3 weeks'",
    "watts=1300": "power is in watts: watts=1300W, not '1300'",
    "pue=0.9": "the power of a room over that of its equipment is a factor of 1 or more: pue=1.3, "
    "not '0.9'",
    "electricity=12ct": "electricity is paid per kWh: electricity=0.12/kWh, not '12ct'",
    "space=200/m2": "space is paid per kW and month: space=200/kW-month, not '200/m2'",
    "egress=1/TB": "egress is paid per GB: egress=0.09/GB, not '1/TB'",
    "storage=1/GB": "storage is paid per GB and month: storage=0.07/GB-month, not '1/GB'",
    "utilisation=0%": "a utilisation is a share above 0 and up to 100 %: utilisation=40%, not '0%'",
    "adapters=3": "adapters take memory in GB: adapters=10GB, not '3'",
    "horizon=soon": "a horizon is a number of requests a day: horizon=10M/day, not 'soon'",
    "price.nobody=8/h": "there is no offer 'nobody'",
    "price.own-gpu-servers.horizon=1/day": "'horizon' is no price",
    "price": "'price' is no setting: write price.OFFER=10.5/h, price.OFFER.input=1.74/M, "
    "electricity=0.12/kWh or horizon=10M/day",
}


@pytest.mark.parametrize("text", WHOLE)
def test_every_kind_of_mistake_says_what_to_write(text: str) -> None:
    with pytest.raises(ValueError) as raised:
        parse_setting(text, OFFERS)
    assert str(raised.value) == WHOLE[text]
