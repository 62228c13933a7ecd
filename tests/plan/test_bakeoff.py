"""Which offers, for how much, and pass marks that hold when decided the ordinary way."""

from __future__ import annotations

from fractions import Fraction

import pytest
from msgspec.structs import replace

from advisor.decision.bakeoff import bake_off
from advisor.decision.checklists import checklists_of
from advisor.decision.measurements import claim
from advisor.decision.recommend import decide, recommend
from advisor.decision.trials import Variant, leaders, with_claims
from advisor.knowledge.values import Interval
from advisor.language.answers import inputs_from_mapping


def test_the_leader_is_tested_and_those_that_could_take_its_place(plan, knowledge, voice, as_of):
    result = recommend(knowledge, voice, as_of, thorough=False)
    offers = [c.offer for c in plan.candidates]
    assert offers[0] == result.verdict.offer
    assert len(offers) == len(set(offers)) >= 2
    better = [r.offer for r in result.ranking if r.score.exact > result.ranking[0].score.exact]
    assert not better or set(offers[1:]) & set(better)


def test_the_offer_in_use_today_is_tested_too(knowledge, voice, as_of):
    result = recommend(knowledge, voice, as_of, thorough=False)
    last = result.ranking[-1].offer
    answers = {**voice.answers, "current-offer": type(voice.answers["use-case"])(frozenset({last}))}
    made = bake_off(knowledge, replace(voice, answers=answers), as_of)
    assert [c.why for c in made.candidates if c.offer == last] == [
        "in use today: what moving would gain"
    ]


def test_the_price_of_the_test_is_requests_times_tokens_times_prices(plan, knowledge):
    requests = sum(run.total for run in plan.runs)
    assert requests > 0
    checked = 0
    for candidate in plan.candidates:
        if not candidate.hosted or candidate.cost.high is None:
            continue
        rows = [r for r in knowledge.offers[candidate.offer].serves if r.model == candidate.model]
        prices = {
            name: [
                end
                for row in rows
                for c in row.claims
                if c.attribute == name and isinstance(c.value, Interval)
                for end in (c.value.low, c.value.high)
            ]
            for name in ("input-price", "output-price")
        }
        most = Fraction(800 * max(prices["input-price"]) + 80 * max(prices["output-price"]), 10**6)
        assert candidate.cost.high <= requests * most
        least = Fraction(800 * min(prices["input-price"]) + 80 * min(prices["output-price"]), 10**6)
        assert candidate.cost.low >= requests * least
        checked += 1
    assert checked
    known = [c.cost for c in plan.candidates if c.cost.low is not None]
    assert plan.cost.low == sum(cost.low for cost in known)
    # Unknown as soon as one of them is.
    highs = [c.cost.high for c in plan.candidates]
    assert plan.cost.high == (None if None in highs else sum(highs))


def test_requirements_come_from_the_answers(plan):
    demands = {m.figure: m for m in plan.marks if m.kind == "requirement"}
    assert demands["time to the first token, p95"].passes == "at most 800 ms"
    assert demands["time per output token (TPOT), p95"].value == Fraction(1000, 350)
    assert demands["errors and 429"].value == 1
    peak = Fraction(20000 * 3, 86_400)
    assert demands["throughput at the latency target"].value == peak


STEADY = {
    "use-case": "document-batch",
    "models": ["gpt-oss-120b"],
    "requests-per-day": 500000,
    "input-tokens": 2000,
    "output-tokens": 300,
    "peak-factor": 2,
    "regions": ["us"],
    "residency": "none",
    "retention": "any",
    "certifications": [],
    "hosting": "any",
    "operations-team": "none",
    "own-weights": "no",
    "frontier-models": "not-needed",
    "research-needs": "none",
    "model-diversity": "one",
    "usage-pattern": "sustained",
    "commitment": "none",
    "existing-cloud": "none",
    "precision": "any",
    "model-changes": "quarterly",
    "latency-consistency": "unimportant",
    "current-offer": "none",
}


