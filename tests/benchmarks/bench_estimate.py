"""How long the estimates of one workload take, for every device of the measured ledger.

Run by hand: ``python tests/benchmarks/bench_estimate.py``; exits 1 where the budget is exceeded.
One workload: sizing at a target, speed with measured neighbours, and the bill, per device.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

from advisor.estimate.cost import Capacity, TokenPrices, Traffic, bill
from advisor.estimate.evidence import Evidence
from advisor.estimate.measured import load_calibration, load_evidence
from advisor.estimate.ranges import Range
from advisor.estimate.replicas import Target
from advisor.estimate.speed import Question, Speeds
from advisor.estimate.traffic import demand, plan

RULES = Path(__file__).parents[2] / "rules"
BUDGET_MS = 10.0
ROUNDS = 20


def one_workload(evidence: Evidence, speeds: Speeds) -> None:
    """Every device, one model, one traffic."""
    model = evidence.models["llama-3.3-70b"]
    asked = demand(1_000_000, 3, 1000, 500)
    traffic = Traffic(*(Range.of(Fraction(n)) for n in (1_000_000, 1000, 500)))
    for device in evidence.devices.values():
        found = plan(
            asked, model, device, "8-bit", (1000, 500), Target(30, 2000), evidence.calibration
        )
        speeds.speed(Question(model, device, 8, "8-bit", 32, 1000, 500))
        bill(traffic, capacity=Capacity(found.devices, Range(2, 4)))
    prices = TokenPrices(Range.of(Fraction(87, 50)), Range.of(Fraction(87, 25)))
    for _ in range(15):
        bill(traffic, tokens=prices)


def best(work: Callable[[], object]) -> float:
    """Milliseconds of the fastest round."""
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times) * 1000


def main() -> int:
    evidence = load_evidence(RULES)
    speeds = Speeds(evidence.calibration, evidence)
    spent = best(lambda: one_workload(evidence, speeds))
    print(f"one workload, {len(evidence.devices)} devices and 15 token offers: {spent:.2f} ms")
    print(f"reading the coefficients: {best(lambda: load_calibration(RULES)):.2f} ms")
    print(f"reading the whole ledger: {best(lambda: load_evidence(RULES)):.1f} ms")
    return 0 if spent <= BUDGET_MS else 1


if __name__ == "__main__":
    sys.exit(main())
