"""``advisor facts import ADDRESS`` against a real server that speaks TLS."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import trustme
from importers import FIXTURES, base

from advisor.cli import fetch
from advisor.errors import DataError

CATALOGUE = (FIXTURES / "models-dev.json").read_bytes()
PATIENCE = 0.3


class Handler(BaseHTTPRequestHandler):
    """Each path misbehaves in its own way."""

    def do_GET(self) -> None:
        getattr(self, "do_" + self.path.strip("/").replace("-", "_"), self.do_missing)()

    def begin(self, code: int = 200, **headers: str) -> None:
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def do_whole(self) -> None:
        self.begin(Content_Length=str(len(CATALOGUE)))
        self.wfile.write(CATALOGUE)

    def do_chunked(self) -> None:
        self.begin(Transfer_Encoding="chunked")
        for part in (CATALOGUE[:100], CATALOGUE[100:]):
            self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
        self.wfile.write(b"0\r\n\r\n")

    def do_cut(self) -> None:
        self.begin(Content_Length=str(len(CATALOGUE)))
        self.wfile.write(CATALOGUE[: len(CATALOGUE) // 2])
        self.close_connection = True

    def do_cut_chunks(self) -> None:
        self.begin(Transfer_Encoding="chunked")
        self.wfile.write(b"%x\r\n%s\r\n" % (100, CATALOGUE[:100]))
        self.close_connection = True

    def do_half(self) -> None:
        """Whole to HTTP, half a catalogue to the reader."""
        self.begin(Content_Length=str(len(CATALOGUE) // 2))
        self.wfile.write(CATALOGUE[: len(CATALOGUE) // 2])

    def do_silent(self) -> None:
        self.begin(Content_Length="100")
        self.wfile.flush()
        time.sleep(4 * PATIENCE)

    def do_drip(self) -> None:
        """A byte now and then: never silent for long, never done."""
        self.begin(Content_Length="1000000")
        self.pour(lambda: b" ", pause=PATIENCE / 6)

    def do_endless(self) -> None:
        self.begin()
        self.pour(lambda: b" " * 65_536, pause=0)

    def pour(self, more: Callable[[], bytes], pause: float) -> None:
        try:
            for _ in range(4_000):
                self.wfile.write(more())
                self.wfile.flush()
                time.sleep(pause)
        except OSError:
            self.close_connection = True

    def do_large(self) -> None:
        self.begin(Content_Length=str(200 * 1024 * 1024))

    def do_moved(self) -> None:
        self.begin(302, Location="/whole")

    def do_moved_to_http(self) -> None:
        self.begin(302, Location="http://localhost:9/whole")

    def do_moved_round(self) -> None:
        self.begin(302, Location="/moved-round")

    def do_rude(self) -> None:
        self.send_response(500, "\x1b[31mred")
        self.end_headers()

    def do_missing(self) -> None:
        self.begin(404)

    def log_message(self, format: str, *args: object) -> None:
        pass


class Quiet(ThreadingHTTPServer):
    """A refused handshake or a broken pipe is what is tested; nothing is printed."""

    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        pass


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[trustme.CA, Path]:
    made = trustme.CA()
    path = tmp_path_factory.mktemp("tls") / "authority.pem"
    made.cert_pem.write_to_path(str(path))
    return made, path


def served(certificate: trustme.LeafCert) -> Iterator[str]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    server = Quiet(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(
        server.socket, server_side=True, do_handshake_on_connect=False
    )
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"https://localhost:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def site(authority: tuple[trustme.CA, Path]) -> Iterator[str]:
    yield from served(authority[0].issue_cert("localhost"))


@pytest.fixture
def trusting(authority: tuple[trustme.CA, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """The authority is one of the machine's; the patience is short."""
    monkeypatch.setenv("SSL_CERT_FILE", str(authority[1]))
    monkeypatch.setattr(fetch, "PATIENCE", PATIENCE)
    for name in ("http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


def refused(address: str) -> tuple[str, str]:
    with pytest.raises(DataError) as caught:
        fetch.fetch(address)
    (problem,) = caught.value.problems
    return problem.check, f"{problem.message} {problem.hint or ''}"


@pytest.mark.usefixtures("trusting")
@pytest.mark.parametrize("path", ["whole", "chunked", "moved"])
def test_what_the_server_sends_is_what_arrives(site: str, path: str) -> None:
    assert fetch.fetch(f"{site}/{path}") == CATALOGUE


@pytest.mark.usefixtures("trusting")
@pytest.mark.parametrize(
    ("path", "check", "said"),
    [
        ("cut", "cannot-fetch", "the connection ended before the whole file was there"),
        ("cut-chunks", "cannot-fetch", "the connection ended before the whole file was there"),
        ("silent", "cannot-fetch", "there was no answer in time"),
        ("large", "too-large", "larger than 32 MB"),
        ("endless", "too-large", "larger than 32 MB"),
        ("missing", "cannot-fetch", "the address answers 404 Not Found"),
        ("moved-to-http", "cannot-fetch", "leads on to an address that is not https"),
        ("moved-round", "cannot-fetch", "infinite loop"),
    ],
)
def test_a_server_that_misbehaves_is_named(site: str, path: str, check: str, said: str) -> None:
    found = refused(f"{site}/{path}")
    assert found[0] == check
    assert said in found[1]


@pytest.mark.usefixtures("trusting")
def test_a_trickle_does_not_outlast_the_deadline(
    site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch, "DEADLINE", 2 * PATIENCE)
    assert refused(f"{site}/drip") == ("cannot-fetch", "nothing can be fetched: "
                                       "there was no answer in time ")  # fmt: skip


@pytest.mark.usefixtures("trusting")
def test_a_certificate_for_another_name_is_refused(authority: tuple[trustme.CA, Path]) -> None:
    for address in served(authority[0].issue_cert("elsewhere.example")):
        assert "certificate" in refused(f"{address}/whole")[1]


@pytest.mark.usefixtures("trusting")
def test_a_certificate_of_an_unknown_authority_is_refused(
    site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    assert "certificate" in refused(f"{site}/whole")[1]


@pytest.mark.usefixtures("trusting")
def test_nobody_listens(site: str) -> None:
    """The port of a server that was shut down."""
    for address in served(trustme.CA().issue_cert("localhost")):
        gone = address
    check, said = refused(f"{gone}/whole")
    assert check == "cannot-fetch"
    assert "refused" in said
    assert "without a network, give the path of a file that was fetched before" in said


@pytest.fixture
def bring(run_advisor, authority: tuple[trustme.CA, Path], tmp_path: Path):
    root = base(tmp_path)

    def run(address: str, code: int) -> tuple[str, str, bool]:
        """Standard output, standard error, and whether the rule base is untouched."""
        files = {p: p.read_bytes() for p in sorted(root.rglob("*")) if p.is_file()}
        done = run_advisor(
            "facts", "import", "models.dev", address, "--write", "--rules", root,
            "--as-of", "2026-11-22",
            env={"SSL_CERT_FILE": str(authority[1]), "https_proxy": None, "HTTPS_PROXY": None},
        )  # fmt: skip
        assert done.returncode == code, done.stderr.decode()
        after = {p: p.read_bytes() for p in sorted(root.rglob("*")) if p.is_file()}
        return done.stdout.decode(), done.stderr.decode(), files == after

    return run


def test_the_program_fetches_compares_and_writes(site: str, bring) -> None:
    out, err, untouched = bring(f"{site}/whole", 0)
    assert "1 changed, 1 added, 1 retired and 1 confirmed" in out
    assert "written: " in err
    assert not untouched


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("cut", "before the whole file was there"),
        ("half", "ends in the middle"),
        ("large", "error[too-large]"),
        ("rude", "the address answers 500"),
    ],
)
def test_a_bad_download_exits_3_and_changes_nothing(site: str, bring, path: str, said: str) -> None:
    out, err, untouched = bring(f"{site}/{path}", 3)
    assert out == ""
    assert said in " ".join(err.split())
    assert "Traceback" not in err
    assert "\x1b" not in err
    assert untouched
