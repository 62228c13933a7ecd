"""What would have to be answered otherwise for another offer to lead.

Sets of changes are tried by rising size; a set that holds a smaller flip is none.  Numbers
are tried at one value of every cell; of values that do the same by themselves only the
nearest goes into larger sets, and of the rest a few.  Where a number flips, the threshold is
then found exactly.  Where whole decisions are needed and no more are allowed, what is left of
a size is passed over, and the size is not said to be completed.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations

from advisor.decision.changes import changed, product_of_priors, words_of
from advisor.decision.result import Flip, Search, Threshold
from advisor.decision.rulebase import RuleBase
from advisor.decision.thresholds import threshold
from advisor.decision.variations import UNTOLD, LimitReached, Variations, answered, winner_of
from advisor.knowledge.values import Interval

SETS_AT_MOST = 400_000
"""Sets of one size above which that size is not tried."""
VALUES = 3
"""Values of a number, on either side, that go into larger sets: the nearest, the furthest and
one between, of those that differ in what they do by themselves."""

Set = tuple[int, ...]
"""Places of candidates, rising."""


def search_flips(
    variations: Variations, most: int, *, fine: bool
) -> tuple[tuple[Flip, ...], Search]:
    """Every smallest set of at most ``most`` changes that gives another winner.

    ``fine``: thresholds are found in sets of several changes too; else a number there is
    told as the value that was tried.
    """
    search = _FlipSearch(variations, fine=fine)
    for size in range(1, most + 1):
        if not search.try_size(size):
            break
    return search.flips(), search.report(most)


def few_of(line: list[int]) -> list[int]:
    """Of values by rising distance, those that go into larger sets."""
    return line if len(line) <= VALUES else [line[0], line[len(line) // 2], line[-1]]


def cost_questions(base: RuleBase) -> frozenset[str]:
    """The questions behind what is computed of costs."""
    return frozenset[str]().union(
        *base.measure_questions.values(),
        *(
            base.reads(rule).questions
            for rule in base.knowledge.rules.values()
            if rule.effect == "exclude" and base.reads(rule).measures
        ),
    )


class _FlipSearch:
    def __init__(self, variations: Variations, *, fine: bool) -> None:
        self._fine = fine
        self._variations = variations
        self._costs = cost_questions(variations.decision.situation.base)
        self._leader = winner_of(variations.decision)
        self._flipping: list[tuple[Set, str | None]] = []
        self._untold: set[Set] = set()
        self._considered = 0
        self._completed = 0
        self._pool: list[int] = []

    def try_size(self, size: int) -> bool:
        """Try all sets of this size; False where a bound ends the search."""
        if size == 1:
            sets: list[Set] = [(i,) for i in self._outwards()]
        else:
            if size == 2:
                self._pool = self._distinct()
            sets = []
            for chosen in self._sets(size):
                sets.append(chosen)
                if len(sets) > SETS_AT_MOST:
                    return False
        room = self._variations.room
        if len(sets) > room:
            if size > 1:
                return False
            self._untold.update(sets[room:])
            sets = sets[:room]
        # Sets that need costs of their own come last: they are the dear ones.
        dear = [chosen for chosen in sets if self._is_dear(chosen)]
        cheap = [chosen for chosen in sets if not self._is_dear(chosen)]
        if not self._try(cheap):
            return False
        if len(dear) > self._variations.dear or not self._try(dear) or self._left_out(size):
            return False
        self._completed = size
        return True

    def _left_out(self, size: int) -> bool:
        return any(len(chosen) == size for chosen in self._untold)

    def _outwards(self) -> list[int]:
        """The candidates, those next to the answer first: where not all can be tried, of every
        question the nearest are."""
        steps: dict[tuple[str, int], int] = {}
        ranked = []
        for i, change in enumerate(self._variations.candidates):
            line = change.key, change.side
            steps[line] = steps.get(line, -1) + 1
            ranked.append((steps[line] if change.side else 0, i))
        return [i for _, i in sorted(ranked)]

    def _is_dear(self, chosen: Set) -> bool:
        return sum(self._variations.candidates[i].question in self._costs for i in chosen) > 1

    def _try(self, sets: list[Set]) -> bool:
        """Whether the winner of every set was found."""
        all_told = True
        for chosen, winner in zip(sets, self._variations.winners(sets), strict=True):
            if winner is UNTOLD:
                all_told = False
                self._untold.add(chosen)
                continue
            self._considered += 1
            if winner != self._leader:
                self._flipping.append((chosen, winner))
        return all_told

    def _sets(self, size: int) -> Iterator[Set]:
        """Sets of changes that go together and hold no smaller flip."""
        candidates = self._variations.candidates
        known = {chosen for chosen, _ in self._flipping}
        for chosen in combinations(self._pool, size):
            if len({candidates[i].key for i in chosen}) < size:
                continue
            if any(
                part in known for count in range(1, size) for part in combinations(chosen, count)
            ):
                continue
            yield chosen

    def _distinct(self) -> list[int]:
        """Candidates for larger sets: those that flip nothing alone; of the values of a number
        on one side, the first of each stretch that does the same by itself."""
        variations = self._variations
        alone = {chosen[0] for chosen, _ in self._flipping}
        usable = variations.pieces.usable
        pool: list[int] = []
        lines: dict[tuple[str, int], list[int]] = {}
        last: tuple[object, ...] | None = None
        for i, change in enumerate(variations.candidates):
            if i in alone:
                last = None
                continue
            if not change.side:
                pool.append(i)
                continue
            line = lines.setdefault((change.key, change.side), [])
            mark = (change.key, change.side, variations.pieces.signature(i) if usable else i)
            if mark != last:
                line.append(i)
            last = mark
        for line in lines.values():
            pool += few_of(line)
        return sorted(pool)

    def report(self, most: int) -> Search:
        variations = self._variations
        return Search(
            questions=answered(
                variations.decision.situation.base, variations.decision.stated, changeable=True
            ),
            asked=most,
            completed=self._completed,
            considered=self._considered,
            decided=variations.decided,
            limit=variations.limit,
        )

    def flips(self) -> tuple[Flip, ...]:
        """The flips by new winner, that with the most plausible change first; of numbers only
        the nearest values, with their thresholds."""
        made = [self._flip(chosen, winner) for chosen, winner in self._nearest()]
        best: dict[str, Fraction] = {}
        for flip in made:
            name = flip.winner or ""
            best[name] = max(best.get(name, Fraction(0)), flip.plausibility)
        made.sort(
            key=lambda f: (
                -best[f.winner or ""],
                f.winner or "",
                len(f.change),
                -f.plausibility,
                tuple(f.change.items()),
            )
        )
        return tuple(made)

    def _nearest(self) -> Iterator[tuple[Set, str | None]]:
        """Flips whose numbers lie no further out than they must."""
        groups: dict[tuple[tuple[object, ...], str | None], list[Set]] = {}
        for chosen, winner in self._flipping:
            changes = [self._variations.candidates[i] for i in chosen]
            like = tuple((c.key, c.side, None if c.side else c.answer) for c in changes)
            groups.setdefault((like, winner), []).append(chosen)
        for (_, winner), sets in groups.items():
            for chosen in sets:
                # Candidates of one side are listed outwards, so that places compare.
                if not any(
                    other != chosen and all(a <= b for a, b in zip(other, chosen, strict=True))
                    for other in sets
                ):
                    yield chosen, winner

    def _flip(self, chosen: Set, winner: str | None) -> Flip:
        variations = self._variations
        knowledge = variations.decision.situation.knowledge
        changes = [variations.candidates[i] for i in chosen]
        thresholds: dict[str, Threshold] = {}
        for place, change in enumerate(changes):
            if not change.side or (len(changes) > 1 and not self._fine):
                continue
            try:
                inner = self._inner(chosen, place)
                found = threshold(variations, changes, place, inner, winner)
            except LimitReached:
                continue
            thresholds[change.question] = found
        after = changed(variations.decision.stated, changes).answers
        change_words = {
            q: thresholds[q].words
            if q in thresholds
            else words_of(knowledge.questions[q], after[q])
            for q in dict.fromkeys(c.question for c in changes)
        }
        return Flip(
            change=change_words,
            winner=winner,
            title=knowledge.offers[winner].title if winner is not None else None,
            plausibility=product_of_priors(changes),
            thresholds=tuple(thresholds.values()),
        )

    def _inner(self, chosen: Set, place: int) -> Fraction:
        """The last value tried before the one that flips, or the answer itself."""
        variations = self._variations
        change = variations.candidates[chosen[place]]
        tried = self._pool if len(chosen) > 1 else range(len(variations.candidates))
        for inner in reversed(tried[: tried.index(chosen[place])]):
            before = variations.candidates[inner]
            if (before.key, before.side) != (change.key, change.side):
                break
            if (*chosen[:place], inner, *chosen[place + 1 :]) not in self._untold:
                answer: object = before.answer
                assert isinstance(answer, Interval) and answer.low is not None
                return Fraction(answer.low)
        stated = variations.decision.stated.answers[change.question]
        assert isinstance(stated, Interval)
        end = stated.high if change.side > 0 else stated.low
        assert end is not None
        return Fraction(end)
