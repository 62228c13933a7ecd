"""The traffic of a bake-off: what the answers say, and enough of it to judge a percentile."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.decision.bakeoff_load import (
    ENOUGH,
    LONGEST,
    SHORTEST,
    WEEK,
    load_of,
    runs_of,
)
from advisor.knowledge.values import Flags, Interval, Options


def points(**numbers: int | Fraction) -> dict[str, Interval]:
    return {name.replace("_", "-"): Interval.point(value) for name, value in numbers.items()}


TRAFFIC = points(
    requests_per_day=864_000,
    input_tokens=1000,
    output_tokens=200,
    peak_factor=3,
    first_token_ms=500,
    tokens_per_second_per_user=50,
)


def test_rates_lengths_and_streams_follow_from_the_answers():
    load = load_of({**TRAFFIC, **points(cached_input_share=25)})
    assert (load.mean, load.peak) == (10, 30)
    assert (load.reads, load.writes, load.prefix) == (1000, 200, 250)
    # Little's law: 30 a second, each staying 0.5 s and 200 tokens at 50 a second.
    assert load.stays == Fraction(9, 2)
    assert load.in_flight == 135
    assert load.missing == ()


def test_what_was_answered_is_not_computed():
    assert load_of({**TRAFFIC, **points(concurrent_users=40)}).in_flight == 40


def test_ranges_are_sent_at_their_high_end_and_say_so():
    load = load_of({**TRAFFIC, "input-tokens": Interval(500, 4000)})
    assert load.reads == 4000
    assert "input-tokens is a range: its high end is sent" in load.assumptions


def test_silence_stays_unknown():
    load = load_of({})
    assert load.missing == ("requests-per-day", "input-tokens", "output-tokens")
    assert load.mean is load.peak is load.reads is load.writes is load.in_flight is None
    runs = runs_of(load, {})
    assert [run.id for run in runs] == ["alone", "climb"]
    assert all(run.rate is None for run in runs)


def test_sequential_and_concurrent_loads_from_every_region():
    env = {**TRAFFIC, "regions": Flags(frozenset({"us", "europe"}), frozenset({"us", "europe"}))}
    runs = {run.id: run for run in runs_of(load_of(env), env)}
    assert set(runs) == {"alone", "climb", "everyday", "peak"}
    assert runs["alone"].streams == (1,)
    assert runs["climb"].streams[-1] == 2 * 135
    assert runs["everyday"].rate == 10 and runs["peak"].rate == 30
    assert runs["peak"].regions == ("europe", "us") and runs["peak"].times == 2
    assert runs["peak"].total == 30 * SHORTEST * 2 * 2


@pytest.mark.parametrize(
    ("name", "domain", "run"),
    [
        ("usage-pattern", Options(frozenset({"bursty"})), "bursts"),
        ("latency-consistency", Options(frozenset({"essential"})), "week"),
        ("availability", Interval.point(Fraction(9995, 100)), "week"),
    ],
)
def test_further_runs_only_where_an_answer_asks_for_them(name, domain, run):
    def ids(env):
        return [r.id for r in runs_of(load_of(env), env)]

    assert run not in ids(TRAFFIC)
    assert run in ids({**TRAFFIC, name: domain})
    # An answer that is one of several asks for nothing yet.
    if isinstance(domain, Options):
        assert run not in ids({**TRAFFIC, name: Options(domain.values | {"other"})})


@given(
    st.integers(1, 10**9),
    st.integers(1, 100),
    st.integers(1, 10**6),
    st.integers(1, 10**5),
)
def test_every_open_run_holds_enough_requests_in_bearable_time(day, factor, reads, writes):
    env = points(requests_per_day=day, peak_factor=factor, input_tokens=reads, output_tokens=writes)
    for run in runs_of(load_of(env), env):
        if run.shape == "closed":
            assert run.seconds is None
            assert list(run.streams) == sorted(set(run.streams))
            continue
        assert run.rate is not None and run.seconds is not None
        assert run.seconds == WEEK or SHORTEST <= run.seconds <= LONGEST
        assert run.requests[0] >= ENOUGH
        real = Fraction(day * (factor if run.id == "peak" else 1), 86_400)
        assert run.rate >= real
        if run.rate > real:
            assert "sent faster" in run.why
