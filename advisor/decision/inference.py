"""What some answers say about others, stated as a reading and never silently."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from advisor.decision.result import Reading
from advisor.knowledge.ledger import NOTHING, Ledger
from advisor.knowledge.model import Inputs, Knowledge
from advisor.knowledge.values import Flags, Interval, NumberType
from advisor.language.units import format_number


class Inferred(Struct, frozen=True):
    """``inputs`` with what follows from them, and how it was read."""

    inputs: Inputs
    readings: tuple[Reading, ...]


def inferred(knowledge: Knowledge, ledger: Ledger, inputs: Inputs) -> Inferred:
    """Named models give the model size: the largest whose size is known decides it."""
    models = inputs.answers.get("models")
    question = knowledge.questions.get("model-size")
    if (
        question is None
        or not isinstance(question.type, NumberType)
        or "model-size" in inputs.answers
        or not isinstance(models, Flags)
    ):
        return Inferred(inputs, ())
    sizes: list[tuple[Interval, str]] = []
    for model in sorted(models.must):
        value = ledger.models[model].get("total-parameters", NOTHING).value
        if isinstance(value, Interval) and value.low is not None and value.is_point:
            sizes.append((value, model))
    if not sizes:
        return Inferred(inputs, ())
    size, model = max(sizes, key=lambda found: (found[0].low or 0, found[1]))
    assert size.low is not None
    low, high = question.type.minimum, question.type.maximum
    if (low is not None and size.low < low) or (high is not None and size.low > high):
        return Inferred(inputs, ())
    words = format_number(size.low, question.type.unit)
    text = f"model-size is read as {words}, the size of {model}."
    return Inferred(
        replace(inputs, answers={**inputs.answers, "model-size": size}),
        (Reading("model-size", text),),
    )
