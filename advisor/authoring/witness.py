"""Boxes in words, and answers that lie in a box."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import islice, product

from msgspec import Struct

from advisor.authoring.boxes import Box
from advisor.authoring.regions import ABOVE, BELOW, EQUAL, KNOWN, YES, Part, Space, domain_of
from advisor.knowledge.model import Knowledge
from advisor.knowledge.syntax import Arithmetic, Call, Expression, Name
from advisor.knowledge.values import Domain, Flags, Interval, Number, NumberType, Options
from advisor.language.expressions import value_at
from advisor.language.kleene import contains
from advisor.language.mentions import names_of
from advisor.language.wording import domain_words

MOST_POINTS = 2_000
"""Points that are tried to find answers that give a derived number."""

_HALVINGS = 48


def box_words(space: Space, box: Box) -> str:
    """``model-size is from 13B to below 30B and use-case is chat or voice``."""
    said = [_axis_words(space.parts[axis], box[axis]) for axis in sorted(box)]
    return " and ".join(said) or "anything"


def _axis_words(part: Part, cells: int) -> str:
    name = part.name
    match part.kind:
        case "value":
            domains = domain_of(part, cells)
            return f"{name} is {' or '.join(domain_words(d, part.of) for d in domains)}"
        case "flag":
            return f"{name} {'include' if cells == YES else 'do not include'} {part.detail}"
        case "known":
            return f"{name} is {'known' if cells == KNOWN else 'unknown'}"
        case "within":
            return f"{name} is {'' if cells == YES else 'not '}within the offer's {part.detail}"
    words = {
        BELOW: "below",
        BELOW | EQUAL: "at most",
        EQUAL: "exactly",
        EQUAL | ABOVE: "at least",
        ABOVE: "above",
        BELOW | ABOVE: "not exactly",
    }
    return f"{name} is {words.get(cells, 'beside')} the offer's {part.detail}"


def answers_in(space: Space, box: Box) -> dict[str, Domain]:
    """One value for each name that the box speaks of; what stays unknown is left out."""
    found: dict[str, Domain] = {}
    flags: dict[str, set[str]] = {}
    for axis in sorted(box):
        part = space.parts[axis]
        if part.side != "when" or part.kind not in ("value", "flag"):
            continue
        if part.kind == "flag":
            required = flags.setdefault(part.name, set())
            if box[axis] == YES:
                required.add(part.detail)
        else:
            found[part.name] = _one_of(part, box[axis])
    for name, must in flags.items():
        found[name] = Flags(frozenset(must), frozenset(must))
    return found


def answer_words(space: Space, answers: Mapping[str, Domain]) -> str:
    """``model-size 13B, use-case chat``."""
    types = space.types["when"]
    said = [f"{name} {domain_words(value, types[name])}" for name, value in sorted(answers.items())]
    return ", ".join(said) or "any answers"


def example_words(space: Space, box: Box) -> str:
    """Answers in the box, as words."""
    return answer_words(space, answers_in(space, box))


def _one_of(part: Part, cells: int) -> Domain:
    first = cells & -cells
    if part.numbers:
        of = part.of
        integer = isinstance(of, NumberType) and of.integer
        return Interval.point(some_number(part.numbers[first.bit_length() - 1], integer))
    return Options(frozenset({part.options[first.bit_length() - 1]}))


def some_number(interval: Interval, integer: bool) -> Number:
    """A plain number of the interval: an end where it has one."""
    low, high = interval.low, interval.high
    if low is not None and not interval.low_open and not (integer and low % 1):
        return low
    if high is not None and not interval.high_open and not (integer and high % 1):
        return high
    if low is not None and (integer or high is None):
        return low // 1 + 1
    if high is not None and (integer or low is None):
        return -(-high // 1) - 1
    if low is None or high is None:
        return 0
    whole = low // 1 + 1
    if whole < high:
        return whole
    middle = Fraction(low + high) / 2
    return int(middle) if middle.denominator == 1 else middle


class _Goal(Struct, frozen=True):
    """A derived number, written out over questions, and where it must lie."""

    expression: Expression
    numbers: tuple[Interval, ...]

    def met(self, env: Mapping[str, Number]) -> bool:
        value = _value(self.expression, env)
        return value is not None and any(contains(i, value) for i in self.numbers)


def realise(space: Space, box: Box) -> dict[str, Domain] | None:
    """Answers that lie in the box, derived numbers included; None if none were found.

    Without derived numbers every box has answers.  With them points are tried: the ends of
    what each question may be, points between, and along the line where one derived number
    crosses into the box.
    """
    answers = answers_in(space, box)
    free = space.free_names(box)
    if not free:
        return answers
    goals = [_goal(space, box, name) for name in free]
    numbers = {name for goal in goals if goal for name in names_of(goal.expression)}
    if any(goal is None for goal in goals) or not numbers <= set(space.knowledge.questions):
        return None
    wanted = [goal for goal in goals if goal is not None]
    ranges = {name: list(_points(space, box, name)) for name in sorted(numbers)}
    for env in _candidates(ranges, wanted):
        if all(goal.met(env) for goal in wanted) and all(
            _allowed(space, box, name, value) for name, value in env.items()
        ):
            kept = {name: value for name, value in answers.items() if name not in free}
            return kept | {name: Interval.point(value) for name, value in env.items()}
    return None


def _goal(space: Space, box: Box, name: str) -> _Goal | None:
    expression = written_out(space.knowledge, name)
    axis = space.value_axis("when", name)
    part = space.parts[axis]
    if expression is None or not part.numbers:
        return None
    return _Goal(
        expression, tuple(d for d in domain_of(part, box[axis]) if isinstance(d, Interval))
    )


def written_out(knowledge: Knowledge, name: str) -> Expression | None:
    """The expression of a derived number over questions alone; None where a table is read."""
    derived = knowledge.derived.get(name)
    if derived is None or derived.expression is None:
        return None

    def replaced(expression: Expression) -> Expression | None:
        if isinstance(expression, Name):
            if expression.name in knowledge.questions:
                return expression
            return written_out(knowledge, expression.name)
        if isinstance(expression, Arithmetic):
            left, right = replaced(expression.left), replaced(expression.right)
            if left is None or right is None:
                return None
            return Arithmetic(expression.op, left, right)
        if isinstance(expression, Call):
            arguments = [replaced(argument) for argument in expression.arguments]
            if any(argument is None for argument in arguments):
                return None
            return Call(expression.function, tuple(a for a in arguments if a is not None))
        return expression

    return replaced(derived.expression)


def _points(space: Space, box: Box, name: str) -> Iterator[Number]:
    """Numbers of a question to try: the ends of what the box allows, and two between."""
    of = space.types["when"][name]
    assert isinstance(of, NumberType)
    axis = f"when {name}"
    allowed: list[Interval] = [Interval(of.minimum, of.maximum)]
    if axis in box:
        allowed = [d for d in domain_of(space.parts[axis], box[axis]) if isinstance(d, Interval)]
    seen: set[Number] = set()
    for interval in allowed:
        low, high = interval.low, interval.high
        found: list[Number] = [some_number(interval, of.integer)]
        if low is not None and high is not None:
            span = Fraction(high) - low
            found += [_rounded(low + span / d, of.integer) for d in (1000, 30, 2)]
            found += [_rounded(high - span / 1000, of.integer), high, low]
        for value in found:
            if value not in seen and contains(interval, value):
                seen.add(value)
                yield value


def _rounded(value: Fraction, integer: bool) -> Number:
    if integer or value.denominator == 1 or abs(value) > 1000:
        return int(value)
    return value


def _candidates(
    ranges: Mapping[str, list[Number]], goals: list[_Goal]
) -> Iterator[dict[str, Number]]:
    names = list(ranges)
    tried: list[dict[str, Number]] = []
    for values in islice(product(*ranges.values()), MOST_POINTS):
        env = dict(zip(names, values, strict=True))
        tried.append(env)
        yield env
    for goal in goals:
        yield from _crossings(goal, tried)


def _crossings(goal: _Goal, tried: list[dict[str, Number]]) -> Iterator[dict[str, Number]]:
    """Between a point where the number is too low and one where it is too high."""
    valued = [(value, env) for env in tried if (value := _value(goal.expression, env)) is not None]
    if len(valued) < 2:
        return
    low = min(valued, key=lambda pair: pair[0])[1]
    high = max(valued, key=lambda pair: pair[0])[1]
    for interval in goal.numbers:
        a, b = dict(low), dict(high)
        for _ in range(_HALVINGS):
            middle = {name: _between(a[name], b[name]) for name in a}
            yield middle
            value = _value(goal.expression, middle)
            if value is None or middle in (a, b):
                break
            under = interval.low is not None and value <= interval.low
            a, b = (middle, b) if under else (a, middle)


def _between(a: Number, b: Number) -> Number:
    middle = Fraction(a + b) / 2
    return _rounded(middle, isinstance(a, int) and isinstance(b, int) and abs(b - a) > 1)


def _value(expression: Expression, env: Mapping[str, Number]) -> Number | None:
    try:
        return value_at(expression, env)
    except ArithmeticError:
        return None


def _allowed(space: Space, box: Box, name: str, value: Number) -> bool:
    of = space.types["when"][name]
    if isinstance(of, NumberType):
        if of.integer and value % 1:
            return False
        if not contains(Interval(of.minimum, of.maximum), value):
            return False
    axis = f"when {name}"
    if axis not in box:
        return True
    domains = domain_of(space.parts[axis], box[axis])
    return any(isinstance(d, Interval) and contains(d, value) for d in domains)
