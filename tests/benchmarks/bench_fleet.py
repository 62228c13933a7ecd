"""Many workloads: rows a second, time by size, memory, against reading and writing alone.

Run it as ``python -m tests.benchmarks.bench_fleet [ROWS ...] [--only complete|incomplete]``
(default: 1,000 10,000 100,000 rows of either kind).
Each row of the tables is a run of ``advisor batch`` in a process of its own, on Parquet; the
ratio is its processor time to that of reading and writing the same file with pyarrow alone.

Rows are *alike* where 200 different workloads make up the table, as an inventory of services
has it, and *unlike* where no two are the same: then each is decided for itself.  They are
*complete* where every question is answered, and *incomplete* where six in ten are not.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pyarrow as pa
from pyarrow import parquet

from advisor.api import load
from advisor.knowledge.model import Knowledge
from advisor.knowledge.values import ChoiceType, FlagsType
from tests.measuring import launched, used

ALIKE = 200
UNLIKE = {"complete": 3_000, "incomplete": 100}
"""Rows of a table in which no two are the same: it is linear, and slow."""
LEFT_OUT = ("models", "current-offer")
CHECKOUT = Path(__file__).resolve().parents[2]

ALONE = """
import sys
from pyarrow import parquet
parquet.write_table(parquet.read_table(sys.argv[1]), sys.argv[2])
"""


def workloads(knowledge: Knowledge, filled: float, seed: int) -> Iterator[dict[str, str]]:
    """Answers drawn by the questions' priors, as the texts of an answers file."""
    choose = random.Random(seed)
    while True:
        row = {}
        for question in knowledge.questions.values():
            if question.id in LEFT_OUT or choose.random() > filled:
                continue
            if isinstance(question.type, ChoiceType):
                row[question.id] = choose.choice(question.type.options)
            elif isinstance(question.type, FlagsType):
                wanted = [o for o in question.type.options if choose.random() < 0.1]
                row[question.id] = f"[{', '.join(wanted)}]"
            else:
                bin_ = choose.choices(question.prior, [float(b.weight) for b in question.prior])[0]
                low, high = float(bin_.low), float(bin_.high)
                value = low + (high - low) * choose.random()
                whole = question.type.integer or value > 50
                row[question.id] = f"{value:.0f}" if whole else f"{value:.1f}"
        if row:
            yield row


def table(knowledge: Knowledge, rows: int, *, filled: float, alike: bool, path: Path) -> None:
    """Write a table of workloads."""
    source = workloads(knowledge, filled, seed=1)
    few = [next(source) for _ in range(ALIKE if alike else rows)]
    choose = random.Random(2)
    picked = [few[choose.randrange(len(few))] for _ in range(rows)] if alike else few
    names = [q for q in knowledge.questions if q not in LEFT_OUT]
    columns: dict[str, list[str | None]] = {q: [row.get(q) for row in picked] for q in names}
    parquet.write_table(pa.table({"id": [f"w{n}" for n in range(rows)], **columns}), path)


def run(*command: str, environment: Mapping[str, str]) -> tuple[float, float, int]:
    """Wall and processor seconds of a command, and its most memory in MiB."""
    note = Path(environment["XDG_CACHE_HOME"]) / "used"
    began = time.perf_counter()
    words = launched([sys.executable, *command], note)
    subprocess.run(words, env=dict(environment), cwd=CHECKOUT, check=True)
    wall, found = time.perf_counter() - began, used(note)
    return wall, found.seconds, found.memory >> 20


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description="Measure batches.")
    parser.add_argument("rows", nargs="*", help="sizes of the tables")
    parser.add_argument("--only", choices=("complete", "incomplete"))
    asked = parser.parse_args(arguments)
    sizes = [int(word.replace(",", "")) for word in asked.rows] or [1_000, 10_000, 100_000]
    knowledge = load()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        environment = {**os.environ, "XDG_CACHE_HOME": str(folder), "PYTHONPATH": str(CHECKOUT)}
        header = ("rows", "kind", "rows/s of processor", "x pyarrow alone", "memory, MiB")
        print("| " + " | ".join(header) + " |")
        print("|--:|---|--:|--:|--:|")
        results = []
        for filled, kind in ((1.0, "complete"), (0.4, "incomplete")):
            if asked.only not in (None, kind):
                continue
            for alike in (True, False):
                for rows in sizes if alike else [UNLIKE[kind]]:
                    source = folder / "in.parquet"
                    table(knowledge, rows, filled=filled, alike=alike, path=source)
                    out = folder / "out.parquet"
                    words = ("batch", str(source), "--output", str(out), "--force", "--quiet")
                    _, alone, _ = run(
                        "-c", ALONE, str(source), str(folder / "copy"), environment=environment
                    )
                    wall, busy, memory = run("-m", "advisor", *words, environment=environment)
                    what = f"{kind}, {'alike' if alike else 'unlike'}"
                    results.append({"rows": rows, "kind": what, "wall": wall, "cpu": busy})
                    print(
                        f"| {rows:,} | {what} | {rows / busy:,.0f} | {busy / alone:,.1f} "
                        f"| {memory:,} |",
                        flush=True,
                    )
    print(json.dumps(results))


if __name__ == "__main__":
    main(sys.argv[1:])
