"""A small rule base and a recommender that need no files: fixed, fast, and easy to reason about."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from itertools import pairwise

from advisor.decision.result import (
    Acceptability,
    Caveat,
    Contribution,
    CostLine,
    Doubt,
    Estimate,
    Excluded,
    Failure,
    Flip,
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
from advisor.knowledge.model import (
    Bin,
    Citation,
    Criterion,
    Inputs,
    Knowledge,
    Method,
    Offer,
    Option,
    Place,
    Question,
    Rule,
    Source,
)
from advisor.knowledge.syntax import ALWAYS, Atom, Condition, NotTest, OneOf
from advisor.knowledge.values import ChoiceType, Flags, FlagsType, Interval, NumberType, Options

AS_OF = date(2026, 11, 22)
HERE = Place("sample.yaml")

HOSTILE = "[bold]x[/] [@click=app.quit]y[/] [/nope]"
"""Text that would be formatting, an action and an error if it were ever parsed as markup."""


def choice(
    name: str,
    order: int,
    group: str,
    ask: str,
    why: str,
    *options: tuple[str, str, str],
    ask_when: Condition = ALWAYS,
    flags: bool = False,
) -> Question:
    ids = tuple(option[0] for option in options)
    return Question(
        id=name,
        order=order,
        group=group,
        ask=ask,
        why=why,
        type=FlagsType(ids) if flags else ChoiceType(ids),
        options=tuple(Option(o, label, means, 1) for o, label, means in options),
        prior=(),
        unknown_means=None,
        ask_when=ask_when,
        changeable=True,
        effort=1,
        aliases={},
        place=HERE,
    )


def number(
    name: str, order: int, group: str, ask: str, why: str, unit: str, *edges: int
) -> Question:
    return Question(
        id=name,
        order=order,
        group=group,
        ask=ask,
        why=why,
        type=NumberType(unit, edges[0], edges[-1]),
        options=(),
        prior=tuple(Bin(low, high, 1) for low, high in pairwise(edges)),
        unknown_means=None,
        ask_when=ALWAYS,
        changeable=True,
        effort=1,
        aliases={},
        place=HERE,
    )


QUESTIONS = (
    choice(
        "use-case", 10, "Workload", "What is the model for?",
        "Decides how much speed, price and steadiness count.",
        ("chat", "Chat or assistant", "People read the answer while it appears."),
        ("voice", "Voice", "The answer is spoken, so every pause is heard."),
        ("coding-agent", "Coding agent", "Many long, chained calls on large contexts; waiting adds up."),
        ("document-batch", "Documents in bulk", "Nobody waits for a single answer; price and volume count."),
    ),
    choice(
        "frontier-models", 20, "Model", "Do you need frontier models, and which kind?",
        "The word has two meanings: the largest open weights, or the best closed models.",
        ("not-needed", "Not needed", "A capable model of moderate size is enough."),
        ("large-open", "Large open models", "Open weights of the highest class, 175B parameters or more."),
        ("best-closed", "Best closed models", "Top models that are sold only as a service."),
    ),
    number(
        "model-size", 30, "Model", "How large is the model, counting all its parameters?",
        "Decides what hardware can hold it, how fast that is, and which models fit.",
        "parameters", 1, 13, 70, 175, 2000,
    ),
    number(
        "requests-per-day", 40, "Scale", "How many requests a day?",
        "Low volume is cheapest by the token, high steady volume on hardware of one's own.",
        "requests/day", 1, 1000, 100000, 1000000, 1000000000,
    ),
    choice(
        "regions", 50, "Compliance", "Where are the users?",
        "Distance adds to every answer, and not every provider runs near everybody.",
        ("us", "United States", "Users in the United States."),
        ("europe", "Europe", "Users in the European Union or its neighbours."),
        ("asia-pacific", "Asia-Pacific", "Users in Asia, Australia or the Pacific."),
        flags=True,
    ),
    choice(
        "residency", 60, "Compliance", "Must the processing stay in one jurisdiction?",
        "An offer that cannot hold processing there is out; nothing makes up for it.",
        ("none", "No", "Processing may happen anywhere."),
        ("us", "United States", "All processing stays in the United States."),
        ("eu", "European Union", "All processing stays in the European Union."),
    ),
    choice(
        "first-token", 70, "Speed", "How soon must the first token come?",
        "Sets how much distance, queueing and prompt reading the user feels.",
        ("fast", "At once", "Under 300 ms."), ("slow", "It may take a while", "Seconds are fine."),
        ask_when=Atom("use-case", NotTest(OneOf(frozenset({"document-batch"})))),
    ),
)  # fmt: skip

OFFERS = (
    ("fast-wafer", "Wafer shared API", "shared-api", 9, 3, 5),
    ("rack-72", "72-GPU rack, reserved", "rack", 6, 7, 7),
    ("gpu-cluster", "GPU cluster, self-run", "rented-gpus", 4, 6, 6),
    ("token-api", "Serverless token API", "shared-api", 5, 8, 4),
    ("closed-api", "Closed model API", "closed-api", 5, 4, 3),
    ("own-servers", "Own servers", "own-hardware", 3, 5, 8),
)
CRITERIA = (
    ("throughput", "Throughput", "How many tokens it delivers under your load."),
    ("cost", "Cost", "What it costs for your traffic."),
    ("flexibility", "Flexibility", "Own weights, updates, several models."),
)


def knowledge() -> Knowledge:
    return Knowledge(
        digest="0" * 64,
        root="sample",
        method=Method(
            grades={},
            expiry_days={},
            stale_factor=2,
            reference_models={},
            size_match=(Fraction(2, 3), Fraction(3, 2)),
            confidence={},
            minimum_answers=5,
            staff_hours={},
            staff_rate=(1, 1),
            place=HERE,
        ),
        sources={
            "panel": Source("panel", "Panel notes", None, "Panel", "2026", "notes", "", HERE),
        },
        questions={q.id: q for q in QUESTIONS},
        derived={},
        attributes={},
        accelerators={},
        models={},
        offers={
            offer: Offer(offer, title, i, offer, form, None, f"{title}.", (), (), HERE)
            for i, (offer, title, form, *_) in enumerate(OFFERS)
        },
        criteria={
            name: Criterion(name, i, label, why, 0, None, HERE)
            for i, (name, label, why) in enumerate(CRITERIA)
        },
        rules={
            "residency-gate": Rule(
                "residency-gate", "exclude", None, ALWAYS, ALWAYS, 0, False,
                "Processing cannot be held there.",
                Citation("panel", "expert judgement", AS_OF), "panel", "panel", (), HERE,
            )
        },
        impossible=(),
        cases={},
    )  # fmt: skip


def recommend(base: Knowledge, inputs: Inputs, as_of: date) -> Recommendation:
    """Weighted sums over three criteria; a few answers move the weights or exclude."""
    weights = _weights(inputs)
    total = sum(weights)
    excluded = _excluded(inputs)
    scored = []
    for offer, title, form, *utilities in OFFERS:
        if offer in {gone.offer for gone in excluded}:
            continue
        parts = [Fraction(w * u * 1000, total) for w, u in zip(weights, utilities, strict=True)]
        scored.append((sum(parts, Fraction(0)), offer, title, form, parts, utilities))
    scored.sort(key=lambda row: (-row[0], row[1]))
    ranking = tuple(_ranked(rank, row, weights, inputs) for rank, row in enumerate(scored, start=1))
    winner = ranking[0] if ranking else None
    known = len(inputs.answers)
    settled = known >= 5
    confidence = "none" if winner is None else "likely" if settled else "leaning"
    unknown = tuple(q for q in base.questions if q not in inputs.answers)
    return Recommendation(
        as_of=as_of.isoformat(),
        knowledge=KnowledgeStamp("0" * 64, 1, len(OFFERS), 12),
        inputs=InputsRead(
            answers={name: _words(domain) for name, domain in inputs.answers.items()},
            unknown=unknown,
            readings=(Reading("size-class", "175B is read as the frontier class."),),
            weights=dict(inputs.weights),
            prices={},
        ),
        verdict=Verdict(
            offer=winner.offer if winner else None,
            model="deepseek-v4-pro" if winner else None,
            lane=winner.lane if winner else None,
            confidence=confidence,
            settled=settled,
            worlds=Worlds(5184, 5184, "exhaustive"),
            headline=f"{winner.title} leads, {confidence}." if winner else "No offer qualifies.",
            sureness=Sureness(Fraction(92, 100), Fraction(18, 10), Fraction(22, 100), ())
            if winner
            else Sureness(None, None, None, ()),
        ),
        ranking=ranking,
        excluded=excluded,
        relaxations=() if winner else (RELAXED,),
        flips=(FLIP,) if winner else (),
        flip_search=Search(("requests-per-day",), 2, 2, 40, 12, 200) if winner else None,
        sensitivity=_sensitivity(ranking) if winner else None,
        next_question=NextQuestion("residency", "It could exclude the leader.")
        if "residency" not in inputs.answers
        else None,
        portfolio=PORTFOLIO if "regions" in inputs.answers and winner else None,
        plan=("Measure the first token at your own prompt length.",),
        sources=(
            SourceLine("panel", "Panel notes", None, "expert judgement", "2026-11-22", False),
        ),
    )


RELAXED = Relaxation(
    relax=("residency: eu",),
    opens=("rack-72",),
    change={"residency": "none"},
    offers=(
        Opened(
            "rack-72", "72-GPU rack, reserved", None, 1, "safe", 6600,
            Money(Fraction(414720), Fraction(432000)),
        ),
    ),
    yours=False,
)  # fmt: skip
FLIP = Flip(
    change={"requests-per-day": "100,000"},
    winner="token-api",
    title="Serverless token API",
    lane="safe",
    plausibility=Fraction(1, 4),
    thresholds=(
        Threshold(
            "requests-per-day", Fraction(99999), Fraction(100000),
            "It stays up to 99,999 requests per day; at 100,000 it changes.",
        ),
    ),
)  # fmt: skip
PORTFOLIO = Portfolio(
    needs=(Need("regions", "The winner does not run in Europe.", ("regions: eu",), ()),),
    parts=(
        PortfolioPart(
            "primary", "rack-72", "72-GPU rack, reserved", None, "safe", 6600, Fraction(4, 5),
            "all traffic but Europe's", ("us",), Money(Fraction(414720), Fraction(432000)),
            (), ("a year's commitment",),
        ),
        PortfolioPart(
            "region", "token-api", "Serverless token API", None, "conditional", 5600, Fraction(1, 5),
            "Europe's traffic", ("europe",), Money(Fraction(2400), None), ("regions",), (),
        ),
    ),
    monthly=Money(Fraction(417120), None),
    unmet=(),
    notes=("Two contracts, two interfaces.",),
)  # fmt: skip


def _sensitivity(ranking: tuple[Ranked, ...]) -> Sensitivity:
    """Made up, but within what the types promise."""
    weights = tuple(
        WeightInterval(
            name, label, Fraction(1, 3), low, high,
            None if low == 0 else "token-api", None if high is None else "own-servers",
            None, None, True,
        )
        for (name, label, _), (low, high) in zip(
            CRITERIA,
            ((Fraction(0), Fraction(5, 2)), (Fraction(4, 5), None), (Fraction(0), None)),
            strict=True,
        )
    )  # fmt: skip
    shares = [Fraction(3, 4), Fraction(1, 4)]
    return Sensitivity(
        weights,
        tuple(
            Acceptability(row.offer, row.title, share, Fraction(1, 100), (share,))
            for row, share in zip(ranking, shares, strict=False)
        ),
        400,
        7,
        "worlds, weights and facts drawn together",
    )


def _weights(inputs: Inputs) -> list[int]:
    weights = [4, 4, 4]
    use = inputs.answers.get("use-case")
    if isinstance(use, Options) and use.values <= {"chat", "voice", "coding-agent"}:
        weights[0] = 8
    size = inputs.answers.get("model-size")
    if isinstance(size, Interval) and size.low is not None and size.low >= 175:
        weights[2] = 8
    volume = inputs.answers.get("requests-per-day")
    if isinstance(volume, Interval) and volume.low is not None and volume.low >= 1000000:
        weights[1] = 16
    for index, (criterion, *_) in enumerate(CRITERIA):
        wish = inputs.weights.get(criterion)
        if wish is not None:
            weights[index] = {"more": weights[index] * 4, "less": 1, "ignore": 0}[wish]
    return weights if any(weights) else [1, 1, 1]


def _excluded(inputs: Inputs) -> tuple[Excluded, ...]:
    gone: dict[str, str] = {}
    frontier = inputs.answers.get("frontier-models")
    if isinstance(frontier, Options):
        if frontier.values == {"large-open"}:
            gone["closed-api"] = "Serves no open weights."
        if frontier.values == {"best-closed"}:
            gone |= {
                o[0]: "Serves no closed frontier model." for o in OFFERS if o[0] != "closed-api"
            }
    if inputs.answers.get("residency") == Options(frozenset({"eu"})):
        gone |= dict.fromkeys(
            ("fast-wafer", "closed-api"),
            "Processing cannot be held in the European Union, which the answers demand.",
        )
    titles = {o[0]: o[1] for o in OFFERS}
    return tuple(
        Excluded(
            name, titles[name], name, (Failure("residency-gate", text, ("residency: eu",), ()),)
        )
        for name, text in sorted(gone.items())
    )


def _ranked(
    rank: int,
    row: tuple[Fraction, str, str, str, list[Fraction], list[int]],
    weights: list[int],
    inputs: Inputs,
) -> Ranked:
    score, offer, title, form, parts, utilities = row
    rounded = [round(part) for part in parts]
    rounded[0] += round(score) - sum(rounded)
    unproven = offer == "fast-wafer" and "regions" in inputs.answers
    hourly = form in ("rack", "rented-gpus")
    return Ranked(
        rank=rank,
        offer=offer,
        title=title,
        platform=offer,
        deployment=form,
        model="deepseek-v4-pro",
        lane="safe",
        score=Score(round(score), score),
        contributions=tuple(
            Contribution(
                criterion=name,
                label=label,
                weight=Fraction(weights[i], sum(weights)),
                utility=Fraction(utilities[i] * 1000),
                points=rounded[i],
                exact=parts[i],
                because=(
                    Reason(
                        "score",
                        f"{name}-rule",
                        f"{title} has {utilities[i]} of 10 for {label.lower()}.",
                        "panel",
                        1 if utilities[i] > 5 else -1,
                        "expert judgement",
                        "2026-11-22",
                    ),
                ),
                clamped=0,
            )
            for i, (name, label, _) in enumerate(CRITERIA)
        ),
        to_confirm=(
            Doubt("region-proof", "It does not run near your users.", ("regions: unknown",)),
        )
        if unproven
        else (),
        depends_on=(),
        estimate=Estimate(
            monthly=Money(Fraction(414720), Fraction(432000))
            if hourly
            else Money(Fraction(12000), Fraction(38000)),
            daily=Money(Fraction(13824), Fraction(14400))
            if hourly
            else Money(Fraction(400), Fraction(1267)),
            per_million=Money(Fraction(14, 10), Fraction(2)),
            lines=(
                CostLine(
                    "Capacity",
                    Fraction(414720),
                    Fraction(432000),
                    "72 devices × $8.00 × 24 hours × 30 days, busy or idle",
                    "panel",
                )
                if hourly
                else CostLine(
                    "Tokens", Fraction(12000), Fraction(38000), "tokens × price", "panel"
                ),
            ),
            assumptions=("30 days in a month.",),
            unknown=(),
        )
        if offer != "own-servers"
        else None,
        warnings=(Caveat("rack-idle", "The rack is paid while it idles.", "panel"),)
        if hourly
        else (),
    )


def _words(domain: object) -> str:
    if isinstance(domain, Options):
        return " or ".join(sorted(domain.values))
    if isinstance(domain, Flags):
        return ", ".join(sorted(domain.must)) or "none"
    if isinstance(domain, Interval):
        return str(domain.low) if domain.is_point else f"{domain.low} to {domain.high}"
    return str(domain)
