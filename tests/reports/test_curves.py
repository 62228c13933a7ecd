"""The picture of costs by volume: where its points stand, what it says, and its table."""

from __future__ import annotations

import math
import re
from fractions import Fraction
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from advisor.decision.result import CostAt, CostByVolume, CostCurve, Money
from advisor.reports import html, text
from advisor.reports.blocks import Curve, CurvePoint, Curves, Stretch, Table
from advisor.reports.charts import svg
from advisor.reports.figures import grouped, money
from advisor.reports.volume_view import volume_blocks


def picture(block: Curves) -> ElementTree.Element:
    return ElementTree.fromstring(svg(block, "c"))


def series(root: ElementTree.Element, name: str) -> list[list[tuple[float, float]]]:
    """The points of every series of this class."""
    found = []
    for group in root.iter("g"):
        if set(name.split()) <= set((group.get("class") or "").split()):
            numbers = [float(n) for n in re.findall(r"-?\d+(?:\.\d+)?", group[0].get("d"))]
            found.append(list(zip(numbers[::2], numbers[1::2], strict=True)))
    return found


def curves(result) -> Curves:
    (found,) = (b for b in volume_blocks(result) if isinstance(b, Curves))
    return found


def table(result) -> Table:
    (found,) = (b for b in volume_blocks(result) if isinstance(b, Table))
    return found


def scales(root: ElementTree.Element) -> list[tuple[float, float]]:
    """Slope and offset of each axis, across then up, from two labels and their guides."""
    found = []
    up, across = (g for g in root.iter("g") if g.get("class") == "axis")
    for axis, part in ((across, 0), (up, 1)):
        at = []
        for guide in axis.iter("g"):
            label = guide.find("text")
            if guide is axis or label is None or not label.text:
                continue
            place = float(re.findall(r"-?\d+(?:\.\d+)?", guide.find("path").get("d"))[part])
            at.append((math.log10(float(re.sub(r"[$,]", "", label.text))), place))
        (one, a), (other, b) = at[0], at[-1]
        slope = (b - a) / (other - one)
        found.append((slope, a - slope * one))
    return found


def test_every_point_stands_where_its_figures_say(recommendation):
    """Read back from the picture through its own labels."""
    block = curves(recommendation)
    root = picture(block)
    across, up = scales(root)
    drawn = {0: series(root, "strong curve0")[0], 1: series(root, "curve1")[-1]}
    for number, curve in enumerate(block.curves):
        assert len(drawn[number]) == len(curve.points)
        for (x, y), point in zip(drawn[number], curve.points, strict=True):
            assert (x - across[1]) / across[0] == pytest.approx(math.log10(point.at), abs=0.01)
            assert (y - up[1]) / up[0] == pytest.approx(math.log10(point.low), abs=0.01)
    # The upper edge of what is known on both sides, and the shade between the edges.
    (edge,) = series(root, "edge curve0")
    for (_, y), point in zip(edge, block.curves[0].points, strict=True):
        assert (y - up[1]) / up[0] == pytest.approx(math.log10(point.high), abs=0.01)
    (area,) = series(root, "area curve0")
    assert area[:3] == drawn[0] and area[3:6] == edge[::-1]
    assert series(root, "area curve1") == series(root, "edge curve1") == []


def test_the_break_even_and_the_answered_volume_are_pointed_out(recommendation):
    root = picture(curves(recommendation))
    across, _ = scales(root)
    (((low, _), (edge, _)),) = series(root, "stretch open curve1")
    assert (low - across[1]) / across[0] == pytest.approx(math.log10(176_870), abs=0.01)
    assert edge > low
    (((left, _), (right, _)),) = series(root, "place")
    assert left == right
    assert (left - across[1]) / across[0] == pytest.approx(math.log10(50_000), abs=0.01)
    labels = {t.text for t in root.iter("text")}
    assert {"A", "B", "answered", "B ≤ A", "requests a day", "USD a month"} <= labels


def test_it_is_told_in_words(recommendation):
    root = picture(curves(recommendation))
    assert root.find("desc").text == (
        "A, Groq shared API: $1,200 to $2,400 at 10,000, $3,000 to $6,000 at 50,000, $30,000 to "
        "$60,000 at 500,000; B, Rented H200 GPUs: at least $2,475 at 10,000, at least $2,475 at "
        "50,000, at least $4,950 at 500,000; answered: 50,000 requests a day; B (Rented H200 "
        "GPUs) costs no more than A (Groq shared API) from at least 176,870 requests a day on "
        "(cost only, capacity ignored)."
    )
    assert "high end is not known" in root.find("title").text


