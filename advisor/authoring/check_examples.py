"""Examples that say one thing while their rule does another."""

from __future__ import annotations

from advisor.authoring.examination import Examination
from advisor.authoring.examples import Bench, Step, newest_day, setting_of, wanted
from advisor.knowledge.model import Example, Rule


def check_examples(examination: Examination) -> None:
    """Try every example on its rule, on the newest day in the rule base."""
    knowledge = examination.knowledge
    day = newest_day(knowledge)
    bench = examination.bench if day == examination.as_of else Bench(knowledge, day)
    for rule in knowledge.rules.values():
        for example in rule.examples:
            _check(examination, bench, rule, example)


def _check(examination: Examination, bench: Bench, rule: Rule, example: Example) -> None:
    setting = setting_of(example)
    truth = bench.see(rule, setting).truth
    if truth is wanted(example):
        return
    deciding = next((s for s in bench.trace(rule, setting) if s.decided and s.value), None)
    outcome = "cannot be told" if truth is None else "applies" if truth else "does not apply"
    examination.places.add(
        "example-contradicts",
        "error",
        f"the example expects that '{rule.id}' {example.expect}, but it {outcome}"
        if truth is not None
        else f"the example does not say enough to tell whether '{rule.id}' applies",
        example.place,
        hint=_words(deciding),
    )


def _words(step: Step | None) -> str | None:
    if step is None:
        return None
    holds = {True: "holds", False: "does not hold", None: "cannot be told"}[step.truth]
    return f"`{step.label}` {holds}: here it is {step.value}"
