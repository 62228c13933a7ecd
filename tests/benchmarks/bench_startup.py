"""What starting costs, in ratios within one run.

    python -m tests.benchmarks.bench_startup            # about a minute
    python -m tests.benchmarks.bench_startup --rounds 5 --no-paint

Every command runs once a round, by turns.  Commands are measured in processor time of the
process, which a busy machine stretches least; first paint is measured by the clock, from the
start of the process under a pseudo-terminal to the first line of its screen.  The best of all
rounds counts.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import pty
import select
import signal
import struct
import sys
import tempfile
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml

CHECKOUT = Path(__file__).resolve().parents[2]
LAUNCHER = """\
import re
import sys
from {module} import main
if __name__ == '__main__':
    sys.argv[0] = re.sub(r'(-script\\.pyw|\\.exe)?$', '', sys.argv[0])
    sys.exit(main())
"""
"""As pip writes it for a command."""
PYDANTIC = """\
from pydantic import BaseModel
class Part(BaseModel):
    name: str
class Whole(BaseModel):
    parts: list[Part]
Whole.model_validate({"parts": [{"name": "a"}]})
"""
EMPTY_APP = """\
from textual.app import App
from textual.widgets import Static
class Empty(App):
    def compose(self):
        yield Static("READY")
Empty().run()
"""
CASE = CHECKOUT / "rules" / "cases" / "embedding-a-library.yaml"
"""Nearly every question answered, so that little is weighed against what is not known."""
READY = """\
import sys
from advisor.api import load, read_answers_file
import advisor.decision.recommend, advisor.reports.text
read_answers_file(sys.argv[1], load())
"""
"""All that a warm ``recommend`` does before it decides."""
PAINT_ROUNDS = 5
LINES, COLUMNS = 40, 120


class Bench:
    """A folder with launchers, answers and caches."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "empty_program.py").write_text("def main():\n    return 0\n")
        for name, module in (("empty", "empty_program"), ("advisor", "advisor.__main__")):
            (folder / name).write_text(LAUNCHER.format(module=module))
        self.json, self.yaml = folder / "answers.json", folder / "answers.yaml"
        answers = {"answers": yaml.load(CASE.read_bytes(), yaml.BaseLoader)["answers"]}
        self.json.write_text(json.dumps(answers))
        self.yaml.write_text(yaml.safe_dump(answers))
        self.env = {
            **{k: v for k, v in os.environ.items() if not k.startswith("ADVISOR_")},
            "PYTHONPATH": f"{folder}{os.pathsep}{CHECKOUT}",
            "XDG_CACHE_HOME": str(folder / "cache"),
            "XDG_STATE_HOME": str(folder / "state"),
            "XDG_DATA_HOME": str(folder / "data"),
            "XDG_CONFIG_HOME": str(folder / "config"),
            "TERM": "xterm-256color",
        }

    def program(self, name: str, *arguments: str | Path) -> list[str]:
        return [sys.executable, str(self.folder / name), *map(str, arguments)]

    def forget_results(self) -> None:
        for path in (self.folder / "warm").rglob("*.result"):
            path.unlink()

    def cost(self, command: Sequence[str], **more: str) -> float:
        """Processor seconds of one run."""
        null = os.open(os.devnull, os.O_RDWR)
        actions = [(os.POSIX_SPAWN_DUP2, null, target) for target in (0, 1)]
        pid = os.posix_spawn(command[0], command, {**self.env, **more}, file_actions=actions)
        os.close(null)
        _, status, used = os.wait4(pid, 0)
        if status:
            raise SystemExit(f"{' '.join(command)} ended with {status}")
        return used.ru_utime + used.ru_stime

    def paint(self, command: Sequence[str], mark: bytes) -> float:
        """Seconds from the start to the first sight of ``mark``."""
        begun = time.perf_counter()
        pid, terminal = pty.fork()
        if pid == 0:
            os.execve(command[0], command, self.env)
        try:
            size = struct.pack("HHHH", LINES, COLUMNS, 0, 0)
            fcntl.ioctl(terminal, termios.TIOCSWINSZ, size)
            seen = b""
            while mark not in seen:
                if not select.select([terminal], [], [], 30)[0]:
                    raise SystemExit(f"{' '.join(command)} shows no {mark!r}: {seen[-300:]!r}")
                seen += os.read(terminal, 65_536)
            return time.perf_counter() - begun
        finally:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            os.close(terminal)


