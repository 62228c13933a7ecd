"""The catalogues as they really are: whole snapshots, where they lie.

``ADVISOR_SNAPSHOTS`` names the directory; without it these tests are skipped.
"""

from __future__ import annotations

import datetime
import os
from pathlib import Path

import pytest

from advisor.authoring.importing import Prepared, changed_base, prepare
from advisor.errors import DataError
from advisor.knowledge.model import Knowledge

SNAPSHOTS = os.environ.get("ADVISOR_SNAPSHOTS")
pytestmark = pytest.mark.skipif(SNAPSHOTS is None, reason="ADVISOR_SNAPSHOTS is not set")
DAY = datetime.date(2026, 11, 22)
PLACES = {
    "models.dev": ("models.dev/catalog.json", "2026-07-02"),
    "litellm": ("litellm/model_prices_and_context_window.json", "2026-08-01"),
    "genai-prices": ("genai-prices/data.json", "2026-08-21"),
    "skypilot": ("skypilot-catalog/accelerator_prices.csv", "undated"),
}


def snapshot(upstream: str) -> bytes:
    return (Path(SNAPSHOTS or "") / PLACES[upstream][0]).read_bytes()


def bring(knowledge: Knowledge, upstream: str, data: bytes | None = None) -> Prepared:
    path, date = PLACES[upstream]
    return prepare(
        upstream,
        snapshot(upstream) if data is None else data,
        path,
        knowledge,
        as_of=DAY,
        date=date,
    )


@pytest.mark.parametrize("upstream", PLACES)
def test_a_snapshot_is_read_whole_and_what_it_makes_is_sound(knowledge, upstream):
    prepared = bring(knowledge, upstream)
    after = changed_base(knowledge, prepared.files)
    again = bring_into(after, upstream)
    assert {c.kind for c in again.found.changes} <= {"confirmed"}
    assert again.files == {}


def bring_into(after: Knowledge, upstream: str) -> Prepared:
    """A second import into what the first one made; only the comparison needs the files."""
    import shutil
    import tempfile

    from msgspec.structs import replace

    from advisor.authoring.importing import write
    from advisor.language.rulebase import load_rule_base
    from advisor.places import shipped_rules

    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "rules"
        shutil.copytree(shipped_rules(), root)
        base = load_rule_base(root)
        write(base, bring(base, upstream).files)
        made = load_rule_base(root)
        assert replace(after, root="") == replace(made, root="")
        return bring(made, upstream)


def test_the_catalogue_that_the_ledger_was_read_from_changes_nothing_in_it(knowledge):
    found = bring(knowledge, "models.dev").found
    assert [(c.offer, c.label, c.figures) for c in found.of("changed")] == []
    assert [(c.offer, c.label) for c in found.of("retired")] == []
    own = [
        (offer.id, row.model)
        for offer in knowledge.offers.values()
        for row in offer.serves
        if row.source == "models-dev" and (row.until is None or row.until > DAY)
    ]
    assert sorted({(c.offer, c.label) for c in found.of("confirmed")}) == sorted(set(own))
    assert len(own) > 150


@pytest.mark.parametrize("upstream", ["models.dev", "litellm", "genai-prices"])
def test_every_route_is_accounted_for(knowledge, upstream):
    from advisor.authoring.importing import parse

    found = bring(knowledge, upstream).found
    read = parse(upstream, snapshot(upstream), "x", DAY)
    assert len(read.quotes) > 1000
    listed = len(found.unmapped) + sum(found.strangers.values()) + len(found.variants)
    left = len(found.revived) + len(found.outdated) + len(found.ended) + len(found.unconfirmed)
    taken = len({(c.offer, c.label) for c in found.changes if c.kind != "retired"})
    taken += len({(c.offer, c.label) for c in found.changes if c.kind == "retired" and c.figures})
    free = len(read.quotes) - listed - left - taken
    # What is left over: routes priced at zero whose rows are left alone.
    assert 0 <= free <= len(found.unpriced)


def test_prices_off_by_a_thousand_or_a_million_are_refused(knowledge):
    import json

    whole = json.loads(snapshot("models.dev"))
    for factor in (0.001, 0.000001, 1000):
        cost = dict(whole["groq"]["models"]["openai/gpt-oss-120b"]["cost"])
        whole["groq"]["models"]["openai/gpt-oss-120b"]["cost"] = {
            key: value * factor for key, value in cost.items()
        }
        with pytest.raises(DataError) as caught:
            bring(knowledge, "models.dev", json.dumps(whole).encode())
        assert {p.check for p in caught.value.problems} == {"implausible-price"}
        whole["groq"]["models"]["openai/gpt-oss-120b"]["cost"] = cost


def test_half_of_a_snapshot_is_refused_wherever_it_was_cut(knowledge):
    for upstream in ("models.dev", "litellm", "genai-prices"):
        data = snapshot(upstream)
        for share in (3, 5, 7):
            with pytest.raises(DataError) as caught:
                bring(knowledge, upstream, data[: len(data) * share // 8])
            assert [p.check for p in caught.value.problems] == ["bad-json"]
