"""The page in a real browser: how it looks in light, dark and narrow, and as pages of paper.

Needs Chromium.  Skipped where there is none, unless ``ADVISOR_BROWSER_TESTS=1`` says that there
has to be one.
"""

from __future__ import annotations

import os
import re
import shutil
import struct
import subprocess
import zlib
from pathlib import Path

import pytest

from advisor.decision.recommend import recommend
from advisor.language.answers import case_inputs
from advisor.reports.html import render

pytestmark = pytest.mark.full

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--force-device-scale-factor=1",
)


@pytest.fixture(scope="module")
def browser() -> str:
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        assert os.environ.get("ADVISOR_BROWSER_TESTS") != "1", "a browser is demanded: none found"
        pytest.skip("no Chromium on the PATH")
    return found


@pytest.fixture(scope="module")
def page(knowledge, tmp_path_factory) -> Path:
    case = knowledge.cases["voice-with-health-data"]
    result = recommend(knowledge, case_inputs(case, knowledge), case.as_of, thorough=False)
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(render(result), encoding="utf-8")
    return path


@pytest.fixture
def run(browser, tmp_path):
    def call(*arguments: str) -> str:
        done = subprocess.run(
            [browser, *FLAGS, f"--user-data-dir={tmp_path / 'profile'}", *arguments],
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout

    return call


def pixels(png: Path) -> tuple[int, int, list[bytes]]:
    """Width, height and rows of an 8-bit PNG as the browser writes it (filters undone)."""
    data = png.read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    width, height, depth, kind = struct.unpack(">IIBB", data[16:26])
    assert depth == 8
    size = {2: 3, 6: 4}[kind]
    packed, at = b"", 8
    while at < len(data):
        length, name = struct.unpack(">I4s", data[at : at + 8])
        if name == b"IDAT":
            packed += data[at + 8 : at + 8 + length]
        at += length + 12
    raw, rows, before = zlib.decompress(packed), [], bytearray(width * size)
    for y in range(height):
        start = y * (width * size + 1)
        kind, line = raw[start], bytearray(raw[start + 1 : start + 1 + width * size])
        for i in range(len(line)):
            left = line[i - size] if i >= size else 0
            up = before[i]
            corner = before[i - size] if i >= size else 0
            if kind == 1:
                line[i] = (line[i] + left) & 255
            elif kind == 2:
                line[i] = (line[i] + up) & 255
            elif kind == 3:
                line[i] = (line[i] + (left + up) // 2) & 255
            elif kind == 4:
                guess = left + up - corner
                near = min(
                    (abs(guess - left), 0, left),
                    (abs(guess - up), 1, up),
                    (abs(guess - corner), 2, corner),
                )[2]
                line[i] = (line[i] + near) & 255
        rows.append(bytes(line[j] for i in range(0, len(line), size) for j in range(i, i + 3)))
        before = line
    return width, height, rows


def darkness(png: Path) -> tuple[int, float]:
    """The usual brightness of the margin, and the share of pixels that differ from it."""
    width, _, rows = pixels(png)
    behind = rows[-1][:3]
    inked = sum(row[i : i + 3] != behind for row in rows for i in range(0, width * 3, 3))
    return sum(behind) // 3, inked / (width * len(rows))


def test_light_and_dark_follow_the_reader(run, page, tmp_path):
    shots = {}
    for name, scheme in (("light", "1"), ("dark", "0")):
        shot = tmp_path / f"{name}.png"
        run(
            "--window-size=500,400",
            f"--blink-settings=preferredColorScheme={scheme}",
            f"--screenshot={shot}",
            page.as_uri(),
        )
        shots[name] = darkness(shot)
    (light, on_light), (dark, on_dark) = shots["light"], shots["dark"]
    assert light == 255 and dark < 60
    assert 0.02 < on_light < 0.9 and 0.02 < on_dark < 0.9


def test_nothing_is_wider_than_a_narrow_window(run, page, tmp_path):
    """A script of the test's own asks the page; the report has none."""
    probe = tmp_path / "probe.html"
    asked = "<script>document.title = document.documentElement.scrollWidth + ' of ' + innerWidth"
    source = page.read_text(encoding="utf-8")
    source = re.sub(r"<meta http-equiv=.Content-Security.*?>", "", source)
    probe.write_text(source.replace("</body>", f"{asked}</script></body>"), encoding="utf-8")
    for width in (1100, 520):
        dom = run(f"--window-size={width},900", "--dump-dom", probe.as_uri())
        wide, inner = map(int, re.search(r"<title>(\d+) of (\d+)</title>", dom).groups())
        assert wide <= inner, (width, wide, inner)


def test_on_paper(run, page, tmp_path):
    pdf = tmp_path / "report.pdf"
    run("--no-pdf-header-footer", f"--print-to-pdf={pdf}", page.as_uri())
    data = pdf.read_bytes()
    assert data.startswith(b"%PDF-") and data.rstrip().endswith(b"%%EOF")
    sheets = len(re.findall(rb"/Type\s*/Page\b", data))
    assert 4 <= sheets <= 20
    if shutil.which("pdftotext") is None:
        return
    told = subprocess.run(
        ["pdftotext", "-layout", pdf, "-"], capture_output=True, text=True, check=True
    ).stdout
    assert "How sure" in told and "Next steps" in told and "Rule base" in told
    # Nothing is left of what is for screens alone, and no sheet is empty.
    assert all(len(sheet.split()) > 15 for sheet in told.split("\f")[:-1])
