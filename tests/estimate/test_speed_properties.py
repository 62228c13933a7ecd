"""What must hold of every speed, whatever the coefficients say."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import replace

from advisor.estimate.evidence import Evidence, Point, Series
from advisor.estimate.neighbours import Asked, Neighbours, rising
from advisor.estimate.saturated import saturated
from advisor.estimate.speed import Question, Speeds

MODELS = st.sampled_from(
    ["llama-3.1-8b", "llama-3.1-70b", "deepseek-r1", "gpt-oss-120b", "qwen3.5-397b-a17b"]
)
DEVICES = st.sampled_from(
    ["nvidia-h100-sxm", "nvidia-h200-sxm", "nvidia-b200-sxm", "nvidia-gb200", "amd-mi300x"]
)
LOADS = st.integers(1, 4000)
LENGTHS = st.integers(1, 60_000)
OUTPUTS = st.integers(1, 8000)
COUNTS = st.sampled_from([1, 2, 4, 8, 16, 24, 36, 72])
# Weights narrower than a device's own arithmetic are widened and multiplied slowly; what a
# narrower format gains is claimed for native arithmetic only.
NATIVE = st.sampled_from([("16-bit", "8-bit"), ("8-bit", "fp4"), ("16-bit", "fp4")])

SLACK = 1 + 1e-9


@st.composite
def questions(draw: st.DrawFn, evidence: Evidence, precision: str = "8-bit") -> Question:
    return Question(
        evidence.models[draw(MODELS)],
        evidence.devices[draw(DEVICES)],
        draw(COUNTS),
        precision,
        draw(LOADS),
        draw(LENGTHS),
        draw(OUTPUTS),
    )


def asked(speeds: Speeds, question: Question) -> float:
    assume(speeds.unsupported(question) is None)
    found = speeds.speed(question).user_rate
    assert found is not None
    return 1 / found.value


@given(st.data(), LOADS)
def test_more_requests_at_once_never_raise_the_speed_of_one(
    evidence: Evidence, speeds: Speeds, data: st.DataObject, other: int
) -> None:
    question = data.draw(questions(evidence))
    few, many = sorted((question.concurrency, other))
    slow = asked(speeds, replace(question, concurrency=many))
    assert asked(speeds, replace(question, concurrency=few)) <= slow * SLACK


@given(st.data(), LENGTHS)
def test_a_longer_context_never_raises_the_speed(
    evidence: Evidence, speeds: Speeds, data: st.DataObject, other: int
) -> None:
    question = data.draw(questions(evidence))
    short, long = sorted((question.input, other))
    slow = asked(speeds, replace(question, input=long))
    assert asked(speeds, replace(question, input=short)) <= slow * SLACK


@given(st.data(), COUNTS)
def test_more_devices_never_lower_the_speed(
    evidence: Evidence, modelled: Speeds, data: st.DataObject, other: int
) -> None:
    question = data.draw(questions(evidence))
    few, many = sorted((question.devices, other))
    slow = asked(modelled, replace(question, devices=few))
    assert asked(modelled, replace(question, devices=many)) <= slow * SLACK


@given(st.data(), st.floats(1.0, 4.0))
def test_more_bandwidth_never_lowers_the_speed(
    evidence: Evidence, modelled: Speeds, data: st.DataObject, factor: float
) -> None:
    question = data.draw(questions(evidence))
    faster = replace(question.device, bandwidth=question.device.bandwidth * factor)
    slow = asked(modelled, question)
    assert asked(modelled, replace(question, device=faster)) <= slow * SLACK


@given(st.data(), NATIVE)
def test_narrower_weights_never_lower_the_throughput(
    evidence: Evidence, modelled: Speeds, data: st.DataObject, pair: tuple[str, str]
) -> None:
    wide, narrow = pair
    question = data.draw(questions(evidence, wide))
    assume(narrow != "fp4" or question.device.fp4 is not None)
    assume(modelled.unsupported(question) is None)
    before = modelled.speed(question)
    after = modelled.speed(replace(question, precision=narrow))
    assert after.user_rate.value * SLACK >= before.user_rate.value
    # Answers of a few tokens are all first token, whose figure promises less.
    if question.output >= 64:
        assert after.rate.value * SLACK >= before.rate.value


@given(MODELS, DEVICES, LENGTHS, OUTPUTS, st.floats(1.0, 3.0))
def test_saturated_throughput_rises_with_bandwidth_and_falls_with_input(
    evidence: Evidence, model: str, device: str, length: int, output: int, factor: float
) -> None:
    shape, chip = evidence.models[model], evidence.devices[device]
    k = evidence.calibration.saturated
    plain = saturated(shape, chip, "8-bit", (length, output), k)
    assume(plain is not None)
    faster = saturated(
        shape, replace(chip, bandwidth=chip.bandwidth * factor), "8-bit", (length, output), k
    )
    longer = saturated(shape, chip, "8-bit", (length * 2, output), k)
    assert faster.rate * SLACK >= plain.rate >= longer.rate / SLACK


@st.composite
def ledgers(draw: st.DrawFn) -> list[Series]:
    """A few series of one model on one device, as contradictory as they like."""
    found = []
    for _ in range(draw(st.integers(1, 5))):
        loads = sorted(draw(st.sets(st.sampled_from([1, 4, 16, 64, 256]), min_size=1)))
        found.append(
            Series(
                "m",
                "d",
                draw(st.sampled_from(["16-bit", "8-bit"])),
                draw(st.sampled_from([1, 2, 4, 8])),
                draw(st.sampled_from([100, 1000, 8000])),
                500,
                tuple(Point(c, draw(st.floats(1, 100))) for c in loads),
                "vllm",
                "1",
                "s",
                "2026",
            )
        )
    return found


ASKED_LOADS = st.sampled_from([1, 2, 4, 9, 16, 40, 64, 100, 256, 300])
ASKED_INPUTS = st.sampled_from([50, 100, 400, 1000, 3000, 8000, 9000])


@given(
    ledgers(), st.tuples(ASKED_LOADS, ASKED_LOADS), st.tuples(ASKED_INPUTS, ASKED_INPUTS),
    st.sampled_from([1, 2, 4, 8]), st.floats(1, 100), st.floats(1.0, 2.0),
)  # fmt: skip
def test_neighbours_never_turn_the_order_round(
    ledger: list[Series],
    loads: tuple[int, int],
    inputs: tuple[int, int],
    devices: int,
    modelled_ms: float,
    slower: float,
) -> None:
    """With any measurements, consistent or not, what is asked of more is not said to be
    faster."""
    neighbours = Neighbours(ledger)
    easy = Asked("m", "d", "8-bit", 8, min(loads), min(inputs), 500)
    hard = Asked("m", "d", "16-bit", devices, max(loads), max(inputs), 500)
    quick = neighbours.hold(easy, modelled_ms).token_ms
    slow = neighbours.hold(hard, modelled_ms * slower).token_ms
    assert quick <= slow * SLACK


@given(st.lists(st.floats(1, 100), min_size=1, max_size=8))
def test_a_curve_rises_and_keeps_what_rises_already(values: list[float]) -> None:
    made = rising(values)
    assert made == sorted(made)
    assert rising(made) == pytest.approx(made)
    assert rising(sorted(values)) == sorted(values)
    assert min(values) <= made[0] and made[-1] <= max(values)
