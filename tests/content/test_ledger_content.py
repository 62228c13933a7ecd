"""The shipped ledger: complete where it must be, and free of figures that cannot be right.

The loader checks form: names, types, sources, grades, dates.  Here stands what it cannot
know: how broad the ledger is, what is credible, and which contradictions must stay visible.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from functools import cache
from pathlib import Path

import pytest

from advisor.knowledge.ledger import Ledger, build_ledger
from advisor.knowledge.model import Claim, Knowledge, Served
from advisor.knowledge.values import Flags, Interval, Options
from advisor.language.rulebase import load_rule_base

RULES = Path(__file__).parents[2] / "rules"
AS_OF = date(2026, 11, 22)
ARTICLE = "gmi-cerebras-article"
PRICES = ("input-price", "cached-input-price", "output-price")
PROMISED = {
    "cerebras-shared", "cerebras-dedicated", "groq-shared", "sambanova-shared",
    "gmi-gb200-nvl72", "gmi-h200", "gmi-serverless", "h200-cluster", "h100-cluster",
    "b200-cluster", "mi300x-cluster", "together-serverless", "fireworks-serverless",
    "deepinfra-serverless", "fireworks-dedicated", "aws-bedrock", "azure-foundry",
    "google-vertex", "aws-trainium2", "google-tpu", "openai-api", "anthropic-api",
    "own-gpu-servers", "own-air-gapped",
}  # fmt: skip


@cache
def base() -> Knowledge:
    return load_rule_base(RULES)


@cache
def ledger() -> Ledger:
    return build_ledger(base(), AS_OF)


def rows() -> Iterator[tuple[str, Served]]:
    for offer in base().offers.values():
        for row in offer.serves:
            yield offer.id, row


def claims() -> Iterator[Claim]:
    knowledge = base()
    for offer in knowledge.offers.values():
        yield from offer.claims
        for row in offer.serves:
            yield from row.claims
    for model in knowledge.models.values():
        yield from model.claims
    for accelerator in knowledge.accelerators.values():
        yield from accelerator.claims


def figure(row: Served, attribute: str) -> Fraction | None:
    for claim in row.claims:
        if claim.attribute == attribute and isinstance(claim.value, Interval):
            assert claim.value.low is not None
            return Fraction(claim.value.low)
    return None


def spans(holder: tuple[Claim, ...], attribute: str) -> dict[str, Interval]:
    return {
        c.source: c.value
        for c in holder
        if c.attribute == attribute and isinstance(c.value, Interval)
    }


def in_force(row: Served) -> bool:
    return row.until is None or row.until > AS_OF


def test_every_promised_offer_is_there() -> None:
    assert sorted(PROMISED - base().offers.keys()) == []


@pytest.mark.parametrize(
    ("what", "least"),
    [("offers", 25), ("models", 60), ("accelerators", 15), ("rows", 300)],
)
def test_the_ledger_is_broad_enough(what: str, least: int) -> None:
    counts = {
        "offers": len(base().offers),
        "models": len(base().models),
        "accelerators": len(base().accelerators),
        "rows": sum(1 for _ in rows()),
    }
    assert counts[what] >= least


def test_no_name_of_a_model_is_used_twice() -> None:
    names = [name for m in base().models.values() for name in (m.id, *m.aliases)]
    assert sorted({n for n in names if names.count(n) > 1}) == []


def test_no_statement_is_newer_than_the_day_it_was_read() -> None:
    late = {
        (c.subject, c.attribute)
        for c in claims()
        if c.checked > AS_OF or (c.date != "undated" and c.date > c.checked.isoformat())
    }
    assert sorted(late) == []


def test_the_seller_of_an_alternative_never_counts_for_more_than_a_claim() -> None:
    assert {c.grade for c in claims() if c.source == ARTICLE} == {"vendor claim"}
    assert base().sources[ARTICLE].date == "2026-04-13"


def test_every_source_is_used() -> None:
    cited = {c.source for c in claims()}
    for path in sorted(RULES.rglob("*.yaml")):
        text = path.read_text(encoding="utf-8")
        cited |= set(re.findall(r"\b(?:ref|source): ([\w.-]+)", text))
    assert sorted(base().sources.keys() - cited) == []


def test_no_price_of_tokens_is_zero_or_absurd() -> None:
    wrong = []
    for offer, row in rows():
        for name in PRICES:
            price = figure(row, name)
            least = Fraction("0.001") if name == "cached-input-price" else Fraction("0.005")
            if price is not None and not least <= price <= 200:
                wrong.append((offer, row.model, name, price))
    assert wrong == []


def test_reading_from_the_cache_costs_no_more_and_writing_no_less() -> None:
    wrong = []
    for offer, row in rows():
        read, cached, written = (figure(row, name) for name in PRICES)
        if read is None:
            continue
        if (cached is not None and cached > read) or (written is not None and written < read):
            wrong.append((offer, row.model))
    assert wrong == []


def test_an_output_fits_into_its_context() -> None:
    wrong = []
    for offer, row in rows():
        context, output = figure(row, "context-limit"), figure(row, "output-limit")
        if context is not None and output is not None and output > context:
            wrong.append((offer, row.model))
    assert wrong == []


def test_rented_devices_have_a_credible_price_and_a_smallest_unit() -> None:
    for offer in base().offers.values():
        for span in spans(offer.claims, "device-hour-price").values():
            assert span.low is not None and span.high is not None
            assert Fraction(1, 2) <= span.low <= span.high <= 20, offer.id
        if offer.deployment in ("rented-gpus", "rack", "own-hardware"):
            assert "smallest-unit" in {c.attribute for c in offer.claims}, offer.id
            assert offer.accelerator is not None, offer.id


def test_what_an_offer_is_can_be_told_from_its_claims() -> None:
    needed = {"hosting-forms", "custom-weights", "billing", "operations-burden", "api", "cloud"}
    needed |= {"regions", "zero-retention", "weights-access", "best-closed", "any-open-model"}
    told = {o.id: {c.attribute for c in o.claims} for o in base().offers.values()}
    assert {offer: sorted(needed - t) for offer, t in told.items() if needed - t} == {}
    placed = {"residency", "residency-on-request"}
    assert [offer for offer, t in told.items() if not placed & t] == []


SERVICES = ("shared-api", "closed-api", "hyperscaler")
SOLD = (*SERVICES, "dedicated-api")


@pytest.mark.parametrize(
    ("deployments", "one_of"),
    [
        (SERVICES, ("requests-per-minute",)),
        (SERVICES, ("tokens-per-minute", "daily-token-limit")),
        (SERVICES, ("availability-sla",)),
        (SERVICES, ("catalogue-size",)),
        (SOLD, ("tiers",)),
        (SOLD, ("certifications", "certifications-on-request")),
        (SOLD, ("residency", "residency-on-request")),
        (("rented-gpus", "rack", "dedicated-api", "own-hardware"), ("device-hour-price",)),
        (("rented-gpus", "rack", "own-hardware"), ("smallest-unit",)),
    ],
)
def test_what_a_buyer_asks_first_was_looked_for(
    deployments: tuple[str, ...], one_of: tuple[str, ...]
) -> None:
    """Found, or said to be unknown by somebody who looked: never simply left out."""
    silent = [
        offer.id
        for offer in base().offers.values()
        if offer.deployment in deployments and not {c.attribute for c in offer.claims} & {*one_of}
    ]
    assert silent == []


def test_tiers_and_quotas_are_found_for_most_services() -> None:
    services = [o for o in base().offers.values() if o.deployment in SERVICES]
    for name, least in (("tiers", 10), ("requests-per-minute", 5)):
        found = [o.id for o in services if ledger().offers[o.id][name].value is not None]
        assert len(found) >= least, (name, found)
    assert spans(base().offers["anthropic-api"].claims, "requests-per-minute")


def test_every_row_in_force_of_a_service_has_a_price_and_a_context() -> None:
    """All but the few whose source names the model alone."""
    bare = {
        (offer.id, model)
        for offer in base().offers.values()
        if offer.deployment in SERVICES
        for model, row in ledger().served[offer.id].items()
        if not {"input-price", "context-limit"} <= row.attributes.keys()
    }
    assert len(bare) <= 12, sorted(bare)


def test_the_history_of_retirements_is_kept() -> None:
    ended = [(offer, row) for offer, row in rows() if not in_force(row)]
    assert len(ended) >= 100
    assert len({offer for offer, _ in ended}) >= 10
    assert "claude-opus-4.1" in ledger().retired["anthropic-api"]
    assert "glm-4.7" in ledger().retired["cerebras-shared"]
    noticed = [o for o in base().offers.values() if spans(o.claims, "retirement-notice")]
    assert len(noticed) >= 6


@pytest.mark.parametrize(
    ("attribute", "least"),
    [
        ("total-parameters", 60),
        ("active-parameters", 60),
        ("layers", 50),
        ("attention-heads", 50),
        ("head-dim", 50),
        ("context", 90),
        ("licence", 30),
    ],
)
def test_open_models_have_their_architecture(attribute: str, least: int) -> None:
    models = [m for m in base().models.values() if m.open]
    assert sum(attribute in {c.attribute for c in m.claims} for m in models) >= least


def test_a_model_with_layers_has_the_shape_of_its_cache() -> None:
    """Key and value heads, or the rank of a compressed cache: one of them, never neither."""
    shape = {"kv-heads", "kv-lora-rank"}
    bare = [
        m.id
        for m in base().models.values()
        if "layers" in {c.attribute for c in m.claims}
        and not shape & {c.attribute for c in m.claims}
    ]
    assert bare == []


def test_every_model_has_a_release_date_and_every_source_a_place() -> None:
    assert [m.id for m in base().models.values() if not m.released] == []
    assert [s.id for s in base().sources.values() if not (s.title and s.date)] == []
    placed = [s for s in base().sources.values() if s.address]
    assert 2 * len(placed) > len(base().sources)


def test_closed_models_carry_no_architecture_and_no_open_list_sells_them() -> None:
    secret = {"total-parameters", "active-parameters", "layers", "hidden-size", "experts"}
    closed = {m.id for m in base().models.values() if not m.open}
    told = {i for i in closed if secret & {c.attribute for c in base().models[i].claims}}
    assert told == set()
    rented = {o.id for o in base().offers.values() if o.deployment in ("rented-gpus", "rack")}
    assert [(o, r.model) for o, r in rows() if o in rented and r.model in closed] == []


def test_a_model_is_active_with_no_more_than_all_its_parameters() -> None:
    for model in base().models.values():
        total = spans(model.claims, "total-parameters").values()
        active = spans(model.claims, "active-parameters").values()
        if total and active:
            assert max(a.high or 0 for a in active) <= max(t.high or 0 for t in total), model.id


def test_retired_rows_of_a_model_do_not_stand_beside_current_ones() -> None:
    current = {(offer, row.model) for offer, row in rows() if in_force(row)}
    retired = {(offer, row.model) for offer, row in rows() if not in_force(row)}
    assert sorted(current & retired) == []


def test_cerebras_serves_two_models_and_the_third_is_in_dispute() -> None:
    served = ledger().served["cerebras-shared"]
    assert {m for m, s in served.items() if s.served} == {"gpt-oss-120b", "qwen3.8-27b"}
    assert served["deepseek-v4-pro"].served is None
    assert served["deepseek-v4-pro"].row_source == ARTICLE
    assert "glm-4.7" not in served
    listed = ledger().offers["cerebras-shared"]["published-models"]
    assert listed.conflict and isinstance(listed.value, Flags)
    assert "deepseek-v4-pro" in listed.value.may - listed.value.must


def test_measured_speed_replaces_what_the_vendor_says() -> None:
    speed = ledger().served["cerebras-shared"]["gpt-oss-120b"].attributes["speed-per-user"]
    assert speed.grade == "measured" and isinstance(speed.value, Interval)
    assert speed.value.high is not None and speed.value.high < 3000


@pytest.mark.parametrize(
    ("chip", "attribute", "article", "primary"),
    [
        ("cerebras-wse3", "cores", 850_000, 900_000),
        ("cerebras-wse3", "memory", 40, 44),
        ("nvidia-gb200", "scale-up-memory", 13_500, 13_400),
    ],
)
def test_figures_of_the_article_stand_beside_the_primary_ones(
    chip: str, attribute: str, article: int, primary: int
) -> None:
    by_source = spans(base().accelerators[chip].claims, attribute)
    assert by_source.pop(ARTICLE) == Interval.point(article)
    assert list(by_source.values()) == [Interval.point(primary)]
    assert ledger().accelerators[chip][attribute].conflict


def test_the_multiple_of_the_article_stands_alone_beside_what_nobody_measured() -> None:
    """2-4x is one seller's word; a benchmark was looked at and has no entry of Cerebras."""
    for offer in ("cerebras-shared", "cerebras-dedicated"):
        held = base().offers[offer].claims
        assert spans(held, "throughput-against-gpu-cluster") == {ARTICLE: Interval(2, 4)}
        found = ledger().offers[offer]["throughput-against-gpu-cluster"]
        assert found.grade == "vendor claim"
        assert base().method.grades["vendor claim"].weak


