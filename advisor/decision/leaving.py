"""What leaving today's offer takes."""

from __future__ import annotations

from advisor.estimate.cost import Switching
from advisor.estimate.ranges import Range
from advisor.knowledge.model import Inputs, Knowledge
from advisor.knowledge.values import Options

CURRENT = "current-offer"


def leaving(knowledge: Knowledge, inputs: Inputs, offer: str) -> Switching | None:
    """The cost of moving to ``offer`` from today's, where another one was answered."""
    current, method = inputs.answers.get(CURRENT), knowledge.method
    if method.switching_hours is None or not isinstance(current, Options):
        return None
    today = knowledge.offers.get(min(current.values))
    if len(current.values) != 1 or today is None or today.id == offer:
        return None
    return Switching(
        Range(*method.switching_hours),
        Range(*method.staff_rate),
        method.switching_months,
        today.title,
        "rules/method.yaml",
    )
