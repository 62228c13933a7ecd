"""A fleet on the small rule base: tables of workloads, and the program run on them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from advisor.knowledge.model import Knowledge

SMALL = Path(__file__).resolve().parent.parent / "rulebases" / "small"
AS_OF = "2026-11-22"

TABLE = """\
id,use-case,model-size,requests-per-day,output-tokens,certifications,residency,current-offer
a,chat,8B,1000,200,[],none,
b,batch,400B,2000000,900,soc2;hipaa-baa,eu,wafer-shared
c,"[chat, batch]",,50 to 90000,,,"[us, none]",none
d,chat,70B,20000,300,[soc2],us,gpu-cluster
"""


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "fleet.csv"
    path.write_text(TABLE, encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def small_knowledge() -> Knowledge:
    from advisor.language.rulebase import load_rule_base

    return load_rule_base(SMALL)


def rows_of(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))


def lines_of(path: Path) -> list[dict[str, object]]:
    """The rows of a file of JSON lines."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def json_lines(path: Path, rows: Sequence[Mapping[str, object]]) -> Path:
    """A file of JSON lines."""
    text = "".join(json.dumps(row) + "\n" for row in rows)
    path.write_text(text, encoding="utf-8")
    return path
