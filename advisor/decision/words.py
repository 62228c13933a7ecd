"""Filling in the words of rules: placeholders, answers as understood, facts with a source."""

from __future__ import annotations

import re

from msgspec import Struct, field

from advisor.decision.costs import MEASURES, TRAFFIC
from advisor.decision.situation import Situation
from advisor.engine.workload import inputs_of
from advisor.knowledge.ledger import NOTHING, Evidence
from advisor.knowledge.model import Rule
from advisor.knowledge.values import NumberType, Type
from advisor.language.mentions import its_in, names_in
from advisor.language.units import UNITS, format_number
from advisor.language.wording import domain_words, spoken

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_IN_PLACE_OF_A_VALUE = ("your ", "the model", "an unpublished ", "an amount ")


class Words(Struct, frozen=True):
    """Says what a situation's rules say, for an offer with the model it would serve."""

    situation: Situation
    _said: dict[str, str] = field(default_factory=dict)

    def answer(self, question: str) -> str:
        """The answer as understood."""
        if question not in self._said:
            kind = self.situation.knowledge.questions[question].type
            self._said[question] = domain_words(self.situation.inputs.answers[question], kind)
        return self._said[question]

    def of_rule(self, rule: Rule, offer: str | None = None, model: str | None = None) -> str:
        """The rule's reason with its placeholders filled in."""
        return self.fill(rule.because, offer, model)

    def fill(self, text: str, offer: str | None = None, model: str | None = None) -> str:
        """Replace every ``{name}``; what is not answered is said to be so."""
        filled = _PLACEHOLDER.sub(lambda m: self._value(m.group(1), offer, model), text)
        # A sentence begins with a capital, but for a name that is written otherwise.
        if text.startswith("{") and filled.startswith(_IN_PLACE_OF_A_VALUE):
            return filled[:1].upper() + filled[1:]
        return filled

    def _value(self, name: str, offer: str | None, model: str | None) -> str:
        knowledge = self.situation.knowledge
        if name == "offer" and offer is not None:
            return knowledge.offers[offer].title
        if name == "model":
            return knowledge.models[model].title if model else "the model"
        if name in knowledge.questions:
            if name in self.situation.inputs.answers:
                return _in_a_sentence(self.answer(name), knowledge.questions[name].type)
            return _unstated(name)
        if name in knowledge.derived:
            if name not in self._said:
                self._said[name] = self._derived(name)
            return self._said[name]
        if offer is not None and name in MEASURES:
            return self._measured(name, offer, model)
        if offer is not None:
            evidence = self.situation.base.offering.of(offer, model).get(name, NOTHING)
            kind = self._type(name)
            if evidence.value is not None and kind is not None:
                return _in_a_sentence(domain_words(evidence.value, kind), kind)
        return f"an unpublished {spoken(name)}"

    def _derived(self, name: str) -> str:
        knowledge = self.situation.knowledge
        needed = self.situation.base.workload.questions_of(name)
        given = {q: d for q, d in self.situation.inputs.answers.items() if q in needed}
        given |= {
            q: question.unknown_means
            for q in needed - set(given)
            if (question := knowledge.questions[q]).unknown_means is not None
        }
        value = self.situation.base.workload.extend(given, frozenset({name})).get(name)
        if value is None:
            return _unstated(name)
        kind = knowledge.derived[name].type
        return _in_a_sentence(domain_words(value, kind), kind)

    def _measured(self, name: str, offer: str, model: str | None) -> str:
        """A computed cost at the answered traffic, in whole dollars."""
        if model is None or not self._traffic_stated():
            return "an amount that depends on what is not answered"
        value = self.situation.costs.measure(name, offer, model, self.situation.inputs.answers)
        if value is None or value.low is None:
            return "an amount that is not known"
        return f"{format_number(round(value.low), 'USD')}"

    def _traffic_stated(self) -> bool:
        return all(question in self.situation.inputs.answers for question in TRAFFIC)

    def _type(self, name: str) -> Type | None:
        attribute = self.situation.knowledge.attributes.get(name.rpartition(".")[2])
        return None if attribute is None else attribute.type

    def answers_read(self, rule: Rule) -> tuple[str, ...]:
        """``question = answer`` for every answered question that the rule rests on."""
        questions = self.situation.base.workload.questions_in(rule.when)
        return tuple(
            f"{question}: {self.answer(question)}"
            for question in self.situation.knowledge.questions
            if question in questions and question in self.situation.inputs.answers
        )

    def facts_read(self, rule: Rule, offer: str, model: str | None) -> tuple[str, ...]:
        """What is claimed of the offer's attributes that the rule looks at."""
        evidence = self.situation.base.offering.of(offer, model)
        lines = []
        for name in sorted(names_in(rule.offers) | its_in(rule.when)):
            kind = self._type(name)
            if kind is not None:
                lines.append(self.fact(name, kind, evidence.get(name, NOTHING)))
        return tuple(lines)

    def fact(self, name: str, kind: Type, evidence: Evidence) -> str:
        """An attribute with its value, source and grade, or that nothing is known."""
        if evidence.value is None:
            return f"{spoken(name)}: unknown"
        sources = ", ".join(dict.fromkeys(c.source for c in evidence.claims))
        notes = [evidence.grade or ""]
        if evidence.conflict:
            notes.append("claims conflict")
        if evidence.stale:
            notes.append("stale")
        return (
            f"{spoken(name)}: {domain_words(evidence.value, kind)} ({', '.join(notes)}; {sources})"
        )

    def readings(self) -> list[tuple[str, str]]:
        """(derived id, text) of every stated reading whose inputs are all answered."""
        found = []
        for derived in self.situation.knowledge.derived.values():
            if derived.reading is None:
                continue
            if all(self._stated(name) for name in inputs_of(derived)):
                found.append((derived.id, self.fill(derived.reading)))
        return found

    def _stated(self, name: str) -> bool:
        questions = self.situation.base.workload.questions_of(name)
        return bool(questions) and all(q in self.situation.inputs.answers for q in questions)


def _in_a_sentence(words: str, kind: Type) -> str:
    """Numbers of tokens or models and rates with their unit, which fields and tables say
    beside them; other counts are followed by what they count."""
    if isinstance(kind, NumberType) and words[-1].isdigit():
        unit = UNITS[kind.unit]
        if not unit.after and (unit.name in ("tokens", "models") or "/" in unit.name):
            return f"{words} {unit.name}"
    return words


def _unstated(name: str) -> str:
    return f"your {spoken(name)} (not stated)"
