"""What a decision reckons bought devices at is what the bill lists of them."""

from __future__ import annotations

from fractions import Fraction

import pytest
from msgspec.structs import replace

from advisor.decision.profiles import MONTHLY
from advisor.decision.recommend import decide
from advisor.estimate.cost import DEVICE_ITEMS
from advisor.knowledge.values import Interval
from advisor.language.answers import inputs_from_mapping
from tests.decision.bases import claim

OWN = "own-gpu-servers"
ASKED = {
    "models": ["qwen3-235b-a22b"],
    "requests-per-day": 2_000_000,
    "input-tokens": 1000,
    "output-tokens": 400,
    "peak-factor": 2,
}
FIGURES = {"device": 42_000, "months": 48, "pue": "1.3", "electricity": "0.12", "space": 150}


def costs_of(knowledge, as_of, prices):
    """The cost measure that ranks, and the bill."""
    inputs = inputs_from_mapping({"answers": ASKED, "prices": prices}, knowledge)
    decision = decide(knowledge, inputs, as_of)
    costs, answers = decision.situation.costs, decision.situation.inputs.answers
    model = "qwen3-235b-a22b"
    return costs.measure(MONTHLY, OWN, model, answers), costs.bill(OWN, model, answers)


def test_own_figures_make_a_known_band_of_which_the_bill_is_the_sum(knowledge, as_of):
    measure, bill = costs_of(knowledge, as_of, {OWN: FIGURES})
    assert bill.unknown == ()
    assert [line.item for line in bill.lines] == [*DEVICE_ITEMS[1:], "people"]
    for end in ("low", "high"):
        assert sum(getattr(line, end) for line in bill.lines) == getattr(bill.monthly, end)
        # A decision rounds a device-month to a millionth of a dollar.
        assert getattr(measure, end) == pytest.approx(float(getattr(bill.monthly, end)), rel=1e-9)


def test_without_them_owning_costs_at_least_what_it_costs_large_buyers(knowledge, as_of):
    measure, bill = costs_of(knowledge, as_of, {})
    devices = Fraction(bill.lines[0].formula.split()[0])
    people = next(line for line in bill.lines if line.item == "people")
    assert bill.unknown == ("depreciation",)
    assert measure.high is None and bill.monthly.high is None
    assert bill.monthly.low == devices * Fraction("1.41") * 730 + people.low


@pytest.mark.parametrize("figure", ["device", "pue", "electricity", "space"])
def test_a_dearer_figure_never_makes_owning_cheaper_in_the_ranking(knowledge, as_of, figure):
    dearer = {**FIGURES, figure: str(2 * float(FIGURES[figure]))}
    one, _ = costs_of(knowledge, as_of, {OWN: FIGURES})
    two, _ = costs_of(knowledge, as_of, {OWN: dearer})
    assert one.low < two.low and one.high < two.high


def test_owning_that_is_cheaper_than_large_buyers_say_is_taken_at_its_own_figures(knowledge, as_of):
    """All of it published, and below what those pay who buy by the thousand."""
    figures = {
        "device-price": 1_000, "useful-life": 60, "device-power": 500,
        "facility-overhead": 1, "electricity-price": Fraction(1, 10), "space-price": 10,
    }  # fmt: skip
    offer = knowledge.offers[OWN]
    kept = tuple(c for c in offer.claims if c.attribute not in figures)
    made = tuple(claim(OWN, n, Interval.point(v), "measured") for n, v in figures.items())
    cheap = replace(offer, claims=(*kept, *made))
    market = replace(knowledge, offers={**knowledge.offers, OWN: cheap})
    measure, bill = costs_of(market, as_of, {})
    assert bill.unknown == ()
    assert measure.high == pytest.approx(float(bill.monthly.high), rel=1e-6)
    dear, _ = costs_of(knowledge, as_of, {})
    assert measure.low < dear.low
