"""``--set``: the user's own figures, as ``price.OFFER=10.5/h`` and the like.

::

    price.gmi-gb200-nvl72=10.5/h            USD per device-hour
    price.together-serverless.input=1.74/M  USD per million tokens; input, output, cached-input
    price.together-serverless.batch-discount=50%
    price.own-gpu-servers.device=42000      USD for a bought device with its share of the server
    months=48  watts=1300W  pue=1.3  electricity=0.12/kWh  space=200/kW-month
                                            of all bought devices; of one offer with price.OFFER.
    egress=0.09/GB  storage=0.07/GB-month   of all offers; of one offer with price.OFFER.
    utilisation=40%                         share of what devices sustain that is used on average
    adapters=10GB                           what each replica holds beside the weights
    horizon=10M/day                         requests a day up to which ways of paying are compared
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from fractions import Fraction

from msgspec import Struct

from advisor.knowledge.values import Number
from advisor.language.vocabulary import did_you_mean


class _Kind(Struct, frozen=True):
    """``what`` completes "... is a"; ``units`` say how many of the unit kept one of each makes,
    the empty one where a bare number may stand; ``example`` is what to write."""

    what: str
    units: Mapping[str, Number]
    example: str
    least: Number = 0
    most: Number | None = None


def _usd(what: str, example: str, *units: str) -> _Kind:
    forms = {f"{begin}{unit}": 1 for unit in units for begin in ("/", "USD/")}
    return _Kind(what, forms, example)


_HOUR = _usd("the price of a device needs its unit", "10.5/h", "h", "GPU-hour")
_TOKENS = _usd("a price of tokens is per million", "1.74/M", "M", "Mtoken")
OF_AN_OFFER: Mapping[str, _Kind] = {
    "gpu-hour": _HOUR,
    "input": _TOKENS,
    "output": _TOKENS,
    "cached-input": _TOKENS,
    "batch-discount": _Kind("a discount is a percentage", {"%": 1}, "50%", most=100),
    "device": _Kind("a bought device has a price in USD", {"": 1, "USD": 1}, "42000"),
}
"""Settings of one offer, as ``price.OFFER.NAME``."""

BOUGHT: Mapping[str, _Kind] = {
    "months": _Kind(
        "devices are used for months or years",
        {"": 1, "months": 1, "month": 1, "years": 12, "year": 12},
        "48",
        least=1,
    ),
    "watts": _Kind("power is in watts", {"W": 1, "kW": 1000}, "1300W"),
    "pue": _Kind(
        "the power of a room over that of its equipment is a factor of 1 or more",
        {"": 1},
        "1.3",
        least=1,
    ),
    "electricity": _usd("electricity is paid per kWh", "0.12/kWh", "kWh"),
    "space": _usd("space is paid per kW and month", "200/kW-month", "kW-month", "kW/month"),
}
"""Settings of bought devices, of all of them where no offer is named."""

MOVED: Mapping[str, _Kind] = {
    "egress": _usd("egress is paid per GB", "0.09/GB", "GB"),
    "storage": _usd("storage is paid per GB and month", "0.07/GB-month", "GB-month", "GB/month"),
}
"""Settings of all offers or of one."""

OF_ALL: Mapping[str, _Kind] = {
    "utilisation": _Kind(
        "a utilisation is a share above 0 and up to 100 %", {"%": 1}, "40%", most=100
    ),
    "adapters": _Kind("adapters take memory in GB", {"GB": 1, "MB": Fraction(1, 1000)}, "10GB"),
    "horizon": _Kind(
        "a horizon is a number of requests a day",
        {
            f"{count}{of}/day": size
            for count, size in (("", 1), ("k", 10**3), ("M", 10**6))
            for of in ("", "requests", " requests")
        },
        "10M/day",
    ),
}
"""What is taken for granted of the whole estimate."""

_ABOVE_ZERO = ("utilisation", "horizon", "device", "watts")
_FOR_ONE = {**OF_AN_OFFER, **BOUGHT, **MOVED}
_FOR_MANY = {**BOUGHT, **MOVED, **OF_ALL}
_WRITTEN = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*([^0-9\s].*)?")
_NAMES = "price.OFFER=10.5/h, price.OFFER.input=1.74/M, electricity=0.12/kWh or horizon=10M/day"


class Setting(Struct, frozen=True):
    """One figure of the user's.  ``key`` is a name under ``prices:`` in an answers file, for
    ``offer`` or, where that is empty, for all; or one of ``OF_ALL``, a utilisation in percent."""

    offer: str
    key: str
    value: Number


def parse_setting(text: str, offers: Iterable[str]) -> Setting:
    """A setting; raises ``ValueError`` with a sentence that says what to write instead."""
    name, equals, figure = (part.strip() for part in text.partition("="))
    if not equals or not figure:
        raise ValueError(f"'{text}' is no setting: write {_NAMES}")
    if not name.startswith("price."):
        if name not in _FOR_MANY:
            hint = did_you_mean(name, _FOR_MANY) or f"write {_NAMES}"
            raise ValueError(f"'{text}' is no setting: {hint}")
        return Setting("", name, _value(name, name, _FOR_MANY[name], figure))
    offer, key = _offer_and_key(name.removeprefix("price."), sorted(offers))
    written = f"price.{offer}" if key == "gpu-hour" else f"price.{offer}.{key}"
    return Setting(offer, key, _value(key, written, _FOR_ONE[key], figure))


def _offer_and_key(name: str, offers: list[str]) -> tuple[str, str]:
    """The offer may have dots in its name."""
    if name in offers:
        return name, "gpu-hour"
    offer, dot, key = name.rpartition(".")
    if not dot or offer not in offers:
        offer = offer or name
        hint = did_you_mean(offer, offers)
        raise ValueError(f"there is no offer '{offer}'" + (f"; {hint}" if hint else ""))
    if key not in _FOR_ONE:
        hint = did_you_mean(key, _FOR_ONE)
        raise ValueError(f"'{key}' is no price" + (f"; {hint}" if hint else ""))
    return offer, key


def _value(key: str, written: str, kind: _Kind, figure: str) -> Number:
    match = _WRITTEN.fullmatch(figure)
    size = None if match is None else kind.units.get((match[2] or "").strip())
    if match is None or size is None:
        raise ValueError(f"{kind.what}: {written}={kind.example}, not '{figure}'")
    value = Fraction(match[1]) * size
    beyond = value < kind.least or (kind.most is not None and value > kind.most)
    if beyond or (key in _ABOVE_ZERO and not value):
        raise ValueError(f"{kind.what}: {written}={kind.example}, not '{figure}'")
    return int(value) if value.denominator == 1 or key == "horizon" else value
