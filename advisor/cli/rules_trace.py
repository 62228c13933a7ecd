"""``advisor rules trace``: what every rule saw, what it was short of, what would make it hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from advisor.cli.inputs import load_knowledge, read_inputs
from advisor.cli.options import Common, common_options, format_option, output_option, unknown_name
from advisor.cli.output import emit, text_style

if TYPE_CHECKING:
    from advisor.decision.situation import Situation
    from advisor.engine.trace import Needed, Seen, Trace
    from advisor.knowledge.model import Rule
    from advisor.knowledge.values import Domain
    from advisor.reports.blocks import Block

_HOLDS = {True: "yes", False: "no", None: "open"}
_MOST_WAYS = 6


@click.command("trace")
@click.argument("answers", metavar="ANSWERS")
@click.option("--rule", "rule", metavar="ID", help="Trace this rule only.")
@click.option("--offer", "offer", metavar="ID", help="Trace the rules for this offer only.")
@format_option("text", "json")
@output_option
@common_options
def command(
    common: Common,
    answers: str,
    rule: str | None,
    offer: str | None,
    form: str,
    output: Path | None,
) -> int:
    """Show which rules hold for these answers (YAML or JSON; - is standard input), with the
    value that each condition saw.

    With --offer: the rules that hold for it, those that one condition keeps from holding, and
    those that hang on what is not known.  With --rule: the rule for every offer.  With
    neither: every rule, and for how many offers it holds.
    """
    knowledge = load_knowledge(common)
    for what, name, known in (
        ("rule", rule, [*knowledge.rules]),
        ("offer", offer, [*knowledge.offers]),
    ):
        if name is not None and name not in known:
            raise unknown_name(what, name, known, f"--{what}")
    from advisor.decision.inference import inferred
    from advisor.decision.rulebase import RuleBase
    from advisor.decision.situation import Situation

    base = RuleBase.on(knowledge, common.as_of)
    read = inferred(knowledge, base.ledger, read_inputs(answers, knowledge))
    view = _View(Situation(base, read.inputs))
    rules = [r for r in knowledge.rules.values() if rule in (None, r.id)]
    offers = [name for name in knowledge.offers if offer in (None, name)]
    traces = [(name, view.trace(r, name)) for r in rules for name in offers]
    if form == "json":
        from advisor.cli.rules_data import as_json

        rows = [view.data(name, trace) for name, trace in traces]
        day = common.as_of.isoformat()
        emit(as_json("advisor-rule-traces-1", as_of=day, traces=rows), output)
        return 0
    from advisor.reports.blocks import Document
    from advisor.reports.text import render_document

    if rule is None and offer is None:
        blocks = view.overview(rules, traces)
    elif offer is None:
        blocks = view.of_rule(traces)
    elif rule is None:
        blocks = view.of_offer(traces)
    else:
        blocks = view.whole(*traces[0])
    title = " ".join(["Trace", *(f"of {name}" for name in (rule, offer) if name)])
    emit(render_document(Document(title, tuple(blocks)), text_style(output)), output)
    return 0


class _View:
    """Traces of one situation, in words."""

    def __init__(self, situation: Situation) -> None:
        from advisor.authoring.vocabulary import Vocabulary

        self.situation = situation
        self.vocabulary = Vocabulary(situation.knowledge)
        self._models: dict[str, str | None] = {}
        self._everything: Mapping[str, Domain] = situation.environment(
            situation.knowledge.questions, {}, point=False
        )

    def trace(self, rule: Rule, offer: str) -> Trace:
        """The rule for the offer and the model it would serve in the likeliest case."""
        from advisor.decision.costs import MEASURES
        from advisor.engine.trace import trace_rule
        from advisor.language.mentions import its_in

        situation = self.situation
        workload = situation.base.workload
        # As in a decision: only warnings and advice ask what was answered; to the others, what
        # was not is everything that it could be.
        stated = rule.effect in ("warn", "advise")
        env = situation.inputs.answers if stated else self._everything
        known = workload.extend(env, workload.derived_in(rule.when))
        model = self.model(offer)
        its = dict(situation.base.offering.environment(offer, model))
        for name in sorted(its_in(rule.when) & set(MEASURES)):
            value = situation.costs.measure(name, offer, model, env)
            if value is not None:
                its[name] = value
        return trace_rule(rule, known, its)

    def model(self, offer: str) -> str | None:
        """The model that the offer would serve."""
        from advisor.engine.serving import QUESTIONS

        if offer not in self._models:
            space = self.situation.space
            at = {}
            for key in space.open_keys(QUESTIONS):
                weights = [cell.weight for cell in space.axes[key].cells]
                at[key] = weights.index(max(weights))
            self._models[offer] = self.situation.choice(offer, at).model
        return self._models[offer]

    # Text

    def overview(self, rules: list[Rule], traces: list[tuple[str, Trace]]) -> Iterator[Block]:
        """For how many offers each rule holds, may hold, or nearly holds."""
        from advisor.reports.blocks import Paragraph, Table

        rows = []
        for rule in rules:
            own = [trace for _, trace in traces if trace.rule is rule]
            counts = (
                sum(trace.truth is True for trace in own),
                sum(trace.truth is None for trace in own),
                sum(bool(trace.misses) for trace in own),
            )
            rows.append((rule.id, _effect(rule), *map(str, counts)))
        header = ("rule", "effect", "holds for", "open for", "nearly for")
        yield Table(header, tuple(rows), right=frozenset({2, 3, 4}), whole=True)
        yield Paragraph("Add --rule ID or --offer ID to see what the conditions saw.")

    def of_rule(self, traces: list[tuple[str, Trace]]) -> Iterator[Block]:
        """The rule for every offer, on a line each."""
        from advisor.reports.blocks import Table

        rows = []
        for offer, trace in traces:
            why = self._because(trace)
            rows.append((offer, self.model(offer) or "", _HOLDS[trace.truth], why))
        yield Table(("offer", "model", "holds", "because"), tuple(rows), whole=True)

    def of_offer(self, traces: list[tuple[str, Trace]]) -> Iterator[Block]:
        """What holds for the offer, what nearly does, and what may."""
        from advisor.reports.blocks import Heading, Paragraph, Table

        model = self.model(traces[0][0])
        if model is not None:
            yield Paragraph(f"Figures of the model hang on {model}.")
        groups = (
            ("Rules that hold", [t for _, t in traces if t.truth is True]),
            ("One condition short", [t for _, t in traces if t.misses]),
            ("Open", [t for _, t in traces if t.truth is None]),
        )
        for heading, found in groups:
            yield Heading(heading)
            if not found:
                yield Paragraph("None.")
                continue
            rows = tuple((t.rule.id, _effect(t.rule), self._because(t)) for t in found)
            yield Table(("rule", "effect", "because"), rows, whole=True)

    def whole(self, offer: str, trace: Trace) -> Iterator[Block]:
        """One rule for one offer, condition by condition."""
        from advisor.reports.blocks import Heading, Paragraph, Table

        model = self.model(offer)
        outcome = {True: "holds", False: "does not hold", None: "is open"}[trace.truth]
        served = f" with {model}" if model else ""
        yield Paragraph(f"{trace.rule.id} ({_effect(trace.rule)}) {outcome} for {offer}{served}.")
        rows = tuple(
            (seen.side, self._label(seen), self._saw(seen), _HOLDS[seen.truth])
            for seen in trace.conditions
        )
        if rows:
            yield Table(("", "condition", "saw", "holds"), rows, whole=True)
        if trace.misses:
            yield Heading("It would hold with any one of these")
            for needed in trace.misses:
                yield Paragraph(f"{self._needed(needed)} (now: {self._saw(needed.seen)})")
        if trace.completions:
            yield Heading("It holds as soon as one of these is so")
            for way in trace.completions:
                yield Paragraph(self._way(way))
        if not trace.spread:
            yield Paragraph("It has too many alternatives to list what it is short of.")

    def _because(self, trace: Trace) -> str:
        if trace.truth is True:
            parts = [f"{self._label(s)} (saw {self._saw(s)})" for s in trace.conditions if s.truth]
            return "; ".join(parts) or "always"
        if trace.misses:
            short = [f"{self._needed(n)} (saw {self._saw(n.seen)})" for n in trace.misses]
            return f"short of {' or '.join(short)}"
        if trace.completions:
            shown = [self._way(way) for way in trace.completions[:_MOST_WAYS]]
            more = len(trace.completions) - len(shown)
            return " or ".join(shown) + (f" or {more} more" if more else "")
        failing = [s for s in trace.conditions if s.truth is not True]
        return f"{len(failing)} of {len(trace.conditions)} conditions do not hold"

    def _way(self, way: tuple[Needed, ...]) -> str:
        return "if " + " and ".join(self._needed(needed) for needed in way)

    def _needed(self, needed: Needed) -> str:
        label = self._label(needed.seen)
        return label if needed.wanted else f"not ({label})"

    def _label(self, seen: Seen) -> str:
        return f"{seen.name}: {self.vocabulary.test(seen.side, seen.name, seen.test)}"

    def _saw(self, seen: Seen) -> str:
        from advisor.language.wording import domain_words

        stated = seen.name in self.situation.inputs.answers
        words = self._words(seen.value, seen.side, seen.name)
        if seen.side == "when" and seen.name in self.situation.knowledge.questions and not stated:
            words = "not answered"
        for name, value in seen.its:
            theirs = (
                "not known" if value is None else domain_words(value, self.vocabulary.its[name])
            )
            words += f"; its {name} is {theirs}"
        return words

    def _words(self, value: Domain | None, side: str, name: str) -> str:
        from advisor.language.wording import domain_words

        return "not known" if value is None else domain_words(value, self.vocabulary.of(side, name))

    # JSON

    def data(self, offer: str, trace: Trace) -> dict[str, object]:
        """One trace for programs; ``holds`` null is open."""
        rule = trace.rule
        return {
            "rule": rule.id,
            "offer": offer,
            "model": self.model(offer),
            "effect": rule.effect,
            "steps": rule.steps if rule.effect in ("score", "weigh") else None,
            "holds": trace.truth,
            "conditions": [
                {
                    "side": seen.side,
                    "condition": self._label(seen),
                    "saw": self._saw(seen),
                    "holds": seen.truth,
                    "line": seen.line,
                }
                for seen in trace.conditions
            ],
            "near_misses": [self._needed_data(needed) for needed in trace.misses],
            "completions": [[self._needed_data(n) for n in way] for way in trace.completions],
        }

    def _needed_data(self, needed: Needed) -> dict[str, object]:
        return {
            "condition": self._label(needed.seen),
            "wanted": needed.wanted,
            "saw": self._saw(needed.seen),
        }


def _effect(rule: Rule) -> str:
    if rule.effect in ("score", "weigh"):
        return f"{rule.effect} {rule.criterion} {rule.steps:+d}"
    return f"{rule.effect}, negotiable" if rule.negotiable else rule.effect
