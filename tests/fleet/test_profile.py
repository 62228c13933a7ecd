"""``advisor fleet profile``: a usage log becomes workloads whose figures are those of the log."""

from __future__ import annotations

import csv
import io
import json
import math
import random
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.fleet.profiles import Lengths
from tests.fleet.conftest import SMALL, rows_of
from tests.measuring import launched, used

START = datetime(2026, 11, 1, tzinfo=UTC)


def spend_log(rows: int, seed: int = 1) -> list[dict[str, object]]:
    choose = random.Random(seed)
    found = []
    for number in range(rows):
        moment = START + timedelta(seconds=number * 7 * 86400 / rows)
        found.append(
            {
                "request_id": f"r{number}",
                "team_id": choose.choice(["search", "support"]),
                "api_key": "key",
                "model": "atlas" if choose.random() < 0.995 else "rare",
                "startTime": moment.isoformat().replace("+00:00", "Z"),
                "prompt_tokens": int(choose.paretovariate(1.5) * 200),
                "completion_tokens": choose.randrange(400),
                "spend": 0.002,
                "metadata": {"usage_object": {"prompt_tokens_details": {"cached_tokens": 50}}},
            }
        )
    return found


def table_of(text: str) -> dict[str, dict[str, str]]:
    return {row["id"]: row for row in csv.DictReader(io.StringIO(text))}


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_figures_are_those_of_the_log(program, form):
    log = spend_log(4000)
    path = Path(f"log.{form}")
    if form == "jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in log))
    else:
        with path.open("w", newline="") as stream:
            writer = csv.DictWriter(stream, list(log[0]))
            writer.writeheader()
            for row in log:
                writer.writerow({**row, "metadata": json.dumps(row["metadata"])})
    told = program("fleet", "profile", path, "--by", "team")
    assert told.code == 0
    found = table_of(told.out)
    assert sorted(found) == ["search", "support"]
    for team, row in found.items():
        mine = [entry for entry in log if entry["team_id"] == team]
        inputs = [entry["prompt_tokens"] for entry in mine]
        outputs = [entry["completion_tokens"] for entry in mine]
        moments = [datetime.fromisoformat(entry["startTime"]) for entry in mine]
        days = (moments[-1] - moments[0]).total_seconds() / 86400
        assert int(row["requests-per-day"]) == pytest.approx(len(mine) / days, abs=1)
        assert int(row["input-tokens"]) == round(sum(inputs) / len(mine))
        assert int(row["output-tokens"]) == round(sum(outputs) / len(mine))
        longest = max(a + b for a, b in zip(inputs, outputs, strict=True))
        assert int(row["context-length"]) == longest
        exact = sorted(inputs)[math.ceil(0.95 * len(inputs)) - 1]
        assert int(row["note.input-tokens-p95"]) == pytest.approx(exact, rel=0.011, abs=1)
        hours = Counter(moment.replace(minute=0, second=0, microsecond=0) for moment in moments)
        peak = max(hours.values()) / (len(mine) / (days * 24))
        assert float(row["peak-factor"]) == pytest.approx(peak, abs=0.06)
        cached = 100 * 50 * len(mine) / sum(inputs)
        assert float(row["cached-input-share"]) == pytest.approx(min(cached, 100), abs=0.06)
        spend = 0.002 * len(mine) / days * 365 / 12
        assert float(row["current-spend"]) == pytest.approx(spend, rel=1e-3)
        assert row["models"] == "[atlas-70b]"
        assert row["model-diversity"] == "one"


def test_the_table_is_one_that_batch_reads(program, rules_root):
    log = [{**row, "model": "openai/gpt-oss-120b"} for row in spend_log(300)]
    log += [{**row, "model": "house-blend", "team_id": "lab"} for row in spend_log(30)]
    Path("log.jsonl").write_text("".join(json.dumps(row) + "\n" for row in log))
    told = program("fleet", "profile", "log.jsonl", "-o", "fleet.csv", rules=rules_root)
    assert told.code == 0
    assert "models that the catalogue does not have: house-blend" in told.err
    told = program("batch", "fleet.csv", "-o", "out.csv", rules=rules_root)
    assert told.code == 0, told.err
    found = rows_of(Path("out.csv"))
    assert [row["id"] for row in found] == ["lab / key", "search / key", "support / key"]
    assert all(row["winner"] for row in found)
    assert {row["model"] for row in found[1:]} == {"gpt-oss-120b"}


def test_pages_of_the_usage_api_are_read(program):
    bucket = {
        "object": "bucket",
        "start_time": 1793491200,
        "end_time": 1793494800,
        "results": [
            {
                "object": "organization.usage.completions.result",
                "input_tokens": 1000,
                "output_tokens": 500,
                "input_cached_tokens": 800,
                "num_model_requests": 5,
                "project_id": "p1",
                "model": "atlas",
                "batch": batch,
            }
            for batch in (False, True)
        ],
    }
    Path("usage.jsonl").write_text(json.dumps({"object": "page", "data": [bucket, bucket]}) + "\n")
    told = program("fleet", "profile", "usage.jsonl", "--by", "team")
    (row,) = table_of(told.out).values()
    assert row["id"] == "p1"
    assert row["note.requests"] == "20"
    assert row["input-tokens"] == "200"
    assert row["output-tokens"] == "100"
    assert row["cached-input-share"] == "80.0"
    assert row["batch-share"] == "50.0"
    assert row["peak-factor"] == "24.0"
    # What buckets cannot tell is left open.
    assert row["note.input-tokens-p95"] == row["context-length"] == row["current-spend"] == ""


