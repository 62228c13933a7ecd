"""What is said when the input makes little sense: each case has a stated result."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from advisor.api import inputs as read
from advisor.decision.recommend import decide
from advisor.decision.recommend import recommend as recommend_in_full
from advisor.knowledge.model import Inputs
from tests.conftest import AS_OF
from tests.decision.fixed import base, sheets

DAY = AS_OF


def recommend(knowledge, inputs):
    return recommend_in_full(knowledge, inputs, DAY, thorough=False)


@pytest.fixture
def shipped(knowledge):
    return knowledge


def readings(result):
    return {reading.subject: reading.text for reading in result.inputs.readings}


def test_answers_that_contradict_each_other_are_named_and_taken_as_they_are(shipped):
    given = {"use-case": "voice", "batch-share": 80, "model-size": "70B"}
    result = recommend(shipped, read({"answers": given}, shipped))
    assert readings(result)["voice-as-batch-work"] == (
        "The answers to batch-share and use-case contradict each other, and are taken as they "
        "are: Nobody can wait hours for a spoken answer."
    )
    assert result.inputs.answers["use-case"] == "voice"
    assert result.verdict.worlds.total > 0
    sensible = recommend(shipped, read({"answers": {**given, "batch-share": 10}}, shipped))
    assert "voice-as-batch-work" not in readings(sensible)


def test_with_every_criterion_ignored_nothing_is_ranked_by():
    knowledge = base()
    nothing = replace(sheets()[0], weights=dict.fromkeys(knowledge.criteria, "ignore"))
    result = recommend(knowledge, nothing)
    assert {entry.score.exact for entry in result.ranking} == {0}
    if len(result.ranking) > 1:
        assert result.verdict.headline == (
            f"Every criterion is ignored: nothing tells the {len(result.ranking)} offers apart."
        )
        assert result.verdict.confidence == "toss-up"
        assert not result.verdict.settled
    assert "order means nothing" in readings(result)["weights"]
    one = replace(nothing, weights={**nothing.weights, next(iter(knowledge.criteria)): "less"})
    assert "weights" not in readings(recommend(knowledge, one))


def test_a_criterion_without_any_fact_is_named_and_counts_the_same_for_all(shipped):
    prices = ("price", "cost")
    offers = {
        name: replace(
            offer,
            claims=tuple(c for c in offer.claims if not any(p in c.attribute for p in prices)),
            serves=tuple(
                replace(
                    row,
                    claims=tuple(
                        c for c in row.claims if not any(p in c.attribute for p in prices)
                    ),
                )
                for row in offer.serves
            ),
        )
        for name, offer in shipped.offers.items()
    }
    given = {"model-size": "70B", "requests-per-day": 10000, "input-tokens": 1000}
    given |= {"output-tokens": 300, "use-case": "chat", "frontier-models": "not-needed"}
    asked = read({"answers": given}, shipped)
    result = recommend(replace(shipped, offers=offers), asked)
    assert readings(result)["cost"].startswith("Nothing is known of any offer on ")
    shares = {c.utility for e in result.ranking for c in e.contributions if c.criterion == "cost"}
    # The same cautious utility for all, less where a gate makes an offer worthless somewhere.
    assert max(shares) <= shipped.criteria["cost"].measure.cautious
    assert "cost" not in readings(recommend(shipped, asked))


def test_one_offer_alone_has_nobody_to_be_compared_with():
    knowledge = base()
    whole = recommend(knowledge, sheets()[0])
    leader = whole.verdict.offer
    alone = replace(knowledge, offers={leader: knowledge.offers[leader]})
    result = recommend(alone, sheets()[0])
    assert [entry.offer for entry in result.ranking] == [leader]
    assert result.verdict.sureness.r is None
    assert result.ranking[0].score.exact == whole.ranking[0].score.exact


def test_without_offers_there_is_no_verdict_and_nothing_to_ask():
    nobody = replace(base(), offers={})
    result = recommend(nobody, sheets()[0])
    assert (result.verdict.offer, result.verdict.confidence) == (None, "none")
    assert result.verdict.headline == "The rule base has no offers."
    assert result.ranking == () and result.excluded == ()
    step = decide(nobody, Inputs({}), DAY).next_step()
    assert (step.settled, step.question) == (True, None)
    assert step.why == "No offer qualifies, whatever is answered."


def test_where_all_are_excluded_the_verdict_says_so_and_nothing_is_asked(shipped):
    case = shipped.cases["closed-models-without-a-connection"]
    asked = read({"answers": case.answers}, shipped)
    result = recommend(shipped, asked)
    assert result.verdict.offer is None
    assert result.verdict.headline == (
        "No offer qualifies: every one fails at least one requirement."
    )
    assert decide(shipped, asked, DAY).next_step().question is None
