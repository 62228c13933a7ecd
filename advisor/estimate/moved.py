"""What leaves a service and what lies on its disks: volumes in GB, and their price.

    egress   requests/day x tokens written x bytes per token x 365/12 days
    storage  GB of weights (and adapters) that a deployment keeps on a volume of its own

A token of English text is about four bytes of text.  Streamed one event for each, as chat
services do, an event of JSON carries it: a chunk of the format of OpenAI with its fields filled
takes up to about 300 bytes.  Both ends make the band.
"""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from advisor.estimate.ranges import UNKNOWN, Range
from advisor.estimate.token_cost import Traffic
from advisor.knowledge.periods import DAYS_PER_MONTH

BYTES_PER_TOKEN = Range(4, 300)
GB = 10**9


class Price(Struct, frozen=True):
    """USD per GB (storage: per GB and month), and where it is from."""

    amount: Range = UNKNOWN
    source: str | None = None


UNPRICED = Price()


class Moved(Struct, frozen=True):
    """GB a month at a price per GB (storage: per GB and month)."""

    price: Price

    item: ClassVar[str]
    setting: ClassVar[str]
    """How to give a price."""

    @property
    def volume(self) -> Range:
        """GB in a month."""
        raise NotImplementedError

    @property
    def how(self) -> str:
        """Where the volume comes from, in words and numbers."""
        raise NotImplementedError

    @property
    def amount(self) -> Range:
        """USD per month; unknown without a price."""
        return self.volume * self.price.amount

    @property
    def formula(self) -> str:
        """Volume and price in words and numbers."""
        unit = "USD per GB"
        return f"{self.how} = {self.volume.words('GB')} × {self.price.amount.words(unit)}"

    @property
    def is_counted(self) -> bool:
        """Whether a price is known on some side."""
        return self.price.amount.low is not None or self.price.amount.high is not None


class Egress(Moved, frozen=True):
    """Answers on their way to the users; questions come in free of charge."""

    traffic: Traffic

    item: ClassVar[str] = "egress"
    setting: ClassVar[str] = "egress=0.09/GB"

    @property
    def volume(self) -> Range:
        tokens = self.traffic.requests_per_day * self.traffic.output_tokens
        return tokens * BYTES_PER_TOKEN * (DAYS_PER_MONTH / GB)

    @property
    def how(self) -> str:
        traffic = self.traffic
        return (
            f"{traffic.requests_per_day.words('requests/day')} × "
            f"{traffic.output_tokens.words('tokens')} × {BYTES_PER_TOKEN.words('bytes')} × "
            "365/12 days"
        )


class Storage(Moved, frozen=True):
    """What a deployment keeps on a volume beside its devices: weights and adapters, in GB."""

    gigabytes: Range

    item: ClassVar[str] = "storage"
    setting: ClassVar[str] = "storage=0.07/GB-month"

    @property
    def volume(self) -> Range:
        return self.gigabytes

    @property
    def how(self) -> str:
        return "weights and adapters"
