"""How long a decision takes, and how many worlds a second its columnar stage looks at.

    python tests/benchmarks/bench_decision.py [ROUNDS]

On the shipped rule base: complete sheets, half-filled ones, nothing at all.  Times are
processor time, the best of the rounds; "first" is the first decision of such a sheet, "next"
the same sheet with another answer to one question, "again" the same sheet.  The columnar
stage is compared with a bare loop in numpy over the same worlds and offers: per criterion one
look-up and one multiplication, then the best of each world.  Before all that, everything on the
half-filled sheet of every case: the median and the dearest, the first time and again.
"""

from __future__ import annotations

import datetime
import random
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from msgspec.structs import replace

import advisor
from advisor.api import inputs
from advisor.decision.outlook import outlook
from advisor.decision.recommend import Decision, decide
from advisor.knowledge.model import Inputs, Knowledge

DAY = datetime.date(2026, 11, 22)
CASES = ("voice-with-health-data", "embedding-a-library", "fast-model-among-many")


def best(rounds: int, work: Callable[[], Any]) -> float:
    """Milliseconds of processor time, the best of the rounds."""
    found = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        found.append(time.process_time() - start)
    return 1000 * min(found)


def partly(whole: Inputs, count: int, seed: int) -> Inputs:
    """The sheet with so many of its answers."""
    names = list(whole.answers)
    random.Random(seed).shuffle(names)
    return replace(whole, answers={name: whole.answers[name] for name in names[:count]})


def without_one(sheet: Inputs) -> Inputs:
    """The sheet with one answer less: another slot for one question."""
    *kept, _ = sheet.answers
    return replace(sheet, answers={name: sheet.answers[name] for name in kept})


def time_of(knowledge: Knowledge, name: str, sheet: Inputs, rounds: int) -> None:
    start = time.process_time()
    decision = decide(knowledge, sheet, DAY)
    first = 1000 * (time.process_time() - start)
    start = time.process_time()
    decide(knowledge, without_one(sheet) if sheet.answers else sheet, DAY)
    following = 1000 * (time.process_time() - start)
    decision.recommendation(thorough=False)
    again = best(rounds, lambda: decide(knowledge, sheet, DAY))
    told = best(rounds, lambda: decide(knowledge, sheet, DAY).recommendation(thorough=False))
    proof = best(rounds, lambda: decide(knowledge, sheet, DAY).proof)
    step = best(rounds, lambda: decide(knowledge, sheet, DAY).next_step())
    whole = best(1, lambda: decide(knowledge, sheet, DAY).recommendation())
    print(
        f"{name:<34} {len(decision.order):>3} offers  first {first:8.1f}  next {following:8.1f}  "
        f"again {again:6.1f}  with contributions {told:6.1f}  proof {proof:6.1f}  "
        f"next question {step:7.1f}  everything {whole:8.1f} ms"
    )


def columnar(name: str, decision: Decision, rounds: int) -> None:
    """The columnar stage against the bare loop."""

    def look() -> Any:
        return outlook(decision.situation, decision.scoring, decision.order, decision.gates)

    seen = look()
    rows, offers = seen.values.shape
    ours = best(rounds, look)
    draw = np.random.default_rng(1)
    tables = [
        (draw.integers(0, 10_000, (64, offers), dtype=np.int32), draw.integers(0, 64, rows))
        for _ in decision.scoring.utilities
    ]
    weights = draw.integers(1, 65, (rows, len(tables)), dtype=np.int32)

    def bare() -> Any:
        best_of = np.empty(rows, dtype=np.int64)
        for start in range(0, rows, 4_096):
            part = slice(start, start + 4_096)
            total = np.zeros((len(best_of[part]), offers), dtype=np.int32)
            for k, (table, number) in enumerate(tables):
                total += np.take(table, number[part], axis=0) * weights[part, k, None]
            best_of[part] = total.argmax(axis=1)
        return best_of

    least = best(rounds, bare)
    print(
        f"{name:<34} {rows:>9,} worlds ({'all' if seen.exhaustive else 'chosen'}) x {offers} "
        f"offers: {rows / ours / 1000:.2f} M worlds/s; bare loop {rows / least / 1000:.2f}; "
        f"ratio {ours / least:.2f}"
    )


def halves(knowledge: Knowledge) -> None:
    """Everything on half of the answers of each case."""
    first, again = [], []
    for seed, name in enumerate(sorted(knowledge.cases)):
        case = knowledge.cases[name]
        whole = inputs({"answers": case.answers, "weights": case.weights}, knowledge)
        sheet = partly(whole, len(whole.answers) // 2, seed)
        for found in (first, again):
            found.append(
                best(1, lambda sheet=sheet: decide(knowledge, sheet, DAY).recommendation())
            )
    for label, found in (("first", first), ("again", again)):
        print(
            f"half of each of {len(found)} cases, everything, {label}: median "
            f"{statistics.median(found):.0f} ms, at most {max(found):.0f} ms"
        )


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    knowledge = advisor.load()
    halves(knowledge)
    sheets: list[tuple[str, Inputs]] = []
    for name in CASES:
        case = knowledge.cases[name]
        whole = inputs({"answers": case.answers, "weights": case.weights}, knowledge)
        sheets.append((f"{name}, complete", whole))
        sheets.append((f"{name}, half", partly(whole, len(whole.answers) // 2, 1)))
        sheets.append((f"{name}, 20", partly(whole, 20, 1)))
    sheets.append(("nothing answered", Inputs({})))
    for name, sheet in sheets:
        time_of(knowledge, name, sheet, rounds)
    for name, sheet in sheets:
        columnar(name, decide(knowledge, sheet, DAY), rounds)


if __name__ == "__main__":
    main()
