"""What an import finds, what it leaves alone, and what it writes."""

from __future__ import annotations

import datetime
import difflib
import json
from pathlib import Path

import pytest
from importers import base, bring, fixture

from advisor.authoring.importing import changed_base, write
from advisor.errors import DataError, RuleBaseError
from advisor.knowledge.importing.changes import KINDS
from advisor.knowledge.importing.rewriting import value_text
from advisor.language.rulebase import load_rule_base


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return base(tmp_path)


def told(prepared) -> dict[str, list[str]]:
    return {
        kind: [f"{c.offer} {c.label}" for c in prepared.found.of(kind)]
        for kind in KINDS
        if prepared.found.of(kind)
    }


def figures(prepared, kind: str) -> dict[str, tuple[str | None, str]]:
    return {
        f"{c.label} {f.attribute}": (f.old and value_text(f.old), value_text(f.new))
        for c in prepared.found.of(kind)
        for f in c.figures
    }


def lines(root: Path, prepared) -> dict[str, list[str]]:
    """The lines that a written import takes away and adds, by file."""
    changed = {}
    for path, data in prepared.files.items():
        before = (root / path).read_text(encoding="utf-8").splitlines()
        after = data.decode("utf-8").splitlines()
        changed[path] = [
            line for line in difflib.ndiff(before, after) if line.startswith(("- ", "+ "))
        ]
    return changed


def test_changed_added_confirmed_and_what_is_left_alone(root):
    prepared = bring(root, "models.dev")
    assert told(prepared) == {
        "changed": ["wafer-shared atlas-70b"],
        "added": ["budget-shared oracle-max"],
        "retired": ["budget-shared atlas-70b"],
        "confirmed": ["wafer-shared pocket-8b"],
    }
    assert figures(prepared, "changed") == {"atlas-70b input-price": ("0.85", "0.95")}
    found = prepared.found
    assert found.unmapped == [("wafer", "mystery-7b")]
    assert found.strangers == {"stranger": 1}
    assert found.unpriced == ["budget/pocket"]
    assert found.skipped == 1


def test_only_the_lines_that_change_are_touched(root):
    prepared = bring(root, "models.dev", date="2026-11-20")
    changed = lines(root, prepared)
    assert set(changed) == {
        "offers/budget-shared.yaml", "offers/wafer-shared.yaml", "sources.yaml",
    }  # fmt: skip
    assert changed["offers/wafer-shared.yaml"] == [
        "-   - {model: atlas-70b, input-price: 0.85, output-price: 1.20, context-limit: 65536, source: price-page, date: 2026-10-02, checked: 2026-11-01, grade: vendor spec}",
        "+   - {model: atlas-70b, input-price: 0.95, output-price: 1.20, context-limit: 65536, source: price-page, date: 2026-11-20, checked: 2026-11-22, grade: vendor spec}",
        "-   - {model: pocket-8b, input-price: 0.10, output-price: 0.10, context-limit: 8k, until: 2027-01-01, source: price-page, date: 2026-10-02, checked: 2026-11-01, grade: vendor spec}",
        "+   - {model: pocket-8b, input-price: 0.10, output-price: 0.10, context-limit: 8k, until: 2027-01-01, source: price-page, date: 2026-11-20, checked: 2026-11-22, grade: vendor spec}",
    ]
    budget = changed["offers/budget-shared.yaml"]
    assert (
        "+   - {model: atlas-70b, until: 2026-11-20, input-price: 0.20, output-price: 0.40, context-limit: 128k, source: price-page, date: 2026-10-02, checked: 2026-11-22, grade: press, note: Seen on the price list.}"
        in budget
    )
    assert (
        "+   - {model: oracle-max, input-price: 4.5, output-price: 25, source: price-page, date: 2026-11-20, checked: 2026-11-22, grade: press}"
        in budget
    )
    assert changed["sources.yaml"] == [
        "-   address: https://prices.example/list",
        "+   address: https://new.example/list",
        "-   date: 2026-10",
        "+   date: 2026-11-20",
    ]


def test_what_is_written_is_a_sound_rule_base_and_says_the_same_again(root):
    prepared = bring(root, "models.dev", date="2026-11-20")
    write(load_rule_base(root), prepared.files)
    after = load_rule_base(root)
    again = bring(after, "models.dev", date="2026-11-20")
    assert set(told(again)) == {"confirmed"}
    assert again.files == {}
    rows = {r.model: r for r in after.offers["budget-shared"].serves}
    assert rows["atlas-70b"].until == datetime.date(2026, 11, 20)
    assert rows["oracle-max"].until is None


