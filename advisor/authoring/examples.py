"""What a rule makes of an example, and which of its conditions decided that.

An example says everything that the rule may look at: a name that it does not give is
unknown, and so is a fact that hangs on the served model where no model is given.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping

from msgspec import Struct

from advisor.authoring.vocabulary import Vocabulary
from advisor.decision.costs import MEASURES, Costs
from advisor.engine.offering import Offering
from advisor.engine.truth import truth_of
from advisor.engine.workload import Workload, inputs_of
from advisor.knowledge.ledger import build_ledger
from advisor.knowledge.model import Example, Inputs, Knowledge, Rule
from advisor.knowledge.syntax import (
    ALWAYS,
    AnyOf,
    Atom,
    CompareIts,
    Condition,
    NotOf,
    WithinIts,
)
from advisor.knowledge.values import Domain, Truth
from advisor.language.kleene import conjunction
from advisor.language.mentions import its_in, names_in, tests_in
from advisor.language.wording import domain_words

NOT_KNOWN = "not known"


class Setting(Struct, frozen=True):
    """What an example gives: domains by question or derived value, an offer, a model."""

    answers: Mapping[str, Domain]
    offer: str | None = None
    model: str | None = None


class Step(Struct, frozen=True):
    """One line of a trace.

    ``side`` is when or for; ``depth`` counts the groups around it; ``label`` is a condition
    as written, or the word of a group; ``value`` is what the condition saw (empty for a
    group); ``decided`` tells whether the outcome hangs on it.
    """

    side: str
    depth: int
    label: str
    value: str
    truth: Truth
    decided: bool
    line: int | None


class Seen(Struct, frozen=True):
    """What a rule sees in a setting: the two environments, and the two truths."""

    env: Mapping[str, Domain]
    its: Mapping[str, Domain]
    when: Truth
    offers: Truth

    @property
    def truth(self) -> Truth:
        return conjunction((self.when, self.offers))


def setting_of(example: Example) -> Setting:
    """The parts of an example's ``given``."""
    given = dict(example.given)
    offer, model = given.pop("offer", None), given.pop("model", None)
    return Setting(
        {name: value for name, value in given.items() if isinstance(value, Domain)},
        str(offer) if offer is not None else None,
        str(model) if model is not None else None,
    )


def wanted(example: Example) -> bool:
    """Whether the rule should apply."""
    return example.expect == "applies"


def newest_day(knowledge: Knowledge) -> datetime.date:
    """The latest day on which anything in the rule base was checked or is judged.

    Examples are judged on that day: it changes with the files, and never with the clock.
    """
    days = [rule.source.checked for rule in knowledge.rules.values()]
    days += [case.as_of for case in knowledge.cases.values()]
    for offer in knowledge.offers.values():
        days += [claim.checked for claim in offer.claims]
        days += [row.checked for row in offer.serves]
    for model in knowledge.models.values():
        days += [claim.checked for claim in model.claims]
    for accelerator in knowledge.accelerators.values():
        days += [claim.checked for claim in accelerator.claims]
    return max(days, default=datetime.date.min)


