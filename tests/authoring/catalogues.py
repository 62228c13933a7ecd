"""Catalogues on the pages of checks: imported into the small rule base."""

from __future__ import annotations

import datetime
from pathlib import Path

from advisor.authoring.importing import prepare
from advisor.cli.fetch import read_source
from advisor.errors import AdvisorError, Problem
from advisor.language.rulebase import load_rule_base
from tests.authoring.overlays import small_base

DAY = datetime.date(2026, 11, 22)
FILES = {"json": ("models.dev", "catalogue.json"), "csv": ("skypilot", "example/vms.csv")}
MAPPING = """\
id: {id}
source: {{id: price-page, title: Price list, date: undated, kind: prices}}
grade: press
keeps-retired: no
providers: {{{provider}}}
models: {{{models}}}
"""


def _base(at: Path) -> Path:
    root = small_base(at)
    folder = root / "importing"
    folder.mkdir()
    for upstream, provider, models in (
        ("models.dev", "wafer: wafer-shared", ""),
        ("skypilot", "example: Example", "G80: gpu-cluster"),
    ):
        text = MAPPING.format(id=upstream, provider=provider, models=models)
        (folder / f"{upstream}.yaml").write_text(text, encoding="utf-8")
    return root


def catalogue_problems(kind: str, text: str, at: Path) -> tuple[Problem, ...]:
    """What an import says of a snippet of models.dev (json) or SkyPilot (csv)."""
    return _import(_base(at), kind, text)


def _import(root: Path, kind: str, text: str) -> tuple[Problem, ...]:
    upstream, name = FILES[kind]
    knowledge = load_rule_base(root)
    try:
        prepare(upstream, text.strip().encode(), name, knowledge, as_of=DAY, date="undated")
    except AdvisorError as error:
        return error.problems
    return ()


def cut_catalogue(at: Path) -> tuple[Problem, ...]:
    """A catalogue without most models of an offer."""
    root = _base(at)
    offer, models = root / "offers" / "wafer-shared.yaml", root / "models" / "catalogue.yaml"
    basis = "source: price-page, date: 2026, checked: 2026-11-01, grade: press"
    rows = "".join(f"  - {{model: tiny-{n}, {basis}}}\n" for n in range(6))
    offer.write_text(offer.read_text() + rows)
    tiny = "".join(f"- {{id: tiny-{n}, title: Tiny {n}, open: yes}}\n" for n in range(6))
    models.write_text(models.read_text() + tiny)
    return _import(root, "json", '{"wafer": {"models": {"atlas": {}}}}')


def plain_http(_: Path) -> tuple[Problem, ...]:
    """An address that is not fetched."""
    try:
        read_source("http://models.example/api.json")
    except AdvisorError as error:
        return error.problems
    return ()
