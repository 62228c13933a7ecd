"""genai-prices: ``data.json``, a list of providers with models priced per million tokens.

A price may be tiered by tokens (the base is taken), and prices may be a list of which each
holds from a start date or for some hours of a day.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from advisor.knowledge.importing import json_text
from advisor.knowledge.importing.snapshot import CatalogueMap, Quote, Snapshot, figures

_KEYS = {
    "input_price": "input_mtok",
    "cached_input_price": "cache_read_mtok",
    "output_price": "output_mtok",
}


def read(data: bytes, file: str, as_of: datetime.date) -> Snapshot:
    """The prices in force on a day; what is wrong is in ``problems``."""
    root, text, problems = json_text.read(data, file)
    snapshot = Snapshot(file, text, problems=problems)
    if problems:
        return snapshot
    if not isinstance(root, list) or not any(isinstance(p, dict) and "models" in p for p in root):
        words = "expected a list of providers, each with 'models'"
        snapshot.note((), "not-a-catalogue", words)
        return snapshot.close()
    for index, entry in enumerate(root):
        provider = _cells(entry, (index,), snapshot)
        name = provider.word("id")
        models = provider.values.get("models")
        if name is None or not isinstance(models, list):
            provider.wrong(
                "id" if name is None else "models", "a text" if name is None else "a list"
            )
            continue
        if name in snapshot.providers:
            snapshot.note((index, "id"), "duplicate-id", f"the provider '{name}' stands twice")
        snapshot.providers.add(name)
        provider.currency()
        _take_models(name, models, (index, "models"), snapshot, as_of)
    return snapshot.close()


def _take_models(
    provider: str,
    models: list[Any],
    at: tuple[str | int, ...],
    snapshot: Snapshot,
    as_of: datetime.date,
) -> None:
    seen: set[str] = set()
    for index, entry in enumerate(models):
        model = _cells(entry, (*at, index), snapshot)
        name = model.word("id")
        if name is None:
            model.wrong("id", "a text")
            continue
        if name in seen:
            words = f"the model '{name}' of {provider} stands twice"
            snapshot.note((*at, index, "id"), "duplicate-id", words)
        seen.add(name)
        prices = _in_force(model, as_of)
        for cells in (model, prices):
            cells.currency()
        free = prices.free(*_KEYS.values())
        if free:
            snapshot.unpriced.append(f"{provider}/{name}")
        found = {ours: _base(prices, key) for ours, key in _KEYS.items()}
        limits = figures(**found, context_limit=model.count("context_window"))
        fading = model.values.get("deprecated") is True
        snapshot.quotes.append(Quote(provider, name, limits, None, fading, model.at, free))


def _base(prices: CatalogueMap, key: str) -> Any:
    """The price, or the base of a tiered one."""
    if isinstance(prices.values.get(key), dict):
        return prices.within(key).price("base")
    return prices.price(key)


def _in_force(model: CatalogueMap, as_of: datetime.date) -> CatalogueMap:
    """The prices that hold on the day, all day long: the last one that has begun."""
    found = model.values.get("prices")
    if not isinstance(found, list):
        return model.within("prices")
    best: tuple[datetime.date, int] | None = None
    for index, entry in enumerate(found):
        cells = _cells(entry, (*model.at, "prices", index), model.snapshot)
        start = _start(cells)
        if start is not None and start <= as_of and (best is None or (start, index) > best):
            best = (start, index)
    if best is None:
        return CatalogueMap(model.snapshot, {}, (*model.at, "prices"))
    index = best[1]
    return _cells(found[index], (*model.at, "prices", index), model.snapshot).within("prices")


def _start(entry: CatalogueMap) -> datetime.date | None:
    """The first day of a price without hours; the beginning of time where it names none."""
    limits = entry.within("constraint")
    if not limits.values:
        return datetime.date.min
    if "start_date" in limits.values:
        return limits.day("start_date")
    return None


def _cells(entry: object, at: tuple[str | int, ...], snapshot: Snapshot) -> CatalogueMap:
    values: Mapping[str, Any] = entry if isinstance(entry, dict) else {}
    if not isinstance(entry, dict):
        snapshot.note(at, "wrong-type", "expected a map")
    return CatalogueMap(snapshot, values, at)
