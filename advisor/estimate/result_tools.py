"""What benchmark tools write, as the figures that a bake-off needs.

Recognised by form: the JSON of ``guidellm run``, of ``aiperf profile``
(``profile_export_aiperf.json``), of ``vllm bench serve --save-result``, and the
``summary_lifecycle_metrics.json`` of inference-perf.  Of a file with several runs the one
with the heaviest load counts: a light load flatters.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import TypeAlias

from advisor.errors import Problem
from advisor.estimate.result_figures import (
    At,
    Figures,
    Missing,
    Spread,
    day_at,
    number_at,
    text_at,
    tidy,
    whole_at,
)
from advisor.knowledge.importing.json_text import line_at, place_of

THOUSAND = 1000


Reader: TypeAlias = Callable[[At], Figures]


def tool_of(value: object) -> str | None:
    """The tool that wrote this."""
    return next((name for name, (mark, _) in TOOLS.items() if mark(value)), None)


def read_tool(value: object, text: str, file: str, problems: list[Problem]) -> Figures | None:
    """The figures in a tool's JSON (``text`` is what it was read from); None after adding to
    ``problems``."""
    tool = tool_of(value)
    if tool is None:
        known = ", ".join(TOOLS)
        problems.append(
            Problem("not-a-result", f"this is not a result of {known}", file, place_of(text, ()))
        )
        return None
    try:
        figures = TOOLS[tool][1](At(value))
        if not figures.seconds:
            raise Missing((), "the run took no time")
        return figures
    except Missing as missing:
        span = place_of(text, missing.path)
        line = line_at(text, span)
        shown = None if line is None or len(line) > 200 else line
        where = ".".join(str(step) for step in missing.path) or "the top"
        message = f"{tool} result, at {where}: {missing}"
        problems.append(Problem("partial-result", message, file, span, None, shown))
        return None


def _is_guidellm(value: object) -> bool:
    return isinstance(value, Mapping) and isinstance(value.get("benchmarks"), list)


def _guidellm(top: At) -> Figures:
    runs = top.go("benchmarks")
    assert isinstance(runs.value, list)
    if not runs.value:
        raise Missing(runs.path, "no run is in this file")
    return max((_guidellm_run(runs.go(i)) for i in range(len(runs.value))), key=_load)


def _guidellm_run(run: At) -> Figures:
    metrics = run.go("metrics")
    totals = metrics.go("request_totals")
    accepted = totals.go("successful").whole()
    failed = totals.go("errored").whole()

    def spread(name: str) -> Spread | None:
        found = metrics.maybe(name, "successful")
        if found is None or not accepted:
            return None
        return Spread(*(found.go("percentiles", p).number() for p in ("p50", "p95")))

    rate = metrics.maybe("output_tokens_per_second", "successful", "mean")
    refused = run.maybe("requests", "errored")
    at_once = metrics.maybe("request_concurrency", "successful", "mean")
    return Figures(
        tool="guidellm",
        model=text_at(run.maybe("config", "backend", "model")),
        date=day_at(run.maybe("start_time")),
        requests=accepted + failed,
        accepted=accepted,
        limited=min(failed, 0 if refused is None else _refused(refused.value)),
        seconds=run.go("duration").number(),
        concurrency=None if at_once is None else max(1, round(at_once.number())),
        request_rate=number_at(run.maybe("config", "strategy", "rate")),
        first_ms=spread("time_to_first_token_ms"),
        token_ms=spread("inter_token_latency_ms"),
        output_rate=None if rate is None else rate.number(),
    )


def _refused(errored: object) -> int:
    """How many of the failed requests say 429, too many requests."""
    if not isinstance(errored, list):
        return 0
    infos = [item.get("info") for item in errored if isinstance(item, Mapping)]
    errors = [info.get("error") for info in infos if isinstance(info, Mapping)]
    return sum(1 for error in errors if isinstance(error, str) and "429" in error)


def _is_aiperf(value: object) -> bool:
    if not isinstance(value, Mapping):
        return False
    return "aiperf_version" in value or (
        "request_throughput" in value and isinstance(value["request_throughput"], Mapping)
    )


def _aiperf(top: At) -> Figures:
    accepted = top.go("request_count", "avg").whole()
    count = top.maybe("error_request_count", "avg")
    failed = 0 if count is None else count.whole()

    def spread(name: str) -> Spread | None:
        found = top.maybe(name)
        if found is None:
            return None
        factor = _milliseconds(found)
        return Spread(*(found.go(p).number() * factor for p in ("p50", "p95")))

    seconds = top.go("benchmark_duration")
    rate = top.maybe("output_token_throughput", "avg")
    cut = top.maybe("was_cancelled")
    whole = top.maybe("is_complete")
    unfinished = ""
    if cut is not None and cut.value is True:
        unfinished = "the tool was cancelled"
    elif whole is not None and whole.value is False:
        unfinished = "the tool calls it incomplete"
    return Figures(
        tool="aiperf",
        model=text_at(_first_model(top)),
        date=day_at(top.maybe("start_time")),
        requests=accepted + failed,
        accepted=accepted,
        limited=min(failed, _too_many(top.maybe("error_summary"))),
        seconds=seconds.go("avg").number() * _milliseconds(seconds) / THOUSAND,
        concurrency=whole_at(_load_setting(top, "concurrency")),
        request_rate=number_at(_load_setting(top, "request_rate") or _load_setting(top, "rate")),
        first_ms=spread("time_to_first_token"),
        token_ms=spread("inter_token_latency"),
        output_rate=None if rate is None else rate.number(),
        unfinished=unfinished,
    )


def _too_many(summary: At | None) -> int:
    """How many requests the summary of errors counts under 429."""
    if summary is None or not isinstance(summary.value, list):
        return 0
    found = 0
    for i in range(len(summary.value)):
        code = summary.maybe(i, "error_details", "code")
        if code is not None and code.value == 429:
            found += summary.go(i, "count").whole()
    return found


def _first_model(top: At) -> At | None:
    for steps in (
        ("input_config", "endpoint", "model_names", 0),
        ("input_config", "models", "items", 0, "name"),
        ("input_config", "models", 0),
    ):
        found = top.maybe(*steps)
        if found is not None:
            return found
    return None


def _load_setting(top: At, name: str) -> At | None:
    """A setting of the load, wherever this version of the tool keeps it."""
    for steps in (
        ("input_config", "loadgen", name),
        ("input_config", "phases", -1, name),
        ("input_config", "load", name),
    ):
        found = top.maybe(*steps)
        if found is not None:
            return found
    return None


def _milliseconds(found: At) -> int:
    unit = text_at(found.maybe("unit"))
    return THOUSAND if unit in ("sec", "s", "seconds") else 1


def _is_vllm(value: object) -> bool:
    return isinstance(value, Mapping) and "completed" in value and "duration" in value


def _vllm(top: At) -> Figures:
    accepted = top.go("completed").whole()
    failed = top.maybe("failed")
    asked = top.maybe("num_prompts")
    sent = accepted + (0 if failed is None else failed.whole())

    def spread(name: str) -> Spread | None:
        if top.maybe(f"median_{name}_ms") is None or not accepted:
            return None
        p95 = top.maybe(f"p95_{name}_ms")
        if p95 is None:
            hint = f"p95_{name}_ms is missing: run it with --metric-percentiles 50,95,99"
            raise Missing((), hint)
        return Spread(top.go(f"median_{name}_ms").number(), p95.number())

    rate = top.maybe("request_rate")
    unfinished = ""
    if asked is not None and asked.whole() > sent:
        unfinished = f"{sent} of {asked.whole()} requests were sent"
    output = top.maybe("output_throughput")
    return Figures(
        tool="vllm bench serve",
        model=text_at(top.maybe("model_id")),
        date=day_at(top.maybe("date")),
        requests=sent,
        accepted=accepted,
        limited=0,
        seconds=top.go("duration").number(),
        concurrency=whole_at(top.maybe("max_concurrency")),
        # "inf" where all requests are sent at once.
        request_rate=None if rate is None or rate.text() is not None else rate.number(),
        first_ms=spread("ttft"),
        token_ms=spread("tpot"),
        output_rate=None if output is None else output.number(),
        unfinished=unfinished,
    )


def _is_inference_perf(value: object) -> bool:
    return isinstance(value, Mapping) and "load_summary" in value


def _inference_perf(top: At) -> Figures:
    good = top.go("successes")
    accepted = good.go("count").whole()
    failed = top.go("failures", "count").whole()

    def spread(name: str) -> Spread | None:
        found = good.maybe("latency", name)
        if found is None or not accepted:
            return None
        p50 = found.maybe("median") or found.go("p50")
        return Spread(*(p.number() * THOUSAND for p in (p50, found.go("p95"))))

    output = good.maybe("throughput", "output_tokens_per_sec")
    requests = good.go("throughput", "requests_per_sec").number()
    asked = top.maybe("load_summary", "requested_rate")
    return Figures(
        tool="inference-perf",
        model=None,
        date=None,
        requests=accepted + failed,
        accepted=accepted,
        limited=0,
        seconds=tidy(accepted / requests) if requests else Fraction(0),
        concurrency=whole_at(top.maybe("load_summary", "concurrency")),
        request_rate=requests if asked is None else asked.number(),
        first_ms=spread("time_to_first_token"),
        token_ms=spread("time_per_output_token"),
        output_rate=None if output is None else output.number(),
    )


TOOLS: Mapping[str, tuple[Callable[[object], bool], Reader]] = {
    "guidellm": (_is_guidellm, _guidellm),
    "aiperf": (_is_aiperf, _aiperf),
    "inference-perf": (_is_inference_perf, _inference_perf),
    "vllm bench serve": (_is_vllm, _vllm),
}


def _load(figures: Figures) -> tuple[int, Fraction]:
    return figures.concurrency or 0, figures.accepted_rate if figures.seconds else Fraction(0)
