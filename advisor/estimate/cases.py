"""Measurements of others, given to judge the estimates: the JSON list behind
``advisor facts accuracy --cases FILE``.

One case: ``{case_id, accelerator, accelerator_count, model, precision, scenario}`` with
``concurrency``, ``isl``, ``osl`` where the scenario has them, and ``measured_output_tokens_per_s``
and/or ``tpot_ms``, ``ttft_ms``.  Beside these: ``engine``, ``round``, ``speculative``, and
``shape`` (total, active, layers, hidden, heads, kv_heads, head_dim, experts ...) for a model that
the ledger does not know.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from advisor.errors import DataError, Problem, Span
from advisor.knowledge.physical import ModelShape
from advisor.language.vocabulary import did_you_mean

SCENARIOS = ("offline", "server", "interactive", "saturated", "concurrency")
ENGINES: Mapping[str, str] = {
    "trtllm": "tensorrt-llm",
    "trt": "tensorrt-llm",
    "tensorrt-llm": "tensorrt-llm",
    "tensorrt": "tensorrt-llm",
    "dynamo-trt": "tensorrt-llm",
    "vllm": "vllm",
    "sglang": "sglang",
    "dynamo-sglang": "sglang",
}
_OTHER_KEYS: Mapping[str, str] = {
    "backend": "engine",
    "framework": "engine",
    "input_tokens": "isl",
    "input_length": "isl",
    "output_tokens": "osl",
    "output_length": "osl",
    "num_requests": "concurrency",
    "requests": "concurrency",
    "gpus": "accelerator_count",
    "devices": "accelerator_count",
    "output_tokens_per_s": "measured_output_tokens_per_s",
    "id": "case_id",
}
_SHAPE = tuple(ModelShape.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class Case:
    """One measurement; lengths in tokens, times in ms, rate in output tokens per second of
    the whole system.  ``None``: not given."""

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


def read_cases(data: bytes, file: str) -> tuple[Case, ...]:
    """The cases in a file; raises ``DataError`` with every mistake in it."""
    try:
        parsed: object = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise DataError(
            [Problem("not-utf-8", f"this is not UTF-8: {error.reason}", file)]
        ) from error
    except json.JSONDecodeError as error:
        at = Span(error.lineno, error.colno, error.lineno, error.colno + 1)
        raise DataError(
            [Problem("not-json", f"this is not JSON: {error.msg}", file, at)]
        ) from error
    except RecursionError as error:
        raise DataError([Problem("too-deep", "this is nested too deeply", file)]) from error
    if isinstance(parsed, Mapping) and isinstance(parsed.get("cases"), list):
        parsed = parsed["cases"]
    if not isinstance(parsed, list):
        raise DataError([Problem("wrong-shape", "cases must be a JSON list", file)])
    problems: list[Problem] = []
    cases = [
        case
        for index, entry in enumerate(parsed)
        if (case := _case(entry, index, file, problems)) is not None
    ]
    seen: set[str] = set()
    for case in cases:
        if case.case_id in seen:
            problems.append(Problem("duplicate-id", f"two cases are called '{case.case_id}'", file))
        seen.add(case.case_id)
    if problems:
        raise DataError(problems)
    return tuple(cases)


class _Reader:
    """Fields of one case; mistakes are noted under its name."""

    def __init__(self, entry: Mapping[str, object], where: str, file: str) -> None:
        self.entry = entry
        self.where = where
        self.file = file
        self.problems: list[Problem] = []

    def note(self, check: str, message: str, hint: str | None = None) -> None:
        self.problems.append(Problem(check, f"{self.where}: {message}", self.file, hint=hint))

    def text(self, key: str, *, needed: bool = False) -> str | None:
        value = self.entry.get(key)
        if value is None or value == "":
            if needed:
                self.note("missing-key", f"'{key}' is missing")
            return None
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            self.note("wrong-shape", f"'{key}' must be text")
            return None
        return str(value)

    def number(self, key: str, *, needed: bool = False) -> float | None:
        value = self.entry.get(key)
        if value is None or value == "":
            if needed:
                self.note("missing-key", f"'{key}' is missing")
            return None
        try:
            number = float(value) if isinstance(value, int | float | str) else float("nan")
        except ValueError:
            number = float("nan")
        if isinstance(value, bool) or not 0 < number < float("inf"):
            self.note("not-a-number", f"'{key}' must be a number above zero, not {value!r}")
            return None
        return number


def _case(entry: object, index: int, file: str, problems: list[Problem]) -> Case | None:
    if not isinstance(entry, Mapping):
        problems.append(Problem("wrong-shape", f"case {index + 1} must be an object", file))
        return None
    known = {_OTHER_KEYS.get(str(key), str(key)): value for key, value in entry.items()}
    name = known.get("case_id")
    reader = _Reader(known, f"case {name if name is not None else index + 1}", file)
    scenario, concurrency = _scenario(reader)
    count = reader.number("accelerator_count", needed=True) or 1.0
    if count != int(count):
        reader.note("not-a-number", "'accelerator_count' must be whole")
    engine = reader.text("engine")
    case = Case(
        case_id=reader.text("case_id", needed=True) or "",
        accelerator=reader.text("accelerator", needed=True) or "",
        accelerator_count=int(count),
        model=reader.text("model", needed=True) or "",
        precision=reader.text("precision"),
        scenario=scenario,
        concurrency=concurrency,
        isl=reader.number("isl"),
        osl=reader.number("osl"),
        measured_output_tokens_per_s=reader.number("measured_output_tokens_per_s"),
        tpot_ms=reader.number("tpot_ms"),
        ttft_ms=reader.number("ttft_ms"),
        engine=ENGINES.get(engine.lower()) if engine else None,
        round=reader.text("round"),
        speculative=known.get("speculative") is True,
        shape=_shape(reader),
    )
    problems += reader.problems
    return case


def _scenario(reader: _Reader) -> tuple[str, float | None]:
    """The scenario's word and the requests at once; ``concurrency 64`` may say both."""
    text = (reader.text("scenario") or "").strip().lower()
    concurrency = reader.number("concurrency")
    digits = "".join(ch for ch in text if ch.isdigit())
    word = "".join(ch for ch in text if ch.isalpha())
    if concurrency is None and digits and word in {"", "concurrency", "c", "conc", "batch"}:
        concurrency = float(digits)
    if word in SCENARIOS and word != "concurrency":
        return word, concurrency
    if concurrency is not None:
        return "concurrency", concurrency
    hint = did_you_mean(text, SCENARIOS) or f"one of {', '.join(SCENARIOS)}"
    reader.note("unknown-option", f"'{text}' is no scenario, and no concurrency is given", hint)
    return "offline", None


def _shape(reader: _Reader) -> ModelShape | None:
    given = reader.entry.get("shape")
    if given is None:
        return None
    if not isinstance(given, Mapping):
        reader.note("wrong-shape", "'shape' must be an object")
        return None
    strange = sorted(str(key) for key in given if key not in _SHAPE)
    if strange:
        hint = did_you_mean(strange[0], _SHAPE)
        reader.note("unknown-key", f"a shape has no '{strange[0]}'", hint)
        return None
    try:
        return ModelShape(**{"name": str(reader.entry.get("model")), **given})
    except (TypeError, ValueError) as error:
        reader.note("impossible-shape", str(error))
        return None
