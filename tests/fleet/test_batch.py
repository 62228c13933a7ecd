"""``advisor batch``: what goes in comes out, one row each, whatever is wrong with the others."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.fleet.conftest import SMALL, TABLE, json_lines, lines_of, rows_of

ROWS = [
    {
        "id": "a",
        "use-case": "chat",
        "model-size": "8B",
        "requests-per-day": 1000,
        "output-tokens": 200,
        "certifications": [],
        "residency": "none",
    },
    {
        "id": "b",
        "use-case": "batch",
        "model-size": "400B",
        "requests-per-day": 2000000,
        "output-tokens": 900,
        "certifications": ["soc2", "hipaa-baa"],
        "residency": "eu",
        "current-offer": "wafer-shared",
    },
    {
        "id": "c",
        "use-case": ["chat", "batch"],
        "requests-per-day": "50 to 90000",
        "residency": ["us", "none"],
        "current-offer": "none",
    },
    {
        "id": "d",
        "use-case": "chat",
        "model-size": "70B",
        "requests-per-day": 20000,
        "output-tokens": 300,
        "certifications": ["soc2"],
        "residency": "us",
        "current-offer": "gpu-cluster",
    },
]


def test_every_row_comes_out_in_order(program, table):
    told = program("batch", table, "--output", "out.csv")
    assert told.code == 0
    assert told.out == ""
    found = rows_of(Path("out.csv"))
    assert [row["row"] for row in found] == ["1", "2", "3", "4"]
    assert [row["id"] for row in found] == ["a", "b", "c", "d"]
    assert all(row["winner"] for row in found)
    assert not Path("out.csv.rejects.csv").exists()
    assert not Path(".out.csv.parts").exists()


def test_a_row_says_what_recommend_says(program, table, tmp_path):
    program("batch", table, "--output", "out.jsonl")
    for row, found in zip(ROWS, lines_of(Path("out.jsonl")), strict=True):
        answers = {name: value for name, value in row.items() if name != "id"}
        sheet = tmp_path / "answers.json"
        sheet.write_text(json.dumps({"format": 1, "answers": answers}))
        result = json.loads(program("recommend", sheet, "--format", "json").out)
        assert found["winner"] == result["verdict"]["offer"]
        assert found["model"] == result["verdict"]["model"]
        assert found["lane"] == result["verdict"]["lane"]
        assert found["confidence"] == result["verdict"]["confidence"]
        assert found["settled"] == result["verdict"]["settled"]
        first, *others = result["ranking"]
        assert found["runner_up"] == (others[0]["offer"] if others else None)
        if others:
            gap = first["score"]["points"] - others[0]["score"]["points"]
            assert found["margin"] == gap
        monthly = first["estimate"]["monthly"]
        for side in ("low", "high"):
            shown, exact = found[f"monthly_cost_{side}"], monthly[side]
            assert (shown is None) == (exact is None)
            if exact is not None:
                assert shown == pytest.approx(exact, abs=0.006)
        assert found["excluded"] == [
            f"{e['offer']}: {', '.join(f['rule'] for f in e['failed'])}" for e in result["excluded"]
        ]


def test_the_formats_say_the_same(program, table):
    import pyarrow as pa
    from pyarrow import parquet

    lines = json_lines(Path("fleet.jsonl"), ROWS)
    columns = {name: [row.get(name) for row in ROWS] for name in ROWS[1]}
    columns["use-case"] = ["chat", "batch", "chat; batch", "chat"]
    columns["requests-per-day"] = [str(row["requests-per-day"]) for row in ROWS]
    columns["residency"] = ["none", "eu", "[us, none]", "us"]
    parquet.write_table(pa.table(columns), "fleet.parquet")
    from_csv = program("batch", table, "--output", "a.jsonl")
    from_lines = program("batch", lines, "--output", "b.jsonl")
    from_parquet = program("batch", "fleet.parquet", "--output", "c.jsonl")
    assert (from_csv.code, from_lines.code, from_parquet.code) == (0, 0, 0)
    assert Path("a.jsonl").read_bytes() == Path("b.jsonl").read_bytes()
    assert Path("a.jsonl").read_bytes() == Path("c.jsonl").read_bytes()
    a = lines_of(Path("a.jsonl"))
    program("batch", table, "--output", "d.parquet")
    program("batch", table, "--output", "e.csv")
    d = parquet.read_table("d.parquet").to_pylist()
    assert d == a
    for row, text in zip(a, rows_of(Path("e.csv")), strict=True):
        assert text["winner"] == row["winner"]
        assert text["excluded"] == "; ".join(row["excluded"])


def test_marks_line_ends_and_quotes_are_read(program, tmp_path):
    lines = TABLE.splitlines()
    mixed = "\ufeff" + lines[0] + "\r\n" + lines[1] + "\r" + lines[2] + "\n\n" + lines[3] + "\r\n"
    path = tmp_path / "fleet.csv"
    path.write_bytes((mixed + '"e ""x""\nsecond",chat,8B,1,1,,,').encode())
    told = program("batch", path, "--output", "out.csv")
    assert told.code == 0
    found = rows_of(Path("out.csv"))
    assert [row["id"] for row in found] == ["a", "b", "c", 'e "x"\\nsecond']


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("fleet.csv", b"", "the file is empty: it has no header"),
        ("fleet.csv", b"\xff\xfea\x00", "this is UTF-16 or UTF-32, not UTF-8"),
        ("fleet.csv", b"use-case,use-case\nchat,chat\n", "two columns are called 'use-case'"),
        ("fleet.csv", b"use-case,\nchat,x\n", "a column has no name"),
        ("fleet.csv", b"colour,shape\nred,round\n", "no column of the table is a question"),
        ("fleet.csv", b"modle-size,use-case\n8B,chat\n", "did you mean 'model-size'?"),
        ("fleet.csv", ",".join(f"c{n}" for n in range(2000)).encode(), "2,000 columns"),
        ("fleet.parquet", b"use-case\nchat\n", "this is no Parquet file"),
        ("fleet.jsnl", b"{}", "the ending of 'fleet.jsnl' is none of"),
        ("fleet.jsnl", b"{}", "did you mean '.jsonl'?"),
    ],
)
def test_what_is_no_table_is_named(program, tmp_path, name, content, words):
    (tmp_path / name).write_bytes(content)
    told = program("batch", name, "--output", "out.csv")
    assert told.code == 3
    assert told.out == ""
    assert words in told.err
    assert not Path("out.csv").exists()


def test_missing_files_and_directories_are_named(program, table):
    told = program("batch", "fleat.csv", "--output", "out.csv")
    assert (told.code, "did you mean 'fleet.csv'?" in told.err) == (3, True)
    Path("folder.csv").mkdir()
    told = program("batch", "folder.csv", "--output", "out.csv")
    assert (told.code, "directory" in told.err) == (3, True)
    told = program("batch", table, "--output", "nowhere/out.csv")
    assert (told.code, "there is no directory 'nowhere'" in told.err) == (2, True)


def test_nothing_is_overwritten_unless_it_is_said(program, table):
    Path("out.csv").write_text("mine")
    told = program("batch", table, "--output", "out.csv")
    assert (told.code, "say --force to replace it" in told.err) == (2, True)
    assert Path("out.csv").read_text() == "mine"
    assert program("batch", table, "--output", "out.csv", "--force").code == 0
    assert len(rows_of(Path("out.csv"))) == 4
    told = program("batch", table, "--output", table, "--force")
    assert (told.code, "is the input" in told.err) == (2, True)


def test_a_header_alone_makes_a_header_alone(program):
    Path("fleet.csv").write_text(TABLE.splitlines()[0] + "\n")
    told = program("batch", "fleet.csv", "--output", "out.csv", "--summary")
    assert told.code == 0
    assert Path("out.csv").read_text().startswith("row,id,winner,model,lane,confidence,settled,")
    assert "Nothing was decided." in told.out


def test_a_mapping_names_the_columns(program):
    Path("fleet.csv").write_text("name,job,params,junk,cost\nx,chat,8B,1,2\n")
    Path("map.yaml").write_text(
        "columns: {job: use-case, params: model-size, name: keep, junk: ignore, "
        "cost: current-spend}\n"
    )
    told = program("batch", "fleet.csv", "--output", "out.csv", "--mapping", "map.yaml")
    assert told.code == 0
    (row,) = rows_of(Path("out.csv"))
    assert row["name"] == "x"
    assert row["winner"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("columns: {job: use-cse}\n", "map.yaml:1:16"),
        ("columns: {job: use-cse}\n", "did you mean 'use-case'?"),
        ("columns: {params: keep}\nextra: 1\n", "a mapping file has no key 'extra'"),
        ("- a\n", "a mapping file is a map with 'format' and 'columns'"),
        ("format: 2\ncolumns: {}\n", "the format of mapping files is 1"),
        ("columns: {absent: use-case}\n", "there is no column 'absent' in the table"),
    ],
)
def test_a_wrong_mapping_is_named_at_its_place(program, table, content, words):
    Path("map.yaml").write_text(content)
    told = program("batch", table, "--output", "out.csv", "--mapping", "map.yaml")
    assert told.code == 3
    assert words in told.err


def test_answers_for_all_rows_hold_where_a_row_is_silent(program, table, tmp_path):
    Path("common.yaml").write_text("format: 1\nanswers: {certifications: [hipaa-baa]}\n")
    third = TABLE.replace('50 to 90000,,,"[us', '50 to 90000,,[hipaa-baa],"[us')
    assert third != TABLE
    (tmp_path / "said.csv").write_text(third)
    program("batch", table, "--output", "a.jsonl", "--answers", "common.yaml")
    program("batch", "said.csv", "--output", "b.jsonl")
    program("batch", table, "--output", "c.jsonl")
    assert Path("a.jsonl").read_bytes() == Path("b.jsonl").read_bytes()
    assert Path("a.jsonl").read_bytes() != Path("c.jsonl").read_bytes()


def test_weights_and_prices_may_stand_in_columns(program, small_knowledge):
    from advisor import api

    criterion = next(iter(small_knowledge.criteria))
    Path("fleet.jsonl").write_text(
        json.dumps(
            {
                "use-case": "chat",
                f"weights.{criterion}": "ignore",
                "prices.gpu-cluster.gpu-hour": 0.01,
            }
        )
        + "\n"
    )
    assert program("batch", "fleet.jsonl", "--output", "out.jsonl").code == 0
    (row,) = lines_of(Path("out.jsonl"))
    whole = {
        "answers": {"use-case": "chat"},
        "weights": {criterion: "ignore"},
        "prices": {"gpu-cluster": {"gpu-hour": 0.01}},
    }
    result = api.recommend(whole, rules=SMALL, as_of="2026-11-22")
    assert row["winner"] == result.verdict.offer
    assert row["margin"] == result.ranking[0].score.points - result.ranking[1].score.points


def test_what_is_carried_along_can_do_no_harm(program):
    nasty = ["=cmd|' /C calc'!A0", "@SUM(A1)", "+1+1", "-2+3", "\x1b]0;x\x07", "\u202eabc", "-5"]
    rows = [{"id": text, "use-case": "chat"} for text in nasty]
    json_lines(Path("fleet.jsonl"), rows)
    program("batch", "fleet.jsonl", "--output", "out.csv")
    found = [row["id"] for row in rows_of(Path("out.csv"))]
    assert found == [
        "'=cmd|' /C calc'!A0",
        "'@SUM(A1)",
        "'+1+1",
        "'-2+3",
        "\\x1b]0;x\\x07",
        "\\u202eabc",
        "-5",
    ]


def test_a_column_called_like_ours_keeps_its_own_name(program):
    Path("fleet.csv").write_text("winner,use-case\nours,chat\n")
    told = program("batch", "fleet.csv", "--output", "out.csv", "--keep", "winner")
    assert told.code == 0
    (row,) = rows_of(Path("out.csv"))
    assert row["input_winner"] == "ours"
    assert row["winner"] != "ours"


def test_the_summary_adds_up(program, table):
    told = program("batch", table, "--output", "out.jsonl", "--summary", "json")
    summary = json.loads(told.out)
    rows = lines_of(Path("out.jsonl"))
    assert summary["format"] == "advisor-fleet-summary-1"
    assert summary["workloads"] == len(rows)
    by_offer = {entry["offer"]: entry for entry in summary["offers"]}
    for offer, entry in by_offer.items():
        mine = [row for row in rows if row["winner"] == offer]
        assert entry["workloads"] == len(mine)
        known = [
            row
            for row in mine
            if row["monthly_cost_low"] is not None and row["monthly_cost_high"] is not None
        ]
        assert entry["monthly_cost"]["unknown"] == len(mine) - len(known)
        if known:
            low = sum(row["monthly_cost_low"] for row in known)
            assert entry["monthly_cost"]["low"] == pytest.approx(low)
    assert sum(summary["confidence"].values()) == len(rows)
    text = program("batch", table, "--output", "out2.jsonl", "--summary")
    assert "By recommended offer" in text.out
    assert all(offer in text.out for offer in by_offer if offer)


def test_several_processes_make_the_same_bytes(program, tmp_path):
    path = tmp_path / "fleet.csv"
    header, *rows = TABLE.splitlines()
    path.write_text("\n".join([header, *(rows * 3000)]) + "\nbad,x\n", encoding="utf-8")
    assert program("batch", path, "--output", "one.csv").code == 0
    assert program("batch", path, "--output", "two.csv", "--jobs", "2").code == 0
    assert Path("one.csv").read_bytes() == Path("two.csv").read_bytes()
    assert Path("one.csv.rejects.csv").read_bytes() == Path("two.csv.rejects.csv").read_bytes()


def test_what_moves_between_two_rule_bases_is_shown(program, table, tmp_path):
    import shutil

    old = tmp_path / "old"
    shutil.copytree(SMALL, old)
    gone = old / "offers" / "wafer-shared.yaml"
    text = gone.read_text().replace("regions: [us, europe]", "regions: [us, europe]")
    gone.write_text(text.replace("value: [us, europe]", "value: [us]"))
    same = program("batch", table, "--output", "a.csv", "--compare", SMALL, "--exit-code")
    assert same.code == 0
    assert {row["moved"] for row in rows_of(Path("a.csv"))} == {"no"}
    for rule_file in (old / "criteria").glob("*.yaml"):
        rule_file.write_text(rule_file.read_text().replace("score: 2", "score: -3"))
    told = program(
        "batch", table, "--output", "b.csv", "--compare", old, "--exit-code", "--summary", "json"
    )
    moved = [row for row in rows_of(Path("b.csv")) if row["moved"] == "yes"]
    assert moved, "the other rule base should move something, or this test shows nothing"
    assert told.code == 6
    assert sum(entry["workloads"] for entry in json.loads(told.out)["moved"]) == len(moved)
    assert all(row["winner"] != row["winner_before"] for row in moved)


def test_the_shipped_answers_go_through(program, knowledge, rules_root):
    """One row for each shipped case, against what the case's own recommendation says."""
    from advisor.decision.recommend import recommend
    from advisor.language.answers import case_inputs

    cases = [case for case in knowledge.cases.values() if not case.prices][:12]
    rows = []
    for case in cases:
        weights = {f"weights.{name}": word for name, word in case.weights.items()}
        rows.append({"id": case.id, **case.answers, **weights})
    json_lines(Path("cases.jsonl"), rows)
    told = program("batch", "cases.jsonl", "--output", "out.jsonl", rules=rules_root)
    assert told.code == 0, told.err
    from datetime import date

    for case, row in zip(cases, lines_of(Path("out.jsonl")), strict=True):
        result = recommend(knowledge, case_inputs(case, knowledge), date(2026, 11, 22))
        assert row["id"] == case.id
        assert (row["winner"], row["confidence"], row["settled"]) == (
            result.verdict.offer,
            result.verdict.confidence,
            result.verdict.settled,
        )
