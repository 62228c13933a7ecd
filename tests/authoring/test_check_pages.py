"""Every check has a page, and the page shows what it says."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

import advisor
from advisor.authoring.check import check
from advisor.authoring.explanations import meanings, page_of
from advisor.errors import AdvisorError, Problem
from advisor.estimate.cases import read_cases
from advisor.estimate.results import Names, read_results
from advisor.knowledge.strict_yaml import Limits, read
from advisor.language.answers import read_answers
from advisor.language.rulebase import load_rule_base
from advisor.reports.problems import NO_PAGE
from tests.authoring.catalogues import catalogue_problems, cut_catalogue, plain_http
from tests.authoring.overlays import SMALL, lay_over, small_base

PACKAGE = Path(advisor.__file__).parent
PAGES = sorted(path.stem for path in (PACKAGE / "authoring" / "pages").glob("*.md"))
DAY = date(2026, 11, 22)
FENCE = re.compile(r"```(\w+)\n(.*?)```", re.S)

# Names of calls whose first text is the id of a check.
CALLS = {"add", "report", "Problem", "NumberError", "_Wrong", "Habit", "joined"}


def test_every_check_has_a_page_and_every_page_a_check() -> None:
    assert set(PAGES) == set(meanings())


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_all_its_parts(name: str) -> None:
    page = page_of(name)
    assert page.means.endswith(".")
    assert page.why.endswith((".", "`."))
    for part in (page.wrong, page.right):
        assert FENCE.fullmatch(part), name
    assert page.markdown().startswith(f"# {name}\n\n{page.means}\n")


def _ids_in(path: Path) -> Iterator[str]:
    """Texts in the place of a check's id, in calls that report something."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if name not in CALLS:
            continue
        for argument in node.args[:2]:
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                yield argument.value
                break


