"""Every reader, given hostile bytes: located problems or nothing, and quickly.

The same files through the whole program: ``test_hostile_files``.
"""

from __future__ import annotations

import time

import pytest

from advisor.errors import AdvisorError
from advisor.reports.problems import render_all
from tests.trust.conftest import CONTROL
from tests.trust.hostile import variants
from tests.trust.readers import NAME, good

KINDS = ["answers", "answers in JSON", "mapping", "session", "settings", "results",
         "results of vllm", "results of guidellm", "results of aiperf", "cases", "models.dev",
         "litellm", "genai-prices", "skypilot", "kept rules"]  # fmt: skip
MOST_SECONDS = 5


def try_on(kind: str, step: int) -> tuple[int, int]:
    """How many variants there were, and how many were refused."""
    data, read = good()[kind]
    read(data)
    tried = refused = 0
    for variant, wrong in list(variants(data))[::step]:
        tried += 1
        begun = time.process_time()
        try:
            read(wrong)
        except AdvisorError as error:
            refused += 1
            for problem in error.problems:
                assert problem.file.startswith(NAME), f"{variant}: {problem}"
                assert problem.message, variant
            shown = render_all(error.problems)
            assert not CONTROL.search(shown), f"{variant}: {shown[:500]!r}"
        took = time.process_time() - begun
        assert took < MOST_SECONDS, f"{variant}: {took:.1f} s of processor time"
    return tried, refused


@pytest.mark.parametrize("kind", KINDS)
def test_some_hostile_bytes_are_named(kind: str) -> None:
    tried, refused = try_on(kind, step=7)
    assert kind in ("settings", "kept rules") or refused > tried / 8


@pytest.mark.full
@pytest.mark.parametrize("kind", KINDS)
def test_all_hostile_bytes_are_named(kind: str) -> None:
    tried, _ = try_on(kind, step=1)
    assert tried > 230  # a short file cannot be cut at every hundredth


def test_every_kind_is_tried() -> None:
    assert sorted(good()) == sorted(KINDS)
