"""models.dev: ``api.json``, provider -> models -> cost (USD per million tokens) and limits."""

from __future__ import annotations

from advisor.knowledge.importing import json_text
from advisor.knowledge.importing.snapshot import CatalogueMap, Quote, Snapshot, figures

_GONE = frozenset({"deprecated", "retired"})


def read(data: bytes, file: str) -> Snapshot:
    """The catalogue; what is wrong is in ``problems``."""
    root, text, problems = json_text.read(data, file)
    snapshot = Snapshot(file, text, problems=problems)
    if problems:
        return snapshot
    if not isinstance(root, dict) or not root or not _has_models(root):
        snapshot.note((), "not-a-catalogue", "expected a map of providers, each with 'models'")
        return snapshot.close()
    for provider in root:
        cells = CatalogueMap(snapshot, root, ()).within(provider)
        cells.currency()
        if cells.values and "models" not in cells.values:
            # Left out, all that it serves would count as gone.
            cells.wrong("models", "a map")
            continue
        snapshot.providers.add(provider)
        models = cells.within("models")
        for name in models.values:
            _take(provider, name, models.within(name), snapshot)
    return snapshot.close()


def _has_models(root: dict[str, object]) -> bool:
    return any(isinstance(entry, dict) and "models" in entry for entry in root.values())


def _take(provider: str, name: str, model: CatalogueMap, snapshot: Snapshot) -> None:
    output = model.within("modalities").values.get("output")
    if isinstance(output, list) and output and "text" not in output:
        snapshot.skipped += 1
        return
    cost, limit = model.within("cost"), model.within("limit")
    for cells in (model, cost):
        cells.currency()
    free = cost.free("input", "output")
    if free:
        snapshot.unpriced.append(f"{provider}/{name}")
    found = figures(
        input_price=cost.price("input"),
        cached_input_price=cost.price("cache_read"),
        output_price=cost.price("output"),
        context_limit=limit.count("context"),
        output_limit=limit.count("output"),
    )
    fading = model.word("status") in _GONE
    snapshot.quotes.append(Quote(provider, name, found, None, fading, model.at, free))
