"""Which claims count, what they leave possible, and whether an offer serves a model."""

from __future__ import annotations

from datetime import date

import pytest
from made import DAY, FORM, LIST, PRICE, attribute, claim, method, row

from advisor.engine.offering import Offering
from advisor.engine.serving import Serving
from advisor.knowledge.ledger import build_ledger, is_stale, resolve, standing_rows
from advisor.knowledge.model import Knowledge, Offer, Place
from advisor.knowledge.resolution import days_of
from advisor.knowledge.values import Flags, Interval, NumberType, Options


def value(*claims, of=PRICE, by=None):
    return resolve(claims, of, by or method(), DAY).value


def test_numbers_that_differ_widen():
    found = resolve([claim(2), claim(5)], PRICE, method(), DAY)
    assert found.value == Interval(2, 5)
    assert found.conflict
    assert found.set_aside == ()


def test_a_measured_number_sets_what_others_say_aside():
    said, measured = claim(9, "vendor spec"), claim(5, "measured")
    found = resolve([said, measured], PRICE, method(), DAY)
    assert found.value == Interval.point(5)
    assert not found.conflict
    assert [(a.claim, a.rule, a.by) for a in found.set_aside] == [(said, "first-hand", measured)]


def test_first_hand_is_about_numbers_and_only_where_it_is_declared():
    one, other = claim(Options(frozenset("a")), "measured"), claim(Options(frozenset("b")))
    assert value(one, other, of=FORM) == Options(frozenset("ab"))
    assert value(claim(9), claim(5, "measured"), by=method("first-hand")) == Interval(5, 9)


@pytest.mark.parametrize(
    ("old", "new", "result"),
    [
        (("press", "2026-08-01"), ("press", "2026-10-01"), Interval.point(3)),  # 61 days
        (("press", "2026-08-02"), ("press", "2026-10-01"), Interval(2, 3)),  # 60: it still kept
        (("press", "2026-01-01"), ("vendor spec", "2026-10-01"), Interval.point(3)),
        (("press", "2026-01-01"), ("vendor claim", "2026-10-01"), Interval(2, 3)),
        (("press", "2025"), ("press", "2026-10"), Interval.point(3)),
        (("press", "2026"), ("press", "2026-10-01"), Interval(2, 3)),  # perhaps of November
        (("press", "undated"), ("press", "2026-10-01"), Interval(2, 3)),
        (("press", "2020"), ("press", "undated"), Interval(2, 3)),
    ],
)
def test_a_newer_price_that_is_at_least_as_good_replaces_one_that_had_expired(old, new, result):
    assert value(claim(2, *old), claim(3, *new)) == result
    assert value(claim(3, *new), claim(2, *old)) == result


def test_an_undated_claim_is_as_old_as_its_reading():
    old = claim(2, dated="undated", checked=date(2026, 1, 1))
    assert value(old, claim(3, dated="2026-10-01")) == Interval.point(3)


def test_only_the_declared_kinds_of_facts_are_replaced():
    chip = attribute(NumberType("GB"), "other")
    assert value(claim(2, dated="2015"), claim(3), of=chip) == Interval(2, 3)
    assert value(claim(2, dated="2015"), claim(3), by=method("newer")) == Interval(2, 3)


def test_lists_add_up_and_stay_open_where_they_contradict():
    first = claim(Flags(frozenset("a"), frozenset("ab")), dated="2015")
    second = claim(Flags(frozenset("b"), frozenset("abc")))
    assert value(first, second, of=LIST) == Flags(frozenset("ab"), frozenset("ab"))
    denied = claim(Flags(frozenset(), frozenset("bc")))
    found = resolve([first, denied], LIST, method(), DAY)
    assert found.conflict
    assert found.value == Flags(frozenset(), frozenset("ab"))


def test_unknown_stays_unknown_and_never_sets_anything_aside():
    assert resolve([claim(None)], PRICE, method(), DAY).value is None
    assert value(claim(None, "measured"), claim(2)) == Interval.point(2)


def test_a_claim_that_has_ended_does_not_count_from_that_day_on():
    assert value(claim(2, until=DAY), claim(3)) == Interval.point(3)
    assert value(claim(2, until=date(2026, 11, 23)), claim(3)) == Interval(2, 3)


