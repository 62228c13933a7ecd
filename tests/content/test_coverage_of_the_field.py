"""The shipped rules cover what they were conceived from, and the cases cover the field."""

from __future__ import annotations

from collections import Counter

import pytest

from advisor.knowledge.model import Knowledge
from advisor.knowledge.values import Interval
from advisor.language.answers import case_inputs

ARTICLE = "gmi-cerebras-article"
MISSION = ("throughput", "frontier-models", "research", "model-diversity")


@pytest.mark.parametrize("criterion", MISSION)
def test_each_criterion_of_the_mission_has_a_file_of_its_own_that_tells_offers_apart(
    knowledge: Knowledge, criterion: str
) -> None:
    rules = [r for r in knowledge.rules.values() if r.criterion == criterion]
    assert {r.place.file for r in rules} == {f"criteria/{criterion}.yaml"}
    up = [r for r in rules if r.effect == "score" and r.steps > 0]
    down = [r for r in rules if r.effect == "score" and r.steps < 0]
    assert len(up) >= 5 and len(down) >= 3
    sources = {r.source.ref for r in rules}
    assert ARTICLE in sources and len(sources) >= 2


@pytest.mark.parametrize(
    ("of", "rule"),
    [
        ("small models gain little", "wafers-gain-little-on-small-models"),
        ("medium models gain some", "wafers-gain-some-on-medium-models"),
        ("large models gain much", "wafers-gain-much-on-large-models"),
        ("frontier models gain most", "wafers-gain-most-on-frontier-models"),
        ("GPU clusters at small sizes", "gpu-clusters-serve-small-models-well"),
        ("GPU clusters at frontier sizes", "gpu-clusters-struggle-with-frontier-models"),
        ("favourable: sustained high volume", "wafers-pay-off-with-sustained-volume"),
        ("favourable: frontier models, managed", "wafers-run-large-open-models-for-you"),
        ("favourable: research at scale", "wafers-speed-up-experiments-on-large-models"),
        ("favourable: steady latency", "one-processor-is-steadier-than-a-cluster"),
        ("unfavourable: few places", "wafers-stand-in-few-places"),
        ("unfavourable: peaks", "wafers-have-no-room-for-sudden-peaks"),
        ("unfavourable: a curated list", "curated-catalogues-restrict-many-models"),
        ("unfavourable: frequent updates", "curated-catalogues-lag-behind-frequent-changes"),
        ("unfavourable: other procedures", "wafers-need-procedures-of-their-own"),
        ("unfavourable: now and then", "wafers-do-not-pay-off-now-and-then"),
    ],
)
def test_every_argument_of_the_article_is_a_rule_graded_as_its_claim(
    knowledge: Knowledge, of: str, rule: str
) -> None:
    found = knowledge.rules[rule]
    assert found.source.ref == ARTICLE, of
    assert found.source.grade in ("vendor claim", "derived"), of
    assert (found.steps > 0) == (not of.startswith(("unfavourable", "small", "GPU clusters at f")))


def test_every_system_and_model_of_the_article_has_its_row(knowledge: Knowledge) -> None:
    systems = {"cerebras-shared", "cerebras-dedicated", "gmi-gb200-nvl72", "h200-cluster"}
    assert systems | {"groq-shared"} <= set(knowledge.offers)
    assert "deepseek-v4-pro" in knowledge.models
    assert len([m for m in knowledge.models if m.startswith("llama-")]) >= 8
    example = knowledge.cases["worked-example-of-the-article"].answers
    assert (example["model-size"], example["requests-per-day"]) == ("175B", "1000000")


def test_there_are_enough_cases_and_every_reason_is_its_own(knowledge: Knowledge) -> None:
    cases = list(knowledge.cases.values())
    assert len(cases) >= 60
    assert len({case.because for case in cases}) == len(cases)


@pytest.mark.parametrize(
    ("question", "least"),
    [
        ("use-case", 2),
        ("operations-team", 8),
        ("usage-pattern", 8),
        ("existing-cloud", 3),
        ("commitment", 8),
        ("own-weights", 4),
        ("research-needs", 3),
        ("hosting", 1),
        ("model-diversity", 6),
        ("latency-consistency", 3),
        ("frontier-models", 8),
    ],
)
def test_the_cases_are_spread_over_every_option(
    knowledge: Knowledge, question: str, least: int
) -> None:
    options = {option.id for option in knowledge.questions[question].options} - {"oracle"}
    seen = Counter(
        str(case.answers[question]) for case in knowledge.cases.values() if question in case.answers
    )
    assert {o: seen[o] for o in sorted(options) if seen[o] < least} == {}


def test_the_cases_are_spread_over_regions_sizes_and_volumes(knowledge: Knowledge) -> None:
    regions: Counter[str] = Counter()
    sizes: Counter[str] = Counter()
    volumes: Counter[int] = Counter()
    for case in knowledge.cases.values():
        answers = case.answers
        places = answers.get("regions", ())
        regions.update(places if isinstance(places, (list, tuple)) else ())
        if "model-size" in answers:
            size = case_inputs(case, knowledge).answers["model-size"]
            assert isinstance(size, Interval) and size.low is not None, case.id
            billions = size.low
            sizes["small" if billions < 30 else "middle" if billions < 175 else "large"] += 1
        if "requests-per-day" in answers:
            volumes[len(str(answers["requests-per-day"]))] += 1
    assert set(regions) >= {option.id for option in knowledge.questions["regions"].options}
    assert all(count >= 8 for count in sizes.values()) and len(sizes) == 3
    assert len(volumes) >= 6


def test_every_offer_is_named_by_a_panel_and_most_are_right_somewhere(
    knowledge: Knowledge,
) -> None:
    right: set[str] = set()
    wrong: set[str] = set()
    for case in knowledge.cases.values():
        right |= {str(o) for o in case.expect.get("right", ())}
        wrong |= {str(o) for o in case.expect.get("wrong", ())}
    assert len(set(knowledge.offers) - right) <= 3
    assert sorted(set(knowledge.offers) - wrong) == []
