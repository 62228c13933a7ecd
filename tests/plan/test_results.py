"""Results of measurements: what the tools write, what a results file holds, what is refused."""

from __future__ import annotations

import json
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.errors import DataError
from advisor.estimate.result_figures import Spread
from advisor.estimate.result_tools import tool_of
from advisor.estimate.results import Names, read_results
from advisor.reports.problems import render

RESULTS = Path(__file__).parent / "results"
TODAY = date(2026, 11, 29)
NAMES = Names(
    ("groq-shared", "together-serverless"),
    {"gpt-oss-120b": "gpt-oss-120b", "m1": "gpt-oss-120b"},
    ("us", "europe"),
)


def no_file(name: str) -> bytes:
    raise AssertionError(f"{name} is not to be opened")


def read(text: str | bytes, file: str = "r.yaml", offer: str | None = None, open_file=no_file):
    data = text if isinstance(text, bytes) else text.encode()
    return read_results(data, file, NAMES, TODAY, open_file, offer)


def refused(text: str | bytes, **more: object) -> list[str]:
    """Every problem as ``check file:line:column: message; hint``."""
    with pytest.raises(DataError) as caught:
        read(text, **more)
    return [
        f"{p.check} {p.place}: {p.message}" + (f"; {p.hint}" if p.hint else "")
        for p in caught.value.problems
    ]


WHOLE = """\
format: 1
results:
  - offer: groq-shared
    model: gpt-oss-120b
    date: 2026-11-25
    region: europe
    requests: 3000
    accepted: 2990
    rate-limited: 4
    seconds: 600
    concurrency: 64
    first-token-ms: {p50: 310, p95: 620.5}
    token-ms: {p50: 2, p95: 2.5}
    output-tokens-per-second: 4200
    devices: 8
"""


def test_a_results_file_as_documented():
    (result,) = read(WHOLE)
    assert (result.offer, result.model, result.region) == ("groq-shared", "gpt-oss-120b", "europe")
    assert (result.date, result.devices, result.place) == (date(2026, 11, 25), 8, "r.yaml:3")
    figures = result.figures
    assert (figures.requests, figures.accepted, figures.limited) == (3000, 2990, 4)
    assert figures.first_ms == Spread(Fraction(310), Fraction(1241, 2))
    assert figures.failed == Fraction(1, 300)
    assert figures.accepted_rate == Fraction(2990, 600)


# What each tool wrote of the same mock server; the figures by hand from its own file.
WRITTEN = {
    "guidellm": (121, 121, 10, "43.9", "2.4"),
    "aiperf": (None, None, 10, None, None),
    "vllm": (400, 398, 10, "43.9", "2.4"),
    "inference-perf": (76, 76, None, "44.5", "2.2"),
}


@pytest.mark.parametrize("name", sorted(WRITTEN))
def test_what_a_tool_wrote_is_read(name):
    data = (RESULTS / f"{name}.json").read_bytes()
    (result,) = read(data, f"groq-shared.peak.us.{name}.json")
    figures, (requests, accepted, rate, first, token) = result.figures, WRITTEN[name]
    assert result.offer == "groq-shared"
    if requests is not None:
        assert (figures.requests, figures.accepted) == (requests, accepted)
    if rate is not None:
        assert figures.request_rate == rate
    assert figures.first_ms is not None and figures.token_ms is not None
    # The mock server answers after 30 to 50 ms and sends a token every 2 ms.
    assert 30 < figures.first_ms.p50 < figures.first_ms.p95 < 80
    assert 2 <= figures.token_ms.p50 <= figures.token_ms.p95 < 5
    if first is not None:
        assert f"{float(figures.first_ms.p50):.1f}" == first
        assert f"{float(figures.token_ms.p50):.1f}" == token
    assert figures.output_rate is not None and 100 < figures.output_rate < 300
    assert 5 < figures.seconds < 60


def test_the_heaviest_run_of_a_file_counts():
    data = json.loads((RESULTS / "guidellm.json").read_bytes())
    (light,) = data["benchmarks"]
    heavy = json.loads(json.dumps(light))
    heavy["metrics"]["request_concurrency"]["successful"]["mean"] = 40
    heavy["metrics"]["request_totals"]["successful"] = 77
    data["benchmarks"] = [light, heavy, light]
    (result,) = read(json.dumps(data), offer="groq-shared", file="x.json")
    assert result.figures.accepted == 77


