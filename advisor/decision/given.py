"""What a user takes for granted beside the answers when offers are estimated."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from msgspec import Struct
from msgspec.structs import replace

from advisor.decision.tariffs import BOUGHT, DEVICE
from advisor.estimate import settings as known
from advisor.estimate.settings import Setting
from advisor.knowledge.model import Inputs, Knowledge, Offer
from advisor.knowledge.values import Number


class Given(Struct, frozen=True):
    """``horizon``: requests a day up to which ways of paying are compared (default: twice the
    volume and twice the break-even).  ``utilisation``: the share, above 0 up to 1, of what
    devices sustain that the mean load uses; without one the answered peak factor says it.
    ``adapters_gb``: what each replica holds beside the weights."""

    horizon: Number | None = None
    utilisation: Fraction | None = None
    adapters_gb: Number = 0


def with_settings(
    knowledge: Knowledge, inputs: Inputs, settings: Iterable[Setting]
) -> tuple[Inputs, Given]:
    """The inputs with the prices that were set, which win over those of the answers file, as a
    setting of one offer wins over one of all; and what else was set.

    Raises ``ValueError`` for a figure of bought devices that are rented.
    """
    settings = tuple(settings)
    prices = {offer: dict(own) for offer, own in inputs.prices.items()}
    given = Given()
    for setting in settings:
        if setting.key in known.OF_ALL:
            given = _given(given, setting)
    for setting in sorted(settings, key=lambda s: bool(s.offer)):
        if setting.offer:
            prices.setdefault(setting.offer, {})[setting.key] = setting.value
        elif setting.key not in known.OF_ALL:
            for offer in knowledge.offers.values():
                if setting.key in known.MOVED or _is_bought(offer):
                    prices.setdefault(offer.id, {})[setting.key] = setting.value
    for setting in settings:
        if setting.offer and setting.key in known.BOUGHT:
            offer = knowledge.offers[setting.offer]
            if not _is_bought(offer) and DEVICE not in prices[setting.offer]:
                raise ValueError(
                    f"{setting.key} counts for bought devices, and those of '{offer.id}' are "
                    f"rented: give price.{offer.id}.{DEVICE}=42000, too"
                )
    return replace(inputs, prices=prices), given


def _given(given: Given, setting: Setting) -> Given:
    if setting.key == "horizon":
        return replace(given, horizon=setting.value)
    if setting.key == "adapters":
        return replace(given, adapters_gb=setting.value)
    return replace(given, utilisation=Fraction(setting.value) / 100)


def _is_bought(offer: Offer) -> bool:
    return any(c.attribute == "billing" and c.value == BOUGHT for c in offer.claims)
