"""What the shipped questions, rules and cases must hold and may never hold."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import cast

import pytest

from advisor.decision.recommend import recommend
from advisor.decision.result import Verdict
from advisor.engine.offering import Offering
from advisor.engine.truth import truth_of
from advisor.engine.workload import Workload, derive
from advisor.knowledge.ledger import build_ledger
from advisor.knowledge.model import Case, Example, Knowledge, Rule
from advisor.knowledge.values import (
    ChoiceType,
    Domain,
    FlagsType,
    Interval,
    NumberType,
    Options,
    Truth,
)
from advisor.language.answers import case_inputs
from advisor.language.kleene import conjunction
from advisor.language.mentions import names_in
from advisor.language.rulebase import load_rule_base

RULES = Path(__file__).parents[2] / "rules"

PROMISED_CHOICES = {
    "use-case": "chat voice coding-agent document-batch research embedding prototype",
    "frontier-models": "not-needed large-open best-closed",
    "model-diversity": "one few many",
    "model-changes": "yearly quarterly monthly weekly",
    "own-weights": "no adapter full",
    "research-needs": "none api-only weights-and-code",
    "usage-pattern": "sustained daily-peaks bursty intermittent",
    "latency-consistency": "unimportant nice essential",
    "residency": "none us eu",
    "retention": "any zero",
    "hosting": "any api dedicated on-premises air-gapped",
    "operations-team": "none part-time small large",
    "existing-cloud": "none aws azure gcp",
    "commitment": "none months years",
    "precision": "any 16-bit 8-bit",
    "current-offer": "none cerebras-shared h200-cluster",
}
PROMISED_FLAGS = {
    "models": "gpt-oss-120b deepseek-v4-pro llama-3.3-70b claude-opus-4.1",
    "regions": "us canada europe uk middle-east africa asia-pacific south-america",
    "certifications": "soc2 hipaa-baa iso27001 fedramp pci-dss",
}
PROMISED_NUMBERS = {
    "model-size": "parameters",
    "requests-per-day": "requests/day",
    "input-tokens": "tokens",
    "output-tokens": "tokens",
    "cached-input-share": "percent",
    "batch-share": "percent",
    "context-length": "tokens",
    "peak-factor": "factor",
    "concurrent-users": "users",
    "first-token-ms": "ms",
    "tokens-per-second-per-user": "tokens/s",
    "availability": "percent",
    "budget-per-month": "USD/month",
}
CRITERIA = (
    "throughput",
    "frontier-models",
    "research",
    "model-diversity",
    "cost",
    "latency",
    "latency-consistency",
    "geography",
    "operations",
    "usage-pattern",
    "flexibility",
)
MOST_QUESTIONS = 6
SLOW_CASES = {"nothing-known", "worked-example-of-the-article"}


def test_every_promised_question_has_its_options_and_unit(knowledge: Knowledge) -> None:
    for id_, options in PROMISED_CHOICES.items():
        of = knowledge.questions[id_].type
        assert isinstance(of, ChoiceType), id_
        assert set(options.split()) <= set(of.options), id_
    for id_, options in PROMISED_FLAGS.items():
        of = knowledge.questions[id_].type
        assert isinstance(of, FlagsType), id_
        assert set(options.split()) <= set(of.options), id_
    for id_, unit in PROMISED_NUMBERS.items():
        of = knowledge.questions[id_].type
        assert isinstance(of, NumberType), id_
        assert of.unit == unit, id_


def test_silence_about_a_requirement_mostly_means_that_there_is_none(knowledge: Knowledge) -> None:
    for id_, none in (
        ("residency", "none"),
        ("retention", "any"),
        ("hosting", "any"),
        ("own-weights", "no"),
        ("research-needs", "none"),
        ("precision", "any"),
    ):
        weights = {o.id: o.weight for o in knowledge.questions[id_].options}
        assert weights[none] * 4 >= 3 * sum(weights.values()), id_
    assert all(o.weight <= 15 for o in knowledge.questions["certifications"].options)


def test_priors_of_numbers_cover_their_range_without_gaps(knowledge: Knowledge) -> None:
    for question in knowledge.questions.values():
        if not isinstance(question.type, NumberType):
            continue
        bins = question.prior
        assert bins[0].low == question.type.minimum, question.id
        assert bins[-1].high == question.type.maximum, question.id
        for left, right in itertools.pairwise(bins):
            assert left.high == right.low, question.id


def test_every_question_is_read_by_a_rule(knowledge: Knowledge) -> None:
    workload = Workload(knowledge)
    read: set[str] = set()
    for rule in knowledge.rules.values():
        read |= workload.questions_in(rule.when)
    assert set(knowledge.questions) == read


def test_the_criteria_are_the_promised_ones(knowledge: Knowledge) -> None:
    assert tuple(knowledge.criteria) == CRITERIA


def test_no_criterion_and_no_weight_reads_more_than_six_questions(knowledge: Knowledge) -> None:
    workload = Workload(knowledge)
    reads: dict[str, set[str]] = {"weights": set()}
    for rule in knowledge.rules.values():
        questions = workload.questions_in(rule.when)
        if rule.effect == "weigh":
            reads["weights"] |= questions
        elif rule.effect == "score":
            assert rule.criterion is not None
            reads.setdefault(rule.criterion, set()).update(questions)
    for name, questions in reads.items():
        assert len(questions) <= MOST_QUESTIONS, (name, sorted(questions))


def test_the_four_criteria_of_the_mission_are_scored_and_weighed(knowledge: Knowledge) -> None:
    for criterion in CRITERIA[:4]:
        rules = [r for r in knowledge.rules.values() if r.criterion == criterion]
        assert any(r.effect == "score" and r.steps > 0 for r in rules), criterion
        assert any(r.effect == "score" and r.steps < 0 for r in rules), criterion
        assert any(r.source.ref == "gmi-cerebras-article" for r in rules), criterion


def _size_class(knowledge: Knowledge, billions: Fraction) -> str:
    value = derive(knowledge.derived["size-class"], {"model-size": Interval.point(billions)})
    assert isinstance(value, Options)
    (only,) = value.values
    return only


@pytest.mark.parametrize(
    ("billions", "expected"),
    [
        ("7", "small"),
        ("13", "small"),
        ("20", "small"),
        ("29.9", "small"),
        ("30", "medium"),
        ("69.9", "medium"),
        ("70", "large"),
        ("174.9", "large"),
        ("175", "frontier"),
        ("1000", "frontier"),
    ],
)
def test_the_four_size_classes_meet_once(
    knowledge: Knowledge, billions: str, expected: str
) -> None:
    assert _size_class(knowledge, Fraction(billions)) == expected


def test_the_reading_of_the_size_class_is_stated(knowledge: Knowledge) -> None:
    reading = knowledge.derived["size-class"].reading
    assert reading is not None
    assert "{model-size}" in reading
    assert "{size-class}" in reading


def test_what_an_interested_seller_claims_is_graded_as_that(knowledge: Knowledge) -> None:
    cited = [r for r in knowledge.rules.values() if r.source.ref == "gmi-cerebras-article"]
    assert len(cited) >= 20
    assert {r.source.grade for r in cited} <= {"vendor claim", "derived"}
    policy = knowledge.method.grades["vendor claim"]
    assert policy.weak
    assert policy.cap != "firm"


def test_a_seller_moves_no_points_on_cost(knowledge: Knowledge) -> None:
    """The article's cost efficiency by size class has no figure, so it is only shown."""
    rules = [r for r in knowledge.rules.values() if r.id.startswith("wafer-cost-claim-")]
    assert {r.id.removeprefix("wafer-cost-claim-") for r in rules} == {
        "small",
        "medium",
        "large",
        "frontier",
    }
    assert {r.effect for r in rules} == {"warn"}


