"""Conditions: and across a map, or within a list, nesting in words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_vocabulary import NAMES, WITH_OFFER, condition_of

from advisor.errors import Span
from advisor.knowledge.document import Entry, Findings, ListNode, MapNode, Node, ScalarNode
from advisor.knowledge.syntax import (
    ALWAYS,
    AllOf,
    AnyOf,
    Atom,
    Compare,
    Condition,
    IsKnown,
    NotOf,
    NotTest,
    OneOf,
)
from advisor.language.conditions import DEEPEST, parse_condition
from advisor.language.mentions import atoms_in, names_in
from advisor.language.vocabulary import Scope, did_you_mean, nearest_word

SMALL = ("model-size", Compare("below", 13))
API = ("hosting", OneOf(frozenset({"api"})))
EU = ("regions", OneOf(frozenset({"europe"})))


def shape(condition: Condition) -> object:
    """The condition without places."""
    match condition:
        case Atom(name, test):
            return (name, test)
        case AllOf(parts):
            return ["all", *map(shape, parts)]
        case AnyOf(parts):
            return ["any", *map(shape, parts)]
        case NotOf(part):
            return ["not", shape(part)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{model-size: below 13B}", SMALL),
        ("{model-size: below 13B, hosting: api}", ["all", SMALL, API]),
        ("{hosting: [api, dedicated]}", ("hosting", OneOf(frozenset({"api", "dedicated"})))),
        ("{any: [{model-size: below 13B}, {hosting: api}]}", ["any", SMALL, API]),
        ("{all: [{model-size: below 13B}, {hosting: api}]}", ["all", SMALL, API]),
        ("{not: {hosting: api}}", ["not", API]),
        ("{hosting: not api}", ("hosting", NotTest(API[1]))),
        ("{not: {model-size: below 13B, hosting: api}}", ["not", ["all", SMALL, API]]),
        (
            "{model-size: below 13B, any: [{hosting: api}, {regions: europe}]}",
            ["all", SMALL, ["any", API, EU]],
        ),
        (
            "{any: [{hosting: api, model-size: below 13B}, {not: {regions: europe}}]}",
            ["any", ["all", API, SMALL], ["not", EU]],
        ),
        ("{any: [{hosting: api}]}", API),
        ("{not: {not: {hosting: api}}}", ["not", ["not", API]]),
        ("{hosting: known}", ("hosting", IsKnown())),
        ("{}", ["all"]),
    ],
)
def test_a_condition_reads_as_it_nests(text: str, expected: object) -> None:
    condition, problems = condition_of(text)
    assert problems == []
    assert condition is not None
    assert shape(condition) == expected


def test_the_empty_map_always_holds() -> None:
    assert condition_of("{}") == (ALWAYS, [])


def test_each_atom_knows_where_its_test_stands() -> None:
    condition, _ = condition_of("{model-size: below 13B, hosting: api}")
    assert condition is not None
    assert [atom.span for atom in atoms_in(condition)] == [Span(1, 17, 1, 26), Span(1, 37, 1, 40)]


def test_the_atoms_of_a_condition_are_told_in_order() -> None:
    condition, _ = condition_of(
        "{regions: us, not: {any: [{hosting: api}, {regions: uk}]}, model-size: above 1}"
    )
    assert condition is not None
    assert [a.name for a in atoms_in(condition)] == ["regions", "hosting", "regions", "model-size"]
    assert names_in(condition) == {"regions", "hosting", "model-size"}


def test_every_mistake_of_a_condition_is_told_at_once() -> None:
    condition, problems = condition_of(
        "{modle-size: below 13B, hosting: dedicted, any: [{regions: []}, {not: [x]}]}"
    )
    assert condition is None
    assert [problem.check for problem in problems] == [
        "unknown-name",
        "unknown-option",
        "empty-list",
        "not-a-condition",
    ]


def test_conditions_nest_so_deep_and_no_deeper() -> None:
    def nested(depth: int) -> str:
        return "{not: " * depth + "{hosting: api}" + "}" * depth

    assert condition_of(nested(DEEPEST))[0] is not None
    condition, problems = condition_of(nested(DEEPEST + 1))
    assert condition is None
    assert [problem.check for problem in problems] == ["too-deep"]


def test_an_unknown_name_is_said_in_the_words_of_its_scope() -> None:
    findings = Findings("rules.yaml", ("{kind: gpu}",))
    node = MapNode((Entry(ScalarNode("kidn", Span(1, 2, 1, 6)), ScalarNode("gpu", Span(1, 8, 1, 11))),), Span(1, 1, 1, 12))  # fmt: skip
    scope = Scope({"kind": NAMES["hosting"]}, what="attribute of the accelerator")
    assert parse_condition(node, scope, findings) is None
    (problem,) = findings.problems
    assert problem.message == "no attribute of the accelerator is called 'kidn'"
    assert problem.hint == "did you mean 'kind'?"
    assert problem.place == "rules.yaml:1:2"


@pytest.mark.parametrize(
    ("word", "nearest"),
    [
        ("modle-size", "model-size"),
        ("model_size", "model-size"),
        ("Model-Size", "model-size"),
        ("model size", "model-size"),
        ("modelsize", "model-size"),
        ("hostng", "hosting"),
        ("latency", None),
        ("", None),
        ("x" * 500, None),
    ],
)
def test_the_nearest_name_is_suggested_and_no_far_one(word: str, nearest: str | None) -> None:
    names = ["regions", "model-size", "hosting", "models"]
    assert nearest_word(word, names) == nearest
    assert nearest_word(word, reversed(names)) == nearest
    assert did_you_mean(word, names) == (None if nearest is None else f"did you mean '{nearest}'?")


SPAN = Span(1, 1, 1, 9)
KEYS = st.sampled_from(["any", "all", "not", "hosting", "regions", "model-size", "nothing", ""])
scalars = st.builds(
    ScalarNode,
    st.sampled_from(["api", "us", "below 13B", "not us", "known", "", "x", "all in its regions"]),
    st.just(SPAN),
    st.booleans(),
)
nodes: st.SearchStrategy[Node] = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: ListNode(tuple(items), SPAN))
        | st.dictionaries(KEYS, inner, max_size=3).map(
            lambda found: MapNode(
                tuple(Entry(ScalarNode(key, SPAN), value) for key, value in found.items()), SPAN
            )
        )
    ),
    max_leaves=8,
)


@given(nodes)
def test_any_node_is_a_condition_or_has_a_problem(node: Node) -> None:
    findings = Findings("any.yaml", ("some text",))
    condition = parse_condition(node, WITH_OFFER, findings)
    assert (condition is None) == bool(findings.problems)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (
            "{" + ", ".join(f"n{i}: x" for i in range(1001)) + "}",
            "a condition has at most 1000 entries",
        ),
        (
            "{any: [" + ", ".join(["{hosting: api}"] * 1001) + "]}",
            "a condition has at most 1000 parts",
        ),
    ],
    ids=["entries", "parts"],
)
def test_a_condition_has_so_many_parts_and_no_more(text: str, what: str) -> None:
    found, problems = condition_of(text)
    assert found is None
    assert [(p.check, p.message) for p in problems] == [("too-many", what)]
