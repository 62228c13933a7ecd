"""One decision being prepared: the rule base as of a day, the answers, what is open.

Everything below asks the situation two things: which axes a rule rests on, and whether it
holds for an offer in a joint cell of them.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import product

from advisor.decision.costs import MEASURES, Costs
from advisor.decision.costs import QUESTIONS as COST_QUESTIONS
from advisor.engine.axes import Cut, cuts_of
from advisor.engine.offering import Offering
from advisor.engine.serving import QUESTIONS as SERVING_QUESTIONS
from advisor.engine.serving import Choice, Serving
from advisor.engine.space import Assignment, Space, build_space
from advisor.engine.truth import atoms_in, conjunction, its_in, names_in, tests_in, truth_of
from advisor.engine.workload import Workload, names_of
from advisor.engine.worlds import Cells, Look, Part
from advisor.knowledge.ledger import Ledger, build_ledger
from advisor.knowledge.model import Inputs, Knowledge, Measure, Rule
from advisor.knowledge.syntax import CompareIts, Condition, WithinIts
from advisor.knowledge.values import Domain, NumberType, Truth


@dataclass(frozen=True)
class RuleBase:
    """A rule base on a day, with everything that does not depend on the answers."""

    knowledge: Knowledge
    ledger: Ledger
    offering: Offering
    serving: Serving
    workload: Workload
    cuts: Mapping[str, tuple[Cut, ...]]

    @classmethod
    def on(cls, knowledge: Knowledge, as_of: datetime.date) -> RuleBase:
        """Resolve the ledger and find where each number question has to be cut."""
        ledger = build_ledger(knowledge, as_of)
        offering = Offering(knowledge, ledger)
        serving = Serving(knowledge, ledger, offering)
        return cls(
            knowledge,
            ledger,
            offering,
            serving,
            Workload(knowledge),
            _cuts(knowledge, serving, ledger),
        )


@dataclass
class Situation:
    """A rule base and the answers; ``space`` is what they leave open."""

    base: RuleBase
    inputs: Inputs
    space: Space = field(init=False)
    costs: Costs = field(init=False)
    _choices: dict[tuple[str, tuple[int | None, ...]], Choice] = field(default_factory=dict)
    _reads_model: dict[str, bool] = field(default_factory=dict)
    _its: dict[str, frozenset[str]] = field(default_factory=dict)
    _keys: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _when: dict[tuple[object, ...], Truth] = field(default_factory=dict)
    _holds: dict[tuple[object, ...], Truth] = field(default_factory=dict)
    _its_kinds: dict[tuple[str, str, str | None], tuple[Domain | None, ...]] = field(
        default_factory=dict
    )
    _kinds: dict[tuple[Domain | None, ...], tuple[Domain | None, ...]] = field(default_factory=dict)
    _environments: dict[tuple[object, ...], Mapping[str, Domain]] = field(default_factory=dict)
    _for: dict[tuple[str, str, str | None], Truth] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.space = build_space(self.base.knowledge, self.inputs, self.base.cuts)
        self.costs = Costs(self.base.knowledge, self.base.offering, self.inputs)

    @property
    def knowledge(self) -> Knowledge:
        return self.base.knowledge

    def questions_of(self, rule: Rule) -> frozenset[str]:
        """The questions that decide whether the rule holds for an offer."""
        questions = self.base.workload.questions_in(rule.when)
        for name in self.its_of(rule):
            if name in MEASURES:
                questions |= COST_QUESTIONS
            elif self.base.offering.depends_on_model(name):
                questions |= frozenset(SERVING_QUESTIONS)
        if self.reads_model(rule):
            questions |= frozenset(SERVING_QUESTIONS)
        return questions

    def reads_model(self, rule: Rule) -> bool:
        """Whether the rule looks at something that hangs on the served model."""
        found = self._reads_model.get(rule.id)
        if found is None:
            names = names_in(rule.offers)
            found = any(self.base.offering.depends_on_model(n) for n in names)
            self._reads_model[rule.id] = found
        return found

    def measure_questions(self, measure: Measure) -> frozenset[str]:
        """The questions behind a measure and behind where its anchors lie."""
        questions = COST_QUESTIONS
        for name in anchor_names(measure):
            questions |= self.base.workload.questions_of(name)
        return questions

    def environment(
        self, questions: Iterable[str], at: Assignment, *, point: bool
    ) -> dict[str, Domain]:
        """The questions' values in a joint cell."""
        return self.space.environment(questions, at, point=point)

    def choice(self, offer: str, at: Assignment) -> Choice:
        """The model the offer would serve in a joint cell."""
        key = (offer, tuple(at.get(question) for question in SERVING_QUESTIONS))
        found = self._choices.get(key)
        if found is None:
            env = self.environment(SERVING_QUESTIONS, at, point=False)
            found = self._choices[key] = self.base.serving.choose(offer, env, self.inputs.answers)
        return found

    def its_of(self, rule: Rule) -> frozenset[str]:
        """The attributes of the offer that the rule compares with."""
        its = self._its.get(rule.id)
        if its is None:
            its = self._its[rule.id] = its_in(rule.when)
        return its

    def is_stated(self, rule: Rule | None) -> bool:
        """Whether what a gate compares with the offer was answered at all.

        A limit that nobody asked for is no requirement, however little is known of it.
        """
        if rule is None or not self.its_of(rule):
            return True
        compared = [
            atom.name
            for atom in atoms_in(rule.when)
            if any(isinstance(test, CompareIts | WithinIts) for test in tests_in(atom.test))
        ]
        return all(
            question in self.inputs.answers
            for name in compared
            for question in self.base.workload.questions_of(name)
            if self.knowledge.questions[question].unknown_means is None
        )

    def keys_of(self, rule: Rule) -> tuple[str, ...]:
        """The open axes that the rule's workload side rests on."""
        keys = self._keys.get(rule.id)
        if keys is None:
            questions = self.base.workload.questions_in(rule.when)
            keys = self._keys[rule.id] = self.space.open_keys(questions)
        return keys

    def when(self, rule: Rule, at: Assignment, *, point: bool) -> Truth:
        """Whether the rule's workload side holds; only for rules without *its*."""
        place = (rule.id, point, *(at.get(key) for key in self.keys_of(rule)))
        if place not in self._when:
            self._when[place] = truth_of(rule.when, self._known(rule, at, point))
        return self._when[place]

    def _known(self, rule: Rule, at: Assignment, point: bool) -> Mapping[str, Domain]:
        """The rule's answers and derived values in a joint cell."""
        place = (rule.id, point, *(at.get(key) for key in self.keys_of(rule)))
        if place not in self._environments:
            questions = self.base.workload.questions_in(rule.when)
            env = self.environment(questions, at, point=point)
            self._environments[place] = self._extended(rule, env)
        return self._environments[place]

    def may_apply(self, rule: Rule) -> bool:
        """False where what is already answered rules the rule's workload side out."""
        env = self.environment(self.base.workload.questions_in(rule.when), {}, point=False)
        return truth_of(rule.when, self._extended(rule, env)) is not False

    def holds(self, rule: Rule, offer: str, at: Assignment, *, point: bool) -> Truth:
        """Whether the rule holds for the offer in a joint cell."""
        if self.never_speaks_of(rule, offer):
            return False
        return self.holds_for(rule, offer, self.choice(offer, at).model, at, point=point)

    def holds_for(
        self, rule: Rule, offer: str, model: str | None, at: Assignment, *, point: bool
    ) -> Truth:
        """Whether the rule holds for the offer when it serves ``model``."""
        suits = self.suits(rule, offer, model)
        if suits is False:
            return False
        its = self.its_of(rule)
        if not its:
            return conjunction((self.when(rule, at, point=point), suits))
        if its & set(MEASURES):
            return conjunction((self._against_measures(rule, offer, model, at, point), suits))
        return conjunction((self._compared(rule, offer, model, at, point), suits))

    def _compared(
        self, rule: Rule, offer: str, model: str | None, at: Assignment, point: bool
    ) -> Truth:
        """A rule that compares with the offer; offers with equal attributes share a verdict."""
        kind = self._its_kind(rule, offer, model)
        place = (rule.id, kind, point, *(at.get(key) for key in self.keys_of(rule)))
        if place not in self._holds:
            its = dict(zip(sorted(self.its_of(rule)), kind, strict=True))
            known = {name: value for name, value in its.items() if value is not None}
            self._holds[place] = truth_of(rule.when, self._known(rule, at, point), known)
        return self._holds[place]

    def _its_kind(self, rule: Rule, offer: str, model: str | None) -> tuple[Domain | None, ...]:
        place = (rule.id, offer, model)
        if place not in self._its_kinds:
            env = self.base.offering.environment(offer, model)
            kind = tuple(env.get(name) for name in sorted(self.its_of(rule)))
            self._its_kinds[place] = self._kinds.setdefault(kind, kind)
        return self._its_kinds[place]

    def _against_measures(
        self, rule: Rule, offer: str, model: str | None, at: Assignment, point: bool
    ) -> Truth:
        known = dict(self.base.offering.environment(offer, model))
        env = self.environment(self.questions_of(rule), at, point=point)
        for name in self.its_of(rule) & set(MEASURES):
            value = self.costs.measure(name, offer, model, env)
            if value is None:
                # A price that nobody knows proves nothing: it is warned of elsewhere.
                return False
            known[name] = value
        return truth_of(rule.when, self._known(rule, at, point), known)

    def when_part(self, rule: Rule, offer: str, at: Assignment) -> Truth:
        """Whether the workload side holds all over a joint cell, for an offer that the rule
        could speak of; False where it does not speak of the offer."""
        model = self.choice(offer, at).model
        if self.suits(rule, offer, model) is False:
            return False
        if self.its_of(rule):
            return self.holds(rule, offer, at, point=False)
        return self.when(rule, at, point=False)

    def never_speaks_of(self, rule: Rule, offer: str) -> bool:
        """Whether the rule passes the offer by, whatever model it would serve."""
        return not self.reads_model(rule) and self.suits(rule, offer, None) is False

    def suits(self, rule: Rule, offer: str, model: str | None) -> Truth:
        """Whether the offer (serving the model) is one that the rule speaks of."""
        key = (rule.id, offer, model)
        if key not in self._for:
            env = self.base.offering.environment(offer, model)
            self._for[key] = truth_of(rule.offers, env)
        return self._for[key]

    def extended(self, env: Mapping[str, Domain], names: frozenset[str]) -> dict[str, Domain]:
        """``env`` with those of the derived values ``names`` that follow from it."""
        return self.base.workload.extend(env, names)

    def _extended(self, rule: Rule, env: Mapping[str, Domain]) -> Mapping[str, Domain]:
        derived = self.base.workload.derived_in(rule.when)
        return self.base.workload.extend(env, derived) if derived else env


