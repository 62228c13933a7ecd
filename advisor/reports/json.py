"""The promised JSON: the recommendation itself."""

from __future__ import annotations

from advisor.decision.result import Recommendation


def render(recommendation: Recommendation) -> str:
    """One object with sorted keys, ending in a newline."""
    return recommendation.to_json()
