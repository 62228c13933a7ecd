"""The schemas that editors use, judged by an independent validator."""

from __future__ import annotations

import copy as copying
import json
import re
from pathlib import Path

import jsonschema
import pytest
import yaml

from advisor.authoring.schema import (
    FOLDER,
    KINDS,
    as_text,
    combined_schema,
    file_schema,
    first_line,
    kind_of,
)

Validator = jsonschema.Draft202012Validator


class CoreSchema(yaml.SafeLoader):
    """YAML 1.2 as editors read it: yes and no are texts, days are texts."""


CoreSchema.yaml_implicit_resolvers = {}
for tag, pattern, first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("null", r"~|null|Null|NULL|", "~nN"),
    ("int", r"[-+]?[0-9]+", "-+0123456789"),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", "-+.0123456789"),
):
    CoreSchema.add_implicit_resolver(
        f"tag:yaml.org,2002:{tag}", re.compile(f"^(?:{pattern})$"), [*first, ""]
    )


def rule_files(root: Path) -> list[str]:
    found = [path.relative_to(root).as_posix() for path in root.rglob("*.yaml")]
    return sorted(name for name in found if kind_of(name) is not None)


def read(path: Path) -> object:
    return yaml.load(path.read_text(encoding="utf-8"), CoreSchema)


def complaints(schema, value) -> list[str]:
    return [error.message for error in Validator(schema).iter_errors(value)]


@pytest.fixture(scope="module", params=[False, True], ids=["keys", "names"])
def schemas(request, knowledge):
    named = knowledge if request.param else None
    return {kind: file_schema(kind, named) for kind in KINDS}


def test_every_schema_is_one(schemas):
    for schema in (*schemas.values(), combined_schema()):
        Validator.check_schema(schema)


def test_every_shipped_file_is_valid(schemas, rules_root):
    validators = {kind: Validator(schema) for kind, schema in schemas.items()}
    names = rule_files(rules_root)
    assert {kind_of(name) for name in names} == set(KINDS)
    wrong = [
        f"{name}: {list(error.absolute_path)}: {error.message}"
        for name in names
        for error in validators[kind_of(name)].iter_errors(read(rules_root / name))
    ]
    assert wrong == []


def test_a_file_is_valid_by_the_combined_document_too(rules_root):
    validator = Validator(combined_schema())
    for name in ("method.yaml", "criteria.yaml", "gates/form.yaml", "offers/groq-shared.yaml"):
        assert validator.is_valid(read(rules_root / name)), name
    assert not validator.is_valid({"id": "x"})


RULE = {
    "id": "r",
    "criterion": "cost",
    "when": {"use-case": "chat"},
    "score": 1,
    "because": "Because.",
    "source": {"ref": "expert-panel", "grade": "press", "checked": "2026-11-22"},
    "owner": "desk",
    "examples": [
        {"given": {"use-case": "chat"}, "expect": "applies"},
        {"given": {"use-case": "voice"}, "expect": "does not apply"},
    ],
}


def changed(**keys: object) -> dict[str, object]:
    rule = copying.deepcopy(RULE)
    for key, value in keys.items():
        name = key.rstrip("_")
        if value is None:
            del rule[name]
        else:
            rule[name] = value
    return rule


@pytest.mark.parametrize(
    "rule",
    [
        changed(becuase="A misspelt key.", because=None),
        changed(owner=None),
        changed(score=4),
        changed(score=None),
        changed(exclude="yes"),
        changed(criterion=None),
        changed(when=None),
        changed(when="use-case is chat"),
        changed(when={"any": {"use-case": "chat"}}),
        changed(when={"use-case": {"below": 3}}),
        changed(score=None, criterion=None, warn="no"),
        changed(negotiable="yes"),
        changed(score=None, weigh=1, for_={"platform": "groq"}),
        changed(source={"ref": "expert-panel", "grade": "rumour", "checked": "2026-11-22"}),
        changed(source={"ref": "expert-panel", "grade": "press", "checked": "22.11.2026"}),
        changed(examples=RULE["examples"][:1]),
        changed(id="Capital"),
    ],
    ids=str,
)
def test_a_mistake_is_underlined(schemas, rule):
    assert complaints(schemas["rules"], [RULE]) == []
    assert complaints(schemas["rules"], [rule]) != []