def test_refusals_for_the_rate_are_told_apart():
    data = json.loads((RESULTS / "guidellm.json").read_bytes())
    run = data["benchmarks"][0]
    run["metrics"]["request_totals"] |= {"errored": 3, "total": 124}
    run["requests"]["errored"] = [
        {"info": {"error": "Client error '429 Too Many Requests'"}},
        {"info": {"error": "Server error '500'"}},
        {"info": None},
    ]
    (result,) = read(json.dumps(data), offer="groq-shared", file="x.json")
    assert (result.figures.requests, result.figures.limited) == (124, 1)
    data = json.loads((RESULTS / "aiperf.json").read_bytes())
    data["error_request_count"] = {"unit": "requests", "avg": 5.0}
    data["error_summary"] = [{"error_details": {"code": 429}, "count": 4}]
    (result,) = read(json.dumps(data), offer="groq-shared", file="x.json")
    assert result.figures.limited == 4


def test_a_file_may_name_what_a_tool_wrote():
    opened = []

    def open_file(name: str) -> bytes:
        opened.append(name)
        return (RESULTS / "vllm.json").read_bytes()

    text = "results:\n  - {offer: groq-shared, date: 2026-11-25, devices: 8, file: v.json}\n"
    (result,) = read(text, open_file=open_file)
    assert opened == ["v.json"]
    assert result.figures.tool == "vllm bench serve" and result.devices == 8
    assert result.model == "gpt-oss-120b"  # the file's own name for it, an alias


def entry(**changes: str | None) -> str:
    """One entry on one line, with keys changed or (None) left out."""
    keys = {
        "offer": "groq-shared",
        "date": "2026-11-25",
        "requests": "400",
        "accepted": "399",
        "seconds": "60",
        "concurrency": "8",
        "token-ms": "{p50: 2, p95: 3}",
    } | {k.replace("_", "-"): v for k, v in changes.items()}
    inner = ", ".join(f"{k}: {v}" for k, v in keys.items() if v is not None)
    return f"results:\n- {{{inner}}}\n"


BROKEN = {
    "an offer that does not exist": (
        entry(offer="groq-sharde"),
        ["unknown-name r.yaml:2:11: no offer is called 'groq-sharde'; did you mean 'groq-shared'?"],
    ),
    "a region that does not exist": (
        entry(region="mars"),
        ["unknown-name r.yaml:2:137: no region is called 'mars'"],
    ),
    "a day that is none": (
        entry(date="25.11.2026"),
        [
            "wrong-date r.yaml:2:30: '25.11.2026' is not a day; "
            "write year-month-day, such as 2026-11-22"
        ],
    ),
    "a day to come": (
        entry(date="2027-01-01"),
        ["future-date r.yaml:2:30: 2027-01-01 is after the day of judgement, 2026-11-29"],
    ),
    "no load": (
        entry(concurrency=None),
        ["missing-key r.yaml:2:3: a result needs its load: 'concurrency' or 'request-rate'"],
    ),
    "no figure": (
        entry(token_ms=None),
        [
            "missing-key r.yaml:2:3: a result needs 'first-token-ms', 'token-ms' or "
            "'output-tokens-per-second'"
        ],
    ),
    "more answers than requests": (
        entry(accepted="401"),
        ["contradiction r.yaml:2:67: 401 requests were answered or refused, 400 sent"],
    ),
    "a percentile below the median": (
        entry(token_ms="{p50: 3, p95: 2}"),
        ["contradiction r.yaml:2:125: the 95th percentile lies below the median"],
    ),
    "too few requests": (
        entry(accepted="12"),
        [
            "partial-result r.yaml:2:67: only 12 requests were answered; a 95th percentile "
            "needs at least 20"
        ],
    ),
    "a unit where none belongs": (
        entry(seconds="60s"),
        ["not-a-number r.yaml:2:81: 'seconds' must be a number above zero"],
    ),
    "a key that does not exist": (
        entry(**{"tpot": "2"}),
        ["unknown-key r.yaml:2:129: a result has no 'tpot'"],
    ),
    "an empty list": (
        "results: []\n",
        ["empty-list r.yaml:1:10: no result is listed"],
    ),
    "two mistakes, both": (
        entry(offer="groq", seconds="-1"),
        [
            "unknown-name r.yaml:2:11: no offer is called 'groq'",
            "not-a-number r.yaml:2:74: 'seconds' must be a number above zero",
        ],
    ),
}


@pytest.mark.parametrize("what", sorted(BROKEN))
def test_a_mistake_is_named_at_its_place(what):
    text, expected = BROKEN[what]
    assert refused(text) == expected


def changed(name: str, change) -> bytes:
    data = json.loads((RESULTS / f"{name}.json").read_bytes())
    change(data)
    return json.dumps(data, indent=1).encode()


