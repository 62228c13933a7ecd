"""A rule base on a day: everything about it that does not depend on the answers.

What is worked out for one sheet of answers and serves for the next one too, such as in which
cells of its axes a rule holds, is kept here as well, by the slots that it rests on.
"""

from __future__ import annotations

import datetime
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from functools import cached_property

from msgspec import Struct, field

from advisor.decision.costs import MEASURES
from advisor.decision.costs import QUESTIONS as COST_QUESTIONS
from advisor.decision.loads import SIZING
from advisor.engine.axes import Cut, cuts_of
from advisor.engine.memory import Memory
from advisor.engine.offering import Offering
from advisor.engine.serving import QUESTIONS as SERVING_QUESTIONS
from advisor.engine.serving import Serving
from advisor.engine.space import Slot, slot_of
from advisor.engine.truth import truth_of
from advisor.engine.workload import Workload
from advisor.knowledge.ledger import Evidence, Ledger, build_ledger
from advisor.knowledge.model import Knowledge, Measure, Rule
from advisor.knowledge.syntax import CompareIts, WithinIts
from advisor.knowledge.values import Domain, Interval, NumberType, Options, Truth
from advisor.language.mentions import atoms_in, its_in, names_in, names_of, tests_in

KEPT = 1 << 14
SLOTS_KEPT = 1 << 16
POINTS_KEPT = 1 << 14
"""Numbers that were answered: a fleet brings others without end."""
TABLES_KEPT = 1 << 22
"""In joint cells, about."""
ASPECTS_KEPT = 1 << 16


class Reads(Struct, frozen=True):
    """What a rule looks at: the questions behind ``when`` (``asked``) and behind all of it,
    the answers and derived values that ``when`` tests (``tested``), the attributes of the
    offer that it compares with (``its``) and the answers or derived values compared with
    them; whether ``for`` (``model``) or either side (``served``) hangs on the served model;
    ``moves``: ``when`` looks at a derived value or a cost, which may change its mind inside a
    cell."""

    asked: frozenset[str]
    questions: frozenset[str]
    tested: tuple[str, ...]
    its: tuple[str, ...]
    compared: tuple[str, ...]
    model: bool
    served: bool
    moves: bool

    @property
    def measures(self) -> bool:
        """Whether the rule compares with a cost, which hangs on the whole traffic."""
        return any(name in MEASURES for name in self.its)


class Kind(Struct, frozen=True, eq=False):
    """Attribute values that a rule compares with; offers with equal ones share a kind."""

    known: Mapping[str, Domain]


NO_KIND = Kind({})
"""Of a rule that compares with nothing."""


