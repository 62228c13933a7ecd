"""The shipped ledger: complete where it must be, and free of figures that cannot be right."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

RULES = Path(__file__).parents[2] / "rules"
GRADES = {"measured", "vendor spec", "vendor claim", "press", "expert judgement", "derived"}
DATE = re.compile(r"undated|20\d\d(-\d\d(-\d\d)?)?")
DAY = re.compile(r"20\d\d-\d\d-\d\d")
SERVED_META = {"model", "source", "date", "checked", "grade", "since", "until", "note"}
PROMISED = {
    "cerebras-shared", "cerebras-dedicated", "groq-shared", "sambanova-shared",
    "gmi-gb200-nvl72", "gmi-h200", "gmi-serverless", "h200-cluster", "h100-cluster",
    "b200-cluster", "mi300x-cluster", "together-serverless", "fireworks-serverless",
    "deepinfra-serverless", "fireworks-dedicated", "aws-bedrock", "azure-foundry",
    "google-vertex", "aws-trainium2", "google-tpu", "openai-api", "anthropic-api",
    "own-gpu-servers", "own-air-gapped",
}  # fmt: skip


def read(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)


def gather(folder: str) -> list[dict[str, Any]]:
    files = sorted((RULES / folder).glob("*.yaml"))
    return [entry for path in files for entry in read(path)]


SOURCES = {source["id"]: source for source in read(RULES / "sources.yaml")}
ATTRIBUTES = {(a["of"], a["id"]): a for a in read(RULES / "attributes.yaml")}
MODELS = {model["id"]: model for model in gather("models")}
ACCELERATORS = {accelerator["id"]: accelerator for accelerator in gather("hardware")}
OFFERS = {path.stem: read(path) for path in sorted((RULES / "offers").glob("*.yaml"))}
ROWS = [(o, row) for o, offer in OFFERS.items() for row in offer.get("serves", [])]
CLAIMS = [
    (kind, subject["id"], claim)
    for kind, subjects in (("offer", OFFERS), ("model", MODELS), ("accelerator", ACCELERATORS))
    for subject in subjects.values()
    for claim in subject.get("claims", [])
]
STATEMENTS = [(where, claim) for _, where, claim in CLAIMS] + ROWS


def test_every_promised_offer_is_there() -> None:
    assert sorted(PROMISED - OFFERS.keys()) == []
    assert all(offer["id"] == stem for stem, offer in OFFERS.items())


@pytest.mark.parametrize(
    ("what", "count", "least"),
    [
        ("offers", len(OFFERS), 25),
        ("models", len(MODELS), 60),
        ("accelerators", len(ACCELERATORS), 15),
        ("served models", len(ROWS), 300),
    ],
)
def test_the_ledger_is_broad_enough(what: str, count: int, least: int) -> None:
    assert count >= least, what


def test_ids_aliases_and_orders_are_unique() -> None:
    names = [name for m in MODELS.values() for name in (m["id"], *m.get("aliases", []))]
    assert sorted({n for n in names if names.count(n) > 1}) == []
    orders = [offer["order"] for offer in OFFERS.values()]
    assert len(set(orders)) == len(orders)
    ids = [source["id"] for source in read(RULES / "sources.yaml")]
    assert len(set(ids)) == len(ids)


def test_every_statement_has_a_known_source_a_grade_and_dates() -> None:
    wrong = [
        (where, claim)
        for where, claim in STATEMENTS
        if claim["source"] not in SOURCES
        or claim["grade"] not in GRADES
        or not DATE.fullmatch(claim["date"])
        or not DAY.fullmatch(claim["checked"])
        or not DAY.fullmatch(claim.get("until", "2026-01-01"))
    ]
    assert wrong == []


def test_no_statement_is_newer_than_the_day_it_was_read() -> None:
    late = [
        (where, claim["source"])
        for where, claim in STATEMENTS
        if claim["date"] != "undated"
        and claim["date"] > claim["checked"]
        or date.fromisoformat(claim["checked"]) > date(2026, 11, 22)
    ]
    assert late == []


def test_the_seller_of_an_alternative_is_never_more_than_a_claim() -> None:
    grades = {c["grade"] for _, c in STATEMENTS if c["source"] == "gmi-cerebras-article"}
    assert grades == {"vendor claim"}


def test_every_source_is_used() -> None:
    cited = {claim["source"] for _, claim in STATEMENTS}
    for path in sorted(RULES.rglob("*.yaml")):
        cited |= set(re.findall(r"\bref: ([\w.-]+)", path.read_text(encoding="utf-8")))
    assert sorted(SOURCES.keys() - cited) == []


def test_every_attribute_is_declared() -> None:
    unknown = {(kind, c["attribute"]) for kind, _, c in CLAIMS} - ATTRIBUTES.keys()
    unknown |= {("served", key) for _, row in ROWS for key in row.keys() - SERVED_META} - (
        ATTRIBUTES.keys()
    )
    assert sorted(unknown) == []


def test_every_served_model_and_accelerator_exists() -> None:
    assert sorted({row["model"] for _, row in ROWS} - MODELS.keys()) == []
    chips = {offer["accelerator"] for offer in OFFERS.values() if "accelerator" in offer}
    assert sorted(chips - ACCELERATORS.keys()) == []


def test_no_price_is_zero_or_absurd() -> None:
    wrong = [
        (offer, row["model"], key, row[key])
        for offer, row in ROWS
        for key in ("input-price", "cached-input-price", "output-price")
        if key in row and not (0.001 if "cached" in key else 0.005) <= float(row[key]) <= 200
    ]
    assert wrong == []


def test_reading_from_the_cache_costs_no_more_and_output_no_less() -> None:
    wrong = [
        (offer, row["model"])
        for offer, row in ROWS
        if float(row.get("cached-input-price", 0)) > float(row.get("input-price", 1000))
        or float(row.get("output-price", 1000)) < float(row.get("input-price", 0))
    ]
    assert wrong == []


def test_device_prices_and_units_are_credible() -> None:
    for offer, _, claim in ((w, k, c) for k, w, c in CLAIMS):
        if claim["value"] == "unknown":
            continue
        if claim["attribute"] in ("device-hour-price", "committed-device-hour-price"):
            assert all(0.5 <= float(x) <= 20 for x in claim["value"].split(" to ")), offer
        if claim["attribute"] == "smallest-unit":
            assert int(claim["value"]) in (1, 4, 8, 16, 72), offer


def test_closed_models_carry_no_architecture() -> None:
    secret = {"total-parameters", "active-parameters", "layers", "hidden-size", "experts"}
    wrong = [
        model["id"]
        for model in MODELS.values()
        if model["open"] == "no" and secret & {c["attribute"] for c in model.get("claims", [])}
    ]
    assert wrong == []


def test_no_model_is_listed_again_after_it_was_retired() -> None:
    wrong = []
    for offer in OFFERS:
        rows = [row for where, row in ROWS if where == offer]
        retired = {row["model"] for row in rows if "until" in row}
        wrong += [(offer, row["model"]) for row in rows if row["model"] in retired - {
            r["model"] for r in rows if "until" not in r
        } and "until" not in row]
        open_ended = {r["model"] for r in rows if "until" not in r}
        wrong += [(offer, model) for model in sorted(retired & open_ended)]
    assert wrong == []


def test_cerebras_serves_two_models_and_the_article_is_kept_beside_the_catalogue() -> None:
    rows = [row for offer, row in ROWS if offer == "cerebras-shared" and "until" not in row]
    listed = {row["model"] for row in rows if row["grade"] != "vendor claim"}
    assert listed == {"gpt-oss-120b", "qwen3.8-27b"}
    claimed = [row for row in rows if row["model"] == "deepseek-v4-pro"]
    assert [row["source"] for row in claimed] == ["gmi-cerebras-article"]


@pytest.mark.parametrize(
    ("chip", "attribute", "ours", "theirs"),
    [
        ("cerebras-wse3", "cores", "900000", "850000"),
        ("cerebras-wse3", "memory", "44", "40"),
        ("nvidia-gb200", "scale-up-memory", "13.4 TB", "13.5 TB"),
    ],
)
def test_figures_of_the_article_stand_beside_the_primary_ones(
    chip: str, attribute: str, ours: str, theirs: str
) -> None:
    found = [c for c in ACCELERATORS[chip]["claims"] if c["attribute"] == attribute]
    by_source = {c["source"] == "gmi-cerebras-article": c["value"] for c in found}
    assert by_source == {False: ours, True: theirs}
