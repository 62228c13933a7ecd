from __future__ import annotations

import json

from advisor.reports.json import render


def test_keys_are_sorted_and_promised_keys_are_there(recommendation):
    text = render(recommendation)
    data = json.loads(text)
    assert text.endswith("}\n")
    assert list(data) == sorted(data)
    assert data["format"] == "advisor-recommendation-1"
    assert set(data) == {
        "format", "as_of", "knowledge", "inputs", "verdict", "ranking", "excluded", "relaxations",
        "flips", "sensitivity", "next_question", "portfolio", "plan", "sources", "evidence",
        "break_evens", "cost_by_volume", "flip_search", "relaxation_search",
    }  # fmt: skip
    assert data["ranking"][0]["score"] == {"points": 5375, "exact": "5375/1"}
    assert data["verdict"]["worlds"] == {"total": 5184, "checked": 5184, "method": "exhaustive"}


def test_an_unknown_side_is_null_and_never_a_number(recommendation):
    line = json.loads(render(recommendation))["ranking"][0]["estimate"]["lines"][0]
    assert line["low"] == 1200.0
    assert line["high"] is None


def test_what_offers_cost_by_volume(recommendation):
    data = json.loads(render(recommendation))["cost_by_volume"]
    assert (data["requests_low"], data["requests_high"]) == (50_000, 50_000)
    assert data["curves"][1] == {
        "offer": "h200-cluster",
        "title": "Rented H200 GPUs",
        "costs": [
            {"requests": 10_000, "monthly": {"low": 2475.0, "high": None}},
            {"requests": 50_000, "monthly": {"low": 2475.0, "high": None}},
            {"requests": 500_000, "monthly": {"low": 4950.0, "high": None}},
        ],
    }
