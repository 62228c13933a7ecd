"""Common sense far from the cases: random sheets over the shipped rules, drawn from the priors.

Each property fixes what it speaks of and leaves the rest to chance. The draws are seeded, so
that a sheet which breaks a property breaks it everywhere; it stands in the message.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from advisor.decision.recommend import recommend
from advisor.decision.result import Ranked
from advisor.knowledge.ledger import Ledger, build_ledger
from advisor.knowledge.model import Knowledge, Question
from advisor.knowledge.values import ChoiceType, Flags, NumberType, Options
from advisor.language.answers import inputs_from_mapping
from advisor.language.rulebase import load_rule_base

RULES = Path(__file__).parents[2] / "rules"
FEW = 12
MANY = pytest.param(150, marks=pytest.mark.full)
SIZES = pytest.mark.parametrize("sheets", [FEW, MANY])

BARE = {"rented-gpus", "rack", "own-hardware"}
YES = Options(frozenset({"yes"}))
NEVER_DRAWN = {"models", "current-offer"}

Answer = str | list[str]
Sheet = dict[str, Answer]
Draw = Callable[[random.Random], Answer]


@cache
def base() -> Knowledge:
    return load_rule_base(RULES)


def drawn(rng: random.Random, question: Question) -> Answer:
    """An answer as the question's prior has it; numbers evenly over the digits of their bin."""
    kind = question.type
    if isinstance(kind, NumberType):
        bin_ = rng.choices(question.prior, [b.weight for b in question.prior])[0]
        low, high = max(float(bin_.low), 0.1), float(bin_.high)
        value = low * math.exp(rng.random() * math.log(high / low))
        written = f"{float(f'{value:.3g}'):f}" if value < 10 else f"{int(float(f'{value:.3g}'))}"
        if kind.integer:
            written = str(max(1, round(float(written))))
        return written + ("B" if kind.unit == "parameters" else "")
    if isinstance(kind, ChoiceType):
        weights = [option.weight for option in question.options]
        return rng.choices([option.id for option in question.options], weights)[0]
    return [o.id for o in question.options if rng.random() * 100 < o.weight]


def sheet(rng: random.Random, fixed: Mapping[str, Answer | Draw]) -> Sheet:
    found: Sheet = {}
    for question in base().questions.values():
        if question.id in fixed:
            answer = fixed[question.id]
            found[question.id] = answer(rng) if callable(answer) else answer
        elif question.id not in NEVER_DRAWN:
            found[question.id] = drawn(rng, question)
    return found


@cache
def day() -> date:
    (only,) = {case.as_of for case in base().cases.values()}
    return only


@cache
def ledger() -> Ledger:
    return build_ledger(base(), day())


def judged(answers: Sheet, **more: object) -> tuple[Ranked, ...]:
    """The ranking, the leader first."""
    inputs = inputs_from_mapping({"format": "1", "answers": answers, **more}, base())
    return recommend(base(), inputs, day(), thorough=False).ranking


def draws(
    name: str, sheets: int, fixed: Mapping[str, Answer | Draw], **more: object
) -> Iterator[tuple[Sheet, tuple[Ranked, ...]]]:
    rng = random.Random(name)
    for _ in range(sheets):
        answers = sheet(rng, fixed)
        yield answers, judged(answers, **more)


def doubts(entry: Ranked) -> set[str]:
    return {doubt.rule for doubt in entry.to_confirm}


def one_of(*words: str) -> Draw:
    return lambda rng: rng.choice(words)


def between(low: int, high: int, unit: str = "") -> Draw:
    return lambda rng: f"{rng.randint(low, high)}{unit}"


@SIZES
def test_several_small_changing_models_are_never_sent_to_a_wafer(sheets: int) -> None:
    fixed: dict[str, Answer | Draw] = {
        "model-diversity": one_of("few", "many"),
        "model-changes": one_of("monthly", "weekly"),
        "model-size": between(1, 29, "B"),
        "frontier-models": one_of("not-needed", "large-open"),
    }
    led = 0
    for answers, ranking in draws("wafers", sheets, fixed):
        led += bool(ranking)
        assert "cerebras" not in {entry.platform for entry in ranking}, answers
    assert 2 * led > sheets


@SIZES
def test_nobody_without_people_is_sent_to_machines_that_a_service_could_replace(
    sheets: int,
) -> None:
    fixed: dict[str, Answer | Draw] = {
        "operations-team": "none",
        "hosting": one_of("any", "any", "any", "api", "dedicated"),
        "research-needs": one_of("none", "none", "api-only"),
    }
    led = 0
    for answers, ranking in draws("people", sheets, fixed):
        led += bool(ranking)
        assert not BARE & {entry.deployment for entry in ranking}, answers
    assert 2 * led > sheets


@SIZES
def test_without_people_machines_are_never_a_safe_answer_and_racks_are_none(sheets: int) -> None:
    fixed: dict[str, Answer | Draw] = {
        "operations-team": "none",
        "hosting": one_of("any", "on-premises", "air-gapped", "dedicated"),
        "research-needs": one_of("none", "weights-and-code"),
        "own-weights": one_of("no", "adapter", "full"),
    }
    needed = 0
    for answers, ranking in draws("machines", sheets, fixed):
        for entry in ranking:
            assert entry.deployment != "rack", answers
            if entry.deployment in BARE:
                needed += 1
                assert "machines-need-somebody-on-call" in doubts(entry), answers
    assert needed


