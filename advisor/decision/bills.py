"""What an offer would cost for the answers at hand: the itemised bill, kept by what it reads."""

from __future__ import annotations

from fractions import Fraction

from advisor.decision.brief import UNKNOWN_COST
from advisor.decision.costs import QUESTIONS as COST_QUESTIONS
from advisor.decision.leaving import CURRENT
from advisor.decision.result import Money
from advisor.decision.situation import Situation
from advisor.engine.axes import Axis
from advisor.engine.serving import QUESTIONS as SERVING_QUESTIONS
from advisor.estimate.cost import Bill
from advisor.estimate.ranges import Range
from advisor.knowledge.values import Domain, Options


def answered_traffic(situation: Situation) -> dict[str, Domain]:
    """What was answered; silence that has a meaning is that."""
    env = dict(situation.inputs.answers)
    for question in situation.knowledge.questions.values():
        if question.id not in env and question.unknown_means is not None:
            env[question.id] = question.unknown_means
    return env


def bill_of(situation: Situation, offer: str, model: str | None) -> Bill:
    """The itemised bill for the answered traffic."""
    read = {*COST_QUESTIONS, CURRENT}
    place = ("bill", offer, model, situation.prices, *situation.slots(read))
    return situation.base.tables.of(
        place, lambda: situation.costs.bill(offer, model, answered_traffic(situation))
    )


def monthly_of(situation: Situation, offer: str, model: str | None) -> Money:
    """What the offer would cost a month."""
    return money(bill_of(situation, offer, model).monthly)


def today_of(situation: Situation) -> Money:
    """What the offer that is said to serve now would cost; unknown where none is."""
    answer = situation.inputs.answers.get(CURRENT)
    if not isinstance(answer, Options) or len(answer.values) != 1:
        return UNKNOWN_COST
    (offer,) = answer.values
    if offer not in situation.knowledge.offers:
        return UNKNOWN_COST
    return monthly_of(situation, offer, model_of(situation, offer))


def model_of(situation: Situation, offer: str) -> str | None:
    """The model the offer serves where the answers decide it, else in the likeliest cell of
    what is open."""
    keys = situation.space.open_keys(SERVING_QUESTIONS)
    at = {key: likeliest(situation.axes[key]) for key in keys}
    return situation.choice(offer, at).model


def likeliest(axis: Axis) -> int:
    """The cell with most prior mass, the first of equals."""
    weights = [cell.weight for cell in axis.cells]
    return weights.index(max(weights))


def money(amount: Range) -> Money:
    """A range of USD in exact figures."""
    return Money(exact(amount.low), exact(amount.high))


def exact(value: int | Fraction | None) -> Fraction | None:
    """The same number as a fraction."""
    return None if value is None else Fraction(value)
