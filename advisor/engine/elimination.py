"""The least of a sum of tables over joint cells, by eliminating one axis after another.

Bucket elimination: only the tables that read an axis are put together when its turn comes
(Dechter, Artificial Intelligence 113, 1999).  Where that would take too many cells they are
put together in groups, each with its own least, and the sum found is a lower bound of the
least (mini-buckets; Dechter and Rish, Journal of the ACM 50, 2003).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from numpy import int64
from numpy.typing import NDArray


class Table(NamedTuple):
    """A whole number for each joint cell of the axes ``keys``, one dimension each."""

    keys: tuple[str, ...]
    values: NDArray[int64]

    @property
    def sizes(self) -> dict[str, int]:
        """The cells of each axis."""
        return dict(zip(self.keys, self.values.shape, strict=True))


def spread(table: Table, keys: Sequence[str]) -> NDArray[int64]:
    """The values with one dimension for each of ``keys``, of length 1 where the table does not
    read the axis."""
    order = [table.keys.index(key) for key in keys if key in table.keys]
    sizes = table.sizes
    return table.values.transpose(order).reshape([sizes.get(key, 1) for key in keys])


def thinned(table: Table) -> Table:
    """The same without the axes along which no value changes."""
    keys, values = list(table.keys), table.values
    for key in table.keys:
        axis = keys.index(key)
        first = values.take([0], axis=axis)
        if (values == first).all():
            values = first.squeeze(axis)
            keys.remove(key)
    return Table(tuple(keys), values)


def least_sum(tables: Sequence[Table], most: int) -> int:
    """The least sum of the tables over all joint cells; a lower bound of it where more than
    ``most`` cells would have to be put together."""
    left = list(tables)
    while keys := sorted({key for table in left for key in table.keys}):
        key = min(keys, key=lambda key: (joint_cells([t for t in left if key in t.keys]), key))
        reading = [table for table in left if key in table.keys]
        left = [table for table in left if key not in table.keys]
        left += [_without(key, group) for group in _groups(reading, most)]
    return sum(int(table.values) for table in left)


def joint_cells(tables: Sequence[Table]) -> int:
    """Joint cells of all axes that the tables read."""
    sizes: dict[str, int] = {}
    for table in tables:
        sizes.update(table.sizes)
    return math.prod(sizes.values())


def _groups(tables: Sequence[Table], most: int) -> list[list[Table]]:
    """The tables in groups of at most ``most`` joint cells, or of one table."""
    groups: list[list[Table]] = []
    for table in sorted(tables, key=lambda table: (-table.values.size, table.keys)):
        for group in groups:
            if joint_cells([*group, table]) <= most:
                group.append(table)
                break
        else:
            groups.append([table])
    return groups


def _without(key: str, tables: Sequence[Table]) -> Table:
    """The least of the tables' sum along one axis."""
    keys = tuple(dict.fromkeys(other for table in tables for other in table.keys))
    total = spread(tables[0], keys)
    for table in tables[1:]:
        total = total + spread(table, keys)
    axis = keys.index(key)
    return Table(tuple(other for other in keys if other != key), total.min(axis=axis))
