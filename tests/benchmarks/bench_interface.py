"""How long a key takes, and how long the first picture: ``python tests/benchmarks/bench_interface.py``.

Everything is a ratio within one run to an empty application of the same toolkit, so that the
machine and the toolkit cancel out:

- a key that answers a question, until the new ranking is laid out and painted, over the shipped
  rules; and until the next question is there (what a typist waits for);
- a letter typed into a field while a ranking is being computed: what is never to be blocked;
- from the start of the process to the first picture, in a pseudo-terminal.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import pty
import select
import statistics
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from datetime import date
from fcntl import ioctl
from pathlib import Path

from textual import events
from textual.app import App, ComposeResult
from textual.widgets import Input, Static

CHECKOUT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(CHECKOUT))

AS_OF = date(2026, 11, 22)
SIZE = (120, 40)
BEGIN = {
    "use-case": "chat",
    "models": ["deepseek-v4-pro"],
    "requests-per-day": 100000,
    "input-tokens": 2000,
    "output-tokens": 500,
}
ASKED = ["retention", "usage-pattern", "operations-team", "commitment", "latency-consistency",
         "existing-cloud", "own-weights", "model-changes"]  # fmt: skip

EMPTY = """
from textual.app import App
from textual.widgets import Static
class Empty(App):
    def compose(self):
        yield Static("first picture")
Empty().run()
"""
ADVISOR = """
import sys
sys.path.insert(0, {checkout!r})
sys.argv = ["advisor"]
from advisor.__main__ import main
sys.exit(main())
"""


class Empty(App[None]):
    """Counts keys, and has a field to type into."""

    count = 0

    def compose(self) -> ComposeResult:
        yield Static("0", id="count")
        yield Input(id="field")

    def on_key(self, event: events.Key) -> None:
        if event.key == "f5":
            self.count += 1
            self.query_one("#count", Static).update(str(self.count))


async def painted(app: App[None]) -> None:
    """When everything that is due has been laid out and painted."""
    done = asyncio.Event()
    app.call_after_refresh(done.set)
    await done.wait()


async def press(app: App[None], key: str, ready: Callable[[], bool]) -> float:
    """Seconds from a key to the picture in which ``ready`` holds."""
    character = key if len(key) == 1 else None
    begin = time.perf_counter()
    app.post_message(events.Key(key, character))
    while not ready():
        await asyncio.sleep(0.0002)
    await painted(app)
    return time.perf_counter() - begin


async def empty(rounds: int) -> tuple[list[float], list[float]]:
    """Keys and letters of the empty application."""
    app = Empty()
    keys, letters = [], []
    async with app.run_test(size=SIZE) as pilot:
        field = app.query_one(Input)
        field.focus()
        await pilot.pause()
        for number in range(rounds):
            before = app.count
            keys.append(await press(app, "f5", lambda before=before: app.count > before))
            text = field.value
            letters.append(await press(app, "7", lambda text=text: field.value != text))
            if number % 20 == 19:
                field.value = ""
    return keys, letters


async def advisor(rounds: int) -> dict[str, list[float]]:
    """The same of the interview, over the shipped rules."""
    from advisor.language.answers import inputs_from_mapping
    from advisor.tui.app import shipped_app

    app = shipped_app(as_of=AS_OF, begin=lambda base: inputs_from_mapping({"answers": BEGIN}, base))
    found: dict[str, list[float]] = {"ranking": [], "question": [], "letter": []}
    async with app.run_test(size=SIZE) as pilot:
        await app.settled()
        state = app.state
        number = 0
        while len(found["ranking"]) < rounds:
            name = ASKED[number % len(ASKED)]
            number += 1
            interview = state.interview
            assert interview is not None
            app.apply(interview.goto(name))
            await pilot.pause()
            await app.settled()
            generation, key = state.generation, str(1 + (number // len(ASKED)) % 2)

            def moved(name: str = name) -> bool:
                now = state.interview
                return now is not None and (now.current is None or now.current.id != name)

            begin = time.perf_counter()
            next_question = await press(app, key, moved)
            if state.generation == generation:
                continue  # the same answer as before
            found["question"].append(next_question)
            while state.pending:
                await asyncio.sleep(0.0002)
            await painted(app)
            found["ranking"].append(time.perf_counter() - begin)
        for _ in range(max(rounds // 8, 3)):
            interview = state.interview
            assert interview is not None
            name = ASKED[number % len(ASKED)]
            question = state.question(name)
            assert question is not None
            number += 1
            from advisor.interview import option_ids, parse_answer

            domain = parse_answer(question, option_ids(question)[number % 2])
            assert domain is not None
            app.apply(interview.answer(name, domain))
            app.apply(state.interview.goto("peak-factor"))
            await asyncio.sleep(0)
            field = app.screen.query_one("#number", Input)
            for _ in range(4):
                text = field.value
                found["letter"].append(
                    await press(app, "7", lambda text=text, field=field: field.value != text)
                )
            field.value = ""
            await app.settled()
    return found


def first_picture(code: str, words: bytes) -> float:
    """Seconds from the start of a process to its first picture with ``words``."""
    leader, follower = pty.openpty()
    ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", SIZE[1], SIZE[0], 0, 0))
    environment = {**os.environ, "TERM": "xterm-256color", "XDG_STATE_HOME": "/dev/null/x"}
    begin = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdin=follower, stdout=follower, stderr=follower,
        env=environment, start_new_session=True,
    )  # fmt: skip
    os.close(follower)
    output = b""
    try:
        while words not in output:
            if not select.select([leader], [], [], 30)[0]:
                raise SystemExit(f"no picture within 30 s: {output[-500:]!r}")
            output += os.read(leader, 65536)
        return time.perf_counter() - begin
    finally:
        process.kill()
        process.wait()
        os.close(leader)


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


def told(name: str, ours: list[float], theirs: list[float]) -> str:
    parts = []
    for share in (0.5, 0.99):
        a, b = percentile(ours, share), percentile(theirs, share)
        parts.append(f"p{share * 100:.0f} {a * 1000:7.1f} ms / {b * 1000:5.1f} ms = {a / b:6.1f} x")
    return f"{name:<46} {'   '.join(parts)}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=48)
    parser.add_argument("--starts", type=int, default=9)
    given = parser.parse_args()
    keys, letters = asyncio.run(empty(given.rounds * 2))
    found = asyncio.run(advisor(given.rounds))
    print(f"{given.rounds} answers over the shipped rules, against an empty application")
    print(told("key to the next question", found["question"], keys))
    print(told("key to the updated ranking", found["ranking"], keys))
    print(told("letter typed while it computes", found["letter"], letters))
    pairs = []
    for _ in range(given.starts):
        pairs.append(
            (
                first_picture(ADVISOR.format(checkout=str(CHECKOUT)), b"Inference Advisor"),
                first_picture(EMPTY, b"first picture"),
            )
        )
    ours, theirs = (statistics.median(column) for column in zip(*pairs, strict=True))
    print(
        f"start to first picture (median of {given.starts})    {ours * 1000:.0f} ms / "
        f"{theirs * 1000:.0f} ms = {ours / theirs:.2f} x"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
