"""``advisor rules check``: its formats, held to what others say of them, and what it is asked for."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.authoring.conftest import SMALL

LATENCY = "criteria/latency.yaml"


def broken(copy) -> None:
    """Three errors in two files, one with a second place, and text that must be escaped."""
    copy.replace(LATENCY, "  when: {use-case: chat}", "  when: {use-cse: chat}")
    copy.replace(LATENCY, "- id: wafers-are-fast", '- id: "100%\\n::error::x"')
    copy.replace(
        "advice/general.yaml", "- id: certificates-unproven", "- id: own-cluster-takes-people"
    )


def sarif(text: str):
    """The log as models made from the published schema: whatever they do not know is refused."""
    from pydantic_sarif import model

    found = [
        m
        for m in vars(model).values()
        if isinstance(m, type) and "runs" in getattr(m, "model_fields", ())
    ]
    (log,) = found
    return log.model_validate_json(text)


def test_the_log_for_code_review_is_valid(copy, call):
    broken(copy)
    code, out, err = call("rules", "check", copy.root, "--format", "sarif")
    assert (code, err) == (4, "")
    log = sarif(out)
    (run,) = log.runs
    assert {r.ruleId for r in run.results} == {"unknown-name", "bad-id", "duplicate-id"}
    for result in run.results:
        # 3.27.7: the index leads to the rule of the same id; 3.30: the end is exclusive
        assert run.tool.driver.rules[result.ruleIndex].id == result.ruleId
        region = result.locations[0].physicalLocation.region
        line = region.snippet.text
        assert 1 <= region.startColumn < region.endColumn <= len(line) + 1
    name = next(r for r in run.results if r.ruleId == "unknown-name")
    region = name.locations[0].physicalLocation.region
    assert region.snippet.text[region.startColumn - 1 : region.endColumn - 1] == "use-cse"
    assert "did you mean 'use-case'?" in name.message.text


def test_a_log_without_results_is_valid(call):
    for arguments in (["--rules", SMALL], ["--rules", "nowhere"]):
        code, out, _ = call("rules", "check", *arguments, "--format", "sarif")
        sarif(out) if out else None
        assert (code == 0) is bool(out)


def test_files_are_named_from_where_the_program_runs(copy, call, monkeypatch):
    broken(copy)
    monkeypatch.chdir(copy.root.parent)
    _, out, _ = call("rules", "check", copy.root, "--format", "sarif")
    found = {
        result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        for result in json.loads(out)["runs"][0]["results"]
    }
    assert found == {"copy/criteria/latency.yaml", "copy/advice/general.yaml"}
    _, out, _ = call("rules", "check", copy.root, "--format", "github")
    assert all("file=copy/" in line for line in out.splitlines())


def test_commands_for_github_are_one_line_each_and_escaped(copy, call):
    broken(copy)
    code, out, _ = call("rules", "check", copy.root, "--format", "github")
    assert code == 4
    lines = out.splitlines()
    assert len(lines) == 3
    shape = re.compile(
        r"::(error|warning|notice) file=[^,:]+,line=\d+,endLine=\d+,col=\d+,endColumn=\d+,title=[a-z-]+::.+"
    )
    assert all(shape.fullmatch(line) for line in lines), lines
    assert sum("'100%25" in line for line in lines) == 1
    assert "100%\n" not in out


def test_json_has_every_problem_with_its_place(copy, call):
    broken(copy)
    code, out, _ = call("rules", "check", copy.root, "--format", "json")
    data = json.loads(out)
    assert (code, data["format"]) == (4, "advisor-problems-1")
    name = next(p for p in data["problems"] if p["check"] == "unknown-name")
    assert (name["line"], name["column"], name["end_column"]) == (3, 10, 17)
    assert name["source_line"][9:16] == "use-cse"
    assert name["see"] == "advisor rules explain unknown-name"


def test_only_what_was_asked_for_is_reported(copy, call):
    broken(copy)
    code, out, err = call("rules", "check", copy.root / "advice")
    assert code == 4
    assert "latency.yaml:3" not in out
    code, out, err = call("rules", "check", copy.root / "offers")
    assert code == 4
    assert "keeps the rule base from being loaded" in err


def test_warnings_fail_only_when_asked(call):
    assert call("rules", "check", SMALL)[0] == 0
    assert call("rules", "check", SMALL, "--strict")[0] == 4


def test_notes_are_counted_and_shown_when_asked(copy, call):
    copy.replace(
        "offers/closed-lab.yaml",
        "  - {attribute: residency, value: [us, eu], source: price-page",
        "  - {attribute: catalogue-complete, value: no, source: price-page",
    )
    _, out, _ = call("rules", "check", copy.root)
    assert "1 note (--notes shows them)" in out
    assert "missing-claim" not in out
    _, out, _ = call("rules", "check", copy.root, "--notes")
    assert "info[missing-claim]" in out


@pytest.mark.parametrize("command", [["check", "--explain"], ["explain"]])
def test_a_check_is_explained(call, command):
    code, out, _ = call("rules", *command, "shadowed-rule")
    assert code == 0
    for heading in ("Why it matters", "Wrong", "Right"):
        assert heading in out
    code, _, err = call("rules", *command, "shadowed-rul")
    assert code == 2
    assert "did you mean 'shadowed-rule'?" in err


def test_a_path_outside_every_rule_base_is_wrong_usage(call, tmp_path: Path):
    stray = tmp_path / "stray.yaml"
    stray.write_text("a: 1\n")
    code, _, err = call("rules", "check", stray)
    assert code == 2
    assert "lies in no rule base" in err


def test_checking_loads_no_array_library():
    """What decides is not needed to check, and takes as long to import as a check does."""
    program = "import sys, advisor.authoring.check; print('numpy' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "False\n"
