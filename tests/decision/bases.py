"""Random small rule bases, built as typed knowledge: choices, flags and numbers, offers with
known, unknown and conflicting facts, gates, weights, scores."""

from __future__ import annotations

import datetime
import os
from fractions import Fraction

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from advisor.knowledge.model import (
    Attribute,
    Bin,
    Citation,
    Claim,
    Criterion,
    Derived,
    GradePolicy,
    Impossible,
    Inputs,
    Knowledge,
    Method,
    Offer,
    Option,
    Place,
    Question,
    ResolutionRule,
    Rule,
    Source,
)
from advisor.knowledge.syntax import (
    ALWAYS,
    AllOf,
    AnyOf,
    Arithmetic,
    Atom,
    Compare,
    CompareIts,
    Condition,
    Name,
    NotOf,
    OneOf,
)
from advisor.knowledge.values import (
    ChoiceType,
    Domain,
    Flags,
    FlagsType,
    Interval,
    NumberType,
    Options,
)


def examples(number: int) -> settings:
    """Settings for that many random bases; five times as many in the full profile."""
    full = os.environ.get("HYPOTHESIS_PROFILE") == "full"
    return settings(
        max_examples=number * (5 if full else 1),
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


DAY = datetime.date(2026, 11, 22)
HERE = Place("base.yaml")
GRADES = ("measured", "vendor spec", "vendor claim", "press", "expert judgement", "derived")
LETTERS = "abcd"
LOAD = (Bin(0, 10, 30), Bin(10, 40, 50), Bin(40, 100, 20))
PACE = (Bin(1, 3, 60), Bin(3, 10, 40))


def choice_question(name: str, options: int, weights: list[int], order: int) -> Question:
    ids = tuple(LETTERS[:options])
    return Question(
        name,
        order,
        "g",
        name,
        name,
        ChoiceType(ids),
        tuple(Option(o, o, o, w) for o, w in zip(ids, weights, strict=False)),
        (),
        None,
        ALWAYS,
        True,
        1,
        {},
        HERE,
    )


def flags_question(name: str, percents: list[int], order: int) -> Question:
    ids = tuple(f"f{i}" for i in range(len(percents)))
    return Question(
        name,
        order,
        "g",
        name,
        name,
        FlagsType(ids),
        tuple(Option(o, o, o, w) for o, w in zip(ids, percents, strict=True)),
        (),
        None,
        ALWAYS,
        True,
        1,
        {},
        HERE,
    )


def number_question(
    name: str, order: int, low: int = 0, high: int = 100, bins: tuple[Bin, ...] = LOAD
) -> Question:
    return Question(
        name,
        order,
        "g",
        name,
        name,
        NumberType("count", low, high),
        (),
        bins,
        None,
        ALWAYS,
        True,
        1,
        {},
        HERE,
    )


METHOD = Method(
    grades={
        g: GradePolicy(w, weak, "firm", "")
        for g, w, weak in zip(
            GRADES,
            (0, 250, 1250, 750, 500, 500),
            (False, False, True, False, False, False),
            strict=True,
        )
    },
    expiry_days={"judgement": 365, "other": 365},
    stale_factor=2,
    reference_models={},
    size_match=(Fraction(2, 3), Fraction(3, 2)),
    confidence={
        "firm": {
            "settled": Fraction(1),
            "p": Fraction(95, 100),
            "r": Fraction(2),
            "weak": Fraction(2, 5),
        },
        "likely": {"p": Fraction(4, 5), "r": Fraction(141, 100)},
        "leaning": {"p": Fraction(3, 5)},
        "toss-up": {},
    },
    minimum_answers=0,
    staff_hours={},
    staff_rate=(0, 0),
    place=HERE,
    resolution={
        "first-hand": ResolutionRule(("measured",), ""),
        "newer": ResolutionRule(("other",), ""),
    },
)
STRAIN = Derived(
    "strain",
    NumberType("count"),
    Arithmetic("*", Name("load"), Name("pace")),
    (),
    None,
    "",
    HERE,
)
DATES = ("2026", "2024-03", "2024-12-31", "2025-01-01", "undated")

QUESTIONS = {
    "color": ("choice", 3),
    "shape": ("choice", 2),
    "place": ("choice", 4),
    "needs": ("flags", 3),
    "load": ("number", 0),
}
ATTRIBUTES = {
    "kind": Attribute("kind", "offer", ChoiceType(("x", "y")), "kind", "other", HERE),
    "has": Attribute("has", "offer", FlagsType(("f0", "f1", "f2")), "has", "other", HERE),
    "room": Attribute("room", "offer", NumberType("count", 0, 100), "room", "other", HERE),
}


@st.composite
def questions(draw: st.DrawFn) -> dict[str, Question]:
    made: dict[str, Question] = {}
    for order, (name, (kind, size)) in enumerate(QUESTIONS.items()):
        if kind == "choice":
            weights = draw(st.lists(st.integers(1, 9), min_size=size, max_size=size))
            made[name] = choice_question(name, size, weights, order)
        elif kind == "flags":
            percents = draw(st.lists(st.sampled_from([10, 25, 50]), min_size=size, max_size=size))
            made[name] = flags_question(name, percents, order)
        else:
            made[name] = number_question(name, order)
    return made


@st.composite
def workload_atoms(draw: st.DrawFn, its: bool = False, derived: bool = False) -> Atom:
    """``derived``: some look at ``strain``, which changes inside a cell of load and pace."""
    name = draw(st.sampled_from([*QUESTIONS, *(["strain"] * 3 if derived else [])]))
    kind, size = QUESTIONS.get(name, ("number", 0))
    if kind == "choice":
        chosen = draw(st.sets(st.sampled_from(LETTERS[:size]), min_size=1, max_size=size - 1))
        return Atom(name, OneOf(frozenset(chosen)))
    if kind == "flags":
        return Atom(name, OneOf(frozenset({draw(st.sampled_from(["f0", "f1", "f2"]))})))
    op = draw(st.sampled_from(["below", "at most", "above", "at least"]))
    if its and draw(st.booleans()):
        return Atom(name, CompareIts(op, "room"))
    return Atom(name, Compare(op, draw(st.sampled_from([5, 20, 40, 60]))))


@st.composite
def workloads(draw: st.DrawFn, its: bool = False, derived: bool = False) -> Condition:
    parts = tuple(draw(st.lists(workload_atoms(its, derived), min_size=1, max_size=2)))
    shape = draw(st.sampled_from(["all", "all", "any", "not"]))
    if shape == "any":
        return AnyOf(parts)
    if shape == "not":
        return NotOf(parts[0])
    return AllOf(parts)


@st.composite
def offer_sides(draw: st.DrawFn) -> Condition:
    pick = draw(st.sampled_from(["always", "kind", "has", "room", "id"]))
    if pick == "kind":
        return Atom("kind", OneOf(frozenset({draw(st.sampled_from("xy"))})))
    if pick == "has":
        atom = Atom("has", OneOf(frozenset({draw(st.sampled_from(["f0", "f1", "f2"]))})))
        return draw(st.sampled_from([atom, NotOf(atom)]))
    if pick == "room":
        return Atom("room", Compare("at least", draw(st.sampled_from([10, 30, 50]))))
    if pick == "id":
        return Atom("offer", OneOf(frozenset({"offer-0"})))
    return ALWAYS


def claim(offer: str, attribute: str, value: Domain, grade: str, date: str = "2026") -> Claim:
    return Claim(offer, attribute, value, "s0", date, DAY, grade, False, None, "", HERE)


@st.composite
def offers(draw: st.DrawFn, index: int) -> Offer:
    name = f"offer-{index}"
    claims: list[Claim] = []
    for _ in range(draw(st.integers(0, 2))):
        value = Options(frozenset({draw(st.sampled_from("xy"))}))
        grade, date = draw(st.sampled_from(GRADES)), draw(st.sampled_from(DATES))
        claims.append(claim(name, "kind", value, grade, date))
    if draw(st.booleans()):
        must = frozenset(draw(st.sets(st.sampled_from(["f0", "f1", "f2"]))))
        may = must | frozenset(draw(st.sets(st.sampled_from(["f0", "f1", "f2"]))))
        claims.append(claim(name, "has", Flags(must, may), draw(st.sampled_from(GRADES))))
    for _ in range(draw(st.integers(0, 2))):
        low = draw(st.integers(0, 60))
        value = Interval(low, low + draw(st.sampled_from([0, 0, 25])))
        grade, date = draw(st.sampled_from(GRADES)), draw(st.sampled_from(DATES))
        claims.append(claim(name, "room", value, grade, date))
    return Offer(name, name, index, name, "shared-api", None, "", tuple(claims), (), HERE)


def make_rule(
    name: str,
    effect: str,
    criterion: str | None,
    when: Condition,
    side: Condition,
    steps: int,
    grade: str,
    evidence: str,
    negotiable: bool = False,
) -> Rule:
    return Rule(
        name,
        effect,
        criterion,
        when,
        side,
        steps,
        negotiable,
        name,
        Citation("s0", grade, DAY),
        evidence,
        "o",
        (),
        HERE,
    )


@st.composite
def rules(draw: st.DrawFn, criteria: tuple[str, ...], derived: bool = False) -> dict[str, Rule]:
    made: dict[str, Rule] = {}
    steps = st.sampled_from([-3, -2, -1, 1, 2, 3])
    for i in range(draw(st.integers(0, 3))):
        made[f"gate-{i}"] = make_rule(
            f"gate-{i}",
            "exclude",
            None,
            draw(workloads(its=True, derived=derived)),
            draw(offer_sides()),
            0,
            "measured",
            f"gate-{i}",
            draw(st.integers(0, 3)) == 0,
        )
    for i in range(draw(st.integers(0, 3))):
        made[f"weigh-{i}"] = make_rule(
            f"weigh-{i}",
            "weigh",
            draw(st.sampled_from(criteria)),
            draw(workloads(derived=derived)),
            ALWAYS,
            draw(steps),
            "measured",
            draw(st.sampled_from(["e0", "e1"])),
        )
    for i in range(draw(st.integers(1, 6))):
        made[f"score-{i}"] = make_rule(
            f"score-{i}",
            "score",
            draw(st.sampled_from(criteria)),
            draw(workloads(its=draw(st.booleans()), derived=derived)),
            draw(offer_sides()),
            draw(steps),
            draw(st.sampled_from(GRADES)),
            draw(st.sampled_from(["e0", "e1", "e2"])),
        )
    return made


@st.composite
def barred(draw: st.DrawFn, derived: bool = False) -> tuple[Impossible, ...]:
    """Combinations of answers that no workload has."""
    number = draw(st.integers(0, 2))
    return tuple(
        Impossible(f"i{i}", draw(workloads(derived=derived)), "", HERE) for i in range(number)
    )


@st.composite
def bases(draw: st.DrawFn, derived: bool = False) -> Knowledge:
    """``derived``: with another number, ``pace``, and ``strain``, the product of the two."""
    criteria = {
        name: Criterion(name, order, name, name, draw(st.integers(-1, 2)), None, HERE)
        for order, name in enumerate(("speed", "price", "calm"))
    }
    made = [draw(offers(i)) for i in range(draw(st.integers(1, 4)))]
    asked = draw(questions())
    if derived:
        asked["pace"] = number_question("pace", len(asked), 1, 10, PACE)
    return Knowledge(
        digest="0",
        root="",
        method=METHOD,
        sources={"s0": Source("s0", "s", None, None, "2026", "k", "", HERE)},
        questions=asked,
        derived={"strain": STRAIN} if derived else {},
        attributes=ATTRIBUTES,
        accelerators={},
        models={},
        offers={o.id: o for o in made},
        criteria=criteria,
        rules=draw(rules(tuple(criteria), derived)),
        impossible=(),
        cases={},
    )


@st.composite
def answers(draw: st.DrawFn, all_of_them: bool = False) -> Inputs:
    given: dict[str, Domain] = {}
    for name, (kind, size) in QUESTIONS.items():
        if draw(st.integers(0, 2)) == 0 and not all_of_them:
            continue
        if kind == "choice":
            values = draw(st.sets(st.sampled_from(LETTERS[:size]), min_size=1, max_size=2))
            given[name] = Options(frozenset(values))
        elif kind == "flags":
            must = frozenset(draw(st.sets(st.sampled_from(["f0", "f1", "f2"]))))
            given[name] = Flags(must, must)
        else:
            low = draw(st.integers(0, 60))
            given[name] = Interval(low, low + draw(st.sampled_from([0, 0, 30])))
    weights = draw(
        st.dictionaries(
            st.sampled_from(["speed", "price", "calm"]),
            st.sampled_from(["more", "less", "ignore"]),
            max_size=2,
        )
    )
    return Inputs(given, weights, {})


@st.composite
def narrowed(draw: st.DrawFn, inputs: Inputs, knowledge: Knowledge) -> Inputs:
    """Answers that leave less than ``inputs``, or the same."""
    given = dict(inputs.answers)
    for question in knowledge.questions.values():
        if draw(st.booleans()):
            continue
        whole = given.get(question.id)
        if isinstance(question.type, ChoiceType):
            left = sorted(whole.values) if isinstance(whole, Options) else question.type.options
            kept = draw(st.sets(st.sampled_from(list(left)), min_size=1))
            given[question.id] = Options(frozenset(kept))
        elif isinstance(question.type, FlagsType):
            if whole is None:
                must = frozenset(draw(st.sets(st.sampled_from(list(question.type.options)))))
                given[question.id] = Flags(must, must)
        else:
            assert isinstance(question.type, NumberType)
            low, high = question.type.minimum, question.type.maximum
            if isinstance(whole, Interval):
                low, high = whole.low, whole.high
            ends = sorted(draw(st.lists(st.integers(int(low), int(high)), min_size=2, max_size=2)))
            given[question.id] = Interval(ends[0], draw(st.sampled_from(ends)))
    return replace(inputs, answers=given)


def points(draw: st.DrawFn, inputs: Inputs, knowledge: Knowledge) -> Inputs:
    """One world: every question answered by a single value that ``inputs`` allow."""
    given: dict[str, Domain] = {}
    for question in knowledge.questions.values():
        whole = inputs.answers.get(question.id)
        kind = question.type
        if isinstance(kind, ChoiceType):
            left = sorted(whole.values) if isinstance(whole, Options) else list(kind.options)
            given[question.id] = Options(frozenset({draw(st.sampled_from(left))}))
        elif isinstance(kind, FlagsType):
            must = frozenset(draw(st.sets(st.sampled_from(list(kind.options)))))
            given[question.id] = whole if whole is not None else Flags(must, must)
        else:
            low, high = kind.minimum, kind.maximum
            if isinstance(whole, Interval):
                low, high = whole.low, whole.high
            given[question.id] = Interval.point(draw(st.fractions(low, high, max_denominator=7)))
    return replace(inputs, answers=given)
