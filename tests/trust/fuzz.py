"""Fuzzing of everything that reads a file: ``python -m tests.trust.fuzz [--seconds N] [KIND...]``.

hypothesis makes series of edits of a good file; what raises anything but a located problem is
shrunk and kept under ``tests/trust/seeds/``, which a test reads again ever after.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import time
from collections.abc import Callable
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st

from advisor.errors import AdvisorError
from advisor.reports.problems import render_all
from tests.trust.conftest import CONTROL
from tests.trust.readers import good

SEEDS = Path(__file__).parent / "seeds"
PIECES = (
    b"{", b"}", b"[", b"]", b":", b": ", b",", b"\n", b"\n  ", b"- ", b'"', b"'", b"#", b"&a ",
    b"*a", b"!!x ", b"~", b"null", b"NaN", b"-", b"1e99", b"0", b"99999999999999999999", b"-1",
    b"0.0000001", b"1_000", b"0x1f", b"unknown", b"1 to 2", b"2 to 1", b"above", b"2026-02-30",
    b"true", b"\\u0000", b"\\ud800", b"\x00", b"\x1b[2J", b"\xff", b"\xe2\x80\xae", b"\xef\xbb\xbf",
    b"[bold]", b"format", b"answers", b"results", b"x" * 300, b"[" * 200,
)  # fmt: skip
EDIT = st.tuples(
    st.sampled_from(("insert", "delete", "repeat", "move", "replace", "flip")),
    st.integers(0, 1 << 16),
    st.integers(0, 40),
    st.one_of(st.sampled_from(PIECES), st.binary(max_size=6)),
)
EDITS = st.lists(EDIT, min_size=1, max_size=8)


def edited(data: bytes, edits: list[tuple[str, int, int, bytes]]) -> bytes:
    for what, place, length, piece in edits:
        at = place % (len(data) + 1)
        end = min(len(data), at + length)
        if what == "insert":
            data = data[:at] + piece + data[at:]
        elif what == "delete":
            data = data[:at] + data[end:]
        elif what == "repeat":
            data = data[:end] + data[at:]
        elif what == "move":
            rest = data[:at] + data[end:]
            to = (place * 7919) % (len(rest) + 1)
            data = rest[:to] + data[at:end] + rest[to:]
        elif what == "replace":
            data = data[:at] + piece + data[end:]
        elif at < len(data):
            data = data[:at] + bytes([data[at] ^ (1 << (length % 8))]) + data[at + 1 :]
    return data


def try_bytes(read: Callable[[bytes], None], data: bytes) -> None:
    """Raises whatever must not happen."""
    try:
        read(data)
    except AdvisorError as error:
        shown = render_all(error.problems)
        assert not CONTROL.search(shown), repr(shown[:500])
        assert all(problem.message and problem.file for problem in error.problems)


def fuzz(kind: str, seconds: float, seed: int) -> tuple[int, bytes | None]:
    """How many files were tried, and the smallest that broke the reader."""
    data, read = good()[kind]
    end = time.monotonic() + seconds
    tried = 0
    worst: bytes | None = None

    @seeded(seed)
    @settings(
        max_examples=10_000_000,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink),
    )
    @given(EDITS)
    def attempt(edits: list[tuple[str, int, int, bytes]]) -> None:
        nonlocal tried, worst
        if time.monotonic() > end and worst is None:
            raise TimeoutError
        tried += 1
        changed = edited(data, edits)
        try:
            try_bytes(read, changed)
        except Exception:
            if worst is None or len(changed) <= len(worst):
                worst = changed
            raise

    try:
        attempt()
    except TimeoutError:
        return tried, None
    except Exception as error:
        print(f"{kind}: {type(error).__name__}: {error}", file=sys.stderr)
    return tried, worst


def main() -> int:
    kinds = good()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", nargs="*", help=f"of: {', '.join(kinds)}; all by default")
    parser.add_argument("--seconds", type=float, default=10, help="for each kind")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    if wrong := [kind for kind in asked.kind if kind not in kinds]:
        parser.error(f"there is no kind '{wrong[0]}'")
    failed = False
    for kind in asked.kind or kinds:
        tried, worst = fuzz(kind, asked.seconds, asked.seed)
        print(f"{kind}: {tried:,} files, {'nothing found' if worst is None else 'BROKEN'}")
        if worst is not None:
            failed = True
            folder = SEEDS / kind.replace(" ", "-")
            folder.mkdir(parents=True, exist_ok=True)
            path = folder / hashlib.sha256(worst).hexdigest()[:12]
            path.write_bytes(worst)
            print(f"  kept: {path}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
