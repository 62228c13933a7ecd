"""Several programs at the same files: nothing is corrupted, and it is said what happened."""

from __future__ import annotations

import shutil
import threading
from datetime import datetime
from pathlib import Path

import pytest

from tests.trust.conftest import CONTROL, SMALL


@pytest.fixture
def knowledge():
    from advisor.api import load

    return load(SMALL)


def talk(knowledge, **answers: str):
    from advisor.interview import Interview
    from advisor.language.answers import inputs_from_mapping

    given = {name.replace("_", "-"): value for name, value in answers.items()}
    return Interview.start(knowledge, inputs_from_mapping({"answers": given}, knowledge))


def kept(folder: Path) -> dict[str, dict[str, object]]:
    from advisor.sessions import SessionStore

    store = SessionStore(folder)
    return {name: dict(store.load(name).answers) for name in store.names()}


def test_two_line_by_line_advisors_on_one_session_keep_both(knowledge, tmp_path):
    from advisor.cli.diary import Diary
    from advisor.sessions import SessionStore, session_of

    store = SessionStore(tmp_path)
    store.save(session_of(talk(knowledge, use_case="chat"), "mine", "2026-11-22"))
    told: list[str] = []
    one, other = Diary(tmp_path, told.append), Diary(tmp_path, told.append)
    for diary in (one, other):
        diary.go_on(store.load("mine"))
    one.keep(talk(knowledge, use_case="chat", model_size="8B"))
    other.keep(talk(knowledge, use_case="chat", model_size="70B"))
    other.keep(talk(knowledge, use_case="batch", model_size="70B"))
    one.keep(talk(knowledge, use_case="chat", model_size="9B"))
    assert told == [
        "Another advisor has saved 'mine' meanwhile: both are kept, this one as 'mine-2'."
    ]
    assert kept(tmp_path) == {
        "mine": {"use-case": "chat", "model-size": "9B"},
        "mine-2": {"use-case": "batch", "model-size": "70B"},
    }
    assert one.farewell().endswith("--resume mine\n")
    assert other.farewell().endswith("--resume mine-2\n")


def test_two_advisors_in_the_terminal_on_one_session_keep_both(knowledge, tmp_path):
    from advisor.sessions import SessionStore, session_of
    from advisor.tui.keeping import Keeper

    store = SessionStore(tmp_path)
    store.save(session_of(talk(knowledge, use_case="chat"), "mine", "2026-11-22"))
    told: list[str] = []
    keepers = [Keeper(tmp_path, datetime.now, told.append) for _ in range(2)]
    for keeper in keepers:
        keeper.go_on(store.load("mine"))
    for keeper, size in zip(keepers, ("8B", "70B"), strict=True):
        keeper.keep(talk(knowledge, use_case="chat", model_size=size))
        keeper.flush()
    assert [words.partition(":")[0] for words in told] == [
        "Another advisor has saved 'mine' meanwhile"
    ]
    assert {name: answers["model-size"] for name, answers in kept(tmp_path).items()} == {
        "mine": "8B",
        "mine-2": "70B",
    }
    assert [keeper.name for keeper in keepers] == ["mine", "mine-2"]


def test_many_new_sessions_at_once_lose_none(knowledge, tmp_path):
    from advisor.sessions import SessionStore, session_of

    store = SessionStore(tmp_path)
    written = []

    def save(number: int) -> None:
        session = session_of(talk(knowledge, model_size=f"{number}B"), "new", "2026-11-22")
        written.append(store.save_after(session, None).name)

    threads = [threading.Thread(target=save, args=(number,)) for number in range(1, 13)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(written)) == 12
    assert {a["model-size"] for a in kept(tmp_path).values()} == {f"{n}B" for n in range(1, 13)}


def test_a_session_that_was_deleted_meanwhile_is_written_anew(knowledge, tmp_path):
    from advisor.sessions import SessionStore, session_of

    store = SessionStore(tmp_path)
    first = session_of(talk(knowledge, use_case="chat"), "mine", "2026-11-22")
    store.save(first)
    store.delete("mine")
    assert store.save_after(first, first).name == "mine"


def test_what_a_session_file_calls_itself_is_no_path(knowledge, tmp_path):
    from advisor.sessions import SessionStore, session_of

    store = SessionStore(tmp_path / "sessions")
    path = store.save(session_of(talk(knowledge, use_case="chat"), "mine", "2026-11-22"))
    path.write_text(path.read_text().replace('"name": "mine"', '"name": "../../outside"'))
    assert store.load("mine").name == "mine"


def test_rules_that_are_edited_while_they_are_read(program, tmp_path):
    root = tmp_path / "rules"
    shutil.copytree(SMALL, root)
    (tmp_path / "answers.yaml").write_text("answers: {use-case: chat}\n")
    paths = [root / "offers" / "gpu-cluster.yaml", root / "criteria" / "latency.yaml"]
    whole = {path: path.read_bytes() for path in paths}
    stop = threading.Event()

    def edit() -> None:
        # As an editor that writes in place, and one that removes and writes anew.
        while not stop.is_set():
            for path in paths:
                path.write_bytes(whole[path][: len(whole[path]) // 2])
                path.unlink()
                path.write_bytes(whole[path] + b"# edited\n")
                path.write_bytes(whole[path])

    editor = threading.Thread(target=edit)
    editor.start()
    try:
        seen = set()
        for _ in range(12):
            told = program("recommend", "answers.yaml", "--format", "json", rules=root)
            assert told.code in (0, 4), told.err
            assert "Traceback" not in told.err and "internal error" not in told.err
            assert not CONTROL.search(told.err)
            if told.code == 4:
                assert told.out == ""
                assert "error[" in told.err
            seen.add(told.code)
    finally:
        stop.set()
        editor.join()
    last = program("recommend", "answers.yaml", "--format", "json", rules=root)
    assert last.code == 0, "what was read half must not be kept"
    clean = program("recommend", "answers.yaml", "--format", "json")
    assert last.out == clean.out


@pytest.mark.parametrize("broken", [False, True], ids=["another", "broken"])
def test_a_batch_whose_rules_an_import_changes_says_so(program, tmp_path, monkeypatch, broken):
    """The workers read the rules when the run has begun already: they find others."""
    from advisor.fleet import local

    root = tmp_path / "rules"
    shutil.copytree(SMALL, root)
    (tmp_path / "fleet.csv").write_text("id,use-case\na,chat\n")
    path = root / "offers" / "gpu-cluster.yaml"
    real = local.ProcessPoolExecutor

    def begin(*arguments, **options):
        path.write_bytes(b"[" if broken else path.read_bytes() + b"# imported\n")
        return real(*arguments, **options)

    monkeypatch.setattr(local, "ProcessPoolExecutor", begin)
    told = program("batch", "fleet.csv", "--output", "out.csv", "--jobs", "2", rules=root)
    assert told.code == 1
    assert "the rule base was edited while the run went on; start it again" in told.err
    assert "Traceback" not in told.err
    assert not (tmp_path / "out.csv").exists()
