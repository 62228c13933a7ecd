"""The benchmark tools, each installed where it can be removed again, and run within bounds.

``ADVISOR_BENCH_TOOLS`` says where they come from:

- unset: those on the PATH; tests of others are skipped;
- ``install``: what is missing is installed for this run, and a tool that cannot be is a failure;
- ``try``: the same, but a tool that cannot be installed is a reason to skip;
- a folder: environments of one's own, ``FOLDER/guidellm/bin/guidellm`` and so on.

GuideLLM brings PyTorch with it.  The build for processors alone is asked for first (about 1 GB);
where its index cannot be reached, the usual one is installed (about 6 GB, and as much again while
it is unpacked).
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

WHERE = os.environ.get("ADVISOR_BENCH_TOOLS", "")
NEEDS_GB = {"guidellm": 3, "aiperf": 3}
"""What is installed where it is missing, and the room that takes for a while."""
WITH_CUDA_GB = 11
FOR_PROCESSORS = "https://download.pytorch.org/whl/cpu"
INSTALLING = 600
"""Seconds that installing one tool may take, about."""


def find(tool: str, home: Path) -> Path:
    """The tool's program; installs it into ``home`` where that is asked for.  Skips or fails
    where there is none, and says why."""
    if WHERE not in ("", "install", "try"):
        beside = Path(WHERE).resolve() / tool / "bin" / tool
        if beside.exists():
            return beside
    on_path = shutil.which(tool)
    if on_path:
        return Path(on_path)
    if WHERE not in ("install", "try") or tool not in NEEDS_GB:
        pytest.skip(f"{tool} is not installed (see ADVISOR_BENCH_TOOLS)")
    trouble = _installed(tool, home)
    if trouble and WHERE == "try":
        pytest.skip(trouble)
    assert not trouble, trouble
    return home / "bin" / tool


def _installed(tool: str, home: Path) -> str:
    """Of several processes one installs, the others wait.  Empty, or what went wrong."""
    said = home / "installed"
    try:
        home.mkdir()
    except FileExistsError:
        for _ in range(INSTALLING + 60):
            if said.exists():
                return said.read_text(encoding="utf-8")
            time.sleep(1)
        return f"{tool}: another process did not install it in {INSTALLING} s"
    trouble = _install(tool, home)
    unfinished = home / "unfinished"
    unfinished.write_text(trouble, encoding="utf-8")
    unfinished.rename(said)
    return trouble


def _install(tool: str, home: Path) -> str:
    trouble = _lacking(tool, home, NEEDS_GB[tool]) or _step(
        tool, 120, [sys.executable, "-m", "venv", home]
    )
    if trouble:
        return trouble
    # Compiling all that is never imported takes longer than using the tool.
    install = [home / "bin" / "pip", "install", "-q", "--no-compile", "--no-input"]
    if tool == "guidellm":
        quickly = ["--retries", "0", "--timeout", "15", "--index-url", FOR_PROCESSORS]
        if _step(tool, 180, [*install, *quickly, "torch"]):
            trouble = _lacking(tool, home, WITH_CUDA_GB)
    return trouble or _step(tool, INSTALLING - 300, [*install, "--retries", "2", tool])


def _lacking(tool: str, home: Path, wanted: int) -> str:
    for place in dict.fromkeys((home, Path(tempfile.gettempdir()))):
        free = shutil.disk_usage(place).free / 1e9
        if free < wanted:
            return f"{tool} needs {wanted} GB for a while; {place} has {free:.1f} GB free"
    return ""


def _step(tool: str, seconds: int, command: Sequence[str | Path]) -> str:
    code, told = run(command, seconds, {})
    if code == 0:
        return ""
    how = f"not in {seconds} s" if code is None else f"exit {code}"
    return f"{tool} could not be installed ({how}): {told[-2000:].strip()}"


def run(
    command: Sequence[str | Path],
    seconds: float,
    env: Mapping[str, str],
    cwd: Path | None = None,
) -> tuple[int | None, str]:
    """The exit code and all that was written; the code is None where it took longer: then the
    command has been ended, with every process that it started."""
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            cwd=cwd,
            env={**os.environ, **env},
            start_new_session=True,
        )
        code: int | None
        try:
            code = process.wait(seconds)
        except subprocess.TimeoutExpired:
            code = None
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        out.seek(0)
        return code, out.read().decode(errors="replace")


def let_go(home: Path, test: str, tests: int) -> None:
    """Remove what was installed once all ``tests`` that use it have ended, in any process."""
    if not home.is_dir():
        return
    used = home / "used"
    used.mkdir(exist_ok=True)
    (used / test).touch()
    if len(list(used.iterdir())) >= tests:
        shutil.rmtree(home, ignore_errors=True)
