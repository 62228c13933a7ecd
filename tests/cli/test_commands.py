"""What the commands print, besides recommendations."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from advisor.language.answers import inputs_from_mapping, read_answers
from advisor.reports.answers_file import answers_file, case_file
from advisor.reports.questions import template


def test_help_names_every_command(advisor):
    told = advisor("--help")
    assert told.code == 0
    for name in ("recommend", "explain", "questions", "examples", "rules", "locate"):
        assert name in told.out
        page = advisor(name, "--help")
        assert page.code == 0
        assert f"advisor {name}" in page.out


def test_version(run_advisor):
    from advisor import __version__

    assert run_advisor("--version").stdout.decode() == f"advisor {__version__}\n"
    assert run_advisor("--version", "--quiet").stdout.decode() == f"advisor {__version__}\n"


def test_questions_say_why_what_and_how_likely(advisor):
    told = " ".join(advisor("questions").out.split())
    for words in [
        "use-case: What will the model do?",
        "Decides how much latency matters.",
        "chat: People wait for the answer. (60 %)",
        "soc2: An auditor's report. (20 %)",
        "1B to 2T",
        "without an answer: 1B to 13B 40 %",
    ]:
        assert words in told, words


def test_questions_as_data(advisor):
    data = json.loads(advisor("questions", "--format", "json").out)
    assert data["format"] == "advisor-questions-1"
    by_id = {question["id"]: question for question in data["questions"]}
    assert by_id["model-size"]["unit"] == "parameters"
    assert (by_id["model-size"]["minimum"], by_id["model-size"]["maximum"]) == (1, 2000)
    assert by_id["model-size"]["prior"][0] == {"from": 1, "to": 13, "weight": 40}
    assert [o["id"] for o in by_id["use-case"]["options"]] == ["chat", "batch"]
    assert list(by_id) == [
        "use-case", "models", "model-size", "requests-per-day", "output-tokens",
        "certifications", "residency", "current-offer",
    ]  # fmt: skip


def test_the_template_is_an_answers_file_that_says_nothing(advisor, tmp_path):
    told = advisor("questions", "--template", "--output", "template.yaml")
    assert (told.code, told.out) == (0, "")
    (tmp_path / "nothing.yaml").write_text("answers: {}\n")
    filled = advisor("recommend", "template.yaml", "--format", "json")
    assert filled.data == advisor("recommend", "nothing.yaml", "--format", "json").data
    text = (tmp_path / "template.yaml").read_text()
    assert "  model-size: unknown\n" in text
    assert max(map(len, text.splitlines())) <= 80


def test_examples_are_listed_and_printed_as_answers_files(advisor, tmp_path):
    assert "chat-startup  A chat product on a 70B model" in advisor("examples").out
    data = json.loads(advisor("examples", "--format", "json").out)
    assert data["examples"] == [{"name": "chat-startup", "title": "A chat product on a 70B model"}]
    printed = advisor("examples", "chat-startup")
    assert printed.out.startswith("# A chat product on a 70B model\n")
    told = advisor("recommend", "-", "--format", "json", stdin=printed.data)
    assert told.code == 0
    inputs = json.loads(told.out)["inputs"]
    assert inputs["weights"] == {"cost": "more", "operations": "ignore"}
    assert inputs["prices"]["budget-shared"]["input"].startswith("0.15")


def test_rules_check_counts(advisor):
    told = advisor("rules", "check")
    assert told.code == 0
    assert told.out.startswith("warning[unused-question]: nothing reads the answer to 'current-")
    assert told.out.endswith("1 problem and 1 note in 2 files\n")
    data = json.loads(advisor("rules", "check", "--format", "json").out)
    assert data["format"] == "advisor-problems-1"
    assert [problem["severity"] for problem in data["problems"]] == ["warning", "info"]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("rules", "people-wait-for-answers"),
        ("offers", "wafer-shared"),
        ("questions", "model-size"),
        ("criteria", "latency"),
    ],
)
def test_rules_list(advisor, kind, expected):
    option = [] if kind == "rules" else [f"--{kind}"]
    assert expected in advisor("rules", "list", *option).out
    data = json.loads(advisor("rules", "list", *option, "--format", "json").out)
    assert data["format"] == f"advisor-{kind}-1"
    assert expected in [row["id"] for row in data[kind]]


def test_rules_show_prints_what_the_author_wrote(advisor, small):
    told = advisor("rules", "show", "people-wait-for-answers")
    declared, _, comments = told.out.partition("\n\n")
    assert all(line.startswith("# ") for line in comments.splitlines())
    first, *lines = declared.splitlines()
    place = first.removeprefix("# rule in ")
    file, line = place.split(":")
    source = (small / file).read_text().splitlines()
    start = int(line) - 1
    assert lines == source[start : start + len(lines)]
    assert lines[0] == "- id: people-wait-for-answers"
    rest = source[start + len(lines) :]
    assert not rest or rest[0].startswith("- ") or not rest[0].strip()


def test_rules_show_prints_an_offer_whole(advisor, small):
    told = advisor("rules", "show", "wafer-shared")
    assert told.out.partition("\n\n")[0].splitlines()[1:] == (
        (small / "offers" / "wafer-shared.yaml").read_text().splitlines()
    )
    data = json.loads(advisor("rules", "show", "wafer-shared", "--format", "json").out)
    assert data["declarations"][0]["file"].endswith("offers/wafer-shared.yaml")


def test_rules_explain_says_what_a_check_means(advisor):
    assert "nested deeper" in advisor("rules", "explain", "too-deep").out
    data = json.loads(advisor("rules", "explain", "--format", "json").out)
    assert len(data["checks"]) > 50
    assert advisor("rules", "explain", "too-deeep").code == 2


def test_every_problem_that_points_at_its_explanation_has_one(checkout):
    """Each literal check id in the readers of rule bases and answers is explained."""
    from advisor.authoring.explanations import meanings
    from advisor.reports.problems import NO_PAGE

    known = meanings()
    used = set()
    call = re.compile(r'(?:\.add\(|Problem\(|report\(\s*findings,)\s*"([a-z0-9-]+)",')
    package = checkout / "advisor"
    for path in (
        *(package / "knowledge").glob("*.py"),
        *(package / "language").glob("*.py"),
        package / "interview.py",
        package / "cli" / "inputs.py",
        package / "cli" / "plain.py",
    ):
        used |= set(call.findall(path.read_text(encoding="utf-8")))
    assert len(used) > 40
    assert used - set(known) <= NO_PAGE


def test_locate(advisor, tmp_path, small):
    assert advisor("locate", "rules").out == f"{small}\n"
    places = json.loads(advisor("locate", "--format", "json").out)
    assert places["settings"].startswith(str(tmp_path / "config"))
    assert places["sessions"].startswith(str(tmp_path / "state"))
    assert Path(advisor("locate", "rules", rules=None).out.strip()).is_dir()


def test_explain_tells_where_the_points_come_from(advisor, good):
    told = " ".join(advisor("explain", good).out.split())
    assert "Where the points of Wafer shared API come from" in told
    assert "wafers-are-fast" in told


def test_explain_why_not_a_ranked_offer_adds_up(advisor, good):
    told = " ".join(advisor("explain", good, "--why-not", "budget-shared").out.split())
    assert "Why not Budget shared API" in told
    _, _, against = told.partition("Why Wafer shared API and not Budget shared API")
    parts, _, total = against.partition("Together: ")
    numbers = [int(n.replace(",", "")) for n in re.findall(r"(?<= )[+-][\d,]*\d", parts)]
    assert len(numbers) >= 2
    assert sum(numbers) == int(total.split()[0].replace(",", ""))


def test_explain_why_not_an_excluded_offer_names_the_gate(advisor, good):
    told = " ".join(advisor("explain", good, "--why-not", "closed-lab").out.split())
    assert "Closed lab API does not serve atlas-70b." in told
    data = json.loads(advisor("explain", good, "--why-not", "closed-lab", "--format", "json").out)
    assert data["format"] == "advisor-explanation-1"
    failed = data["why_not"]["excluded"]["failed"]
    assert [gate["rule"] for gate in failed] == ["model-must-be-served"]


# -- answers files written by the program --------------------------------------------------

ANSWERS = [
    {"use-case": ["chat", "batch"]},
    {"model-size": "7B to 13B", "requests-per-day": "at least 100"},
    {"model-size": "below 13B", "output-tokens": "above 200"},
    {"model-size": 0.5 * 3, "certifications": [], "models": ["atlas", "pocket-8b"]},
    {"requests-per-day": 1_000_000, "residency": ["us", "eu"], "current-offer": "gpu-cluster"},
]


@pytest.mark.parametrize("answers", ANSWERS)
def test_a_written_answers_file_reads_back_the_same(small_knowledge, answers):
    inputs = inputs_from_mapping(
        {
            "answers": answers,
            "weights": {"cost": "less"},
            "prices": {"budget-shared": {"input": "0.125", "output": 3}},
        },
        small_knowledge,
    )
    text = answers_file(small_knowledge, inputs, "Saved: by the program\nin one go")
    assert read_answers(text.encode(), "saved.yaml", small_knowledge) == inputs


def test_nothing_answered_reads_back_too(small_knowledge):
    nothing = inputs_from_mapping({"answers": {}}, small_knowledge)
    text = answers_file(small_knowledge, nothing)
    assert read_answers(text.encode(), "saved.yaml", small_knowledge) == nothing


def test_the_template_of_the_shipped_rule_base_reads_back(knowledge):
    assert read_answers(template(knowledge).encode(), "template.yaml", knowledge).answers == {}


def test_every_shipped_example_reads_back(knowledge):
    from advisor.language.answers import case_inputs

    assert len(knowledge.cases) >= 12
    for case in knowledge.cases.values():
        text = case_file(case)
        assert read_answers(text.encode(), case.id, knowledge) == case_inputs(case, knowledge)
