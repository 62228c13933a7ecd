"""``advisor facts list|show|stale|conflicts|tables``."""

from __future__ import annotations

import json
from datetime import date

import pytest

from advisor.knowledge.values import ChoiceType, Flags, FlagsType, Interval, NumberType, Options
from advisor.reports.fact_values import value_data, value_words
from advisor.reports.facts import conflicts, stale_facts, subjects

DAY = date(2026, 11, 22)


@pytest.fixture
def facts(run_advisor):
    def run(*arguments, code=0, day="2026-11-22"):
        done = run_advisor("facts", *arguments, "--as-of", day)
        assert done.returncode == code, done.stderr.decode()
        return done.stdout.decode() if code == 0 else done.stderr.decode()

    return run


@pytest.fixture
def data(facts):
    return lambda *arguments, **how: json.loads(facts(*arguments, "--format", "json", **how))


def test_every_claim_and_every_listing_is_a_fact(data, knowledge):
    rows = data("list")
    needed = [
        "subject",
        "attribute",
        "value",
        "unit",
        "source",
        "date",
        "checked",
        "grade",
        "stale",
    ]
    assert all(set(needed) <= row.keys() for row in rows)
    claims = sum(
        len(o.claims) + sum(len(r.claims) for r in o.serves) for o in knowledge.offers.values()
    )
    claims += sum(len(m.claims) for m in knowledge.models.values())
    claims += sum(len(a.claims) for a in knowledge.accelerators.values())
    listings = sum(len(o.serves) for o in knowledge.offers.values())
    disputed = [r for r in rows if r["note"] == "A complete list of models, without this one."]
    assert len(rows) == claims + listings + len(disputed)
    price = next(
        r
        for r in rows
        if (r["subject"], r["attribute"]) == ("groq-shared/gpt-oss-20b", "input-price")
    )
    assert (price["value"], price["unit"], price["grade"]) == (0.075, "USD/Mtoken", "press")
    assert (price["source"], price["date"]) == ("models-dev", "2026-07-02")


def test_the_list_can_be_narrowed(data, facts):
    rows = data("list", "--kind", "served", "--attribute", "input-price", "--source", "silybench")
    assert [(r["subject"], r["value"]) for r in rows] == [("cerebras-shared/qwen3.8-27b", 0.99)]
    assert "did you mean 'input-price'?" in facts("list", "--attribute", "input-prise", code=2)
    assert "did you mean 'silybench'?" in facts("list", "--source", "silibench", code=2)


def test_both_sides_of_a_dispute_are_shown(data, facts):
    (subject,) = data("show", "cerebras-shared/deepseek-v4-pro")["subjects"]
    served = subject["attributes"][0]
    assert (served["attribute"], served["value"], served["open"]) == ("served", None, True)
    sides = {c["value"]: c["source"] for c in served["claims"]}
    assert sides == {"yes": "gmi-cerebras-article", "no": "cerebras-skills"}
    text = facts("show", "cerebras-shared/deepseek-v4-pro.served")
    assert "in dispute" in text
    assert "cerebras-skills" in text
    assert "gmi-cerebras-article" in text


def test_the_resolution_is_shown_with_its_reason(data, facts, knowledge):
    name = "cerebras-shared/gpt-oss-120b.speed-per-user"
    (belief,) = data("show", name)["subjects"][0]["attributes"]
    assert belief["value"] == {"low": 1705.8, "high": 1844.1}
    aside = [c for c in belief["claims"] if not c["counts"]]
    assert [c["value"] for c in aside] == [3000]
    assert "set aside by 'first-hand'" in aside[0]["why"]
    text = " ".join(facts("show", name).split())
    assert knowledge.method.resolution["first-hand"].because in text


def test_a_name_with_dots_is_a_subject_before_it_is_an_attribute(data):
    assert data("show", "glm-4.7")["subjects"][0]["title"] == "GLM-4.7"
    (subject,) = data("show", "glm-4.7.context")["subjects"]
    assert [a["attribute"] for a in subject["attributes"]] == ["context"]


def test_an_alias_names_its_model(data, knowledge):
    model = next(m for m in knowledge.models.values() if m.aliases)
    assert data("show", model.aliases[0])["subjects"][0]["subject"] == model.id


def test_a_retired_model_is_no_longer_served(data):
    belief = data("show", "groq-shared/qwen3-32b.served")["subjects"][0]["attributes"][0]
    assert belief["value"] == "no"
    assert {c["until"] for c in belief["claims"]} == {"2026-07-17"}
    before = data("show", "groq-shared/qwen3-32b.served", day="2026-07-16")
    assert before["subjects"][0]["attributes"][0]["value"] == "yes"
    prices = data("show", "groq-shared/qwen3-32b.input-price")["subjects"][0]["attributes"][0]
    assert prices["value"] is None
    assert [c["why"] for c in prices["claims"]] == ["withdrawn on 2026-07-17"]


