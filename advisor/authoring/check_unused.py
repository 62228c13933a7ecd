"""What is declared and read by nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

from msgspec import Struct

from advisor.authoring import readers
from advisor.authoring.examination import Examination
from advisor.engine.workload import Workload, inputs_of
from advisor.knowledge.model import Claim, Derived, Knowledge, Question
from advisor.knowledge.syntax import Condition, IsKnown, OneOf, UnaryTest, WithinIts
from advisor.knowledge.values import ChoiceType, FlagsType, Options
from advisor.language.kleene import test_truth
from advisor.language.mentions import atoms_in, its_in, names_of, tests_in
from advisor.language.placeholders import placeholders


class Reads(Struct, frozen=True, dict=True):
    """Who reads what in a rule base."""

    knowledge: Knowledge

    @cached_property
    def workload_conditions(self) -> tuple[Condition, ...]:
        """Every condition about answers."""
        k = self.knowledge
        return (
            *(rule.when for rule in k.rules.values()),
            *(row.when for d in k.derived.values() for row in d.rows),
            *(entry.when for entry in k.impossible),
            *(question.ask_when for question in k.questions.values()),
        )

    @cached_property
    def tests(self) -> dict[str, tuple[UnaryTest, ...]]:
        """The tests on each question and derived value, each once."""
        found: dict[str, dict[UnaryTest, None]] = {}
        for condition in self.workload_conditions:
            for atom in atoms_in(condition):
                found.setdefault(atom.name, {})[atom.test] = None
        return {name: tuple(tests) for name, tests in found.items()}

    @cached_property
    def names(self) -> frozenset[str]:
        """Questions and derived values that something rests on, through derived values too."""
        k = self.knowledge
        start = {*self.tests, *readers.QUESTIONS}
        for name in [n for n in start if n in k.derived]:
            # Its own rows are among the conditions; only readers from outside count.
            if not self._read_from_outside(name):
                start.discard(name)
        start |= set(self._anchors())
        start |= {name for name in self.shown if name in k.derived}
        workload = Workload(k)
        found = set(start)
        stack = [name for name in start if name in k.derived]
        while stack:
            for name in inputs_of(k.derived[stack.pop()]):
                if name not in found:
                    found.add(name)
                    if name in k.derived:
                        stack.append(name)
        for name in sorted(found):
            found |= workload.questions_of(name)
        return frozenset(found)

    def _read_from_outside(self, name: str) -> bool:
        k = self.knowledge
        inside = {row.when for d in k.derived.values() for row in d.rows}
        return any(
            atom.name == name
            for condition in self.workload_conditions
            if condition not in inside
            for atom in atoms_in(condition)
        )

    def _anchors(self) -> Iterator[str]:
        for criterion in self.knowledge.criteria.values():
            if criterion.measure is not None:
                for anchor, _ in criterion.measure.anchors:
                    yield from names_of(anchor)

    @cached_property
    def shown(self) -> frozenset[str]:
        """Names in braces in texts that are shown."""
        k = self.knowledge
        texts: list[str] = [rule.because for rule in k.rules.values()]
        texts += [entry.because for entry in k.impossible]
        texts += [d.reading or "" for d in k.derived.values()]
        return frozenset(name for text in texts for name in placeholders(text))

    @cached_property
    def offer_names(self) -> frozenset[str]:
        """Attributes, with their prefix, that rules read or show."""
        found: set[str] = set(self.shown)
        for rule in self.knowledge.rules.values():
            found |= {atom.name for atom in atoms_in(rule.offers)} | its_in(rule.when)
        return frozenset(found)


def check_unused(examination: Examination) -> None:
    """Questions, options, derived values, attributes, sources and other declarations."""
    reads = Reads(examination.knowledge)
    _check_names(examination, reads)
    _check_options(examination, reads)
    _check_attributes(examination, reads)
    _check_sources(examination)
    _check_declarations(examination)


def _check_names(examination: Examination, reads: Reads) -> None:
    for question in examination.knowledge.questions.values():
        if question.id not in reads.names:
            examination.places.add(
                "unused-question",
                "warning",
                f"nothing reads the answer to '{question.id}'",
                question.place,
                hint="write a rule that reads it, or do not ask",
            )
    for derived in examination.knowledge.derived.values():
        if derived.id not in reads.names:
            examination.places.add(
                "unused-derived", "warning", f"nothing reads '{derived.id}'", derived.place
            )


def _check_options(examination: Examination, reads: Reads) -> None:
    for question in examination.knowledge.questions.values():
        if question.id in reads.names and question.id not in readers.QUESTIONS:
            _check_question_options(examination, reads, question)
    for derived in examination.knowledge.derived.values():
        if isinstance(derived.type, ChoiceType):
            _check_derived_options(examination, reads, derived)


def _check_question_options(examination: Examination, reads: Reads, question: Question) -> None:
    tests = reads.tests.get(question.id, ())
    if isinstance(question.type, FlagsType):
        elementary = [t for test in tests for t in tests_in(test)]
        if any(isinstance(t, WithinIts) for t in elementary):
            return
        named = frozenset[str]().union(*(t.options for t in elementary if isinstance(t, OneOf)))
        for option in question.options:
            if option.id not in named:
                examination.places.add(
                    "unused-option",
                    "warning",
                    f"no rule speaks of the option '{option.id}' of '{question.id}'",
                    question.place,
                    at=("options", option.id),
                )
    elif isinstance(question.type, ChoiceType) and tests:
        knowledge = examination.knowledge
        for alike in _alike(tests, question.type.options):
            taken = [o for o in alike if o in knowledge.offers or o in knowledge.models]
            if taken and any(_names(test, taken[0]) for test in tests):
                # What the catalogue holds may well be spoken of in groups.
                continue
            examination.places.add(
                "unused-option",
                "warning",
                f"nothing tells {_either(alike)} of '{question.id}' from each other",
                question.place,
                at=("options", alike[-1]),
                hint="write a rule that does, or make them one option",
            )


def _alike(tests: Iterable[UnaryTest], options: Iterable[str]) -> list[tuple[str, ...]]:
    """Options that every test treats the same."""
    groups: dict[tuple[object, ...], list[str]] = {}
    plain = [test for test in tests if not _all_presence(test)]
    for option in options:
        key = tuple(_outcome(test, option) for test in plain)
        groups.setdefault(key, []).append(option)
    return [tuple(group) for group in groups.values() if len(group) > 1]


def _names(test: UnaryTest, option: str) -> bool:
    return any(isinstance(t, OneOf) and option in t.options for t in tests_in(test))


def _all_presence(test: UnaryTest) -> bool:
    return all(isinstance(t, IsKnown) for t in tests_in(test))


def _outcome(test: UnaryTest, option: str) -> object:
    """What a test makes of an option; a comparison with the offer tells all options apart."""
    if any(isinstance(t, WithinIts) for t in tests_in(test)):
        return option
    return test_truth(test, Options(frozenset({option})))


def _either(options: tuple[str, ...]) -> str:
    quoted = [f"'{option}'" for option in options]
    return f"{', '.join(quoted[:-1])} and {quoted[-1]}"


def _check_derived_options(examination: Examination, reads: Reads, derived: Derived) -> None:
    assert isinstance(derived.type, ChoiceType)
    given = {row.value for row in derived.rows if isinstance(row.value, str)}
    for option in derived.type.options:
        if option not in given:
            examination.places.add(
                "unused-option",
                "warning",
                f"no row of '{derived.id}' gives '{option}'",
                derived.place,
                at=("options", option),
            )
    tests = reads.tests.get(derived.id, ())
    if not tests or derived.id in reads.shown:
        return
    for alike in _alike(tests, [o for o in derived.type.options if o in given]):
        examination.places.add(
            "unused-option",
            "warning",
            f"nothing tells {_either(alike)} of '{derived.id}' from each other",
            derived.place,
            at=("options", alike[-1]),
        )


def _check_attributes(examination: Examination, reads: Reads) -> None:
    claimed = {claim.attribute for claim in _claims(examination.knowledge)}
    for attribute in examination.knowledge.attributes.values():
        bare = attribute.of in ("offer", "served")
        name = attribute.id if bare else f"{attribute.of}.{attribute.id}"
        read = name in reads.offer_names
        if not read and attribute.id not in readers.ATTRIBUTES:
            examination.places.add(
                "unused-attribute",
                "info",
                f"no rule and no estimate reads '{attribute.id}': it is only shown",
                attribute.place,
            )
        if attribute.id not in claimed and attribute.id not in readers.MEASURED:
            examination.places.add(
                "unused-attribute",
                "warning",
                f"nothing is claimed of '{attribute.id}'"
                + (", so what reads it is never sure" if read else ""),
                attribute.place,
            )


def _claims(knowledge: Knowledge) -> Iterator[Claim]:
    for offer in knowledge.offers.values():
        yield from offer.claims
        for row in offer.serves:
            yield from row.claims
    for model in knowledge.models.values():
        yield from model.claims
    for accelerator in knowledge.accelerators.values():
        yield from accelerator.claims


def _check_sources(examination: Examination) -> None:
    knowledge = examination.knowledge
    cited = {rule.source.ref for rule in knowledge.rules.values()}
    cited |= {claim.source for claim in _claims(knowledge)}
    cited |= {row.source for offer in knowledge.offers.values() for row in offer.serves}
    for source in knowledge.sources.values():
        if source.id not in cited and not examination.places.mentions_elsewhere(source.id):
            examination.places.add(
                "unused-source",
                "warning",
                f"nothing rests on the source '{source.id}'",
                source.place,
            )


def _check_declarations(examination: Examination) -> None:
    knowledge, places = examination.knowledge, examination.places
    built_with = {offer.accelerator for offer in knowledge.offers.values()}
    for accelerator in knowledge.accelerators.values():
        if accelerator.id not in built_with:
            places.add(
                "unused-declaration",
                "info",
                f"no offer runs on the accelerator '{accelerator.id}'",
                accelerator.place,
            )
    kinds = {attribute.expiry for attribute in knowledge.attributes.values()}
    for kind in knowledge.method.expiry_days:
        if kind not in kinds:
            places.add(
                "unused-declaration",
                "info",
                f"no attribute expires as '{kind}'",
                knowledge.method.place,
                at=("expiry", kind),
            )
    scored = {r.criterion for r in knowledge.rules.values() if r.effect == "score"}
    for criterion in knowledge.criteria.values():
        if criterion.measure is None and criterion.id not in scored:
            places.add(
                "unused-declaration",
                "warning",
                f"no rule scores on the criterion '{criterion.id}': every offer gets the same",
                criterion.place,
                hint="write a rule with 'score', or remove the criterion",
            )
