"""How long the estimates of one workload take.

Run by hand: ``python tests/benchmarks/bench_estimate.py``; exits 1 where the budget is exceeded.
The budget is for all offers of the catalogue at complete answers: capacity, speed, replicas and the
itemised bill of each, as ``advisor estimate`` works them out, warm (rules and ledger are read).
Beside it the break-even curves, which are drawn where somebody looks, answers never seen before,
what a replica serves of many lengths one by one against in columns, as fleets are sized, and what a
decision spends on new answers: on all of it, and on what every offer costs.
"""

from __future__ import annotations

import datetime
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path

from msgspec.structs import replace

from advisor.decision.estimates import Estimates, estimates
from advisor.decision.profiles import MONTHLY
from advisor.decision.recommend import decide
from advisor.estimate.evidence import Evidence
from advisor.estimate.measured import load_evidence
from advisor.estimate.replicas import Replica, Target
from advisor.estimate.replicas_many import operating_points
from advisor.knowledge.model import Inputs, Knowledge
from advisor.language.answers import case_inputs, inputs_from_mapping
from advisor.language.rulebase import load_rule_base

DAY = datetime.date(2026, 11, 22)
RULES = Path(__file__).parents[2] / "rules"
BUDGET_MS = 10.0
ROUNDS = 20
SHEETS = 40
CASE = "canadian-bank-on-aws"
COMPLETE = ("embedding-a-library", "assistant-for-ten-thousand-programmers", "sudden-bursts")


def best(work: Callable[[], object]) -> float:
    """Milliseconds of processor time of the fastest round."""
    times = []
    for _ in range(ROUNDS):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times) * 1000


LENGTHS = [(reads, writes) for reads in (100, 500, 2000, 9000) for writes in (20, 80, 300, 900)]


def all_offers(knowledge: Knowledge, inputs: Inputs, evidence: Evidence) -> Callable[[], Estimates]:
    """Every offer of the catalogue."""
    return lambda: estimates(knowledge, inputs, DAY, evidence)


def break_evens(found: Estimates) -> int:
    """All that estimates leave until somebody looks; how many curves there are."""
    return sum(
        offer.break_even is not None and offer.even is not None and offer.utilised is not None
        for offer in found.offers
    )


def unseen(knowledge: Knowledge, evidence: Evidence) -> float:
    """Milliseconds for all offers at answers that were never seen: the mean of a set of sheets,
    and of several sets the fastest."""
    times = []
    for seed in range(4, 9):
        asked = sheets(knowledge, seed)
        start = time.process_time()
        for inputs in asked:
            estimates(knowledge, inputs, DAY, evidence)
        times.append(time.process_time() - start)
    return min(times) * 1000 / SHEETS


def sheets(knowledge: Knowledge, seed: int) -> list[Inputs]:
    """A shipped case with other answers about traffic and speed, no two alike."""
    draw = random.Random(seed)
    case = case_inputs(knowledge.cases[CASE], knowledge)
    drawn = (
        inputs_from_mapping(
            {
                "precision": draw.choice(("8-bit", "16-bit", "any")),
                "model-size": f"{draw.randint(3, 400)}B",
                "requests-per-day": draw.randint(100, 5_000_000),
                "input-tokens": draw.randint(100, 30_000),
                "output-tokens": draw.randint(20, 3_000),
                "peak-factor": round(draw.uniform(1, 8), 1),
                "cached-input-share": round(draw.uniform(0, 90), 1),
                "batch-share": round(draw.uniform(0, 50), 1),
                "tokens-per-second-per-user": round(draw.uniform(5, 80), 1),
                "budget-per-month": draw.randint(100, 500_000),
            },
            knowledge,
        )
        for _ in range(SHEETS)
    )
    return [replace(case, answers={**case.answers, **inputs.answers}) for inputs in drawn]


def new_sheets(knowledge: Knowledge) -> tuple[float, float, float]:
    """Milliseconds per sheet: what all offers cost at new answers, a decision on new answers,
    and on answers seen before."""
    for inputs in sheets(knowledge, 1):
        decide(knowledge, inputs, DAY)
    decisions = [decide(knowledge, inputs, DAY) for inputs in sheets(knowledge, 1)]
    asked = sheets(knowledge, 2)
    start = time.process_time()
    for decision, inputs in zip(decisions, asked, strict=True):
        costs = decision.situation.costs
        for offer in knowledge.offers:
            costs.measure(MONTHLY, offer, decision.entries.model(offer), inputs.answers)
    costed = time.process_time() - start
    decided = []
    fresh = sheets(knowledge, 3)
    for _ in range(2):
        start = time.process_time()
        for inputs in fresh:
            decide(knowledge, inputs, DAY)
        decided.append(time.process_time() - start)
    new, again = decided
    return costed * 1000 / SHEETS, new * 1000 / SHEETS, again * 1000 / SHEETS


def columns_against_rows(evidence: Evidence) -> tuple[float, float]:
    """Milliseconds for what replicas serve of many lengths: one by one, and in columns."""
    model, device = evidence.models["llama-3.3-70b"], evidence.devices["nvidia-h200-sxm"]
    replica = Replica(model, device, "8-bit", evidence.calibration)
    workers = replica.workers(1.0)

    def rows() -> None:
        fresh = Replica(model, device, "8-bit", evidence.calibration)
        for pair in LENGTHS:
            for worker in workers:
                fresh.operating_points(worker, pair, Target(20), (1.0,))

    return best(rows), best(lambda: operating_points(replica, workers, LENGTHS, Target(20), (1.0,)))


def main() -> int:
    evidence, knowledge = load_evidence(RULES), load_rule_base(RULES)
    over = False
    for case in COMPLETE:
        work = all_offers(knowledge, case_inputs(knowledge.cases[case], knowledge), evidence)
        found = work()
        spent = best(work)
        over = over or spent > BUDGET_MS
        devices = sum(offer.sizing is not None for offer in found.offers)
        print(f"{case}: {len(found.offers)} offers, {devices} of devices: {spent:.1f} ms")
        curves = break_evens(found)
        drawn = best(lambda work=work: break_evens(work())) - spent
        print(f"  and {drawn:.1f} ms for {curves} break-evens, where they are looked at")
    print(f"all offers at answers never seen: {unseen(knowledge, evidence):.1f} ms")
    rows, columns = columns_against_rows(evidence)
    print(f"{len(LENGTHS)} lengths: {rows:.2f} ms one by one, {columns:.2f} ms in columns")
    costed, new, again = new_sheets(knowledge)
    print(
        f"a sheet of new answers: {costed:.2f} ms for what every offer costs; decided in "
        f"{new:.1f} ms, {new / again:.0f} times one seen before ({again:.2f} ms)"
    )
    print(f"reading the whole ledger: {best(lambda: load_evidence(RULES)):.1f} ms")
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