@SIZES
def test_an_offer_that_does_not_serve_the_model_never_leads(sheets: int) -> None:
    models = list(base().models)
    fixed: dict[str, Answer | Draw] = {
        "models": lambda rng: rng.sample(models, rng.choice([1, 1, 1, 2, 3])),
        "frontier-models": "not-needed",
        "hosting": "any",
    }
    rng = random.Random("models")
    led = 0
    for _ in range(sheets):
        answers = sheet(rng, fixed)
        del answers["model-size"]  # a named model has its own
        ranking = judged(answers)
        if not ranking:
            continue
        led += 1
        leader = ranking[0]
        loads = ledger().offers[leader.offer]["any-open-model"].value == YES
        for model in answers["models"]:
            row = ledger().served[leader.offer].get(model)
            if (row is not None and row.served) or (loads and base().models[model].open):
                continue
            # Nothing says that it is served: then nothing may say that it is not, and the
            # answer stays open.
            assert model not in ledger().retired[leader.offer], (leader.offer, answers)
            assert "model-must-be-served" in doubts(leader), (leader.offer, answers)
    assert 2 * led > sheets


@SIZES
def test_a_small_prototype_starts_on_pay_per_token(sheets: int) -> None:
    fixed: dict[str, Answer | Draw] = {
        "use-case": "prototype",
        "requests-per-day": between(1, 999),
        "own-weights": "no",
        "research-needs": one_of("none", "api-only"),
        "hosting": one_of("any", "any", "api"),
        # Below that size next to nothing is sold by the token.
        "model-size": between(7, 1000, "B"),
    }
    per_token = 0
    for answers, ranking in draws("prototypes", sheets, fixed):
        if not ranking:
            continue
        leader = ranking[0]
        if paid_by_the_token(leader):
            per_token += 1
            continue
        assert leader.lane != "safe", (leader.offer, answers)
        rivals = [entry for entry in ranking if paid_by_the_token(entry)]
        assert all(len(doubts(e)) > len(doubts(leader)) for e in rivals), (leader.offer, answers)
    assert 10 * per_token >= 8 * sheets


def paid_by_the_token(entry: Ranked) -> bool:
    billing = ledger().offers[entry.offer]["billing"].value
    return billing == Options(frozenset({"per-token"}))


@SIZES
def test_no_speed_buys_off_residency(sheets: int) -> None:
    fixed: dict[str, Answer | Draw] = {
        "residency": one_of("us", "eu", "uk", "canada", "asia-pacific", "middle-east"),
        "use-case": one_of("voice", "coding-agent", "chat"),
        "tokens-per-second-per-user": "1000",
        "first-token-ms": "200",
    }
    held = 0
    for answers, ranking in draws("residency", sheets, fixed, weights={"latency": "more"}):
        for entry in ranking:
            place = ledger().offers[entry.offer].get("residency")
            known = place is not None and isinstance(place.value, Flags)
            proven = known and str(answers["residency"]) in place.value.must
            held += proven
            doubted = "processing-leaves-the-jurisdiction" in doubts(entry)
            assert proven or doubted, (entry.offer, answers)
            assert entry.lane != "safe" or proven, (entry.offer, answers)
    assert held


@SIZES
def test_a_wish_for_speed_moves_no_offer_into_another_lane(sheets: int) -> None:
    """Speed and weights are wishes: lanes do not read them.

    Speed costs devices, and a budget may rule those out; so money is no object here.
    """
    rng = random.Random("lanes")
    for _ in range(sheets):
        answers = sheet(rng, {"use-case": "voice", "budget-per-month": "100000000"})
        wish = {**answers, "tokens-per-second-per-user": "2000", "first-token-ms": "100"}
        slow = {**answers, "tokens-per-second-per-user": "5", "first-token-ms": "20000"}
        first = judged(wish, weights={"latency": "more", "cost": "ignore"})
        second = judged(slow)
        assert {e.offer: e.lane for e in first} == {e.offer: e.lane for e in second}, answers


@SIZES
def test_a_trickle_is_not_sent_to_own_machines_or_racks(sheets: int) -> None:
    fixed: dict[str, Answer | Draw] = {
        "requests-per-day": between(1, 900),
        "input-tokens": between(10, 3000),
        "output-tokens": between(1, 900),
        "hosting": one_of("any", "api", "dedicated"),
    }
    seen = 0
    for answers, ranking in draws("trickles", sheets, fixed):
        for entry in ranking:
            if entry.deployment in ("rack", "own-hardware"):
                seen += 1
                assert entry.lane != "safe", (entry.offer, answers)
    assert seen


@SIZES
def test_what_nobody_wants_never_leads(sheets: int) -> None:
    """An air gap that was not asked for, and a wafer system for the budget of a laptop."""
    fixed: dict[str, Answer | Draw] = {"hosting": one_of("any", "any", "dedicated", "on-premises")}
    for answers, ranking in draws("unwanted", sheets, fixed):
        lanes = {entry.offer: entry.lane for entry in ranking}
        if ranking and ranking[0].offer == "own-air-gapped":
            assert lanes.get("own-gpu-servers") != "safe", answers
        if ranking and ranking[0].offer == "cerebras-dedicated":
            budget = float(str(answers["budget-per-month"]))
            assert budget >= 30_000 or ranking[0].lane != "safe", answers


def test_offers_whose_price_must_be_asked_for_have_none_in_the_ledger() -> None:
    """The rule names them; where a price appears it has to let go."""
    rule = base().rules["a-price-that-has-to-be-asked-for"]
    text = (RULES / rule.place.file).read_text(encoding="utf-8")
    line = text[text.index("a-price-that-has-to-be-asked-for") :].splitlines()[2]
    named = {word.strip(" []{}") for word in line.partition("[")[2].split(",")}
    silent = {
        offer
        for offer, claims in ledger().offers.items()
        if "device-hour-price" in claims and claims["device-hour-price"].value is None
    }
    assert named == silent
