"""Answers that leave nobody: one alone, or two together that each leave somebody.

One alone is a mistake as a rule.  Two together often are not, as no offer has everything;
they are notes, and a case that expects ``none`` there says that it is meant so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations

from msgspec import Struct
from msgspec.structs import replace

from advisor.authoring.boxes import EVERYTHING, Box, meet, touches
from advisor.authoring.cases import NOBODY, expected
from advisor.authoring.examination import Examination
from advisor.authoring.exclusions import Exclusions
from advisor.authoring.regions import NO, YES, Part, Space, domain_of
from advisor.authoring.witness import box_words
from advisor.errors import DataError
from advisor.knowledge.model import Question
from advisor.knowledge.values import Domain, Flags, FlagsType, Interval, Options
from advisor.language.answers import case_inputs
from advisor.language.kleene import contains

MODELS = "models"
"""The question whose answer names the models that are served."""


class _Answer(Struct, frozen=True):
    """One answer: where it stands, its box on the axes that exclusions look at, the answer in
    words, and the models that it names (each alone; they fare like the first one)."""

    question: Question
    at: tuple[str, ...]
    box: Box
    words: str
    models: tuple[str, ...] = ()

    @property
    def model(self) -> str | None:
        return next(iter(self.models), None)


class _DeadEnds:
    def __init__(self, examination: Examination, exclusions: Exclusions) -> None:
        self.examination = examination
        self.exclusions = exclusions
        self._offers = list(examination.knowledge.offers)

    def somebody(self, box: Box, model: str | None) -> Box | None:
        """A part of the box in which some offer stays; None where nobody does."""
        for number, offer in enumerate(self._offers):
            left = self._left_of(offer, box, model)
            if left is not None:
                # Who stays here often stays with the next answers too.
                self._offers.insert(0, self._offers.pop(number))
                return left
        return None

    def _left_of(self, offer: str, box: Box, model: str | None) -> Box | None:
        market, exclusions = self.exclusions.market, self.exclusions
        listed = market.models[offer]
        if model is None:
            parts = (exclusions.left_of(offer, m, box) for m in (None, *listed))
            return next((left for left in parts if left is not None), None)
        if market.serving.serves(offer, model) is False:
            return None
        return exclusions.left_of(offer, model if model in listed else None, box)

    def answers(self) -> Iterator[_Answer]:
        """Every single answer that an exclusion, or the models at hand, can make a difference
        to; models that fare alike count as one."""
        for question in self.examination.knowledge.questions.values():
            found = list(_answers(self.exclusions, question))
            if question.id == MODELS:
                yield from self._alike(found)
            else:
                yield from (answer for answer in found if answer.box)

    def _alike(self, answers: Iterable[_Answer]) -> Iterator[_Answer]:
        market = self.exclusions.market
        groups: dict[tuple[object, ...], list[_Answer]] = {}
        for answer in answers:
            (model,) = answer.models
            fate = tuple(
                market.serving.serves(offer, model) is not False
                and self.exclusions.keys[offer, model if model in listed else None]
                for offer, listed in market.models.items()
            )
            groups.setdefault((fate, frozenset(answer.box.items())), []).append(answer)
        for same in groups.values():
            yield replace(same[0], models=tuple(m for answer in same for m in answer.models))


def check_dead_ends(examination: Examination, exclusions: Exclusions) -> None:
    """Report single answers, and pairs of answers, that leave nobody."""
    if not examination.knowledge.offers:
        return
    search = _DeadEnds(examination, exclusions)
    if search.somebody(EVERYTHING, None) is None:
        # Of every offer it is said already that it never wins.
        return
    alive: list[tuple[_Answer, Box]] = []
    for answer in search.answers():
        left = search.somebody(answer.box, answer.model)
        if left is not None:
            alive.append((answer, left))
        elif exclusions.possible(answer.box):
            _report(examination, (answer,))
    meant = [dict(sheet) for sheet in _expected_dead_ends(examination)]
    found: dict[tuple[str, tuple[str, ...]], tuple[_Answer, ...]] = {}
    for (one, beside_one), (other, beside_other) in combinations(alive, 2):
        # Who stays with one of the answers, whatever the other is.
        if not other.models and touches(beside_one, other.box):
            continue
        if not one.models and touches(beside_other, one.box):
            continue
        both = meet(one.box, other.box)
        if one.question is other.question or both is None:
            continue
        if search.somebody(both, one.model or other.model) is not None or not exclusions.possible(
            both
        ):
            continue
        if any(_lies_in(sheet, both, exclusions.space) for sheet in meant):
            continue
        named, rest = (one, other) if one.models else (other, one)
        if not named.models:
            _report(examination, (one, other))
            continue
        # Many models leave nobody beside the same answer; that is one thing to say.
        key = (rest.question.id, rest.at)
        before = found.get(key, (replace(named, models=()), rest))[0]
        found[key] = (replace(before, models=before.models + named.models), rest)
    for pair in found.values():
        _report(examination, pair)


def _report(examination: Examination, answers: tuple[_Answer, ...]) -> None:
    words = " and ".join(map(_words, answers))
    alone, last = len(answers) == 1, answers[-1]
    how = "one answer alone leaves" if alone else "two answers together leave"
    examination.places.add(
        "dead-end",
        "warning" if alone else "info",
        f"{how} nobody: where {words}, every offer is excluded",
        last.question.place,
        at=last.at,
        hint=None if alone else f"if that is meant, write a case that expects '{NOBODY}'",
    )


def _words(answer: _Answer) -> str:
    if len(answer.models) < 2:
        return answer.words
    return f"{answer.words} (or one of {len(answer.models) - 1} others)"


def _answers(exclusions: Exclusions, question: Question) -> Iterator[_Answer]:
    """Every single answer to a question."""
    space = exclusions.space
    if isinstance(question.type, FlagsType):
        axes = {flag: space.flag_axis("when", question.id, flag) for flag in question.type.options}
        none = {axis: NO for axis in axes.values() if axis in exclusions.axes}
        for flag, axis in axes.items():
            box = {**none, axis: YES} if axis in exclusions.axes else none
            models = (flag,) if question.id == MODELS else ()
            yield _Answer(question, ("options", flag), box, box_words(space, {axis: YES}), models)
        return
    axis = space.value_axis("when", question.id)
    part = space.parts[axis]
    for index in range(len(part.numbers) or len(part.options)):
        at = ("range",) if part.numbers else ("options", part.options[index])
        box = {axis: 1 << index}
        looked_at = axis in exclusions.axes and box[axis] != space.whole[axis]
        words = box_words(space, box)
        yield _Answer(question, at, box if looked_at else EVERYTHING, words)


def _expected_dead_ends(examination: Examination) -> Iterator[dict[str, Domain]]:
    """The answers of cases that expect nobody."""
    for case in examination.knowledge.cases.values():
        if NOBODY in expected(case, "right"):
            try:
                yield dict(case_inputs(case, examination.knowledge).answers)
            except DataError:
                continue


def _lies_in(sheet: dict[str, Domain], box: Box, space: Space) -> bool:
    return all(_allows(space.parts[axis], cells, sheet) for axis, cells in box.items())


def _allows(part: Part, cells: int, sheet: dict[str, Domain]) -> bool:
    """Whether an answer lies in the cells; of several choices, only what is asked for counts."""
    value = sheet.get(part.name)
    match value:
        case Flags():
            return cells == NO or part.detail in value.must
        case Options():
            chosen = domain_of(part, cells)[0]
            return isinstance(chosen, Options) and value.values <= chosen.values
        case Interval(low, high):
            ends = [end for end in (low, high) if end is not None]
            within = [d for d in domain_of(part, cells) if isinstance(d, Interval)]
            return len(ends) == 2 and any(all(contains(d, e) for e in ends) for d in within)
    return part.kind == "flag" and cells == NO
