"""``advisor facts import`` as a program: exit codes, files, the network, the impact."""

from __future__ import annotations

import io
import json
import socket
from email.message import Message
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request

import pytest
from importers import FIXTURES, base

from advisor.cli import fetch
from advisor.cli.fetch import read_source
from advisor.errors import DataError


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return base(tmp_path)


@pytest.fixture
def bring(run_advisor, root):
    def run(upstream, source, *options, code=0):
        done = run_advisor(
            "facts", "import", upstream, source, *options, "--rules", root, "--as-of", "2026-11-22"
        )
        assert done.returncode == code, done.stderr.decode()
        return done.stdout.decode(), done.stderr.decode()

    return run


def contents(root: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def test_a_difference_is_shown_and_nothing_written(bring, root):
    before = contents(root)
    out, err = bring("models.dev", FIXTURES / "models-dev.json")
    assert "1 changed, 1 added, 1 retired and 1 confirmed" in out
    assert "input price: 0.85 USD/Mtoken -> 0.95 USD/Mtoken (+12 %)" in out
    assert "wafer mystery-7b" in out
    assert "stranger: 1" in out
    assert "nothing is written; --write would change" in err
    assert contents(root) == before


def test_written_files_are_named_and_the_data_says_everything(bring, root):
    out, err = bring(
        "models.dev", FIXTURES / "models-dev.json", "--write", "--format", "json", "--date",
        "2026-11-20",
    )  # fmt: skip
    data = json.loads(out)
    assert data["format"] == "advisor-import-1"
    assert data["written"] == [
        "offers/budget-shared.yaml",
        "offers/wafer-shared.yaml",
        "sources.yaml",
    ]
    (change,) = data["changed"]
    assert change["offer"] == "wafer-shared"
    assert change["figures"] == [
        {"attribute": "input-price", "new": 0.95, "old": 0.85, "ratio": 1.117647,
         "unit": "USD/Mtoken", "written": "0.95"}
    ]  # fmt: skip
    assert [c["until"] for c in data["retired"]] == ["2026-11-20"]
    assert data["unmapped"] == [{"name": "mystery-7b", "provider": "wafer"}]
    assert "written: offers/budget-shared.yaml" in err
    assert b"input-price: 0.95" in (root / "offers" / "wafer-shared.yaml").read_bytes()
    assert not list(root.rglob("*.tmp"))
    again, _ = bring("models.dev", FIXTURES / "models-dev.json", "--date", "2026-11-20")
    assert "0 changed, 0 added, 0 retired" in again


def test_the_impact_names_the_cases_that_change(bring, tmp_path):
    out, err = bring("models.dev", FIXTURES / "models-dev.json", "--impact")
    assert "Impact: cases whose recommendation changes" in out
    assert "judging chat-startup" in err
    data = json.loads((FIXTURES / "models-dev.json").read_bytes())
    data["wafer"]["models"] = {"mystery-7b": {"cost": {"input": 1, "output": 1}}}
    gone = tmp_path / "gone.json"
    gone.write_text(json.dumps(data))
    shown, _ = bring("models.dev", gone, "--impact", "--format", "json", "--quiet")
    (effect,) = json.loads(shown)["impact"]
    assert effect["case"] == "chat-startup"
    assert effect["before"] != effect["after"]
    assert effect["before"]["offer"] == "wafer-shared"


@pytest.mark.parametrize(
    ("content", "check"),
    [
        (b'{"wafer": {"models": {"atlas"', "bad-json"),
        (b'{"wafer": {"models": {"atlas": {"cost": {"input": -1}}}}}', "negative-price"),
        (b'{"wafer": {"models": {"atlas": {"cost": {"input": "1"}}}}}', "wrong-type"),
        (b'{"wafer": {"models": {"atlas": {"cost": {"input": 0.0001}}}}}', "implausible-price"),
        (b'{"wafer": {"currency": "EUR", "models": {}}}', "unknown-currency"),
        (b"[]", "not-a-catalogue"),
    ],
)
def test_a_broken_catalogue_exits_3_and_changes_nothing(bring, root, tmp_path, content, check):
    path = tmp_path / "broken.json"
    path.write_bytes(content)
    before = contents(root)
    out, err = bring("models.dev", path, "--write", code=3)
    assert out == ""
    assert f"error[{check}]" in err
    assert str(path) in err
    assert "Traceback" not in err
    assert contents(root) == before


def test_files_that_are_none(bring, tmp_path):
    _, err = bring("litellm", tmp_path, "--write", code=3)
    assert "is a directory, not a file" in err
    (tmp_path / "prices.json").write_text("{}")
    _, err = bring("litellm", tmp_path / "prises.json", code=3)
    assert "did you mean" in err
    big = tmp_path / "big.json"
    with big.open("wb") as stream:
        stream.truncate(200 * 1024 * 1024)
    _, err = bring("litellm", big, code=3)
    assert "error[too-large]" in err
    _, err = bring("litellm", "", code=3)
    assert "error[" in err


def test_wrong_usage(bring):
    assert "did you mean 'litellm'?" in bring("litelm", "x", code=2)[1]
    assert "is no date" in bring("litellm", "x", "--date", "yesterday", code=2)[1]
    assert "after the day of reading" in bring("litellm", "x", "--date", "2026-12-01", code=2)[1]


def test_a_rule_base_without_a_mapping(bring, root):
    (root / "importing" / "litellm.yaml").unlink()
    _, err = bring("litellm", FIXTURES / "litellm.json", code=4)
    assert "the mapping of litellm cannot be read" in err


# The network


class Answer(io.BytesIO):
    """What an opener gives back."""

    def __init__(self, data: bytes, length: str | None = None) -> None:
        super().__init__(data)
        self.headers = Message()
        if length is not None:
            self.headers["Content-Length"] = length


class Opener:
    """Answers with bytes, or fails; remembers what it was asked."""

    def __init__(self, answer: Answer | Exception) -> None:
        self.answer = answer
        self.asked: list[tuple[str, float]] = []

    def open(self, request: Request, timeout: float) -> Answer:
        self.asked.append((request.full_url, timeout))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


ADDRESS = "https://models.example/api.json"


def failure(answer: Answer | Exception) -> str:
    with pytest.raises(DataError) as caught:
        fetch.fetch(ADDRESS, Opener(answer))
    (problem,) = caught.value.problems
    return f"{problem.check}: {problem.message} {problem.hint or ''}"


def test_what_is_fetched_is_what_was_sent_and_patience_ends():
    opener = Opener(Answer(b"{}", "2"))
    assert fetch.fetch(ADDRESS, opener) == b"{}"
    assert opener.asked == [(ADDRESS, fetch.PATIENCE)]


def test_failures_of_the_network_are_named(monkeypatch):
    offline = failure(URLError(socket.gaierror(-2, "Name or service not known")))
    assert offline.startswith("cannot-fetch")
    assert "name or service not known" in offline
    assert "give the path of a file" in offline
    assert "no answer in time" in failure(URLError(TimeoutError("timed out")))
    assert "no answer in time" in failure(TimeoutError())
    assert "404 Not Found" in failure(HTTPError(ADDRESS, 404, "Not Found", Message(), None))
    assert "before the whole file" in failure(Answer(b"{", "100"))
    assert failure(Answer(b"", str(fetch.LARGEST + 1))).startswith("too-large")
    monkeypatch.setattr(fetch, "LARGEST", 10)
    assert failure(Answer(b"x" * 11)).startswith("too-large")
    monkeypatch.setattr(fetch, "DEADLINE", -1.0)
    assert "no answer in time" in failure(Answer(b"x"))


@pytest.mark.parametrize(
    "address", ["http://x.example/a", "ftp://x/a", "file:///etc/passwd", "://"]
)
def test_only_https_is_fetched(address):
    with pytest.raises(DataError) as caught:
        read_source(address)
    assert "https" in caught.value.problems[0].message


def test_a_redirection_to_plain_http_is_refused():
    opener = fetch._opener()
    handler = next(h for h in opener.handlers if type(h).__name__ == "SafeRedirects")
    request = Request(ADDRESS)
    with pytest.raises(URLError, match="not https"):
        handler.redirect_request(request, None, 302, "Found", Message(), "http://x.example/")
    led = handler.redirect_request(request, None, 302, "Found", Message(), "https://y.example/")
    assert led.full_url == "https://y.example/"


def test_offline_the_program_says_so_and_exits_3(bring, root):
    before = contents(root)
    _, err = bring("models.dev", "https://no-such-host.invalid/api.json", "--write", code=3)
    assert "error[cannot-fetch]" in err
    assert contents(root) == before