def test_a_price_mark_is_where_an_ordinary_decision_turns(knowledge, as_of):
    """Decided with the offer's own price a tenth to either side of the mark."""
    inputs = inputs_from_mapping({"answers": STEADY}, knowledge)
    made = bake_off(knowledge, inputs, as_of)
    marks = [m for m in made.marks if m.kind == "price" and m.winner is not None]
    assert marks, [m.overturns for m in made.marks]
    before = decide(knowledge, inputs, as_of)
    for mark in marks:
        model = before.entries.model(mark.offer)
        charges = before.situation.costs.charges(mark.offer, model, "any")
        assert charges.tokens is not None
        known = {"input": charges.tokens.input.high, "output": charges.tokens.output.high}
        if charges.tokens.cached_input.high is not None:
            known["cached-input"] = charges.tokens.cached_input.high
        listed = Fraction(2000 * known["input"] + 300 * known["output"], 10**6)
        factor = mark.value / listed

        def leader(times, known=known, offer=mark.offer):
            prices = {offer: {key: Fraction(value) * times for key, value in known.items()}}
            return decide(knowledge, replace(inputs, prices=prices), as_of).order[0]

        beyond, short = (1.1, 0.9) if factor > 1 else (0.9, 1.1)
        assert leader(factor * Fraction(beyond)) == mark.winner
        assert leader(factor * Fraction(short)) != mark.winner


def test_variants_side_by_side_decide_as_one_by_one(knowledge, voice, as_of, plan):
    """One decision over all variants against one decision each, the offer replaced."""
    offers = [c.offer for c in plan.candidates]
    variants = []
    for candidate in plan.candidates:
        for value in (50, 1500):
            made = claim(
                candidate.offer,
                candidate.model,
                "speed-per-user",
                Interval.point(value),
                as_of,
                "test",
            )
            variants.append(Variant(candidate.offer, candidate.model, (made,)))
    found = leaders(knowledge, voice, as_of, offers, variants)
    for variant, leader in zip(variants, found, strict=True):
        changed = dict(knowledge.offers)
        changed[variant.offer] = with_claims(
            changed[variant.offer], variant.model, variant.claims, knowledge
        )
        order = decide(replace(knowledge, offers=changed), voice, as_of).order
        assert leader == next(o for o in order if o in offers)


def test_nothing_qualifies_nothing_is_tested(knowledge, as_of):
    answers = {
        "hosting": "air-gapped",
        "certifications": ["fedramp"],
        "models": ["claude-opus-4.1"],
        "frontier-models": "best-closed",
    }
    made = bake_off(knowledge, inputs_from_mapping({"answers": answers}, knowledge), as_of)
    assert made.candidates == () and made.marks == ()


@pytest.mark.parametrize(
    ("answer", "rule"),
    [
        ("retention", "prove-that-nothing-is-kept"),
        ("certifications", "sign-before-health-data-flows"),
        ("regions", "measure-from-every-region"),
        ("usage-pattern", "handle-refusals-in-the-client"),
    ],
)
def test_a_line_of_a_checklist_stands_or_falls_with_its_answer(
    plan, knowledge, voice, as_of, answer, rule
):
    lines = {line.rule: line for c in plan.checklists for line in c.lines}
    assert rule in lines
    assert any(reason.startswith(f"{answer}:") for reason in lines[rule].reasons)
    assert "{" not in lines[rule].text
    without = {k: v for k, v in voice.answers.items() if k != answer}
    decision = decide(knowledge, replace(voice, answers=without), as_of)
    lists = checklists_of(decision, decision.recommendation(thorough=False))
    assert rule not in {line.rule for c in lists for line in c.lines}


def test_every_line_has_a_reason(plan):
    assert {c.id for c in plan.checklists} <= {"cost", "geography", "quotas", "exit", "security"}
    assert len(plan.checklists) >= 4
    assert all(line.reasons for c in plan.checklists for line in c.lines)
