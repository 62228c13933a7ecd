"""The engine behind the adapter interface of a comparison of rule engines.

The comparison brings ``workload`` and ``engines.base`` and is given this module as a hook;
with its directory as the working directory::

    PYTHONPATH=<checkout>/tests/benchmarks python peers.py --hook engine_adapter:AdvisorOne

The workload becomes rule files in the product's own language, which are read, typed and
compiled by the product.
"""

from __future__ import annotations

import sys
from pathlib import Path

from engines.base import Adapter
from workload import BOOLS, ENUMS, FIELDS, FLOATS, INTS, MULTI, Decision

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from advisor.engine.bits import Bits
from advisor.engine.bits_live import Live
from advisor.engine.compile import compile_rules
from advisor.engine.rows import Columns
from advisor.knowledge.values import ChoiceType, FlagsType, NumberType, Options
from tests.engine.rule_files import read_rules

QUARTERS = 4
"""Weights are multiples of a quarter; one step is a quarter."""
PER_FILE = 500


def types():
    """The fields as questions."""
    return {
        **{f: ChoiceType(tuple(options)) for f, options in ENUMS.items()},
        **{f: NumberType("count", *INTS[f], integer=True) for f in INTS},
        **{f: NumberType("factor", *FLOATS[f]) for f in FLOATS},
        **{f: ChoiceType(("no", "yes")) for f in BOOLS},
        **{f: FlagsType(tuple(options)) for f, options in MULTI.items()},
    }


def cell(test):
    """A test as a cell of a rule file."""
    if test.op == "eq":
        return ("yes" if test.arg else "no") if test.field in BOOLS else test.arg
    if test.op == "in":
        return f"[{', '.join(test.arg)}]"
    if test.op == "between":
        return f"{test.arg[0]} to {test.arg[1]}"
    if test.op == "has":
        return test.arg
    return f"{'at least' if test.op == 'ge' else 'below'} {test.arg}"


def rule_files(w):
    """The workload as text."""
    files = {}
    for start in range(0, len(w.rules), PER_FILE):
        lines = []
        for r in w.rules[start : start + PER_FILE]:
            when = ", ".join(f"{t.field}: {cell(t)}" for t in r.tests)
            effect = "exclude: yes" if r.exclude else f"score: {int(QUARTERS * r.weight)}"
            lines += [
                f"- id: r{r.id}",
                "" if r.exclude else "  criterion: worth",
                f"  when: {{{when}}}",
                f"  for: {{offer: p{r.target}}}",
                f"  {effect}",
            ]
        files[f"rules-{start}.yaml"] = "\n".join(line for line in lines if line) + "\n"
    return files


class Fired:
    """The ids of the rules that fired, once somebody asks."""

    __slots__ = ("verdict",)
    __hash__ = None

    def __init__(self, verdict):
        self.verdict = verdict

    def __eq__(self, other):
        return [int(name[1:]) for name in self.verdict.fired] == other


class AdvisorOne(Adapter):
    name, kind, package = "advisor: one decision", "ours", "inference-advisor"

    def prepare(self, w):
        self.files = rule_files(w)

    def load(self, w):
        offers = tuple(f"p{i}" for i in range(w.n_platforms))
        typed = types()
        rules = read_rules(self.files, typed, {"offer": ChoiceType(offers)})
        known = {offer: {"offer": Options(frozenset({offer}))} for offer in offers}
        self.program = compile_rules(rules, typed, known)
        self.engine = Bits(self.program)
        # The weight of so many steps, negative ones from the end.
        most = sum(abs(rule.steps) for rule in rules)
        self.weight = [n / QUARTERS for n in (*range(most + 1), *range(-most, 0))].__getitem__

    def decide(self, a):
        verdict = self.engine.decide(a)
        scores = [*map(self.weight, verdict.scores)]
        return Decision(Fired(verdict), scores, list(verdict.excluded), verdict.ranking)


class AdvisorDelta(AdvisorOne):
    name, delta = "advisor: one answer changed", True

    def start(self, a):
        self.live = Live(self.engine)
        for field in FIELDS:
            self.live.change(field, a[field])

    def change(self, field, value):
        verdict = self.live.change(field, value)
        return verdict.ranking, [*map(self.weight, verdict.scores)], verdict


class AdvisorBatch(AdvisorOne):
    name, columnar, chunk = "advisor: columns", True, 100_000

    def load(self, w):
        super().load(w)
        self.columns = Columns(self.program, self.chunk)

    def decide_batch(self, b):
        (found,) = self.columns.chunks(b.cols)
        assert found.ranking is not None  # worked out when it is asked for
        return found

    def batch_row(self, result, i):
        fired = [int(name[1:]) for name in result.fired(i)]
        scores = [int(steps) / QUARTERS for steps in result.scores[:, i]]
        excluded = [place for place, out in enumerate(result.excluded[:, i]) if out]
        ranking = [int(place) for place in result.ranking[:, i] if place >= 0]
        return Decision(fired, scores, excluded, ranking)

    def batch_touch(self, result):
        return float(result.ranking[0].sum())
