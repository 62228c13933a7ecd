"""Compared rows summed up: errors all over, by group, and the worst."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from math import exp, log
from statistics import median

from msgspec import Struct

FACTORS = (1.25, 1.35, 1.5, 2.0)
WORST = 10


class Checked(Struct, frozen=True):
    """One comparison.  ``ratio``: speed predicted over speed measured (above 1: too fast);
    ``error``: |predicted / measured - 1| of the figure itself, a time or a rate;
    ``roofline``: the same error of a plain roofline; ``inside``: the measurement lies in the
    band."""

    name: str
    device: str
    model: str
    kind: str
    precision: str
    scenario: str
    method: str
    ratio: float
    error: float
    roofline: float | None
    inside: bool | None


class Spread(Struct, frozen=True):
    """``error``: median error; ``within``: share of rows within a factor; ``covered``:
    share inside their band; ``roofline``: median error of the plain roofline."""

    rows: int
    error: float
    within: Mapping[str, float]
    covered: float | None
    bias: float
    roofline: float | None


class Report(Struct, frozen=True):
    """All rows, by group, and the worst."""

    all: Spread
    groups: Mapping[str, Mapping[str, Spread]]
    worst: tuple[Checked, ...]


def report(checked: Sequence[Checked]) -> Report:
    """The summary: all rows, by device, model, kind, precision, scenario, method; the worst."""
    views: Mapping[str, Callable[[Checked], str]] = {
        "device": lambda c: c.device,
        "model": lambda c: c.model,
        "kind": lambda c: c.kind,
        "precision": lambda c: c.precision,
        "scenario": lambda c: c.scenario,
        "method": lambda c: c.method,
    }
    groups: dict[str, Mapping[str, Spread]] = {}
    for name, key in views.items():
        members: dict[str, list[Checked]] = defaultdict(list)
        for one in checked:
            members[key(one)].append(one)
        if set(members) != {""}:
            groups[name] = {group: spread(members[group]) for group in sorted(members)}
    worst = sorted(checked, key=lambda c: (-abs(log(c.ratio)), c.name))[:WORST]
    return Report(spread(checked), groups, tuple(worst))


def spread(checked: Sequence[Checked]) -> Spread:
    """The error figures of some rows; raises ``ValueError`` for none."""
    if not checked:
        raise ValueError("there is nothing to compare")
    far = [exp(abs(log(c.ratio))) for c in checked]
    covered = [c.inside for c in checked if c.inside is not None]
    plain = [c.roofline for c in checked if c.roofline is not None]
    return Spread(
        rows=len(checked),
        error=median(c.error for c in checked),
        within={f"x{factor:g}": sum(f <= factor for f in far) / len(far) for factor in FACTORS},
        covered=sum(covered) / len(covered) if covered else None,
        bias=median(c.ratio for c in checked),
        roofline=median(plain) if plain else None,
    )
