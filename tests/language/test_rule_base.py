"""A rule base as a whole: the same however it is written, and every damage a located problem."""

from __future__ import annotations

import ast
import gc
import pickle
import random
import re
from pathlib import Path

import pytest
from msgspec import Struct

from advisor.errors import RuleBaseError
from advisor.knowledge import yaml_checks
from advisor.knowledge.model import Knowledge, Place
from advisor.language import binding_checks, checks
from advisor.language.rulebase import load_rule_base

ROOT = Path(__file__).parent.parent
SMALL = ROOT / "rulebases" / "small"
PACKAGE = ROOT.parent / "advisor"


def without_places(value: object) -> object:
    """The value without where it stood: places, spans, digest and root."""
    if isinstance(value, Place):
        return None
    if isinstance(value, Struct):
        return (
            type(value).__name__,
            *(
                (name, without_places(getattr(value, name)))
                for name in value.__struct_fields__
                if name not in ("span", "digest", "root")
            ),
        )
    if isinstance(value, dict):
        return [(key, without_places(inner)) for key, inner in value.items()]
    if isinstance(value, tuple | list):
        return [without_places(inner) for inner in value]
    return value


def test_the_order_of_files_and_entries_changes_nothing(small: Knowledge, copy: Path) -> None:
    shuffled = random.Random(7)
    for folder in ("questions", "derived", "criteria", "gates", "advice", "hardware", "models"):
        entries: list[str] = []
        for path in sorted((copy / folder).glob("*.yaml")):
            entries += re.split(r"(?m)^(?=- )", path.read_text())[1:]
            path.unlink()
        shuffled.shuffle(entries)
        half = len(entries) // 2
        for name, part in (("z-first.yaml", entries[:half]), ("a-second.yml", entries[half:])):
            if part:
                (copy / folder / name).write_text("".join(part))
    for name in ("criteria.yaml", "attributes.yaml", "sources.yaml"):
        entries = re.split(r"(?m)^(?=- )", (copy / name).read_text())[1:]
        shuffled.shuffle(entries)
        (copy / name).write_text("".join(entries))
    again = load_rule_base(copy)
    assert again.digest != small.digest
    assert without_places(again) == without_places(small)


def test_a_rule_base_can_be_kept_and_sent(small: Knowledge) -> None:
    assert pickle.loads(pickle.dumps(small)) == small


def test_loading_twice_gives_the_same(small: Knowledge) -> None:
    assert load_rule_base(SMALL) == small


def test_problems_of_all_files_come_in_one_error(copy: Path) -> None:
    for folder in ("gates", "advice", "criteria"):
        for path in sorted((copy / folder).glob("*.yaml")):
            path.write_text(path.read_text().replace("ref: panel", "ref: panell"))
    with pytest.raises(RuleBaseError) as caught:
        load_rule_base(copy)
    assert len(caught.value.problems) == 9
    assert {p.hint for p in caught.value.problems} == {"did you mean 'panel'?"}
    assert caught.value.exit_code == 4


@pytest.mark.parametrize("noise", range(40))
def test_no_damage_to_a_file_raises_anything_else(copy: Path, noise: int) -> None:
    """Cut, double, swap or blank a line of a file: a sound rule base, or located problems."""
    rng = random.Random(noise)
    paths = sorted(copy.rglob("*.yaml"))
    for path in rng.sample(paths, 3):
        lines = path.read_text().splitlines(keepends=True)
        at = rng.randrange(len(lines))
        match rng.randrange(5):
            case 0:
                del lines[at]
            case 1:
                lines.insert(at, lines[at])
            case 2:
                other = rng.randrange(len(lines))
                lines[at], lines[other] = lines[other], lines[at]
            case 3:
                cut = rng.randrange(len(lines[at]))
                lines[at] = lines[at][:cut] + "\n"
            case _:
                words = lines[at].split(" ")
                rng.shuffle(words)
                lines[at] = " ".join(words).rstrip("\n") + "\n"
        path.write_text("".join(lines))
    try:
        load_rule_base(copy)
    except RuleBaseError as error:
        for problem in error.problems:
            assert problem.message
            assert problem.file.startswith(str(copy))


def test_every_check_has_a_sentence() -> None:
    known = {**yaml_checks.CHECKS, **checks.CHECKS, **binding_checks.CHECKS}
    paths = [
        *sorted((PACKAGE / "language").glob("binding*.py")),
        *sorted((PACKAGE / "language").glob("answers*.py")),
        *sorted((PACKAGE / "knowledge").glob("shapes*.py")),
        PACKAGE / "language" / "placeholders.py",
        PACKAGE / "knowledge" / "files.py",
        PACKAGE / "knowledge" / "layout.py",
        PACKAGE / "api.py",
    ]
    used: set[str] = set()
    for path in paths:
        for call in ast.walk(ast.parse(path.read_text())):
            if not isinstance(call, ast.Call) or not call.args:
                continue
            name = getattr(call.func, "attr", getattr(call.func, "id", ""))
            first = call.args[0]
            if name in ("add", "Problem", "_refuse", "PydanticCustomError") and isinstance(
                first, ast.Constant
            ):
                used.add(str(first.value))
    assert len(used) > 25
    assert used - set(known) == set()
    for name, sentence in binding_checks.CHECKS.items():
        assert name in used, f"nothing reports {name}"
        assert sentence.endswith(".")


def test_loading_leaves_the_collector_of_garbage_as_it_was(copy: Path) -> None:
    assert gc.isenabled()
    load_rule_base(copy)
    assert gc.isenabled()
    gc.disable()
    try:
        load_rule_base(copy)
        assert not gc.isenabled()
    finally:
        gc.enable()
