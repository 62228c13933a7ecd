"""``advisor next ANSWERS``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from advisor.cli.inputs import load_knowledge, read_inputs
from advisor.cli.main import DONE, NO_OFFER
from advisor.cli.options import Common, common_options, format_option, output_option
from advisor.cli.output import emit

if TYPE_CHECKING:
    from advisor.decision.next_question import NextStep
    from advisor.knowledge.model import Knowledge

FORMAT = "advisor-next-1"


@click.command("next")
@click.argument("answers", metavar="ANSWERS")
@format_option("text", "json")
@output_option
@common_options
def command(common: Common, answers: str, form: str, output: Path | None) -> int:
    """The question to ask next and why, or that nothing left can change the winner.

    Exits with 5 when no offer qualifies, whatever else is answered.
    """
    from advisor.decision.recommend import decide

    knowledge = load_knowledge(common)
    decision = decide(knowledge, read_inputs(answers, knowledge), common.as_of)
    step = decision.next_step()
    emit(_json(step) if form == "json" else _text(step, knowledge), output)
    return DONE if decision.order else NO_OFFER


def _json(step: NextStep) -> str:
    data = {
        "format": FORMAT,
        "settled": step.settled,
        "worlds": {
            "total": step.worlds.total,
            "checked": step.worlds.checked,
            "method": step.worlds.method,
        },
        "question": step.question,
        "why": step.why,
    }
    return json.dumps(data, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def _text(step: NextStep, knowledge: Knowledge) -> str:
    if step.question is None:
        return f"{'settled: ' if step.settled else ''}{step.why}\n"
    question = knowledge.questions[step.question]
    lines = [f"{question.id}: {question.ask}", f"  why: {step.why}", f"  {question.why}"]
    return "\n".join(lines) + "\n"
