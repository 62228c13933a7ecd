"""The offer side: what is believed of an offer together with the model it would serve."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from advisor.knowledge.ledger import NOTHING, Evidence, Ledger
from advisor.knowledge.model import Knowledge
from advisor.knowledge.values import Domain, Options


class Offering:
    """Evidence by name for each (offer, model): bare names for the offer and its row for
    the model, ``accelerator.`` and ``model.`` for theirs."""

    def __init__(self, knowledge: Knowledge, ledger: Ledger) -> None:
        self._knowledge = knowledge
        self._ledger = ledger
        self.of = lru_cache(maxsize=None)(self._of)
        self.environment = lru_cache(maxsize=None)(self._environment)

    def _of(self, offer_id: str, model: str | None) -> Mapping[str, Evidence]:
        offer = self._knowledge.offers[offer_id]
        found: dict[str, Evidence] = dict(self._ledger.offers[offer_id])
        if offer.accelerator is not None:
            for name, evidence in self._ledger.accelerators[offer.accelerator].items():
                found[f"accelerator.{name}"] = evidence
        if model is not None:
            row = self._ledger.served[offer_id].get(model)
            if row is not None:
                found.update(row.attributes)
            for name, evidence in self._ledger.models[model].items():
                found[f"model.{name}"] = evidence
            # A team that loads the weights itself is bounded by the model alone.
            if row is None and self.is_yes(offer_id, "any-open-model"):
                found["context-limit"] = found.get("model.context", NOTHING)
        return found

    def _environment(self, offer_id: str, model: str | None) -> Mapping[str, Domain]:
        offer = self._knowledge.offers[offer_id]
        env: dict[str, Domain] = {
            "offer": _one(offer.id),
            "platform": _one(offer.platform),
            "deployment": _one(offer.deployment),
        }
        if model is not None:
            env["model.id"] = _one(model)
            env["model.open"] = _one("yes" if self._knowledge.models[model].open else "no")
        for name, evidence in self._of(offer_id, model).items():
            if evidence.value is not None:
                env[name] = evidence.value
        return env

    def is_yes(self, offer_id: str, attribute: str) -> bool:
        """Whether a yes/no attribute of the offer is surely yes."""
        evidence = self._ledger.offers[offer_id].get(attribute, NOTHING)
        return evidence.value == _one("yes")

    def depends_on_model(self, name: str) -> bool:
        """Whether a name's value hangs on the model that is served."""
        if name.startswith("model."):
            return True
        attribute = self._knowledge.attributes.get(name)
        return attribute is not None and attribute.of == "served"


def _one(value: str) -> Options:
    return Options(frozenset({value}))
