"""Which model an offer would serve, and whether it can, on the small rule base."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from msgspec.structs import replace

from advisor.engine.offering import Offering
from advisor.engine.serving import Choice, Serving
from advisor.knowledge.ledger import build_ledger
from advisor.knowledge.model import Attribute
from advisor.knowledge.values import ChoiceType, Flags, Interval, NumberType, Options
from advisor.language.rulebase import load_rule_base
from tests.engine.rule_bases import HERE

DAY = date(2026, 11, 22)
SMALL = load_rule_base(Path(__file__).parent.parent / "rulebases" / "small")
YES = Options(frozenset({"yes"}))
# wafer-shared lists atlas and pocket and nothing else, closed-lab oracle alone; the lists of
# gpu-cluster and budget-shared are open.


def served(knowledge=SMALL, day=DAY):
    ledger = build_ledger(knowledge, day)
    offering = Offering(knowledge, ledger)
    return Serving(knowledge, ledger, offering), offering


SERVING, OFFERING = served()


def models(*names):
    return {"models": Flags(frozenset(names), frozenset(names))}


def frontier(word):
    return {"frontier-models": Options(frozenset({word}))}


def claiming(knowledge, offer, attribute, value, of="offer", kind=None):
    """The rule base with one more fact about an offer."""
    like = knowledge.offers[offer].claims[0]
    fact = replace(like, subject=offer, attribute=attribute, value=value, until=None)
    changed = replace(knowledge.offers[offer], claims=(*knowledge.offers[offer].claims, fact))
    made = Attribute(attribute, of, kind or ChoiceType(("no", "yes")), "", "compliance", HERE)
    return replace(
        knowledge,
        attributes={**knowledge.attributes, attribute: made},
        offers={**knowledge.offers, offer: changed},
    )


def referring(**references):
    named = {name.replace("_", "-"): tuple(value) for name, value in references.items()}
    return replace(SMALL, method=replace(SMALL.method, reference_models=named))


# -- named models ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("offer", "names", "choice"),
    [
        ("wafer-shared", ["atlas-70b"], Choice("atlas-70b", True)),
        # Figures hang on the largest; all of them must be served.
        ("wafer-shared", ["atlas-70b", "pocket-8b"], Choice("atlas-70b", True)),
        ("closed-lab", ["atlas-70b"], Choice("atlas-70b", False)),
        ("wafer-shared", ["atlas-70b", "oracle-max"], Choice("atlas-70b", False)),
        ("budget-shared", ["oracle-max"], Choice("oracle-max", None)),
        ("budget-shared", ["atlas-70b", "oracle-max"], Choice("atlas-70b", None)),
    ],
)
def test_all_named_models_must_be_served(offer, names, choice):
    assert SERVING.choose(offer, models(*names), {}) == choice


def test_a_model_that_is_withdrawn_is_not_served():
    later, _ = served(day=date(2027, 1, 1))
    assert SERVING.serves("wafer-shared", "pocket-8b") is True
    assert later.serves("wafer-shared", "pocket-8b") is False
    open_list = replace(
        SMALL.offers["budget-shared"],
        serves=tuple(
            replace(row, until=date(2026, 12, 1)) for row in SMALL.offers["budget-shared"].serves
        ),
    )
    knowledge = replace(SMALL, offers={**SMALL.offers, "budget-shared": open_list})
    withdrawn, _ = served(knowledge, date(2026, 12, 1))
    # Even where the list is open.
    assert withdrawn.serves("budget-shared", "atlas-70b") is False
    assert withdrawn.serves("budget-shared", "oracle-max") is None


def test_who_loads_the_weights_serves_any_open_model():
    serving, _ = served(claiming(SMALL, "closed-lab", "any-open-model", YES))
    assert serving.serves("closed-lab", "atlas-70b") is True
    assert serving.serves("closed-lab", "oracle-max") is True
    cluster = claiming(SMALL, "gpu-cluster", "any-open-model", YES)
    without = replace(
        cluster,
        offers={**cluster.offers, "gpu-cluster": replace(cluster.offers["gpu-cluster"], serves=())},
    )
    serving, _ = served(without)
    assert serving.serves("gpu-cluster", "atlas-70b") is True
    assert serving.serves("gpu-cluster", "oracle-max") is False


def test_a_complete_list_of_closed_models_says_nothing_of_open_ones():
    serving, _ = served(claiming(SMALL, "budget-shared", "closed-catalogue-complete", YES))
    assert serving.serves("budget-shared", "oracle-max") is False
    kept = replace(SMALL.offers["budget-shared"], serves=())
    knowledge = replace(SMALL, offers={**SMALL.offers, "budget-shared": kept})
    serving, _ = served(claiming(knowledge, "budget-shared", "closed-catalogue-complete", YES))
    assert serving.serves("budget-shared", "atlas-70b") is None


# -- reference models --------------------------------------------------------------------------


def test_without_reference_models_nothing_hangs_on_one():
    serving, _ = served(referring())
    assert serving.choose("closed-lab", {}, {}) == Choice(None, True)


def test_the_best_closed_model_is_asked_for_by_its_kind():
    best = frontier("best-closed")
    assert SERVING.choose("closed-lab", best, {}) == Choice("oracle-max", True)
    assert SERVING.choose("wafer-shared", best, {}) == Choice(None, False)
    assert SERVING.choose("budget-shared", best, {}) == Choice(None, None)
    nothing, _ = served(referring(open=["atlas-70b"]))
    # Nobody knows which one that is; a complete list has it or not.
    assert nothing.choose("budget-shared", best, {}) == Choice(None, None)
    assert nothing.choose("closed-lab", best, {}) == Choice(None, False)


def test_the_first_reference_model_of_the_size_that_is_served():
    assert SERVING.choose("budget-shared", {}, {}) == Choice("atlas-70b", True)
    small = {"model-size": Interval(7, 9)}
    assert SERVING.choose("budget-shared", small, small) == Choice("pocket-8b", True)
    # 70 / 1.5 is the least size that atlas stands for.
    size = {"model-size": Interval(Fraction(140, 3), 100)}
    assert SERVING.choose("budget-shared", size, size) == Choice("atlas-70b", True)
    size = {"model-size": Interval(Fraction(139, 3), 100)}
    assert SERVING.choose("wafer-shared", size, size) == Choice(None, False)
    assert SERVING.choose("budget-shared", size, size) == Choice(None, None)


@pytest.mark.parametrize("size", [Interval(None, 100), Interval(60, None)])
def test_a_size_without_an_end_matches_no_model(size):
    assert SERVING.choose("wafer-shared", {"model-size": size}, {"model-size": size}).model is None


def test_a_reference_model_of_unknown_size_stands_for_no_size():
    serving, _ = served(referring(open=["oracle-max", "pocket-8b"]))
    assert serving.size_cuts() == [
        (Fraction(16, 3), False),
        (Fraction(800, 67), True),
    ]
    small = {"model-size": Interval(7, 9)}
    assert serving.choose("closed-lab", small, small) == Choice(None, False)
    assert serving.choose("closed-lab", {}, {}) == Choice("oracle-max", True)


def test_sizes_are_cut_where_a_reference_model_starts_or_stops_to_match():
    assert SERVING.size_cuts() == [
        (Fraction(16, 3), False),
        (Fraction(800, 67), True),
        (Fraction(140, 3), False),
        (Fraction(7000, 67), True),
    ]


def test_where_no_size_was_asked_for_a_closed_model_will_do():
    serving, _ = served(referring(open=["atlas-70b"], closed=["oracle-max"]))
    assert serving.choose("closed-lab", {}, {}) == Choice("oracle-max", True)
    size = {"model-size": Interval(60, 80)}
    assert serving.choose("closed-lab", size, {}) == Choice("oracle-max", True)
    assert serving.choose("closed-lab", size, size) == Choice(None, False)
    assert serving.choose("wafer-shared", {}, {}) == Choice("atlas-70b", True)
    # A closed model that is not surely served is no reason to leave the open one.
    neither, _ = served(referring(open=["oracle-max"], closed=["oracle-max"]))
    assert neither.choose("budget-shared", {}, {}) == Choice(None, None)


def test_a_large_open_model_is_no_closed_one():
    serving, _ = served(
        referring(open=["pocket-8b"], closed=["oracle-max"], large_open=["atlas-70b"])
    )
    large = frontier("large-open")
    assert serving.choose("wafer-shared", large, {}) == Choice("atlas-70b", True)
    assert serving.choose("closed-lab", large, {}) == Choice(None, False)
    assert serving.choose("closed-lab", {}, {}) == Choice("oracle-max", True)


def test_a_listed_model_that_is_in_dispute_is_named():
    row = SMALL.offers["budget-shared"].serves[0]
    ended = replace(row, source="panel", until=date(2026, 6, 1))
    disputed = replace(SMALL.offers["budget-shared"], serves=(replace(row, date="2026"), ended))
    serving, _ = served(replace(SMALL, offers={**SMALL.offers, "budget-shared": disputed}))
    assert serving.serves("budget-shared", "atlas-70b") is None
    assert serving.choose("budget-shared", {}, {}) == Choice("atlas-70b", None)


# -- what is believed of an offer with a model -------------------------------------------------


def test_an_environment_has_the_offer_its_accelerator_and_its_model():
    env = OFFERING.environment("wafer-shared", "atlas-70b")
    assert env["offer"] == Options(frozenset({"wafer-shared"}))
    assert env["platform"] == Options(frozenset({"wafer"}))
    assert env["deployment"] == Options(frozenset({"shared-api"}))
    assert env["model.id"] == Options(frozenset({"atlas-70b"}))
    assert env["model.open"] == YES
    assert env["model.total-parameters"] == Interval.point(70)
    assert env["accelerator.kind"] == Options(frozenset({"wafer-scale"}))
    assert env["context-limit"] == Interval.point(65_536)
    without = OFFERING.environment("closed-lab", None)
    assert not any(name.startswith(("model.", "accelerator.")) for name in without)
    # What was looked for and not found is not known.
    assert "certifications" not in OFFERING.environment("gpu-cluster", None)
    assert OFFERING.environment("closed-lab", "oracle-max")["model.open"] == Options(
        frozenset({"no"})
    )


def test_a_team_that_loads_the_weights_is_bounded_by_the_model_alone():
    tokens = NumberType("tokens")
    knowledge = claiming(SMALL, "closed-lab", "any-open-model", YES)
    atlas = knowledge.models["atlas-70b"]
    long = replace(atlas.claims[0], attribute="context", value=Interval.point(128_000))
    known = replace(
        knowledge,
        attributes={
            **knowledge.attributes,
            "context": Attribute("context", "model", tokens, "", "datasheet", HERE),
        },
        models={**knowledge.models, "atlas-70b": replace(atlas, claims=(*atlas.claims, long))},
    )
    for rules, limit in ((known, Interval.point(128_000)), (knowledge, None)):
        _, offering = served(rules)
        assert offering.environment("closed-lab", "atlas-70b").get("context-limit") == limit
        assert offering.of("closed-lab", "atlas-70b")["context-limit"].value == limit


def test_some_names_hang_on_the_model():
    hanging = {
        name: OFFERING.depends_on_model(name)
        for name in ("model.id", "context-limit", "certifications", "platform")
    }
    assert hanging == {
        "model.id": True,
        "context-limit": True,
        "certifications": False,
        "platform": False,
    }
