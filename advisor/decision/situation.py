"""One decision being prepared: the rule base as of a day, the answers, what is open.

Everything below asks the situation two things: which axes a rule rests on, and what becomes
of it in the joint cells of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property, partial
from typing import Any

from advisor.decision.costs import Costs
from advisor.decision.rulebase import Kind, RuleBase, is_single
from advisor.engine.axes import Axis
from advisor.engine.looks import Cells, Look, M, crossed
from advisor.engine.serving import MODEL_SIZE, Choice
from advisor.engine.serving import QUESTIONS as SERVING_QUESTIONS
from advisor.engine.space import Assignment, Slot, Space
from advisor.engine.truth import test_of, truth_of
from advisor.engine.workload import derive, inputs_of
from advisor.engine.worlds import Worlds
from advisor.knowledge.model import Inputs, Knowledge, Rule
from advisor.knowledge.syntax import AllOf, AnyOf, Atom, Condition
from advisor.knowledge.values import Domain, Interval, Truth
from advisor.language.kleene import conjunction, disjunction, negation
from advisor.language.mentions import names_in

Pair = tuple[Domain | None, Domain | None]
"""What a name holds at the point that stands for a joint cell, and all over the cell."""

Truths = tuple[tuple[Truth, Truth], ...]
"""Per kind of offer, whether a condition holds at the point, and all over the cell."""


class Situation:
    """A rule base and the answers; ``space`` is what they leave open."""

    def __init__(self, base: RuleBase, inputs: Inputs) -> None:
        self.base = base
        self.inputs = inputs
        self._choices: Look[tuple[Choice, ...]] | None = None
        self._own: dict[tuple[object, ...], Look[Any]] = {}
        self._marks: dict[str, object] = {}
        # Answers of one value, and what follows from them alone.
        self._singles: dict[str, Domain] = {}
        slots = {q: base.slot(q, inputs.answers.get(q)) for q in base.knowledge.questions}
        self.space = Space(slots)
        self.axes: Mapping[str, Axis] = self.space.axes
        self.costs = Costs(base.knowledge, base.offering, inputs, base.memory)

    @cached_property
    def prices(self) -> tuple[object, ...]:
        """The user's own prices, as what results that rest on them are kept by."""
        return tuple(
            (offer, *sorted(own.items())) for offer, own in sorted(self.inputs.prices.items())
        )

    @property
    def knowledge(self) -> Knowledge:
        return self.base.knowledge

    def slots(self, questions: Iterable[str]) -> tuple[Slot, ...]:
        """What is known of these questions: what results that rest on them are kept by."""
        slots = self.space.slots
        return tuple([slots[q] for q in self.base.in_order(frozenset(questions))])

    def marks(self, names: Iterable[str]) -> tuple[object, ...]:
        """What tests can tell of answers and derived values: what results that rest on tests
        alone are kept by.  Of what is open it is all that is known."""
        known = self._marks
        for name in names:
            if name not in known:
                known[name] = self._mark(name)
        return tuple([known[name] for name in names])

    def _mark(self, name: str) -> object:
        slot = self.space.slots.get(name)
        if slot is not None:
            number = isinstance(slot.whole, Interval) and slot.whole.is_point
            return self.base.mark(name, slot.whole) if number else slot
        questions = self.base.workload.questions_of(name)
        slots = self.slots(questions)
        if not all(is_single(slot.whole) for slot in slots):
            return slots
        known = self._singles
        known.update(self.environment(questions, {}, point=False))
        self.base.workload.derive_into(name, known)
        return self.base.mark(name, known.get(name))

    @property
    def served(self) -> tuple[object, ...]:
        """What results that hang on the served models are kept by."""
        choices = self.choices
        return (choices,) if choices.is_whole else self.slots(SERVING_QUESTIONS)

    def open_behind(self, worlds: Worlds, keys: Iterable[str]) -> tuple[object, ...]:
        """What is open behind some axes and those tied to them, with the combinations of them
        that cannot be: what sums over their joint cells are kept by."""
        bound = worlds.bound(tuple(keys))
        questions = frozenset(self.axes[key].question for key in bound)
        return (*self.slots(questions), *worlds.barring(bound))

    def environment(
        self, questions: Iterable[str], at: Assignment, *, point: bool
    ) -> dict[str, Domain]:
        """The questions' values in a joint cell."""
        return self.space.environment(questions, at, point=point)

    def sizes(self, keys: Sequence[str]) -> tuple[int, ...]:
        """How many cells the axes have."""
        return tuple(len(self.axes[key].cells) for key in keys)

    @property
    def choices(self) -> Look[tuple[Choice, ...]]:
        """The model that each offer, in their order, would serve in a joint cell."""
        if self._choices is None:
            keys = self.space.open_keys(SERVING_QUESTIONS)
            answers = self.inputs.answers
            offers = tuple(self.knowledge.offers)
            choose = self.base.serving.choose

            def see(cells: Cells) -> tuple[Choice, ...]:
                at = dict(zip(keys, cells, strict=True))
                env = self.environment(SERVING_QUESTIONS, at, point=False)
                return tuple([choose(offer, env, answers) for offer in offers])

            place = ("choices", MODEL_SIZE in answers, *self.marks(SERVING_QUESTIONS))
            self._choices = self.kept(place, lambda: Look(keys, self.sizes(keys), see))
        return self._choices

    def choice(self, offer: str, at: Assignment) -> Choice:
        """The model that one offer would serve in a joint cell."""
        keys = self.choices.keys
        if any(key not in at for key in keys):
            env = self.environment(SERVING_QUESTIONS, at, point=False)
            return self.base.serving.choose(offer, env, self.inputs.answers)
        place = tuple(self.knowledge.offers).index(offer)
        return self.choices.meaning(tuple(at[key] for key in keys))[place]

    def kinds(self, rule: Rule) -> tuple[Kind, ...]:
        """The kinds of offers, with the models that they may serve, as the rule sees them."""
        reads = self.base.reads(rule)
        served = self.served if reads.served else ()
        return self.base.aspects.of(("kinds", rule.id, *served), lambda: self._kinds(rule))

    def _kinds(self, rule: Rule) -> tuple[Kind, ...]:
        reads = self.base.reads(rule)
        offers = self.knowledge.offers
        if not reads.its:
            return (self.base.kind(rule, next(iter(offers), ""), None),)
        rows: Iterable[Sequence[str | None]] = [(None,) * len(offers)]
        if reads.served and self.choices.is_whole:
            rows = [[choice.model for choice in row] for row in self.choices.meanings]
        elif reads.served:
            rows = [(model,) * len(offers) for model in (None, *self.knowledge.models)]
        return tuple(
            dict.fromkeys(
                self.base.kind(rule, offer, model)
                for row in rows
                for offer, model in zip(offers, row, strict=True)
                if self.base.suits(rule, offer, model) is not False
            )
        )

    def is_stated(self, rule: Rule | None) -> bool:
        """Whether what a gate compares with the offer was answered at all.

        A limit that nobody asked for is no requirement, however little is known of it.
        """
        if rule is None:
            return True
        return all(
            question in self.inputs.answers
            for name in self.base.reads(rule).compared
            for question in self.base.workload.questions_of(name)
            if self.knowledge.questions[question].unknown_means is None
        )

    def over_all(self, rule: Rule, kind: Kind | None = None) -> Truth:
        """Whether the rule's workload side holds over all that is left, taken as one."""
        reads = self.base.reads(rule)
        asked = reads.asked

        def make() -> tuple[Truth]:
            env: Mapping[str, Domain] = self.environment(asked, {}, point=False)
            derived = self.base.workload.derived_in(rule.when)
            env = self.base.workload.extend(env, derived) if derived else env
            return (truth_of(rule.when, env, kind.known if kind else {}),)

        place = ("over all", rule.id, kind, *self.marks(reads.tested))
        return self.base.memory.of(place, make)[0]

    def may_apply(self, rule: Rule) -> bool:
        """False where what is already answered rules the rule's workload side out."""
        return self.over_all(rule) is not False

    def truths(self, rule: Rule, kinds: Sequence[Kind]) -> Look[Truths]:
        """Where the rule's workload side holds, for each kind of offer."""
        return self.kept(
            ("truths", rule.id, *kinds, *self.marks(self.base.reads(rule).tested)),
            lambda: self._condition(rule.when, kinds),
        )

    def condition(self, name: str, condition: Condition) -> Look[Truths]:
        """Where a condition that compares with no offer holds; ``name`` is its own."""
        return self.kept(
            ("condition", name, *self.marks(sorted(names_in(condition)))),
            lambda: self._condition(condition, (Kind({}),)),
        )

    def _condition(self, condition: Condition, kinds: Sequence[Kind]) -> Look[Truths]:
        if isinstance(condition, Atom):
            test = condition.test
            # Cells of a question are cut where any test on it changes its mind.
            cut = condition.name in self.space.slots

            def tested(pair: Pair) -> Truths:
                point, inside = pair
                result = []
                for kind in kinds:
                    truth = test_of(test, point, kind.known)
                    same = cut or point == inside
                    result.append((truth, truth if same else test_of(test, inside, kind.known)))
                return tuple(result)

            return self.values(condition.name).map(tested)
        if isinstance(condition, AllOf | AnyOf):
            combine = conjunction if isinstance(condition, AllOf) else disjunction
            parts = [self._condition(part, kinds) for part in condition.parts]

            def combined(rows: tuple[Truths, ...]) -> Truths:
                return tuple(
                    (
                        combine([row[k][0] for row in rows]),
                        combine([row[k][1] for row in rows]),
                    )
                    for k in range(len(kinds))
                )

            return crossed(parts, combined) if len(parts) != 1 else parts[0]
        inner = self._condition(condition.part, kinds)
        return inner.map(lambda row: tuple((negation(a), negation(b)) for a, b in row))

    def values(self, name: str) -> Look[Pair]:
        """What an answer or a derived value holds in the joint cells of its axes."""
        questions = self.base.workload.questions_of(name)
        return self.kept(("values", name, *self.slots(questions)), lambda: self._values(name))

    def _values(self, name: str) -> Look[Pair]:
        slot = self.space.slots.get(name)
        if slot is not None:
            keys = tuple(axis.key for axis in slot.open_axes)

            def see(cells: Cells) -> Pair:
                at = dict(zip(keys, cells, strict=True))
                return slot.inside(at), slot.value(at, point=False)

            return Look(keys, self.sizes(keys), see)
        derived = self.knowledge.derived[name]
        names = sorted(inputs_of(derived))

        def derived_from(pairs: tuple[Pair, ...]) -> Pair:
            points, insides = (
                {n: p[side] for n, p in zip(names, pairs, strict=True)} for side in (0, 1)
            )
            value = derive(derived, _present(points))
            return value, value if points == insides else derive(derived, _present(insides))

        return crossed([self._standing(n) for n in names], derived_from)

    def _standing(self, name: str) -> Look[Pair]:
        """``values``, with what stands for a cell of a question in place of a point in it."""
        slot = self.space.slots.get(name)
        if slot is None:
            return self.values(name)
        keys = tuple(axis.key for axis in slot.open_axes)

        def see(cells: Cells) -> Pair:
            at = dict(zip(keys, cells, strict=True))
            return slot.value(at, point=True), slot.value(at, point=False)

        return self.kept(("standing", name, slot), lambda: Look(keys, self.sizes(keys), see))

    def kept(self, place: tuple[object, ...], make: Callable[[], Look[M]]) -> Look[M]:
        """A look that serves the next answers too; one that is looked at bit by bit changes,
        so it stays with this situation."""
        look = self.base.memory.get(place) or self._own.get(place)
        if look is None:
            look = make()
            if look.is_whole:
                self.base.memory.put(place, look)
            else:
                self._own[place] = look
        return look

    def extended(self, env: Mapping[str, Domain], names: frozenset[str]) -> dict[str, Domain]:
        """``env`` with those of the derived values ``names`` that follow from it."""
        return self.base.workload.extend(env, names)


def _present(env: Mapping[str, Domain | None]) -> dict[str, Domain]:
    return {name: value for name, value in env.items() if value is not None}


def impossible_looks(situation: Situation) -> tuple[Look[bool], ...]:
    """Looks that are True where a declared impossible combination surely holds.

    Answers that contradict each other outright have no world left; then the declaration
    is set aside, and the answers are taken as they are.  So is one that leaves no world
    together with those before it.
    """

    def barred(truths: Look[Truths]) -> Look[bool]:
        return truths.map(lambda row: row[0][1] is True)

    def leaves_any(look: Look[bool]) -> bool:
        before = {key for earlier in looks for key in earlier.keys}
        if before.isdisjoint(look.keys):
            return True
        return Worlds(situation.axes, [*looks, look]).are_possible(look.keys)

    looks: list[Look[bool]] = []
    for combination in situation.knowledge.impossible:
        truths = situation.condition(combination.id, combination.when)
        look = situation.kept(("impossible", truths), partial(barred, truths))
        if look.keys and not look.is_always(True) and leaves_any(look):
            looks.append(look)
    return tuple(looks)
