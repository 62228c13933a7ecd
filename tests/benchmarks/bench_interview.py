"""How many questions until nothing left can change the winner, by the order of asking.

    python tests/benchmarks/bench_interview.py [SHEETS] [SEED]

Random complete answer sheets are drawn from the declared priors (a number as the point that
stands for a cell).  Each is revealed question by question: by the method's rule, by EVOI
alone, in the declared order, in a random order; every order passes over questions that are
irrelevant by then.  Counted is how many answers it takes until the winner is proved, or until
no answer can change it.  Printed are means with their standard errors, and ratios to the
declared order.
"""

from __future__ import annotations

import datetime
import math
import random
import sys
import time
from collections.abc import Callable, Sequence

import advisor
from advisor.decision.recommend import Decision, decide
from advisor.decision.rulebase import RuleBase
from advisor.knowledge.model import Inputs, Knowledge
from advisor.knowledge.values import Domain, Flags
from advisor.language.kleene import condition_truth

DAY = datetime.date(2026, 11, 22)
Pick = Callable[[Decision], str | None]


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


def main() -> None:
    sheets = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    knowledge = advisor.load()
    base = RuleBase.on(knowledge, DAY)
    draw = random.Random(seed)
    counts: dict[str, list[int]] = {"rule": [], "evoi alone": [], "declared": [], "random": []}
    started = time.monotonic()
    while len(counts["random"]) < sheets:
        complete = sheet(base, draw)
        if not possible(knowledge, complete):
            continue
        declared = sorted(complete, key=lambda q: (knowledge.questions[q].order, q))
        mixed = list(declared)
        draw.shuffle(mixed)
        counts["rule"].append(adaptive(knowledge, complete, by_rule))
        counts["evoi alone"].append(adaptive(knowledge, complete, by_evoi))
        counts["declared"].append(prepared(knowledge, complete, declared))
        counts["random"].append(prepared(knowledge, complete, mixed))
        done = len(counts["random"])
        if done % 20 == 0 or done == sheets:
            report(counts, time.monotonic() - started)


def report(counts: dict[str, list[int]], seconds: float) -> None:
    number = len(counts["rule"])
    print(f"{number} sheets, {seconds:.0f} s")
    fixed = sum(counts["declared"]) / number
    for name, found in counts.items():
        mean = sum(found) / number
        spread = sum((n - mean) ** 2 for n in found) / max(number - 1, 1)
        error = math.sqrt(spread / number)
        print(f"  {name:<11} {mean:6.2f} +- {error:.2f} questions, {mean / fixed:.2f} of declared")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