def anchor_names(measure: Measure) -> frozenset[str]:
    """The answers and derived values that say where a measure's anchors lie."""
    return frozenset().union(*(names_of(anchor) for anchor, _ in measure.anchors))


def impossible_parts(situation: Situation) -> tuple[Part, ...]:
    """Parts that are 1 where a declared impossible combination surely holds.

    Answers that contradict each other outright have no world left; then the declaration
    is set aside, and the answers are taken as they are.
    """
    parts = []
    for combination in situation.knowledge.impossible:
        questions = situation.base.workload.questions_in(combination.when)
        keys = situation.space.open_keys(questions)
        if not keys:
            continue

        def number(
            cells: Cells,
            when: Condition = combination.when,
            keys: tuple[str, ...] = keys,
            questions: frozenset[str] = questions,
        ) -> int:
            at = dict(zip(keys, cells, strict=True))
            env = situation.extended(
                situation.environment(questions, at, point=False), names_in(when)
            )
            return int(truth_of(when, env) is True)

        part = Part([Look(keys, number)])
        sizes = [range(len(situation.space.axes[key].cells)) for key in keys]
        if not all(part.of(cells) for cells in product(*sizes)):
            parts.append(part)
    return tuple(parts)


def _cuts(knowledge: Knowledge, serving: Serving, ledger: Ledger) -> dict[str, tuple[Cut, ...]]:
    """For every number question, the numbers at which any rule or limit changes its mind."""
    its: dict[str, list[Domain | None]] = {}
    for attributes in ledger.offers.values():
        for name, evidence in attributes.items():
            its.setdefault(name, []).append(evidence.value)
    for rows in ledger.served.values():
        for row in rows.values():
            for name, evidence in row.attributes.items():
                its.setdefault(name, []).append(evidence.value)
    for model in ledger.models.values():
        # What bounds an offer that loads any weights.
        if "context" in model:
            its.setdefault("context-limit", []).append(model["context"].value)
    conditions = [rule.when for rule in knowledge.rules.values()]
    conditions += [row.when for d in knowledge.derived.values() for row in d.rows]
    conditions += [i.when for i in knowledge.impossible]
    cuts: dict[str, set[Cut]] = {}
    for condition in conditions:
        for atom in atoms_in(condition):
            question = knowledge.questions.get(atom.name)
            if question is None or not isinstance(question.type, NumberType):
                continue
            for test in tests_in(atom.test):
                cuts.setdefault(atom.name, set()).update(cuts_of(test, its))
    cuts.setdefault("model-size", set()).update(serving.size_cuts())
    return {name: tuple(sorted(found)) for name, found in sorted(cuts.items())}