class RuleBase(Struct, frozen=True, dict=True):
    """Shared by all decisions on one knowledge base and day."""

    knowledge: Knowledge
    ledger: Ledger
    offering: Offering
    serving: Serving
    workload: Workload
    cuts: Mapping[str, tuple[Cut, ...]]
    firm: Mapping[str, tuple[Cut, ...]]
    """Those of ``cuts`` that no offer's limit makes."""
    slots: Memory = field(default_factory=lambda: Memory(SLOTS_KEPT))
    points: Memory = field(default_factory=lambda: Memory(POINTS_KEPT))
    memory: Memory = field(default_factory=lambda: Memory(KEPT))
    aspects: Memory = field(default_factory=lambda: Memory(ASPECTS_KEPT))
    tables: Memory = field(default_factory=lambda: Memory(TABLES_KEPT))
    _reads: dict[str, Reads] = field(default_factory=dict)
    _kinds: dict[tuple[object, ...], Kind] = field(default_factory=dict)
    _kind_of: dict[tuple[object, ...], Kind] = field(default_factory=dict)
    _suits: dict[tuple[str, str, str | None], Truth] = field(default_factory=dict)
    _in_order: dict[frozenset[str], tuple[str, ...]] = field(default_factory=dict)

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
            _cuts(knowledge, serving, _limits(ledger)),
            _cuts(knowledge, serving, {}),
        )

    def slot(self, question: str, answer: Domain | None) -> Slot:
        """The slot of a question with an answer, the same one each time."""
        kept = self.points if isinstance(answer, Interval) and answer.is_point else self.slots
        return kept.of(
            (question, answer),
            lambda: slot_of(
                self.knowledge.questions[question],
                answer,
                self.firm.get(question, ()),
                self.cuts.get(question, ()),
            ),
        )

    def in_order(self, questions: frozenset[str]) -> tuple[str, ...]:
        """The questions among these, by id."""
        found = self._in_order.get(questions)
        if found is None:
            known = self.knowledge.questions
            found = self._in_order[questions] = tuple(sorted(q for q in questions if q in known))
        return found

    def reads(self, rule: Rule) -> Reads:
        """What the rule looks at."""
        found = self._reads.get(rule.id)
        if found is None:
            found = self._reads[rule.id] = self._reads_of(rule)
        return found

    def _reads_of(self, rule: Rule) -> Reads:
        asked = self.workload.questions_in(rule.when)
        its = tuple(sorted(its_in(rule.when)))
        model = any(self.offering.depends_on_model(n) for n in names_in(rule.offers))
        served = model or any(self.offering.depends_on_model(n) for n in its)
        questions = asked
        if any(name in MEASURES for name in its):
            questions |= COST_QUESTIONS
        if served:
            questions |= frozenset(SERVING_QUESTIONS)
        compared = tuple(
            atom.name
            for atom in atoms_in(rule.when)
            if any(isinstance(test, CompareIts | WithinIts) for test in tests_in(atom.test))
        )
        moves = any(name not in self.knowledge.questions for name in names_in(rule.when))
        moves = moves or any(name in MEASURES for name in its)
        tested = tuple(sorted(names_in(rule.when)))
        return Reads(asked, questions, tested, its, compared, model, served, moves)

    def mark(self, name: str, value: Domain | None) -> object:
        """What tests can tell of a single value: of a number only between which of the cuts
        on that name it lies."""
        if isinstance(value, Interval) and value.is_point and value.low is not None:
            return bisect_left(self.cuts.get(name, ()), (value.low, True))
        return value

    @cached_property
    def score_rules(self) -> Mapping[str, tuple[Rule, ...]]:
        """The rules of each criterion, in rule order."""
        rules = [r for r in self.knowledge.rules.values() if r.effect == "score"]
        return {c: tuple(r for r in rules if r.criterion == c) for c in self.knowledge.criteria}

    @cached_property
    def score_tests(self) -> Mapping[str, tuple[str, ...]]:
        """The answers and derived values that the rules of each criterion test."""
        return {c: self._tested(rules) for c, rules in self.score_rules.items()}

    @cached_property
    def weigh_tests(self) -> tuple[str, ...]:
        """The answers and derived values that weights rest on."""
        return self._tested(self.weigh_rules)

    def _tested(self, rules: Sequence[Rule]) -> tuple[str, ...]:
        return tuple(sorted({name for rule in rules for name in self.reads(rule).tested}))

    @cached_property
    def score_serving(self) -> frozenset[str]:
        """The criteria that hang on the served model."""
        return frozenset(
            criterion
            for criterion, rules in self.score_rules.items()
            if any(self.reads(rule).served for rule in rules)
        )

    @cached_property
    def exclude_rules(self) -> tuple[Rule, ...]:
        """The rules that exclude, by id."""
        return tuple(r for _, r in sorted(self.knowledge.rules.items()) if r.effect == "exclude")

    @cached_property
    def weigh_rules(self) -> tuple[Rule, ...]:
        """The rules that move weights, in rule order."""
        return tuple(r for r in self.knowledge.rules.values() if r.effect == "weigh")

    @cached_property
    def weigh_questions(self) -> frozenset[str]:
        """The questions that weights rest on."""
        return frozenset().union(*(self.reads(rule).asked for rule in self.weigh_rules))

    @cached_property
    def score_questions(self) -> Mapping[str, frozenset[str]]:
        """The questions that the rules of each criterion rest on."""
        return {
            criterion: frozenset().union(*(self.reads(rule).questions for rule in rules))
            for criterion, rules in self.score_rules.items()
        }

    @cached_property
    def measure_questions(self) -> Mapping[str, frozenset[str]]:
        """The questions that each criterion read off a cost rests on."""
        return {
            criterion.id: COST_QUESTIONS.union(
                *(self.workload.questions_of(n) for n in anchor_names(criterion.measure))
            )
            for criterion in self.knowledge.criteria.values()
            if criterion.measure is not None
        }

    @cached_property
    def figure_questions(self) -> Mapping[str, tuple[str, ...]]:
        """The questions behind the traffic and the anchors of each criterion read off a cost."""
        return {
            criterion.id: tuple(
                sorted(
                    frozenset(SIZING).union(
                        *(self.workload.questions_of(n) for n in anchor_names(criterion.measure))
                    )
                )
            )
            for criterion in self.knowledge.criteria.values()
            if criterion.measure is not None
        }

    @cached_property
    def tied(self) -> frozenset[str]:
        """The questions that impossible combinations may tie together."""
        return frozenset[str]().union(
            *(self.workload.questions_in(i.when) for i in self.knowledge.impossible)
        )

    def bearing_on(self, reads: frozenset[str]) -> frozenset[str]:
        """The questions, and those that may be tied to them: other answers to these rule cases
        in or out."""
        return reads | self.tied if reads & self.tied else reads

    @cached_property
    def relevant(self) -> frozenset[str]:
        """The questions that weights, utilities or gates read."""
        found = frozenset[str]()
        for rule in self.knowledge.rules.values():
            if rule.effect in ("score", "weigh", "exclude"):
                found |= self.reads(rule).questions
        for criterion in self.knowledge.criteria.values():
            if criterion.measure is not None:
                found |= COST_QUESTIONS
                for name in anchor_names(criterion.measure):
                    found |= self.workload.questions_of(name)
        return found

    def suits(self, rule: Rule, offer: str, model: str | None) -> Truth:
        """Whether the offer (serving the model) is one that the rule speaks of."""
        place = (rule.id, offer, model if self.reads(rule).model else None)
        if place not in self._suits:
            env = self.offering.environment(offer, place[2])
            self._suits[place] = truth_of(rule.offers, env)
        return self._suits[place]

    def never_speaks_of(self, rule: Rule, offer: str) -> bool:
        """Whether the rule passes the offer by, whatever model it would serve."""
        return not self.reads(rule).model and self.suits(rule, offer, None) is False

    def kind(self, rule: Rule, offer: str, model: str | None) -> Kind:
        """What the rule's comparisons with the offer see of it."""
        its = self.reads(rule).its
        if not its:
            return NO_KIND
        place = (rule.id, offer, model)
        if place not in self._kind_of:
            env = self.offering.environment(offer, model)
            values = (its, *(env.get(name) for name in its))
            made = Kind({name: env[name] for name in its if name in env})
            self._kind_of[place] = self._kinds.setdefault(values, made)
        return self._kind_of[place]