def test_a_partial_file_of_a_tool_is_named_at_its_line():
    cut = (RESULTS / "guidellm.json").read_bytes()[:2000]
    (problem,) = refused(cut, file="groq-shared.json")
    assert problem.startswith("bad-json groq-shared.json:")
    assert problem.endswith(
        "this file ends in the middle of a value; it was cut short: fetch it again"
    )

    def no_p95(data):
        del data["time_to_first_token"]["p95"]

    (problem,) = refused(changed("aiperf", no_p95), file="groq-shared.json")
    line = int(problem.split(":")[1])
    shown = changed("aiperf", no_p95).decode().splitlines()[line - 1]
    assert "time_to_first_token" in shown
    assert problem.endswith("aiperf result, at time_to_first_token: 'p95' is missing here")


@pytest.mark.parametrize(
    ("name", "change", "words"),
    [
        ("aiperf", lambda d: d.update(was_cancelled=True), "broken off: the tool was cancelled"),
        ("vllm", lambda d: d.update(num_prompts=900), "broken off: 400 of 900 requests were sent"),
        ("vllm", lambda d: d.update(completed=0), "no request was answered"),
        ("vllm", lambda d: d.pop("p95_tpot_ms"), "run it with --metric-percentiles 50,95,99"),
        ("vllm", lambda d: d.update(duration="long"), "at duration: this is not a number"),
        ("guidellm", lambda d: d.update(benchmarks=[]), "no run is in this file"),
        ("inference-perf", lambda d: d["successes"].pop("count"), "'count' is missing here"),
    ],
)
def test_a_run_that_is_not_whole_is_refused(name, change, words):
    problems = refused(changed(name, change), file="groq-shared.json")
    assert any(words in p and p.startswith("partial-result") for p in problems), problems


def test_other_json_is_no_result_and_a_nameless_file_has_no_offer():
    assert refused('{"a": 1}', file="groq-shared.json") == [
        "not-a-result groq-shared.json:1:1: this is not a result of guidellm, aiperf, "
        "inference-perf, vllm bench serve"
    ]
    (problem,) = refused((RESULTS / "vllm.json").read_bytes(), file="out/v.json")
    assert problem == (
        "not-a-result out/v.json: this file does not say which offer was measured; "
        "write OFFER=out/v.json, or let the name begin with the offer and a dot"
    )


def test_a_problem_is_shown_with_its_line():
    with pytest.raises(DataError) as caught:
        read(entry(offer="groq-sharde"))
    text = render(caught.value.problems[0])
    assert "--> r.yaml:2:11" in text and "did you mean 'groq-shared'?" in text


@given(st.binary(max_size=400))
def test_any_bytes_are_refused_with_a_place(data):
    """Nothing but a located problem comes out of garbage."""
    try:
        read(data, file="groq-shared.json", offer=None)
    except DataError as error:
        assert all(p.file for p in error.problems)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=8,
    ),
    st.sampled_from(["guidellm", "aiperf", "vllm", "inference-perf"]),
    st.randoms(use_true_random=False),
)
def test_a_tools_file_with_anything_in_any_place(value, name, random):
    data = json.loads((RESULTS / f"{name}.json").read_bytes())
    at = data
    while True:
        key = random.choice(list(at) if isinstance(at, dict) else range(len(at)))
        inner = at[key]
        if not isinstance(inner, dict | list) or not inner or random.random() < 0.3:
            at[key] = value
            break
        at = inner
    if tool_of(data) is None:
        return
    try:
        (result,) = read(json.dumps(data), file="groq-shared.json")
    except DataError:
        return
    assert result.figures.accepted >= 20 and result.figures.seconds > 0


def test_the_template_of_a_plan_is_a_results_file_once_filled_in(plan):
    from advisor.reports.bakeoff import results_template

    text = results_template(plan)
    filled = {
        "date:": "2026-11-25",
        "requests:": "400",
        "accepted:": "399",
        "rate-limited:": "0",
        "seconds:": "60",
        "concurrency:": "8",
        "output-tokens-per-second:": "900",
        "devices:": "8",
    }
    for key, value in filled.items():
        text = "\n".join(
            line.replace(key, f"{key} {value}", 1) if line.strip().startswith(key) else line
            for line in text.splitlines()
        )
    text = text.replace("{p50: , p95: }", "{p50: 2, p95: 3}")
    offers = {c.offer: None for c in plan.candidates}
    names = Names(offers, {c.model: c.model for c in plan.candidates if c.model}, ())
    found = read_results(text.encode(), "results.yaml", names, TODAY, no_file)
    assert [r.offer for r in found] == list(offers)
