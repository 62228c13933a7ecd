"""What is said beside a ranking: what would change it, how stable it is, who could share it.

Types only; ``flips``, ``relaxations``, ``stability``, ``acceptability``, ``versus``,
``whynot`` and ``portfolio`` fill them.  Fractions become numbers in JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Literal, TypeAlias

from msgspec import Struct

Lane: TypeAlias = Literal["safe", "conditional"]
Role: TypeAlias = Literal["primary", "fallback", "burst", "region", "models"]


class Money(Struct, frozen=True):
    """USD per month; ``low``/``high`` None = unknown on that side."""

    low: Fraction | None
    high: Fraction | None


class Doubt(Struct, frozen=True):
    """A requirement that is unproven (``to_confirm``) or holds in some worlds only."""

    rule: str
    text: str
    facts: tuple[str, ...]


class Failure(Struct, frozen=True):
    """A gate that the offer fails: the answers and the facts that say so."""

    rule: str
    text: str
    answers: tuple[str, ...]
    facts: tuple[str, ...]


class Search(Struct, frozen=True):
    """How far a search over changed answers went.

    Every set of at most ``completed`` changes of ``questions`` was decided or ruled out by a
    proof (a number alone at a value of every cell, in larger sets at a few of those that
    differ); ``asked`` is the size that was wanted.  ``considered`` sets were looked at,
    ``decided`` of them decided afresh; ``limit`` is the declared bound on the latter.
    ``completed`` below ``asked`` means that the bound was reached: larger sets may exist.
    """

    questions: tuple[str, ...]
    asked: int
    completed: int
    considered: int
    decided: int
    limit: int

    @property
    def complete(self) -> bool:
        """Whether nothing of the asked size was left out."""
        return self.completed >= self.asked


class Threshold(Struct, frozen=True):
    """Where along a number the winner changes: it stays at ``stays`` and is another at
    ``changes`` (in the question's unit).  The two are neighbours: whole numbers next to each
    other, or, where a number need not be whole, the two sides of a bound that the rules name
    (then they are equal) or numbers so close that both are shown alike.
    """

    question: str
    stays: Fraction
    changes: Fraction
    words: str


class Flip(Struct, frozen=True):
    """A smallest change of answers that gives another winner.

    ``change``: question -> its new answer in words.  ``winner`` None: nobody qualifies then.
    ``plausibility`` (0..1) is the product of the declared priors of the new answers; flips
    are listed by new winner, the most plausible first.  ``reading``: the answers stay, only
    a word with two meanings is read the other way.
    """

    change: Mapping[str, str]
    winner: str | None
    title: str | None = None
    model: str | None = None
    lane: Lane | None = None
    plausibility: Fraction = Fraction(0)
    thresholds: tuple[Threshold, ...] = ()
    reading: str | None = None


class Opened(Struct, frozen=True):
    """An offer that a relaxation opens, and at what price: where it would then stand."""

    offer: str
    title: str
    model: str | None
    rank: int
    lane: Lane
    points: int
    monthly: Money


class Relaxation(Struct, frozen=True):
    """A smallest set of answers to relax so that offers qualify.

    ``relax``: the answers as they stand (``residency: eu``); ``change``: question -> the
    answer instead; ``opens``: the offers, best first, with their standing in ``offers``.
    ``yours``: every changed question is declared changeable.
    """

    relax: tuple[str, ...]
    opens: tuple[str, ...]
    change: Mapping[str, str]
    offers: tuple[Opened, ...]
    yours: bool


class WeightInterval(Struct, frozen=True):
    """In which interval a criterion's weight may move, all others kept, and the winner stays.

    ``low`` and ``high`` are factors on the weight (1 is as it stands): the winner stays for
    every factor between them.  ``low`` 0: even without the criterion; ``high`` None: however
    much it counts.  ``below`` and ``above`` win just outside.  ``share``: the criterion's
    mean share of all weight (0..1); ``low_share`` and ``high_share`` the same at the ends,
    where one set of weights holds in all that is left, else None.  ``exact``: the ends are
    the exact fractions; else factors of two from 1/64 to 64 were decided, and the ends lie
    within a thousandth, on the winner's side.
    """

    criterion: str
    label: str
    share: Fraction
    low: Fraction
    high: Fraction | None
    below: str | None
    above: str | None
    low_share: Fraction | None
    high_share: Fraction | None
    exact: bool


class Acceptability(Struct, frozen=True):
    """How often an offer takes each rank when worlds, weights and facts are drawn.

    ``ranks[i]`` is the share of draws in which it takes rank i + 1; ``first`` is
    ``ranks[0]``, with its standard error.
    """

    offer: str
    title: str
    first: Fraction
    error: Fraction
    ranks: tuple[Fraction, ...]


class Sensitivity(Struct, frozen=True):
    """``weights`` in criterion order; ``acceptability`` in the order of the ranking."""

    weights: tuple[WeightInterval, ...]
    acceptability: tuple[Acceptability, ...]
    samples: int
    seed: int
    method: str


class Need(Struct, frozen=True):
    """A stated need that one offer leaves unmet.  ``kind``: regions, peaks, models,
    availability."""

    kind: Literal["regions", "peaks", "models", "availability"]
    text: str
    answers: tuple[str, ...]
    facts: tuple[str, ...]


class PortfolioPart(Struct, frozen=True):
    """One offer's part.  ``share`` of the day's traffic in normal running (0..1; a fallback has
    0, None where the answers do not say how traffic splits, as beside a burst or models that
    nobody named): shares add up to 1 or less.  ``peak_share``: of a burst, the most of the
    busiest minute's requests that it takes, None where no quota is published.  ``monthly``
    spans what the shares leave open; ``meets`` are the needs that it takes care of; ``exit``
    says what leaving costs."""

    role: Role
    offer: str
    title: str
    model: str | None
    lane: Lane
    points: int
    share: Fraction | None
    split: str
    regions: tuple[str, ...]
    monthly: Money
    meets: tuple[str, ...]
    exit: tuple[str, ...]
    peak_share: Fraction | None = None


class Portfolio(Struct, frozen=True):
    """Several offers where one leaves a stated need unmet; ``monthly`` adds up the parts.
    ``unmet``: needs that no offer here meets either."""

    needs: tuple[Need, ...]
    parts: tuple[PortfolioPart, ...]
    monthly: Money
    unmet: tuple[Need, ...]
    notes: tuple[str, ...]


class Gap(Struct, frozen=True):
    """What a criterion gives one offer over another, in points (exact and as shown)."""

    criterion: str
    label: str
    points: int
    exact: Fraction


class Versus(Struct, frozen=True):
    """Why one offer stands before another.

    ``by``: what decides (lane, open requirements, score, or a tie-break).  ``enough``: the
    fewest advantages that outweigh all ``disadvantages``, greatest first; ``further``: the
    other advantages.  ``outweigh`` is False where the points speak for the other offer.
    """

    offer: str
    title: str
    rival: str
    rival_title: str
    by: Literal["lane", "requirements", "score", "tie-break"]
    gap: int
    exact: Fraction
    outweigh: bool
    enough: tuple[Gap, ...]
    further: tuple[Gap, ...]
    disadvantages: tuple[Gap, ...]


class WhyNot(Struct, frozen=True):
    """Why an offer is not the answer.

    Excluded: ``failed`` are the gates with their answers and facts, ``relaxations`` what
    would open it and the rank that it would take, ``search`` how far that was looked for.
    Ranked: ``rank``, what is unproven of it, and the leader against it (None: it leads).
    """

    offer: str
    title: str
    rank: int | None
    failed: tuple[Failure, ...]
    to_confirm: tuple[Doubt, ...]
    relaxations: tuple[Relaxation, ...]
    search: Search | None
    versus: Versus | None
