"""Pass marks of a bake-off: which measured figures would confirm or overturn a recommendation.

Found by deciding again with the figure in place of what is known of it
(``advisor.decision.trials``): a measured speed or first-token time on either side of every
number at which a rule changes its mind, and the offer's own price times factors.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Literal, TypeAlias

from msgspec import Struct

from advisor.decision.bakeoff_load import Load
from advisor.decision.bakeoff_stretches import (
    FARTHEST,
    coarse_factors,
    dollars,
    fine_factors,
    point_inside,
    short,
    stretch_words,
)
from advisor.decision.costs import Charges, precision_of
from advisor.decision.measurements import HEADROOM, claim
from advisor.decision.recommend import Decision
from advisor.decision.trials import Variant, leaders
from advisor.engine.axes import cuts_of
from advisor.estimate.ranges import Range
from advisor.estimate.token_cost import Traffic, cost_per_request
from advisor.knowledge.model import Inputs, Knowledge
from advisor.knowledge.syntax import CompareIts
from advisor.knowledge.values import Domain, Interval, Number
from advisor.language.mentions import atoms_in, tests_in
from advisor.language.units import format_number

Kind: TypeAlias = Literal["requirement", "confirm", "flip", "price"]

FIGURES: Mapping[str, str] = {
    "first-token-time": "time to the first token, p95",
    "speed-per-user": "tokens per second for one user, 1000 / TPOT p50",
}
"""Attributes that a benchmark measures, as reports call them."""

Stretch: TypeAlias = tuple[Number | None, Number | None]


class Mark(Struct, frozen=True):
    """One figure of one offer.

    ``passes``: what it must reach (a requirement of the answers); ``overturns``: from where on
    another offer leads, or that no value does that.  ``value`` in ``unit`` is the number in
    the words, where there is one; ``winner`` leads beyond it.
    """

    kind: Kind
    offer: str
    title: str
    figure: str
    passes: str
    overturns: str
    because: str
    value: Fraction | None
    unit: str
    winner: str | None


def marks_of(
    knowledge: Knowledge,
    inputs: Inputs,
    as_of: datetime.date,
    decision: Decision,
    offers: Sequence[str],
    load: Load,
) -> tuple[Mark, ...]:
    """The pass marks of the offers; the first one is the recommended one."""
    if not offers:
        return ()
    made = _Marks(knowledge, inputs, as_of, decision, load)
    found = [*made.requirements(), *made.confirmations(offers)]
    about = [*made.flips(offers), *made.prices(offers)]
    return (*found, *(mark for offer in offers for o, mark in about if o == offer))


class _Marks:
    def __init__(
        self,
        knowledge: Knowledge,
        inputs: Inputs,
        as_of: datetime.date,
        decision: Decision,
        load: Load,
    ) -> None:
        self.knowledge = knowledge
        self.inputs = inputs
        self.as_of = as_of
        self.decision = decision
        self.load = load
        self.leader = decision.order[0]
        self.env: Mapping[str, Domain] = decision.situation.inputs.answers

    def requirements(self) -> Iterator[Mark]:
        """What the answers demand, whichever offer it is."""
        first = _end(self.env, "first-token-ms", low=False)
        if first is not None:
            text = f"at most {format_number(first, 'ms')}"
            yield self._demand("time to the first token, p95", text, "first-token-ms", first, "ms")
        rate = _end(self.env, "tokens-per-second-per-user", low=True)
        if rate:
            token = Fraction(1000) / Fraction(rate)
            text = f"at most {short(token)} ms per output token"
            name = "tokens-per-second-per-user"
            yield self._demand("time per output token (TPOT), p95", text, name, token, "ms")
        wanted = _end(self.env, "availability", low=True)
        if wanted is not None:
            share = 100 - Fraction(wanted)
            text = f"at most {short(share)} % of the requests fail, refusals counted"
            yield self._demand("errors and 429", text, "availability", share, "percent")
        else:
            yield self._unasked("errors and 429", "none at the peak rate, else the quota is short")
        if self.load.peak is not None:
            rate_words = f"{short(self.load.peak)} requests a second answered in full"
            yield Mark(
                "requirement",
                self.leader,
                self._title(self.leader),
                "throughput at the latency target",
                f"at least {rate_words}",
                "",
                "the peak of these answers",
                self.load.peak,
                "requests/s",
                None,
            )

    def confirmations(self, offers: Sequence[str]) -> Iterator[Mark]:
        """What stands between an offer with more points and the lead."""
        best = self.decision.scored[self.leader].score
        for offer in offers[1:]:
            if self.decision.scored[offer].score <= best:
                continue
            for gate in self.decision.standings[offer].to_confirm:
                title = self._title(offer)
                words = f"confirmed in writing: {title} may lead"
                figure = f"open point '{gate.id}'"
                because = "it has more points, and this requirement is not proven"
                yield Mark("confirm", offer, title, figure, "", words, because, None, "", offer)

    def flips(self, offers: Sequence[str]) -> Iterator[tuple[str, Mark]]:
        """Where a measured figure of an offer changes the winner."""
        variants: list[Variant] = []
        stretches: list[tuple[str, str, Stretch]] = []
        for offer in offers:
            model = self.decision.entries.model(offer)
            for attribute in FIGURES if model is not None else ():
                for low, high in self._stretches(attribute):
                    made = claim(offer, model, attribute, point_inside(low, high), self.as_of, "")
                    variants.append(Variant(offer, model, (made,)))
                    stretches.append((offer, attribute, (low, high)))
        winners = self._leaders(offers, variants)
        for offer in offers:
            for attribute in FIGURES:
                seen = [
                    (stretch, winner)
                    for (o, a, stretch), winner in zip(stretches, winners, strict=True)
                    if (o, a) == (offer, attribute)
                ]
                yield from ((offer, mark) for mark in self._turned(offer, attribute, seen))

    def _turned(
        self, offer: str, attribute: str, seen: Sequence[tuple[Stretch, str | None]]
    ) -> Iterator[Mark]:
        """The stretches in which the figure changes the winner, neighbours as one."""
        kind = self.knowledge.attributes.get(attribute)
        unit = getattr(kind.type, "unit", "") if kind is not None else ""
        figure = FIGURES[attribute]
        merged: list[tuple[Stretch, str]] = []
        for (low, high), winner in seen:
            if winner is None or (winner == offer) == (offer == self.leader):
                continue
            if merged and merged[-1][1] == winner and merged[-1][0][1] == low:
                merged[-1] = ((merged[-1][0][0], high), winner)
            else:
                merged.append(((low, high), winner))
        if not merged:
            words = "no value changes the winner"
            yield self._flip(offer, figure, words, None, unit, None)
        for (low, high), winner in merged:
            words = f"{stretch_words(low, high, unit)}: {self._title(winner)} leads"
            yield self._flip(offer, figure, words, high if low is None else low, unit, winner)

    def prices(self, offers: Sequence[str]) -> Iterator[tuple[str, Mark]]:
        """At which price of an offer the winner changes."""
        situation = self.decision.situation
        charges = {
            offer: situation.costs.charges(
                offer, self.decision.entries.model(offer), precision_of(self.env)
            )
            for offer in offers
        }
        known = {offer: prices for offer in offers if (prices := _own_prices(charges[offer]))}
        factors = self._factors(offers, known)
        for offer in offers:
            rented = charges[offer].capacity is not None
            figure = "price of a device-hour" if rented else "cost per accepted request"
            if offer not in known:
                words = "its price is not known: ask for it first"
                yield offer, self._flip(offer, figure, words, None, "USD", None, "price")
                continue
            factor, winner = factors[offer]
            if factor is None or winner is None:
                words = f"no price from 1/{FARTHEST} to {FARTHEST} times of it changes the winner"
                yield offer, self._flip(offer, figure, words, None, "USD", None, "price")
                continue
            one = self._unit_cost(charges[offer], known[offer])
            if factor == 1:
                shown = "" if one is None else f", {dollars(one)}"
                words = f"the known price itself{shown}, once it is certain: "
                words += f"{self._title(winner)} leads"
                yield offer, self._flip(offer, figure, words, one, "USD", winner, "price")
                continue
            side, more = ("above", "more") if factor > 1 else ("below", "less")
            shown = "" if one is None else f", {side} {dollars(one * factor)}"
            words = f"{short(factor)} times the known price or {more}{shown}: "
            words += f"{self._title(winner)} leads"
            value = None if one is None else one * factor
            yield offer, self._flip(offer, figure, words, value, "USD", winner, "price")
            devices = situation.costs.devices(charges[offer], self.env)
            if devices is not None:
                for mark in self._per_device(offer, devices, factor, winner):
                    yield offer, mark

    def _factors(
        self, offers: Sequence[str], known: Mapping[str, Mapping[str, Number]]
    ) -> dict[str, tuple[Fraction | None, str | None]]:
        """The factor on each offer's price at which the winner changes, and who leads there:
        upwards for the leader, downwards for a rival.  Coarse first, then between the two
        neighbours."""
        ends: dict[str, tuple[Fraction, Fraction]] = {}
        found: dict[str, tuple[Fraction | None, str | None]] = dict.fromkeys(known, (None, None))
        coarse = {offer: coarse_factors(upwards=offer == self.leader) for offer in known}
        for tried in (coarse, None):
            grid = tried or {o: fine_factors(*ends[o]) for o in ends}
            variants = [
                Variant(o, None, (), {k: Fraction(v) * f for k, v in known[o].items()})
                for o, factors in grid.items()
                for f in factors
            ]
            winners = iter(self._leaders(offers, variants))
            for offer, factors in grid.items():
                row = [next(winners) for _ in factors]
                first = next((i for i, w in enumerate(row) if self._is_turned(offer, w)), None)
                if first is None:
                    continue
                found[offer] = factors[first], row[first]
                if first:
                    ends[offer] = factors[first - 1], factors[first]
        return found

    def _is_turned(self, offer: str, winner: str | None) -> bool:
        return winner is not None and (winner == offer) != (offer == self.leader)

    def _leaders(self, offers: Sequence[str], variants: Sequence[Variant]) -> list[str | None]:
        return leaders(self.knowledge, self.inputs, self.as_of, offers, variants)

    def _per_device(
        self, offer: str, devices: Range, factor: Fraction, winner: str
    ) -> Iterator[Mark]:
        """The same as throughput: more devices for the peak cost what a higher price does.

        ``tokens/s and device = peak output tokens/s / (devices x factor x (1 - headroom))``
        """
        if not devices.low or self.load.peak is None or self.load.writes is None:
            return
        output = self.load.peak * self.load.writes
        least = output / (Fraction(devices.low) * factor * (1 - HEADROOM))
        side = "below" if offer == self.leader else "above"
        words = f"{side} {short(least)} at the latency target: {self._title(winner)} leads"
        figure = "output tokens per second and device"
        yield self._flip(offer, figure, words, least, "tokens/s", winner)

    def _unit_cost(self, charges: Charges, base: Mapping[str, Number]) -> Fraction | None:
        """USD per request at the known prices, or per device-hour."""
        if charges.tokens is None:
            return Fraction(base["gpu-hour"])
        if self.load.reads is None or self.load.writes is None:
            return None
        one = Traffic(
            Range(1, 1),
            Range(self.load.reads, self.load.reads),
            Range(self.load.writes, self.load.writes),
            Range(0, 0),
            Range(0, 0),
        )
        cost = cost_per_request(one, charges.tokens).high
        return None if cost is None else Fraction(cost)

    def _stretches(self, attribute: str) -> list[Stretch]:
        """The stretches of a figure between the numbers at which a rule changes its mind."""
        cuts = self._cuts(attribute)
        return list(pairwise([None, *cuts, None])) if cuts else []

    def _cuts(self, attribute: str) -> list[Number]:
        """Numbers at which a rule changes its mind about the attribute, given the answers."""
        found: set[Number] = set()
        for rule in self.knowledge.rules.values():
            for atom in atoms_in(rule.offers):
                if atom.name == attribute:
                    found |= {c for t in tests_in(atom.test) for c, _ in cuts_of(t, {})}
            for atom in atoms_in(rule.when):
                answer = self.env.get(atom.name)
                compared = any(
                    isinstance(t, CompareIts) and t.attribute == attribute
                    for t in tests_in(atom.test)
                )
                if compared and isinstance(answer, Interval):
                    found |= {e for e in (answer.low, answer.high) if e}
        return sorted(found)

    def _flip(
        self,
        offer: str,
        figure: str,
        words: str,
        value: Number | None,
        unit: str,
        winner: str | None,
        kind: Kind = "flip",
    ) -> Mark:
        exact = None if value is None else Fraction(value)
        why = "decided again with that figure"
        return Mark(kind, offer, self._title(offer), figure, "", words, why, exact, unit, winner)

    def _demand(self, figure: str, text: str, question: str, value: Number, unit: str) -> Mark:
        because = f"{question}: {self.decision.words.answer(question)}"
        title = self._title(self.leader)
        kind: Kind = "requirement"
        return Mark(
            kind, self.leader, title, figure, text, "", because, Fraction(value), unit, None
        )

    def _unasked(self, figure: str, text: str) -> Mark:
        title, because = self._title(self.leader), "availability is not answered"
        return Mark("requirement", self.leader, title, figure, text, "", because, None, "", None)

    def _title(self, offer: str) -> str:
        return self.knowledge.offers[offer].title


def _own_prices(charges: Charges) -> dict[str, Number]:
    """The known prices by the names under which a user gives them, the high ends."""
    if charges.capacity is not None:
        rate = charges.capacity.device_hour.high
        return {} if not rate else {"gpu-hour": rate}
    tokens = charges.tokens
    if tokens is None or tokens.input.high is None or tokens.output.high is None:
        return {}
    found = {"input": tokens.input.high, "output": tokens.output.high}
    if tokens.cached_input.high is not None:
        found["cached-input"] = tokens.cached_input.high
    return found


def _end(env: Mapping[str, Domain], name: str, *, low: bool) -> Number | None:
    value = env.get(name)
    if not isinstance(value, Interval):
        return None
    return value.low if low else value.high