def _examples(knowledge: Knowledge) -> Iterator[tuple[Rule, Example]]:
    for rule in knowledge.rules.values():
        for example in rule.examples:
            yield rule, example


def test_every_rule_has_an_example_for_and_against(knowledge: Knowledge) -> None:
    for rule in knowledge.rules.values():
        assert {e.expect for e in rule.examples} == {"applies", "does not apply"}, rule.id


def _only(value: object) -> str | None:
    if isinstance(value, Options):
        (value,) = value.values
    return None if value is None else str(value)


def test_every_example_comes_out_as_it_says(knowledge: Knowledge) -> None:
    (day,) = {case.as_of for case in knowledge.cases.values()}
    offering = Offering(knowledge, build_ledger(knowledge, day))
    workload = Workload(knowledge)
    wrong: list[str] = []
    for rule, example in _examples(knowledge):
        if "{monthly-cost-low}" in rule.because:
            continue  # needs the bill; the cases hold it
        given = dict(example.given)
        offer, model = _only(given.pop("offer", None)), _only(given.pop("model", None))
        answers: dict[str, Domain] = {
            name: value for name, value in given.items() if isinstance(value, Domain)
        }
        its = dict(offering.environment(offer, model)) if offer else {}
        env = workload.extend(answers, names_in(rule.when))
        truth: Truth = conjunction([truth_of(rule.when, env, its), truth_of(rule.offers, its)])
        if truth is not (example.expect == "applies"):
            wrong.append(f"{rule.place.file}: {rule.id}: {given} {offer} {model}: {truth}")
    assert not wrong, "\n".join(wrong)


