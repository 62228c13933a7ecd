"""How fast the engine is: ratios within one run, results compared before anything is timed.

    python -m tests.benchmarks.bench_engine             # 50 to 5,000 rules, about a minute
    python -m tests.benchmarks.bench_engine --rules 500

Rule files are generated, read and compiled by the product.  Beside it stand the same rules
as generated Python (what a programmer would write by hand) and as one zen-engine expression
(the fastest rule engine with Python bindings); both only say which rules fired, and one
shared function adds up scores and ranks.  All of them take turns and are measured in processor
time (each uses one thread), so that a busy machine slows them alike: read the ratios, not the
times.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np
import zen

from advisor.engine.bits import Bits
from advisor.engine.bits_live import Live
from advisor.engine.compile import compile_rules
from advisor.engine.rows import Columns
from advisor.knowledge.values import ChoiceType, FlagsType, NumberType, Options
from tests.benchmarks.plot import chart
from tests.engine.rule_files import read_rules

OFFERS = tuple(f"offer-{i}" for i in range(12))
TYPES = {
    **{f"choice-{i}": ChoiceType(tuple(f"o{j}" for j in range(3 + i))) for i in range(6)},
    **{f"number-{i}": NumberType("count", 0, 1000, integer=True) for i in range(6)},
    **{f"needs-{i}": FlagsType(tuple(f"f{j}" for j in range(6))) for i in range(2)},
    **{f"yes-{i}": ChoiceType(("no", "yes")) for i in range(4)},
}
SIZES = (50, 150, 500, 1_500, 5_000)
PER_FILE = 500
ROUNDS = 60


@dataclass(frozen=True)
class Test:
    """A cell of a rule file, and the same as Python and as a zen expression."""

    name: str
    cell: str
    python: str
    zen: str


@dataclass(frozen=True)
class Row:
    tests: tuple[Test, ...]
    offer: int
    steps: int
    """0 excludes."""


def variable(name: str) -> str:
    return name.replace("-", "_")


def make_test(rnd: Random, name: str) -> Test:
    of, v = TYPES[name], variable(name)
    if isinstance(of, NumberType):
        low = rnd.randrange(50, 950, 50)
        high = rnd.randrange(low + 50, 1001, 50)
        cell, text = rnd.choice(
            (
                (f"at least {low}", f"{v} >= {low}"),
                (f"below {low}", f"{v} < {low}"),
                (f"{low} to {high}", f"{v} >= {low} and {v} < {high}"),
            )
        )
        return Test(name, cell, text, text)
    if isinstance(of, FlagsType):
        flag = rnd.choice(of.options)
        return Test(name, flag, f"{flag!r} in {v}", f"contains({v}, {flag!r})")
    if of.options == ("no", "yes") or rnd.random() < 0.5:
        option = rnd.choice(of.options)
        return Test(name, option, f"{v} == {option!r}", f"{v} == {option!r}")
    some = sorted(rnd.sample(of.options, 2))
    return Test(name, f"[{', '.join(some)}]", f"{v} in {set(some)!r}", f"{v} in {some!r}")


def make_rules(count: int) -> list[Row]:
    rnd = Random(count)
    gates = min(count // 10, 48)
    rows = []
    for i in range(count):
        names = rnd.sample(tuple(TYPES), rnd.choice((3, 4) if i < gates else (1, 2, 2, 3, 3, 4)))
        steps = 0 if i < gates else rnd.choice([s for s in range(-20, 41) if s])
        tests = tuple(make_test(rnd, name) for name in names)
        rows.append(Row(tests, rnd.randrange(len(OFFERS)), steps))
    rnd.shuffle(rows)
    return rows


def rule_files(rows: list[Row]) -> dict[str, str]:
    files = {}
    for start in range(0, len(rows), PER_FILE):
        entries = []
        for i, row in enumerate(rows[start : start + PER_FILE], start):
            when = ", ".join(f"{t.name}: {t.cell}" for t in row.tests)
            effect = f"score: {row.steps}\n  criterion: worth" if row.steps else "exclude: yes"
            entries.append(
                f"- id: r{i}\n  when: {{{when}}}\n"
                f"  for: {{offer: {OFFERS[row.offer]}}}\n  {effect}\n"
            )
        files[f"rules-{start}.yaml"] = "".join(entries)
    return files


def make_answers(count: int) -> list[dict[str, object]]:
    rnd = Random(7)
    return [{name: make_answer(rnd, name) for name in TYPES} for _ in range(count)]


def make_answer(rnd: Random, name: str) -> object:
    of = TYPES[name]
    if isinstance(of, NumberType):
        return rnd.randint(0, 1000)
    if isinstance(of, FlagsType):
        return [f for f in of.options if rnd.random() < 0.5]
    return rnd.choice(of.options)


def make_columns(rows: int) -> dict[str, np.ndarray]:
    g = np.random.default_rng(7)
    columns = {}
    for name, of in TYPES.items():
        if isinstance(of, NumberType):
            columns[name] = g.integers(0, 1001, rows, dtype=np.int32)
        else:
            top = 64 if isinstance(of, FlagsType) else len(of.options)
            columns[name] = g.integers(0, top, rows, dtype=np.uint8)
    return columns


class Rivals:
    """The same rules as generated Python and as one zen-engine expression."""

    def __init__(self, rows: list[Row]) -> None:
        self.rows = rows
        names = "".join(f"    {variable(n)} = a[{n!r}]\n" for n in TYPES)
        body = "".join(
            f"    if {' and '.join(t.python for t in row.tests)}: fire({i})\n"
            for i, row in enumerate(rows)
        )
        space: dict[str, object] = {}
        source = f"def f(a):\n{names}    fired = []; fire = fired.append\n{body}    return fired\n"
        exec(compile(source, "<rules>", "exec"), space)
        self._python = space["f"]
        wholes = (" and ".join(f"({t.zen})" for t in row.tests) for row in rows)
        self._zen = zen.compile_expression(f"[{', '.join(wholes)}]")

    def python(self, answers):
        return self.settle(self._python(answers))

    def zen(self, context):
        return self.settle([i for i, on in enumerate(self._zen.evaluate(context)) if on])

    def settle(self, fired):
        scores, out, rows = [0] * len(OFFERS), set(), self.rows
        for i in fired:
            row = rows[i]
            if row.steps:
                scores[row.offer] += row.steps
            else:
                out.add(row.offer)
        live = [p for p in range(len(scores)) if p not in out]
        return scores, sorted(out), sorted(live, key=scores.__getitem__, reverse=True), fired


def time_of(calls) -> float:
    """Microseconds a call."""
    start = time.process_time_ns()
    for function, argument in calls:
        function(argument)
    return (time.process_time_ns() - start) / len(calls) / 1e3


def measure(count: int, batch: int) -> dict[str, float]:
    """The best of all rounds for one size, in microseconds (rows: a second)."""
    rows = make_rules(count)
    files = rule_files(rows)
    known = {offer: {"offer": Options(frozenset({offer}))} for offer in OFFERS}
    start = time.process_time()
    rules = read_rules(files, TYPES, {"offer": ChoiceType(OFFERS)})
    read = time.process_time()
    engine = Bits(compile_rules(rules, TYPES, known))
    built = time.process_time()
    rivals = Rivals(rows)
    answers = make_answers(200)
    contexts = [{variable(n): v for n, v in a.items()} for a in answers]
    for a, context in zip(answers[:60], contexts, strict=False):
        verdict = engine.decide(a)
        fired = [int(name[1:]) for name in verdict.fired]
        ours = ([*verdict.scores], [*verdict.excluded], verdict.ranking, fired)
        assert ours == rivals.python(a) == rivals.zen(context), "the engines differ"
    live = Live(engine)
    for name, value in answers[0].items():
        live.change(name, value)
    rnd = Random(5)
    changes = [(n, rnd.choice(answers)[n]) for n in rnd.choices(tuple(TYPES), k=200)]
    found: dict[str, list[float]] = {k: [] for k in ("ours", "change", "python", "zen", "whatif")}
    tries = 0
    for i in range(ROUNDS):
        part = [(i * 7 + k) % 200 for k in range(24)]
        found["ours"].append(time_of([(engine.decide, answers[k]) for k in part]))
        found["python"].append(time_of([(rivals.python, answers[k]) for k in part]))
        found["zen"].append(time_of([(rivals.zen, contexts[k]) for k in part[:6]]))
        found["change"].append(time_of([(lambda c: live.change(*c), changes[k]) for k in part]))
        if i % 20 == 0:
            begin = time.process_time_ns()
            tries = sum(1 for _ in live.what_ifs())
            found["whatif"].append((time.process_time_ns() - begin) / 1e3)
    result = {name: min(values) for name, values in found.items()}
    columns = make_columns(batch)
    many = Columns(engine)
    check_rows(many, columns, engine)
    best = min(batch_seconds(many, columns) for _ in range(9))
    return {
        **result,
        "tries": tries,
        "rows": batch / best,
        "read_ms": 1e3 * (read - start),
        "build_ms": 1e3 * (built - read),
    }


def check_rows(many: Columns, columns, engine: Bits) -> None:
    head = {name: column[:40] for name, column in columns.items()}
    (chunk,) = many.chunks(head)
    for i in range(40):
        verdict = engine.decide({name: answer_of(name, head[name][i]) for name in TYPES})
        assert chunk.fired(i) == verdict.fired, "rows differ from decisions"
        assert chunk.scores[:, i].tolist() == list(verdict.scores)
        assert [p for p in chunk.ranking[:, i].tolist() if p >= 0] == verdict.ranking


def answer_of(name: str, code) -> object:
    of = TYPES[name]
    if isinstance(of, NumberType):
        return int(code)
    if isinstance(of, FlagsType):
        return tuple(o for i, o in enumerate(of.options) if int(code) >> i & 1)
    return of.options[int(code)]


def batch_seconds(many: Columns, columns) -> float:
    start = time.process_time()
    for chunk in many.chunks(columns):
        assert len(chunk.ranking) == len(OFFERS)
    return time.process_time() - start


def table(results: dict[int, dict[str, float]]) -> str:
    """Markdown; every ratio is how many times as fast as the other."""
    lines = [
        "| rules | decision µs | x zen | x generated Python | one answer changed µs | x zen "
        "| all what-ifs ms (how many) | rows/s | x zen | ns a rule: decision, rows |",
        "|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for count, r in results.items():
        lines.append(
            f"| {count:,} | {r['ours']:.1f} | {r['zen'] / r['ours']:.1f} "
            f"| {r['python'] / r['ours']:.1f} | {r['change']:.1f} | {r['zen'] / r['change']:.0f} "
            f"| {r['whatif'] / 1e3:.1f} ({r['tries']:.0f}) | {r['rows']:,.0f} "
            f"| {r['rows'] * r['zen'] / 1e6:.0f} "
            f"| {1e3 * r['ours'] / count:.0f}, {1e9 / r['rows'] / count:.2f} |"
        )
    lines += ["", "Cost of a rule in one decision, from the smallest base (a full bar) on:"]
    first = next(iter(results.values()))["ours"] / next(iter(results))
    for count, r in results.items():
        share = r["ours"] / count / first
        lines.append(f"    {count:>6,} {'#' * max(1, round(40 * share))} {share:.2f}")
    lines += ["", "Read and typed, then compiled and laid out (ms):"]
    lines += [f"    {n:>6,} {r['read_ms']:8.0f} {r['build_ms']:8.0f}" for n, r in results.items()]
    return "\n".join(lines)


def plot(results: dict[int, dict[str, float]]) -> str:
    """What one rule costs, by how many there are."""
    lines = {
        "zen-engine, one expression": "zen",
        "generated Python": "python",
        "one decision": "ours",
        "one answer changed": "change",
    }
    drawn = {
        name: [(count, 1e3 * r[key] / count) for count, r in results.items()]
        for name, key in lines.items()
    }
    drawn["a row of many"] = [(n, 1e9 / r["rows"] / n) for n, r in results.items()]
    return chart("What a rule costs in one decision", "rules", "ns a rule", drawn)


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the rule engine.")
    parser.add_argument("--rules", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--plot", type=Path, help="also draw the cost of a rule, as SVG")
    parser.add_argument("--json", action="store_true", help="print the figures themselves")
    asked = parser.parse_args()
    results = {count: measure(count, asked.rows) for count in asked.rules}
    print(json.dumps(results, indent=2) if asked.json else table(results))
    if asked.plot:
        asked.plot.write_text(plot(results), "utf-8")


if __name__ == "__main__":
    main()
