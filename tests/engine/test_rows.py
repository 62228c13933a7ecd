"""Many rows at once say what one row at a time says, to the bit."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from advisor.engine.compile import Is, compile_rules
from advisor.engine.rows import Columns
from advisor.engine.rows_ranks import Ranks
from advisor.engine.rows_sums import Adder, Plan
from advisor.engine.rows_tests import Rows
from advisor.knowledge.model import Derived, TableRow
from advisor.knowledge.syntax import (
    AllOf,
    Arithmetic,
    Atom,
    Compare,
    Constant,
    Equals,
    IsKnown,
    Name,
    NotOf,
    OneOf,
)
from advisor.knowledge.values import ChoiceType, FlagsType, NumberType
from tests.engine import naive_rules
from tests.engine.rule_bases import (
    ASKED,
    FLAGS,
    HERE,
    TYPES,
    Base,
    as_sets,
    random_base,
    random_values,
    rule,
    sources,
)
from tests.engine.test_bits import check as check_one
from tests.engine.test_bits import compiled

CASES = settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
ALL_THREE = settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck))
MANY = settings(max_examples=20_000, deadline=None, suppress_health_check=list(HealthCheck))


def columns_of(rows):
    """Rows of single values as columns."""
    made = {}
    for name in ASKED:
        of, values = TYPES[name], [row[name] for row in rows]
        if isinstance(of, ChoiceType):
            made[name] = np.array([of.options.index(v) for v in values], np.uint8)
        elif isinstance(of, FlagsType):
            made[name] = np.array([sum(1 << FLAGS.index(f) for f in v) for v in values], np.uint8)
        elif name == "size":
            made[name] = np.array(values, np.int64)
        else:
            made[name] = np.array([*values, None], object)[:-1]
    return made


def check(engine, chunk, rows, first=0):
    layout = engine.layout
    for i, row in enumerate(rows[first : first + chunk.rows]):
        wanted = engine.decide(row)
        for place in range(layout.width):
            bit = (
                int(chunk.surely[place][i >> 6]) >> (i & 63) & 1,
                int(chunk.possibly[place][i >> 6]) >> (i & 63) & 1,
            )
            assert bit == (wanted.surely >> place & 1, wanted.possibly >> place & 1)
        assert chunk.scores[:, i].tolist() == list(wanted.scores)
        assert np.flatnonzero(chunk.excluded[:, i]).tolist() == list(wanted.excluded)
        assert [p for p in chunk.ranking[:, i].tolist() if p >= 0] == wanted.ranking
        assert chunk.winner()[i] == (wanted.ranking[0] if wanted.ranking else -1)
        assert chunk.fired(i) == wanted.fired


def agree(rnd):
    """Rows, bitsets and the plain interpreter, on one random rule base."""
    base = random_base(rnd)
    engine = compiled(base)
    rows = [random_values(rnd) for _ in range(rnd.randint(1, 6))]
    chunks = [*Columns(engine, chunk=4).chunks(columns_of(rows))]
    assert sum(chunk.rows for chunk in chunks) == len(rows)
    for chunk in chunks:
        check(engine, chunk, rows, chunk.start)
    check_one(engine, engine.decide(rows[0]), base, as_sets(rows[0]))


@ALL_THREE
@given(sources)
def test_rows_bitsets_and_the_plain_interpreter_agree(rnd):
    agree(rnd)


@pytest.mark.full
@MANY
@given(sources)
def test_all_three_agree_on_many(rnd):
    agree(rnd)


@CASES
@given(sources)
def test_unknown_rows_agree_with_sets(rnd):
    base = random_base(rnd)
    base.rules = [r for r in base.rules if _reads_no_derived(r.when)]
    engine = compiled(base)
    rows = [random_values(rnd) for _ in range(5)]
    columns = {}
    hidden = {}
    for name, column in columns_of(rows).items():
        hidden[name] = np.array([rnd.random() < 0.4 for _ in rows])
        columns[name] = np.ma.masked_array(column, hidden[name])
    (chunk,) = Columns(engine).chunks(columns)
    for i, row in enumerate(rows):
        env = {n: d for n, d in as_sets(row).items() if not hidden[n][i]}
        wanted = engine.decide_sets(env)
        for place in range(engine.layout.width):
            assert int(chunk.surely[place][0]) >> i & 1 == wanted.surely >> place & 1
            assert int(chunk.possibly[place][0]) >> i & 1 == wanted.possibly >> place & 1
        assert chunk.scores[:, i].tolist() == list(wanted.scores)


def _reads_no_derived(condition):
    if isinstance(condition, Atom):
        return condition.name in ASKED
    parts = getattr(condition, "parts", None) or (getattr(condition, "part", None),)
    return all(_reads_no_derived(part) for part in parts if part is not None)


@CASES
@given(
    st.lists(st.tuples(st.integers(0, 2**70 - 1), st.integers(-300, 300)), max_size=25),
)
def test_sums_are_exact(parts):
    bitmaps = [np.array([bits & 2**64 - 1, bits >> 64], np.uint64) for bits, _ in parts]
    out = np.empty(70, np.int32)
    adder, plan = Adder(2), Plan([(i, steps) for i, (_, steps) in enumerate(parts)])
    for _ in range(2):
        adder.add(plan, bitmaps, out)
    wanted = [sum(steps for bits, steps in parts if bits >> row & 1) for row in range(70)]
    assert out.tolist() == wanted


@CASES
@given(st.integers(1, 20), st.randoms(use_true_random=False), st.integers(0, 2**42))
def test_ranks_sort_like_python(offers, rnd, reach):
    scores = np.array([[rnd.randint(-reach, reach) for _ in range(6)] for _ in range(offers)])
    excluded = np.array([[rnd.random() < 0.3 for _ in range(6)] for _ in range(offers)])
    ranks = Ranks(offers, -reach, reach)
    places = ranks.ranking(scores, excluded)
    count = rnd.randint(1, offers)
    top = ranks.top(scores, excluded, count)
    for row in range(6):
        live = [p for p in range(offers) if not excluded[p, row]]
        wanted = sorted(live, key=lambda p, row=row: (-scores[p, row], p))
        wanted += [-1] * (offers - len(live))
        assert places[:, row].tolist() == wanted
        assert top[:, row].tolist() == wanted[:count]


@pytest.mark.parametrize("kind", [np.float64, np.float32, np.int8, np.int64])
def test_numbers_of_every_kind_are_compared_exactly(kind):
    values = np.array([2, 3, 4], kind)
    tests = [Compare("at least", Fraction(10, 3)), Compare("at most", 3), Equals(4)]
    base = Base([rule(f"r{i}", Atom("share", t)) for i, t in enumerate(tests)], {"o": {}})
    (chunk,) = Columns(compiled(base)).chunks({"share": values})
    assert [chunk.fired(i) for i in range(3)] == [("r1",), ("r1",), ("r0", "r2")]


def test_a_float_beside_its_cut_is_told_apart():
    below, above = np.nextafter(0.1, 0), np.nextafter(0.1, 1)
    base = Base([rule("r", Atom("share", Compare("at least", Fraction(1, 10))))], {"o": {}})
    (chunk,) = Columns(compiled(base)).chunks({"share": np.array([below, 0.1, above])})
    # 0.1 as a float is a little more than a tenth.
    assert [bool(chunk.fired(i)) for i in range(3)] == [False, True, True]


def test_known_is_asked_of_the_mask():
    base = Base([rule("r", Atom("size", IsKnown()))], {"o": {}})
    column = np.ma.masked_array([1, 2], [True, False])
    (chunk,) = Columns(compiled(base)).chunks({"size": column})
    assert [chunk.fired(0), chunk.fired(1)] == [(), ("r",)]


def test_flags_may_be_a_line_of_bools_for_each_option():
    base = Base([rule("r", Atom("needs", OneOf(frozenset("q"))))], {"o": {}})
    lines = np.array([[1, 1], [0, 1], [0, 0], [0, 0]], bool)
    (chunk,) = Columns(compiled(base)).chunks({"needs": lines})
    assert [chunk.fired(0), chunk.fired(1)] == [(), ("r",)]


@pytest.mark.parametrize(
    ("name", "column", "words"),
    [
        ("colour", np.array([4]), "'colour' has 4 options"),
        ("colour", np.array([-1]), "'colour' has 4 options"),
        ("colour", np.array([0.0]), "'colour' holds places of options"),
        ("needs", np.array([16]), "'needs' has 4 options"),
        ("needs", np.array([True]), "'needs' has 4 options, too many for bool"),
        (
            "needs",
            np.zeros((3, 1), bool),
            "'needs' has 4 options: a row of bools for each is needed",
        ),
        (
            "needs",
            np.zeros((4, 1), int),
            "'needs' has 4 options: a row of bools for each is needed",
        ),
        ("share", np.array([np.nan]), "'share' holds what is no number"),
    ],
)
def test_a_column_that_does_not_fit_is_refused(name, column, words):
    test = Compare("below", 3) if name == "share" else OneOf(frozenset({"a", "p"}))
    engine = Columns(compiled(Base([rule("r", Atom(name, test))], {"o": {}})))
    with pytest.raises(ValueError, match=words):
        list(engine.chunks({name: column}))


def test_columns_of_unequal_length_are_refused():
    engine = Columns(compiled(Base([rule("r", Atom("size", Compare("below", 3)))], {"o": {}})))
    with pytest.raises(ValueError, match="'size' has 1 rows, not 2"):
        list(engine.chunks({"size": np.array([1]), "colour": np.array([0, 1])}))


def test_a_missing_column_is_refused():
    engine = Columns(compiled(Base([rule("r", Atom("size", Compare("below", 3)))], {"o": {}})))
    with pytest.raises(KeyError, match="size"):
        list(engine.chunks({"colour": np.array([0, 1])}))


def test_memory_depends_on_the_chunk_and_not_on_the_rows():
    import tracemalloc

    rules = [rule(f"r{i}", Atom("size", Compare("below", i % 12 + 1))) for i in range(40)]
    columns = Columns(compiled(Base(rules, {"o": {}, "p": {}})), chunk=2048)
    peaks = []
    for rows in (4_096, 65_536):
        given_column = {"size": np.arange(rows) % 13}
        tracemalloc.start()
        for chunk in columns.chunks(given_column):
            chunk.winner()
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.5 * peaks[0]


def test_chunks_of_any_length_may_follow_one_another():
    columns = Columns(compiled(Base([rule("r", Atom("size", Compare("below", 7)))], {"o": {}})))
    for rows in (3, 70, 140, 3):
        (chunk,) = columns.chunks({"size": np.arange(rows) % 13})
        assert chunk.scores[0].tolist() == [int(n % 13 < 7) for n in range(rows)]


def test_no_rows_are_no_chunks():
    columns = Columns(compiled(Base([rule("r", Atom("size", Compare("below", 7)))], {"o": {}})))
    assert list(columns.chunks({"size": np.array([], np.int64)})) == []


@pytest.mark.parametrize("steps", [256, 3 * 2**16, -(2**20), 2**40])
def test_steps_without_small_digits_add_up_exactly(steps):
    plan, adder = Plan([(0, steps), (1, 2 * steps)]), Adder(1)
    out = np.empty(4, np.int64)
    adder.add(plan, [np.array([0b0011], np.uint64), np.array([0b0101], np.uint64)], out)
    assert out.tolist() == [3 * steps, steps, 2 * steps, 0]


def test_steps_that_no_number_holds_are_refused():
    columns = compiled(Base([rule("r", steps=2**62)], {"o": {}}))
    with pytest.raises(OverflowError, match=r"^the steps of all rules together are too large$"):
        Columns(columns)


@pytest.mark.parametrize("kind", [np.int8, np.uint8, np.int32])
def test_a_cut_beyond_what_a_column_can_hold(kind):
    tests = [Compare("at least", 10**10), Compare("below", 10**10), Compare("above", -(10**10))]
    base = Base([rule(f"r{i}", Atom("share", t)) for i, t in enumerate(tests)], {"o": {}})
    (chunk,) = Columns(compiled(base)).chunks({"share": np.array([0, 100], kind)})
    assert [chunk.fired(0), chunk.fired(1)] == [("r1", "r2")] * 2


@CASES
@given(
    st.fractions(0, 12, max_denominator=1000),
    st.lists(st.floats(0, 12), min_size=1, max_size=6),
    st.sampled_from(["below", "at most", "above", "at least"]),
)
def test_floats_are_compared_with_the_exact_cut(cut, values, op):
    near = float(cut)
    values += [near, float(np.nextafter(near, 0)), float(np.nextafter(near, 20))]
    base = Base([rule("r", Atom("share", Compare(op, cut)))], {"o": {}})
    (chunk,) = Columns(compiled(base)).chunks({"share": np.array(values)})
    for row, value in enumerate(values):
        assert bool(chunk.fired(row)) is naive_rules.passes(Compare(op, cut), Fraction(value))


@pytest.mark.parametrize(
    ("name", "test", "words"),
    [
        ("colour", Equals(3), "Equals does not test 'colour'"),
        ("size", OneOf(frozenset("a")), "OneOf does not test a number"),
    ],
)
def test_a_test_of_another_type_is_refused(name, test, words):
    rows = Rows({name: np.array([1])}, TYPES, 1)
    with pytest.raises(TypeError, match=f"^{words}$"):
        rows.form(name, Is(test))


# -- derived values ----------------------------------------------------------------------------

LIKED = Derived(
    "liked", ChoiceType(("no", "yes")), None,
    (
        TableRow(AllOf((Atom("colour", OneOf(frozenset("ab"))), Atom("needs", OneOf(frozenset("p"))))),
                 "yes", HERE),
        TableRow(NotOf(AllOf((Atom("colour", OneOf(frozenset("ab"))),
                              Atom("needs", OneOf(frozenset("p")))))), "no", HERE),
    ),
    None, "", HERE,
)  # fmt: skip
SHARED = Derived(
    "shared", NumberType("factor"), Arithmetic("/", Name("size"), Name("share")), (), None, "", HERE
)
PARTIAL = Derived(
    "partial", NumberType("factor"), None,
    (TableRow(Atom("size", Compare("below", 3)), Constant(1), HERE),), None, "", HERE,
)  # fmt: skip


def of_derived(derived, test):
    types = {**TYPES, derived.id: derived.type}
    program = compile_rules([rule("r", Atom(derived.id, test))], types, {"o": {}}, (derived,))
    return Columns(program)


@pytest.mark.parametrize(
    "needs",
    [
        np.array([1, 2, 3, 1], np.uint8),
        np.array([[1, 0, 1, 1], [0, 1, 1, 0], [0] * 4, [0] * 4], bool),
    ],
    ids=["masks", "bools"],
)
def test_a_derived_choice_of_choices_and_flags(needs):
    columns = of_derived(LIKED, OneOf(frozenset({"yes"})))
    (chunk,) = columns.chunks({"colour": np.array([0, 1, 1, 2]), "needs": needs})
    assert [bool(chunk.fired(row)) for row in range(4)] == [True, False, True, False]


def test_a_derived_column_may_be_given():
    columns = of_derived(SHARED, Compare("below", 2))
    (chunk,) = columns.chunks({"shared": np.array([1, 3])})
    assert [chunk.fired(0), chunk.fired(1)] == [("r",), ()]


def test_a_derived_value_that_cannot_be_told_is_refused():
    masked = np.ma.masked_array([1, 2], [False, True])
    with pytest.raises(ValueError, match=r"^'shared' rests on 'size', which has unknown rows$"):
        list(
            of_derived(SHARED, Compare("below", 2)).chunks(
                {"size": masked, "share": np.array([1, 1])}
            )
        )
    by_zero = {"size": np.array([1]), "share": np.array([0])}
    with pytest.raises(
        ValueError, match=r"^'shared' divides by zero for \[\('share', 0\), \('size', 1\)\]$"
    ):
        list(of_derived(SHARED, Compare("below", 2)).chunks(by_zero))
    with pytest.raises(ValueError, match=r"^no row of 'partial' fits \[\('size', 5\)\]$"):
        list(of_derived(PARTIAL, Compare("below", 2)).chunks({"size": np.array([2, 5])}))
