"""New rules, and what is said of those that exist."""

from __future__ import annotations

import io
import json
import sys

import pytest

from advisor.authoring.coverage import cover
from advisor.authoring.testing import run_tests

GIVEN = {
    "--id": "chat-likes-wafers",
    "--effect": "score",
    "--criterion": "latency",
    "--steps": "2",
    "--when": "use-case: chat, output-tokens: at least 300",
    "--for": "{platform: wafer}",
    "--because": "{offer} answers before a reader looks up.",
    "--source": "panel",
    "--grade": "expert judgement",
    "--owner": "test-authors",
}
ENTRY = """\
- id: chat-likes-wafers
  criterion: latency
  when: {use-case: chat, output-tokens: at least 300}
  for: {platform: wafer}
  score: 2
  because: "{offer} answers before a reader looks up."
  source: {ref: panel, grade: expert judgement, checked: 2026-11-20}
  owner: test-authors
  examples:
    - given: {output-tokens: 300, use-case: chat, offer: wafer-shared}
      expect: applies
    - given: {output-tokens: 200, use-case: chat, offer: wafer-shared}
      expect: does not apply
"""


@pytest.fixture
def new(copy, call, monkeypatch):
    def run(stdin: str = "", *more: str, **changes: str | None):
        options = {**GIVEN, **{f"--{k.replace('_', '-')}": v for k, v in changes.items()}}
        listed = [
            word for key, value in options.items() if value is not None for word in (key, value)
        ]
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        return call("--rules", copy.root, "--as-of", "2026-11-20", "rules", "new", *listed, *more)

    return run


def test_a_new_rule_is_valid_and_its_examples_hold(copy, new):
    code, out, err = new()
    assert (code, out) == (0, ENTRY)
    assert err == f"added to {copy.root / 'criteria' / 'latency.yaml'}\n"
    knowledge = copy.load()
    assert knowledge.rules["chat-likes-wafers"].steps == 2
    assert knowledge.rules["people-wait-for-answers"].steps == 2
    assert run_tests(knowledge, only={"chat-likes-wafers"}).passed
    (covered,) = cover(knowledge, frozenset({"chat-likes-wafers"})).rules
    by_name = {clause.clause.name: clause for clause in covered.clauses}
    assert by_name["output-tokens"].covered


def test_a_new_file_starts_with_its_schema_and_dry_runs_write_nothing(copy, new):
    code, out, err = new("", "--dry-run", file="criteria/speed.yaml")
    assert (code, out, err) == (0, ENTRY, "")
    assert not (copy.root / "criteria" / "speed.yaml").exists()
    assert new(file="criteria/speed.yaml")[0] == 0
    text = (copy.root / "criteria" / "speed.yaml").read_text(encoding="utf-8")
    assert text == f"# yaml-language-server: $schema=../.schema/rules.json\n\n{ENTRY}"
    assert "chat-likes-wafers" in copy.load().rules


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"id": "wafers-are-fast"}, "there is a rule 'wafers-are-fast' already"),
        ({"id": "Chat"}, "'Chat' cannot be an id"),
        ({"effect": "scores"}, "did you mean 'score'?"),
        ({"criterion": "latancy"}, "did you mean 'latency'?"),
        ({"steps": "4"}, "'4' is not possible here"),
        ({"when": "use-kase: chat"}, "did you mean 'use-case'?"),
        ({"when": "use-case: chatt"}, "did you mean 'chat'?"),
        ({"when": "platform: wafer"}, "no question or derived value is called 'platform'"),
        ({"when": "{use-case: chat"}, "never closed"),
        ({"for": "use-case: chat"}, "no attribute of an offer is called 'use-case'"),
        ({"when": "", "for": ""}, "the rule looks at nothing"),
        ({"source": "panels"}, "did you mean 'panel'?"),
        ({"grade": "rumour"}, "'rumour' is not possible here"),
        ({"file": "offers/x.yaml"}, "'offers/x.yaml' is no file for rules"),
        ({"file": "../criteria/x.yaml"}, "is no file for rules"),
        ({"effect": "warn"}, "--criterion does not go with 'warn'"),
        ({"effect": "weigh"}, "--for does not go with 'weigh'"),
        ({"because": "two\nlines"}, "--because holds a character that no rule may contain"),
        ({"when": "use-case: chat", "for": "{platform: wafer, deployment: closed-api}"}, "never applies"),
    ],
    ids=str,
)  # fmt: skip
def test_mistakes_are_named_and_nothing_is_written(copy, new, changes, words):
    before = {path: path.read_bytes() for path in copy.root.rglob("*.yaml")}
    code, out, err = new(**changes)
    assert (code, out) == (2, "")
    assert words in err
    assert before == {path: path.read_bytes() for path in copy.root.rglob("*.yaml")}


def test_a_rule_that_says_what_another_says_is_refused(new):
    changes = {
        "when": "{any: [{size-class: small}]}", "for": "accelerator.kind: wafer-scale",
    }  # fmt: skip
    code, _, err = new(**changes)
    assert code == 2
    assert "the rule 'small-models-gain-little-from-wafers' has the same effect" in err