class Bench:
    """A rule base on a day, ready to try rules on settings."""

    def __init__(self, knowledge: Knowledge, as_of: datetime.date) -> None:
        self.knowledge = knowledge
        self.as_of = as_of
        self.ledger = build_ledger(knowledge, as_of)
        self.offering = Offering(knowledge, self.ledger)
        self.workload = Workload(knowledge)
        self.vocabulary = Vocabulary(knowledge)
        self._costs = Costs(knowledge, self.offering, Inputs({}))

    def see(self, rule: Rule, setting: Setting) -> Seen:
        """What the rule sees, and what it makes of it."""
        names = self.workload.derived_in(rule.when)
        env = self.workload.extend(setting.answers, names)
        its: dict[str, Domain] = {}
        if setting.offer is not None:
            its |= self.offering.environment(setting.offer, setting.model)
        when: Truth
        measures = sorted(its_in(rule.when) & set(MEASURES))
        if measures and setting.offer is not None:
            for name in measures:
                value = self._costs.measure(name, setting.offer, setting.model, env)
                if value is None:
                    # As in a decision: a price that nobody knows proves nothing.
                    return Seen(env, its, False, truth_of(rule.offers, its))
                its[name] = value
        when = truth_of(rule.when, env, its)
        return Seen(env, its, when, truth_of(rule.offers, its))

    def trace(self, rule: Rule, setting: Setting) -> tuple[Step, ...]:
        """Every condition of the rule with the value it saw, and what decided.

        A part has decided where it has the truth of the whole: every part of a conjunction
        that holds, every failing part of one that fails, and so on inwards.
        """
        seen = self.see(rule, setting)
        truth = seen.truth
        steps: list[Step] = []
        if rule.when != ALWAYS:
            decided = seen.when is truth
            steps += self._steps("when", rule.when, seen, setting, decided, 0)
        if rule.offers != ALWAYS:
            decided = seen.offers is truth
            steps += self._steps("for", rule.offers, seen, setting, decided, 0)
        return tuple(steps)

    def _steps(
        self,
        side: str,
        condition: Condition,
        seen: Seen,
        setting: Setting,
        decided: bool,
        depth: int,
    ) -> Iterator[Step]:
        env = seen.env if side == "when" else seen.its
        truth = truth_of(condition, env, seen.its)
        if isinstance(condition, Atom):
            line = None if condition.span is None else condition.span.line
            label = (
                f"{condition.name}: {self.vocabulary.test(side, condition.name, condition.test)}"
            )
            value = self._value(side, condition, seen, setting)
            yield Step(side, depth, label, value, truth, decided, line)
            return
        if isinstance(condition, NotOf):
            yield Step(side, depth, "not", "", truth, False, None)
            yield from self._steps(side, condition.part, seen, setting, decided, depth + 1)
            return
        inner = depth
        if depth or isinstance(condition, AnyOf):
            label = "any of" if isinstance(condition, AnyOf) else "all of"
            yield Step(side, depth, label, "", truth, False, None)
            inner = depth + 1
        for part in condition.parts:
            own = truth_of(part, env, seen.its)
            yield from self._steps(side, part, seen, setting, decided and own is truth, inner)

    def _value(self, side: str, atom: Atom, seen: Seen, setting: Setting) -> str:
        """The value that a condition looked at, and what it was compared with."""
        env = seen.env if side == "when" else seen.its
        of = self.vocabulary.of(side, atom.name)
        domain = env.get(atom.name)
        words = (
            domain_words(domain, of) if domain is not None else self._lacking(atom.name, setting)
        )
        derived = self.knowledge.derived.get(atom.name) if side == "when" else None
        if derived is not None and atom.name not in setting.answers:
            needed = sorted(inputs_of(derived))
            from_ = [
                f"{name} {self._words(name, seen.env.get(name))}"
                for name in needed
                if name in self.vocabulary.workload
            ]
            words += f" (from {', '.join(from_)})" if from_ else ""
        for test in tests_in(atom.test):
            if isinstance(test, CompareIts | WithinIts):
                its = seen.its.get(test.attribute)
                shown = (
                    domain_words(its, self.vocabulary.its[test.attribute])
                    if its is not None
                    else self._lacking(test.attribute, setting)
                )
                words += f"; its {test.attribute} is {shown}"
        return words

    def _words(self, name: str, domain: Domain | None) -> str:
        if domain is None:
            return NOT_KNOWN
        return domain_words(domain, self.vocabulary.workload[name])

    def _lacking(self, name: str, setting: Setting) -> str:
        """Why nothing is known of a name."""
        if name in self.vocabulary.its and name not in self.vocabulary.workload:
            if setting.offer is None:
                return f"{NOT_KNOWN} (no offer is given)"
            if setting.model is None and self.offering.depends_on_model(name):
                return f"{NOT_KNOWN} (no model is given)"
        return NOT_KNOWN


def reads_of(rule: Rule) -> frozenset[str]:
    """Every name that the rule looks at, on either side."""
    return names_in(rule.when) | names_in(rule.offers) | its_in(rule.when)