def test_its_table_has_every_figure_of_it(recommendation):
    found, block = table(recommendation), curves(recommendation)
    assert found.header == ("requests a day", "A: Groq shared API", "B: Rented H200 GPUs")
    for place, row in enumerate(found.rows):
        points = [curve.points[place] for curve in block.curves]
        assert row[0].removesuffix(" (answered)") == grouped(points[0].at)
        assert row[1:] == tuple(money(Money(p.low, p.high)) for p in points)
    assert [row[0] for row in found.rows if "answered" in row[0]] == ["50,000 (answered)"]


def test_formats_without_pictures_have_the_table_alone(recommendation):
    told = text.render(recommendation)
    assert "Cost against volume" in told and "50,000 (answered)" in told
    assert "the table names the letters" not in told


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (10, 20, "from 10 to 20 requests a day on"),
        (10, 10, "from 10 requests a day on"),
        (None, 20, "from at most 20 requests a day on"),
        (10, None, "from at least 10 requests a day on"),
        (None, None, "from a volume that is not known requests a day on"),
    ],
)
def test_a_break_even_in_words(recommendation, low, high, words):
    (even,) = recommendation.break_evens
    changed = replace(
        recommendation, break_evens=(replace(even, requests_low=low, requests_high=high),)
    )
    assert words in curves(changed).described


def test_a_break_even_with_somebody_not_drawn_is_left_to_its_own_table(recommendation):
    (even,) = recommendation.break_evens
    changed = replace(recommendation, break_evens=(replace(even, against="somebody"),))
    assert [s.label for s in curves(changed).stretches] == ["answered"]


def test_without_curves_there_is_no_section(recommendation):
    changed = replace(recommendation, cost_by_volume=None)
    assert list(volume_blocks(changed)) == []
    assert "Cost against volume" not in html.render(changed)


def test_what_costs_nothing_has_no_place_and_still_stands_in_the_table(recommendation):
    free = CostCurve("x", "Free", (CostAt(10, Money(Fraction(0), Fraction(0))),))
    changed = replace(recommendation, break_evens=(), cost_by_volume=CostByVolume(10, 10, (free,)))
    assert svg(curves(changed), "c") == ""
    assert table(changed).rows == (("10 (answered)", "$0"),)


AMOUNTS = st.one_of(st.none(), st.fractions(Fraction(0), Fraction(10**7), max_denominator=100))


@st.composite
def blocks(draw) -> Curves:
    volumes = sorted(draw(st.sets(st.integers(1, 10**9), min_size=1, max_size=6)))
    made = []
    for number in range(draw(st.integers(1, 4))):
        points = []
        for volume in volumes:
            ends = sorted(filter(None, (draw(AMOUNTS), draw(AMOUNTS))))
            low = ends[0] if ends else None
            points.append(CurvePoint(volume, low, ends[-1] if len(ends) > 1 else None))
        made.append(Curve("ABCD"[number], f"<{number}>&", tuple(points), "words", number == 0))
    ends = st.one_of(st.none(), st.integers(0, 10**10))
    stretches = tuple(
        Stretch(draw(ends), draw(ends), "x", "y", draw(st.one_of(st.none(), st.integers(0, 3))))
        for _ in range(draw(st.integers(0, 3)))
    )
    return Curves("t", "a", "u", tuple(made), stretches)


@given(blocks())
def test_any_figures_make_a_picture_inside_its_frame(block):
    """Or none, where no figure has a logarithm."""
    made = svg(block, "c")
    drawable = any(p.low or p.high for curve in block.curves for p in curve.points)
    assert bool(made) == drawable
    if not made:
        return
    root = ElementTree.fromstring(made)
    _, _, width, height = map(float, root.get("viewBox").split())
    for group in root.iter("g"):
        if (group.get("class") or "").startswith("series"):
            for path in group.iter("path"):
                numbers = [float(n) for n in re.findall(r"-?\d+(?:\.\d+)?", path.get("d"))]
                assert all(-1 <= x <= width + 1 for x in numbers[::2])
                assert all(-1 <= y <= height + 1 for y in numbers[1::2])
    assert svg(block, "c") == made