@pytest.mark.parametrize(
    "rule",
    [
        changed(criterion="costs"),
        changed(when={"use-cases": "chat"}),
        changed(for_={"plattform": "groq"}),
        changed(when={"any": [{"use-case": "chat"}, {"not": {"use-cases": "chat"}}]}),
        changed(source={"ref": "expert-panels", "grade": "press", "checked": "2026-11-22"}),
        changed(
            examples=[{"given": {"use-case": "chatt"}, "expect": "applies"}, RULE["examples"][1]]
        ),
        changed(examples=[{"given": {"offer": "grok"}, "expect": "applies"}, RULE["examples"][1]]),
    ],
    ids=str,
)
def test_with_names_a_misspelt_name_is_underlined(knowledge, rule):
    assert complaints(file_schema("rules"), [rule]) == []
    assert complaints(file_schema("rules", knowledge), [rule]) != []


def test_hovering_says_what_is_meant(knowledge):
    plain = file_schema("rules")["$defs"]["rule"]["properties"]
    assert plain["evidence"]["description"] == "Rules with the same evidence do not add up."
    condition = file_schema("rules", knowledge)["$defs"]["condition"]["properties"]
    size = knowledge.questions["model-size"]
    assert condition["model-size"]["description"].startswith(f"{size.ask} {size.why}")
    assert condition["use-case"]["anyOf"][0]["enum"][:1] == ["chat"]


def test_nothing_of_python_shows():
    text = as_text(combined_schema())
    assert "Shape" not in text
    assert '"null"' not in text
    assert '"default"' not in text


def test_every_shipped_file_points_at_its_schema(rules_root):
    for name in rule_files(rules_root):
        first = (rules_root / name).read_text(encoding="utf-8").partition("\n")[0]
        assert first == first_line(name), name
        target = rules_root / Path(name).parent / first.partition("$schema=")[2]
        assert target.resolve().is_file(), name


def test_the_written_schemas_are_those_of_the_program(rules_root, call):
    """If this fails: advisor rules schema --write"""
    written = {
        path.stem: path.read_text(encoding="utf-8") for path in (rules_root / FOLDER).iterdir()
    }
    assert written == {kind: as_text(file_schema(kind)) for kind in KINDS}


def test_the_command_prints_one_kind_or_all_and_writes_them(copy, call):
    code, out, _ = call("--rules", copy.root, "rules", "schema", "rules")
    assert (code, json.loads(out)) == (0, file_schema("rules"))
    code, out, _ = call("--rules", copy.root, "rules", "schema")
    assert set(json.loads(out)["$defs"]) >= {f"{kind}-file" for kind in KINDS}
    code, out, _ = call("--rules", copy.root, "rules", "schema", "rules", "--names")
    assert "oracle-max" in out
    code, out, err = call("--rules", copy.root, "rules", "schema", "--write")
    assert (code, out) == (0, "")
    assert "wrote 12 schemas" in err
    assert {path.stem for path in (copy.root / FOLDER).iterdir()} == set(KINDS)
    # The folder is no part of the rule base.
    copy.load()
    code, _, err = call("rules", "schema", "rule")
    assert code == 2
    assert "did you mean 'rules'?" in err


def test_kinds_of_places():
    assert kind_of("criteria.yaml") == "criteria"
    assert kind_of("criteria/cost.yaml") == "rules"
    assert kind_of("sources/more.yaml") == "sources"
    assert kind_of("measured/throughput.yaml") is None
    assert first_line("gates/form.yaml") == "# yaml-language-server: $schema=../.schema/rules.json"
    assert first_line("method.yaml") == "# yaml-language-server: $schema=.schema/method.json"
