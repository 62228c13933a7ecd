"""How far the estimates are off, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from advisor.estimate.accuracy import Prediction
from advisor.estimate.accuracy_report import Checked, Report, Spread
from advisor.reports.blocks import Block, Document, Heading, Item, Items, Paragraph, Table

TITLE = "Inference Advisor: how far the estimates are off"


def accuracy_view(
    title: str, report: Report | None, predictions: Sequence[Prediction] = ()
) -> Document:
    """What a reader is told: the spread of all rows, by group, the worst, what is unknown."""
    return Document(TITLE, tuple(_blocks(title, report, predictions)))


def _blocks(
    title: str, report: Report | None, predictions: Sequence[Prediction]
) -> Iterator[Block]:
    yield Paragraph(title, "strong")
    if report is None:
        yield Paragraph("Nothing here can be compared: no case is both predicted and measured.")
    else:
        yield Table(_HEADER, (_row("all", report.all),), _RIGHT)
        for view, members in report.groups.items():
            yield Heading(f"By {view}")
            yield Table(
                _HEADER, tuple(_row(name, found) for name, found in members.items()), _RIGHT
            )
        yield Heading("The worst")
        yield Items(tuple(Item(_worst(c)) for c in report.worst))
    unknown = [said for said in predictions if said.ratio is None]
    if unknown:
        yield Heading(f"Not compared ({len(unknown)})")
        yield Items(tuple(Item(f"{said.case_id}: {said.why}") for said in unknown))


_HEADER = (
    "",
    "rows",
    "median error",
    "in x1.25",
    "in x1.5",
    "in x2",
    "in its band",
    "plain roofline",
)
_RIGHT = frozenset(range(1, len(_HEADER)))


def _row(name: str, found: Spread) -> tuple[str, ...]:
    return (
        name,
        str(found.rows),
        _share(found.error),
        _share(found.within.get("x1.25")),
        _share(found.within.get("x1.5")),
        _share(found.within.get("x2")),
        _share(found.covered),
        _share(found.roofline),
    )


def _share(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.0f} %"


def _worst(checked: Checked) -> str:
    way = "too fast" if checked.ratio > 1 else "too slow"
    factor = max(checked.ratio, 1 / checked.ratio)
    return f"{checked.name}: x{factor:.2f} {way} ({checked.method})"
