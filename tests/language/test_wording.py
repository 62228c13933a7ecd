"""What the program says about tests, values and conditions."""

from __future__ import annotations

import pytest
from small_vocabulary import NAMES, WITH_PRESENCE, condition_of

from advisor.knowledge.syntax import ALWAYS, AnyOf, AnyTest, IsKnown, NotTest, OneOf
from advisor.knowledge.values import Domain, Flags, Interval, Options
from advisor.language import wording
from advisor.language.marks import listed
from advisor.language.vocabulary import Scope


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ("{model-size: below 13B, hosting: [api, dedicated]}",
         "model size below 13B and hosting is api or dedicated"),
        ("{hosting: not api}", "hosting is not api"),
        ("{hosting: {not: [api, dedicated]}}", "hosting is neither api nor dedicated"),
        ("{model-size: 70B}", "model size is 70B"),
        ("{model-size: 70 to 175}", "model size from 70B to below 175B"),
        ("{model-size: not 70 to 175}", "model size is not from 70B to below 175B"),
        ("{model-size: [below 13B, at least 1T]}", "model size is below 13B or at least 1T"),
        ("{model-size: {not: [below 13B, at least 1T]}}",
         "model size is not (below 13B or at least 1T)"),
        ("{regions: [us, europe]}", "regions include us or europe"),
        ("{regions: not us}", "regions include no us"),
        ("{regions: {not: [us, europe]}}", "regions include neither us nor europe"),
        ("{regions: all in its regions}", "regions are all among the offer's regions"),
        ("{regions: not all in its regions}", "regions are not all among the offer's regions"),
        ("{residency: in its regions}", "residency is among the offer's regions"),
        ("{context-length: above its context-limit}",
         "context length above the offer's context limit"),
        ("{hosting: unknown}", "hosting is unknown"),
        ("{model-size: [unknown, below 13B]}", "model size is unknown or below 13B"),
        ("{any: [{hosting: api}, {model-size: below 13B, regions: us}]}",
         "hosting is api or (model size below 13B and regions include us)"),
        ("{hosting: api, any: [{regions: us}, {regions: uk}]}",
         "hosting is api and (regions include us or regions include uk)"),
        ("{not: {hosting: api, regions: us}}", "not (hosting is api and regions include us)"),
        ("{requests-per-day: at least 1M}", "requests per day at least 1,000,000"),
        ("{first-token-ms: below 2 s}", "first token ms below 2,000 ms"),
    ],
)  # fmt: skip
def test_a_condition_is_said_in_plain_english(condition: str, words: str) -> None:
    found, problems = condition_of(condition)
    assert problems == []
    assert found is not None
    assert wording.condition_words(found, WITH_PRESENCE) == words


def test_the_condition_without_parts_has_words_too() -> None:
    assert wording.condition_words(ALWAYS, WITH_PRESENCE) == "always"
    assert wording.condition_words(AnyOf(()), WITH_PRESENCE) == "never"


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ("{hosting: [dedicated, api], model-size: below 13}",
         "hosting is api or dedicated and model size below 13"),
        ("{hosting: {not: [dedicated, api]}}", "hosting is neither api nor dedicated"),
        ("{model-size: not 70}", "model size is not 70"),
    ],
)  # fmt: skip
def test_a_name_outside_the_scope_is_still_said(condition: str, words: str) -> None:
    found, _ = condition_of(condition)
    assert found is not None
    assert wording.condition_words(found, Scope({})) == words


def test_many_words_are_counted_after_the_eighth() -> None:
    assert listed([]) == ""
    assert listed(list("a")) == "a"
    assert listed(list("abcdefgh")) == "a, b, c, d, e, f, g or h"
    assert listed(list("abcdefghij")) == "a, b, c, d, e, f, g, h or 2 more"
    assert listed(list("abc"), "nor", limit=2) == "a, b nor 1 more"


@pytest.mark.parametrize(
    ("name", "domain", "words"),
    [
        ("hosting", Options(frozenset({"dedicated", "api"})), "api or dedicated"),
        ("regions", Flags(frozenset(), frozenset()), "none"),
        ("regions", Flags(frozenset({"uk", "us"}), frozenset({"uk", "us"})), "us and uk"),
        ("regions", Flags(frozenset({"us"}), frozenset({"us", "uk"})), "us, perhaps uk"),
        ("regions", Flags(frozenset(), frozenset({"us", "uk"})), "perhaps us and uk"),
        ("model-size", Interval.point(175), "175B"),
        ("concurrent-users", Interval(50, 200), "50 to 200"),
        ("concurrent-users", Interval(50, 200, high_open=True), "from 50 to below 200"),
        ("concurrent-users", Interval(50, 200, low_open=True), "above 50, at most 200"),
        ("concurrent-users", Interval(50, 200, True, True), "above 50, below 200"),
        ("budget-per-month", Interval(None, 5000), "at most 5,000 USD/month"),
        ("budget-per-month", Interval(None, None), "any number"),
    ],
)  # fmt: skip
def test_what_is_possible_is_said_in_plain_english(name: str, domain: Domain, words: str) -> None:
    assert wording.domain_words(domain, NAMES[name]) == words


def test_options_are_told_in_their_declared_order() -> None:
    assert wording.domain_words(Options(frozenset(NAMES["hosting"].options)), NAMES["hosting"]) == (
        "any, api, dedicated, on-premises or EU only"
    )


def test_what_no_cell_can_say_is_refused() -> None:
    found, _ = condition_of("{hosting: not api}")
    assert found is not None
    with pytest.raises(ValueError, match="'not' inside a 'not'"):
        wording.test_source(NotTest(found.test), NAMES["hosting"])
    for negated, instead in ((False, "unknown"), (True, "known")):
        with pytest.raises(ValueError, match=f"^write {instead} instead$"):
            wording.test_source(NotTest(IsKnown(negated)), NAMES["hosting"])
    inner = NotTest(OneOf(frozenset({"api", "dedicated"})))
    with pytest.raises(
        ValueError, match=r"^a list in a cell cannot hold \{not: \[api, dedicated\]\}$"
    ):
        wording.test_source(AnyTest((inner, IsKnown())), NAMES["hosting"])
