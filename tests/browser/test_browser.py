"""The interface in a real browser: start, answer by clicks and keys, the verdict, a download."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from browser_play import AS_OF, SMALL, Served

KEEP_TERMINAL = """
Object.defineProperty(Object.prototype, 'terminal', {
    set(value) {
        window.seen = value;
        Object.defineProperty(this, 'terminal', {value, writable: true, configurable: true});
    },
    configurable: true,
});
window.open = address => {
    const link = document.createElement('a');
    link.href = address;
    link.download = '';
    document.body.append(link);
    link.click();
    return null;
};
"""
READ = """
() => {
    const shown = window.seen && window.seen.buffer.active;
    if (!shown) return [];
    const lines = [];
    for (let i = 0; i < window.seen.rows; i++) {
        const line = shown.getLine(i);
        lines.push(line ? line.translateToString(true) : '');
    }
    return lines;
}
"""


class Page:
    """The page as a person sees it: lines of text, places to click, a keyboard."""

    def __init__(self, browser: Any, address: str) -> None:
        context = browser.new_context(viewport={"width": 1200, "height": 700})
        self.page = context.new_page()
        self.asked: list[str] = []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.add_init_script(KEEP_TERMINAL)
        self.page.goto(address)

    @property
    def lines(self) -> list[str]:
        found: list[str] = self.page.evaluate(READ)
        return found

    def wait_for(self, words: str, seconds: float = 40) -> int:
        """The number of the line with the words, once they are there."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for number, line in enumerate(self.lines):
                if words in line:
                    return number
            self.page.wait_for_timeout(50)
        raise AssertionError(f"{words!r} is not in:\n" + "\n".join(self.lines))

    def click(self, words: str) -> None:
        """Click in the middle of words on the screen."""
        row = self.wait_for(words)
        column = self.lines[row].index(words) + len(words) // 2
        box = self.page.locator(".xterm-screen").bounding_box()
        columns, rows = self.page.evaluate("() => [window.seen.cols, window.seen.rows]")
        self.page.mouse.click(
            box["x"] + (column + 0.5) * box["width"] / columns,
            box["y"] + (row + 0.5) * box["height"] / rows,
        )

    def type(self, text: str) -> None:
        self.page.locator(".xterm-helper-textarea").focus()
        self.page.keyboard.type(text, delay=20)

    def press(self, key: str) -> None:
        self.page.locator(".xterm-helper-textarea").focus()
        self.page.keyboard.press(key)


def recommended(answers: str, tmp_path: Path) -> Any:
    """What the command says."""
    file = tmp_path / "answers.yaml"
    file.write_text(answers, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "advisor", "--rules", SMALL, "--as-of", AS_OF,
         "recommend", file, "--format", "json"],
        capture_output=True, check=True,
    )  # fmt: skip
    return json.loads(done.stdout)


def test_from_the_first_question_to_the_file(served: Served, chromium: Any, tmp_path: Path) -> None:
    page = Page(chromium, served.address)
    page.wait_for("questions,")
    page.click("Start")
    page.wait_for("What will the model do?")
    page.click("Chat")
    page.wait_for("Which models must be served?")
    page.click("Atlas 70B")
    page.wait_for("[x]")
    page.press("Enter")
    page.wait_for("How many requests a day?")
    page.type("20000")
    page.wait_for("20000")
    page.press("Enter")
    page.wait_for("How many tokens come out")
    page.press("F6")
    page.wait_for("enter change")
    page.click("Residency")
    page.wait_for("Must the processing stay")
    page.click("United States")
    page.press("F10")
    page.wait_for("5 Out")
    expected = recommended(
        "answers: {use-case: chat, models: [atlas], requests-per-day: 20000, residency: us}",
        tmp_path,
    )
    page.wait_for(next(r["title"] for r in expected["ranking"] if r["rank"] == 1))
    page.wait_for(expected["verdict"]["confidence"])
    page.click("export")
    page.wait_for("File name")
    with page.page.expect_download() as fetched:
        page.click("The whole result, for programs.")
    assert fetched.value.suggested_filename.endswith(".json")
    assert json.loads(Path(fetched.value.path()).read_text(encoding="utf-8")) == expected
    page.wait_for("Sent to the browser")
    host = urlsplit(served.address).netloc
    outside = [url for url in page.asked if urlsplit(url).netloc not in ("", host)]
    assert outside == []
    kept = list(served.sessions.glob("*.session.json"))
    assert len(kept) == 1
    assert len(json.loads(kept[0].read_text())["answers"]) == 4


def test_the_page_says_when_the_program_has_ended(served: Served, chromium: Any) -> None:
    page = Page(chromium, served.address)
    page.wait_for("questions,")
    page.type("q")
    page.page.wait_for_selector(".closed", state="visible", timeout=20_000)
    page.page.click("text=Open it again")
    page.wait_for("questions,")


def fetch(address: str, **headers: str) -> int:
    request = urllib.request.Request(address, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            code: int = answer.status
    except urllib.error.HTTPError as error:
        code = error.code
    return code


def test_other_sites_are_refused(served: Served) -> None:
    assert fetch(served.address) == 200
    assert fetch(served.address, Origin=served.address) == 200
    for path in ("", "/ws", "/download/x"):
        assert fetch(served.address + path, Origin="https://example.org") == 403
        assert fetch(served.address + path, Host="example.org") == 403


def test_it_listens_on_this_machine_alone_and_ends_when_told(served: Served) -> None:
    assert urlsplit(served.address).hostname == "127.0.0.1"
    assert "warning" not in served.said
    assert served.stop() == 0


def test_another_host_is_warned_of(tmp_path: Path) -> None:
    server = Served(tmp_path, "--host", "0.0.0.0")
    try:
        assert "warning: 0.0.0.0 can be reached by others" in server.said
    finally:
        assert server.stop() == 0


def test_a_taken_port_is_named(served: Served, tmp_path: Path) -> None:
    port = str(urlsplit(served.address).port)
    done = subprocess.run(
        [sys.executable, "-m", "advisor", "--rules", SMALL, "serve", "--port", port],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (
        2,
        f"error[cannot-listen]: cannot listen on 127.0.0.1:{port}: address already in use\n"
        "  --> serve\n"
        "  = hint: another one: --port 0 takes a free port\n",
    )
