"""Looks and parts: small or large, they number what the cells mean, and nothing else."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.engine import looks
from advisor.engine.looks import Look, Part, crossed, joined, of_table

LARGE = (200, 100)
"""More joint cells than a look is taken of at once."""


def cells_of(sizes):
    return product(*(range(size) for size in sizes))


@pytest.fixture(params=["at once", "one by one"])
def threshold(request, monkeypatch):
    """The same looks, taken of all cells at once or of each when it is asked for."""
    if request.param == "one by one":
        monkeypatch.setattr(looks, "WHOLE", 0)
    return request.param


def test_cells_that_mean_the_same_have_one_number(threshold):
    look = Look(("a", "b"), (2, 3), lambda cells: sum(cells))
    assert look.is_whole is (threshold == "at once")
    assert [look.of(cells) for cells in cells_of((2, 3))] == [0, 1, 2, 1, 2, 3]
    assert look.meanings == [0, 1, 2, 3]
    assert [look.at(place) for place in range(6)] == [0, 1, 2, 1, 2, 3]
    assert [look.meaning(cells) for cells in cells_of((2, 3))] == [0, 1, 2, 1, 2, 3]


def test_a_large_look_sees_a_cell_once_and_no_other():
    seen = []

    def see(cells):
        seen.append(cells)
        return cells[0] % 7

    look = Look(("a", "b"), LARGE, see)
    assert not look.is_whole
    assert seen == []
    assert look.meaning((199, 42)) == 199 % 7
    assert look.meaning((199, 42)) == 199 % 7
    assert look.at(199 * 100 + 42) == look.of((199, 42))
    assert seen == [(199, 42)]
    assert look.meanings == [3]


def test_a_look_without_axes_has_one_cell(threshold):
    look = Look((), (), lambda cells: "always")
    assert (look.of(()), look.meaning(()), look.strides()) == (0, "always", [])


def test_strides_lead_to_the_place_of_every_cell(threshold):
    look = Look(("a", "b", "c"), (2, 3, 4), lambda cells: cells)
    stride = dict(look.strides())
    assert stride == {"a": 12, "b": 4, "c": 1}
    for cells in cells_of((2, 3, 4)):
        place = sum(cell * stride[key] for key, cell in zip("abc", cells, strict=True))
        assert look.meanings[look.at(place)] == cells


def test_only_a_look_at_all_cells_knows_what_they_always_mean():
    assert Look(("a",), (3,), lambda cells: True).is_always(True)
    assert not Look(("a",), (3,), lambda cells: True).is_always(False)
    assert not Look(("a",), (3,), lambda cells: cells[0] > 1).is_always(True)
    assert not Look(("a", "b"), LARGE, lambda cells: True).is_always(True)


def test_other_meanings_of_the_same_cells(threshold):
    look = Look(("a", "b"), (2, 3), lambda cells: sum(cells)).map(lambda total: total % 2 == 0)
    assert (look.keys, look.sizes) == (("a", "b"), (2, 3))
    assert [look.meaning(cells) for cells in cells_of((2, 3))] == [
        sum(cells) % 2 == 0 for cells in cells_of((2, 3))
    ]
    assert sorted(set(look.meanings)) == [False, True]
    assert len(look.meanings) == 2


@given(st.integers(1, 4), st.integers(1, 4), st.integers(1, 4), st.data())
def test_cells_of_one_class_are_never_told_apart(a, b, c, data):
    sizes = (a, b, c)
    values = data.draw(st.lists(st.integers(0, 2), min_size=a * b * c, max_size=a * b * c))
    look = of_table(("a", "b", "c"), sizes, values)
    assert [look.meaning(cells) for cells in cells_of(sizes)] == values
    for place, key in enumerate("abc"):
        rows = {}
        for cells in cells_of(sizes):
            others = cells[:place] + cells[place + 1 :]
            rows.setdefault(cells[place], {})[others] = look.meaning(cells)
        classes = look.classes(key)
        assert len(classes) == sizes[place]
        assert set(classes) == set(range(len(set(classes))))
        for one, other in product(range(sizes[place]), repeat=2):
            assert (classes[one] == classes[other]) is (rows[one] == rows[other])
        assert look.classes(key) is classes


def test_the_cells_of_a_large_look_may_all_be_told_apart():
    assert Look(("a", "b"), LARGE, lambda cells: 0).classes("b") == tuple(range(100))


def test_looks_at_the_same_axes_are_joined(threshold):
    first = Look(("a", "b"), (2, 3), lambda cells: cells[0])
    second = Look(("a", "b"), (2, 3), lambda cells: sum(cells) > 1)
    both = joined([first, second])
    assert (both.keys, both.sizes) == (("a", "b"), (2, 3))
    for cells in cells_of((2, 3)):
        assert both.meaning(cells) == (cells[0], sum(cells) > 1)
    assert len(both.meanings) == len(set(both.meanings))


def test_looks_at_different_axes_are_crossed(threshold):
    first = Look(("b", "a"), (3, 2), lambda cells: cells)
    second = Look(("c",), (4,), lambda cells: cells[0] // 2)
    combined = []

    def combine(meanings):
        combined.append(meanings)
        (b, a), half = meanings
        return (a, b, half)

    both = crossed([first, second], combine)
    assert (both.keys, both.sizes) == (("a", "b", "c"), (2, 3, 4))
    for a, b, c in cells_of((2, 3, 4)):
        assert both.meaning((a, b, c)) == (a, b, c // 2)
    # Each pair of meanings is combined once.
    assert len(combined) == len(set(combined)) == 2 * 3 * 2


# -- parts -----------------------------------------------------------------------------------

COLOUR = Look(("a",), (3,), lambda cells: cells[0])
SHAPE = Look(("b", "a"), (2, 3), lambda cells: cells)


def test_a_part_reads_the_axes_of_its_looks_once():
    part = Part([COLOUR, SHAPE], sum)
    assert part.keys == ("a", "b")
    assert part.combined((2, 5)) == 7


def test_a_part_of_one_look_is_what_the_look_sees():
    assert Part([SHAPE]).combined((4,)) == 4


def test_a_combination_is_worked_out_once():
    asked = []

    def combine(seen):
        asked.append(seen)
        return sum(seen)

    part = Part([COLOUR, SHAPE], combine)
    assert [part.combined((1, 2)), part.combined((1, 2)), part.combined((0, 3))] == [3, 3, 3]
    assert part.combined_many([(1, 2), (2, 2), (2, 2)]) == [3, 4, 4]
    assert asked == [(1, 2), (0, 3), (2, 2)]


def test_many_combinations_are_worked_out_in_one_go():
    batches = []

    def combine_many(rows):
        batches.append(list(rows))
        return [sum(row) for row in rows]

    part = Part([COLOUR, SHAPE], lambda seen: -1, combine_many)
    assert part.combined_many([(1, 2), (0, 3)]) == [3, 3]
    assert part.combined_many([(0, 3), (2, 2), (1, 2)]) == [3, 4, 3]
    assert part.combined_many([(0, 3)]) == [3]
    assert batches == [[(1, 2), (0, 3)], [(2, 2)]]
    # What many were worked out for is known of one.
    assert part.combined((2, 2)) == 4


def test_a_part_that_reads_no_axis_has_one_number():
    assert Part([], lambda seen: 5 + len(seen)).only == 5
    assert Part([Look((), (), lambda cells: "x")], lambda seen: 7 + seen[0]).only == 7


def test_another_thread_that_was_quicker_is_believed(monkeypatch):
    part = Part([COLOUR, SHAPE], lambda seen: -1)

    class Meanwhile:
        """While this thread waits, another one works the number out."""

        def __enter__(self):
            part._known[1, 2] = 3

        def __exit__(self, *raised):
            pass

    monkeypatch.setattr(looks, "_NUMBERING", Meanwhile())
    assert part.combined((1, 2)) == 3


def test_a_look_is_of_as_many_axes_as_it_has(threshold):
    look = Look(("a", "b"), (2, 3), lambda cells: cells)
    for cells in ((1,), (1, 2, 0)):
        with pytest.raises(ValueError, match="zip"):
            look.of(cells)


@pytest.mark.parametrize(("cells", "whole"), [(6, True), (5, False)])
def test_a_look_is_taken_at_once_up_to_a_number_of_cells(cells, whole, monkeypatch):
    monkeypatch.setattr(looks, "WHOLE", cells)
    assert Look(("a", "b"), (2, 3), lambda cells: 0).is_whole is whole


def test_one_look_may_be_joined_with_none(threshold):
    alone = joined([Look(("a",), (3,), lambda cells: cells[0] % 2)])
    assert [alone.meaning((cell,)) for cell in range(3)] == [(0,), (1,), (0,)]


def test_a_number_is_worked_out_for_each_of_many():
    part = Part([COLOUR, SHAPE], lambda seen: -1, lambda rows: [0] * (len(rows) - 1))
    with pytest.raises(ValueError, match="zip"):
        part.combined_many([(1, 2), (0, 3)])
