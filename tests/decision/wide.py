"""Rule bases in which many yes-or-no answers are open, each of which counts by itself: two
offers, ``x-one`` and ``y-one`` (of kind x and y), and three criteria of equal weight."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from advisor.knowledge.model import Knowledge, Offer, Rule
from advisor.knowledge.syntax import ALWAYS, Atom, Condition, OneOf
from advisor.knowledge.values import Options
from tests.decision.bases import HERE, claim, flags_question, make_rule
from tests.decision.fixed import base

X, Y = (Atom("kind", OneOf(frozenset({kind}))) for kind in "xy")


def asks(flag: int, question: str = "wide") -> Atom:
    """The condition that one flag is asked for."""
    return Atom(question, OneOf(frozenset({f"f{flag}"})))


def score(
    name: str,
    criterion: str,
    when: Condition,
    side: Condition,
    steps: int,
    evidence: str | None = None,
) -> Rule:
    """A measured score, each on evidence of its own unless it is given."""
    return make_rule(name, "score", criterion, when, side, steps, "measured", evidence or name)


def weigh(name: str, criterion: str, when: Condition, steps: int) -> Rule:
    return make_rule(name, "weigh", criterion, when, ALWAYS, steps, "measured", name)


def gate(name: str, when: Condition, side: Condition, *, negotiable: bool = False) -> Rule:
    return make_rule(name, "exclude", None, when, side, 0, "measured", name, negotiable)


def wide(rules: Sequence[Rule], flags: int, more: int = 0, percent: int = 50) -> Knowledge:
    """The rules over a question ``wide`` of so many flags and another, ``more``, beside the
    questions of ``fixed.base``."""
    plain = base()
    asked = {
        name: flags_question(name, [percent] * count, len(plain.questions) + place)
        for place, (name, count) in enumerate((("wide", flags), ("more", more)))
        if count
    }
    offers = {
        name: Offer(
            name, name, order, name, "shared-api", None, "",
            (claim(name, "kind", Options(frozenset({name[0]})), "measured"),), (), HERE,
        )
        for order, name in enumerate(("x-one", "y-one"))
    }  # fmt: skip
    return replace(
        plain,
        questions={**plain.questions, **asked},
        offers=offers,
        criteria={name: replace(c, base=0) for name, c in plain.criteria.items()},
        rules={rule.id: rule for rule in rules},
    )
