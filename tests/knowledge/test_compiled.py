"""A rule base that was loaded before is the same, or is loaded again."""

from __future__ import annotations

import gc
import hashlib
import json
import os
import pickle
import shutil
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest

from advisor import api, rules_cache
from advisor.knowledge import compiled
from advisor.knowledge.model import Knowledge
from advisor.language.rulebase import load_rule_base

SMALL = Path(__file__).parent.parent / "rulebases" / "small"


@pytest.fixture(scope="module")
def small() -> Knowledge:
    return load_rule_base(SMALL)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(api, "_loaded", {})
    return tmp_path / "cache" / "inference-advisor"


def test_what_was_kept_is_the_same(small: Knowledge) -> None:
    again = compiled.decode(compiled.encode(small), small.digest, small.root)
    assert again == small
    assert again is not None
    assert list(again.questions) == list(small.questions)
    assert list(again.offers) == list(small.offers)


def test_the_shipped_rules_survive_too(knowledge: Knowledge) -> None:
    assert compiled.decode(compiled.encode(knowledge), knowledge.digest, knowledge.root) == (
        knowledge
    )


def test_the_bytes_do_not_depend_on_the_order_of_sets() -> None:
    code = (
        "import sys, hashlib; from pathlib import Path\n"
        "from advisor.knowledge.compiled import encode\n"
        "from advisor.language.rulebase import load_rule_base\n"
        "print(hashlib.sha256(encode(load_rule_base(Path(sys.argv[1])))).hexdigest())"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", code, str(SMALL)],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(said) == 1


def test_the_root_is_that_of_the_caller(small: Knowledge) -> None:
    moved = compiled.decode(compiled.encode(small), small.digest, "/elsewhere")
    assert moved is not None
    assert moved.root == "/elsewhere"
    assert moved.rules == small.rules


def test_damaged_bytes_are_nothing(small: Knowledge) -> None:
    data = compiled.encode(small)
    for bad in (b"", b"x", data[:-1], data[:200], data[:-1] + b"x", data + b"x", data[5:]):
        assert compiled.decode(bad, small.digest, small.root) is None
    assert compiled.decode(data, "another digest", small.root) is None


def sealed(body: bytes) -> bytes:
    """Bytes with a sum that fits, as somebody who can write the cache could make them."""
    return MARK + hashlib.sha256(body).hexdigest().encode() + b"\n" + body


MARK = b"advisor-knowledge-2\n"
DEEP = [["tuple", [[n, n]]] for n in range(79)]
"""Every tuple holds the one before twice: who took its hash would never come back."""
HOSTILE = {
    "code": pickle.dumps(os.system),
    "no-json": b"{",
    "not-utf8": b'{"atoms": ["\xff"], "batches": []}',
    "deep-nesting": b"[" * 100_000,
    "long-number": b'{"atoms": [' + b"9" * 10_000 + b'], "batches": []}',
    "nothing": b"null",
    "empty": b'{"atoms": [], "batches": []}',
    "atom-with-parts": b'{"atoms": [[1]], "batches": []}',
    "another-class": b'{"atoms": ["touch hacked"], "batches": [["os.system", [[0]]]]}',
    "builtin": b'{"atoms": ["touch hacked"], "batches": [["eval", [[0]]]]}',
    "place-beyond": b'{"atoms": [1], "batches": [["tuple", [[7]]]]}',
    "place-as-text": b'{"atoms": [1], "batches": [["tuple", [["0"]]]]}',
    "too-few-fields": b'{"atoms": [1], "batches": [["Knowledge", [[0]]]]}',
    "zero-below": b'{"atoms": [1, 0], "batches": [["fraction", [[0, 1]]]]}',
    "no-such-day": b'{"atoms": [2026, 2, 31], "batches": [["day", [[0, 1, 2]]]]}',
    "odd-mapping": b'{"atoms": ["a"], "batches": [["dict", [[0]]]]}',
    "deep-key": json.dumps({"atoms": ["a"], "batches": [*DEEP, ["dict", [[79, 0]]]]}).encode(),
    "number-as-key": b'{"atoms": [5], "batches": [["dict", [[0, 0]]]]}',
    "deep-member": json.dumps({"atoms": ["a"], "batches": [*DEEP, ["frozenset", [[79]]]]}).encode(),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_tampered_file_is_nothing_and_runs_nothing(
    name: str, small: Knowledge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert compiled.encode(small).startswith(MARK)
    assert compiled.decode(sealed(HOSTILE[name]), small.digest, small.root) is None
    assert list(tmp_path.iterdir()) == []


def test_any_flipped_bit_is_noticed(small: Knowledge) -> None:
    data = compiled.encode(small)
    for place in range(0, len(data), 97):
        bad = data[:place] + bytes([data[place] ^ 1 << place % 8]) + data[place + 1 :]
        assert compiled.decode(bad, small.digest, small.root) is None


def test_equal_values_of_different_kinds_stay_apart() -> None:
    writer = compiled._Writer()
    odd = (1, True, 1.0, 0, False, 0.0, -0.0, "1", None, Fraction(1, 2), 0.5, (1,), ((1,),))
    assert len({writer.put(value) for value in odd}) == len(odd)


def test_what_cannot_be_kept_is_refused() -> None:
    with pytest.raises(TypeError, match="a list cannot be kept"):
        compiled._Writer().put([1])


@pytest.mark.skipif(os.name != "posix", reason="about POSIX permissions")
def test_a_file_that_others_could_write_is_not_read(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    api.load(SMALL)
    (kept,) = cache.iterdir()
    stamp = api.load(SMALL).digest
    assert rules_cache.kept(stamp, str(SMALL)) is not None
    kept.chmod(0o666)
    assert rules_cache.kept(stamp, str(SMALL)) is None
    monkeypatch.setattr(api, "_loaded", {})
    api.load(SMALL)
    assert rules_cache.kept(stamp, str(SMALL)) is not None
    monkeypatch.setattr("os.geteuid", lambda: 4_294_967)
    assert rules_cache.kept(stamp, str(SMALL)) is None


def test_a_second_run_reads_what_the_first_one_kept(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = api.load(SMALL)
    (kept,) = cache.iterdir()
    assert kept.suffix == ".knowledge"
    monkeypatch.setattr(api, "_loaded", {})
    monkeypatch.setattr("advisor.language.rulebase.load_rule_base", None)
    second = api.load(SMALL)
    assert second == first
    assert second is not first


def test_damage_in_the_cache_is_mended(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = api.load(SMALL)
    (kept,) = cache.iterdir()
    good = kept.read_bytes()
    kept.write_bytes(b"rubbish")
    monkeypatch.setattr(api, "_loaded", {})
    assert api.load(SMALL) == first
    assert kept.read_bytes() == good


def test_nothing_is_kept_when_that_is_not_wanted(cache: Path) -> None:
    api.load(SMALL, keep=False)
    assert not cache.exists()


def test_a_cache_that_cannot_be_written_does_no_harm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setattr(api, "_loaded", {})
    for bad in (str(tmp_path / "file"), "/proc/none", "a\0b"):
        monkeypatch.setattr(rules_cache, "cache_directory", lambda bad=bad: Path(bad))
        monkeypatch.setattr(api, "_loaded", {})
        assert api.load(SMALL).digest


def test_only_a_few_are_kept(cache: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(SMALL, tmp_path / "rules"))
    for number in range(11):
        (copy / "sources.yaml").write_text((SMALL / "sources.yaml").read_text() + f"# {number}\n")
        last = api.load(copy)
    names = sorted(path.name for path in cache.iterdir())
    assert len(names) == 8
    assert any(name.startswith(last.digest[:32]) for name in names)


def test_a_warm_start_needs_neither_yaml_nor_pydantic(tmp_path: Path) -> None:
    code = (
        "import sys, advisor\n"
        "from advisor.language.answers import read_answers\n"
        "knowledge = advisor.load(sys.argv[1])\n"
        "read_answers(b'{\"answers\": {\"model-size\": 70}}', 'a.json', knowledge)\n"
        "print(sorted({name.split('.')[0] for name in sys.modules} & {'yaml', 'pydantic', 'numpy'}))"
    )
    said = [
        subprocess.run(
            [sys.executable, "-c", code, str(SMALL)],
            env={**os.environ, "XDG_CACHE_HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for _ in range(2)
    ]
    assert said == ["['pydantic', 'yaml']", "[]"]


@pytest.mark.parametrize("name", ["deep-key", "deep-member", "number-as-key"])
def test_what_is_nested_deeply_is_no_key(name: str) -> None:
    with pytest.raises(ValueError, match="a key is no text"):
        compiled._read(json.loads(HOSTILE[name]))


def test_keeping_leaves_the_collector_of_garbage_as_it_was(small: Knowledge) -> None:
    gc.disable()
    try:
        compiled.encode(small)
        assert not gc.isenabled()
    finally:
        gc.enable()
    compiled.encode(small)
    assert gc.isenabled()