def test_what_is_not_claimed_is_unknown(facts, data):
    assert "unknown, which is not a no" in facts("show", "cerebras-shared.batch-discount")
    (belief,) = data("show", "cerebras-shared.residency")["subjects"][0]["attributes"]
    assert belief["value"] is None
    assert "not a no" in belief["claims"][0]["why"]


def test_unknown_names_are_answered_with_the_nearest(facts):
    assert "did you mean 'groq-shared'?" in facts("show", "groq-sharde", code=2)
    assert "did you mean 'regions'?" in facts("show", "groq-shared.region", code=2)


def test_nothing_is_stale_on_the_day_it_was_read_and_much_is_later(data, facts):
    assert data("stale", day="2026-11-22") == []
    assert "Nothing is stale" in facts("stale")
    rows = data("stale", day="2027-01-22")
    assert rows
    assert all(r["stale"] and r["counts"] and r["age_days"] > r["keeps_days"] for r in rows)
    kinds = {r["attribute"] for r in rows}
    assert {"served", "input-price", "device-hour-price"} <= kinds
    assert not {"memory", "certifications", "context-limit"} & kinds
    # A datasheet keeps for three years, an architecture for ten.
    assert {"memory"} & {r["attribute"] for r in data("stale", day="2029-12-01")}


def test_a_withdrawal_does_not_grow_old(knowledge):
    old = {f.subject for f in stale_facts(subjects(knowledge, date(2036, 1, 1)))}
    assert "groq-shared/qwen3-32b" not in old
    assert "groq-shared/gpt-oss-120b" in old


def test_conflicts_name_the_figures_of_the_article_and_what_contradicts_them(data, facts):
    found = {(c["subject"], c["attribute"]): c for c in data("conflicts")}
    for subject, attribute in (
        ("cerebras-wse3", "cores"),
        ("cerebras-wse3", "memory"),
        ("nvidia-gb200", "scale-up-memory"),
        ("cerebras-shared", "published-models"),
        ("cerebras-shared/deepseek-v4-pro", "served"),
    ):
        claims = found[subject, attribute]["claims"]
        assert "gmi-cerebras-article" in {c["source"] for c in claims}
        assert len({c["source"] for c in claims}) > 1
    text = facts("conflicts")
    assert "850,000 to 900,000" in text


def test_conflicts_are_those_of_the_day(knowledge):
    before = {b.subject for b in conflicts(subjects(knowledge, date(2026, 1, 1)))}
    assert before  # claims have no beginning, rows have an end
    assert "cerebras-shared" in before


def test_the_tables_give_numbers_and_reasons(data, facts, knowledge):
    tables = data("tables")
    assert set(tables["grades"]) == set(knowledge.method.grades)
    assert all(row["because"] for row in tables["grades"].values())
    assert [r["rule"] for r in tables["resolution"]] == ["first-hand", "newer", "conflict"]
    assert tables["expiry_days"]["gpu-price"] == 60
    assert tables["ratings"]["low"]["grades"][0] == "vendor claim"
    assert "How long facts keep" in facts("tables")


LIST = FlagsType(("a", "b", "c"))


@pytest.mark.parametrize(
    ("value", "of", "words", "plain"),
    [
        (None, LIST, "unknown", None),
        (Flags(frozenset("a"), frozenset("abc")), LIST, "a", ["a"]),
        (Flags(frozenset("ab"), frozenset("ab")), LIST, "a and b; no others", ["a", "b"]),
        (Flags(frozenset(), frozenset()), LIST, "none", []),
        (Flags(frozenset(), frozenset("abc")), LIST, "none named", []),
        (Flags(frozenset("b"), frozenset("bc")), LIST, "b; not a", ["b"]),
        (Flags(frozenset(), frozenset("c")), LIST, "none named; c open; no others", []),
        (Interval.point(2), NumberType("count"), "2", 2),
        (Interval(2, 4), NumberType("count"), "2 to 4", {"low": 2, "high": 4}),
        (Interval(2, None), NumberType("count"), "at least 2", {"low": 2, "high": None}),
        (Options(frozenset("b")), ChoiceType(("a", "b")), "b", "b"),
        (Options(frozenset("ab")), ChoiceType(("b", "a")), "b or a", {"any_of": ["b", "a"]}),
    ],
)
def test_values_in_words_and_as_data(value, of, words, plain):
    assert value_words(value, of) == words
    assert value_data(value, of) == plain
