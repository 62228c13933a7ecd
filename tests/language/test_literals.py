"""Values of answers and claims: which domain a text leaves."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_vocabulary import NAMES, domain_of

from advisor.errors import Span
from advisor.knowledge.document import Findings, ListNode, Node, ScalarNode
from advisor.knowledge.values import Domain, Flags, Interval, NumberType, Options
from advisor.language import kleene
from advisor.language.literals import parse_domain, range_words
from advisor.language.wording import domain_words


def options(*values: str) -> Options:
    return Options(frozenset(values))


def flags(*values: str) -> Flags:
    return Flags(frozenset(values), frozenset(values))


@pytest.mark.parametrize(
    ("name", "text", "domain"),
    [
        ("hosting", "api", options("api")),
        ("hosting", "EU only", options("EU only")),
        ("hosting", '"api"', options("api")),
        ("hosting", "[api, dedicated]", options("api", "dedicated")),
        ("weights-access", "no", options("no")),
        ("evidence", "known", options("known")),
        ("regions", "[us, europe]", flags("us", "europe")),
        ("regions", "us", flags("us")),
        ("regions", "[]", flags()),
        ("model-size", "175B", Interval.point(175)),
        ("model-size", '"175B"', Interval.point(175)),
        ("requests-per-day", "1000000", Interval.point(1_000_000)),
        ("concurrent-users", "50 to 200", Interval(50, 200)),
        ("concurrent-users", "50 to 50", Interval.point(50)),
        ("first-token-ms", "1 s to 2 s", Interval(1000, 2000)),
        ("first-token-ms", "300 to 2 s", Interval(300, 2000)),
        ("concurrent-users", "at least 50", Interval(50, 1_000_000)),
        ("concurrent-users", "above 50", Interval(50, 1_000_000, low_open=True)),
        ("requests-per-day", "at least 50", Interval(50, None)),
        ("requests-per-day", "below 50", Interval(0, 50, high_open=True)),
        ("availability", "at most 99.9 %", Interval(0, Fraction(999, 10))),
    ],
)
def test_a_value_says_what_is_still_possible(name: str, text: str, domain: Domain) -> None:
    found, problems = domain_of(text, name)
    assert problems == []
    assert found == domain


def test_all_mistakes_of_a_list_are_told_at_once() -> None:
    found, problems = domain_of("[us, amerika, us, europa]", "regions")
    assert found is None
    assert [(p.check, p.span.column if p.span else 0) for p in problems] == [
        ("unknown-option", 9),
        ("duplicate-item", 18),
        ("unknown-option", 22),
    ]


def test_the_declared_range_is_told_in_the_words_of_its_unit() -> None:
    assert range_words(NumberType("parameters", Fraction(1, 10), 20000)) == "100M to 20T"
    assert range_words(NumberType("USD", 0)) == "at least 0 USD"
    assert range_words(NumberType("USD", None, 5)) == "at most 5 USD"
    assert range_words(NumberType("USD")) == "any number"


whole = st.integers(1, 1_000_000)


@given(st.tuples(whole, whole).map(sorted))
def test_a_range_in_words_is_read_back(ends: list[int]) -> None:
    domain = Interval(ends[0], ends[1])
    found, problems = domain_of(domain_words(domain, NAMES["concurrent-users"]), "concurrent-users")
    assert (found, problems) == (domain, [])


def test_the_words_of_half_open_ends_are_read_back() -> None:
    of = NAMES["model-size"]
    for text in ("at least 70B", "above 70B", "at most 70B", "below 70B"):
        domain, _ = domain_of(text, "model-size")
        assert isinstance(domain, Interval)
        assert kleene.contains(domain, 70) == (not (domain.low_open or domain.high_open))
        of_all = Interval(
            None if domain.high == 70 else domain.low,
            None if domain.low == 70 else domain.high,
            domain.low_open,
            domain.high_open,
        )
        assert domain_words(of_all, of) == text


SPAN = Span(1, 1, 1, 5)
scalars = st.builds(
    ScalarNode, st.text(max_size=12) | st.sampled_from(["us", "70B", "50 to", "not"]), st.just(SPAN),
    st.booleans(), st.booleans(),
)  # fmt: skip
nodes: st.SearchStrategy[Node] = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3).map(lambda i: ListNode(tuple(i), SPAN))
)


@given(nodes, st.sampled_from(sorted(NAMES)))
def test_any_node_is_a_value_or_has_a_problem(node: Node, name: str) -> None:
    findings = Findings("any.yaml", ("text",))
    domain = parse_domain(node, NAMES[name], findings)
    assert (domain is None) == bool(findings.problems)


def test_a_list_holds_so_many_options_and_no_more() -> None:
    found, problems = domain_of(f"[{', '.join(['us'] * 1001)}]", "regions")
    assert found is None
    assert [(p.check, p.message) for p in problems] == [
        ("too-many", "a list holds at most 1000 items")
    ]


def said(text: str, name: str) -> list[tuple[str, int, str, str | None]]:
    found, problems = domain_of(text, name)
    assert found is None
    return [(p.check, p.span.column if p.span else 0, p.message, p.hint) for p in problems]


@pytest.mark.parametrize(
    ("text", "name", "problems"),
    [
        ("[us, us]", "regions", [("duplicate-item", 9, "'us' stands in the list twice", None)]),
        ('[us, ""]', "regions",
         [("empty-cell", 10, "a value is missing; expected any of us, canada, europe or uk", None)]),
        # Blanks in quotes are part of the text.
        ('[" us"]', "regions",
         [("unknown-option", 6, "' us' is not an option; expected any of us, canada, europe or uk",
           "did you mean 'us'?")]),
        ("not us", "residency",
         [("unknown-option", 4, "'not us' is not an option; expected one of none, us or europe",
           "list the options that remain")]),
        ("not mars", "residency",
         [("unknown-option", 4, "'not mars' is not an option; expected one of none, us or europe",
           None)]),
        ("{us: yes}", "regions",
         [("not-a-value", 4, "expected any of us, canada, europe or uk, found a map", None)]),
        ("[us, [uk]]", "regions",
         [("nested-list", 9, "a list of options holds plain options", None)]),
        ("{from: 3}", "concurrent-users",
         [("not-a-value", 4, "expected a number of users such as 200", None)]),
        ("[50, 200]", "concurrent-users",
         [("not-a-value", 4, "expected a number of users such as 200",
           "write a range as `50 to 200`")]),
        ("many to 200", "concurrent-users",
         [("bad-number", 4, "expected a number of users such as 200, found 'many'", None)]),
        ("1.5", "concurrent-users",
         [("not-whole", 4, "1.5 is not a whole number", "write a whole number, such as `1`")]),
    ],
)  # fmt: skip
def test_a_value_of_the_wrong_form_is_named_at_its_place(
    text: str, name: str, problems: list[tuple[str, int, str, str | None]]
) -> None:
    assert said(text, name) == problems


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        ("50 to 50.5", Interval(50, Fraction(101, 2))),
        ("1 to 1k", Interval(1, 1000)),
        ("0.001k to 2k", Interval(1, 2000)),
    ],
)
def test_a_range_of_whole_numbers_holds_one_at_least(text: str, domain: Interval) -> None:
    assert domain_of(text, "concurrent-users") == (domain, [])


def test_a_list_of_a_thousand_options_is_not_too_long() -> None:
    found, problems = domain_of(f"[{', '.join(['us'] * 1000)}]", "regions")
    assert found is None
    assert {p.check for p in problems} == {"duplicate-item"}
