"""The least of a sum of tables, against looking at every joint cell."""

from __future__ import annotations

from itertools import product

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from advisor.engine.elimination import Table, least_sum, spread, thinned

SIZES = {"a": 3, "b": 2, "c": 4, "d": 1, "e": 2}


@st.composite
def tables(draw: st.DrawFn) -> Table:
    keys = tuple(draw(st.lists(st.sampled_from(sorted(SIZES)), unique=True, max_size=3)))
    shape = tuple(SIZES[key] for key in keys)
    count = int(np.prod(shape, dtype=np.int64))
    numbers = draw(st.lists(st.integers(-9, 9), min_size=count, max_size=count))
    return Table(keys, np.array(numbers, dtype=np.int64).reshape(shape))


def value(table: Table, cell: dict[str, int]) -> int:
    return int(table.values[tuple(cell[key] for key in table.keys)])


def least_by_looking(listed: list[Table]) -> int:
    return min(
        sum(value(table, dict(zip(SIZES, cell, strict=True))) for table in listed)
        for cell in product(*(range(size) for size in SIZES.values()))
    )


@given(st.lists(tables(), max_size=6))
def test_the_least_sum_is_that_of_all_joint_cells(listed):
    assert least_sum(listed, 1 << 20) == least_by_looking(listed)


@given(st.lists(tables(), max_size=6), st.integers(1, 30))
def test_what_is_not_put_together_bounds_the_least_sum(listed, most):
    assert least_sum(listed, most) <= least_by_looking(listed)


def test_a_bound_is_no_better_than_what_was_put_together():
    apart = [
        Table(("a", "b"), np.array([[0, 5], [5, 0]], dtype=np.int64)),
        Table(("b", "c"), np.array([[5, 0], [0, 5]], dtype=np.int64)),
        Table(("a", "c"), np.array([[5, 0], [0, 5]], dtype=np.int64)),
    ]
    assert least_sum(apart, 8) == 0
    odd = [*apart[:2], Table(("a", "c"), np.array([[0, 5], [5, 0]], dtype=np.int64))]
    assert least_sum(odd, 8) == 5
    assert least_sum(odd, 4) == 0


@given(tables())
def test_axes_along_which_nothing_changes_are_left_out(table):
    less = thinned(table)
    assert (spread(less, table.keys) == table.values).all()
    for axis in range(less.values.ndim):
        first = less.values.take([0], axis=axis)
        assert (less.values != first).any()


@given(st.permutations("abcd"), st.data())
def test_what_hangs_together_through_one_axis_takes_no_more_cells_than_its_tables(names, data):
    """Each of the others is put together with that axis alone; that axis first, with all."""
    hub, *others = names
    numbers = st.lists(st.integers(-9, 9), min_size=9, max_size=9)
    star = [
        Table((hub, other), np.array(data.draw(numbers), dtype=np.int64).reshape(3, 3))
        for other in others
    ]
    assert least_sum(star, 9) == min(sum(int(t.values[i].min()) for t in star) for i in range(3))


def test_axes_of_one_cell_are_left_out_beside_those_that_count():
    values = np.array([[[4, 5, 6]], [[4, 5, 6]]], dtype=np.int64)
    less = thinned(Table(("e", "d", "a"), values))
    assert less.keys == ("a",) and less.values.tolist() == [4, 5, 6]
