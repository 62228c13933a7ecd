"""Tests with the oldest dependencies that pyproject allows: ``python -m tests.trust.lower_bounds``.

Makes an environment in a temporary directory with uv (``pip install uv``), installs the program
with the lowest versions of what it asks for, and runs tests that touch each dependency.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.trust.conftest import CHECKOUT

TESTS = (
    "tests/cli/test_commands.py",
    "tests/cli/test_estimate.py",
    "tests/knowledge",
    "tests/reports/test_html.py",
    "tests/tui/test_interview_screen.py",
    "tests/tui/test_verdict_and_export.py",
)
FOR_TESTS = (
    "pytest>=8,<9", "pytest-asyncio>=0.24", "pytest-xdist>=3.5", "hypothesis>=6.100", "html5lib>=1.1",
    "jsonschema>=4.20",
)  # fmt: skip


def main() -> int:
    uv = shutil.which("uv")
    if uv is None:
        print("this needs uv: pip install uv", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        python = Path(folder) / "venv" / "bin" / "python"
        frozen = Path(folder) / "oldest.txt"

        def call(*words: object) -> str:
            done = subprocess.run([*map(str, words)], stdout=subprocess.PIPE, text=True, check=True)
            return done.stdout

        call(uv, "venv", "--quiet", "--python", sys.executable, Path(folder) / "venv")
        install = (uv, "pip", "install", "--quiet", "--python", python)
        call(*install, "--resolution", "lowest-direct", CHECKOUT)
        listed = call(uv, "pip", "freeze", "--quiet", "--python", python).splitlines()
        versions = [line for line in listed if not line.startswith("inference-advisor")]
        print(*versions, sep="\n", flush=True)
        frozen.write_text("\n".join(versions) + "\n")
        # What tests need must not make anything newer.
        call(*install, "--constraint", frozen, *FOR_TESTS)
        options = ("-n0", "-p", "no:cacheprovider", "-c", CHECKOUT / "pyproject.toml")
        words = [python, "-m", "pytest", *options, "--rootdir", CHECKOUT, *TESTS]
        return subprocess.run([*map(str, words)], cwd=CHECKOUT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
