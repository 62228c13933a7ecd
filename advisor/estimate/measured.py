"""The ledger of measured configurations (``rules/measured/``) read into ``Evidence``.

``rules/measured/README.md`` describes the files.  Every mistake is a located problem; all of
them come at once as a ``RuleBaseError``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

from advisor.errors import Problem, RuleBaseError
from advisor.estimate.evidence import Evidence, Point, Series, Throughput, Workload
from advisor.knowledge.document import Findings, ListNode, Node
from advisor.knowledge.fitted import ENGINES
from advisor.knowledge.layout import read_capped
from advisor.knowledge.physical import PRECISIONS
from advisor.knowledge.spellings import model_key
from advisor.knowledge.strict_yaml import read
from advisor.language.fitted import (
    FOLDER,
    Subjects,
    calibration_of,
    missing_file,
    source_of,
    subjects_of,
)
from advisor.language.ledger_map import LedgerMap, number_of, numbers_of

SCENARIOS = ("offline", "server", "interactive", "saturated", "batch")
PROMPTS = ("shared", "separate", "pooled")
SERVING = "serving-"

T = TypeVar("T")


def load_evidence(rules: Path) -> Evidence:
    """The ledger of the rule base in ``rules``; raises ``RuleBaseError``, and ``OSError``
    where a file cannot be read."""
    folder = rules / FOLDER
    return read_evidence({str(path): read_capped(path) for path in sorted(folder.glob("*.yaml"))})


def read_evidence(files: Mapping[str, bytes]) -> Evidence:
    """The ledger from the contents of its files by name.  Raises ``RuleBaseError``."""
    problems = [
        missing_file(needed)
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
    subjects = subjects_of(*files["subjects"])
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
        calibration=calibration_of(*files["coefficients"]),
        models=subjects.models,
        devices=subjects.devices,
        model_names=subjects.model_names,
        device_names=subjects.device_names,
        series=tuple(series),
        throughput=tuple(throughput),
        workloads={workload.id: workload for workload in workloads},
    )


def _list(node: Node, findings: Findings, entry: Callable[[LedgerMap], T]) -> list[T]:
    if not isinstance(node, ListNode):
        findings.add("wrong-shape", "this file should be a list", node)
        return []
    made = []
    for item in node.items:
        cells = LedgerMap(item, findings, "an entry")
        before = len(findings.problems)
        value = entry(cells)
        cells.finish()
        if len(findings.problems) == before:
            made.append(value)
    return made


def _series(cells: LedgerMap, device: str, subjects: Subjects) -> Series:
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
        source=source_of(cells, subjects),
        date=cells.word("date"),
        separate=prompts == "separate",
        pooled=prompts == "pooled",
        speculative=cells.yes("speculative"),
    )


def _throughput(cells: LedgerMap, subjects: Subjects) -> Throughput:
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
        source=source_of(cells, subjects),
        date=cells.word("date"),
        input=cells.number("input") if cells.has("input") else None,
        output=cells.number("output") if cells.has("output") else None,
        concurrency=cells.number("concurrency") if cells.has("concurrency") else None,
    )


def _workload(cells: LedgerMap, subjects: Subjects) -> Workload:
    return Workload(
        id=cells.word("id"),
        model=_of(cells, "model", subjects.models),
        input=cells.number("input"),
        output=cells.number("output"),
        shares={s: cells.number(s) for s in ("server", "interactive") if cells.has(s)},
        names=tuple(model_key(name) for name in cells.words("names")),
        note=cells.word("note"),
    )


def _of(cells: LedgerMap, key: str, known: Mapping[str, object]) -> str:
    return cells.word(key, among=tuple(known) or ("",))
