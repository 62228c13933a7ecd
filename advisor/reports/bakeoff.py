"""The bake-off plan as a document and as data (``advisor-bake-off-1``)."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from advisor.decision.bakeoff import BakeOff, Candidate
from advisor.decision.bakeoff_load import Load, Run
from advisor.decision.bakeoff_marks import Mark
from advisor.decision.checklists import Checklist
from advisor.estimate.ranges import Range
from advisor.reports.bench_commands import TITLES, commands, settings
from advisor.reports.blocks import (
    Block,
    Code,
    Document,
    Heading,
    Item,
    Items,
    Pair,
    Pairs,
    Paragraph,
    Table,
)
from advisor.reports.figures import counted, decimal, grouped, listed, money

FORMAT = "advisor-bake-off-1"
TITLE = "Inference Advisor: bake-off before signing"

FIGURES = (
    ("Time to the first token", "p50 and p95, from the request to the first token received"),
    ("Time per output token (TPOT)", "p50 and p95, the first token aside"),
    (
        "Throughput at the latency target",
        "requests a second answered in full while the latency marks hold",
    ),
    ("Errors and 429", "share of the requests sent that were not answered in full"),
    ("Cost per accepted request", "what the run cost / requests answered in full"),
)
"""The figures that decide, and how each is counted."""


def bake_off_view(plan: BakeOff) -> Document:
    """What to test, with what, what decides, how long, for how much, and what to sign off."""
    return Document(TITLE, tuple(_blocks(plan)))


def bake_off_data(plan: BakeOff) -> dict[str, object]:
    """``advisor-bake-off-1``."""
    return {
        "format": FORMAT,
        "as_of": plan.as_of,
        "headline": plan.headline,
        "candidates": [_candidate_data(plan, c) for c in plan.candidates],
        "traffic": _load_data(plan.load),
        "runs": [_run_data(run) for run in plan.runs],
        "figures": [{"figure": name, "counted": how} for name, how in FIGURES],
        "marks": [
            {
                "kind": m.kind,
                "offer": m.offer,
                "figure": m.figure,
                "passes": m.passes or None,
                "overturns": m.overturns or None,
                "because": m.because,
                "value": _number(m.value),
                "unit": m.unit or None,
                "winner": m.winner,
            }
            for m in plan.marks
        ],
        "hours_per_offer": _number(plan.hours),
        "cost_usd": [_number(plan.cost.low), _number(plan.cost.high)],
        "commands": [{"tool": c.tool, "run": c.run, "command": c.text} for c in commands(plan)],
        "checklists": [
            {
                "id": c.id,
                "title": c.title,
                "lines": [
                    {
                        "rule": line.rule,
                        "text": line.text,
                        "reasons": list(line.reasons),
                        "source": line.source,
                    }
                    for line in c.lines
                ],
            }
            for c in plan.checklists
        ],
    }


def _blocks(plan: BakeOff) -> Iterator[Block]:
    yield Paragraph(plan.headline, "strong")
    if not plan.candidates:
        yield Paragraph("Nothing qualifies, so there is nothing to test: relax a requirement.")
        return
    hours = "not known" if plan.hours is None else f"about {_hours(plan.hours)} per offer"
    yield Pairs(
        (
            Pair("Offers", str(len(plan.candidates))),
            Pair("Sending", f"{hours}, regions and repeats counted"),
            Pair("Cost", f"{money(plan.cost)} in all"),
            Pair("As of", plan.as_of),
        )
    )
    yield Heading("Which offers")
    yield Table(
        ("offer", "model", "why", "cost of the test"),
        tuple((c.title, c.model or "-", c.why, money(c.cost)) for c in plan.candidates),
        frozenset({3}),
    )
    yield Items(tuple(Item(f"{c.title}: {c.how}") for c in plan.candidates))
    yield from _traffic(plan.load)
    yield from _runs(plan)
    yield Heading("Which figures decide")
    yield Pairs(tuple(Pair(name, how) for name, how in FIGURES))
    yield from _marks(plan.marks)
    yield from _commands(plan)
    for checklist in plan.checklists:
        yield from checklist_blocks(checklist)


def checklist_blocks(checklist: Checklist) -> Iterator[Block]:
    """One checklist; each line with what brought it up."""
    yield Heading(f"Checklist: {checklist.title.lower()} ({len(checklist.lines)})")
    yield Items(
        tuple(
            Item(
                f"[ ] {line.text}",
                (f"because {listed(line.reasons)}" if line.reasons else line.rule,),
            )
            for line in checklist.lines
        )
    )


def _traffic(load: Load) -> Iterator[Block]:
    yield Heading("With which traffic")
    rows = [
        Pair("Mean rate", _rate(load.mean)),
        Pair("Peak rate", _rate(load.peak)),
        Pair("Prompt", _tokens(load.reads, load.prefix)),
        Pair("Answer", _tokens(load.writes, 0)),
        Pair("At once", "not known" if load.in_flight is None else grouped(load.in_flight)),
        Pair("From", listed(load.regions) if load.regions else "regions not answered"),
    ]
    yield Pairs(tuple(rows))
    notes = [Item(f"Assumed: {text}") for text in load.assumptions]
    if load.missing:
        words = f"Not answered: {listed(load.missing)}; fill in the variables below first."
        notes.append(Item(words, mark="-", tone="warn"))
    if notes:
        yield Items(tuple(notes))


def _runs(plan: BakeOff) -> Iterator[Block]:
    yield Heading("Which runs, in this order")
    yield Table(
        ("run", "load", "requests", "from", "times"),
        tuple(
            (
                run.id,
                _load_words(run),
                grouped(sum(run.requests)),
                listed(run.regions) if run.regions else "anywhere",
                str(run.times),
            )
            for run in plan.runs
        ),
        frozenset({2, 4}),
    )
    yield Items(tuple(Item(f"{run.id} ({run.title}): {run.why}") for run in plan.runs))


def _marks(marks: tuple[Mark, ...]) -> Iterator[Block]:
    yield Heading("Pass marks")
    yield Paragraph("Measured under the heaviest run that your answers ask for.")
    demands = tuple(
        (m.figure, m.passes, m.because) for m in marks if m.kind == "requirement" and m.passes
    )
    if demands:
        yield Table(("figure", "passes with", "from"), demands)
    turning = [m for m in marks if m.kind != "requirement"]
    if not turning:
        return
    yield Heading("What would confirm or overturn the recommendation", 3)
    yield Paragraph(
        f"It is confirmed when {marks[0].title} holds every mark above and none of these turns it."
    )
    turns = tuple((m.title, m.figure, m.overturns) for m in turning if m.winner is not None)
    if turns:
        yield Table(("offer", "figure", "the winner changes"), turns)
    still: dict[tuple[str, str], list[str]] = {}
    for mark in turning:
        if mark.winner is None:
            still.setdefault((mark.title, mark.overturns), []).append(mark.figure)
    yield Items(
        tuple(
            Item(f"{title}, {'; '.join(figures)}: {words}.")
            for (title, words), figures in still.items()
        )
    )


def _commands(plan: BakeOff) -> Iterator[Block]:
    yield Heading("Commands")
    yield Paragraph(
        "Set these once for each offer, then run what follows from each region. One tool is "
        "enough; all of them need the folder with the model's tokenizer."
    )
    for candidate in plan.candidates:
        yield Code(settings(plan, candidate), candidate.title)
    made = commands(plan)
    for tool, title in TITLES.items():
        yield Heading(title, 3)
        for command in made:
            if command.tool == tool:
                yield Code(command.text, f"{title}: {command.run}")
    yield Heading("Results of another tool", 3)
    yield Code(results_template(plan), "results.yaml")
    yield Paragraph(
        "Then: advisor recommend ANSWERS --measured FILE, once for each result file; a file "
        "whose name does not begin with the offer is given as OFFER=FILE."
    )


def results_template(plan: BakeOff) -> str:
    """A results file to fill in, for figures that none of these tools wrote."""
    lines = ["format: 1", "results:"]
    for candidate in plan.candidates:
        lines += [
            f"  - offer: {candidate.offer}",
            *([f"    model: {candidate.model}"] if candidate.model else []),
            "    date:                          # the day of the run, such as 2026-11-22",
            "    requests:                      # sent",
            "    accepted:                      # answered in full",
            "    rate-limited:                  # refused with 429",
            "    seconds:",
            "    concurrency:                   # or request-rate: per second",
            "    first-token-ms: {p50: , p95: }",
            "    token-ms: {p50: , p95: }",
            "    output-tokens-per-second:      # of the whole system",
            *([] if candidate.hosted else ["    devices:                       # rented for it"]),
        ]
    return "\n".join(lines)


def _candidate_data(plan: BakeOff, c: Candidate) -> dict[str, object]:
    return {
        "offer": c.offer,
        "title": c.title,
        "model": c.model,
        "why": c.why,
        "paid_by": "token" if c.hosted else "hour",
        "devices": c.devices,
        "usd_per_request_or_device_hour": _ends(c.unit_price),
        "cost_usd": [_number(c.cost.low), _number(c.cost.high)],
        "how": c.how,
        "settings": settings(plan, c),
    }


def _load_data(load: Load) -> dict[str, object]:
    return {
        "requests_per_second_mean": _number(load.mean),
        "requests_per_second_peak": _number(load.peak),
        "input_tokens": load.reads,
        "output_tokens": load.writes,
        "repeated_input_tokens": load.prefix,
        "in_flight": load.in_flight,
        "regions": list(load.regions),
        "missing": list(load.missing),
        "assumptions": list(load.assumptions),
    }


def _run_data(run: Run) -> dict[str, object]:
    return {
        "id": run.id,
        "title": run.title,
        "shape": run.shape,
        "streams": list(run.streams),
        "requests_per_second": _number(run.rate),
        "seconds": run.seconds,
        "requests": list(run.requests),
        "regions": list(run.regions),
        "times": run.times,
        "why": run.why,
    }


def _load_words(run: Run) -> str:
    if run.shape == "closed":
        steps = listed([grouped(s) for s in run.streams])
        return f"{steps} at once"
    kind = "in bursts" if run.shape == "bursts" else "at random"
    return f"{_rate(run.rate)} {kind}, {_hours(Fraction(run.seconds or 0, 3600))}"


def _rate(rate: Fraction | None) -> str:
    if rate is None:
        return "not known"
    if rate >= 1:
        return f"{decimal(rate, 1 if rate < 100 else 0)} requests a second"
    return f"{decimal(rate * 60, 1)} requests a minute"


def _tokens(count: int | None, prefix: int) -> str:
    if count is None:
        return "not known"
    repeated = f", {grouped(prefix)} of them the same each time" if prefix else ""
    return f"{counted(count, 'token')}{repeated}"


def _hours(hours: Fraction) -> str:
    if hours >= 48:
        return f"{decimal(hours / 24, 0)} days"
    if hours >= 2:
        return f"{decimal(hours, 1)} hours"
    return f"{decimal(hours * 60, 0)} minutes"


def _ends(amount: Range) -> list[float | None]:
    return [_number(amount.low), _number(amount.high)]


def _number(value: int | Fraction | None) -> float | None:
    return None if value is None else round(float(value), 6)
