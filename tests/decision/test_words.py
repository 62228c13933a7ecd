"""What is said where something is not known, and what is read out of what is."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from advisor.api import inputs as typed
from advisor.decision.listings import listing_facts
from advisor.decision.recommend import decide
from advisor.knowledge.model import Served
from advisor.knowledge.values import NumberType
from tests.conftest import AS_OF
from tests.decision.bases import DAY, HERE
from tests.decision.market import among
from tests.decision.test_costs_open import GMI, GROQ, inputs

MODEL = "gpt-oss-120b"


def test_a_placeholder_without_anything_to_fill_it_says_so(knowledge):
    """Of no offer nothing is published, and nothing is billed without traffic."""
    market = among(knowledge, (GROQ,), [])
    words = decide(market, inputs(market), AS_OF).words
    assert words.fill("of {context-limit}", None, MODEL) == "of an unpublished context limit"
    assert words.fill("of {context-limit}", GROQ, MODEL) == "of 131,072 tokens"
    assert (
        words.fill("for {monthly-cost}", GROQ, MODEL)
        == "for an amount that depends on what is not answered"
    )
    assert words.fill("on {model}") == "on the model"


def test_a_cost_without_a_price_is_not_known(knowledge):
    groq = knowledge.offers[GROQ]
    groq = replace(groq, serves=tuple(replace(row, claims=()) for row in groq.serves))
    market = replace(among(knowledge, (GROQ,), []), offers={GROQ: groq})
    asked = inputs(market, requests_per_day=1000, input_tokens=1000, output_tokens=300)
    words = decide(market, asked, AS_OF).words
    assert words.fill("for {monthly-cost}", GROQ, MODEL) == "for an amount that is not known"
    assert words.fill("{monthly-cost}", GROQ, MODEL) == "An amount that is not known"
    unnamed = words.fill("{monthly-cost}", GROQ, None)
    assert unnamed == "An amount that depends on what is not answered"


def test_a_sentence_that_begins_with_what_is_not_known_begins_with_a_capital(knowledge):
    market = among(knowledge, (GROQ,), [])
    words = decide(market, inputs(market), AS_OF).words
    assert words.fill("{precision} is read", GROQ) == "Your precision (not stated) is read"
    assert words.fill("{context-limit}", None, MODEL) == "An unpublished context limit"
    assert (
        words.fill("{monthly-cost}", GROQ, MODEL)
        == "An amount that depends on what is not answered"
    )
    assert words.fill("{model} is served", GROQ, MODEL).startswith("gpt-oss")


def test_a_rate_or_a_number_of_tokens_is_said_with_its_unit(knowledge):
    """A reason is read far from the question that says what is counted; what already says it,
    and counts that the sentence goes on to name, stand as they are."""
    market = among(knowledge, (GROQ,), [])
    answers = {
        "requests-per-day": "10000 to 20000",
        "input-tokens": 3000,
        "output-tokens": 300,
        "peak-factor": 5,
    }
    words = decide(market, typed({"answers": answers}, market), AS_OF).words
    assert words.fill("{requests-per-day}") == "10,000 to 20,000 requests/day"
    assert words.fill("{tokens-per-day}") == "33,000,000 to 66,000,000 tokens/day"
    assert words.fill("{input-tokens}") == "3,000 tokens"
    assert words.fill("{peak-factor} times") == "5 times"
    assert words.answer("requests-per-day") == "10,000 to 20,000"
    assert words.fill("{tokens-per-second-per-user}").endswith("(not stated)")


def test_who_lists_a_model_is_said_with_grade_and_date(knowledge):
    row = Served(MODEL, None, None, "s0", "2026-03", DAY, "press", "", (), HERE)
    offer = replace(knowledge.offers[GMI], serves=(row,), claims=())
    assert listing_facts(knowledge, offer, [MODEL], AS_OF) == (
        f"{MODEL}: served (press; s0, 2026-03)",
    )
    assert listing_facts(knowledge, offer, ["llama-3.3-70b"], AS_OF) == ()


@pytest.mark.parametrize("ends", [(0, 10), (1000, 2000)])
def test_a_named_model_of_a_size_that_may_not_be_answered_says_nothing(knowledge, ends):
    market = among(knowledge, (GROQ,), [])
    assert [r.subject for r in decide(market, inputs(market), AS_OF).readings] == ["model-size"]
    size = market.questions["model-size"]
    bounded = replace(size, type=NumberType(size.type.unit, *ends))
    market = replace(market, questions={**market.questions, "model-size": bounded})
    decision = decide(market, inputs(market), AS_OF)
    assert decision.readings == ()
    assert "model-size" not in decision.situation.inputs.answers


def test_own_prices_are_read_back_in_their_unit(knowledge):
    market = among(knowledge, (GROQ,), [])
    asked = replace(inputs(market), prices={GROQ: {"input": 1, "output": 2}})
    told = decide(market, asked, AS_OF).recommendation(thorough=False).inputs
    assert set(told.prices[GROQ]) == {"input", "output"}
    assert "1" in told.prices[GROQ]["input"] and "2" in told.prices[GROQ]["output"]
