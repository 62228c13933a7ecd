"""Sums over many workloads, as whole numbers, so that parts add up in any order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from fractions import Fraction

from msgspec import Struct, field

from advisor.fleet.outcomes import Outcome, saving
from advisor.fleet.sheets import Sheet

NOBODY = "(no offer qualifies)"
TOSS_UP = "toss-up"


class Tally(Struct):
    """``counts`` holds everything, by a name in words: what is counted, and of what.

    Money is in cents.  A workload whose cost is unknown on a side is counted apart, and adds
    nothing to the sums.
    """

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, sheet: Sheet, outcome: Outcome, before: Outcome | None) -> None:
        """Count one workload."""
        counts = self.counts
        winner = outcome.winner or NOBODY
        counts["workloads", winner] += 1
        counts["confidence", outcome.confidence] += 1
        if outcome.confidence == TOSS_UP:
            counts["toss-ups", winner] += 1
        self._money("cost", winner, outcome.cost_low, outcome.cost_high)
        if outcome.winner is not None:
            saved = saving(outcome, sheet.spend)
            self._money("saving", winner, saved.low, saved.high)
        for question in sheet.inputs.answers:
            counts["answered", question] += 1
        if before is not None and before.winner != outcome.winner:
            move = f"{before.winner or NOBODY} -> {winner}"
            counts["moved", move] += 1
            self._money("moved-from", move, before.cost_low, before.cost_high)
            self._money("moved-to", move, outcome.cost_low, outcome.cost_high)

    def _money(self, what: str, of: str, low: Fraction | None, high: Fraction | None) -> None:
        if low is None or high is None:
            self.counts[f"{what}-unknown", of] += 1
            return
        self.counts[f"{what}-known", of] += 1
        self.counts[f"{what}-low", of] += round(low * 100)
        self.counts[f"{what}-high", of] += round(high * 100)

    def merge(self, data: Mapping[str, Mapping[str, int]]) -> None:
        """Add what ``to_data`` gave for other workloads."""
        for what, counts in data.items():
            for of, count in counts.items():
                self.counts[what, of] += count

    def of(self, what: str) -> dict[str, int]:
        """What was counted under a name, most first."""
        found = [(of, count) for (kind, of), count in self.counts.items() if kind == what]
        return dict(sorted(found, key=lambda pair: (-pair[1], pair[0])))

    def total(self, what: str) -> int:
        """All that was counted under a name."""
        return sum(self.of(what).values())

    def to_data(self) -> dict[str, dict[str, int]]:
        """As JSON holds it, names sorted."""
        data: dict[str, dict[str, int]] = {}
        for (what, of), count in sorted(self.counts.items()):
            data.setdefault(what, {})[of] = count
        return data
