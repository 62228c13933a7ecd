"""Output rows in the formats that people load: CSV, JSON lines, Parquet.

Text from the input goes out so that no program takes it for a formula or a terminal command.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any, BinaryIO

from msgspec import Struct

from advisor.fleet.outcomes import Outcome, cents, saving
from advisor.fleet.sheets import Reject, Sheet
from advisor.fleet.sources import CSV, PARQUET
from advisor.knowledge.text_safety import visible

DECIDED = (
    "winner",
    "model",
    "lane",
    "confidence",
    "settled",
    "runner_up",
    "margin",
    "monthly_cost_low",
    "monthly_cost_high",
    "saving_low",
    "saving_high",
    "excluded",
    "rules",
)
COMPARED = ("winner_before", "moved", "cost_before_low", "cost_before_high")
REJECTED = ("row", "line", "column", "value", "message")

_MONEY = frozenset(
    {
        "monthly_cost_low",
        "monthly_cost_high",
        "saving_low",
        "saving_high",
        "cost_before_low",
        "cost_before_high",
    }
)
_LISTS_KEPT = 4_096
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Layout(Struct, frozen=True):
    """The columns of the output.  ``kept`` are carried along from the input; one that has the
    name of an output column gets ``input_`` before it."""

    form: str
    kept: tuple[str, ...]
    compared: bool

    @property
    def names(self) -> tuple[str, ...]:
        """Every column, in order."""
        own = ("row", *DECIDED, *(COMPARED if self.compared else ()))
        kept = [f"input_{name}" if name in own else name for name in self.kept]
        return ("row", *kept, *own[1:])


def record(
    row: int, sheet: Sheet, outcome: Outcome, before: Outcome | None = None
) -> tuple[object, ...]:
    """The values of one output row, in the order of ``Layout.names``."""
    saved = saving(outcome, sheet.spend)
    values: list[object] = [
        row,
        *sheet.kept,
        outcome.winner,
        outcome.model,
        outcome.lane,
        outcome.confidence,
        outcome.settled,
        outcome.runner_up,
        outcome.margin,
        cents(outcome.cost_low),
        cents(outcome.cost_high),
        cents(saved.low),
        cents(saved.high),
        tuple(f"{offer}: {', '.join(rules)}" for offer, rules in outcome.excluded),
        outcome.rules,
    ]
    if before is not None:
        values += [
            before.winner,
            before.winner != outcome.winner,
            cents(before.cost_low),
            cents(before.cost_high),
        ]
    return tuple(values)


def header(layout: Layout) -> bytes:
    """What stands before the first row."""
    return _csv([layout.names]) if layout.form == CSV else b""


def encoded(layout: Layout, records: Sequence[tuple[object, ...]]) -> bytes:
    """The rows of one part of the output."""
    if layout.form == CSV:
        return _csv([_cell(value) for value in values] for values in records)
    if layout.form == PARQUET:
        return _parquet(layout, records)
    names = layout.names
    lines = [
        json.dumps(
            {name: _plain(value) for name, value in zip(names, values, strict=True)},
            ensure_ascii=False,
        )
        for values in records
    ]
    return "".join(line + "\n" for line in lines).encode("utf-8", "backslashreplace")


def rejected(rows: Iterable[tuple[int, int | None, Reject]]) -> bytes:
    """Lines of the file of rejected rows: row, line, column, value, message."""
    return _csv(
        [_cell(value) for value in (row, line, reject.column, reject.value, reject.message)]
        for row, line, reject in rows
    )


def rejected_header() -> bytes:
    """What stands before the first rejected row."""
    return _csv([REJECTED])


def joined(layout: Layout, parts: Iterator[bytes], stream: BinaryIO) -> None:
    """Write the whole output: the header and the parts, one after the other."""
    if layout.form == PARQUET:
        _join_parquet(layout, parts, stream)
        return
    stream.write(header(layout))
    for part in parts:
        stream.write(part)


def _csv(rows: Iterable[Sequence[object]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode("utf-8", "backslashreplace")


def _cell(value: object) -> object:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | Decimal):
        return value
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, tuple | list):
        value = "; ".join(str(_plain(item)) for item in value)
    elif isinstance(value, Mapping):
        value = json.dumps(_plain(value), ensure_ascii=False, sort_keys=True)
    return harmless(str(value))


def harmless(text: str) -> str:
    """The text with control characters spelt out, and not to be taken for a formula."""
    shown = visible(text)
    if shown.startswith(_FORMULA) and not _is_number(shown):
        return "'" + shown
    return shown


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


@lru_cache(maxsize=_LISTS_KEPT)
def _texts(values: tuple[str, ...]) -> tuple[str, ...]:
    """Lists of reasons come again and again."""
    return tuple([visible(text) for text in values])


def _plain(value: object) -> Any:
    """A value as JSON holds it; money and decimals as numbers."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, Mapping):
        return {visible(str(key)): _plain(item) for key, item in value.items()}
    if isinstance(value, tuple) and all(isinstance(item, str) for item in value):
        return list(_texts(value))
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return visible(str(value))


def _schema(layout: Layout) -> Any:
    from advisor.fleet.arrow import arrow

    pa, _ = arrow()
    kinds: dict[str, Any] = {
        "row": pa.int64(),
        "margin": pa.int64(),
        "settled": pa.bool_(),
        "moved": pa.bool_(),
        "excluded": pa.list_(pa.string()),
        "rules": pa.list_(pa.string()),
        **{name: pa.float64() for name in _MONEY},
    }
    own = {"row", *DECIDED, *COMPARED}
    fields = []
    for name in layout.names:
        fields.append(pa.field(name, kinds.get(name, pa.string()) if name in own else pa.string()))
    return pa.schema(fields)


def _parquet(layout: Layout, records: Sequence[tuple[object, ...]]) -> bytes:
    from advisor.fleet.arrow import arrow

    pa, parquet = arrow()
    schema = _schema(layout)
    columns = []
    for place, field in enumerate(schema):
        values = [_plain(values[place]) for values in records]
        if field.type == pa.string():
            values = [None if v is None else v if isinstance(v, str) else _text(v) for v in values]
        columns.append(pa.array(values, type=field.type))
    stream = io.BytesIO()
    parquet.write_table(pa.Table.from_arrays(columns, schema=schema), stream)
    return stream.getvalue()


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _join_parquet(layout: Layout, parts: Iterator[bytes], stream: BinaryIO) -> None:
    from advisor.fleet.arrow import arrow

    _, parquet = arrow()
    schema = _schema(layout)
    with parquet.ParquetWriter(stream, schema) as writer:
        for part in parts:
            writer.write_table(parquet.read_table(io.BytesIO(part), schema=schema))