def test_buckets_of_a_day_tell_no_peak(program):
    lines = ["start_time,end_time,project_id,num_model_requests,input_tokens,output_tokens,model"]
    lines += [
        f"{1793491200 + d * 86400},{1793577600 + d * 86400},p,10,100,50,atlas" for d in (0, 1)
    ]
    Path("usage.csv").write_text("\n".join(lines) + "\n")
    (row,) = table_of(program("fleet", "profile", "usage.csv", "--by", "team").out).values()
    assert (row["requests-per-day"], row["peak-factor"], row["note.days"]) == ("10", "", "2.00")


@pytest.mark.parametrize(
    ("record", "words"),
    [
        ({"prompt_tokens": -1}, "prompt_tokens: expected a whole number from 0, found -1"),
        ({"prompt_tokens": None}, "prompt_tokens: expected a whole number from 0, found nothing"),
        ({"completion_tokens": 1.5}, "completion_tokens: expected a whole number from 0"),
        ({"startTime": "yesterday"}, "startTime: 'yesterday' is no point in time"),
        ({"startTime": None}, "startTime: None is no point in time"),
        ({"spend": "much"}, "spend: 'much' is no amount of USD"),
        ({"spend": -3}, "spend: -3.0 is no amount of USD"),
        ("{", "this is no JSON"),
        ("7", "a record should be a JSON object"),
    ],
)
def test_a_record_that_cannot_be_read_is_named(program, record, words):
    good = spend_log(3)
    bad = record if isinstance(record, str) else json.dumps({**good[0], **record})
    text = json.dumps(good[0]) + "\n" + bad + "\n" + json.dumps(good[1]) + "\n"
    Path("log.jsonl").write_text(text)
    told = program("fleet", "profile", "log.jsonl", "--by", "team")
    assert told.code == 0
    assert f"log.jsonl:2: {words}" in told.err
    strict = program("fleet", "profile", "log.jsonl", "--by", "team", "--strict")
    assert (strict.code, strict.out) == (3, "")
    assert "log.jsonl:2" in strict.err


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("log.csv", "a,b\n1,2\n", "this is no usage log that can be read"),
        ("log.jsonl", '{"a": 1}\n', "this is no usage log that can be read"),
        ("log.jsonl", "", "the log has no record of usage"),
        ("log.csv", "", "the file is empty"),
    ],
)
def test_what_is_no_log_is_named(program, name, content, words):
    Path(name).write_text(content)
    told = program("fleet", "profile", name)
    assert (told.code, told.out) == (3, "")
    assert words in told.err


def test_a_misspelt_grouping_is_named(program):
    told = program("fleet", "profile", "log.csv", "--by", "taem")
    assert told.code == 2
    assert "did you mean 'team'?" in told.err


def test_times_with_and_without_a_zone_are_the_same_moments(program):
    times = ["2026-11-01T10:30:00Z", "2026-11-01T12:30:00+02:00", "2026-11-01 10:30:00", 1793529000]
    base = spend_log(1)[0]
    rows = [{**base, "team_id": f"t{n}", "startTime": time} for n, time in enumerate(times * 2)]
    rows += [{**row, "startTime": "2026-11-03T10:30:00Z"} for row in rows]
    Path("log.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    found = table_of(program("fleet", "profile", "log.jsonl", "--by", "team").out)
    assert {row["note.days"] for row in found.values()} == {"2.00"}


def test_hostile_names_do_no_harm(program):
    rows = [{**row, "team_id": "=1+1\x1b[2J"} for row in spend_log(3)]
    Path("log.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    told = program("fleet", "profile", "log.jsonl", "--by", "team")
    assert "\x1b" not in told.out
    assert list(table_of(told.out)) == ["'=1+1\\x1b[2J"]


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=200))
def test_a_quantile_is_within_a_hundredth(tokens):
    lengths = Lengths()
    for count in tokens:
        lengths.add(count)
    exact = sorted(tokens)[math.ceil(Fraction(95, 100) * len(tokens)) - 1]
    found = lengths.quantile(Fraction(95, 100))
    assert found is not None
    assert abs(found - exact) <= 0.01 * exact + 0.5 + 1e-6


WRITER = """
import sys
rows = int(sys.argv[1])
line = ('{"request_id":"%d","team_id":"t%d","api_key":"k%d","model":"atlas","startTime":'
        '"2026-11-%02dT%02d:%02d:00Z","prompt_tokens":%d,"completion_tokens":%d,"spend":0.001}\\n')
write = sys.stdout.write
for n in range(rows):
    minute = n * 20160 // rows
    write(line % (n, n % 7, n % 50, 1 + minute // 1440, minute // 60 % 24, minute % 60,
                  n * 7919 % 5000, n * 104729 % 700))
"""


@pytest.mark.full
def test_ten_million_lines_in_little_memory(tmp_path):
    """The log never lies on disk, nor in memory: it is made while it is read."""
    rows = 10_000_000
    maker = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(rows)], stdout=subprocess.PIPE, cwd=tmp_path
    )
    words = ["fleet", "profile", "-", "--format", "jsonl", "--by", "team", "--rules", str(SMALL)]
    out = tmp_path / "out.csv"
    with out.open("wb") as stream:
        code = subprocess.call(
            launched([sys.executable, "-m", "advisor", *words], tmp_path / "used"),
            stdin=maker.stdout,
            stdout=stream,
            cwd=SMALL.parents[2],
        )
    maker.wait()
    assert code == 0
    found = table_of(out.read_text())
    assert sum(int(row["note.requests"]) for row in found.values()) == rows
    assert used(tmp_path / "used").memory < 400 * 1024 * 1024, "however long the log is"
