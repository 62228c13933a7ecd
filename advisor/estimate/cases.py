"""Measurements of others, given to judge the estimates: the JSON list behind
``advisor facts accuracy --cases FILE``.

One case: ``{case_id, accelerator, accelerator_count, model, precision, scenario}`` with
``concurrency``, ``isl``, ``osl`` where the scenario has them, and ``measured_output_tokens_per_s``
and/or ``tpot_ms``, ``ttft_ms``.  Beside these: ``tp`` (devices of one replica; without
``accelerator_count`` all there are), ``engine``, ``round``, ``speculative``, and ``shape`` (total,
active, layers, hidden, heads, kv_heads, head_dim, experts ...) for a model that the ledger does
not know.

What cannot be read is a located mistake; what can be read but is not known, such as another
scenario, is a case of which nothing is said (``unclear``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from msgspec import Struct, ValidationError, convert

from advisor.errors import DataError, Problem
from advisor.estimate.cases_text import Located, located_list
from advisor.knowledge.physical import ModelShape
from advisor.language.vocabulary import did_you_mean

SCENARIOS = ("offline", "server", "interactive", "saturated", "concurrency")
_OTHER_SCENARIOS: Mapping[str, str] = {
    "throughput": "offline",
    "maxthroughput": "offline",
    "peakthroughput": "offline",
    "online": "server",
    "serving": "concurrency",
    "conversation": "interactive",
    "interactiveserver": "interactive",
    "lowlatency": "interactive",
    "singlestream": "one",
    "latency": "one",
    "c": "concurrency",
    "conc": "concurrency",
    "cc": "concurrency",
    "batch": "concurrency",
    "agg": "concurrency",
    "aggregated": "concurrency",
    "closedloop": "concurrency",
    "fixedconcurrency": "concurrency",
    "maxconcurrency": "concurrency",
    "users": "concurrency",
    "": "concurrency",
}
ENGINES: Mapping[str, str] = {
    "trtllm": "tensorrt-llm",
    "trt": "tensorrt-llm",
    "tensorrtllm": "tensorrt-llm",
    "tensorrt": "tensorrt-llm",
    "dynamotrt": "tensorrt-llm",
    "dynamotrtllm": "tensorrt-llm",
    "vllm": "vllm",
    "dynamovllm": "vllm",
    "sglang": "sglang",
    "sgl": "sglang",
    "dynamosglang": "sglang",
}
_OTHER_KEYS: Mapping[str, tuple[str, ...]] = {
    "case_id": ("id", "case", "name"),
    "accelerator": ("gpu", "hardware", "device", "system", "chip", "accelerator_name", "hw"),
    "accelerator_count": (
        *("gpus", "devices", "num_gpus", "n_gpus", "gpu_count", "accelerators", "count"),
        *("num_accelerators", "accelerators_total", "total_gpus"),
    ),
    "tp": ("tp_size", "tensor_parallel", "tensor_parallel_size", "tensor_parallelism"),
    "model": ("model_name", "model_id", "model_path"),
    "precision": ("dtype", "quantization", "quantisation", "weight_precision", "weights"),
    "concurrency": (
        *("num_requests", "requests", "concurrent_requests", "max_concurrency", "conc"),
        *("batch_size", "users", "concurrent_users"),
    ),
    "isl": ("input_tokens", "input_length", "input_len", "prompt_tokens", "mean_input_tokens"),
    "osl": ("output_tokens", "output_length", "output_len", "mean_output_tokens"),
    "measured_output_tokens_per_s": (
        *("output_tokens_per_s", "output_tokens_per_second", "tokens_per_s", "throughput"),
        *("tokens_per_second", "output_throughput", "measured_tokens_per_s"),
    ),
    "tpot_ms": ("measured_tpot_ms", "mean_tpot_ms", "median_tpot_ms", "itl_ms", "tpot"),
    "ttft_ms": ("measured_ttft_ms", "mean_ttft_ms", "median_ttft_ms", "ttft"),
    "engine": ("backend", "framework", "server", "runtime"),
}
_SHAPE = ModelShape.__struct_fields__


class Case(Struct, frozen=True):
    """One measurement; lengths in tokens, times in ms, rate in output tokens per second of
    the whole system; ``accelerator_count`` devices in replicas of ``tp`` (``None``: one).
    ``None``: not given.  ``unclear`` says why nothing can be said of it."""

    case_id: str
    accelerator: str
    accelerator_count: int
    model: str
    precision: str | None
    scenario: str
    concurrency: float | None = None
    isl: float | None = None
    osl: float | None = None
    measured_output_tokens_per_s: float | None = None
    tpot_ms: float | None = None
    ttft_ms: float | None = None
    engine: str | None = None
    round: str | None = None
    speculative: bool = False
    shape: ModelShape | None = None
    tp: int | None = None
    unclear: str | None = None


def read_cases(data: bytes, file: str) -> tuple[Case, ...]:
    """The cases in a file; raises ``DataError`` with every mistake in it."""
    problems: list[Problem] = []
    cases: list[Case] = []
    first: dict[str, int] = {}
    for entry in located_list(data, file):
        case = _case(entry, problems)
        if case is None:
            continue
        if case.case_id in first:
            problems.append(
                Problem(
                    "duplicate-id",
                    f"two cases are called '{case.case_id}'; the other begins on line "
                    f"{first[case.case_id]}",
                    file,
                    entry.span("case_id"),
                )
            )
        first.setdefault(case.case_id, entry.line)
        cases.append(case)
    if problems:
        raise DataError(problems)
    return tuple(cases)


class _Reader:
    """Fields of one case; mistakes are noted at their place."""

    def __init__(self, entry: Located, fields: Mapping[str, object], names: Mapping[str, str]):
        self.entry = entry
        self.fields = fields
        self._names = names
        self.problems: list[Problem] = []

    def note(
        self, check: str, message: str, key: str | None = None, hint: str | None = None
    ) -> None:
        name = self.fields.get("case_id")
        where = f"case {name if isinstance(name, str | int) else self.entry.number}"
        span = self.entry.span(None if key is None else self._names.get(key, key))
        self.problems.append(
            Problem(check, f"{where}: {message}", self.entry.file, span, hint=hint)
        )

    def text(self, key: str, *, needed: bool = False) -> str | None:
        value = self.fields.get(key)
        if value is None or value == "":
            if needed:
                self.note("missing-key", f"'{key}' is missing")
            return None
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            self.note("wrong-shape", f"'{key}' must be text", key)
            return None
        return str(value)

    def number(self, key: str, *, needed: bool = False) -> float | None:
        value = self.fields.get(key)
        if value is None or value == "":
            if needed:
                self.note("missing-key", f"'{key}' is missing")
            return None
        try:
            text = value.replace(",", "") if isinstance(value, str) else value
            number = float(text) if isinstance(text, int | float | str) else float("nan")
        except (ValueError, OverflowError):
            number = float("nan")
        if isinstance(value, bool) or not 0 < number < float("inf"):
            shown = json.dumps(value, ensure_ascii=False)
            shown = shown if len(shown) <= 40 else shown[:40] + "..."
            self.note("not-a-number", f"'{key}' must be a number above zero, not {shown}", key)
            return None
        return number

    def whole(self, key: str) -> int | None:
        number = self.number(key)
        if number is not None and number != int(number):
            self.note("not-a-number", f"'{key}' must be whole", key)
        return None if number is None else max(1, int(number))


def _case(entry: Located, problems: list[Problem]) -> Case | None:
    if not isinstance(entry.value, Mapping):
        message = f"case {entry.number} must be an object"
        problems.append(Problem("wrong-shape", message, entry.file, entry.span(None)))
        return None
    fields, names = _named(entry.value)
    reader = _Reader(entry, fields, names)
    scenario, concurrency, unclear = _scenario(reader)
    tp = reader.whole("tp")
    count = reader.whole("accelerator_count")
    if count is None and tp is None and not reader.problems:
        reader.number("accelerator_count", needed=True)
    engine = reader.text("engine")
    case = Case(
        case_id=reader.text("case_id", needed=True) or "",
        accelerator=reader.text("accelerator", needed=True) or "",
        accelerator_count=count or tp or 1,
        model=reader.text("model", needed=True) or "",
        precision=reader.text("precision"),
        scenario=scenario,
        concurrency=concurrency,
        isl=reader.number("isl"),
        osl=reader.number("osl"),
        measured_output_tokens_per_s=reader.number("measured_output_tokens_per_s"),
        tpot_ms=reader.number("tpot_ms"),
        ttft_ms=reader.number("ttft_ms"),
        engine=ENGINES.get(re.sub(r"[^a-z]", "", engine.lower())) if engine else None,
        round=reader.text("round"),
        speculative=fields.get("speculative") is True,
        shape=_shape(reader),
        tp=tp,
        unclear=unclear,
    )
    problems += reader.problems
    return case


def _named(entry: Mapping[str, object]) -> tuple[dict[str, object], dict[str, str]]:
    """The fields under their own names, and what each is called in the file; the promised name
    wins over another."""
    fields = {str(key): value for key, value in entry.items()}
    nested = fields.get("scenario")
    if isinstance(nested, Mapping):
        # ``{"concurrency": 32, "isl": 1000, "osl": 500}`` says what the scenario is.
        fields = {**{str(key): value for key, value in nested.items()}, **fields}
        fields["scenario"] = next((nested[k] for k in ("name", "type") if k in nested), None)
    names = {key: key for key in fields}
    lower = {key.lower().replace("-", "_").replace(" ", "_"): key for key in fields}
    for key, others in _OTHER_KEYS.items():
        for other in (key, *others):
            if fields.get(key) is None and other in lower:
                fields[key] = fields[lower[other]]
                names[key] = lower[other]
    return fields, names


def _scenario(reader: _Reader) -> tuple[str, float | None, str | None]:
    """The scenario's word, the requests at once, and what is unclear; ``concurrency 64`` may
    say both."""
    text = (reader.text("scenario") or "").strip().lower()
    concurrency = reader.number("concurrency")
    digits = re.search(r"\d+", text)
    word = re.sub(r"[^a-z]", "", text)
    word = _OTHER_SCENARIOS.get(word, word)
    if word == "concurrency" and concurrency is None and digits is not None:
        concurrency = float(digits.group()) or None
    if word == "one":
        return "concurrency", concurrency or 1.0, None
    if word in SCENARIOS and word != "concurrency":
        return word, concurrency, None
    if concurrency is not None:
        return "concurrency", concurrency, None
    if word == "concurrency":
        return "concurrency", None, "no number of requests at once is given"
    hint = did_you_mean(text, SCENARIOS) or f"one of {', '.join(SCENARIOS)}"
    return word, None, f"'{text}' is no known scenario, and no concurrency is given: {hint}"


def _shape(reader: _Reader) -> ModelShape | None:
    given = reader.fields.get("shape")
    if given is None:
        return None
    if not isinstance(given, Mapping):
        reader.note("wrong-shape", "'shape' must be an object", "shape")
        return None
    strange = sorted(str(key) for key in given if key not in _SHAPE)
    if strange:
        hint = did_you_mean(strange[0], _SHAPE)
        reader.note("unknown-key", f"a shape has no '{strange[0]}'", "shape", hint)
        return None
    try:
        return convert({"name": str(reader.fields.get("model")), **given}, ModelShape)
    except ValidationError as error:
        reader.note("impossible-shape", str(error), "shape")
        return None
