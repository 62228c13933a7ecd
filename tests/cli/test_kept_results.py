"""What was worked out before is written again; nothing else ever is."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path
from threading import Thread

import pytest

from advisor import kept_results
from advisor.cli.main import run
from advisor.kept_results import _digest, kept, key_of

DAY = "2026-11-22"
MARK = "advisor-result-1"


@pytest.fixture
def cache(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "inference-advisor"


@pytest.fixture
def base(tmp_path, small) -> Path:
    """A rule base that may be edited."""
    return Path(shutil.copytree(small, tmp_path / "rules"))


@pytest.fixture
def ask(good, base, cache, capfdbinary):
    """Ask in this process: exit code, output, and whether it was written from what is kept."""

    def ask(*more: str, answers: Path = good, rules: Path = base, day: str = DAY):
        marked = {path: mark(path) for path in cache.glob("*.result")}
        options = ["--rules", str(rules), "--as-of", day]
        code = run(["recommend", *more, str(answers), *options])
        told = capfdbinary.readouterr()
        again = b"KEPT" in told.out
        for path, content in marked.items():
            if path.exists() and b"KEPT" in path.read_bytes():
                path.write_bytes(content)
        return code, told.out, again

    return ask


def mark(path: Path) -> bytes:
    """Let a kept result show that it is one; returns what it was."""
    content = path.read_bytes()
    rewrite(path, b"KEPT " + content.partition(b"\n")[2])
    return content


def rewrite(path: Path, body: bytes, code: int = 0) -> None:
    """Give a kept result other words, as nothing but this program would."""
    path.write_bytes(f"{MARK} {code} {_digest(path.stem, body)}\n".encode() + body)


def the_only(cache: Path) -> Path:
    (path,) = cache.glob("*.result")
    return path


@pytest.mark.parametrize("form", ["text", "json", "markdown", "adr", "html"])
def test_the_same_question_is_answered_with_the_same_bytes(ask, cache, form):
    code, first, again = ask("--format", form)
    assert (code, again) == (0, False)
    assert the_only(cache).read_bytes().partition(b"\n")[2] == first
    code, second, again = ask("--format", form)
    assert (code, again) == (0, True)
    assert second == b"KEPT " + first


def test_it_goes_where_the_output_goes(ask, tmp_path):
    """A file is written as it would have been."""
    out = tmp_path / "out.txt"
    ask("-o", str(out))
    first = out.read_bytes()
    out.unlink()
    ask("-o", str(out))
    assert out.read_bytes() == b"KEPT " + first


def test_what_is_no_rule_does_not_count(ask, base):
    ask()
    (base / "offers" / "extra.md").write_text("no rule")
    assert ask()[2]


def test_a_file_of_another_name_is_seen(ask, base):
    ask()
    offer = next((base / "offers").glob("*.yaml"))
    offer.rename(offer.with_name("zz-" + offer.name))
    code, _, again = ask()
    assert (code, again) == (4, False), "an offer is called as its file is"


def comment(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\n# edited\n")


@pytest.mark.parametrize(
    "edit",
    [
        lambda base, good: comment(base / "method.yaml"),
        lambda base, good: comment(next((base / "offers").glob("*.yaml"))),
        lambda base, good: comment(good),
    ],
    ids=["method", "offer", "answers"],
)
def test_any_edit_is_worked_out_anew(ask, base, good, edit):
    ask()
    edit(base, good)
    assert not ask()[2]
    assert ask()[2]


def test_a_folder_behind_a_link_counts_too(ask, base, tmp_path):
    shutil.move(base / "offers", tmp_path / "elsewhere")
    (base / "offers").symlink_to(tmp_path / "elsewhere")
    ask()
    comment(next((tmp_path / "elsewhere").glob("*.yaml")))
    assert not ask()[2]


def test_every_file_that_makes_a_report_counts():
    reports = Path(kept_results.__file__).parent / "reports"
    files = [p for p in reports.rglob("*") if p.is_file() and "__pycache__" not in p.parts]
    assert {path.suffix for path in files} == set(kept_results.PROGRAM)


def test_day_format_look_and_demand_count(ask, monkeypatch):
    ask()
    assert not ask(day="2026-11-23")[2]
    assert not ask("--format", "json")[2]
    assert not ask("--require", "safe")[2]
    monkeypatch.setenv("FORCE_COLOR", "1")
    code, out, again = ask()
    assert (code, again) == (0, False)
    assert b"\x1b[" in out
    assert ask()[1] == b"KEPT " + out
    monkeypatch.setenv("NO_COLOR", "1")
    assert ask()[2]


def test_colours_are_kept_and_no_other_sequence(ask, cache, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    ask()
    path = the_only(cache)
    body = path.read_bytes().partition(b"\n")[2]
    for hostile in (
        b"\x1b]0;title\x07",
        b"\x1b[2J",
        b"\x1b[1;1H",
        b"\x9b2J",
        b"\x07",
        b"\r",
        "\u202etxt".encode(),
        "\u2066x".encode(),
        b"\xff",
    ):
        rewrite(path, b"KEPT " + hostile + body)
        assert kept(path.stem) is None, hostile
    rewrite(path, b"KEPT " + body)
    assert kept(path.stem) is not None


def test_that_nobody_qualifies_is_kept_with_its_exit_code(ask, strict_market, nobody):
    code, first, _ = ask(answers=nobody, rules=strict_market)
    assert code == 5
    assert b"No offer qualifies" in first
    # The mark of the fixture says 0; so that of the file is read by itself.
    code, second, again = ask(answers=nobody, rules=strict_market)
    assert again
    assert second == b"KEPT " + first


def test_the_exit_code_is_the_one_that_was_kept(ask, cache):
    ask()
    rewrite(the_only(cache), b"words\n", code=5)
    assert kept(the_only(cache).stem) == (5, "words\n")


def test_a_quality_that_was_not_reached_is_said_each_time(good, base, cache, capfd):
    asked = ["recommend", "--require", "firm", str(good), "--rules", str(base), "--as-of", DAY]
    codes = [run(asked) for _ in range(2)]
    told = capfd.readouterr()
    assert codes == [7, 7]
    assert told.err.count("error[require]") == 2
    assert not list(cache.glob("*.result"))


def damaged(content: bytes) -> list[bytes]:
    return [
        b"",
        content[: len(content) // 2],
        content[:-1] + bytes([content[-1] ^ 1]),
        content.replace(MARK.encode(), b"advisor-result-9", 1),
        content.replace(f"{MARK} 0 ".encode(), f"{MARK} 5 ".encode(), 1)[:-3],
        b"\x00" * 100,
        b"a b\n" + content,
    ]


def test_damaged_files_are_written_anew(ask, good, base, cache, capfdbinary):
    _, first, _ = ask()
    path = the_only(cache)
    content = path.read_bytes()
    for broken in damaged(content):
        path.write_bytes(broken)
        assert kept(path.stem) is None
        assert run(["recommend", str(good), "--rules", str(base), "--as-of", DAY]) == 0
        assert capfdbinary.readouterr().out == first
        assert path.read_bytes() == content


def test_the_file_of_another_question_is_not_believed(ask, cache):
    ask()
    path = the_only(cache)
    other = path.with_name(hashlib.sha256(b"other").hexdigest()[:40] + ".result")
    other.write_bytes(path.read_bytes())
    assert kept(other.stem) is None


@pytest.mark.skipif(os.name != "posix", reason="permissions and pipes as POSIX has them")
def test_what_others_could_have_written_is_not_believed(ask, good, base, cache):
    ask()
    path = the_only(cache)
    path.chmod(0o666)
    assert kept(path.stem) is None
    path.unlink()
    os.mkfifo(path)
    assert kept(path.stem) is None
    assert run(["recommend", str(good), "--rules", str(base), "--as-of", DAY]) == 0
    assert path.is_fifo()


def test_standard_input_is_read_each_time(run_advisor, good, small, tmp_path):
    for _ in range(2):
        done = run_advisor("recommend", "-", "--rules", small, stdin=good.read_bytes())
        assert done.returncode == 0
    assert not list((tmp_path / "cache").rglob("*.result"))


@pytest.mark.skipif(os.name != "posix", reason="pipes as POSIX has them")
def test_a_pipe_is_read_once_and_never_kept(good, base, cache, tmp_path):
    pipe = tmp_path / "pipe.yaml"
    os.mkfifo(pipe)
    for _ in range(2):
        writer = Thread(target=pipe.write_bytes, args=(good.read_bytes(),))
        writer.start()
        for _ in range(1_000):
            # As long as nothing writes to it, it is refused.
            if run(["recommend", str(pipe), "--rules", str(base), "--as-of", DAY]) != 3:
                break
        writer.join(timeout=30)
        assert not writer.is_alive()
    assert not list(cache.glob("*.result"))


def test_a_circle_of_links_is_worked_out_each_time(ask, base, cache):
    (base / "measured").mkdir(exist_ok=True)
    (base / "measured" / "again").symlink_to(base / "measured")
    assert ask()[0] == 0
    assert not list(cache.glob("*.result"))


def test_a_folder_that_is_no_rule_base_is_not_searched_to_its_end(good, tmp_path, monkeypatch):
    monkeypatch.setattr(kept_results, "_MOST_ENTRIES", 500)
    for number in range(501):
        (tmp_path / "many" / str(number)).mkdir(parents=True)
    assert key_of(tmp_path / "many", str(good), ()) is None


def test_more_than_any_rule_base_holds_is_not_read(good, tmp_path, monkeypatch):
    monkeypatch.setattr(kept_results, "_LARGEST_BASE", 10_000)
    (tmp_path / "large").mkdir()
    for number in range(3):
        (tmp_path / "large" / f"{number}.yaml").write_bytes(b"#" * 5_000)
    assert key_of(tmp_path / "large", str(good), ()) is None


def test_an_edit_while_it_is_worked_out_is_not_kept(ask, base, cache, monkeypatch):
    from advisor.decision import recommend as module

    whole = module.recommend

    def edited(*arguments, **more):
        comment(base / "method.yaml")
        return whole(*arguments, **more)

    monkeypatch.setattr(module, "recommend", edited)
    assert ask()[0] == 0
    assert not list(cache.glob("*.result"))


def test_only_the_newest_are_kept(ask, cache):
    ask()
    newest = the_only(cache)
    for number in range(70):
        other = cache / f"{number:040x}.result"
        other.write_bytes(b"old")
        os.utime(other, (number, number))
    ask("--format", "json")
    assert len(list(cache.glob("*.result"))) == 64
    assert newest.exists()


def test_where_nothing_can_be_kept_all_goes_on(run_advisor, good, small):
    done = [
        run_advisor(
            "recommend",
            good,
            *("--rules", small, "--format", "json"),
            env={"XDG_CACHE_HOME": "/dev/null/x"},
        )
        for _ in range(2)
    ]
    assert [d.returncode for d in done] == [0, 0]
    assert done[0].stdout == done[1].stdout
    assert json.loads(done[0].stdout)["format"] == "advisor-recommendation-1"
