"""Offers paid by the hour against the cheapest one paid by the token, worked out where somebody
looks: curves over all volumes cost more than all bills together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import cached_property

from msgspec import Struct

from advisor.decision.costs import Charges
from advisor.decision.estimates_even import Even, Side, Utilised, even, people_daily, utilised
from advisor.decision.given import Given
from advisor.decision.loads import EVEN, corners_of, precision_of, traffic_of
from advisor.decision.situation import Situation
from advisor.decision.sizing import Sizes
from advisor.estimate.breakeven import CostOnly, cost_only
from advisor.estimate.cost import cost_per_request
from advisor.estimate.ranges import Range
from advisor.estimate.traffic import Plan
from advisor.knowledge.ledger import NOTHING
from advisor.knowledge.periods import HOURS_PER_DAY
from advisor.knowledge.values import Domain, Interval, Number, Truth


class Offered(Struct, frozen=True):
    """An offer with the model that it serves; ``is_open``: the answers do not decide which."""

    offer: str
    model: str | None
    served: Truth
    is_open: bool = False


class Rivals:
    """The offers of one estimate, by what they charge for."""

    def __init__(
        self,
        situation: Situation,
        env: Mapping[str, Domain],
        given: Given,
        offered: Iterable[Offered],
    ) -> None:
        self.env = env
        self.given = given
        self._situation = situation
        self._offered = tuple(offered)
        self._precision = precision_of(env)

    @cached_property
    def cheapest(self) -> tuple[str, Range] | None:
        """The offer whose tokens cost least at most, and USD per request; None without a price."""
        traffic = traffic_of(self.env)
        priced = []
        for one in self._offered:
            tokens = self.charges(one.offer, one.model).tokens
            if tokens is not None and one.served is True:
                cost = cost_per_request(traffic, tokens)
                if cost.low and cost.high is not None:
                    priced.append((cost.high, one.offer, cost))
        return min(priced, key=lambda p: p[:2])[1:] if priced else None

    def charges(self, offer: str, model: str | None) -> Charges:
        """What an offer charges for."""
        return self._situation.costs.charges(offer, model, self._precision)

    def limits(self, offer: str, model: str | None) -> tuple[Number | None, Number | None]:
        """Requests and tokens a minute that an offer is published to serve."""
        found = self._situation.base.offering.of(offer, model)
        one, other = (
            value.low if isinstance(value, Interval) else None
            for value in (
                found.get(f"{name}-model", found.get(name, NOTHING)).value
                for name in ("requests-per-minute", "tokens-per-minute")
            )
        )
        return one, other

    def quota(self, offer: str, model: str | None, peak: int, tokens: int) -> Number | None:
        """Requests a day that an offer is published to serve, where it publishes a limit."""
        by_requests, by_tokens = self.limits(offer, model)
        per_day = Fraction(1440 * EVEN, peak)
        found = [
            int(limit * per_day / size)
            for limit, size in ((by_requests, 1), (by_tokens, tokens))
            if limit is not None and size
        ]
        return min(found, default=None)


class Turn:
    """One offer paid by the hour against the cheapest rival.  ``devices`` are those on its bill;
    ``sizes`` says how many any volume needs, ``sizing`` how they run at the answered one."""

    def __init__(
        self,
        rivals: Rivals,
        offered: Offered,
        charges: Charges,
        devices: Range | None,
        sizes: Sizes | None,
        sizing: Plan | None,
    ) -> None:
        self._rivals = rivals
        self._offered = offered
        self._charges = charges
        self._devices = devices
        self._sizes = sizes
        self._sizing = sizing

    @property
    def against(self) -> str | None:
        """The rival."""
        return None if self.flat is None or self._rival is None else self._rival[0]

    @property
    def _rival(self) -> tuple[str, Range] | None:
        return self._rivals.cheapest

    @cached_property
    def flat(self) -> CostOnly | None:
        """The break-even of these devices, capacity ignored."""
        capacity = self._charges.capacity
        if self._rival is None or capacity is None or self._devices is None:
            return None
        fixed = self._devices * capacity.device_hour * HOURS_PER_DAY
        if fixed.low is None:
            return None
        return cost_only(self._rival[1], fixed, traffic_of(self._rivals.env).output_tokens)

    @cached_property
    def even(self) -> Even | None:
        """Over all volumes, with what the devices can carry."""
        numbers = corners_of(self._rivals.env)
        capacity = self._charges.capacity
        if self._sizes is None or capacity is None or numbers is None:
            return None
        flat, rival = self.flat, self._rival
        if flat is None or rival is None:
            return None
        volume, reads, writes, peak = numbers[-1]
        given = self._rivals.given
        if given.utilisation is not None:
            peak = max(EVEN, round(EVEN / given.utilisation))
        against, per_request = rival
        tokens = self._rivals.charges(against, self._offered.model)
        return even(
            Side(against, per_request, Range(0, 0), people_daily(tokens)),
            Side(
                self._offered.offer,
                Range(0, 0),
                capacity.device_hour,
                people_daily(self._charges),
            ),
            self._sizes,
            (reads, writes),
            peak,
            volume,
            given.horizon or max(2 * volume, 2 * (flat.whole.high or flat.whole.low or 0)),
            self._rivals.quota(against, self._offered.model, numbers[-1][3], reads + writes),
        )

    @cached_property
    def utilised(self) -> Utilised | None:
        """By the share of what the devices sustain that is used."""
        numbers = corners_of(self._rivals.env)
        capacity, sizing = self._charges.capacity, self._sizing
        if sizing is None or capacity is None or numbers is None or self._rival is None:
            return None
        _, reads, writes, _ = numbers[-1]
        return utilised(
            self._rival[1],
            capacity.device_hour,
            sizing,
            reads + writes,
            self._rivals.given.utilisation,
        )
