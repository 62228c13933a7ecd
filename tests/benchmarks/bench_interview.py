"""How many questions until nothing left can change the winner, by the order of asking.

    python tests/benchmarks/bench_interview.py [--sheets 500] [--seed 1] [--jobs 1]
        [--orders rule,evoi,declared,random] [--out FILE]

Random complete answer sheets are drawn from the declared priors (a number as the point that
stands for a cell); each from its own number and the seed, so that any number of processes
counts the same.  Each is revealed question by question: by the method's rule, by EVOI
alone, in the declared order, in a random order; every order passes over questions that are
irrelevant by then.  Counted is how many answers it takes until the winner is proved, or until
no answer can change it.  Printed are means with their standard errors, and ratios to the
declared order with theirs (by the delta method, as both are counted on the same sheets).

``--out`` keeps the counts, one sheet a line; started again with the same file, the benchmark
goes on after the sheets that are there.  The file belongs to one rule base and one seed; it
does not know the version of the code, so take a new one for that.
"""

from __future__ import annotations

import argparse
import datetime
import json
import math
import multiprocessing
import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path

import advisor
from advisor.decision.provenance import stamp
from advisor.decision.recommend import Decision, decide
from advisor.decision.rulebase import RuleBase
from advisor.knowledge.model import Inputs, Knowledge
from advisor.knowledge.values import Domain, Flags
from advisor.language.kleene import condition_truth

DAY = datetime.date(2026, 11, 22)
Pick = Callable[[Decision], str | None]
Counts = dict[str, int]
ORDERS = ("rule", "evoi", "declared", "random")


def sheet(base: RuleBase, draw: random.Random) -> dict[str, Domain]:
    """One complete answer sheet; silence keeps a meaning of its own."""
    answers: dict[str, Domain] = {}
    for question in base.knowledge.questions.values():
        if question.unknown_means is not None:
            continue
        slot = base.slot(question.id, None)
        drawn = [
            draw.choices(axis.cells, [cell.weight for cell in axis.cells])[0].point
            for axis in slot.axes
        ]
        if slot.axes[0].flag is None:
            answers[question.id] = drawn[0]
        else:
            must = frozenset().union(*(d.must for d in drawn if isinstance(d, Flags)))
            answers[question.id] = Flags(must, must)
    return answers


def possible(knowledge: Knowledge, answers: dict[str, Domain]) -> bool:
    """Whether a workload can have these answers."""
    return not any(condition_truth(i.when, answers) is True for i in knowledge.impossible)


def adaptive(knowledge: Knowledge, complete: dict[str, Domain], pick: Pick) -> int:
    """How many answers it takes when each question is picked in view of the answers."""
    given: dict[str, Domain] = {}
    while (question := pick(decide(knowledge, Inputs(dict(given)), DAY))) is not None:
        given[question] = complete[question]
    return len(given)


def prepared(knowledge: Knowledge, complete: dict[str, Domain], order: Sequence[str]) -> int:
    """How many answers it takes in an order that is fixed beforehand.  What is proved stays
    proved, so the place is found by halving."""

    def after(count: int) -> dict[str, Domain]:
        given: dict[str, Domain] = {}
        for name in order:
            if len(given) == count:
                break
            relevant = condition_truth(knowledge.questions[name].ask_when, given)
            if relevant is not False:
                given[name] = complete[name]
        return given

    def done(count: int) -> bool:
        return decide(knowledge, Inputs(after(count)), DAY).next_step().question is None

    low, high = 0, len(after(len(order)))
    while low < high:
        middle = (low + high) // 2
        if done(middle):
            high = middle
        else:
            low = middle + 1
    return low


def by_rule(decision: Decision) -> str | None:
    return decision.next_step().question


def by_evoi(decision: Decision) -> str | None:
    gains = decision.prospects().gains
    if not gains:
        return None
    return min(gains, key=lambda gain: (-gain.evoi, gain.order, gain.question)).question


