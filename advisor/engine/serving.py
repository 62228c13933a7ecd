"""Which model an offer would serve for given answers, and whether it can.

Named models: the offer must have all of them; figures hang on the largest.  Otherwise the
best closed models, or the first declared reference model of the asked size that it has.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import lru_cache

from msgspec import Struct

from advisor.engine.offering import Offering
from advisor.knowledge.ledger import Ledger
from advisor.knowledge.model import Knowledge
from advisor.knowledge.values import Domain, Flags, Interval, Number, Options, Truth
from advisor.language.kleene import conjunction
from advisor.language.numerals import exact

MODEL_SIZE = "model-size"
QUESTIONS = ("models", "frontier-models", MODEL_SIZE)
_LISTS_OF_CLOSED = ("catalogue-complete", "closed-catalogue-complete")


class Choice(Struct, frozen=True):
    """``model`` that figures hang on (None: not known which), and whether it is served."""

    model: str | None
    served: Truth


class Serving:
    """Chooses the served model of every offer in any cell of the three questions."""

    def __init__(self, knowledge: Knowledge, ledger: Ledger, offering: Offering) -> None:
        self._knowledge = knowledge
        self._ledger = ledger
        self._offering = offering
        self._references = knowledge.method.reference_models
        self._low, self._high = knowledge.method.size_match
        # Asked again for every offer and cell.
        self._wanted = lru_cache(maxsize=256)(self._wanted_of)
        self.serves = lru_cache(maxsize=None)(self._serves)

    def size_cuts(self) -> list[tuple[Number, bool]]:
        """Where the asked size starts or stops matching a reference model."""
        cuts: list[tuple[Number, bool]] = []
        for model in self._sized():
            size = self._size(model)
            if size is not None:
                cuts.append((exact(Fraction(size) / self._high), False))
                cuts.append((exact(Fraction(size) / self._low), True))
        return sorted(set(cuts))

    def choose(
        self, offer: str, env: Mapping[str, Domain], answers: Mapping[str, Domain]
    ) -> Choice:
        """``env`` holds the three questions in a joint cell; ``answers`` tells whether a
        size was asked for: where none was, a closed model will do as well."""
        models = env.get("models")
        if isinstance(models, Flags) and models.must:
            return self._named(offer, models.must)
        if not self._references:
            return Choice(None, True)
        frontier = env.get("frontier-models")
        if frontier == Options(frozenset({"best-closed"})):
            return self._first(offer, self._references.get("best-closed", ()))
        size = env.get(MODEL_SIZE)
        open_only = frontier == Options(frozenset({"large-open"}))
        found = self._first(offer, self._wanted(size, open_only))
        if found.served is not True and not open_only and MODEL_SIZE not in answers:
            closed = self._first(offer, self._references.get("closed", ()))
            return closed if closed.served is True else found
        return found

    def _wanted_of(self, size: Domain | None, open_only: bool) -> tuple[str, ...]:
        """The reference models of the asked size, in their declared order."""
        wanted = self._sized()
        if open_only:
            wanted = tuple(dict.fromkeys((*self._references.get("large-open", ()), *wanted)))
        if isinstance(size, Interval):
            wanted = tuple(m for m in wanted if self._matches(m, size))
        return wanted

    def _sized(self) -> tuple[str, ...]:
        return self._references.get("open", ())

    def _named(self, offer: str, names: frozenset[str]) -> Choice:
        served = conjunction(self.serves(offer, name) for name in sorted(names))
        largest = max(sorted(names), key=lambda n: Fraction(self._size(n) or 0))
        return Choice(largest, served)

    def _first(self, offer: str, models: Sequence[str]) -> Choice:
        """The first that is surely served; else, where the offer's list is open, unknown."""
        doubtful: str | None = None
        doubt = False
        for model in models:
            truth = self.serves(offer, model)
            if truth is True:
                return Choice(model, True)
            if truth is None:
                doubt = True
                listed = model in self._ledger.served[offer]
                doubtful = doubtful or (model if listed else None)
        open_list = not self._offering.is_yes(offer, "catalogue-complete")
        return Choice(doubtful, None if doubt or (open_list and not models) else False)

    def _serves(self, offer: str, model: str) -> Truth:
        """Whether the offer serves the model on the day of the ledger."""
        row = self._ledger.served[offer].get(model)
        if row is not None:
            return row.served
        entry = self._knowledge.models[model]
        if self._offering.is_yes(offer, "any-open-model"):
            return entry.open
        if model in self._ledger.retired[offer]:
            return False
        listing = ("catalogue-complete",) if entry.open else _LISTS_OF_CLOSED
        return False if any(self._offering.is_yes(offer, name) for name in listing) else None

    def _size(self, model: str) -> Number | None:
        evidence = self._ledger.models[model].get("total-parameters")
        if evidence is None or not isinstance(evidence.value, Interval):
            return None
        return evidence.value.low

    def _matches(self, model: str, size: Interval) -> bool:
        """All of the cell matches: cells are cut where a match begins or ends."""
        total = self._size(model)
        if total is None or size.low is None or size.high is None:
            return False
        return self._low * size.high <= total <= self._high * size.low
