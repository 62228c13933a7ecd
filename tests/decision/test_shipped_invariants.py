"""The invariants of the method over the shipped rule base, on sheets drawn from its priors."""

from __future__ import annotations

import random

import pytest
from msgspec.structs import replace

from advisor.decision.recommend import decide
from advisor.decision.rulebase import RuleBase
from advisor.knowledge.model import Inputs
from tests.conftest import AS_OF
from tests.decision.test_oracles import one_world

SEEDS = [1, 2]
MORE = [pytest.param(seed, marks=pytest.mark.full) for seed in range(3, 15)]
sheets = pytest.mark.parametrize("seed", [*SEEDS, *MORE])


@pytest.fixture(scope="session")
def shipped_base(knowledge):
    return RuleBase.on(knowledge, AS_OF)


def sheet(base, seed):
    """Most of the answers of a random world: at most three questions are open."""
    draw = random.Random(seed)
    answers = dict(one_world(draw, base).answers)
    for name in draw.sample(sorted(answers), draw.randint(0, 3)):
        del answers[name]
    return Inputs(answers)


def orders(decision, names):
    return [offer for offer in decision.order if offer in names]


@sheets
def test_removing_or_cloning_an_offer_moves_no_other(knowledge, shipped_base, seed):
    asked = sheet(shipped_base, seed)
    before = decide(knowledge, asked, AS_OF)
    if len(before.order) < 2:
        return
    draw = random.Random(seed)
    gone = draw.choice(before.order[1:])
    fewer = {name: offer for name, offer in knowledge.offers.items() if name != gone}
    after = decide(replace(knowledge, offers=fewer), asked, AS_OF)
    assert after.order == orders(before, fewer)
    for offer in after.order:
        assert after.scored[offer].score == before.scored[offer].score
        assert after.standings[offer].lane == before.standings[offer].lane
    leader = before.order[0]
    twin = replace(knowledge.offers[leader], id="twin", title="Twin")
    more = decide(replace(knowledge, offers={**knowledge.offers, "twin": twin}), asked, AS_OF)
    assert orders(more, knowledge.offers) == before.order
    for offer in before.order:
        assert more.scored[offer].score == before.scored[offer].score


@sheets
def test_contributions_and_their_differences_add_up(knowledge, shipped_base, seed):
    asked = sheet(shipped_base, seed)
    result = decide(knowledge, asked, AS_OF).recommendation(thorough=False)
    for entry in result.ranking:
        assert sum(c.exact for c in entry.contributions) == entry.score.exact
        assert sum(c.points for c in entry.contributions) == entry.score.points
        pairs = zip(result.ranking[0].contributions, entry.contributions, strict=True)
        gap = result.ranking[0].score.exact - entry.score.exact
        assert sum(a.exact - b.exact for a, b in pairs) == gap


@sheets
def test_every_reason_names_its_rule_and_a_source(knowledge, shipped_base, seed):
    result = decide(knowledge, sheet(shipped_base, seed), AS_OF).recommendation(thorough=False)
    for entry in result.ranking:
        for part in entry.contributions:
            for reason in part.because:
                if reason.effect != "measure":
                    assert reason.rule in knowledge.rules
                assert reason.source in knowledge.sources or reason.source in ("", "your price")
                assert reason.text
    for entry in result.excluded:
        assert entry.failed and all(failure.text for failure in entry.failed)


@sheets
def test_narrowing_keeps_what_is_excluded(knowledge, shipped_base, seed):
    draw = random.Random(seed)
    whole = dict(one_world(draw, shipped_base).answers)
    wide = dict(whole)
    for name in draw.sample(sorted(wide), 6):
        del wide[name]
    before, after = (decide(knowledge, Inputs(a), AS_OF) for a in (wide, whole))
    out = {o for o, s in before.standings.items() if s.excluded_by}
    assert out <= {o for o, s in after.standings.items() if s.excluded_by}
    if before.proof.settled and before.order:
        assert after.order[0] == before.order[0]


@sheets
def test_the_order_of_declarations_does_not_matter(knowledge, shipped_base, seed):
    asked = sheet(shipped_base, seed)
    turned = replace(
        knowledge,
        rules=dict(reversed(knowledge.rules.items())),
        offers=dict(reversed(knowledge.offers.items())),
        questions=dict(reversed(knowledge.questions.items())),
    )
    one, other = (decide(k, asked, AS_OF) for k in (knowledge, turned))
    assert one.order == other.order
    assert {o: one.scored[o].score for o in one.order} == {
        o: other.scored[o].score for o in other.order
    }
    assert one.next_step().question == other.next_step().question


@sheets
def test_forgetting_facts_never_makes_an_offer_safe(knowledge, shipped_base, seed):
    draw = random.Random(seed)
    asked = sheet(shipped_base, seed)
    before = decide(knowledge, asked, AS_OF)
    name = draw.choice(sorted(knowledge.offers))
    offer = knowledge.offers[name]
    attributes = sorted({claim.attribute for claim in offer.claims})
    if not attributes:
        return
    attribute = draw.choice(attributes)
    silent = replace(offer, claims=tuple(c for c in offer.claims if c.attribute != attribute))
    after = decide(replace(knowledge, offers={**knowledge.offers, name: silent}), asked, AS_OF)
    if before.standings[name].lane != "safe":
        assert after.standings[name].lane != "safe"


@sheets
def test_better_for_one_criterion_is_never_worse(knowledge, shipped_base, seed):
    """More points for one offer: a rule that speaks of it alone, a step up."""
    asked = sheet(shipped_base, seed)
    before = decide(knowledge, asked, AS_OF)
    if not before.order:
        return
    draw = random.Random(seed)
    offer = draw.choice(before.order)
    pattern = next(r for r in knowledge.rules.values() if r.effect == "score")
    from advisor.knowledge.syntax import ALWAYS, Atom, OneOf

    better = replace(
        pattern,
        id="better",
        when=ALWAYS,
        offers=Atom("offer", OneOf(frozenset({offer}))),
        steps=1,
        evidence="better",
        source=replace(pattern.source, grade="measured"),
    )
    after = decide(replace(knowledge, rules={**knowledge.rules, "better": better}), asked, AS_OF)
    assert after.scored[offer].score >= before.scored[offer].score
    assert after.order.index(offer) <= before.order.index(offer)
