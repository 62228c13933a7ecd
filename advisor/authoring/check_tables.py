"""Decision tables: for every workload exactly one row."""

from __future__ import annotations

from advisor.authoring.boxes import EVERYTHING, BoundReached, Box, Cover, meet
from advisor.authoring.conflicts import where_empty
from advisor.authoring.examination import Examination
from advisor.authoring.regions import Region, Space
from advisor.authoring.witness import answer_words, box_words, realise
from advisor.knowledge.model import Derived, TableRow
from advisor.knowledge.values import Domain

MOST_REMAINDERS = 200
"""Pieces that no row holds, which are tried for answers."""


def check_tables(examination: Examination) -> None:
    """Gaps and overlaps of every table, each with answers that show it."""
    for derived in examination.knowledge.derived.values():
        if not derived.rows:
            continue
        space = examination.space([("when", row.when) for row in derived.rows])
        try:
            regions = [space.region("when", row.when) for row in derived.rows]
        except BoundReached:
            examination.leave_open(
                f"whether the rows of '{derived.id}' are complete", derived.place
            )
            continue
        for row, region in zip(derived.rows, regions, strict=True):
            if not region:
                place, at, why = where_empty(space, row.when, row.place)
                examination.places.add(
                    "never-fires",
                    "error",
                    f"this row of '{derived.id}' can never hold: {why}",
                    place,
                    at=at,
                    hint="no workload is like that",
                )
        _check_gap(examination, space, derived, regions)
        _check_overlaps(examination, space, derived, regions)


def _check_gap(
    examination: Examination, space: Space, derived: Derived, regions: list[Region]
) -> None:
    boxes = sorted((box for region in regions for box in region), key=len)
    tried = 0
    try:
        for box in Cover(boxes, space.whole).remainders(EVERYTHING):
            answers = realise(space, box)
            if answers is not None:
                _report_gap(examination, space, derived, box, answers)
                return
            tried += 1
            if tried == MOST_REMAINDERS:
                break
    except BoundReached:
        tried = MOST_REMAINDERS
    if tried:
        examination.leave_open(
            f"whether a row of '{derived.id}' holds for all answers", derived.place
        )


def _report_gap(
    examination: Examination,
    space: Space,
    derived: Derived,
    box: Box,
    answers: dict[str, Domain],
) -> None:
    examination.places.add(
        "table-gap",
        "error",
        f"no row of '{derived.id}' holds where {box_words(space, box)}",
        derived.place,
        at=("table",),
        hint=f"for example at {answer_words(space, answers)}",
    )


def _check_overlaps(
    examination: Examination, space: Space, derived: Derived, regions: list[Region]
) -> None:
    """Each row against the rows before it; the first one that it meets is named."""
    for index, later in enumerate(derived.rows):
        doubtful = False
        for earlier in range(index):
            both = _both(regions[earlier], regions[index])
            found = _first_real(space, both)
            if found is not None:
                _report_overlap(examination, space, derived, derived.rows[earlier], later, found)
                break
            doubtful = doubtful or bool(both)
        else:
            if doubtful:
                row = f"row {index + 1} of '{derived.id}'"
                examination.leave_open(f"whether {row} meets a row before it", later.place)


def _both(left: Region, right: Region) -> list[Box]:
    met = (meet(a, b) for a in left for b in right)
    return [box for box in met if box is not None]


def _first_real(space: Space, boxes: list[Box]) -> tuple[Box, dict[str, Domain]] | None:
    for box in boxes:
        answers = realise(space, box)
        if answers is not None:
            return box, answers
    return None


def _report_overlap(
    examination: Examination,
    space: Space,
    derived: Derived,
    earlier: TableRow,
    later: TableRow,
    found: tuple[Box, dict[str, Domain]],
) -> None:
    box, answers = found
    places = examination.places
    values = ""
    if isinstance(earlier.value, str) and isinstance(later.value, str):
        values = f", as '{earlier.value}' and as '{later.value}'"
    places.add(
        "table-overlap",
        "error",
        f"two rows of '{derived.id}' hold where {box_words(space, box)}{values}",
        later.place,
        at=("when",),
        hint=f"for example at {answer_words(space, answers)}",
        related=(places.related("the other row", earlier.place),),
    )
