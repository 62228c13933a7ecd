"""Unary tests: every form reads as meant, and reads back from its own source form."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_vocabulary import (
    NAMES,
    WITH_OFFER,
    WITH_PRESENCE,
    WORKLOAD,
    cell_of,
    condition_of,
    node_of,
)

from advisor.errors import Span
from advisor.knowledge.document import Findings, ListNode, MapNode, Node, ScalarNode
from advisor.knowledge.syntax import (
    AnyTest,
    Between,
    Compare,
    CompareIts,
    Equals,
    IsKnown,
    NotTest,
    OneOf,
    UnaryTest,
    WithinIts,
)
from advisor.knowledge.values import ChoiceType, FlagsType, NumberType
from advisor.language import kleene, wording
from advisor.language.tests import any_of, parse_test
from advisor.language.vocabulary import Scope


def one_of(*options: str) -> OneOf:
    return OneOf(frozenset(options))


@pytest.mark.parametrize(
    ("name", "text", "test"),
    [
        ("model-size", "80", Equals(80)),
        ("model-size", "80B", Equals(80)),
        ("hosting", "EU only", one_of("EU only")),
        ("hosting", "[api, dedicated]", one_of("api", "dedicated")),
        ("hosting", "[api]", one_of("api")),
        ("hosting", "not api", NotTest(one_of("api"))),
        ("hosting", "{not: api}", NotTest(one_of("api"))),
        ("hosting", "{not: [api, dedicated]}", NotTest(one_of("api", "dedicated"))),
        ("hosting", "not EU only", NotTest(one_of("EU only"))),
        ("hosting", '"api"', one_of("api")),
        ("weights-access", "no", one_of("no")),
        ("weights-access", "yes", one_of("yes")),
        ("regions", "us", one_of("us")),
        ("regions", "not us", NotTest(one_of("us"))),
        ("regions", "[us, europe]", one_of("us", "europe")),
        ("regions", "[us, not europe]", AnyTest((one_of("us"), NotTest(one_of("europe"))))),
        ("model-size", "below 3", Compare("below", 3)),
        ("model-size", "below  3 B", Compare("below", 3)),
        ("model-size", "at most 3", Compare("at most", 3)),
        ("model-size", "at  most 3", Compare("at most", 3)),
        ("model-size", "above 70", Compare("above", 70)),
        ("availability", "at least 99.9", Compare("at least", Fraction(999, 10))),
        ("availability", "at least 99.9 %", Compare("at least", Fraction(999, 10))),
        ("model-size", "70 to 175", Between(70, 175)),
        ("model-size", "70B to 175B", Between(70, 175)),
        ("model-size", "70 to 1T", Between(70, 1000)),
        ("model-size", "1B to 1.25T", Between(1, 1250)),
        ("model-size", "0 to 500M", Between(0, Fraction(1, 2))),
        ("model-size", "not 70 to 175", NotTest(Between(70, 175))),
        ("model-size", "not below 3", NotTest(Compare("below", 3))),
        ("first-token-ms", "below 300 ms", Compare("below", 300)),
        ("first-token-ms", "1 s to 2 s", Between(1000, 2000)),
        ("first-token-ms", "300 to 500 ms", Between(300, 500)),
        ("budget-per-month", "at most 500 USD", Compare("at most", 500)),
        ("memory", "at least 80 GB", Compare("at least", 80)),
        ("requests-per-day", "[1, 500]", AnyTest((Equals(1), Equals(500)))),
        ("margin", "below -5", Compare("below", -5)),
        ("hosting", "known", IsKnown()),
        ("model-size", "unknown", IsKnown(negated=True)),
        ("model-size", "[unknown, below 3]", AnyTest((IsKnown(True), Compare("below", 3)))),
        ("evidence", '"known"', one_of("known")),
        ("evidence", "known", IsKnown()),
        ("evidence", '["known", open]', one_of("known", "open")),
        ("evidence", '"below par"', one_of("below par")),
        ("evidence", 'not "known"', NotTest(one_of("known"))),
        ("evidence", '{not: "known"}', NotTest(one_of("known"))),
        ("evidence", '[not "known", open]', AnyTest((one_of("open"), NotTest(one_of("known"))))),
        ("context-length", "above its context-limit", CompareIts("above", "context-limit")),
        ("context-length", "at most its context-limit", CompareIts("at most", "context-limit")),
        ("context-length", "not below its context-limit", NotTest(CompareIts("below", "context-limit"))),
        ("residency", "in its regions", WithinIts("regions")),
        ("residency", "not in its regions", NotTest(WithinIts("regions"))),
        ("regions", "all in its regions", WithinIts("regions")),
        ("regions", "not all in its regions", NotTest(WithinIts("regions"))),
    ],
)  # fmt: skip
def test_each_form_is_read_as_it_says(name: str, text: str, test: UnaryTest) -> None:
    assert cell_of(text, name) == (test, [])


def test_an_option_named_like_an_operator_is_meant_only_in_quotes() -> None:
    assert cell_of('"known"', "evidence", WITH_OFFER) == (one_of("known"), [])
    for bare in ("known", "below par"):
        test, problems = cell_of(bare, "evidence", WITH_OFFER)
        assert test is None
        assert len(problems) == 1


def test_a_caret_stands_under_the_wrong_word_inside_the_cell() -> None:
    _, problems = cell_of("at most 300 GB", "first-token-ms")
    (problem,) = problems
    assert problem.span == Span(1, 16, 1, 18)
    assert problem.source_line is not None
    assert problem.source_line[15:17] == "GB"


def test_a_caret_falls_back_to_the_cell_where_the_text_is_not_the_file() -> None:
    node, findings = node_of('"\\x3e= 70"')
    assert parse_test(node, NAMES["model-size"], WITH_PRESENCE, findings) is None
    assert findings.problems[0].span == node.span


def test_catalogues_of_one_or_two_options_may_be_named_in_full() -> None:
    scope = Scope({"offer": ChoiceType(("a", "b"))})
    node, findings = node_of("[a, b]")
    assert parse_test(node, scope.names["offer"], scope, findings) == one_of("a", "b")


def test_presence_and_the_offer_need_the_right_place() -> None:
    for text, name in [("known", "hosting"), ("above its context-limit", "context-length")]:
        assert cell_of(text, name, WITH_PRESENCE)[0] is not None
        assert cell_of(text, name, WORKLOAD)[0] is None


numbers = st.builds(Fraction, st.integers(0, 20_000 * 4), st.just(4)).map(
    lambda value: value.numerator if value.denominator == 1 else value
)
OPS = ("below", "at most", "above", "at least")
options_of = {n: list(t.options) for n, t in NAMES.items() if isinstance(t, ChoiceType | FlagsType)}


def literals(name: str) -> st.SearchStrategy[UnaryTest]:
    of = NAMES[name]
    if isinstance(of, NumberType):
        plain = st.one_of(
            numbers.map(Equals),
            st.builds(Compare, st.sampled_from(OPS), numbers),
            st.lists(numbers, min_size=2, max_size=2, unique=True).map(
                lambda ends: Between(min(ends), max(ends))
            ),
        )
        offered = st.builds(CompareIts, st.sampled_from(OPS), st.just("context-limit"))
        return plain | offered if of.unit == "tokens" else plain
    one = st.sampled_from(options_of[name]).map(one_of)
    return one | st.just(WithinIts("regions")) if name in ("regions", "residency") else one


def simple(name: str) -> st.SearchStrategy[UnaryTest]:
    return literals(name) | literals(name).map(NotTest)


def cells(name: str) -> st.SearchStrategy[UnaryTest]:
    known = st.sampled_from([IsKnown(), IsKnown(negated=True)])
    several = st.lists(simple(name) | known, min_size=2, max_size=4, unique=True).map(
        lambda tests: any_of(tuple(tests))
    )
    negated = several.filter(lambda test: not isinstance(test, NotTest | IsKnown)).map(NotTest)
    return st.one_of(simple(name), known, several, negated)


named = st.sampled_from(["hosting", "evidence", "regions", "residency", "model-size", "context-length"])  # fmt: skip


@given(st.data())
def test_a_test_is_read_back_from_its_source(data: st.DataObject) -> None:
    name = data.draw(named)
    of = NAMES[name]
    test = data.draw(cells(name))
    source = wording.test_source(test, of)
    found, problems = cell_of(source, name)
    if problems:
        assert all(p.check in ("constant-test", "out-of-range", "not-whole") for p in problems)
        return
    assert found == test
    assert condition_of(f"{{{name}: {source}}}")[1] == []


@given(st.data())
def test_no_accepted_test_says_nothing(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(["model-size", "availability"]))
    of = NAMES[name]
    test = data.draw(cells(name))
    found, _ = cell_of(wording.test_source(test, of), name)
    if found is not None and not isinstance(found, IsKnown):
        truths = {kleene.test_truth(found, kleene.full_domain(of)), kleene.test_truth(found, None)}
        assert truths != {True}
        assert truths != {False}


WORDS = st.sampled_from(
    ["not", "known", "unknown", "below", "above", "at", "least", "most", "to", "in", "all", "its",
     "regions", "context-limit", "api", "us", "70", "70B", "1,500", "300 ms", ">=", "!", "=", "and",
     "or", ",", "[", "]", "between", "is", "true", "~", "-", "", "EU only", "%", "é", "\x00"]
)  # fmt: skip
texts = st.lists(WORDS, max_size=6).map(" ".join) | st.text(max_size=20)
SPAN = Span(1, 1, 1, 9)
scalars = st.builds(ScalarNode, texts, st.just(SPAN), st.booleans(), st.booleans())
nodes: st.SearchStrategy[Node] = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: ListNode(tuple(items), SPAN))
        | st.dictionaries(st.sampled_from(["not", "any", "x"]), inner, max_size=2).map(
            lambda entries: map_node(entries)
        )
    ),
    max_leaves=6,
)


def map_node(entries: dict[str, Node]) -> MapNode:
    from advisor.knowledge.document import Entry

    return MapNode(tuple(Entry(ScalarNode(k, SPAN), v) for k, v in entries.items()), SPAN)


@given(nodes, st.sampled_from(sorted(NAMES)), st.sampled_from([WORKLOAD, WITH_PRESENCE]))
def test_any_node_is_a_test_or_has_a_problem(node: Node, name: str, scope: Scope) -> None:
    findings = Findings("any.yaml", ("some text",))
    test = parse_test(node, NAMES[name], scope, findings)
    assert (test is None) == bool(findings.problems)


def test_a_list_in_a_cell_has_so_many_tests_and_no_more() -> None:
    most = ", ".join(f"below {n + 2}" for n in range(1000))
    found, problems = cell_of(f"[{most}]", "context-length")
    assert problems == []
    assert isinstance(found, AnyTest)
    found, problems = cell_of(f"[{most}, 5000]", "context-length")
    assert found is None
    assert [(p.check, p.message) for p in problems] == [
        ("too-many", "a list holds at most 1000 tests")
    ]
