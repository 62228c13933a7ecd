"""Decisions that several tests look at."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from advisor.decision.recommend import decide
from advisor.knowledge.model import Inputs
from advisor.knowledge.syntax import ALWAYS, Atom, OneOf
from advisor.knowledge.values import Options
from tests.decision.bases import DAY, make_rule
from tests.decision.fixed import base, sheets

RED = Atom("color", OneOf(frozenset({"a"})))


@pytest.fixture(scope="module")
def nobody():
    """A gate shuts every offer out where the colour is a."""
    knowledge = base()
    shut = make_rule("shut", "exclude", None, RED, ALWAYS, 0, "measured", "shut")
    knowledge = replace(knowledge, rules={**knowledge.rules, "shut": shut})
    answers = {**sheets()[3].answers, "color": Options(frozenset({"a"}))}
    return decide(knowledge, Inputs(answers), DAY)
