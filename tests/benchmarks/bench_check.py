"""How fast ``rules check`` is, and how it grows with the rule base: one command.

    python -m tests.benchmarks.bench_check              # shipped; 50, 500 and 5,000 rules
    python -m tests.benchmarks.bench_check --rules 500

The shipped rules are replaced by generated ones about the shipped questions and offers: steps
on every criterion that is not measured, in groups of evidence as large as the shipped ones, and
exclusions, warnings and weights among them.  One rule in fifty is planted in the shadow of two
others; that all of these are found, and nothing is left undecided, is held before anything is
printed.  Times are processor time of this process, so read the growth, not the seconds.
"""

from __future__ import annotations

import argparse
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random

from advisor.authoring.check import check
from advisor.knowledge.model import Knowledge
from advisor.knowledge.values import ChoiceType, FlagsType, NumberType
from advisor.language.rulebase import load_rule_base

RULES = Path(__file__).parents[2] / "rules"
DAY = date(2026, 11, 22)
SIZES = (50, 500, 5_000)
PLANTED = 50
"""One rule in so many lies in the shadow of two others."""
PER_EVIDENCE = 12
PER_FILE = 250
SOURCE = "{ref: expert-panel, grade: expert judgement, checked: 2026-11-22}"


@dataclass(frozen=True)
class Timed:
    rules: int
    load: float
    check: float
    found: int


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--rules", type=int, action="append", help="only bases of this many rules")
    sizes = parser.parse_args().rules or SIZES
    shipped = timed(RULES, once=False)
    print(
        f"{'rule base':>12}  {'load s':>8}  {'check s':>8}  {'us/rule':>8}  {'growth':>7}  findings"
    )
    show("shipped", shipped, None)
    before: Timed | None = None
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder) / "rules"
            planted = write(root, size, load_rule_base(RULES))
            row = timed(root, once=size > 1_000, planted=planted)
        show(f"{size:,}", row, before)
        before = row


def show(name: str, row: Timed, before: Timed | None) -> None:
    """One line; ``growth``: how many times longer than the base before, per time larger."""
    growth = (
        "" if before is None else f"{row.check / before.check / (row.rules / before.rules):.2f}"
    )
    print(
        f"{name:>12}  {row.load:8.2f}  {row.check:8.2f}  {row.check / row.rules * 1e6:8.0f}  "
        f"{growth:>7}  {row.found}",
        flush=True,
    )


def timed(root: Path, *, once: bool, planted: frozenset[str] = frozenset()) -> Timed:
    """The best of three runs, or one of a large base."""
    loads, checks = [], []
    for _ in range(1 if once else 3):
        started = time.process_time()
        knowledge = load_rule_base(root)
        loaded = time.process_time()
        problems = check(knowledge, DAY)
        checks.append(time.process_time() - loaded)
        loads.append(loaded - started)
    shadowed = {
        match.group(1)
        for problem in problems
        if problem.check in ("shadowed-rule", "duplicate-rule")
        and (match := re.match(r"the rule '([^']+)'", problem.message))
    }
    missed = planted - shadowed
    if missed:
        raise SystemExit(f"not found: {', '.join(sorted(missed)[:5])}")
    # Who can win is not looked for without being asked.
    undecided = [
        problem.message
        for problem in problems
        if problem.check == "not-decided" and not problem.message.endswith("no answers were tried")
    ]
    if undecided:
        raise SystemExit(f"{len(undecided)} not decided: {undecided[0]}")
    return Timed(len(knowledge.rules), min(loads), min(checks), len(problems))


# Generated rules


def write(root: Path, count: int, knowledge: Knowledge) -> frozenset[str]:
    """The shipped rule base with ``count`` generated rules instead of its own; gives the ids
    of the planted ones."""
    shutil.copytree(RULES, root)
    for folder in ("criteria", "gates", "advice", "cases"):
        shutil.rmtree(root / folder)
    entries = list(rules(count, knowledge))
    (root / "criteria").mkdir()
    for start in range(0, count, PER_FILE):
        text = "".join(text for _, text in entries[start : start + PER_FILE])
        (root / "criteria" / f"generated-{start}.yaml").write_text(text, encoding="utf-8")
    return frozenset(id_ for id_, _ in entries if id_.startswith("planted-"))