def test_a_model_that_comes_back_needs_a_dated_listing(root):
    write(load_rule_base(root), bring(root, "models.dev", date="2026-11-20").files)
    data = json.loads(fixture("models.dev"))
    data["budget"]["models"]["atlas"] = {"cost": {"input": 0.3, "output": 0.4}}
    back = json.dumps(data).encode()
    undated = bring(root, "models.dev", back, as_of=datetime.date(2026, 12, 24))
    assert undated.found.revived == [("budget-shared", "atlas-70b", "2026-11-20")]
    dated = bring(root, "models.dev", back, as_of=datetime.date(2026, 12, 24), date="2026-12-20")
    assert told(dated)["added"] == ["budget-shared atlas-70b"]
    assert changed_base(load_rule_base(root), dated.files)


def test_a_model_marked_as_withdrawn_is_retired(root):
    data = json.loads(fixture("models.dev"))
    data["wafer"]["models"]["example/Atlas-70B-Instruct"]["status"] = "deprecated"
    data["budget"]["models"]["oracle-max"]["status"] = "deprecated"
    prepared = bring(root, "models.dev", json.dumps(data).encode())
    assert "wafer-shared atlas-70b" in told(prepared)["retired"]
    assert prepared.found.ended == [("budget-shared", "oracle-max")]


def test_a_provider_that_is_missing_retires_nothing(root):
    data = json.loads(fixture("models.dev"))
    del data["budget"]
    prepared = bring(root, "models.dev", json.dumps(data).encode())
    assert "retired" not in told(prepared)
    assert prepared.found.absent == ["budget"]


def test_what_the_ledger_knows_newer_is_left_alone(root):
    prepared = bring(root, "models.dev", date="2026-09-30")
    assert set(told(prepared)) == {"added"}
    assert len(prepared.found.outdated) == 3


def test_a_confirmation_never_makes_a_reading_older(root):
    early = datetime.date(2026, 10, 5)
    prepared = bring(root, "models.dev", as_of=early)
    wafer = prepared.files["offers/wafer-shared.yaml"].decode()
    assert "checked: 2026-10-05" not in wafer.split("model: pocket-8b")[1]


def test_litellm_prices_are_per_token_and_its_old_routes_prove_nothing(root):
    prepared = bring(root, "litellm")
    assert figures(prepared, "changed")["atlas-70b input-price"] == ("0.2", "0.21")
    # The end that is written here stays, though another one is announced there.
    assert told(prepared)["confirmed"] == ["wafer-shared atlas-70b", "wafer-shared pocket-8b"]
    assert prepared.found.unconfirmed == [("wafer-shared", "oracle-max")]
    assert prepared.found.skipped == 1
    sure = bring(root, "litellm", unconfirmed=True)
    assert told(sure)["added"] == ["wafer-shared oracle-max"]


def test_an_announced_end_is_taken_over_where_none_is_known(root):
    offer = root / "offers" / "wafer-shared.yaml"
    offer.write_text(offer.read_text().replace(", until: 2027-01-01", ""))
    prepared = bring(root, "litellm")
    (retired,) = prepared.found.of("retired")
    assert (retired.label, retired.until) == ("pocket-8b", datetime.date(2026, 12, 24))
    assert (
        b"{model: pocket-8b, until: 2026-12-24, input-price: 0.10"
        in prepared.files["offers/wafer-shared.yaml"]
    )


def test_genai_prices_hold_from_a_day_on_and_tiers_have_a_base(root):
    prepared = bring(root, "genai-prices")
    assert figures(prepared, "changed") == {"pocket-8b input-price": ("0.1", "0.12")}
    assert told(prepared)["confirmed"] == ["wafer-shared atlas-70b"]
    before = bring(root, "genai-prices", as_of=datetime.date(2026, 8, 31))
    assert figures(before, "changed")["atlas-70b input-price"] == ("0.85", "0.7")


def test_devices_are_priced_one_by_one_with_a_source_of_their_own(root):
    prepared = bring(root, "skypilot")
    assert told(prepared) == {"added": ["gpu-cluster Example"]}
    assert prepared.found.unmapped == [("example", "G24")]
    changed = lines(root, prepared)
    assert changed["offers/gpu-cluster.yaml"] == [
        '+   - {attribute: device-hour-price, value: 2.2 to 2.49, source: rentals, date: undated, checked: 2026-11-22, grade: press, note: "Example."}'
    ]
    assert changed["sources.yaml"][:2] == ["+ - id: rentals", "+   title: Table of rentals"]
    write(load_rule_base(root), prepared.files)
    again = bring(root, "skypilot", fixture("skypilot").replace(b"2.49", b"2.79"))
    assert figures(again, "changed") == {
        "Example device-hour-price": ("2.2 to 2.49", "2.2 to 2.79")
    }
    assert b"value: 2.2 to 2.79" in again.files["offers/gpu-cluster.yaml"]
    gone = bring(root, "skypilot", fixture("skypilot").replace(b"G80,", b"G81,"))
    assert told(gone) == {"retired": ["gpu-cluster Example"]}
    assert b"until: 2026-11-22" in gone.files["offers/gpu-cluster.yaml"]


