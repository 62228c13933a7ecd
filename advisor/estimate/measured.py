"""The ledger of measured configurations (``rules/measured/``) read into ``Evidence``.

``rules/measured/README.md`` describes the files.  Every mistake is a located problem; all of
them come at once as a ``RuleBaseError``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

from advisor.errors import Problem, RuleBaseError
from advisor.estimate.cells import Cells, number_of, numbers_of
from advisor.estimate.evidence import (
    Bands,
    Calibration,
    Evidence,
    Point,
    Series,
    Throughput,
    Workload,
    device_key,
    model_key,
)
from advisor.estimate.physics import ENGINES, Coefficients, Factors
from advisor.estimate.shapes import PRECISIONS, Device, ModelShape
from advisor.knowledge.document import Findings, ListNode, MapNode, Node
from advisor.knowledge.strict_yaml import read

FOLDER = "measured"
SCENARIOS = ("offline", "server", "interactive", "saturated", "batch")
ATTENTION = ("mha", "gqa", "mla", "hybrid", "sliding-window", "linear-hybrid")
PROMPTS = ("shared", "separate", "pooled")
SERVING = "serving-"

T = TypeVar("T")


@dataclass(slots=True)
class _Subjects:
    models: dict[str, ModelShape] = field(default_factory=dict)
    devices: dict[str, Device] = field(default_factory=dict)
    model_names: dict[str, str] = field(default_factory=dict)
    device_names: dict[str, str] = field(default_factory=dict)
    sources: tuple[str, ...] = ()


def load_evidence(rules: Path) -> Evidence:
    """The ledger of the rule base in ``rules``; raises ``RuleBaseError``, and ``OSError``
    where a file cannot be read."""
    folder = rules / FOLDER
    return read_evidence({str(path): path.read_bytes() for path in sorted(folder.glob("*.yaml"))})


def load_calibration(rules: Path) -> Calibration:
    """The fitted numbers alone: enough for an estimate without measured neighbours."""
    path = rules / FOLDER / "coefficients.yaml"
    node, findings = read(path.read_bytes(), str(path))
    if node is None or findings.problems:
        raise RuleBaseError(findings.problems or [_missing("coefficients")])
    calibration = _calibration(node, findings)
    if findings.problems:
        raise RuleBaseError(findings.problems)
    return calibration


def read_evidence(files: Mapping[str, bytes]) -> Evidence:
    """The ledger from the contents of its files by name.  Raises ``RuleBaseError``."""
    problems = [
        _missing(needed)
        for needed in ("subjects", "coefficients")
        if not any(Path(name).stem == needed for name in files)
    ]
    read_files: dict[str, tuple[Node, Findings]] = {}
    for name in sorted(files):
        node, findings = read(files[name], name)
        if node is None:
            problems += findings.problems or [Problem("empty-file", "this file is empty", name)]
        else:
            read_files[Path(name).stem] = (node, findings)
    if problems:
        raise RuleBaseError(problems)
    evidence = _evidence(read_files)
    problems = [p for _, findings in read_files.values() for p in findings.problems]
    if problems:
        raise RuleBaseError(problems)
    return evidence


def _evidence(files: Mapping[str, tuple[Node, Findings]]) -> Evidence:
    subjects = _subjects(*files["subjects"])
    series: list[Series] = []
    throughput: list[Throughput] = []
    workloads: list[Workload] = []
    for stem, (node, findings) in files.items():
        if stem.startswith(SERVING):
            device = stem.removeprefix(SERVING)
            if device not in subjects.devices:
                findings.add("unknown-device", f"no device '{device}' in subjects.yaml", None)
            series += _list(node, findings, partial(_series, device=device, subjects=subjects))
        elif stem == "throughput":
            throughput = _list(node, findings, partial(_throughput, subjects=subjects))
        elif stem == "workloads":
            workloads = _list(node, findings, partial(_workload, subjects=subjects))
        elif stem not in {"subjects", "coefficients"}:
            findings.add("stray-file", "the measured ledger has no such file", None)
    return Evidence(
        calibration=_calibration(*files["coefficients"]),
        models=subjects.models,
        devices=subjects.devices,
        model_names=subjects.model_names,
        device_names=subjects.device_names,
        series=tuple(series),
        throughput=tuple(throughput),
        workloads={workload.id: workload for workload in workloads},
    )


def _missing(name: str) -> Problem:
    return Problem("missing-file", f"the measured ledger needs {name}.yaml", FOLDER)


def _list(node: Node, findings: Findings, entry: Callable[[Cells], T]) -> list[T]:
    if not isinstance(node, ListNode):
        findings.add("wrong-shape", "this file should be a list", node)
        return []
    made = []
    for item in node.items:
        cells = Cells(item, findings, "an entry")
        before = len(findings.problems)
        value = entry(cells)
        cells.finish()
        if len(findings.problems) == before:
            made.append(value)
    return made


def _subjects(node: Node, findings: Findings) -> _Subjects:
    top = Cells(node, findings, "subjects.yaml")
    subjects = _Subjects()
    found = []
    for item in top.items("sources"):
        source = Cells(item, findings, "a source")
        found.append(source.word("id"))
        for key in ("title", "address", "date", "licence"):
            source.word(key)
        source.finish()
    subjects.sources = tuple(found)
    for item in top.items("models"):
        cells = Cells(item, findings, "a model")
        model = _model(cells)
        if model is not None:
            subjects.models[model.name] = model
            _take_names(cells, model.name, model_key, subjects.model_names)
        _source(cells, subjects)
        cells.finish()
    for item in top.items("devices"):
        cells = Cells(item, findings, "a device")
        device = _device(cells)
        if device is not None:
            subjects.devices[device.name] = device
            _take_names(cells, device.name, device_key, subjects.device_names)
        _source(cells, subjects)
        cells.finish()
    top.finish()
    return subjects


def _take_names(
    cells: Cells, subject: str, key_of: Callable[[str], str], names: dict[str, str]
) -> None:
    for name in (subject, *cells.words("names")):
        key = key_of(name)
        if names.setdefault(key, subject) != subject:
            cells.problem("duplicate-name", f"'{name}' already names {names[key]}", "names")


def _source(cells: Cells, subjects: _Subjects) -> str:
    return cells.word("source", among=subjects.sources or ("",))


def _model(cells: Cells) -> ModelShape | None:
    before = len(cells.findings.problems)
    given = {
        "name": cells.word("id"),
        "total": cells.number("total"),
        "active": cells.number("active"),
        "layers": cells.whole("layers"),
        "hidden": cells.whole("hidden"),
        "heads": cells.whole("heads"),
        "kv_heads": cells.whole("kv-heads"),
        "head_dim": cells.whole("head-dim"),
        "attention": cells.word("attention", among=ATTENTION),
    }
    for key, name in (
        ("experts", "experts"),
        ("experts-per-token", "experts_per_token"),
        ("latent", "latent"),
        ("full-layers", "full_layers"),
        ("window", "window"),
    ):
        if cells.has(key):
            given[name] = cells.whole(key)
    if cells.has("stored"):
        given["stored"] = cells.word("stored", among=PRECISIONS)
    if len(cells.findings.problems) > before:
        return None
    try:
        return ModelShape(**given)  # type: ignore[arg-type]
    except ValueError as error:
        cells.problem("impossible-shape", str(error), "id")
        return None


def _device(cells: Cells) -> Device | None:
    before = len(cells.findings.problems)
    device = Device(
        name=cells.word("id"),
        memory=cells.number("memory"),
        bandwidth=cells.number("bandwidth"),
        bf16=cells.number("bf16"),
        fp8=cells.number("fp8") if cells.has("fp8") else None,
        fp4=cells.number("fp4") if cells.has("fp4") else None,
        link=cells.number("link"),
        domain=cells.whole("domain"),
        family=cells.word("family"),
    )
    return device if len(cells.findings.problems) == before else None


def _series(cells: Cells, device: str, subjects: _Subjects) -> Series:
    prompts = cells.word("prompts", "shared", among=PROMPTS)
    points = []
    for item in cells.items("points"):
        numbers = numbers_of(item, cells.findings, "a point")
        if len(numbers) not in {2, 3}:
            cells.findings.add(
                "wrong-shape",
                "a point is requests at once, ms per output token, ms to the first token",
                item,
            )
        else:
            points.append(Point(numbers[0], numbers[1], numbers[2] if len(numbers) > 2 else None))
    if any(a.concurrency >= b.concurrency for a, b in pairwise(points)):
        cells.problem("wrong-order", "points must rise in requests at once", "points")
    return Series(
        model=_of(cells, "model", subjects.models),
        device=device,
        precision=cells.word("precision", among=PRECISIONS),
        devices=cells.whole("devices"),
        input=cells.number("input"),
        output=cells.number("output"),
        points=tuple(points),
        engine=cells.word("engine", among=ENGINES),
        version=cells.word("version", "unknown"),
        source=_source(cells, subjects),
        date=cells.word("date"),
        separate=prompts == "separate",
        pooled=prompts == "pooled",
        speculative=cells.yes("speculative"),
    )


def _throughput(cells: Cells, subjects: _Subjects) -> Throughput:
    rate = [number_of(item, cells.findings, "a rate") for item in cells.items("rate")]
    if len(rate) != 3 or sorted(rate) != rate:
        cells.problem("wrong-shape", "a rate is [lowest, median, highest]", "rate")
        rate = [1.0, 1.0, 1.0]
    cells.word("layout", "unknown")
    return Throughput(
        benchmark=cells.word("benchmark"),
        scenario=cells.word("scenario", among=SCENARIOS),
        round=cells.word("round", "none"),
        model=_of(cells, "model", subjects.models),
        workload=cells.word("workload", "none"),
        device=_of(cells, "device", subjects.devices),
        precision=cells.word("precision", among=PRECISIONS),
        devices=cells.whole("devices"),
        low=rate[0],
        median=rate[1],
        high=rate[2],
        entries=cells.whole("entries"),
        source=_source(cells, subjects),
        date=cells.word("date"),
        input=cells.number("input") if cells.has("input") else None,
        output=cells.number("output") if cells.has("output") else None,
        concurrency=cells.number("concurrency") if cells.has("concurrency") else None,
    )


def _workload(cells: Cells, subjects: _Subjects) -> Workload:
    return Workload(
        id=cells.word("id"),
        model=_of(cells, "model", subjects.models),
        input=cells.number("input"),
        output=cells.number("output"),
        shares={s: cells.number(s) for s in ("server", "interactive") if cells.has(s)},
        names=tuple(model_key(name) for name in cells.words("names")),
        note=cells.word("note"),
    )


def _of(cells: Cells, key: str, known: Mapping[str, object]) -> str:
    return cells.word(key, among=tuple(known) or ("",))


def _calibration(node: Node, findings: Findings) -> Calibration:
    top = Cells(node, findings, "coefficients.yaml")
    serving = _coefficients(top, "serving", None)
    saturated = _coefficients(top, "saturated", serving)
    tuned = _coefficients(top, "tuned", saturated)
    families = {}
    for name, value in top.entries("families"):
        cells = Cells(value, findings, "a family")
        families[name] = Factors(
            read=cells.number("read", 1.0),
            multiply=cells.number("multiply", 1.0),
            overhead=cells.number("overhead", 1.0),
        )
        cells.finish()
    levels = {}
    for model, value in top.entries("levels"):
        if not isinstance(value, MapNode):
            findings.add("wrong-shape", "levels are a map of devices for each model", value)
            continue
        for entry in value.entries:
            levels[model, entry.key.text] = number_of(entry.value, findings, "a level")
    bands = {}
    for name, value in top.entries("bands"):
        parts = value.items if isinstance(value, ListNode) else ()
        ends = [number_of(part, findings, "a band") for part in parts]
        if len(ends) == 2:
            bands[name] = Bands(ends[0], ends[1])
        else:
            findings.add("wrong-shape", "a band is [low, high]", value)
    first = Cells(top.raw("first-token") or node, findings, "first-token")
    shares = {name: number_of(v, findings, "a share") for name, v in top.entries("scenarios")}
    calibration = Calibration(
        serving=serving,
        saturated=saturated,
        tuned=tuned,
        families=families,
        levels=levels,
        bands=bands,
        first_token=(first.number("fixed"), first.number("prompt"), first.number("queue")),
        speculation=top.number("speculation"),
        scenario_shares=shares,
        fitted=top.word("fitted"),
        rows=top.whole("rows"),
    )
    top.word("how")
    top.finish()
    return calibration


def _coefficients(top: Cells, key: str, base: Coefficients | None) -> Coefficients:
    node = top.raw(key)
    names = [f.name for f in fields(Coefficients)]
    if node is None:
        return base or Coefficients(*(1.0 for _ in names))
    cells = Cells(node, top.findings, key)
    values = {
        name: cells.number(
            name.replace("_", "-"), None if base is None else float(getattr(base, name))
        )
        for name in names
    }
    cells.finish()
    return Coefficients(**values)
