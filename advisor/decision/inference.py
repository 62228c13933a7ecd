"""What some answers say about others, stated as a reading and never silently."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from advisor.decision.result import Reading
from advisor.knowledge.ledger import NOTHING, Ledger
from advisor.knowledge.model import Inputs, Knowledge
from advisor.knowledge.values import Domain, Flags, Interval, NumberType
from advisor.language.kleene import condition_truth
from advisor.language.mentions import names_in
from advisor.language.units import format_number
from advisor.language.wording import domain_words


class Inferred(Struct, frozen=True):
    """``inputs`` with what follows from them, and how it was read."""

    inputs: Inputs
    readings: tuple[Reading, ...]


def inferred(knowledge: Knowledge, ledger: Ledger, inputs: Inputs) -> Inferred:
    """Named models give the model size: the largest whose size is known decides it.  A
    question without an answer that the answers given make idle to ask holds what it declares
    for that: this only narrows what is left, so whatever was proved stays proved."""
    sized = _sized(knowledge, ledger, inputs)
    answers: dict[str, Domain] = {}
    readings: list[Reading] = []
    for question in knowledge.questions.values():
        held = question.unasked_means
        if held is None or question.id in sized.inputs.answers:
            continue
        if condition_truth(question.ask_when, inputs.answers) is False:
            answers[question.id] = held
            words = domain_words(held, question.type)
            text = f"{question.id} is read as {words}: with these answers it is not asked."
            readings.append(Reading(question.id, text))
    if not answers:
        return sized
    return Inferred(
        replace(inputs, answers={**sized.inputs.answers, **answers}),
        (*sized.readings, *readings),
    )


def told_by(knowledge: Knowledge, question: str) -> frozenset[str]:
    """The questions about which an answer to this one may say something, itself included."""
    found = {q.id for q in knowledge.questions.values() if question in names_in(q.ask_when)}
    found = {q for q in found if knowledge.questions[q].unasked_means is not None}
    return frozenset({question, *found, *(["model-size"] if question == "models" else [])})


def _sized(knowledge: Knowledge, ledger: Ledger, inputs: Inputs) -> Inferred:
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