def test_a_claim_is_stale_after_the_days_of_its_kind():
    assert not is_stale(claim(2, checked=date(2026, 9, 23)), PRICE, method(), DAY)
    assert is_stale(claim(2, checked=date(2026, 9, 22)), PRICE, method(), DAY)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026-04-13", date(2026, 4, 13), date(2026, 4, 13)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2025", date(2025, 1, 1), date(2025, 12, 31)),
        ("2026", date(2026, 1, 1), DAY),
        ("2026-11", date(2026, 11, 1), DAY),
        ("undated", date(1, 1, 1), DAY),
    ],
)
def test_the_days_that_a_date_may_mean(text, first, last):
    assert days_of(text, DAY) == (first, last)


END = date(2026, 9, 1)


@pytest.mark.parametrize(
    ("rows", "listed", "disputed"),
    [
        ([row(), row("t")], 2, False),
        ([row(until=END)], 0, False),
        ([row(until=END), row("t", "2026-08-01")], 0, False),  # made before the end
        ([row(until=END), row("t", "2026-10-01")], 1, False),  # made after it
        ([row(until=END), row("t", "2026")], 1, True),
        ([row(until=END), row("t", "undated")], 1, True),
        ([row(until=END), row("t", "2026-10-01"), row("u", "2026")], 2, False),
        ([row(until=END), row("s", "2026-08-01")], 1, False),  # the same source lists it again
        ([row(until=date(2026, 12, 1))], 1, False),
        ([row(since=date(2026, 12, 1))], 0, False),
    ],
)
def test_a_retired_row_ends_what_older_rows_say(rows, listed, disputed):
    found = standing_rows(rows, DAY)
    assert (len(found.listed), found.disputed) == (listed, disputed)


def _serves(knowledge: Knowledge, offer: str, model: str):
    ledger = build_ledger(knowledge, DAY)
    return Serving(knowledge, ledger, Offering(knowledge, ledger)).serves(offer, model)


@pytest.mark.parametrize(
    ("offer", "model", "truth"),
    [
        ("cerebras-shared", "gpt-oss-120b", True),
        ("cerebras-shared", "glm-4.7", False),  # retired
        ("cerebras-shared", "deepseek-v4-pro", None),  # only a seller of an alternative says so
        ("together-serverless", "kimi-k2.5", False),  # retired, though the list is not complete
        ("together-serverless", "claude-opus-4.1", False),  # its closed list is complete
        ("together-serverless", "llama-2-70b", None),  # its open list is not
        ("own-gpu-servers", "llama-2-70b", True),  # any open weights
        ("own-gpu-servers", "claude-opus-4.1", False),
    ],
)
def test_whether_an_offer_serves_a_model(knowledge, offer, model, truth):
    assert _serves(knowledge, offer, model) is truth


def test_a_model_list_grows_old(knowledge):
    fresh = build_ledger(knowledge, DAY).served["cerebras-shared"]["gpt-oss-120b"]
    old = build_ledger(knowledge, date(2027, 2, 1)).served["cerebras-shared"]["gpt-oss-120b"]
    assert (fresh.stale, old.stale) == (False, True)


def test_the_rules_of_resolution_and_every_table_give_their_reasons(knowledge):
    declared = knowledge.method
    assert list(declared.resolution) == ["first-hand", "newer", "conflict"]
    assert declared.resolution["first-hand"].among == ("measured",)
    assert {"high", "medium", "low"} <= set(declared.ratings)
    assert declared.ratings["high"].grades[0] == "vendor spec"
    reasons = [r.because for r in declared.resolution.values()]
    reasons += [r.because for r in declared.ratings.values()]
    reasons += [g.because for g in declared.grades.values()]
    assert all(len(reason) > 20 for reason in reasons)


def test_an_offer_of_two_sources_that_disagree_on_a_retirement_is_not_sure(knowledge):
    from msgspec.structs import replace

    offer = knowledge.offers["groq-shared"]
    listing = next(r for r in offer.serves if r.model == "qwen3-32b")
    rows = (*offer.serves, replace(listing, until=None, source="other", date="2026"))
    changed: Offer = replace(offer, serves=rows, place=Place("x"))
    both = replace(knowledge, offers={**knowledge.offers, "groq-shared": changed})
    assert _serves(both, "groq-shared", "qwen3-32b") is None