def rules(count: int, knowledge: Knowledge) -> Iterator[tuple[str, str]]:
    """Ids and texts; the same for the same count."""
    rnd = Random(count)
    scored = [c.id for c in knowledge.criteria.values() if c.measure is None]
    offers = list(knowledge.offers)
    made = 0
    while made < count:
        evidence = f"evidence-{made // PER_EVIDENCE}"
        head = (
            f"  criterion: {scored[made // PER_EVIDENCE % len(scored)]}\n  evidence: {evidence}\n"
        )
        platform = f"  for: {{platform: {knowledge.offers[rnd.choice(offers)].platform}}}\n"
        kind = rnd.random()
        if made % PLANTED == 0 and made + 3 <= count:
            low = 1_000 * rnd.randint(1, 20)
            cells = (f"below {low * 5}", f"at least {low * 2}", f"{low} to {low * 10}")
            for name, cell, steps in zip(("low", "high", "planted"), cells, (2, 2, 1), strict=True):
                id_ = f"{name}-{made}"
                body = f"{head}{platform}  when: {{requests-per-day: {cell}}}\n  score: {steps}\n"
                yield id_, entry(id_, body)
            made += 3
            continue
        when = f"  when: {{{conditions(rnd, knowledge)}}}\n"
        if kind < 0.05:
            body = f"{when}{platform}  exclude: yes\n"
        elif kind < 0.15:
            body = f"{when}{platform}  warn: yes\n"
        elif kind < 0.2:
            weighed = rnd.choice(list(knowledge.criteria))
            test = f"use-case: {option(rnd, knowledge, 'use-case')}"
            body = f"  criterion: {weighed}\n  evidence: {evidence}\n  when: {{{test}}}\n"
            body += f"  weigh: {rnd.choice((-2, -1, 1, 2))}\n"
        else:
            body = f"{head}{when}{platform}  score: {rnd.choice((-2, -1, 1, 2))}\n"
        yield f"rule-{made}", entry(f"rule-{made}", body)
        made += 1


def entry(id_: str, body: str) -> str:
    """A rule as a file writes it.  Its examples are not held: they cost what any cost."""
    who = ", offer: groq-shared" if "  for:" in body else ""
    examples = "".join(
        f"    - {{given: {{use-case: chat{who}}}, expect: {word}}}\n"
        for word in ("applies", "does not apply")
    )
    return (
        f"- id: {id_}\n{body}  because: Generated as rule {id_}.\n  source: {SOURCE}\n"
        f"  owner: benchmark\n  examples:\n{examples}"
    )


QUESTIONS = ("use-case", "usage-pattern", "hosting", "regions", "requests-per-day", "model-size")


def conditions(rnd: Random, knowledge: Knowledge) -> str:
    """One to three tests, each on another question."""
    found = []
    for name in rnd.sample(QUESTIONS, rnd.choice((1, 2, 2, 3))):
        of = knowledge.questions[name].type
        if isinstance(of, NumberType):
            low = rnd.randint(2, 400)
            cell = rnd.choice((f"at least {low}", f"below {low}", f"{low} to {low * 3}"))
        else:
            assert isinstance(of, ChoiceType | FlagsType)
            cell = option(rnd, knowledge, name)
            if rnd.random() < 0.3:
                cell = f"not {cell}"
        found.append(f"{name}: {cell}")
    return ", ".join(found)


def option(rnd: Random, knowledge: Knowledge, name: str) -> str:
    of = knowledge.questions[name].type
    assert isinstance(of, ChoiceType | FlagsType)
    return rnd.choice(of.options)


if __name__ == "__main__":
    main()
