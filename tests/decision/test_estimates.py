"""What keeps an estimate of an offer unknown, and what it is compared with."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from advisor.decision.estimates import Given, estimates
from advisor.estimate.measured import load_evidence
from advisor.knowledge.model import Inputs
from advisor.knowledge.values import Interval
from advisor.language.answers import inputs_from_mapping
from tests.conftest import AS_OF

GROQ, H200, MODEL = "groq-shared", "h200-cluster", "gpt-oss-120b"
TRAFFIC = {"requests-per-day": 1_000_000, "input-tokens": 1000, "output-tokens": 300}


@pytest.fixture(scope="module")
def ledger(rules_root):
    return load_evidence(rules_root)


@pytest.fixture
def estimated(knowledge, ledger):
    """The estimates of two offers by answers; by other knowledge, evidence, prices, settings."""

    def of(answers, known=None, evidence=None, prices=None, given=None):
        base = known or knowledge
        asked = inputs_from_mapping({"answers": {"models": [MODEL]}}, base).answers
        numbers = {name: Interval.point(value) for name, value in answers.items()}
        asked = Inputs({**asked, **numbers}, {}, prices or {})
        found = estimates(base, asked, AS_OF, evidence or ledger, (GROQ, H200), given)
        return found, {one.offer: one for one in found.offers}

    return of


def test_an_even_load_is_said_to_be_assumed_only_where_it_is(estimated):
    def assumed(**answers):
        found, _ = estimated({**TRAFFIC, **answers})
        return any("peak factor" in text for text in found.assumptions)

    assert assumed()
    assert not assumed(**{"peak-factor": 1})


def test_without_traffic_nothing_is_sized(estimated):
    found, offers = estimated({})
    assert found.demand is None and found.missing == tuple(TRAFFIC)
    assert offers[H200].sizing is None
    assert offers[H200].why_not == tuple(f"not answered: {name}" for name in TRAFFIC)


def without_shape(knowledge, ledger):
    """Nobody knows how the model is built."""
    bare = replace(knowledge.models[MODEL], claims=())
    models = {name: shape for name, shape in ledger.models.items() if name != MODEL}
    known = replace(knowledge, models={**knowledge.models, MODEL: bare})
    return known, replace(ledger, models=models, series=(), throughput=())


def without_device(knowledge, ledger):
    """Nobody knows the device."""
    name = knowledge.offers[H200].accelerator
    bare = replace(knowledge.accelerators[name], claims=())
    devices = {key: device for key, device in ledger.devices.items() if key != name}
    known = replace(knowledge, accelerators={**knowledge.accelerators, name: bare})
    return known, replace(ledger, devices=devices, series=(), throughput=())


def without_name(knowledge, ledger):
    """The offer does not say which device it is."""
    bare = replace(knowledge.offers[H200], accelerator=None)
    return replace(knowledge, offers={**knowledge.offers, H200: bare}), ledger


@pytest.mark.parametrize(
    ("less", "words"),
    [
        (without_shape, f"the shape of {MODEL} is not known: give the number of parameters"),
        (without_device, "nothing is known of the device"),
        (without_name, "nothing is known of the device"),
    ],
)
@pytest.mark.parametrize("given", [None, Given(adapters_gb=10)])
def test_what_is_not_known_keeps_devices_from_being_sized(
    knowledge, ledger, estimated, less, words, given
):
    known, evidence = less(knowledge, ledger)
    _, offers = estimated(TRAFFIC, known, evidence, given=given)
    assert offers[H200].sizing is None and offers[H200].fit is None
    assert any(text.startswith(words) for text in offers[H200].why_not)
    assert offers[GROQ].bill.monthly.low is not None


def test_evidence_of_another_shape_sizes_by_that(estimated, ledger):
    """Four times the layers, with the same coefficients."""
    shape = ledger.models[MODEL]
    deeper = replace(shape, layers=4 * shape.layers)
    other = replace(ledger, models={**ledger.models, MODEL: deeper})
    _, plain = estimated(TRAFFIC)
    _, deep = estimated(TRAFFIC, evidence=other)
    assert deep[H200].fit.memory != plain[H200].fit.memory


def test_a_speed_that_no_device_reaches_is_said(estimated):
    _, offers = estimated({**TRAFFIC, "tokens-per-second-per-user": 100_000})
    assert offers[H200].sizing is not None and offers[H200].sizing.likely is None
    assert offers[H200].speed is None and offers[H200].fit is None
    used = offers[H200].utilised
    assert used is not None and (used.full.low, used.full.high) == (None, None)
    assert offers[H200].why_not[-1] == (offers[H200].sizing.reason or "no sizing meets the target")


def test_a_context_that_does_not_fit_is_said(estimated, knowledge):
    longest = 100_000_000
    _, offers = estimated({**TRAFFIC, "context-length": longest})
    fit = offers[H200].fit
    assert fit is not None and fit.memory.reason is not None
    assert offers[H200].why_not[-1].endswith(fit.memory.reason)
    assert offers[H200].why_not[-1].startswith(f"on {fit.devices} x ")


def test_devices_that_cost_nothing_are_always_cheaper(estimated):
    _, offers = estimated(TRAFFIC, prices={H200: {"gpu-hour": 0}})
    even = offers[H200].even
    assert even.at_most is None
    assert even.tokens_daily.high > 0


def test_tokens_that_cost_nothing_or_not_known_what_are_no_rival(estimated, knowledge):
    free = {GROQ: {"input": 0, "output": 0}}
    _, offers = estimated(TRAFFIC, prices=free)
    assert offers[H200].break_even is None and offers[H200].break_even_with is None


def test_devices_without_a_price_have_no_break_even(estimated, knowledge):
    claims = tuple(
        c for c in knowledge.offers[H200].claims if "device-hour-price" not in c.attribute
    )
    bare = replace(knowledge.offers[H200], claims=claims)
    known = replace(knowledge, offers={**knowledge.offers, H200: bare})
    _, offers = estimated(TRAFFIC, known)
    assert offers[H200].break_even is None
    assert offers[H200].even is None


def test_devices_that_nobody_runs_cost_no_people(estimated, knowledge):
    nobody = replace(knowledge, method=replace(knowledge.method, staff_hours={}))
    _, offers = estimated(TRAFFIC, nobody)
    assert not any(line.item == "people" for line in offers[H200].bill.lines)
    _, staffed = estimated(TRAFFIC)
    # Nobody on either side: devices are cheaper from a smaller volume on, or the same.
    assert offers[H200].even.stretches != staffed[H200].even.stretches
