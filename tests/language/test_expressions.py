"""Arithmetic: exact at a point, sound over intervals."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import ceil

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from small_vocabulary import WORKLOAD, expression_of

from advisor.errors import Span
from advisor.knowledge.document import Findings, ScalarNode
from advisor.knowledge.syntax import Arithmetic, Call, Constant, Expression, Name
from advisor.knowledge.values import Interval, Number, NumberType
from advisor.language import kleene
from advisor.language.bounds import value_bounds
from advisor.language.expressions import DEEPEST, LONGEST, parse_expression, value_at
from advisor.language.mentions import names_of
from advisor.language.vocabulary import Scope

A, B = Name("a"), Name("b-c")
SCOPE = Scope({"a": NumberType("count"), "b-c": NumberType("count"), "x.y": NumberType("GB")})


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("a", A),
        ("b-c", B),
        ("x.y", Name("x.y")),
        ("12", Constant(12)),
        ("0.5", Constant(Fraction(1, 2))),
        ("1_000", Constant(1000)),
        ("a + b-c", Arithmetic("+", A, B)),
        ("a - b-c", Arithmetic("-", A, B)),
        ("a - 2", Arithmetic("-", A, Constant(2))),
        ("a+b-c", Arithmetic("+", A, B)),
        ("a*b-c/2", Arithmetic("/", Arithmetic("*", A, B), Constant(2))),
        ("a + b-c * 2", Arithmetic("+", A, Arithmetic("*", B, Constant(2)))),
        ("a - 1 - 2", Arithmetic("-", Arithmetic("-", A, Constant(1)), Constant(2))),
        ("(a + b-c) * 2", Arithmetic("*", Arithmetic("+", A, B), Constant(2))),
        ("min(a, b-c, 3)", Call("min", (A, B, Constant(3)))),
        ("max( a , 0 )", Call("max", (A, Constant(0)))),
        ("ceiling(a / 8)", Call("ceiling", (Arithmetic("/", A, Constant(8)),))),
        ('"a * 2"', Arithmetic("*", A, Constant(2))),
    ],
)
def test_an_expression_is_read_with_the_usual_precedence(text: str, expression: Expression) -> None:
    assert expression_of(text, SCOPE) == (expression, [])


def test_a_lone_number_may_be_written_in_the_unit_that_is_meant() -> None:
    assert expression_of("128k", SCOPE, "tokens") == (Constant(128_000), [])
    assert expression_of("2 s", SCOPE, "ms") == (Constant(2000), [])
    assert expression_of("2 * a", SCOPE, "ms") == (Arithmetic("*", Constant(2), A), [])
    found, problems = expression_of("2 GB", SCOPE, "ms")
    assert found is None
    assert [(p.check, p.span) for p in problems] == [("wrong-unit", Span(1, 6, 1, 8))]


def test_names_are_told_once_in_order() -> None:
    expression, _ = expression_of("b-c * a + max(b-c, x.y)", SCOPE)
    assert expression is not None
    assert names_of(expression) == ("b-c", "a", "x.y")


def test_values_are_exact() -> None:
    expression, _ = expression_of("(a / 3 + b-c) * 3", SCOPE)
    assert expression is not None
    assert value_at(expression, {"a": 1, "b-c": Fraction(1, 3)}) == 2
    assert isinstance(value_at(expression, {"a": 1, "b-c": Fraction(1, 3)}), int)


def test_division_by_zero_is_an_arithmetic_error_at_a_point_and_unbounded_over_an_interval() -> (
    None
):
    expression, _ = expression_of("a / b-c", SCOPE)
    assert expression is not None
    with pytest.raises(ArithmeticError):
        value_at(expression, {"a": 1, "b-c": 0})
    one = Interval.point(1)
    assert value_bounds(expression, {"a": one, "b-c": Interval(0, 2)}) == Interval(None, None)
    assert value_bounds(expression, {"a": one, "b-c": Interval(-1, 2)}) == Interval(None, None)


@pytest.mark.parametrize(
    ("text", "a", "b", "bounds"),
    [
        ("a + b-c", Interval(1, 2), Interval(3, None), Interval(4, None)),
        ("a + b-c", Interval(1, 2, True), Interval(3, 4), Interval(4, 6, True, False)),
        ("a - b-c", Interval(1, 2), Interval(3, 4, False, True), Interval(-3, -1, True, False)),
        ("a * b-c", Interval(-1, 2), Interval(-3, 4), Interval(-6, 8)),
        ("a * b-c", Interval(0, 2), Interval(0, None), Interval(0, None)),
        ("a * b-c", Interval(0, 2, True), Interval(0, None), Interval(0, None)),
        ("a * b-c", Interval(0, 2, True), Interval(1, None), Interval(0, None, True)),
        ("a * b-c", Interval(0, 2), Interval(0, 3, True), Interval(0, 6)),
        ("a * b-c", Interval(0, 2, True), Interval(0, 3), Interval(0, 6)),
        ("a * b-c", Interval(-2, 0), Interval(0, 3, True), Interval(-6, 0)),
        ("a * b-c", Interval(0, 2, True), Interval(0, 3, True), Interval(0, 6, True)),
        ("a * b-c", Interval(0, 0), Interval(None, None), Interval(0, 0)),
        ("a * b-c", Interval(None, None), Interval(1, 2), Interval(None, None)),
        ("a / b-c", Interval(1, 2), Interval(2, 4), Interval(Fraction(1, 4), 1)),
        ("a / b-c", Interval(1, 2), Interval(0, 4, True), Interval(Fraction(1, 4), None)),
        ("a / b-c", Interval(1, 2), Interval(4, None), Interval(0, Fraction(1, 2), True)),
        ("a / b-c", Interval(1, 2), Interval(-4, -2), Interval(-1, Fraction(-1, 4))),
        ("a / b-c", Interval(1, 1), Interval(None, 0, False, True), Interval(None, 0, False, True)),
        ("min(a, b-c)", Interval(1, 5), Interval(2, 3), Interval(1, 3)),
        ("min(a, b-c)", Interval(1, 5, True), Interval(1, None), Interval(1, 5)),
        ("max(a, b-c)", Interval(1, 5), Interval(2, None, True), Interval(2, None, True)),
        ("max(a, b-c)", Interval(1, 5, False, True), Interval(5, 5), Interval(5, 5)),
        ("ceiling(a)", Interval(Fraction(1, 2), Fraction(5, 2)), Interval(0, 0), Interval(1, 3)),
        ("ceiling(a)", Interval(2, 3, True, True), Interval(0, 0), Interval(3, 3)),
    ],
)
def test_bounds_are_tight_and_know_whether_an_end_is_reached(
    text: str, a: Interval, b: Interval, bounds: Interval
) -> None:
    expression, _ = expression_of(text, SCOPE)
    assert expression is not None
    assert value_bounds(expression, {"a": a, "b-c": b}) == bounds


def test_a_name_that_is_not_given_may_be_any_number() -> None:
    assert value_bounds(A, {}) == Interval(None, None)
    assert value_bounds(Arithmetic("*", A, Constant(0)), {}) == Interval(0, 0)


small = st.integers(-12, 12).map(lambda n: Fraction(n, 2))
trees: st.SearchStrategy[Expression] = st.recursive(
    st.one_of(
        st.sampled_from([A, B]),
        st.integers(0, 9).map(Constant),
        st.sampled_from([Constant(Fraction(1, 2)), Constant(Fraction(5, 4))]),
    ),
    lambda inner: st.one_of(
        st.builds(Arithmetic, st.sampled_from("+-*/"), inner, inner).filter(
            lambda e: not (e.op == "/" and e.right == Constant(0))
        ),
        st.builds(
            Call,
            st.sampled_from(["min", "max"]),
            st.lists(inner, min_size=2, max_size=3).map(tuple),
        ),
        inner.map(lambda e: Call("ceiling", (e,))),
    ),
    max_leaves=7,
)


def source(expression: Expression) -> str:
    match expression:
        case Constant(value):
            return str(float(value)) if isinstance(value, Fraction) else str(value)
        case Name(name):
            return name
        case Arithmetic(op, left, right):
            return f"({source(left)}) {op} ({source(right)})"
        case Call(function, arguments):
            return f"{function}({', '.join(map(source, arguments))})"


def plain_value(expression: Expression, env: dict[str, Number]) -> Fraction:
    """The meaning of an expression, said once more."""
    match expression:
        case Constant(value):
            return Fraction(value)
        case Name(name):
            return Fraction(env[name])
        case Arithmetic(op, left, right):
            a, b = plain_value(left, env), plain_value(right, env)
            return {"+": lambda: a + b, "-": lambda: a - b, "*": lambda: a * b, "/": lambda: a / b}[op]()  # fmt: skip
        case Call(function, arguments):
            values = [plain_value(argument, env) for argument in arguments]
            return Fraction({"min": min, "max": max, "ceiling": lambda v: ceil(v[0])}[function](values))  # fmt: skip


intervals = st.builds(Interval, st.none() | small, st.none() | small, st.booleans(), st.booleans())


@given(trees)
def test_an_expression_is_read_back_from_its_text(tree: Expression) -> None:
    assert expression_of(source(tree), SCOPE) == (tree, [])


@given(trees, small, small)
def test_evaluation_follows_arithmetic(tree: Expression, a: Fraction, b: Fraction) -> None:
    env: dict[str, Number] = {"a": a, "b-c": b}
    try:
        expected = plain_value(tree, env)
    except ZeroDivisionError:
        with pytest.raises(ArithmeticError):
            value_at(tree, env)
        return
    assert value_at(tree, env) == expected


@given(trees, intervals, intervals, small, small)
def test_every_value_at_a_point_lies_within_the_bounds(
    tree: Expression, a: Interval, b: Interval, at_a: Fraction, at_b: Fraction
) -> None:
    assume(kleene.contains(a, at_a) and kleene.contains(b, at_b))
    bounds = value_bounds(tree, {"a": a, "b-c": b})
    try:
        value = value_at(tree, {"a": at_a, "b-c": at_b})
    except ArithmeticError:
        return
    assert kleene.contains(bounds, value)


@given(st.sampled_from("+-*/") | st.sampled_from(["min", "max"]), intervals, intervals)
def test_a_finite_closed_end_of_one_operation_is_reached_and_an_open_one_is_not(
    op: str, a: Interval, b: Interval
) -> None:
    tree = Call(op, (A, B)) if len(op) > 1 else Arithmetic(op, A, B)
    points = [Fraction(n, 4) for n in range(-60, 61)]
    in_a = [p for p in points if kleene.contains(a, p)]
    in_b = [p for p in points if kleene.contains(b, p) and not (op == "/" and p == 0)]
    assume(in_a and in_b)
    bounds = value_bounds(tree, {"a": a, "b-c": b})
    corners_a = {in_a[0], in_a[-1], *[p for p in in_a if p == 0]}
    corners_b = {in_b[0], in_b[-1], *[p for p in in_b if p == 0]}
    values = {value_at(tree, {"a": x, "b-c": y}) for x, y in product(corners_a, corners_b)}
    for end, is_open in ((bounds.low, bounds.low_open), (bounds.high, bounds.high_open)):
        if end is not None:
            assert (end in values) != is_open


PIECES = st.sampled_from(
    ["a", "b-c", "+", "-", " - ", "*", "/", "(", ")", ",", "min(", "max(", "ceiling(", "2", "0.5",
     "1e6", " ", ".", "^", "é", "70B", "1,500", "_", "%", "\x00"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=12).map("".join) | st.text(max_size=20), st.none() | st.just("ms"))
def test_any_text_is_an_expression_or_has_a_problem(text: str, unit: str | None) -> None:
    findings = Findings("any.yaml", (text,))
    node = ScalarNode(text, Span(1, 1, 1, 1 + len(text)))
    expression = parse_expression(node, SCOPE, findings, unit)
    assert (expression is None) == bool(findings.problems)
    for problem in findings.problems:
        assert problem.span is not None


def test_length_and_depth_are_bounded() -> None:
    for text in ("1 + " * 300 + "1", "(" * 200 + "memory" + ")" * 200):
        found, problems = expression_of(text, WORKLOAD)
        assert found is None
        assert problems[0].check in ("too-long", "too-deep")
    expression, _ = expression_of("1" + " + 1" * 200, WORKLOAD)
    assert expression is not None
    assert value_at(expression, {}) == 201


def said(text: str, unit: str | None = None) -> list[tuple[str, str, tuple[int, int], str | None]]:
    found, problems = expression_of(text, SCOPE, unit)
    assert found is None
    return [
        (
            p.check,
            p.message,
            (p.span.column - 3, p.span.end_column - 3) if p.span else (0, 0),
            p.hint,
        )
        for p in problems
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a + * 3", ("bad-expression", "expected a number, name or parenthesis, found '*'", (5, 6), None)),
        ("a ** 3", ("bad-expression", "expected a number, name or parenthesis, found '*'", (4, 5),
                    "there are no powers; multiply out")),
        ("a + a ^ 2", ("bad-expression", "'^' has no meaning in an expression", (7, 8),
                       "there are no powers; multiply out")),
        ("3 + 007", ("bad-number", "'007' starts with a zero", (5, 8), "write `7`")),
        ("3 + 1e3", ("bad-number", "'1e3' has an exponent; expected a plain number such as 1000",
                     (5, 8), "write `1000`")),
        ("a + a-", ("unknown-name", "no question, derived value or attribute is called 'a-'", (5, 7),
                    "put blanks around a minus: `a - ...`")),
        ("b-c-a", ("unknown-name", "no question, derived value or attribute is called 'b-c-a'", (1, 6),
                   "put blanks around a minus: `b-c - a`")),
        ("b-cc", ("unknown-name", "no question, derived value or attribute is called 'b-cc'", (1, 5),
                  "did you mean 'b-c'?")),
        ("a-qqqqqq", ("unknown-name", "no question, derived value or attribute is called 'a-qqqqqq'",
                      (1, 9), None)),
        ("maximum(a, 3)", ("bad-expression",
                           "no function is called 'maximum'; there are ceiling, max and min", (1, 8), "did you mean 'max'?")),
        ("mux(a, 3)", ("bad-expression",
                       "no function is called 'mux'; there are ceiling, max and min", (1, 4),
                       "did you mean 'max'?")),
        ("max(a, 3", ("bad-expression", "this parenthesis is not closed", (4, 5), None)),
        ("max(1,500)", ("ambiguous-number", "a comma separates arguments, never thousands", (5, 10),
                        "write `1500`, or a blank after the comma")),
        ("a+", ("bad-expression", "a number or name is missing at the end", (2, 3), None)),
    ],
)  # fmt: skip
def test_a_mistake_in_a_formula_is_named_at_its_word(text, problem) -> None:
    assert said(text) == [problem]


def test_a_lone_number_with_a_wrong_unit_says_what_to_write() -> None:
    assert said("017", "ms") == [("bad-number", "'017' starts with a zero", (1, 4), "write `17`")]


@pytest.mark.parametrize(
    "text", ["max(a,500)", "max(1,a)", "max(1, 500)", "max(1,50)", "max(10,5000)"]
)
def test_a_comma_that_can_only_separate_arguments_is_no_mistake(text: str) -> None:
    expression, problems = expression_of(text, SCOPE)
    assert problems == []
    assert isinstance(expression, Call)


def test_parentheses_nest_so_deep_and_no_deeper() -> None:
    deepest = DEEPEST - 1
    beside = " + ".join(["(a)"] * (2 * DEEPEST))
    for before in ("", f"{beside} + "):
        text = f"{before}{'(' * deepest}a{')' * deepest}"
        assert expression_of(text, SCOPE)[1] == []
        (problem,) = said(f"{before}({text.removeprefix(before)})")
        assert problem[:2] == ("too-deep", f"parentheses nest at most {DEEPEST} deep")


def test_an_expression_has_so_many_characters_and_no_more() -> None:
    text = " + ".join(["a"] * 250)
    longest = text.ljust(LONGEST, "x")
    assert len(longest) == LONGEST
    assert said(longest + "0")[0][:2] == (
        "too-long",
        f"an expression has at most {LONGEST} characters",
    )
    assert all(check != "too-long" for check in (p.check for p in expression_of(longest, SCOPE)[1]))
