"""Which answers to relax so that an offer qualifies: the smallest sets, and what each opens.

Only gates that exclude are looked at, each once per combination of changes that it can see,
so that sets of up to three changes are tried in full.  Every answered question that such a
gate reads may be relaxed; those that are not declared the asker's to change come last.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
from msgspec import Struct

from advisor.decision.changes import Change, alternatives, changed, product_of_priors, words_of
from advisor.decision.explanations import Money, Opened, Relaxation, Search
from advisor.decision.flips import few_of
from advisor.decision.gates import SERVED
from advisor.decision.thresholds import turning_point
from advisor.decision.variations import Decide
from advisor.engine.serving import QUESTIONS as SERVING_QUESTIONS
from advisor.knowledge.values import Interval
from advisor.language.wording import domain_words

if TYPE_CHECKING:
    from advisor.decision.recommend import Decision

SETS_AT_MOST = 200_000
"""Sets of one size above which that size is not tried."""
TOGETHER_AT_MOST = 500
"""Sets of changes up to which it is looked at whether several gates leave no case together."""

Set = tuple[int, ...]


def relaxations(
    decision: Decision, decide: Decide, most: int, offer: str | None = None
) -> tuple[tuple[Relaxation, ...], Search]:
    """The smallest sets of at most ``most`` changes that open ``offer``, or any offer.

    Of changes of the same answers, those are left out that open less than others do.
    """
    search = _Search(decision, decide, offer)
    for size in range(1, most + 1):
        if not search.try_size(size):
            break
    return search.result(), search.report(most)


class _Found(Struct):
    chosen: Set
    opens: frozenset[str]


class _Search:
    def __init__(self, decision: Decision, decide: Decide, offer: str | None) -> None:
        self._decision = decision
        self._decide = decide
        base = self._base = decision.situation.base
        offers = decision.situation.knowledge.offers
        self._wanted = frozenset({offer} if offer is not None else offers)
        self.questions = tuple(
            q.id
            for q in sorted(base.knowledge.questions.values(), key=lambda q: (q.order, q.id))
            if q.id in decision.stated.answers and q.id in _gate_questions(decision)
        )
        self._candidates = [
            change
            for question in self.questions
            for change in alternatives(base, decision.stated, base.knowledge.questions[question])
        ]
        # With numpy, which a plain ranking does without.
        from advisor.decision.pieces import Pieces

        self._pieces = Pieces(base, decision.stated, self._candidates)
        self._pools = self._distinct()
        self._alone, self._together, self._touching = self._hits()
        self._found: list[_Found] = []
        self._completed = self._considered = self._decided = self._joined = 0
        self._bound = SETS_AT_MOST

    def _distinct(self) -> tuple[list[int], list[int]]:
        """Candidates for single changes, and for larger sets.  Of the values of a number on
        one side, the nearest of each stretch that does the same to every gate by itself; into
        larger sets no more than a few of those."""
        lines: dict[tuple[str, int, int], list[int]] = {}
        last: object = None
        for i, change in enumerate(self._candidates):
            mark = (change.key, change.side, self._pieces.gate_signature(i))
            if not change.side:
                lines[change.key, 0, i] = [i]
            elif mark != last:
                lines.setdefault((change.key, change.side, 0), []).append(i)
            last = mark
        every = sorted(i for line in lines.values() for i in line)
        return every, sorted(i for line in lines.values() for i in few_of(line))

    def pool(self, size: int) -> list[int]:
        """The candidates for sets of this size."""
        return self._pools[0 if size == 1 else 1]

    def _hits(self) -> tuple[set[int], int, list[int]]:
        """Per wanted offer the gates that exclude it (bits); those that exclude any only
        together; and per candidate the gates that read what it changes: a set opens an offer
        only if it touches all of its gates, or one of those that exclude it together."""
        gates = {gate.id: 1 << i for i, gate in enumerate(self._decision.gates)}
        alone: set[int] = set()
        together = 0
        for offer, standing in self._decision.standings.items():
            if offer in self._wanted:
                needed = sum(gates[gate.id] for gate in standing.excluded_by)
                if standing.together:
                    together |= needed
                else:
                    alone.add(needed)
        touching = [
            sum(gates[g] for g in self._pieces.gates_touched(i))
            for i in range(len(self._candidates))
        ]
        return alone, together, touching

    def _may_open(self, chosen: Set) -> bool:
        touched = 0
        for i in chosen:
            touched |= self._touching[i]
        return bool(touched & self._together) or any(not n & ~touched for n in self._alone)

    def try_size(self, size: int) -> bool:
        """Try all sets of this size; False where there are too many."""
        sets: list[Set] = []
        for chosen in self._sets(size):
            sets.append(chosen)
            if len(sets) > SETS_AT_MOST:
                return False
        offers = self._pieces.offers
        if sets:
            out, partly = self._pieces.excluded(np.array(sets, dtype=np.int64))
            for chosen, row, shaky in zip(sets, out.tolist(), partly.tolist(), strict=True):
                opens = {o for o, gone in zip(offers, row, strict=True) if not gone}
                opens &= self._wanted
                suspects = [o for o, many in zip(offers, shaky, strict=True) if many and o in opens]
                if suspects:
                    self._joined += 1
                    if self._joined > TOGETHER_AT_MOST:
                        self._bound = TOGETHER_AT_MOST
                        return False
                    opens -= self._pieces.out_together(chosen, suspects)
                if opens:
                    self._found.append(_Found(chosen, frozenset(opens)))
        self._considered += len(sets)
        self._completed = size
        return True

    def _sets(self, size: int) -> Iterator[Set]:
        known = {found.chosen for found in self._found}
        for chosen in combinations(self.pool(size), size):
            if len({self._candidates[i].key for i in chosen}) < size:
                continue
            if not self._may_open(chosen):
                continue
            if any(
                part in known for count in range(1, size) for part in combinations(chosen, count)
            ):
                continue
            yield chosen

    def report(self, most: int) -> Search:
        return Search(
            questions=self.questions,
            asked=most,
            completed=self._completed,
            considered=self._considered,
            decided=self._decided,
            limit=self._bound,
        )

    def result(self) -> tuple[Relaxation, ...]:
        """Fewest changes first, those that are the asker's to make before others, then the
        most plausible."""
        made = [self._relaxation(found) for found in self._best()]
        order = {id(r): p for r, p in made}
        rows = [r for r, _ in made]
        rows.sort(key=lambda r: (not r.yours, len(r.relax), -order[id(r)], tuple(r.change.items())))
        return tuple(rows)

    def _best(self) -> Iterator[_Found]:
        """Per set of answers, the changes that no other opens more than; of numbers the
        nearest values that open the same."""
        groups: dict[tuple[object, ...], list[_Found]] = {}
        for found in self._found:
            like = tuple((self._candidates[i].key, self._candidates[i].side) for i in found.chosen)
            groups.setdefault(like, []).append(found)
        for alike in groups.values():
            for found in alike:
                if not any(self._beats(other, found) for other in alike if other is not found):
                    yield found

    def _beats(self, other: _Found, found: _Found) -> bool:
        """Whether ``other`` makes ``found`` superfluous: it opens as much and goes no
        further, or (where no number is changed) opens more."""
        numbers = [self._candidates[i].side != 0 for i in found.chosen]
        if any(numbers):
            nearer = all(
                a <= b if number else self._candidates[a].answer == self._candidates[b].answer
                for a, b, number in zip(other.chosen, found.chosen, numbers, strict=True)
            )
            return nearer and other.opens >= found.opens
        if other.opens == found.opens:
            return self._rank(other) < self._rank(found)
        return other.opens > found.opens

    def _rank(self, found: _Found) -> tuple[Fraction, Set]:
        return (-product_of_priors([self._candidates[i] for i in found.chosen]), found.chosen)

    def _relaxation(self, found: _Found) -> tuple[Relaxation, Fraction]:
        changes = [self._candidates[i] for i in found.chosen]
        knowledge = self._base.knowledge
        stated = self._decision.stated.answers
        words: dict[str, str] = {}
        for place, change in enumerate(changes):
            if change.side:
                words[change.question] = self._threshold(changes, place, found)
        after = self._decide(changed(self._decision.stated, changes))
        self._decided += 1
        answers = after.stated.answers
        questions = tuple(dict.fromkeys(change.question for change in changes))
        opened = [offer for offer in after.order if offer in found.opens]
        return (
            Relaxation(
                relax=tuple(
                    f"{q}: {domain_words(stated[q], knowledge.questions[q].type)}"
                    for q in questions
                ),
                opens=tuple(opened),
                change={
                    q: words.get(q) or words_of(knowledge.questions[q], answers[q])
                    for q in questions
                },
                offers=tuple(standing_of(after, offer) for offer in opened),
                yours=all(knowledge.questions[q].changeable for q in questions),
            ),
            product_of_priors(changes),
        )

    def _threshold(self, changes: Sequence[Change], place: int, found: _Found) -> str:
        """How far the number has to go to open the same offers."""
        change = changes[place]
        stated = self._decision.stated.answers[change.question]
        assert isinstance(stated, Interval)
        inner = stated.high if change.side > 0 else stated.low
        assert inner is not None

        def opens(answer: Interval) -> bool:
            made = list(changes)
            made[place] = Change(
                change.key, change.question, answer, change.prior, change.side, change.flag
            )
            after = self._decide(changed(self._decision.stated, made))
            self._decided += 1
            return found.opens <= set(after.order)

        return turning_point(self._base, change, Fraction(inner), opens).words


def standing_of(decision: Decision, offer: str) -> Opened:
    """Where an offer stands in a decision, and at what price."""
    model = decision.entries.model(offer)
    monthly = decision.entries.estimate(offer, model).monthly
    score = decision.scored[offer].score
    return Opened(
        offer=offer,
        title=decision.situation.knowledge.offers[offer].title,
        model=model,
        rank=decision.order.index(offer) + 1,
        lane="safe" if decision.standings[offer].lane == "safe" else "conditional",
        points=(2 * score.numerator + score.denominator) // (2 * score.denominator),
        monthly=Money(monthly.low, monthly.high),
    )


def _gate_questions(decision: Decision) -> frozenset[str]:
    """The questions that bear on gates that exclude."""
    base = decision.situation.base
    found = frozenset(SERVING_QUESTIONS)
    for gate in decision.gates:
        if gate.id != SERVED and gate.rule is not None and not gate.negotiable:
            found |= base.reads(gate.rule).questions
    return base.bearing_on(found)
