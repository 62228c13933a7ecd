"""The Python interface: loading, answers from files, days, and errors that say where."""

from __future__ import annotations

import shutil
import subprocess
import sys
from datetime import date, datetime
from pathlib import Path

import pytest

import advisor
from advisor import api
from advisor.errors import DataError, RuleBaseError, UsageError
from advisor.knowledge.model import Knowledge
from advisor.knowledge.values import Interval

SMALL = Path(__file__).parent / "rulebases" / "small"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SMALL, tmp_path / "rules"))


def test_a_rule_base_is_loaded_once_per_content(copy: Path) -> None:
    first = api.load(copy)
    assert isinstance(first, Knowledge)
    assert api.load(str(copy)) is first
    offer = copy / "offers" / "budget-shared.yaml"
    offer.write_text(offer.read_text().replace("cheap", "very cheap"))
    second = api.load(copy)
    assert second is not first
    assert second.offers["budget-shared"].summary == "Many models, very cheap, by the token."


def test_two_directories_with_the_same_content_keep_their_own_root(copy: Path) -> None:
    assert api.load(copy).root == str(copy)
    assert api.load(SMALL).root == str(SMALL)
    assert api.load(SMALL).digest == api.load(copy).digest


def test_loading_from_the_package() -> None:
    assert advisor.load(SMALL) is api.load(SMALL)


def test_the_shipped_rules_are_those_of_the_checkout(rules_root: Path) -> None:
    assert api.shipped_rules() == rules_root


@pytest.mark.parametrize("what", ["nowhere", "method.yaml"])
def test_what_is_no_rule_base(copy: Path, what: str) -> None:
    with pytest.raises(RuleBaseError) as caught:
        api.load(copy / what)
    assert caught.value.problems[0].file == str(copy / what)


def test_a_broken_rule_base_is_not_kept(copy: Path) -> None:
    method = copy / "method.yaml"
    good = method.read_text()
    method.write_text("stale-factor: 2\n")
    for _ in range(2):
        with pytest.raises(RuleBaseError):
            api.load(copy)
    method.write_text(good)
    assert api.load(copy).method.stale_factor == 2


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("2026-11-22", date(2026, 11, 22)),
        (date(2026, 2, 28), date(2026, 2, 28)),
        (datetime(2026, 2, 28, 12, 30), date(2026, 2, 28)),
    ],
)
def test_days(given: date | str, expected: date) -> None:
    assert api.day(given) == expected


@pytest.mark.parametrize("given", ["today", "2026-13-01", "20261122", "22.11.2026", "", 20261122])
def test_what_is_no_day(given: str) -> None:
    with pytest.raises(UsageError) as caught:
        api.day(given)
    assert caught.value.exit_code == 2
    with pytest.raises(UsageError):
        api.load(SMALL, as_of=given)
    with pytest.raises(UsageError):
        api.recommend({}, rules=SMALL, as_of=given)


def test_without_a_day_it_is_today() -> None:
    assert abs((api.day(None) - date.today()).days) <= 1


def test_an_answers_file(tmp_path: Path) -> None:
    at = tmp_path / "answers.yaml"
    at.write_text("format: 1\nanswers: {model-size: 70B}\n")
    inputs = api.read_answers_file(at, api.load(SMALL))
    assert inputs.answers == {"model-size": Interval.point(70)}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("missing.yaml", "there is no such file"),
        (".", "this is a directory, not an answers file"),
        ("missing/answers.yaml", "there is no such file"),
        ("a\0b", "this cannot be read"),
        ("x" * 5000, "this cannot be read"),
        ("empty.yaml", "the file is empty"),
        ("binary.yaml", ""),
        ("large.yaml", ""),
    ],
)
def test_files_that_hold_no_answers(tmp_path: Path, name: str, words: str) -> None:
    (tmp_path / "empty.yaml").write_bytes(b"")
    (tmp_path / "binary.yaml").write_bytes(bytes(range(256)))
    (tmp_path / "large.yaml").write_bytes(b"# much\n" * 1_000_000)
    with pytest.raises(DataError) as caught:
        api.read_answers_file(tmp_path / name, api.load(SMALL))
    assert caught.value.exit_code == 3
    assert words in caught.value.problems[0].message
    assert caught.value.problems[0].file == str(tmp_path / name)


def test_wrong_answers_are_located_errors() -> None:
    with pytest.raises(DataError) as caught:
        advisor.recommend({"modle-size": 70}, rules=SMALL, as_of="2026-11-22")
    (problem,) = caught.value.problems
    assert (problem.file, problem.hint) == ("answers.modle-size", "did you mean 'model-size'?")


def test_the_same_answers_give_the_same_bytes() -> None:
    answers = {"use-case": "chat", "model-size": 70, "requests-per-day": 1e4}
    first = advisor.recommend(answers, rules=SMALL, as_of="2026-11-22")
    inputs = api.inputs(answers, api.load(SMALL))
    second = advisor.recommend(inputs, rules=SMALL, as_of=date(2026, 11, 22))
    assert first.to_json() == second.to_json()
    assert {entry.offer for entry in first.ranking} | {x.offer for x in first.excluded} == set(
        api.load(SMALL).offers
    )


def test_importing_the_package_loads_nothing_heavy() -> None:
    heavy = ("pydantic", "yaml", "numpy", "textual", "click", "jinja2", "advisor.api")
    code = f"import sys, advisor; print([m for m in {heavy!r} if m in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
