"""A bake-off over the shipped rule base, planned once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from advisor.decision.bakeoff import BakeOff, bake_off
from advisor.knowledge.model import Inputs, Knowledge
from advisor.language.answers import inputs_from_mapping

VOICE: Mapping[str, object] = {
    "use-case": "voice",
    "frontier-models": "not-needed",
    "models": ["gpt-oss-120b"],
    "model-diversity": "one",
    "model-changes": "quarterly",
    "own-weights": "no",
    "research-needs": "none",
    "precision": "any",
    "requests-per-day": 20000,
    "input-tokens": 800,
    "output-tokens": 80,
    "context-length": 8000,
    "cached-input-share": 25,
    "usage-pattern": "bursty",
    "peak-factor": 3,
    "first-token-ms": 800,
    "tokens-per-second-per-user": 350,
    "latency-consistency": "essential",
    "availability": 99,
    "regions": ["us", "europe"],
    "residency": "none",
    "retention": "zero",
    "certifications": ["hipaa-baa"],
    "hosting": "any",
    "operations-team": "none",
    "existing-cloud": "none",
    "commitment": "none",
    "budget-per-month": 20000,
    "current-offer": "none",
}
RESULTS = Path(__file__).parent / "results"


@pytest.fixture(scope="session")
def voice(knowledge: Knowledge) -> Inputs:
    return inputs_from_mapping({"answers": VOICE}, knowledge)


@pytest.fixture(scope="session")
def plan(knowledge: Knowledge, voice: Inputs, as_of: date) -> BakeOff:
    return bake_off(knowledge, voice, as_of)