def measured(bench: Bench, rounds: int) -> dict[str, float]:
    """Processor seconds by name, the best of some rounds."""
    python = sys.executable
    commands = {
        "pass": [python, "-c", "pass"],
        "yaml": [python, "-c", "import yaml"],
        "pydantic": [python, "-c", PYDANTIC],
        "launcher": bench.program("empty"),
        "version": bench.program("advisor", "--version"),
        "again json": bench.program("advisor", "recommend", bench.json),
        "again yaml": bench.program("advisor", "recommend", bench.yaml),
        "warm json": bench.program("advisor", "recommend", bench.json),
        "warm yaml": bench.program("advisor", "recommend", bench.yaml),
        "ready": [python, "-c", READY, str(bench.json)],
        "cold": bench.program("advisor", "recommend", bench.json),
    }
    best: dict[str, float] = {}
    for number in range(rounds + 1):
        for name, command in commands.items():
            more = {}
            if name == "cold":
                more["XDG_CACHE_HOME"] = str(bench.folder / f"cache-{number}")
            elif name.startswith("warm"):
                # As though other answers were asked about: the rule base is kept, no result.
                more["XDG_CACHE_HOME"] = str(bench.folder / "warm")
                bench.forget_results()
            cost = bench.cost(command, **more)
            # The first round writes what later ones find: byte code, the rule base, results.
            if number:
                best[name] = min(best.get(name, cost), cost)
    return best


def painted(bench: Bench) -> dict[str, float]:
    commands = {
        "empty": ([sys.executable, "-c", EMPTY_APP], b"READY"),
        "advisor": (bench.program("advisor"), b"Inference Advisor"),
    }
    best: dict[str, float] = {}
    for number in range(PAINT_ROUNDS + 1):
        for name, (command, mark) in commands.items():
            took = bench.paint(command, mark)
            if number:
                best[name] = min(best.get(name, took), took)
    return best


def table(cost: Mapping[str, float], paint: Mapping[str, float] | None) -> str:
    """Markdown: what, its ratio, what is aimed at."""
    unit = cost["pass"]
    warm, again, yaml_again = (
        (cost[name] - cost["launcher"]) / unit for name in ("warm json", "again json", "again yaml")
    )
    rows = [
        ("`advisor --version` / launcher with an empty `main`",
         cost["version"] / cost["launcher"], 1.3),
        ("`recommend` asked again, JSON: more than that launcher, x `pass`", again, 3.0),
        ("`recommend` asked again, YAML: more than that launcher, x `pass`", yaml_again, 3.0),
        ("`recommend` on new answers, rule base kept, JSON: likewise", warm, 3.0),
        ("`recommend` on new answers, YAML: more than JSON, x one yaml import",
         (cost["warm yaml"] - cost["warm json"]) / (cost["yaml"] - unit), 1.0),
        ("cold `recommend` / (5 `pass` + one pydantic import)",
         cost["cold"] / (4 * unit + cost["pydantic"]), 1.0),
    ]  # fmt: skip
    if paint is not None:
        rows.append(
            ("first paint / an empty Textual application", paint["advisor"] / paint["empty"], 1.4)
        )
    lines = ["| start-up | ratio | aim |", "|---|--:|--:|"]
    lines += [f"| {what} | {ratio:.2f} | ≤ {aim:g} |" for what, ratio, aim in rows]
    shown = ", ".join(f"{name} {1e3 * seconds:.1f}" for name, seconds in cost.items())
    ready = (cost["ready"] - cost["launcher"]) / unit
    lines += ["", f"Of the warm run on JSON, before the decision begins: {ready:.1f} x `pass`."]
    lines += ["", f"Processor milliseconds: {shown}."]
    if paint is not None:
        seen = ", ".join(f"{name} {1e3 * seconds:.0f}" for name, seconds in paint.items())
        lines += [f"First paint, milliseconds by the clock: {seen}."]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure start-up.")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--no-paint", action="store_true", help="leave the full screen out")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder))
        cost = measured(bench, asked.rounds)
        print(table(cost, None if asked.no_paint else painted(bench)))


if __name__ == "__main__":
    main()
