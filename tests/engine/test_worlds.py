"""Sums over joint cells against going through every one of them."""

from __future__ import annotations

import hashlib
import math
from itertools import product
from random import Random

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from advisor.engine import grids, worlds
from advisor.engine.axes import Axis, Cell
from advisor.engine.looks import Look, Part
from advisor.engine.worlds import SAMPLE, Worlds
from advisor.knowledge.values import Interval
from tests.engine.rule_bases import sources

CASES = settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
FEW_CASES = settings(CASES, max_examples=8)
KEYS = ("a", "b", "c", "d")


def axis(key, weights):
    """An axis whose cells are the numbers 0, 1, ... with these prior masses."""
    points = [Interval.point(i) for i in range(len(weights))]
    return Axis(key, None, tuple(Cell(p, p, w, p) for p, w in zip(points, weights, strict=True)))


def random_look(rnd: Random, axes, meanings):
    keys = tuple(sorted(rnd.sample(KEYS, rnd.randint(1, 2))))
    sizes = tuple(len(axes[key].cells) for key in keys)
    table = {cells: rnd.choice(meanings) for cells in product(*map(range, sizes))}
    return Look(keys, sizes, table.__getitem__)


class Case:
    """Random axes, parts and impossible combinations, and all joint cells one by one."""

    def __init__(self, rnd: Random) -> None:
        self.axes = {}
        for key in KEYS:
            weights = [rnd.choice((0, 1, 2, 5)) for _ in range(rnd.randint(1, 3))]
            weights[rnd.randrange(len(weights))] = 1
            self.axes[key] = axis(key, weights)
        self.impossible = [
            random_look(rnd, self.axes, (False, False, True)) for _ in range(rnd.randint(0, 2))
        ]
        self.worlds = Worlds(self.axes, self.impossible)
        self.parts = [self.part(rnd) for _ in range(rnd.randint(1, 2))]

    def part(self, rnd: Random) -> Part:
        looks = [random_look(rnd, self.axes, (0, 1, 2)) for _ in range(rnd.randint(0, 2))]
        return Part(looks, lambda seen: sum(n * 3**i for i, n in enumerate(seen)))

    def joint(self, keys):
        """Every joint cell of the axes, as a cell by key."""
        for cells in product(*(range(len(self.axes[key].cells)) for key in keys)):
            yield dict(zip(keys, cells, strict=True))

    def can_be(self, at, among) -> bool:
        """Whether nothing that is impossible among these axes holds there."""
        return not any(
            look.meaning(tuple(at[key] for key in look.keys))
            for look in self.impossible
            if set(look.keys) <= set(among)
        )

    def mass(self, at, but=()):
        return math.prod(self.axes[k].cells[i].weight for k, i in at.items() if k not in but)

    def number(self, part, at):
        return part.combined(
            tuple(look.of(tuple(at[key] for key in look.keys)) for look in part.looks)
        )

    def tied(self, keys, fixed=()):
        """What impossible combinations tie to these axes, by growing once for each axis."""
        chosen = set(keys)
        for _ in KEYS:
            for look in self.impossible:
                free = set(look.keys) - set(fixed)
                if free & chosen:
                    chosen |= free
        return chosen


@pytest.fixture(params=["one by one", "by column"])
def way(request, monkeypatch):
    """Few combinations are gone through in Python, many as columns."""
    if request.param == "by column":
        monkeypatch.setattr(worlds, "FEW", 0)


@pytest.mark.usefixtures("way")
@CASES
@given(sources)
def test_masses_are_those_of_all_joint_cells(rnd):
    case = Case(rnd)
    keys = case.tied([key for part in case.parts for key in part.keys])
    wanted = {}
    for at in case.joint(sorted(keys)):
        if case.mass(at) and case.can_be(at, keys):
            numbers = tuple(case.number(part, at) for part in case.parts)
            wanted[numbers] = wanted.get(numbers, 0) + case.mass(at)
    assert case.worlds.grouped(case.parts) == wanted


@pytest.mark.usefixtures("way")
@CASES
@given(sources)
def test_the_mass_of_weightless_axes_is_left_out(rnd):
    case = Case(rnd)
    fixed = rnd.sample(KEYS, 1)
    keys = {*fixed, *case.tied([k for part in case.parts for k in part.keys], fixed)}
    wanted = {}
    for at in case.joint(sorted(keys)):
        # Cells without mass are no cells of a world; classes of cells count once.
        if case.mass(at) and case.can_be(at, keys):
            numbers = tuple(case.number(part, at) for part in case.parts)
            wanted.setdefault(numbers, 0)
            wanted[numbers] += case.mass(at, fixed)
    found = {}
    apart = [look for part in case.parts for look in part.looks] + case.impossible
    size = {}
    for first, same in classes(case, fixed[0], apart).items():
        size[first] = len(same)
    grouped = case.worlds.grouped(case.parts, fixed=fixed, weightless=fixed)
    for (cell, *numbers), mass in grouped.items():
        found[tuple(numbers)] = found.get(tuple(numbers), 0) + mass * size[cell]
    assert found == wanted


