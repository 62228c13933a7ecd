"""A running ``advisor serve`` over the small rule base."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SMALL = Path(__file__).resolve().parent.parent / "rulebases" / "small"
AS_OF = "2026-11-22"
MANDATORY = os.environ.get("CI_BROWSER") == "1"
"""Set where the absence of a browser is a failure, not a reason to skip."""


def missing(reason: str) -> Any:
    if MANDATORY:
        pytest.fail(f"{reason}, and CI_BROWSER=1 demands it", pytrace=False)
    pytest.skip(reason)


class Served:
    """A running server; ``address`` is where the page is."""

    def __init__(self, home: Path, *options: str) -> None:
        environment = {
            **os.environ,
            "XDG_STATE_HOME": str(home / "state"),
            "XDG_CONFIG_HOME": str(home / "config"),
            "XDG_CACHE_HOME": str(home / "cache"),
            "PYTHONPATH": str(Path(__file__).resolve().parents[2]),
        }
        command = [sys.executable, "-m", "advisor", "--rules", str(SMALL), "--as-of", AS_OF]
        self.process = subprocess.Popen(
            [*command, "serve", "--port", "0", *options],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            cwd=home,
            text=True,
        )
        assert self.process.stderr is not None
        self.said = ""
        found = None
        while found is None:
            line = self.process.stderr.readline()
            assert line, self.said
            self.said += line
            found = re.search(r"http://\S+", line)
        self.address = found.group(0)
        self.sessions = home / "state" / "inference-advisor"

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(20)