def anchor_names(measure: Measure) -> frozenset[str]:
    """The answers and derived values that say where a measure's anchors lie."""
    return frozenset().union(*(names_of(anchor) for anchor, _ in measure.anchors))


def is_single(value: Domain) -> bool:
    """Whether there is one value in it."""
    if isinstance(value, Interval):
        return value.is_point
    return len(value.values) == 1 if isinstance(value, Options) else value.must == value.may


def _cuts(
    knowledge: Knowledge, serving: Serving, its: Mapping[str, Sequence[Domain | None]]
) -> dict[str, tuple[Cut, ...]]:
    """For every question and derived value that is a number, the numbers at which any rule
    changes its mind, or one of the limits that ``its`` lists."""
    conditions = [rule.when for rule in knowledge.rules.values()]
    conditions += [row.when for d in knowledge.derived.values() for row in d.rows]
    conditions += [i.when for i in knowledge.impossible]
    cuts: dict[str, set[Cut]] = {}
    for condition in conditions:
        for atom in atoms_in(condition):
            named = knowledge.questions.get(atom.name) or knowledge.derived.get(atom.name)
            if named is None or not isinstance(named.type, NumberType):
                continue
            for test in tests_in(atom.test):
                cuts.setdefault(atom.name, set()).update(cuts_of(test, its))
    cuts.setdefault("model-size", set()).update(serving.size_cuts())
    return {name: tuple(sorted(found)) for name, found in sorted(cuts.items())}


def _limits(ledger: Ledger) -> dict[str, list[Domain | None]]:
    """What is known of each attribute that an answer may be compared with, of any subject."""
    found: dict[str, list[Domain | None]] = {}

    def add(prefix: str, attributes: Mapping[str, Evidence]) -> None:
        for name, evidence in attributes.items():
            found.setdefault(prefix + name, []).append(evidence.value)

    for attributes in ledger.offers.values():
        add("", attributes)
    for rows in ledger.served.values():
        for row in rows.values():
            add("", row.attributes)
    for attributes in ledger.accelerators.values():
        add("accelerator.", attributes)
    for attributes in ledger.models.values():
        add("model.", attributes)
        # What bounds an offer that loads any weights.
        if "context" in attributes:
            found.setdefault("context-limit", []).append(attributes["context"].value)
    return found