def classes(case, key, looks):
    """The expected cells of an axis by the first one that no look tells from them."""
    told = [look for look in looks if key in look.keys]
    found, first = {}, {}
    for index, cell in enumerate(case.axes[key].cells):
        if cell.weight:
            signature = tuple(look.classes(key)[index] for look in told)
            found.setdefault(first.setdefault(signature, index), []).append(index)
    return found


@pytest.mark.usefixtures("way")
@CASES
@given(sources)
def test_every_combination_that_can_be_is_listed_once(rnd):
    case = Case(rnd)
    keys = case.tied([key for part in case.parts for key in part.keys])
    wanted = {
        tuple(case.number(part, at) for part in case.parts)
        for at in case.joint(sorted(keys))
        if case.can_be(at, keys)
    }
    found = case.worlds.combinations(case.parts)
    assert set(found) == wanted
    assert len(found) == len(set(found))


@CASES
@given(sources)
def test_tables_tell_the_numbers_of_all_joint_cells_and_which_cannot_be(rnd):
    case = Case(rnd)
    tables, bars = case.worlds.tables(case.parts)
    sizes = {key: size for table in (*tables, *bars) for key, size in table.sizes.items()}
    found = set()
    for cells in product(*(range(size) for size in sizes.values())):
        at = dict(zip(sizes, cells, strict=True))
        numbers, barred = (
            [int(table.values[tuple(at[key] for key in table.keys)]) for table in listed]
            for listed in (tables, bars)
        )
        if not any(barred):
            found.add(tuple(numbers))
    assert found == set(case.worlds.combinations(case.parts))


@CASES
@given(sources)
def test_joint_cells_are_counted(rnd):
    case = Case(rnd)
    keys = rnd.sample(KEYS, rnd.randint(0, 4))
    assert case.worlds.joint(keys) == sum(1 for _ in case.joint(keys))
    wanted = sum(1 for at in case.joint(keys) if case.can_be(at, keys))
    assert case.worlds.count(keys) == wanted
    assert set(case.worlds.barring(keys)) == {
        look for look in case.impossible if set(look.keys) <= set(keys)
    }


@CASES
@given(sources)
def test_axes_are_tied_by_what_cannot_be(rnd):
    case = Case(rnd)
    keys = tuple(rnd.sample(KEYS, rnd.randint(1, 2)))
    fixed = rnd.sample(KEYS, rnd.randint(0, 2))
    assert set(case.worlds.bound(keys)) == case.tied(keys)
    assert set(case.worlds.bound(keys, fixed)) == case.tied(keys, fixed)
    others = set(rnd.sample(KEYS, rnd.randint(1, 2)))
    assert case.worlds.tied(keys, others) is bool(case.tied(keys) & others)


@CASES
@given(sources)
def test_cells_that_nothing_tells_apart_are_merged(rnd):
    case = Case(rnd)
    key = rnd.choice(KEYS)
    looks = [look for part in case.parts for look in part.looks]
    wanted = classes(case, key, looks)
    first, mass = case.worlds.merged(key, looks)
    assert first == list(wanted)
    weights = [cell.weight for cell in case.axes[key].cells]
    assert mass == [sum(weights[i] for i in same) for same in wanted.values()]
    every, _ = case.worlds.merged(key, looks, expected=False)
    assert len(every) == len(
        set(zip(*(look.classes(key) for look in looks if key in look.keys), strict=True)) or {()}
    )
    stands = case.worlds.first_cells(key, looks)
    for first_one, same in classes(case, key, looks + case.impossible).items():
        assert all(stands[i] == first_one for i in same)
    for index, stand in enumerate(stands):
        assert stand == index or weights[stand] > 0


@FEW_CASES
@given(sources)
def test_the_sampled_worlds_are_fixed_and_those_that_can_be(rnd):
    case = Case(rnd)
    cells = {
        key: grids.sample_column(key, tuple(cell.weight for cell in case.axes[key].cells)).tolist()
        for key in KEYS
    }
    at = [dict(zip(KEYS, row, strict=True)) for row in zip(*cells.values(), strict=True)]
    kept = [case.can_be(world, KEYS) for world in at]
    assert case.worlds.possible_worlds().tolist() == kept
    columns = [case.worlds.sampled(part) for part in case.parts]
    for part, column in zip(case.parts, columns, strict=True):
        wanted = [case.number(part, world) for world, can in zip(at, kept, strict=True) if can]
        assert column.tolist() == wanted
        assert case.worlds.sampled(part) is column
        (drawn,) = case.worlds.drawn([part], 100)
        assert drawn.tolist() == [
            case.number(part, world) for world, can in zip(at[:100], kept[:100], strict=True) if can
        ]
    counts = {}
    for row in zip(*(column.tolist() for column in columns), strict=True):
        counts[row] = counts.get(row, 0) + 1
    if any(kept):
        assert case.worlds.sampled_groups(case.parts) == counts


