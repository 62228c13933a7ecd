"""The shape of entries, what an editor is told about them, and the directory they stand in."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from pydantic import ValidationError

from advisor.errors import Problem
from advisor.knowledge import files, shapes
from advisor.knowledge.document import Findings, MapNode
from advisor.knowledge.files import KINDS, RuleFiles, read_rule_files
from advisor.knowledge.layout import LOCATIONS, digest_of
from advisor.knowledge.shapes_cells import Shape, plain_id
from advisor.knowledge.shapes_problems import report
from advisor.knowledge.strict_yaml import read
from advisor.language.vocabulary import did_you_mean

SMALL = Path(__file__).parent.parent / "rulebases" / "small"
SHAPES = sorted({kind.shape for kind in KINDS}, key=lambda shape: shape.__name__)


def node(text: str) -> MapNode:
    found, findings = read(text.encode(), "file.yaml")
    assert isinstance(found, MapNode) and not findings.problems
    return found


def problems(shape: type[Shape], text: str) -> list[Problem]:
    findings = Findings("file.yaml", tuple(text.splitlines()))
    with pytest.raises(ValidationError) as caught:
        shape.model_validate(node(text))
    report(caught.value, shape, node(text), findings, did_you_mean)
    return findings.problems


def read_small(root: Path) -> RuleFiles:
    return read_rule_files(root, did_you_mean)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SMALL, tmp_path / "rules"))


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.__name__)
def test_an_editor_gets_a_schema_with_a_description_of_every_key(shape: type[Shape]) -> None:
    schema = shape.model_json_schema()
    json.dumps(schema)
    for definition in (schema, *schema.get("$defs", {}).values()):
        if "properties" not in definition:
            continue
        for key, value in definition["properties"].items():
            assert value.get("description"), key
            assert "_" not in key


def test_a_schema_knows_keys_words_and_limits() -> None:
    schema = shapes.RuleShape.model_json_schema()
    assert schema["additionalProperties"] is False
    assert set(schema["required"]) == {"id", "because", "source", "owner", "examples"}
    assert {"for", "when", "exclude"} <= set(schema["properties"])
    citation = schema["$defs"]["CitationShape"]["properties"]
    assert citation["grade"]["enum"] == list(shapes.GRADES)
    assert schema["properties"]["id"]["pattern"].startswith("^[a-z0-9]")


def test_kinds_of_words_do_not_share_a_schema() -> None:
    attribute = shapes.AttributeShape.model_json_schema()["properties"]
    assert attribute["of"]["enum"] == list(shapes.SUBJECTS)
    assert attribute["kind"]["enum"] == list(shapes.KINDS)


def test_an_entry_keeps_its_place_and_typed_values() -> None:
    text = "id: panel\ntitle: A panel\ndate: undated\nkind: judgement\n"
    source = shapes.SourceShape.model_validate(node(text))
    assert source.id.text == "panel"
    assert (source.id.span.line, source.id.span.column) == (1, 5)
    assert source.note == ""
    assert source.address is None
    with pytest.raises(ValidationError):
        source.title = "another"


def test_all_mistakes_of_an_entry_are_reported_at_once() -> None:
    found = problems(
        shapes.QuestionShape,
        "id: Use_Case\norder: first\ngroup: []\nkind: choise\nchangeable: true\neffort: 4\n"
        "whyy: none\nunits: days\n",
    )
    assert {(p.check, p.span.line) for p in found if p.span} == {
        ("bad-id", 1),
        ("wrong-type", 2),
        ("wrong-shape", 3),
        ("unknown-option", 4),
        ("wrong-type", 5),
        ("out-of-range", 6),
        ("unknown-key", 7),
        ("unknown-key", 8),
        ("missing-key", 1),
    }
    assert [p.hint for p in found if p.message.endswith("'whyy'")] == ["did you mean 'why'?"]
    assert [p.message for p in found if p.check == "missing-key"] == [
        "the question 'Use_Case' has no 'ask'"
    ]


def test_a_mistake_deep_inside_is_named_with_its_own_kind() -> None:
    text = (
        "name: cost-per-million-tokens\ncautious: 2000\nanchors:\n"
        "  - {at: 1, utility: 5}\n  - {at: 2, utilty: 7}\n"
    )
    (found,) = problems(shapes.MeasureShape, text)
    assert found.message == "an anchor has no key 'utilty'"
    assert found.span is not None
    assert (found.span.line, found.span.column) == (5, 13)
    assert found.source_line == "  - {at: 2, utilty: 7}"


@pytest.mark.parametrize(
    ("text", "meant"),
    [("Use_Case", "use-case"), ("use-c\u0430se", "use-case"), ("ＡＢＣ", "abc"), ("a–b", "a-b")],
)
def test_the_id_that_was_meant(text: str, meant: str) -> None:
    assert plain_id(text) == meant


@pytest.mark.parametrize("text", ["", " ", "-a", ".a", "a b", "a_b", "A", "a\u0301", "é", "a" * 81])
def test_what_cannot_be_an_id(text: str) -> None:
    quoted = json.dumps(text, ensure_ascii=False)
    with pytest.raises(ValidationError):
        shapes.SourceShape.model_validate(node(f"id: {quoted}\ntitle: t\ndate: undated\nkind: k\n"))


def test_the_small_rule_base_has_every_kind_of_file() -> None:
    found = read_small(SMALL)
    assert found.all_problems() == ()
    assert [kind.location for kind in KINDS] == list(LOCATIONS)
    empty = [kind for kind in KINDS if not list(found.of(kind))]
    assert empty == [files.SOURCES]


def test_sources_may_stand_in_a_folder(copy: Path) -> None:
    (copy / "sources").mkdir()
    shutil.move(copy / "sources.yaml", copy / "sources" / "all.yml")
    found = read_small(copy)
    assert found.all_problems() == ()
    assert len(list(found.of(files.SOURCES))) == 3


def test_the_digest_is_over_names_and_contents_only(copy: Path, tmp_path: Path) -> None:
    digest = read_small(SMALL).digest
    assert read_small(copy).digest == digest
    assert digest_of(copy) == digest
    (copy / "README.md").write_text("Something else.")
    (copy / ".swp").write_text("x")
    assert read_small(copy).digest == digest
    source = copy / "sources.yaml"
    source.write_text(source.read_text() + "# more\n")
    changed = read_small(copy).digest
    assert changed != digest
    assert digest_of(copy) == changed
    source.rename(copy / "sources.yml")
    assert read_small(copy).digest not in (digest, changed)


def test_a_directory_that_does_not_exist(tmp_path: Path) -> None:
    (problem,) = read_small(tmp_path / "none").all_problems()
    assert (problem.check, problem.message) == ("not-a-rule-base", "there is no such directory")
    assert problem.file == str(tmp_path / "none")


def test_a_file_instead_of_a_directory(tmp_path: Path) -> None:
    at = tmp_path / "rules.yaml"
    at.write_text("a: b\n")
    (problem,) = read_small(at).all_problems()
    assert problem.message == "this is a file, not the directory of a rule base"


def test_an_empty_directory(tmp_path: Path) -> None:
    (problem,) = read_small(tmp_path).all_problems()
    assert problem.message == "this directory holds no rule base"


def test_a_pipe_among_the_rules_is_not_waited_for(copy: Path) -> None:
    os.mkfifo(copy / "gates" / "pipe.yaml")
    (problem,) = read_small(copy).all_problems()
    assert problem.check == "unreadable-file"
    assert problem.file.endswith("pipe.yaml")


def test_a_link_to_nothing(copy: Path) -> None:
    (copy / "gates" / "gone.yaml").symlink_to(copy / "nowhere.yaml")
    (problem,) = read_small(copy).all_problems()
    assert problem.check == "unreadable-file"
    assert "no such file" in problem.message


def test_a_folder_inside_a_folder_would_never_be_read(copy: Path) -> None:
    (copy / "gates" / "more").mkdir()
    (problem,) = read_small(copy).all_problems()
    assert problem.check == "stray-file"


def test_bytes_that_are_no_text_are_one_problem_of_their_file(copy: Path) -> None:
    (copy / "gates" / "binary.yaml").write_bytes(b"\x00\xff\xfe" * 10)
    found = read_small(copy).all_problems()
    assert found
    assert all(problem.file.endswith("binary.yaml") for problem in found)
