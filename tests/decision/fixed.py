"""One rule base and a few answer sheets without chance, for runs that have to be compared."""

from __future__ import annotations

from fractions import Fraction

from advisor.knowledge.model import Criterion, Inputs, Knowledge, Offer, Source
from advisor.knowledge.syntax import ALWAYS, AllOf, Atom, Compare, CompareIts, NotOf, OneOf
from advisor.knowledge.values import Flags, Interval, Options
from tests.decision.bases import (
    ATTRIBUTES,
    HERE,
    METHOD,
    PACE,
    STRAIN,
    choice_question,
    claim,
    flags_question,
    make_rule,
    number_question,
)


def _is(name: str, *options: str) -> Atom:
    return Atom(name, OneOf(frozenset(options)))


def _rules() -> list:
    room = Atom("load", CompareIts("above", "room"))
    heavy = Atom("strain", Compare("at least", 120))
    return [
        make_rule("full", "exclude", None, room, ALWAYS, 0, "measured", "full"),
        make_rule(
            "lacks",
            "exclude",
            None,
            _is("needs", "f0"),
            NotOf(_is("has", "f0")),
            0,
            "measured",
            "lacks",
        ),
        make_rule("busy", "weigh", "speed", heavy, ALWAYS, 2, "measured", "e0"),
        make_rule("idle", "weigh", "calm", _is("color", "a", "b"), ALWAYS, -1, "measured", "e1"),
        make_rule("quick", "score", "speed", heavy, _is("kind", "x"), 2, "press", "e0"),
        make_rule(
            "slow",
            "score",
            "speed",
            _is("place", "b", "d"),
            _is("kind", "y"),
            -2,
            "vendor claim",
            "e1",
        ),
        make_rule("cheap", "score", "price", _is("shape", "a"), ALWAYS, 1, "measured", "e0"),
        make_rule(
            "dear",
            "score",
            "price",
            AllOf((room, _is("color", "c"))),
            ALWAYS,
            -3,
            "expert judgement",
            "e2",
        ),
        make_rule(
            "steady",
            "score",
            "calm",
            _is("needs", "f1", "f2"),
            _is("has", "f1", "f2"),
            1,
            "derived",
            "e2",
        ),
    ]


def _offers() -> list[Offer]:
    made = []
    for i, (kind, has, room) in enumerate(
        [("x", "f0 f1", 40), ("y", "f0", 90), ("x", "f2", None), (None, "f0 f2", 33)]
    ):
        name = f"offer-{i}"
        held = frozenset(has.split())
        claims = [claim(name, "has", Flags(held, held | {"f1"}), "vendor spec")]
        if kind is not None:
            claims.append(claim(name, "kind", Options(frozenset({kind})), "press"))
        if room is not None:
            claims.append(claim(name, "room", Interval(room, room + 20), "vendor claim"))
        made.append(Offer(name, name, i, name, "shared-api", None, "", tuple(claims), (), HERE))
    return made


def base() -> Knowledge:
    """Every construct once: gates, weights, scores, unknown and doubtful facts, a derived
    number."""
    questions = [
        choice_question("color", 3, [3, 5, 2], 0),
        choice_question("shape", 2, [1, 4], 1),
        choice_question("place", 4, [1, 2, 3, 4], 2),
        flags_question("needs", [10, 50, 25], 3),
        number_question("load", 4),
        number_question("pace", 5, 1, 10, PACE),
    ]
    criteria = {
        name: Criterion(name, order, name, name, order - 1, None, HERE)
        for order, name in enumerate(("speed", "price", "calm"))
    }
    return Knowledge(
        digest="0",
        root="",
        method=METHOD,
        sources={"s0": Source("s0", "s", None, None, "2026", "k", "", HERE)},
        questions={q.id: q for q in questions},
        derived={"strain": STRAIN},
        attributes=ATTRIBUTES,
        accelerators={},
        models={},
        offers={o.id: o for o in _offers()},
        criteria=criteria,
        rules={r.id: r for r in _rules()},
        impossible=(),
        cases={},
    )


def sheets() -> list[Inputs]:
    """Nothing answered, half, nearly all, and all with the user's own weights."""
    some = {"color": Options(frozenset({"a", "c"})), "load": Interval(10, 60)}
    most = {
        **some,
        "place": Options(frozenset({"b"})),
        "needs": Flags(frozenset({"f0"}), frozenset({"f0", "f1"})),
        "pace": Interval.point(Fraction(7, 2)),
    }
    every = {
        **most,
        "color": Options(frozenset({"b"})),
        "shape": Options(frozenset({"a"})),
        "load": Interval.point(50),
        "needs": Flags(frozenset({"f2"}), frozenset({"f2"})),
    }
    return [Inputs({}), Inputs(some), Inputs(most), Inputs(every, {"speed": "more"}, {})]
