"""What a change of the rule base does to recommendations.

Two rule bases are compared on the shipped cases and on a declared cover of the answer space.
A recommendation flips when another offer wins, or the same one in another lane.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping
from typing import Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from advisor.authoring.cases import NOBODY
from advisor.authoring.changes import Changes, Relevance, changes_between
from advisor.authoring.cover import Cover, Sheet, answerable, build_cover
from advisor.authoring.examples import newest_day
from advisor.decision.recommend import decide
from advisor.errors import DataError
from advisor.knowledge.model import Case, Inputs, Knowledge
from advisor.language.answers import case_inputs

Progress: TypeAlias = Callable[[int, int], None]
Witnesses: TypeAlias = Literal["none", "first", "all"]
"""Which flips get a witness: none, the first of each kind, or all."""

MOST_SHEETS = 300
MOST_TRIES = 40
"""Removals tried for one witness; beyond that it is said to be unfinished."""


class Outcome(Struct, frozen=True):
    """Who wins, in which lane; ``none`` for nobody."""

    offer: str
    lane: str


class Witness(Struct, frozen=True):
    """Answers that still flip.  ``minimal``: without any one of them they no longer do."""

    inputs: Inputs
    minimal: bool


class Flip(Struct, frozen=True):
    """``where`` names a case or a sheet; ``witness`` is made for the first flip of its kind,
    or for every one."""

    where: str
    case: bool
    as_of: datetime.date
    inputs: Inputs
    before: Outcome
    after: Outcome
    witness: Witness | None


class Difference(Struct, frozen=True):
    """``shares``: offer -> how often it wins before and after, over ``compared`` sheets and
    cases (with ``touched_only``, those that the change can move).  ``untouched`` ones come
    out the same, because no rule that differs can hold there."""

    changes: Changes
    cover: Cover
    cases: int
    incomparable: tuple[str, ...]
    compared: int
    untouched: int
    touched_only: bool
    flips: tuple[Flip, ...]
    shares: Mapping[str, tuple[int, int]]
    as_of: datetime.date

    @property
    def reachable(self) -> tuple[str, ...]:
        """Offers that win somewhere now, and nowhere before."""
        return tuple(o for o, (before, after) in self.shares.items() if after and not before)

    @property
    def unreachable(self) -> tuple[str, ...]:
        """Offers that won somewhere before, and nowhere now."""
        return tuple(o for o, (before, after) in self.shares.items() if before and not after)


class Judge:
    """Who wins by one rule base; each question is put once."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self._known: dict[tuple[object, ...], Outcome] = {}

    def outcome(self, inputs: Inputs, as_of: datetime.date) -> Outcome:
        """The winner and its lane."""
        key = (
            as_of,
            tuple(sorted(inputs.answers.items(), key=lambda pair: pair[0])),
            tuple(sorted(inputs.weights.items())),
            tuple((offer, tuple(sorted(own.items()))) for offer, own in inputs.prices.items()),
        )
        found = self._known.get(key)
        if found is None:
            decision = decide(self.knowledge, inputs, as_of)
            leader = next(iter(decision.order), None)
            found = Outcome(NOBODY, NOBODY)
            if leader is not None:
                found = Outcome(leader, decision.standings[leader].lane)
            self._known[key] = found
        return found


def compare(
    old: Knowledge,
    new: Knowledge,
    *,
    as_of: datetime.date | None = None,
    most_sheets: int = MOST_SHEETS,
    cases: bool = True,
    touched_only: bool = False,
    witnesses: Witnesses = "first",
    progress: Progress | None = None,
) -> Difference:
    """Compare two rule bases.  Sheets are judged on ``as_of`` (without: the newest day in the
    new rule base), each case on its own day."""
    day = as_of or newest_day(new)
    changes = changes_between(old, new)
    cover = build_cover(old, new, (*changes.old_rules, *changes.new_rules), most_sheets)
    matters = Relevance(old, new, changes)
    work, incomparable = _cases(old, new, matters) if cases else ([], ())
    told = len(work)
    for title, sheet in cover.sheets:
        work.append(_Work(title, False, day, Inputs(sheet), matters(sheet)))
    untouched = sum(1 for item in work if not item.touched)
    if touched_only:
        work = [item for item in work if item.touched]
    before, after = Judge(old), Judge(new)
    shares: dict[str, list[int]] = {offer: [0, 0] for offer in (*old.offers, *new.offers, NOBODY)}
    found: list[Flip] = []
    for number, item in enumerate(work):
        if progress is not None:
            progress(number, len(work))
        was = before.outcome(item.inputs, item.as_of)
        now = after.outcome(item.inputs, item.as_of) if item.touched else was
        shares[was.offer][0] += 1
        shares[now.offer][1] += 1
        if was != now:
            found.append(Flip(item.where, item.case, item.as_of, item.inputs, was, now, None))
    usual = cover.sheets[0][1] if cover.sheets else None
    flips = _with_witnesses(found, before, after, usual, witnesses, progress)
    return Difference(
        changes=changes,
        cover=cover,
        cases=told,
        incomparable=incomparable,
        compared=len(work),
        untouched=untouched,
        touched_only=touched_only,
        flips=tuple(flips),
        shares={o: (was, now) for o, (was, now) in shares.items() if was or now},
        as_of=day,
    )