def test_rows_in_block_style_crlf_and_without_a_last_line_break(root):
    offer = root / "offers" / "wafer-shared.yaml"
    text = offer.read_text()
    head = text[: text.index("serves:")]
    block = (
        "serves:\n  - model: atlas-70b\n    input-price: 0.85   # seen\n"
        "    source: price-page\n    date: 2026-10-02\n    checked: 2026-11-01\n"
        "    grade: press"
    )
    offer.write_bytes((head + block).replace("\n", "\r\n").encode())
    data = json.loads(fixture("models.dev"))
    prepared = bring(root, "models.dev", json.dumps(data).encode())
    made = prepared.files["offers/wafer-shared.yaml"].decode()
    assert "\n" not in made.replace("\r\n", "")
    assert (
        "    input-price: 0.95   # seen\r\n    output-price: 1.2\r\n    context-limit: 65536\r\n    source"
        in made
    )
    assert made.endswith(
        "\r\n  - {model: pocket-8b, input-price: 0.1, output-price: 0.1, context-limit: 8000, source: price-page, date: undated, checked: 2026-11-22, grade: press}"
    )
    assert changed_base(load_rule_base(root), prepared.files)


def test_an_offer_without_rows_gets_its_first(root):
    offer = root / "offers" / "budget-shared.yaml"
    text = offer.read_text()
    offer.write_text(text[: text.index("serves:")])
    made = bring(root, "models.dev").files["offers/budget-shared.yaml"].decode()
    assert made.startswith(text[: text.index("serves:")])
    assert "\nserves:\n  - {model: oracle-max, " in made


def test_most_models_gone_is_a_mistake_until_it_is_allowed(root):
    offer = root / "offers" / "wafer-shared.yaml"
    models = root / "models" / "catalogue.yaml"
    text, catalogue = offer.read_text(), models.read_text()
    for number in range(6):
        text += f"  - {{model: tiny-{number}, input-price: 1, source: price-page, date: 2026, checked: 2026-11-01, grade: press}}\n"
        catalogue += f"- {{id: tiny-{number}, title: Tiny {number}, open: yes}}\n"
    offer.write_text(text)
    models.write_text(catalogue)
    with pytest.raises(DataError) as caught:
        bring(root, "models.dev")
    assert [p.check for p in caught.value.problems] == ["too-many-retired"]
    assert "6 of the 8 models of wafer-shared" in caught.value.problems[0].message
    assert len(bring(root, "models.dev", allow_retirements=True).found.of("retired")) == 7


def test_a_file_that_cannot_be_written_leaves_all_as_they_were(root, monkeypatch):
    from advisor.authoring import importing

    prepared = bring(root, "models.dev", date="2026-11-20")
    before = {path: (root / path).read_bytes() for path in prepared.files}
    real, calls = importing.save, []

    def full(path, data):
        calls.append(path)
        if len(calls) == 2:
            raise OSError(28, "No space left on device", str(path))
        real(path, data)

    monkeypatch.setattr(importing, "save", full)
    with pytest.raises(OSError, match="No space"):
        write(load_rule_base(root), prepared.files)
    assert {path: (root / path).read_bytes() for path in prepared.files} == before


@pytest.mark.parametrize(
    ("before", "after", "check"),
    [
        ("wafer: wafer-shared", "wafer: wafer-share", "unknown-name"),
        ("keeps-retired: no", "keeps-retired: maybe", "wrong-type"),
        ("models: {}", "models: {a: atlas-71b}", "unknown-name"),
        ("grade: press", "", "missing-key"),
    ],
)
def test_a_mistake_in_the_mapping_is_named_at_its_place(root, before, after, check):
    path = root / "importing" / "models.dev.yaml"
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after))
    with pytest.raises(RuleBaseError) as caught:
        bring(root, "models.dev")
    assert [p.check for p in caught.value.problems] == [check]
    assert caught.value.problems[0].span is not None


def test_every_mapping_that_is_shipped_is_sound(knowledge):
    from advisor.authoring.importing import read_mapping
    from advisor.knowledge.importing import UPSTREAMS

    for upstream in UPSTREAMS:
        mapping = read_mapping(upstream, knowledge)
        assert mapping.id == upstream
        assert mapping.grade in knowledge.method.grades
        assert mapping.editions <= knowledge.sources.keys()
        known = knowledge.sources.get(mapping.source.id)
        assert known is None or known.kind == mapping.source.kind