def test_a_placeholder_that_means_nothing_is_found_by_loading_a_copy(copy, new):
    before = (copy.root / "criteria" / "latency.yaml").read_bytes()
    code, out, err = new(because="{offr} is fast.")
    assert (code, out) == (4, "")
    assert f"{copy.root / 'criteria' / 'latency.yaml'}:" in err
    assert (copy.root / "criteria" / "latency.yaml").read_bytes() == before


def test_what_no_option_says_is_asked(copy, new):
    answers = "scored\nexclude\nno-chat-on-wafers\nuse-case: chat\nplatform: wafer\n"
    answers += "Not for chat.\npanel\nexpert judgement\ntest-authors\n"
    changes = {key.lstrip("-"): None for key in GIVEN}
    code, out, err = new(answers, **changes)
    assert code == 0
    assert "What does the rule do? (exclude, score, weigh, warn, advise)" in err
    assert "'scored' is not possible here; did you mean 'score'?" in err
    rule = copy.load().rules["no-chat-on-wafers"]
    assert (rule.effect, rule.place.file) == ("exclude", "gates/general.yaml")
    assert "negotiable" not in out
    code, _, err = new("exclude\n", **changes)
    assert code == 2
    assert "--id is missing, and there is no more input to ask" in err


def shown(call, root, *names):
    code, out, _ = call("--rules", root, "rules", "show", *names, "--format", "json")
    assert code == 0
    return [
        {use["how"]: use["what"] for use in declared["uses"]}
        for declared in json.loads(out)["declarations"]
    ]


def test_show_says_what_reads_what(copy, call):
    rule, offer = shown(call, copy.root, "small-models-gain-little-from-wafers", "wafer-shared")
    assert rule == {
        "where": ["size class is small"],
        "for offers whose": ["accelerator kind is wafer-scale"],
        "rests on questions": ["model-size"],
        "speaks of": ["wafer-shared"],
        "perhaps speaks of": ["closed-lab"],
    }
    assert offer["can be excluded by"] == [
        "answer-must-fit-the-context", "certificates-must-be-held", "processing-must-stay",
    ]  # fmt: skip
    assert offer["can be scored by"] == ["small-models-gain-little-from-wafers", "wafers-are-fast"]
    assert offer["right in cases"] == ["chat-startup"]
    (question,) = shown(call, copy.root, "model-size")
    assert question["behind derived values"] == ["size-class"]
    assert question["read through derived values by"] == ["small-models-gain-little-from-wafers"]
    (derived,) = shown(call, copy.root, "size-class")
    assert derived["follows from"] == ["model-size"]
    assert derived["read by rules"] == ["small-models-gain-little-from-wafers"]
    (criterion,) = shown(call, copy.root, "latency")
    assert criterion["weighed by"] == ["people-wait-for-answers (+2)"]
    assert criterion["decides cases"] == ["chat-startup"]
    (attribute,) = shown(call, copy.root, "context-limit")
    assert attribute["read by rules"] == ["answer-must-fit-the-context"]
    (source,) = shown(call, copy.root, "wafer-article")
    assert source["cited by rules"] == ["small-models-gain-little-from-wafers", "wafers-are-fast"]
    assert source["cited by claims about accelerators"] == ["wafer-one"]
    (model,) = shown(call, copy.root, "pocket-8b")
    assert model["served by"] == ["wafer-shared", "gpu-cluster", "budget-shared"]


def test_show_stays_readable_yaml_and_knows_every_kind(knowledge, call):
    from advisor.cli.listings import declarations

    first = {}
    for kind, key, _ in declarations(knowledge):
        first.setdefault(kind, key)
    code, out, _ = call("rules", "show", *first.values())
    assert code == 0
    heads = [line for line in out.splitlines() if line.startswith("# ") and " in " in line]
    for kind in first:
        assert any(line.startswith(f"# {kind} in ") for line in heads), kind


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--effect", "weigh"], {"people-wait-for-answers", "high-volume-makes-cost-count"}),
        (["--criterion", "operations"], {"own-cluster-takes-people"}),
        (["--reads", "model-size"], {"small-models-gain-little-from-wafers"}),
        (["--reads", "residency"], {"processing-must-stay"}),
        (["--offer", "gpu-cluster", "--effect", "score"],
         {"own-cluster-takes-people", "own-cluster-runs-any-model"}),
        (["--source", "wafer-article"], {"wafers-are-fast", "small-models-gain-little-from-wafers"}),
        (["--owner", "test-authors", "--effect", "advise", "--source", "wafer-article"], set()),
    ],
)  # fmt: skip
def test_lists_of_rules_can_be_narrowed(copy, call, options, expected):
    code, out, _ = call("--rules", copy.root, "rules", "list", *options, "--format", "json")
    assert code == 0
    assert {rule["id"] for rule in json.loads(out)["rules"]} == expected
    assert call("--rules", copy.root, "rules", "list", *options)[0] == 0


def test_a_filter_by_a_name_that_does_not_exist_is_a_mistake(copy, call):
    for option, word in (
        ("--criterion", "latenzy"),
        ("--reads", "model-sice"),
        ("--offer", "wafer-shard"),
    ):
        code, _, err = call("--rules", copy.root, "rules", "list", option, word)
        assert code == 2
        assert "did you mean" in err
    assert (
        call("--rules", copy.root, "rules", "list", "--offers", "--owner", "test-authors")[0] == 2
    )
