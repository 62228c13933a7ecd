"""What a declaration looks at, and what looks at it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from msgspec import Struct

from advisor.authoring import readers
from advisor.authoring.examples import Bench
from advisor.decision.rulebase import anchor_names
from advisor.engine.truth import truth_of
from advisor.engine.workload import inputs_of
from advisor.knowledge.model import Knowledge, Rule
from advisor.knowledge.syntax import ALWAYS
from advisor.knowledge.values import Truth
from advisor.language.mentions import its_in, names_in
from advisor.language.vocabulary import Scope
from advisor.language.wording import condition_words


class Use(Struct, frozen=True):
    """``how`` completes "it is ..." or names what stands there: ``read by rules``."""

    how: str
    what: tuple[str, ...]


class Uses:
    """Answers for one rule base, with the facts as of a day."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._base: Knowledge = bench.knowledge
        self._of: Mapping[str, Callable[[str], Iterator[Use]]] = {
            "rule": self._rule,
            "offer": self._offer,
            "question": self._name,
            "derived value": self._name,
            "criterion": self._criterion,
            "attribute": self._attribute,
            "model": self._model,
            "accelerator": self._accelerator,
            "source": self._source,
            "impossible combination": self._impossible,
            "example": self._case,
        }

    def of(self, kind: str, id_: str) -> tuple[Use, ...]:
        """Everything of which there is something; ``kind`` as in listings of declarations."""
        return tuple(use for use in self._of[kind](id_) if use.what)

    def holds_for(self, rule: Rule, offer: str) -> Truth:
        """Whether the rule speaks of the offer, whatever model it serves."""
        names = names_in(rule.offers)
        if any(self._bench.offering.depends_on_model(name) for name in names):
            served = dict.fromkeys(row.model for row in self._base.offers[offer].serves)
            found = {self._suits(rule, offer, model) for model in served or (None,)}
            return found.pop() if len(found) == 1 else None
        return self._suits(rule, offer, None)

    def _suits(self, rule: Rule, offer: str, model: str | None) -> Truth:
        return truth_of(rule.offers, self._bench.offering.environment(offer, model))

    def _rule(self, id_: str) -> Iterator[Use]:
        rule = self._base.rules[id_]
        vocabulary = self._bench.vocabulary
        if rule.when != ALWAYS:
            scope = Scope(vocabulary.workload, vocabulary.its, presence=True)
            yield Use("where", (condition_words(rule.when, scope),))
        if rule.offers != ALWAYS:
            scope = Scope(vocabulary.offer, presence=True)
            yield Use("for offers whose", (condition_words(rule.offers, scope),))
        yield Use("rests on questions", self._ordered(self._bench.workload.questions_in(rule.when)))
        truths = {offer: self.holds_for(rule, offer) for offer in self._base.offers}
        if rule.offers != ALWAYS:
            yield Use("speaks of", tuple(o for o, truth in truths.items() if truth is True))
            yield Use("perhaps speaks of", tuple(o for o, t in truths.items() if t is None))
        if rule.effect == "score":
            same = (
                other.id
                for other in self._base.rules.values()
                if other.criterion == rule.criterion
                and other.evidence == rule.evidence
                and other.effect == rule.effect
                and other.id != id_
            )
            yield Use("does not add up with", tuple(same))
        yield Use("decides cases", self._decided_by(id_))

    def _offer(self, id_: str) -> Iterator[Use]:
        speaking = {rule.id: self.holds_for(rule, id_) for rule in self._base.rules.values()}

        def chosen(effect: str) -> tuple[str, ...]:
            return tuple(
                rule.id
                for rule in self._base.rules.values()
                if rule.effect == effect
                and speaking[rule.id] is not False
                and (rule.offers != ALWAYS or its_in(rule.when))
            )

        yield Use("can be excluded by", chosen("exclude"))
        yield Use("can be scored by", chosen("score"))
        yield Use("can be warned of by", chosen("warn"))
        for word in ("right", "debatable", "wrong"):
            cases = (
                c.id for c in self._base.cases.values() if id_ in _texts(c.expect.get(word, ()))
            )
            yield Use(f"{word} in cases", tuple(cases))

    def _name(self, id_: str) -> Iterator[Use]:
        base = self._base
        derived = base.derived.get(id_)
        if derived is not None:
            yield Use("follows from", tuple(sorted(inputs_of(derived))))
        yield from self._rules_where(lambda rule: id_ in names_in(rule.when))
        behind = [d.id for d in base.derived.values() if id_ in inputs_of(d)]
        yield Use("behind derived values", tuple(behind))
        rules = [
            rule.id
            for rule in base.rules.values()
            if id_ not in names_in(rule.when)
            and any(name in base.derived and id_ in self._all_inputs(name)
                    for name in names_in(rule.when))
        ]  # fmt: skip
        yield Use("read through derived values by", tuple(rules))
        measured = [
            c.id
            for c in base.criteria.values()
            if c.measure is not None and id_ in anchor_names(c.measure)
        ]
        yield Use("moves the anchors of", tuple(measured))
        asked = [q.id for q in base.questions.values() if id_ in names_in(q.ask_when)]
        yield Use("decides whether to ask", tuple(asked))
        bound = [i.id for i in base.impossible if id_ in names_in(i.when)]
        yield Use("bound by impossible combinations", tuple(bound))
        if id_ in readers.QUESTIONS:
            yield Use("read by the program", ("the served model, the bill or the plan",))
        answering = [c.id for c in base.cases.values() if id_ in c.answers]
        if answering and id_ in base.questions:
            yield Use("answered in cases", (f"{len(answering)} of {len(base.cases)}",))

    def _all_inputs(self, name: str) -> frozenset[str]:
        derived = self._base.derived.get(name)
        if derived is None:
            return frozenset()
        direct = inputs_of(derived)
        return direct.union(*(self._all_inputs(inner) for inner in direct))

    def _criterion(self, id_: str) -> Iterator[Use]:
        for effect in ("weigh", "score"):
            rules = (
                f"{rule.id} ({rule.steps:+d})"
                for rule in self._base.rules.values()
                if rule.criterion == id_ and rule.effect == effect
            )
            yield Use(f"{effect}ed by" if effect == "weigh" else "scored by", tuple(rules))
        measure = self._base.criteria[id_].measure
        if measure is not None:
            yield Use("read off", (measure.name,))
        yield Use("decides cases", self._decided_by(id_))

    def _attribute(self, id_: str) -> Iterator[Use]:
        attribute = self._base.attributes[id_]
        bare = attribute.of in ("offer", "served")
        name = id_ if bare else f"{attribute.of}.{id_}"
        yield from self._rules_where(
            lambda rule: name in names_in(rule.offers) or name in its_in(rule.when)
        )
        if id_ in readers.ATTRIBUTES:
            yield Use("read by the program", ("the served model, the bill or the estimates",))
        subjects = [
            *(
                o.id
                for o in self._base.offers.values()
                if any(c.attribute == id_ for c in o.claims)
            ),
            *(
                o.id
                for o in self._base.offers.values()
                if any(c.attribute == id_ for row in o.serves for c in row.claims)
            ),
            *(
                m.id
                for m in self._base.models.values()
                if any(c.attribute == id_ for c in m.claims)
            ),
            *(
                a.id
                for a in self._base.accelerators.values()
                if any(c.attribute == id_ for c in a.claims)
            ),
        ]
        yield Use("claimed of", tuple(dict.fromkeys(subjects)))

    def _model(self, id_: str) -> Iterator[Use]:
        base = self._base
        served = (o.id for o in base.offers.values() if any(r.model == id_ for r in o.serves))
        yield Use("served by", tuple(served))
        references = (k for k, models in base.method.reference_models.items() if id_ in models)
        yield Use("reference model for", tuple(references))
        named = (c.id for c in base.cases.values() if id_ in _texts(c.answers.get("models", ())))
        yield Use("named in cases", tuple(named))

    def _accelerator(self, id_: str) -> Iterator[Use]:
        yield Use(
            "used by", tuple(o.id for o in self._base.offers.values() if o.accelerator == id_)
        )

    def _source(self, id_: str) -> Iterator[Use]:
        base = self._base
        yield from self._rules_where(lambda rule: rule.source.ref == id_, "cited by rules")
        for kind, subjects in (
            ("offers", base.offers.values()),
            ("models", base.models.values()),
            ("accelerators", base.accelerators.values()),
        ):
            cited = [
                subject.id
                for subject in subjects
                if any(c.source == id_ for c in subject.claims)
                or any(row.source == id_ for row in getattr(subject, "serves", ()))
            ]
            yield Use(f"cited by claims about {kind}", tuple(cited))

    def _impossible(self, id_: str) -> Iterator[Use]:
        (found,) = (i for i in self._base.impossible if i.id == id_)
        yield Use("binds", tuple(sorted(names_in(found.when))))

    def _case(self, id_: str) -> Iterator[Use]:
        yield Use("decided by", (str(self._base.cases[id_].expect.get("decides", "")),))

    def _rules_where(
        self, test: Callable[[Rule], bool], how: str = "read by rules"
    ) -> Iterator[Use]:
        yield Use(how, tuple(rule.id for rule in self._base.rules.values() if test(rule)))

    def _decided_by(self, id_: str) -> tuple[str, ...]:
        cases = self._base.cases.values()
        return tuple(c.id for c in cases if c.expect.get("decides") == id_)

    def _ordered(self, names: Iterable[str]) -> tuple[str, ...]:
        wanted = frozenset(names)
        return tuple(q for q in self._base.questions if q in wanted)


def _texts(value: object) -> tuple[str, ...]:
    if isinstance(value, list | tuple):
        return tuple(str(item) for item in value)
    return (str(value),)
