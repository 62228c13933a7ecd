"""A recommendation written by hand, with something in every field that a report shows."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pytest
from msgspec.structs import replace

from advisor.decision.result import (
    Acceptability,
    BreakEven,
    Caveat,
    Claimed,
    Contribution,
    CostAt,
    CostByVolume,
    CostCurve,
    CostLine,
    Doubt,
    Estimate,
    Excluded,
    Failure,
    Flip,
    Ground,
    InputsRead,
    KnowledgeStamp,
    Money,
    Need,
    NextQuestion,
    Opened,
    Portfolio,
    PortfolioPart,
    Ranked,
    Reading,
    Reason,
    Recommendation,
    Relaxation,
    Score,
    Search,
    Sensitivity,
    SourceLine,
    Sureness,
    Threshold,
    Verdict,
    WeightInterval,
    Worlds,
)


def contribution(criterion: str, label: str, points: int, *because: Reason) -> Contribution:
    return Contribution(
        criterion=criterion,
        label=label,
        weight=Fraction(1, 3),
        utility=Fraction(points * 3),
        points=points,
        exact=Fraction(points),
        because=because,
        clamped=0,
    )


def ranked(rank: int, offer: str, title: str, *contributions: Contribution) -> Ranked:
    points = sum(c.points for c in contributions)
    return Ranked(
        rank=rank,
        offer=offer,
        title=title,
        platform=offer.split("-", maxsplit=1)[0],
        deployment="shared-api",
        model="gpt-oss-120b",
        lane="safe",
        score=Score(points, Fraction(points)),
        contributions=contributions,
        to_confirm=(),
        depends_on=(),
        estimate=None,
        warnings=(),
    )


@pytest.fixture
def recommendation() -> Recommendation:
    fast = Reason(
        "score",
        "wafer-memory-feeds-decoding",
        "Groq shared API keeps its weights in on-chip memory – decoding is not memory-bound.",
        "groq-docs",
        2,
        "vendor claim",
        "2026-11-22",
    )
    slow = Reason(
        "score", "thin-catalogue", "Few models are served.", "groq-docs", -1, "press", "2026-11-22"
    )
    matters = Reason(
        "weigh", "volume-matters", "Much is spent.", "groq-docs", 2, "press", "2026-11-22"
    )
    leader = replace(
        ranked(
            1,
            "groq-shared",
            "Groq shared API",
            contribution("throughput", "Throughput", 2500, fast),
            contribution("cost", "Cost", 2000, matters),
            contribution("model-diversity", "Diversity of models", 875, slow),
        ),
        estimate=Estimate(
            monthly=Money(Fraction(1200), Fraction(3400)),
            daily=Money(Fraction(40), Fraction(11333, 100)),
            per_million=Money(Fraction(2, 10), Fraction(57, 100)),
            lines=(
                CostLine(
                    "tokens",
                    Fraction(1200),
                    None,
                    "1,000,000 requests x 1,200 tokens x 30.4 days x $0.15 to $0.60 a million",
                    "groq-docs",
                ),
            ),
            assumptions=("30.4 days a month",),
            unknown=("the price of cached input",),
        ),
        to_confirm=(Doubt("proof-of-residency", "That data stays in the EU.", ("unknown",)),),
        depends_on=(Doubt("hipaa", "Whether a HIPAA agreement is needed.", ()),),
        warnings=(Caveat("quota", "The public quota is lower than the peak.", "groq-docs"),),
    )
    second = ranked(
        2,
        "together-serverless",
        "Together serverless",
        contribution("throughput", "Throughput", 1200),
        contribution("cost", "Cost", 2600),
        contribution("model-diversity", "Diversity of models", 900),
    )
    return Recommendation(
        as_of="2026-11-22",
        knowledge=KnowledgeStamp("sha256:0123456789abcdef", 120, 24, 900),
        inputs=InputsRead(
            answers={"model-size": "175B", "requests-per-day": "1,000,000"},
            unknown=("budget-per-month", "regions"),
            readings=(Reading("size-class", "175B is read as the frontier class."),),
            weights={"cost": "more"},
            prices={"groq-shared": {"input": "0.10"}},
        ),
        verdict=Verdict(
            offer="groq-shared",
            model="gpt-oss-120b",
            lane="safe",
            confidence="likely",
            settled=False,
            worlds=Worlds(5184, 5184, "exhaustive"),
            headline="Groq shared API leads Together serverless by 675 of 10,000 points.",
            sureness=Sureness(
                Fraction(83, 100), Fraction(157, 100), Fraction(31, 100), ("few answers",)
            ),
            fit=Fraction(93, 100),
        ),
        ranking=(leader, second),
        excluded=(
            Excluded(
                "cerebras-shared",
                "Cerebras shared API",
                "cerebras",
                (
                    Failure(
                        "context-fits",
                        "The context is longer than it serves.",
                        ("context-length: 200,000 tokens",),
                        ("context-limit: 131,072 tokens (cerebras-docs)",),
                    ),
                ),
            ),
        ),
        relaxations=(
            Relaxation(
                ("context-length: 200,000 tokens",),
                ("cerebras-shared",),
                {"context-length": "131,072 tokens or less"},
                (
                    Opened(
                        "cerebras-shared",
                        "Cerebras shared API",
                        "gpt-oss-120b",
                        1,
                        "safe",
                        6120,
                        Money(Fraction(900), Fraction(2100)),
                    ),
                ),
                True,
            ),
        ),
        flips=(
            Flip(
                {"model-size": "8B"},
                "together-serverless",
                "Together serverless",
                "llama-3.1-8b",
                "safe",
                Fraction(1, 5),
                (Threshold("model-size", Fraction(13), Fraction(12), "below 13B"),),
            ),
        ),
        sensitivity=Sensitivity(
            (
                WeightInterval(
                    "cost",
                    "Cost",
                    Fraction(1, 3),
                    Fraction(1, 2),
                    Fraction(7, 2),
                    "together-serverless",
                    None,
                    None,
                    None,
                    True,
                ),
            ),
            (
                Acceptability(
                    "groq-shared",
                    "Groq shared API",
                    Fraction(81, 100),
                    Fraction(1, 100),
                    (Fraction(81, 100), Fraction(19, 100)),
                ),
            ),
            1000,
            1,
            "worlds, weights and facts drawn",
        ),
        next_question=NextQuestion("regions", "Where users are moves 12 % of the score."),
        portfolio=Portfolio(
            (Need("regions", "Users in Asia are far away.", ("regions: asia-pacific",), ()),),
            (
                PortfolioPart(
                    "primary",
                    "groq-shared",
                    "Groq shared API",
                    "gpt-oss-120b",
                    "safe",
                    5375,
                    Fraction(7, 10),
                    "everything but Asia",
                    ("us",),
                    Money(Fraction(840), Fraction(2380)),
                    (),
                    ("days: the weights are open",),
                ),
                PortfolioPart(
                    "region",
                    "together-serverless",
                    "Together serverless",
                    None,
                    "conditional",
                    4700,
                    None,
                    "",
                    ("asia-pacific",),
                    Money(None, None),
                    ("users in Asia",),
                    (),
                ),
            ),
            Money(Fraction(840), None),
            (Need("availability", "Nobody promises 99.999 %.", (), ()),),
            ("shares are not known",),
        ),
        plan=("Keep a second provider ready.",),
        sources=(
            SourceLine(
                "groq-docs",
                "Groq documentation",
                "https://example.org/a_b?x=1&y=(2)",
                "vendor claim",
                "2026-11-22",
                True,
            ),
        ),
        flip_search=Search(("model-size", "regions"), 3, 2, 40, 12, 200),
        evidence=(
            Ground(
                "context-limit",
                "Longest context",
                "131,072 to 200,000 tokens",
                True,
                True,
                (
                    Claimed(
                        "131,072 tokens", "groq-docs", "vendor claim", "2026-03", "2026-05-01", True
                    ),
                    Claimed("200,000 tokens", "groq-docs", "press", "undated", "2026-05-02", True),
                ),
            ),
        ),
        break_evens=(
            BreakEven(
                "h200-cluster",
                "Rented H200 GPUs",
                "groq-shared",
                "Groq shared API",
                176870,
                None,
                Fraction(70625, 69),
                None,
                "at least 81.36 USD per day / 0.00046 USD per request",
                "cost only, capacity ignored",
                ("from 0 to 300,000 requests/day: Groq shared API is cheaper",),
            ),
        ),
        cost_by_volume=CostByVolume(
            50_000,
            50_000,
            (
                CostCurve(
                    "groq-shared",
                    "Groq shared API",
                    (
                        CostAt(10_000, Money(Fraction(1200), Fraction(2400))),
                        CostAt(50_000, Money(Fraction(3000), Fraction(6000))),
                        CostAt(500_000, Money(Fraction(30_000), Fraction(60_000))),
                    ),
                ),
                CostCurve(
                    "h200-cluster",
                    "Rented H200 GPUs",
                    (
                        CostAt(10_000, Money(Fraction(2475), None)),
                        CostAt(50_000, Money(Fraction(2475), None)),
                        CostAt(500_000, Money(Fraction(4950), None)),
                    ),
                ),
            ),
        ),
    )


@pytest.fixture
def nobody(recommendation: Recommendation) -> Recommendation:
    """The same question with every offer excluded."""
    return replace(
        recommendation,
        ranking=(),
        verdict=replace(
            recommendation.verdict,
            offer=None,
            model=None,
            lane=None,
            confidence="none",
            headline="No offer qualifies.",
            sureness=Sureness(None, None, None, ()),
        ),
    )


@pytest.fixture
def with_text(recommendation: Recommendation) -> Callable[[str], Recommendation]:
    """The recommendation with a text of one's own in every place that rules can fill."""

    def fill(text: str) -> Recommendation:
        leader = recommendation.ranking[0]
        reason = Reason("score", text, text, text, 1, text, text)
        first = replace(leader.contributions[0], label=text, because=(reason,))
        assert leader.estimate is not None and recommendation.cost_by_volume is not None
        line = CostLine(text, Fraction(1), Fraction(2), text, text)
        hostile = replace(
            leader,
            title=text,
            model=text,
            contributions=(first, *leader.contributions[1:]),
            estimate=replace(leader.estimate, lines=(line,), assumptions=(text,), unknown=(text,)),
            to_confirm=(Doubt(text, text, (text,)),),
            warnings=(Caveat(text, text, text),),
        )
        return replace(
            recommendation,
            inputs=replace(
                recommendation.inputs,
                answers={"model-size": text},
                readings=(Reading("size-class", text),),
            ),
            verdict=replace(recommendation.verdict, headline=text),
            ranking=(hostile, *recommendation.ranking[1:]),
            excluded=(Excluded(text, text, text, (Failure(text, text, (text,), (text,)),)),),
            sources=(SourceLine("ref", text, text, text, text, False),),
            cost_by_volume=replace(
                recommendation.cost_by_volume,
                curves=tuple(
                    replace(curve, title=text) for curve in recommendation.cost_by_volume.curves
                ),
            ),
        )

    return fill
