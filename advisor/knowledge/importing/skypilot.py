"""SkyPilot: ``catalogs/<version>/<cloud>/vms.csv``, instances with accelerators and prices.

Prices are per instance and hour, one row per region.  The quotes are per provider and
accelerator: USD per accelerator and hour, from the cheapest to the dearest instance.  A table
without a provider column takes the provider from the name of its folder.
"""

from __future__ import annotations

import csv
import io
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from pathlib import PurePosixPath

from advisor.errors import Problem
from advisor.knowledge.importing.snapshot import Quote, Snapshot, plain, shown
from advisor.knowledge.values import Interval

_COLUMNS = {
    "instance": ("InstanceType", "instance_type"),
    "accelerator": ("AcceleratorName", "accelerator"),
    "count": ("AcceleratorCount", "accelerator_count"),
    "price": ("Price", "price_usd_per_h"),
}
_OPTIONAL = {
    "provider": ("provider",),
    "region": ("Region", "regions"),
    "zone": ("AvailabilityZone",),
    "currency": ("currency", "Currency"),
}


def read(data: bytes, file: str) -> Snapshot:
    """The catalogue; what is wrong is in ``problems``."""
    snapshot = Snapshot(file, table=True)
    try:
        snapshot.text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"this is not UTF-8 text: byte {error.start + 1} cannot be read"
        snapshot.problems.append(Problem("bad-table", message, file))
        return snapshot
    rows = csv.reader(io.StringIO(snapshot.text, newline=""), strict=True)
    try:
        table = [(rows.line_num, row) for row in rows if row]
    except csv.Error as error:
        _note(snapshot, rows.line_num, "bad-table", f"this is not a table: {error}")
        return snapshot.close()
    if not table:
        snapshot.problems.append(Problem("bad-table", "this file is empty", file))
        return snapshot
    places = _places(table[0][1], snapshot)
    if places is not None:
        _take_rows(table[1:], places, len(table[0][1]), snapshot)
    return snapshot.close()


def _places(header: list[str], snapshot: Snapshot) -> dict[str, int] | None:
    """Which column holds what; None after reporting that one is missing."""
    found = {
        ours: header.index(name)
        for ours, names in {**_COLUMNS, **_OPTIONAL}.items()
        for name in names
        if name in header
    }
    missing = [names[0] for ours, names in _COLUMNS.items() if ours not in found]
    if missing:
        _note(snapshot, 1, "bad-table", f"the table has no column {', '.join(missing)}")
        return None
    return found


def _take_rows(
    table: list[tuple[int, list[str]]], at: dict[str, int], width: int, snapshot: Snapshot
) -> None:
    folder = PurePosixPath(snapshot.file.replace("\\", "/")).parent.name
    seen: dict[tuple[str, ...], int] = {}
    prices: dict[tuple[str, str], list[tuple[Fraction, int]]] = {}
    for line, row in table:
        if len(row) != width:
            words = f"this row has {len(row)} cells, the header has {width}"
            _note(snapshot, line, "bad-table", f"{words}; the file may be cut short")
            continue
        cells = {name: row[place].strip() for name, place in at.items()}
        provider = cells.get("provider") or folder
        snapshot.providers.add(provider)
        key = (provider, cells["instance"], cells.get("region", ""), cells.get("zone", ""))
        if not cells["accelerator"]:
            snapshot.skipped += 1
            continue
        if key in seen:
            words = (
                f"the instance {shown(cells['instance'])} stood here before, in line {seen[key]}"
            )
            _note(snapshot, line, "duplicate-id", words)
            continue
        seen[key] = line
        price = _per_device(cells, line, snapshot)
        if price is not None:
            prices.setdefault((provider, cells["accelerator"]), []).append((price, line))
    for (provider, accelerator), found in sorted(prices.items()):
        (low, _), (high, dearest) = min(found), max(found)
        value = {"device-hour-price": Interval(plain(low), plain(high))}
        snapshot.quotes.append(Quote(provider, accelerator, value, at=(dearest,)))


def _per_device(cells: dict[str, str], line: int, snapshot: Snapshot) -> Fraction | None:
    currency = cells.get("currency") or "USD"
    if currency != "USD":
        words = f"prices in {shown(currency)} are not converted; only USD is read"
        _note(snapshot, line, "unknown-currency", words)
        return None
    if not cells["price"]:
        return None
    price = _number(cells["price"], line, snapshot)
    count = _number(cells["count"], line, snapshot)
    if price is None or count is None:
        return None
    if price < 0:
        _note(snapshot, line, "negative-price", f"a price of {cells['price']} is below zero")
        return None
    if count <= 0:
        _note(snapshot, line, "out-of-range", f"{cells['count']} is not a number of accelerators")
        return None
    if price == 0:
        snapshot.unpriced.append(cells["instance"])
        return None
    return price / count


def _number(text: str, line: int, snapshot: Snapshot) -> Fraction | None:
    try:
        value = Decimal(text)
        if not value.is_finite() or (value and not -30 < value.adjusted() < 30):
            raise InvalidOperation
    except InvalidOperation:
        _note(snapshot, line, "wrong-type", f"expected a number, found {shown(text)}")
        return None
    return Fraction(value)


def _note(snapshot: Snapshot, line: int, check: str, message: str) -> None:
    snapshot.note((line,), check, message)
