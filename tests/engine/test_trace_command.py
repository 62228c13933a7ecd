"""``advisor rules trace`` on a small rule base."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from advisor.cli.rules_trace import command
from advisor.errors import UsageError

SMALL = Path(__file__).resolve().parent.parent / "rulebases" / "small"
ANSWERS = """\
format: 1
answers:
  use-case: chat
  models: [atlas]
  requests-per-day: 20000
"""


@pytest.fixture
def run(tmp_path):
    path = tmp_path / "answers.yaml"
    path.write_text(ANSWERS, encoding="utf-8")

    def call(*arguments):
        return CliRunner().invoke(
            command,
            [str(path), "--rules", str(SMALL), "--as-of", "2026-11-22", *arguments],
            standalone_mode=False,
        )

    return call


def traces(result):
    return json.loads(result.output)["traces"]


def test_json_has_every_rule_for_every_offer(run):
    found = traces(run("--format", "json"))
    rules, offers = {t["rule"] for t in found}, {t["offer"] for t in found}
    assert len(found) == len(rules) * len(offers)
    assert {t["holds"] for t in found} == {True, False, None}


def test_one_rule_and_one_offer_make_one_trace(run):
    first = traces(run("--format", "json"))[0]
    (one,) = traces(run("--rule", first["rule"], "--offer", first["offer"], "--format", "json"))
    assert one == first
    assert all({"condition", "saw", "holds", "line", "side"} == set(c) for c in one["conditions"])


def test_conditions_that_hold_are_shown_with_what_they_saw(run):
    held = next(t for t in traces(run("--format", "json")) if t["holds"] and t["conditions"])
    text = run("--rule", held["rule"], "--offer", held["offer"]).output
    assert f"{held['rule']} (" in text
    for condition in held["conditions"]:
        assert condition["condition"] in text
        assert condition["saw"] in text


def test_a_near_miss_is_listed_for_the_offer(run):
    miss = next(t for t in traces(run("--format", "json")) if t["near_misses"])
    text = run("--offer", miss["offer"]).output
    after = text.split("One condition short")[1].split("Open")[0]
    assert miss["rule"] in after
    assert miss["near_misses"][0]["condition"] in after


def test_what_is_not_answered_is_open(run):
    opened = next(t for t in traces(run("--format", "json")) if t["holds"] is None)
    assert opened["completions"]
    text = run("--rule", opened["rule"]).output
    assert opened["completions"][0][0]["condition"] in text
    assert "open" in text


def test_the_overview_counts_offers(run):
    result = run()
    assert "holds for" in result.output
    assert "nearly for" in result.output


@pytest.mark.parametrize("option", ["--rule", "--offer"])
def test_a_misspelt_id_is_answered_with_the_nearest(run, option):
    found = traces(run("--format", "json"))[0]
    name = found[option.removeprefix("--")]
    result = run(option, name + "x")
    assert isinstance(result.exception, UsageError)
    assert result.exception.problems[0].hint == f"did you mean '{name}'?"
