"""``advisor plan`` and ``recommend --measured`` from the outside."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

RESULTS = Path(__file__).resolve().parent.parent / "plan" / "results"
WHOLE = """\
format: 1
results:
  - {offer: wafer-shared, model: atlas-70b, date: 2026-11-20, requests: 400, accepted: 400,
     seconds: 60, concurrency: 8, first-token-ms: {p50: 200, p95: 350}, token-ms: {p50: 2, p95: 3}}
"""


@pytest.mark.parametrize("form", ["text", "markdown", "json", "html"])
def test_a_plan_in_every_format(advisor, good, form):
    told = advisor("plan", good, "--format", form)
    assert told.code == 0 and told.err == ""
    assert "Wafer shared API" in told.out and "vllm bench serve" in told.out
    if form == "json":
        data = json.loads(told.out)
        assert data["format"] == "advisor-bake-off-1"
        assert [r["id"] for r in data["runs"]][:2] == ["alone", "climb"]


def test_a_plan_is_the_same_bytes_whatever_the_hash_seed(advisor, good):
    one = advisor("plan", good, env={"PYTHONHASHSEED": "1"})
    two = advisor("plan", good, env={"PYTHONHASHSEED": "2"})
    assert one.data == two.data


def test_a_plan_without_an_offer_exits_with_5(advisor, strict_market, nobody):
    told = advisor("plan", nobody, "--rules", strict_market, rules=None)
    assert told.code == 5
    assert "there is nothing to test" in told.out


def test_text_of_a_plan_is_80_columns_but_for_commands(advisor, good):
    told = advisor("plan", good)
    before, _, rest = told.out.partition("\nCommands\n")
    after = rest.partition("\nChecklist")[2]
    assert max(len(line) for line in (before + after).splitlines()) <= 80


def test_in_a_pipe_there_is_no_colour_and_ascii_where_nothing_else_can_be_shown(advisor, good):
    told = advisor("recommend", good)
    assert "\x1b" not in told.out
    plain = advisor("recommend", good, env={"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"})
    plain.data.decode("ascii")
    coloured = advisor("recommend", good, env={"FORCE_COLOR": "1"})
    assert re.sub(r"\x1b\[\d+m", "", coloured.out) == told.out
    assert len(set(re.findall(r"\x1b\[(\d+)m", coloured.out))) >= 4
    assert "\x1b" not in advisor("recommend", good, env={"FORCE_COLOR": "1", "NO_COLOR": "1"}).out


def test_measured_figures_enter_the_recommendation(advisor, good, tmp_path):
    (tmp_path / "results.yaml").write_text(WHOLE, encoding="utf-8")
    told = advisor("recommend", good, "--measured", "results.yaml", "--format", "json")
    assert told.code == 0, told.err
    data = json.loads(told.out)
    before = json.loads(advisor("recommend", good, "--format", "json").out)
    said = [r["text"] for r in data["inputs"]["readings"] if r["subject"] == "your-measurement"]
    assert len(said) == 1 and "Measured by you on 2026-11-20" in said[0]
    assert data["knowledge"]["digest"] != before["knowledge"]["digest"]
    assert "Measured by you" in " ".join(
        advisor("recommend", good, "--measured", "results.yaml").out.split()
    )


@pytest.mark.parametrize("form", ["html", "adr"])
def test_every_format_says_what_was_measured(advisor, good, tmp_path, form):
    (tmp_path / "results.yaml").write_text(WHOLE, encoding="utf-8")
    told = advisor("recommend", good, "--measured", "results.yaml", "--format", form)
    assert "Measured by you on 2026-11-20" in " ".join(told.out.replace("\\", "").split())


def test_what_a_tool_wrote_is_taken_by_its_name_or_by_offer(advisor, good, tmp_path):
    data = (RESULTS / "vllm.json").read_text(encoding="utf-8").replace("20261125", "20261120")
    (tmp_path / "wafer-shared.peak.us.vllm.json").write_text(data, encoding="utf-8")
    (tmp_path / "x.json").write_text(data, encoding="utf-8")
    for argument in ("wafer-shared.peak.us.vllm.json", "wafer-shared=x.json"):
        told = advisor("recommend", good, "--measured", argument)
        assert told.code == 0, told.err
        assert "Measured by you on 2026-11-20" in " ".join(told.out.split())


@pytest.mark.parametrize(
    ("argument", "code", "words"),
    [
        ("missing.json", 3, "there is no file 'missing.json'"),
        ("wafer-sharde=x.json", 2, "did you mean 'wafer-shared'?"),
        ("x.json", 3, "write OFFER=x.json"),
        ("cut.json", 3, "ends in the middle of a value"),
        ("answers.yaml", 3, "a results file needs 'results'"),
        ("wafer-shared=results.yaml", 3, "a results file says itself which offers"),
    ],
)
def test_bad_results_are_named_and_nothing_is_printed(
    advisor, good, tmp_path, argument, code, words
):
    data = (RESULTS / "vllm.json").read_text(encoding="utf-8").replace("20261125", "20261120")
    (tmp_path / "x.json").write_text(data, encoding="utf-8")
    (tmp_path / "cut.json").write_text(data[:300], encoding="utf-8")
    (tmp_path / "results.yaml").write_text(WHOLE, encoding="utf-8")
    told = advisor("recommend", good, "--measured", argument)
    assert told.code == code
    assert told.out == ""
    assert words in told.err and "Traceback" not in told.err


def test_problems_of_all_files_come_at_once(advisor, good, tmp_path):
    (tmp_path / "a.yaml").write_text(WHOLE.replace("accepted: 400", "accepted: 5"), "utf-8")
    (tmp_path / "b.yaml").write_text(WHOLE.replace("wafer-shared", "wafre-shared"), "utf-8")
    told = advisor("recommend", good, "--measured", "a.yaml", "--measured", "b.yaml")
    assert told.code == 3
    assert "a.yaml:3:" in told.err and "b.yaml:3:" in told.err
    assert "only 5 requests were answered" in told.err
    assert "did you mean 'wafer-shared'?" in told.err


@pytest.mark.parametrize("form", ["json", "html"])
def test_a_demand_that_is_not_met_keeps_the_whole_output(advisor, good, form):
    plain = advisor("recommend", good, "--format", form)
    told = advisor("recommend", good, "--format", form, "--require", "firm")
    assert (plain.code, told.code) == (0, 7)
    assert told.data == plain.data
    assert "'firm' is demanded" in told.err


@pytest.mark.parametrize("form", ["text", "adr"])
def test_no_offer_keeps_the_whole_output(advisor, strict_market, nobody, form):
    told = advisor("recommend", nobody, "--rules", strict_market, "--format", form, rules=None)
    assert told.code == 5
    assert "No offer qualifies" in told.out
    assert len(told.out) > 500


def test_no_plotting_library_is_loaded_where_nothing_is_drawn(small, good):
    script = (
        "import sys; sys.argv = ['advisor', '--rules', sys.argv[1], 'recommend', sys.argv[2]]\n"
        "from advisor.__main__ import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "sys.stderr.write(' '.join(sorted({m.split('.')[0] for m in sys.modules})))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(small), str(good)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert not {"pygal", "jinja2", "textual"} & set(done.stderr.split())