def test_one_wafer_is_contradicted_where_it_is_shown() -> None:
    rule = base().rules["one-wafer-does-not-hold-it-all"]
    assert rule.effect == "warn"
    assert rule.source.ref == "alcf-cerebras"


def test_a_rack_is_paid_whole_and_its_price_is_one_sellers_word() -> None:
    rack = ledger().offers["gmi-gb200-nvl72"]
    assert rack["device-hour-price"].value == Interval.point(8)
    assert rack["device-hour-price"].grade == "vendor claim"
    assert rack["smallest-unit"].value == Interval.point(72)


def test_what_was_not_found_stays_unknown() -> None:
    for offer, attribute in (
        ("gmi-h200", "device-hour-price"),
        ("cerebras-dedicated", "device-hour-price"),
        ("aws-trainium2", "device-hour-price"),
        ("gmi-serverless", "zero-retention"),
        ("openai-api", "availability-sla"),
    ):
        assert ledger().offers[offer][attribute].value is None, (offer, attribute)


def test_the_best_closed_models_are_sold_by_five_offers() -> None:
    yes = Options(frozenset({"yes"}))
    sold = {o for o, claims in ledger().offers.items() if claims["best-closed"].value == yes}
    assert sold == {"aws-bedrock", "azure-foundry", "google-vertex", "openai-api", "anthropic-api"}
