"""LiteLLM: ``model_prices_and_context_window.json``, route -> USD per single token, limits."""

from __future__ import annotations

from fractions import Fraction

from advisor.knowledge.importing import json_text
from advisor.knowledge.importing.snapshot import (
    MILLION,
    CatalogueMap,
    Quote,
    Snapshot,
    figures,
    plain,
)
from advisor.knowledge.values import Interval

_TEXT = frozenset({"chat", "completion", "responses", None})
_EXAMPLE = "sample_spec"
_PRICES = ("input_cost_per_token", "output_cost_per_token")


def read(data: bytes, file: str) -> Snapshot:
    """The catalogue; what is wrong is in ``problems``."""
    root, text, problems = json_text.read(data, file)
    snapshot = Snapshot(file, text, problems=problems)
    if problems:
        return snapshot
    if not isinstance(root, dict) or not any(
        isinstance(entry, dict) and "litellm_provider" in entry for entry in root.values()
    ):
        words = "expected a map of routes, each with 'litellm_provider'"
        snapshot.note((), "not-a-catalogue", words)
        return snapshot.close()
    every = CatalogueMap(snapshot, root, ())
    for name in root:
        if name != _EXAMPLE:
            _take(name, every.within(name), snapshot)
    return snapshot.close()


def _take(name: str, route: CatalogueMap, snapshot: Snapshot) -> None:
    provider = route.word("litellm_provider")
    if provider is None and any(price in route.values for price in _PRICES):
        route.wrong("litellm_provider", "a text")
    if provider is None or route.word("mode") not in _TEXT:
        snapshot.skipped += 1
        return
    snapshot.providers.add(provider)
    route.currency()
    free = route.free(*_PRICES)
    if free:
        snapshot.unpriced.append(name)
    found = figures(
        input_price=route.price("input_cost_per_token", MILLION),
        cached_input_price=route.price("cache_read_input_token_cost", MILLION),
        output_price=route.price("output_cost_per_token", MILLION),
        batch_discount=_discount(route),
        context_limit=route.count("max_input_tokens"),
        output_limit=route.count("max_output_tokens"),
    )
    until = route.day("deprecation_date")
    snapshot.quotes.append(Quote(provider, name, found, until, False, route.at, free))


def _discount(route: CatalogueMap) -> Interval | None:
    """Percent less in a batch, where input and output agree on it."""
    found = set()
    for name in _PRICES:
        price, batch = route.price(name), route.price(f"{name}_batches")
        if price is None or batch is None or price.low is None or batch.low is None:
            return None
        found.add(100 - 100 * Fraction(batch.low) / Fraction(price.low))
    share = found.pop()
    if found or not 0 < share < 100:
        return None
    return Interval.point(plain(Fraction(round(share * 10), 10)))
