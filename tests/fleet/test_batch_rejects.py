"""``advisor batch``: a row that cannot be read is put aside with its place, and stops no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fleet.conftest import TABLE, lines_of, rows_of


@pytest.mark.parametrize(
    ("line", "column", "message"),
    [
        ("e,chatt,8B,1,1,,,", "use-case", "'chatt' is not an option"),
        ("e,chat,8 bananas,1,1,,,", "model-size", "'bananas' is not a unit here"),
        ("e,chat,nan,1,1,,,", "model-size", "leave the cell empty for unknown"),
        ("e,chat,8B,inf,1,,,", "requests-per-day", "leave the cell empty for unknown"),
        ("e,chat,8B,-5,1,,,", "requests-per-day", "-5"),
        ("e,chat,8B,1.5,1,,,", "requests-per-day", "1.5"),
        ("e,chat,8B,1,1,soc3,,", "certifications", "'soc3'"),
        ("e,chat,8B,1,1", "", "the row has 5 cells, the header 8"),
        ("e,chat,8B,1,1,,,,,", "", "the row has 10 cells, the header 8"),
        ("e,chat,8B,1,1,\x1b[2J,,", "certifications", "\\x1b[2J"),
        ("e,chat,8B,1," + "9" * 5000 + ",,,", "output-tokens", ""),
    ],
)
def test_a_wrong_row_is_put_aside_with_its_place(program, tmp_path, line, column, message):
    path = tmp_path / "fleet.csv"
    path.write_text(TABLE + line + "\nf,chat,8B,1000,200,[],none,\n", encoding="utf-8")
    told = program("batch", path, "--output", "out.csv")
    assert told.code == 0
    assert "1 row could not be read" in told.err
    assert [row["id"] for row in rows_of(Path("out.csv"))] == ["a", "b", "c", "d", "f"]
    (reject,) = rows_of(Path("out.csv.rejects.csv"))
    assert (reject["row"], reject["line"], reject["column"]) == ("5", "6", column)
    assert message in reject["message"]
    assert "\x1b" not in Path("out.csv.rejects.csv").read_text()


def test_strict_stops_at_the_first_wrong_row(program, tmp_path):
    path = tmp_path / "fleet.csv"
    path.write_text(TABLE + "e,chatt,8B,1,1,,,\n", encoding="utf-8")
    told = program("batch", path, "--output", "out.csv", "--strict")
    assert told.code == 3
    assert not Path("out.csv").exists()
    assert "fleet.csv:6" in told.err
    assert "column 'use-case': 'chatt' is not an option" in told.err


def test_bytes_that_are_no_text_stop_only_their_row(program, tmp_path):
    path = tmp_path / "fleet.csv"
    path.write_bytes(TABLE.encode() + b"e,ch\xffat,8B,1,1,,,\n\xfe,chat,8B,1,1,,,\n")
    told = program("batch", path, "--output", "out.csv")
    assert told.code == 0
    rejects = rows_of(Path("out.csv.rejects.csv"))
    assert [(r["row"], r["column"], r["message"]) for r in rejects] == [
        ("5", "use-case", "this is not UTF-8"),
        ("6", "id", "this is not UTF-8"),
    ]


def test_an_open_quote_does_not_swallow_the_table(program, tmp_path):
    path = tmp_path / "fleet.csv"
    rows = "".join(f"r{n},chat,8B,1000,200,[],none,\n" for n in range(80_000))
    path.write_text(TABLE + '"e,chat,8B,1,1,,,\n' + rows, encoding="utf-8")
    program("batch", path, "--output", "out.csv")
    (reject,) = rows_of(Path("out.csv.rejects.csv"))
    assert reject["message"].startswith("a quote opened on line 6 is not closed by line")
    swallowed = int(reject["line"]) - 6
    assert len(rows_of(Path("out.csv"))) == 4 + 80_000 - swallowed


def test_a_line_without_end_is_put_aside(program, tmp_path):
    path = tmp_path / "fleet.csv"
    path.write_text(TABLE + "x" * 3_000_000 + "\nf,chat,8B,1000,200,[],none,\n")
    program("batch", path, "--output", "out.csv")
    (reject,) = rows_of(Path("out.csv.rejects.csv"))
    assert reject["message"] == "the line is longer than 1,048,576 characters"
    assert len(rows_of(Path("out.csv"))) == 5


@pytest.mark.parametrize(
    ("line", "column", "words"),
    [
        ('{"use-case": "chat", "use-case": "batch"}', "", "a key stands twice"),
        ('{"use-case": NaN}', "", "NaN is no number"),
        ("[1, 2]", "", "a row should be a JSON object"),
        ('{"use-case": ', "", "this is no JSON object"),
        ("[" * 100_000, "", "this is no JSON object"),
        ('{"modle-size": 8}', "modle-size", "did you mean 'model-size'?"),
        ('{"model-size": {"from": {"x": 1}}}', "model-size", ""),
        ('{"model-size": true}', "model-size", ""),
    ],
)
def test_a_wrong_json_line_is_put_aside(program, line, column, words):
    good = '{"use-case": "chat"}\n'
    Path("fleet.jsonl").write_text(good + line + "\n" + good)
    assert program("batch", "fleet.jsonl", "--output", "out.jsonl").code == 0
    (reject,) = rows_of(Path("out.jsonl.rejects.csv"))
    assert (reject["row"], reject["line"], reject["column"]) == ("2", "2", column)
    assert words in reject["message"]
    assert len(lines_of(Path("out.jsonl"))) == 2
