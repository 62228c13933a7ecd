"""What serves every estimate on one rule base and day, worked out once."""

from __future__ import annotations

import datetime
from functools import lru_cache

from advisor.decision.rulebase import RuleBase
from advisor.estimate.evidence import Evidence
from advisor.estimate.speed import Speeds
from advisor.knowledge.identity import ByIdentity
from advisor.knowledge.model import Knowledge

KEPT = 8


def rule_base_on(knowledge: Knowledge, as_of: datetime.date) -> RuleBase:
    """The rule base on a day, the same object each time."""
    return _rule_base(ByIdentity(knowledge), as_of)


def speeds_of(evidence: Evidence) -> Speeds:
    """Speeds with the measured neighbours of a ledger, the same object each time."""
    return _speeds(ByIdentity(evidence))


def alike(knowledge: Knowledge, evidence: Evidence) -> bool:
    """Whether a decision sizes devices by the same numbers as an estimate from the ledger."""
    return _alike(ByIdentity(knowledge), ByIdentity(evidence))


@lru_cache(maxsize=KEPT)
def _rule_base(holder: ByIdentity[Knowledge], as_of: datetime.date) -> RuleBase:
    return RuleBase.on(holder.value, as_of)


@lru_cache(maxsize=KEPT)
def _speeds(holder: ByIdentity[Evidence]) -> Speeds:
    return Speeds(holder.value.calibration, holder.value)


@lru_cache(maxsize=KEPT)
def _alike(knowledge: ByIdentity[Knowledge], evidence: ByIdentity[Evidence]) -> bool:
    fitted = knowledge.value.fitted
    return fitted is not None and fitted.calibration == evidence.value.calibration
