"""The names that rules of a loaded rule base use, with their types."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from advisor.knowledge.model import Knowledge
from advisor.knowledge.syntax import UnaryTest
from advisor.knowledge.values import ChoiceType, Type
from advisor.language.binding_rules import ESTIMATES
from advisor.language.wording import test_source, test_words

YES_NO = ChoiceType(("no", "yes"))


class Vocabulary:
    """``workload``: what ``when`` reads; ``offer``: what ``for`` reads; ``its``: what ``when``
    may compare with."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.workload: Mapping[str, Type] = {
            **{q.id: q.type for q in knowledge.questions.values()},
            **{d.id: d.type for d in knowledge.derived.values()},
        }
        offers = knowledge.offers.values()
        names: dict[str, Type] = {
            "offer": ChoiceType(tuple(knowledge.offers)),
            "platform": ChoiceType(tuple(sorted({o.platform for o in offers}))),
            "deployment": ChoiceType(tuple(sorted({o.deployment for o in offers}))),
            "model.id": ChoiceType(tuple(knowledge.models)),
            "model.open": YES_NO,
        }
        for attribute in knowledge.attributes.values():
            bare = attribute.of in ("offer", "served")
            names[attribute.id if bare else f"{attribute.of}.{attribute.id}"] = attribute.type
        self.offer: Mapping[str, Type] = names
        self.its: Mapping[str, Type] = {**names, **ESTIMATES}
        self.test = lru_cache(maxsize=None)(self._test)

    def of(self, side: str, name: str) -> Type:
        """The type of a name under ``when`` or ``for``.  Raises KeyError."""
        return (self.workload if side == "when" else self.offer)[name]

    def _test(self, side: str, name: str, test: UnaryTest) -> str:
        """A test as a rule file writes it."""
        return written_test(test, self.of(side, name))


def written_test(test: UnaryTest, of: Type) -> str:
    """The test as a cell; in words where no single cell expresses it."""
    try:
        return test_source(test, of)
    except ValueError:
        return test_words(test, of)