def test_published_limits_are_bound_for_every_service_that_publishes_one(
    knowledge: Knowledge,
) -> None:
    """The gate names the platforms, so a new service with a limit must be added there."""
    rule = knowledge.rules["published-request-limit-is-below-the-peak"]
    text = (RULES / rule.place.file).read_text(encoding="utf-8")
    named = re.search(r"platform: \[([^\]]*)\]", text)
    assert named is not None
    platforms = {word.strip() for word in named.group(1).split(",")}
    for offer in knowledge.offers.values():
        if offer.deployment not in ("shared-api", "closed-api"):
            continue
        for claim in offer.claims:
            if claim.attribute == "requests-per-minute" and claim.value is not None:
                assert offer.platform in platforms, offer.id


@cache
def _base() -> Knowledge:
    return load_rule_base(RULES)


@cache
def _verdict(case_id: str) -> Verdict:
    case = _base().cases[case_id]
    inputs = case_inputs(case, _base())
    return recommend(_base(), inputs, case.as_of, thorough=False).verdict


def _case_ids() -> list[str]:
    return sorted(path.stem for path in (RULES / "cases").glob("*.yaml"))


def _listed(case: Case, key: str) -> list[str]:
    value = case.expect.get(key)
    if value is None:
        return []
    return [value] if isinstance(value, str) else [str(item) for item in cast(list[str], value)]


@pytest.mark.parametrize(
    "case_id",
    [pytest.param(c, marks=pytest.mark.full) if c in SLOW_CASES else c for c in _case_ids()],
)
def test_a_case_comes_out_as_engineers_would_say(case_id: str) -> None:
    case = _base().cases[case_id]
    verdict = _verdict(case_id)
    winner = verdict.offer or "none"
    assert winner not in _listed(case, "wrong")
    assert winner in [*_listed(case, "right"), *_listed(case, "debatable")]
    for key, got in (("lane", verdict.lane or "none"), ("confidence", verdict.confidence)):
        assert not _listed(case, key) or got in _listed(case, key), key


def test_a_case_gives_a_reason_and_never_contradicts_itself() -> None:
    for case in _base().cases.values():
        right, debatable, wrong = (set(_listed(case, k)) for k in ("right", "debatable", "wrong"))
        assert right, case.id
        assert not right & debatable, case.id
        assert not (right | debatable) & wrong, case.id
        assert len(case.because) > 60, case.id


def test_the_quick_cases_reach_every_lane_and_every_word_of_confidence() -> None:
    verdicts = [_verdict(c) for c in _case_ids() if c not in SLOW_CASES]
    assert {v.lane for v in verdicts} == {"safe", "conditional", None}
    assert {v.confidence for v in verdicts} == {"firm", "likely", "leaning", "toss-up", "none"}


@pytest.mark.parametrize(
    "offer",
    ["cerebras-shared", "cerebras-dedicated", "groq-shared", "gmi-gb200-nvl72", "h200-cluster"],
)
def test_every_system_of_the_article_wins_where_it_should(offer: str) -> None:
    winners = {_verdict(c).offer for c in _case_ids() if c not in SLOW_CASES}
    assert offer in winners


@pytest.mark.parametrize(
    ("question", "one", "other"),
    [
        ("requests-per-day", "own-weights-in-steady-bulk", "own-weights-in-a-trickle"),
        ("frontier-models", "best-closed-models-for-agents", "moderate-models-for-agents"),
        ("research-needs", "research-on-weights-and-code", "research-that-needs-only-answers"),
        ("model-diversity", "one-stable-model", "fast-model-among-many"),
    ],
)
def test_each_criterion_of_the_mission_decides_in_both_directions(
    question: str, one: str, other: str
) -> None:
    """Two workloads that differ in the answer behind a criterion have different winners."""
    first, second = _base().cases[one], _base().cases[other]
    assert first.answers[question] != second.answers[question]
    assert _verdict(one).offer != _verdict(other).offer
    assert not set(_listed(first, "right")) & set(_listed(second, "right"))


@pytest.mark.parametrize(
    ("case_id", "never"),
    [
        ("many-small-changing-models", "cerebras"),
        ("no-team-and-huge-volume", "rented-gpus rack own-hardware"),
        ("prototype", "rented-gpus rack own-hardware dedicated-api"),
        ("sudden-bursts", "rented-gpus rack own-hardware"),
        ("little-traffic-now-and-then", "rented-gpus rack own-hardware dedicated-api"),
        ("residency-is-not-bought-off", "cerebras groq sambanova"),
    ],
)
def test_common_sense_holds(case_id: str, never: str) -> None:
    winner = _verdict(case_id).offer
    assert winner is not None
    offer = _base().offers[winner]
    assert not {offer.platform, offer.deployment} & set(never.split())
