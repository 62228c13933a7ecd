"""The shipped ledger of measured configurations, read once."""

from __future__ import annotations

from pathlib import Path

import pytest

from advisor.estimate.evidence import Evidence
from advisor.estimate.measured import load_evidence
from advisor.estimate.speed import Speeds

RULES = Path(__file__).parents[2] / "rules"


@pytest.fixture(scope="session")
def evidence() -> Evidence:
    return load_evidence(RULES)


@pytest.fixture(scope="session")
def speeds(evidence: Evidence) -> Speeds:
    return Speeds(evidence.calibration, evidence)


@pytest.fixture(scope="session")
def modelled(evidence: Evidence) -> Speeds:
    """The model alone, without measured neighbours."""
    return Speeds(evidence.calibration)