@cache
def shipped() -> tuple[Knowledge, RuleBase]:
    """The shipped rule base, once per process."""
    knowledge = advisor.load()
    return knowledge, RuleBase.on(knowledge, DAY)


def counted(task: tuple[int, int, tuple[str, ...]]) -> tuple[int, Counts]:
    """The number of a sheet, and by order how many answers it takes; from (seed, number,
    orders)."""
    seed, number, orders = task
    knowledge, base = shipped()
    draw = random.Random(f"{seed}/{number}")
    complete = sheet(base, draw)
    while not possible(knowledge, complete):
        complete = sheet(base, draw)
    declared = sorted(complete, key=lambda q: (knowledge.questions[q].order, q))
    mixed = list(declared)
    draw.shuffle(mixed)
    ways: dict[str, Callable[[], int]] = {
        "rule": lambda: adaptive(knowledge, complete, by_rule),
        "evoi": lambda: adaptive(knowledge, complete, by_evoi),
        "declared": lambda: prepared(knowledge, complete, declared),
        "random": lambda: prepared(knowledge, complete, mixed),
    }
    return number, {order: ways[order]() for order in orders}


def kept(out: Path | None, head: dict[str, object]) -> dict[int, Counts]:
    """The counts of an earlier run; ends the program where they are of something else."""
    if out is None or not out.exists():
        return {}
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    if not lines or lines[0] != head:
        sys.exit(f"{out} was counted on another rule base, seed or set of orders: {head} wanted")
    return {line["sheet"]: line["counts"] for line in lines[1:]}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--sheets", type=int, default=500)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--jobs", type=int, default=1)
    options.add_argument("--orders", default=",".join(ORDERS))
    options.add_argument("--out", type=Path)
    given = options.parse_args()
    orders = tuple(order for order in ORDERS if order in given.orders.split(","))
    head = {"seed": given.seed, "orders": list(orders), "knowledge": repr(stamp(shipped()[0]))}
    found = kept(given.out, head)
    left = [(given.seed, n, orders) for n in range(given.sheets) if n not in found]
    started = time.monotonic()
    if given.out is not None and not found:
        given.out.write_text(json.dumps(head) + "\n")
    for number, counts in spread(left, given.jobs):
        found[number] = counts
        if given.out is not None:
            with given.out.open("a") as file:
                file.write(json.dumps({"sheet": number, "counts": counts}) + "\n")
        if len(found) % 20 == 0:
            print(f"{len(found)} sheets, {time.monotonic() - started:.0f} s", flush=True)
    report([found[number] for number in sorted(found) if number < given.sheets], orders)


def spread(
    tasks: Sequence[tuple[int, int, tuple[str, ...]]], jobs: int
) -> Iterator[tuple[int, Counts]]:
    """Every task, in whatever order it is done."""
    if jobs == 1:
        yield from map(counted, tasks)
        return
    with multiprocessing.get_context("spawn").Pool(jobs) as pool:
        yield from pool.imap_unordered(counted, tasks)


def report(sheets: Sequence[Counts], orders: Sequence[str]) -> None:
    number = len(sheets)
    print(f"{number} sheets")
    for name in orders:
        found = [counts[name] for counts in sheets]
        mean = sum(found) / number
        line = f"  {name:<9} {mean:6.2f} +- {error(found):.2f} questions"
        if "declared" in orders:
            fixed = [counts["declared"] for counts in sheets]
            ratio = sum(found) / sum(fixed)
            off = error([a - ratio * b for a, b in zip(found, fixed, strict=True)])
            line += f", {ratio:.3f} +- {off * number / sum(fixed):.3f} of declared"
        print(line)


def error(found: Sequence[float]) -> float:
    """The standard error of the mean."""
    mean = sum(found) / len(found)
    variance = sum((n - mean) ** 2 for n in found) / max(len(found) - 1, 1)
    return math.sqrt(variance / len(found))


if __name__ == "__main__":
    main()
