"""``--set``: the user's own figures, as ``price.OFFER=10.5/h`` and the like.

::

    price.gmi-gb200-nvl72=10.5/h            USD per device-hour
    price.together-serverless.input=1.74/M  USD per million tokens; input, output, cached-input
    price.together-serverless.batch-discount=50%
    horizon=10M/day                         requests a day up to which ways of paying are compared
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from advisor.knowledge.values import Number
from advisor.language.vocabulary import did_you_mean

TOKEN_PRICES = ("input", "output", "cached-input")
_COUNTS = {"": 1, "k": 1_000, "M": 1_000_000}
_SETTING = re.compile(
    r"price\.(?P<offer>[a-z0-9][a-z0-9.-]*?)(?:\.(?P<key>[a-z-]+))?"
    r"=(?P<number>[0-9]+(?:\.[0-9]+)?)\s*(?P<unit>[^0-9\s].*)?"
)


@dataclass(frozen=True, slots=True)
class Setting:
    """One figure of the user's: ``key`` is gpu-hour, input, output, cached-input or
    batch-discount, as under ``prices:`` in an answers file; or horizon, of no ``offer``."""

    offer: str
    key: str
    value: Number


def parse_setting(text: str, offers: Iterable[str]) -> Setting:
    """A setting; raises ``ValueError`` with a sentence that says what to write instead."""
    if text.strip().startswith("horizon="):
        return Setting("", "horizon", _horizon(text.strip().removeprefix("horizon=")))
    match = _SETTING.fullmatch(text.strip())
    if match is None:
        raise ValueError(
            f"'{text}' is no setting: write price.OFFER=10.5/h, price.OFFER.input=1.74/M or "
            "horizon=10M/day"
        )
    offer, key, unit = match["offer"], match["key"], (match["unit"] or "").strip()
    known = sorted(offers)
    if offer not in known:
        hint = did_you_mean(offer, known)
        raise ValueError(f"there is no offer '{offer}'" + (f"; {hint}" if hint else ""))
    value = Fraction(match["number"])
    number: Number = int(value) if value.denominator == 1 else value
    if key is None or key == "gpu-hour":
        if unit not in {"/h", "USD/h", "USD/GPU-hour"}:
            raise ValueError(
                f"the price of a device needs its unit: price.{offer}={match['number']}/h"
            )
        return Setting(offer, "gpu-hour", number)
    if key in TOKEN_PRICES:
        if unit not in {"/M", "USD/M", "USD/Mtoken"}:
            raise ValueError(
                f"a price of tokens is per million: price.{offer}.{key}={match['number']}/M"
            )
        return Setting(offer, key, number)
    if key == "batch-discount":
        if unit != "%" or value > 100:
            raise ValueError(f"a discount is a percentage: price.{offer}.{key}=50%")
        return Setting(offer, key, number)
    hint = did_you_mean(key, (*TOKEN_PRICES, "gpu-hour", "batch-discount"))
    raise ValueError(f"'{key}' is no price" + (f"; {hint}" if hint else ""))


def _horizon(text: str) -> int:
    """Requests a day, with its unit; ``k`` and ``M`` count thousands and millions."""
    match = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)([kM]?)\s*(?:requests)?/day", text)
    found = None if match is None else int(Fraction(match[1]) * _COUNTS[match[2]])
    if not found:
        raise ValueError(f"a horizon is a number of requests a day: horizon=10M/day, not '{text}'")
    return found