def test_every_check_that_is_reported_is_explained() -> None:
    reported: set[str] = set()
    for path in sorted(PACKAGE.rglob("*.py")):
        found = {i for i in _ids_in(path) if re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", i)}
        text = path.read_text(encoding="utf-8")
        # Sets and buttons of the interface have methods called ``add`` as well.
        if "Problem" in text or "findings" in text or "places" in text:
            reported |= found
    assert len(reported) > 80
    assert reported - set(meanings()) - NO_PAGE <= _other_words()


def _other_words() -> set[str]:
    """Texts that stand in such a place and are no checks: names of the rule language."""
    knowledge = load_rule_base(PACKAGE.parent / "rules")
    return {*knowledge.questions, *knowledge.attributes, *knowledge.criteria, "any-open-model"}


def _problems(kind: str, text: str, at: Path) -> tuple[Problem, ...]:
    """What is said of a snippet: a file of its own, or laid over the small rule base."""
    if kind == "bytes":
        return tuple(read(bytes.fromhex(text.strip()), "file.yaml")[1].problems)
    if kind in ("json", "csv"):
        return catalogue_problems(kind, text, at)
    text = re.sub(r"<U\+([0-9A-F]{4})>", lambda m: chr(int(m.group(1), 16)), text)
    if not text.startswith("# ") or ".yaml\n" not in text:
        _, findings = read(text.encode(), "file.yaml")
        if not findings.problems and not text.replace("# rules for latency come here", "").strip():
            findings.add("empty-file", "this file is empty", None)
        return tuple(findings.problems)
    root = small_base(at)
    if text.startswith("# answers.yaml\n"):
        try:
            read_answers(text.partition("\n")[2].encode(), "answers.yaml", load_rule_base(root))
        except AdvisorError as error:
            return error.problems
        return ()
    lay_over(root, text)
    try:
        return check(load_rule_base(root), DAY)
    except AdvisorError as error:
        return error.problems


def _loaded(root: Path) -> tuple[Problem, ...]:
    try:
        load_rule_base(root)
    except AdvisorError as error:
        return error.problems
    return ()


def _large(_: Path) -> tuple[Problem, ...]:
    return tuple(read(b"# x\n" * 2_000_000, "file.yaml")[1].problems)


def _long(_: Path) -> tuple[Problem, ...]:
    return tuple(read(b"because: " + b"word " * 20_000, "file.yaml")[1].problems)


def _many_problems(_: Path) -> tuple[Problem, ...]:
    return tuple(read(b"- {a: 1, a: 2}\n" * 3_000, "file.yaml")[1].problems)


def _many_values(_: Path) -> tuple[Problem, ...]:
    return tuple(read(b"[a, b, c, d]", "file.yaml", Limits(values=3))[1].problems)


def _many_options(at: Path) -> tuple[Problem, ...]:
    options = ", ".join(["chat"] * 1001)
    snippet = "# criteria/latency.yaml\n- id: people-wait-for-answers\n"
    return _problems("yaml", f"{snippet}  when: {{use-case: [{options}]}}\n", at)


def _without_method(at: Path) -> tuple[Problem, ...]:
    root = small_base(at)
    (root / "method.yaml").unlink()
    return _loaded(root)


def _nowhere(at: Path) -> tuple[Problem, ...]:
    at.mkdir()
    return _loaded(at)


def _no_file(at: Path) -> tuple[Problem, ...]:
    root = small_base(at)
    (root / "criteria" / "more.yaml").symlink_to("more.yaml")
    return _loaded(root)


def _measurements(data: bytes) -> Callable[[Path], tuple[Problem, ...]]:
    def made(_: Path) -> tuple[Problem, ...]:
        try:
            read_cases(data, "cases.json")
        except AdvisorError as error:
            return error.problems
        return ()

    return made


def _results(data: bytes) -> Callable[[Path], tuple[Problem, ...]]:
    def made(_: Path) -> tuple[Problem, ...]:
        try:
            read_results(data, "r.json", Names(("wafer-shared",), {}, ()), DAY, lambda _: b"")
        except AdvisorError as error:
            return error.problems
        return ()

    return made


# What cannot be written on a page, made here.
MADE: dict[str, Callable[[Path], tuple[Problem, ...]]] = {
    "cannot-fetch": plain_http,
    "missing-file": _without_method,
    "not-a-number": _measurements(b'[{"case_id": "a", "accelerator_count": "eight"}]'),
    "not-a-rule-base": _nowhere,
    "not-a-result": _results(b'{"throughput": 4200}'),
    "partial-result": _results(
        b"results:\n- {offer: wafer-shared, date: 2026-11-22, requests: 9, accepted: 9, "
        b"seconds: 12, concurrency: 8, token-ms: {p50: 8, p95: 11}}"
    ),
    "not-json": _measurements(b'[{"case_id": "a"'),
    "not-utf-8": _measurements(b'[{"case_id": "\xe9"}]'),
    "too-large": _large,
    "too-long": _long,
    "too-many": _many_options,
    "too-many-retired": cut_catalogue,
    "too-many-problems": _many_problems,
    "too-many-values": _many_values,
    "unreadable-file": _no_file,
}


@pytest.mark.parametrize("name", PAGES)
def test_what_a_page_calls_wrong_is_what_the_check_finds(name: str, tmp_path: Path) -> None:
    match = FENCE.fullmatch(page_of(name).wrong)
    assert match is not None
    kind, text = match.groups()
    if kind == "text":
        problems = MADE[name](tmp_path / "rules")
    else:
        assert name not in MADE
        problems = _problems(kind, text, tmp_path / "rules")
    assert name in {problem.check for problem in problems}, problems


@pytest.mark.parametrize("name", PAGES)
def test_what_a_page_calls_right_is_right(name: str, tmp_path: Path) -> None:
    match = FENCE.fullmatch(page_of(name).right)
    assert match is not None
    problems = _problems(*match.groups(), tmp_path / "rules")
    # What the small rule base leaves undecided as it is, no page can put right.
    from_the_start = {problem.message for problem in check(load_rule_base(SMALL), DAY)}
    left = {problem.check for problem in problems if problem.message not in from_the_start}
    assert name not in left
    # A page shows a condition without the examples that would change with it.
    wrong = [p for p in problems if p.severity == "error" and p.check != "example-contradicts"]
    assert wrong == []