def test_what_cannot_be_is_one_in_its_bar():
    look = Look(("a",), (2,), lambda cells: cells[0] == 1)
    built = Worlds({"a": axis("a", [1, 1])}, [look])
    assert built.impossible == (look,)
    (bar,) = built.bars
    assert [bar.combined((look.of((cell,)),)) for cell in (0, 1)] == [0, 1]


# -- columns ---------------------------------------------------------------------------------


@pytest.mark.parametrize("weights", [(1,), (1, 1), (1, 2, 5), (0, 3, 0, 1), (10**6, 1)])
def test_the_share_of_a_cell_in_the_sample_is_its_prior(weights):
    column = grids.sample_column("some-question", weights)
    assert len(column) == SAMPLE
    total, before = sum(weights), 0
    for cell, weight in enumerate(weights):
        wanted = (before + weight) * SAMPLE // total - before * SAMPLE // total
        assert int((column == cell).sum()) == wanted
        before += weight


def test_the_shuffle_is_one_and_the_same_everywhere():
    shuffled = grids.permutation("some-question")
    assert sorted(shuffled.tolist()) == list(range(SAMPLE))
    assert shuffled.tolist() == [place_of("some-question", index) for index in range(SAMPLE)]
    assert grids.permutation("another").tolist() != shuffled.tolist()


def place_of(key, index):
    """Four Feistel rounds on two halves of 7 bits, a byte of SHA-256 at a time."""
    left, right = divmod(index, 128)
    for turn in range(4):
        block, byte = divmod(right, 32)
        digest = hashlib.sha256(f"{key}/{turn}/{block}".encode()).digest()
        left, right = right, left ^ (digest[byte] % 128)
    return left * 128 + right


def test_masses_of_any_size_are_exact():
    weights = [[3, 0, 2**40], [5, 2**40 + 1]]
    wanted = [a * b for a in weights[0] for b in weights[1]]
    assert grids.masses(weights) == wanted
    places = np.array([0, 1, 0, 1, 2, 2])
    assert grids.added_up(4, places, wanted) == [
        wanted[0] + wanted[2],
        wanted[1] + wanted[3],
        wanted[4] + wanted[5],
        0,
    ]
    assert grids.added_up(2, np.array([0, 1]), [7, 2**61]) == [7, 2**61]


def test_rows_of_a_grid_without_axes_are_none():
    assert grids.grid({}) == {}


def test_a_large_look_is_asked_for_the_cells_that_are_met_only():
    asked = []

    def see(cells):
        asked.append(cells)
        return cells[0] // 100

    look = Look(("a", "b"), (200, 100), see)
    columns = {"a": np.array([0, 150, 150]), "b": np.array([7, 7, 7])}
    numbers = grids.look_numbers(columns, look, 3)
    assert [look.meanings[number] for number in numbers.tolist()] == [0, 1, 1]
    assert asked == [(0, 7), (150, 7)]


def test_a_large_look_is_summed_over_the_few_cells_that_have_mass():
    masses = {"a": {0: 3, 150: 1}, "b": {7: 5, 99: 2}}
    sizes = {"a": 200, "b": 100}
    axes = {
        key: axis(key, [masses[key].get(cell, 0) for cell in range(size)])
        for key, size in sizes.items()
    }
    look = Look(("a", "b"), (200, 100), lambda cells: sum(cells))
    assert not look.is_whole
    part = Part([look], lambda seen: look.meanings[seen[0]])
    assert Worlds(axes, []).grouped([part]) == {
        (a + b,): masses["a"][a] * masses["b"][b] for a in masses["a"] for b in masses["b"]
    }


@pytest.mark.parametrize("dense", [1, 1 << 21], ids=["sorted", "by table"])
def test_distinct_rows_are_told_apart(dense, monkeypatch):
    monkeypatch.setattr(grids, "DENSE", dense)
    columns = [np.array([5, 0, 5, 3, 0]), np.array([1, 1, 1, 0, 1]), np.zeros(5, np.int64)]
    rows, places = grids.distinct_rows(columns)
    assert sorted(rows) == [(0, 1, 0), (3, 0, 0), (5, 1, 0)]
    assert [rows[place] for place in places.tolist()] == [
        *zip(*(c.tolist() for c in columns), strict=True)
    ]


def test_groups_without_mass_or_that_cannot_be_are_left_out():
    groups = [((1, 0), 3), ((1, 1), 4), ((2, 0), 0), ((1, 0), 5)]
    assert grids.allowed(groups, 1) == {(1,): 8}
    assert grids.allowed(groups, 2) == {(1, 0): 8, (1, 1): 4}