class _Work(Struct, frozen=True):
    where: str
    case: bool
    as_of: datetime.date
    inputs: Inputs
    touched: bool


def _cases(
    old: Knowledge, new: Knowledge, matters: Relevance
) -> tuple[list[_Work], tuple[str, ...]]:
    """Every case that both rule bases can read, as the newer one words it."""
    every: dict[str, tuple[Knowledge, Case]] = {c.id: (old, c) for c in old.cases.values()}
    every |= {c.id: (new, c) for c in new.cases.values()}
    work: list[_Work] = []
    apart: list[str] = []
    for id_, (base, case) in sorted(every.items()):
        inputs = _readable(base, case, old, new)
        if inputs is None:
            apart.append(id_)
        else:
            touched = matters(inputs.answers)
            work.append(_Work(id_, True, case.as_of, inputs, touched))
    return work, tuple(apart)


def _readable(base: Knowledge, case: Case, old: Knowledge, new: Knowledge) -> Inputs | None:
    try:
        inputs = case_inputs(case, base)
    except DataError:
        return None
    return inputs if _both_read(inputs, old, new) else None


def _both_read(inputs: Inputs, old: Knowledge, new: Knowledge) -> bool:
    """Whether both rule bases know everything that the inputs speak of."""
    for base in (old, new):
        if not all(answerable(base, name, value) for name, value in inputs.answers.items()):
            return False
        if (
            inputs.weights.keys() - base.criteria.keys()
            or inputs.prices.keys() - base.offers.keys()
        ):
            return False
    return True


def _with_witnesses(
    flips: list[Flip],
    before: Judge,
    after: Judge,
    usual: Sheet | None,
    witnesses: Witnesses,
    progress: Progress | None,
) -> Iterator[Flip]:
    seen: set[tuple[Outcome, Outcome]] = set()
    kinds = {(flip.before, flip.after) for flip in flips}
    total = len(flips) if witnesses == "all" else len(kinds)
    done = 0
    for flip in flips:
        kind = (flip.before, flip.after)
        if witnesses == "none" or (witnesses == "first" and kind in seen):
            yield flip
            continue
        seen.add(kind)
        if progress is not None:
            progress(done, total)
        done += 1
        yield replace(flip, witness=minimise(flip, before, after, None if flip.case else usual))


def minimise(
    flip: Flip, before: Judge, after: Judge, usual: Sheet | None = None, most: int = MOST_TRIES
) -> Witness:
    """Leave out answers, many at once and then one by one, as long as the same flip remains.

    ``usual`` is a sheet of likely answers: what may as well be answered like it is left out
    first, and all at once.  Finding that out is cheap, because nothing is open then.
    """
    tries = 0

    def still(inputs: Inputs) -> bool:
        nonlocal tries
        tries += 1
        return (
            before.outcome(inputs, flip.as_of) == flip.before
            and after.outcome(inputs, flip.as_of) == flip.after
        )

    inputs = flip.inputs
    if usual is not None:
        telling = _telling(inputs, usual, still)
        tries = 0
        rest = [part for part in _parts(inputs) if part not in telling]
        while rest and tries < most:
            shorter = _without(inputs, rest)
            if still(shorter):
                inputs = shorter
                break
            rest = rest[: len(rest) // 2]
    size = max(1, len(_parts(inputs)) // 2)
    while True:
        removed = False
        at = 0
        while at < len(parts := _parts(inputs)):
            if tries >= most:
                return Witness(inputs, False)
            shorter = _without(inputs, parts[at : at + size])
            if still(shorter):
                inputs, removed = shorter, True
            else:
                at += size
        if size == 1 and not removed:
            return Witness(inputs, True)
        size = max(1, size // 2)


def _telling(
    inputs: Inputs, usual: Sheet, still: Callable[[Inputs], bool]
) -> frozenset[tuple[str, str]]:
    """The answers that cannot be exchanged for the usual ones without losing the flip."""
    answers = dict(inputs.answers)
    found: set[tuple[str, str]] = set()
    for name, value in inputs.answers.items():
        if name not in usual or usual[name] == value:
            continue
        answers[name] = usual[name]
        if not still(Inputs(answers, inputs.weights, inputs.prices)):
            answers[name] = value
            found.add(("answers", name))
    return frozenset(found)


def _parts(inputs: Inputs) -> list[tuple[str, str]]:
    """What can be left out: prices, weights, and answers."""
    return [
        *(("prices", name) for name in inputs.prices),
        *(("weights", name) for name in inputs.weights),
        *(("answers", name) for name in inputs.answers),
    ]


def _without(inputs: Inputs, parts: list[tuple[str, str]]) -> Inputs:
    gone = set(parts)
    return Inputs(
        {name: v for name, v in inputs.answers.items() if ("answers", name) not in gone},
        {name: v for name, v in inputs.weights.items() if ("weights", name) not in gone},
        {name: v for name, v in inputs.prices.items() if ("prices", name) not in gone},
    )
