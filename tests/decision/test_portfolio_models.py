"""Models that one offer does not serve: named ones that are split, and a catalogue that is too
small."""

from __future__ import annotations

from fractions import Fraction

import pytest
from msgspec.structs import replace

from advisor import api
from advisor.decision.needs import lists_enough, stated_regions, unmet_needs
from advisor.decision.portfolio import portfolio
from advisor.decision.recommend import decide
from advisor.knowledge.model import Served
from advisor.knowledge.syntax import ALWAYS, AllOf, Atom, CompareIts, OneOf
from advisor.knowledge.values import Interval, Options
from tests.decision.bases import HERE, make_rule
from tests.decision.market import named
from tests.decision.test_portfolio import (
    CEREBRAS,
    DAY,
    GMI,
    GROQ,
    NEBIUS,
    SAMBANOVA,
    TRAFFIC,
    decided,
    held,
    made,
    said,
)
from tests.decision.wide import gate


@pytest.fixture(scope="module")
def knowledge():
    return api.load()


MODELS = ("gpt-oss-120b", "gpt-oss-20b", "llama-3.3-70b", "llama-3.1-8b", "qwen3-235b-a22b")


def serving(offer, *models):
    """The offer with these models and, as its list is complete, no others."""
    rows = tuple(
        Served(model, None, None, "s0", "2026", DAY, "measured", "", (), HERE) for model in models
    )
    yes = Options(frozenset({"yes"}))
    no = Options(frozenset({"no"}))
    return replace(said(offer, catalogue_complete=yes, any_open_model=no), serves=rows)


def split(knowledge, *served, rules=()):
    """Who gets which models, where offer by offer those are served."""
    names = (CEREBRAS, GROQ, SAMBANOVA, GMI, NEBIUS)
    offers = [serving(knowledge.offers[n], *m) for n, m in zip(names, served, strict=False)]
    market = made(knowledge, *offers)
    market = replace(market, rules={**market.rules, **{rule.id: rule for rule in rules}})
    asked = sorted({model for models in served for model in models})
    return market, asked


def parts(market, asked):
    decision = decided(market, models=asked)
    found = portfolio(decision, decision.again)
    return None if found is None else {part.offer: part.split for part in found.parts}


def test_as_many_offers_as_it_takes_and_no_more_than_four(knowledge):
    a, b, c, d, e = MODELS
    three, asked = split(knowledge, (a, b), (c,), (d,), (a,))
    assert parts(three, asked) == {
        CEREBRAS: f"all requests to {', '.join(sorted((a, b)))}",
        GROQ: f"all requests to {c}",
        SAMBANOVA: f"all requests to {d}",
    }
    assert parts(*split(knowledge, (a,), (b,), (c,), (d,), (e,))) is None


def listed(market, asked):
    """The parts in their order: who, as what, of how many models."""
    decision = decided(market, models=asked)
    found = portfolio(decision, decision.again)
    return [(part.offer, part.role, part.share) for part in found.parts]


def test_whoever_serves_most_models_comes_first_then_by_name(knowledge):
    a, b, c, *_ = sorted(MODELS)
    third = Fraction(1, 3)
    market, asked = split(knowledge, (c,), (a, b))
    assert listed(market, asked) == [(GROQ, "primary", 2 * third), (CEREBRAS, "models", third)]
    market, asked = split(knowledge, (b,), (a,))
    half = Fraction(1, 2)
    assert listed(market, asked) == [(CEREBRAS, "primary", half), (GROQ, "models", half)]


@pytest.mark.parametrize("turned", [False, True])
def test_of_several_that_serve_a_model_the_better_one_gets_it(knowledge, turned):
    """Groq and Nebius serve b; one of them is dearer by far, for that model alone."""
    a, b, *_ = MODELS
    offers = [
        serving(knowledge.offers[n], *m)
        for n, m in ((CEREBRAS, (a,)), (GROQ, (b,)), (NEBIUS, (b,)))
    ]
    market = made(knowledge, *offers)
    dear = NEBIUS if turned else GROQ
    price = {"input": Interval.point(900), "output": Interval.point(900)}
    asked = {**TRAFFIC, "models": [a, b]}
    inputs = replace(api.inputs(asked, market), prices={dear: price})
    decision = decide(market, inputs, DAY)
    found = portfolio(decision, decision.again)
    assert {part.offer for part in found.parts} == {CEREBRAS, GROQ if turned else NEBIUS}


def test_models_are_not_split_where_it_would_help_nobody(knowledge):
    """One serves them all and is out for another reason; or all but one are served nowhere."""
    a, b, c, *_ = MODELS
    shut = gate("shut", ALWAYS, named(CEREBRAS))
    market, asked = split(knowledge, (a, b), (a,), (b,), rules=[shut])
    assert parts(market, asked) is None
    market, _ = split(knowledge, (a,), (a,))
    assert parts(market, [a, c]) is None


def test_models_that_one_may_not_serve_together_are_not_given_to_it(knowledge):
    a, b, c, *_ = MODELS
    together = AllOf(tuple(Atom("models", OneOf(frozenset({m}))) for m in (b, c)))
    market, asked = split(knowledge, (a,), (b, c), rules=[gate("two", together, named(GROQ))])
    assert parts(market, asked) is None
    market, asked = split(knowledge, (a,), (b, c))
    assert set(parts(market, asked)) == {CEREBRAS, GROQ}


