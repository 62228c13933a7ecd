"""A copy of the small rule base that knows upstream names, and imports into it."""

from __future__ import annotations

import datetime
import shutil
from pathlib import Path

from advisor.authoring.importing import Prepared, prepare
from advisor.knowledge.model import Knowledge
from advisor.language.rulebase import load_rule_base

HERE = Path(__file__).resolve().parent
FIXTURES = HERE / "fixtures"
SMALL = HERE.parent / "rulebases" / "small"
DAY = datetime.date(2026, 11, 22)
FILES = {
    "models.dev": "models-dev.json",
    "litellm": "litellm.json",
    "genai-prices": "genai-prices.json",
    "skypilot": "example/vms.csv",
}
MAPPING = """\
id: {id}
source: {{id: price-page, title: Price list, address: https://new.example/list, date: undated, kind: prices}}
grade: press
keeps-retired: {keeps}
providers: {{wafer: wafer-shared, budget: budget-shared}}
endings: [-v1]
models: {{}}
"""
DEVICES = """\
id: skypilot
source: {id: rentals, title: Table of rentals, address: https://rentals.example, date: undated, kind: prices, note: Per device.}
grade: press
keeps-retired: no
providers: {example: Example}
models: {G80: gpu-cluster}
"""


def base(at: Path) -> Path:
    """The small rule base with a mapping for every upstream, in ``at``."""
    root = at / "rules"
    shutil.copytree(SMALL, root)
    folder = root / "importing"
    folder.mkdir()
    for upstream, keeps in (("models.dev", "no"), ("litellm", "yes"), ("genai-prices", "yes")):
        text = MAPPING.format(id=upstream, keeps=keeps)
        (folder / f"{upstream}.yaml").write_text(text, encoding="utf-8")
    (folder / "skypilot.yaml").write_text(DEVICES, encoding="utf-8")
    return root


def fixture(upstream: str) -> bytes:
    return (FIXTURES / Path(FILES[upstream]).name).read_bytes()


def bring(
    root: Path | Knowledge,
    upstream: str,
    data: bytes | None = None,
    *,
    as_of: datetime.date = DAY,
    date: str = "undated",
    **options: bool,
) -> Prepared:
    """What an import into the rule base would do."""
    knowledge = root if isinstance(root, Knowledge) else load_rule_base(root)
    given = fixture(upstream) if data is None else data
    return prepare(upstream, given, FILES[upstream], knowledge, as_of=as_of, date=date, **options)