# -- several models, of which none is named ------------------------------------------------------


def several(knowledge, listed, regions=("us",), **weights):
    """Cerebras runs in both regions and lists three models, Nebius in ``regions`` and ``listed``."""
    one, two = (knowledge.offers[name] for name in (CEREBRAS, NEBIUS))
    market = made(
        knowledge,
        said(one, regions=held("us", "europe"), catalogue_size=Interval.point(3)),
        said(two, regions=held(*regions), catalogue_size=Interval.point(listed)),
    )
    answers = {
        **TRAFFIC,
        "models": ["gpt-oss-120b"],
        "model-diversity": "few",
        "regions": ["us", "europe"],
        "tokens-per-second-per-user": 300,
    }
    weights = {"latency": "more", "model-diversity": "less", **weights}
    inputs = api.inputs({"answers": answers, "weights": weights}, market)
    return decide(market, inputs, DAY)


def test_models_that_the_leader_does_not_list_go_to_a_broader_catalogue(knowledge):
    decision = several(knowledge, 40)
    leader, other = decision.order
    assert (leader, other) == (CEREBRAS, NEBIUS)
    assert [(n.kind, n.facts) for n in unmet_needs(decision, leader)] == [
        ("models", ("catalogue size: 3 (measured; s0)",))
    ]
    assert [n.answers for n in unmet_needs(decision, leader)] == [("model-diversity: few",)]
    assert [n.kind for n in unmet_needs(decision, other)] == ["regions"]
    found = portfolio(decision, decision.again)
    assert [need.text for need in found.needs] == [
        "Cerebras shared API lists 3 models; a second or third model will have to come from "
        "elsewhere."
    ]
    primary, models = found.parts
    assert (primary.offer, models.offer, models.role) == (leader, other, "models")
    assert (models.split, models.meets) == (
        "requests to models that the primary does not list",
        ("models",),
    )
    # Anything from none of the traffic to all of it may go to models that nobody named.
    assert (primary.share, models.share) == (None, None)
    for part in (primary, models):
        model, traffic = decision.entries.model(part.offer), decision.entries.traffic()
        whole = decision.situation.costs.bill(part.offer, model, traffic).monthly
        none = {**traffic, "requests-per-day": Interval.point(0)}
        idle = decision.situation.costs.bill(part.offer, model, none).monthly
        assert idle.low < whole.high
        assert (part.monthly.low, part.monthly.high) == (idle.low, whole.high)
    assert found.unmet == ()
    assert found.notes == (
        "How much of the traffic goes to models that the primary lacks is not known: the "
        "answers do not name them.",
    )


def test_models_are_not_sent_where_no_catalogue_is_known_to_hold_them(knowledge):
    """Five models neither speak for a catalogue nor against it; and where the broader
    catalogue meets every other need too, it suffices alone."""
    narrow = several(knowledge, 5)
    assert narrow.order == [CEREBRAS, NEBIUS]
    assert [n.kind for n in unmet_needs(narrow, CEREBRAS)] == ["models"]
    assert portfolio(narrow, narrow.again) is None
    everywhere = several(knowledge, 40, ("us", "europe"))
    assert everywhere.order == [CEREBRAS, NEBIUS]
    assert unmet_needs(everywhere, NEBIUS) == ()
    assert portfolio(everywhere, everywhere.again) is None


def test_a_catalogue_may_be_compared_with_an_answer(knowledge):
    """As many models as requests are sent are asked for, and a few of them are enough."""
    more = AllOf(
        (
            Atom("model-diversity", OneOf(frozenset({"one"}))),
            Atom("requests-per-day", CompareIts("above", "catalogue-size")),
        )
    )
    rule = make_rule("more", "score", "model-diversity", more, ALWAYS, -1, "measured", "more")
    market = several(knowledge, 40).situation.knowledge
    market = replace(market, rules={**market.rules, "more": rule})
    for requests, needs in ((1, []), (39, ["models"]), (41, ["models"])):
        decision = decided(
            market, models=["gpt-oss-120b"], regions=["us"], requests_per_day=requests
        )
        assert [n.kind for n in unmet_needs(decision, CEREBRAS)] == needs
    assert lists_enough(several(knowledge, 40), NEBIUS)
    assert not lists_enough(several(knowledge, 40), CEREBRAS)
    assert not lists_enough(several(knowledge, 5), NEBIUS)


def test_what_is_to_be_ignored_is_no_need(knowledge):
    decision = several(knowledge, 40, **{"model-diversity": "ignore"})
    assert decision.order == [CEREBRAS, NEBIUS]
    assert unmet_needs(decision, CEREBRAS) == ()
    assert [n.kind for n in unmet_needs(decision, NEBIUS)] == ["regions"]
    decision = several(knowledge, 40, geography="ignore")
    assert unmet_needs(decision, NEBIUS) == ()
    assert stated_regions(decision) == frozenset()


def test_a_catalogue_is_no_need_where_one_model_does_the_work(knowledge):
    decision = decided(
        several(knowledge, 40).situation.knowledge,
        models=["gpt-oss-120b"],
        model_diversity="one",
        regions=["us", "europe"],
    )
    assert CEREBRAS in decision.order
    assert unmet_needs(decision, CEREBRAS) == ()
