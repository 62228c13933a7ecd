"""Pictures of the program for its documentation: ``python -m advisor.tui.screenshot OUT.svg``,
and all that the README shows: ``python -m advisor.tui.screenshot --all .github``.

Runs the application without a terminal, over the shipped rules, with the answers below, and
writes what it shows as SVG.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from datetime import date
from pathlib import Path
from typing import Final

from textual.widgets import Input

from advisor.saving import save
from advisor.tui.app import AdvisorApp, shipped_app

ANSWERS: Final = {
    "use-case": "coding-agent",
    "frontier-models": "large-open",
    "model-size": "175B to 1000B",
    "model-diversity": "one",
    "requests-per-day": "1,000,000",
    "input-tokens": "4k",
    "output-tokens": "600",
    "usage-pattern": "daily-peaks",
}
"""What was answered before the picture is taken; the last answer shows in the movements."""

ASKED: Final = "latency-consistency"
"""The question that the picture of the interview shows."""

SCREENS: Final = ("interview", "verdict", "compare", "whatif", "review", "export", "evidence",
                  "rules", "help", "welcome")  # fmt: skip
PAGES: Final = {"ranking": "2", "cost": "3", "open": "4", "out": "5", "stable": "6", "charts": "7"}
README: Final = {"screenshot": "interview", "verdict": "verdict", "charts": "charts",
                 "whatif": "whatif"}  # fmt: skip
"""File name (without .svg) and screen of each picture in the README."""


async def take(app: AdvisorApp, screen: str, width: int, height: int) -> str:
    """The SVG of a screen, or of a page of the verdict."""
    async with app.run_test(size=(width, height)) as pilot:
        await app.settled()
        await pilot.pause()
        if screen != "welcome":
            await _answer(app)
            app.open("verdict" if screen in PAGES else screen)
            await pilot.pause()
        if screen in PAGES:
            await pilot.press(PAGES[screen])
        if screen in ("open", "stable"):
            await app.deepened()
        while screen == "charts" and app.state.figures is None and not app.state.figures_failure:
            await pilot.pause(0.05)
        if screen == "whatif":
            await pilot.press("right", *["down"] * 4, "right")
            await app.settled()
        for field in app.screen.query(Input):
            field.cursor_blink = False
        await pilot.pause(0.5)
        return app.export_screenshot(title="Inference Advisor")


async def _answer(app: AdvisorApp) -> None:
    from advisor.typed_answers import parse_answer

    app.open("interview")
    for name, text in ANSWERS.items():
        interview, question = app.state.interview, app.state.question(name)
        if interview is None or question is None:
            raise SystemExit(f"the rule base has no question {name}")
        domain = parse_answer(question, text)
        if domain is None:
            raise SystemExit(f"{name}: {text} is no answer")
        app.apply(interview.answer(name, domain))
        if name in list(ANSWERS)[-2:]:
            await app.settled()
    if app.state.interview is not None:
        app.apply(app.state.interview.goto(ASKED))


def main(arguments: list[str] | None = None) -> int:
    """Take one picture; the return value is the exit code."""
    parser = argparse.ArgumentParser(prog="python -m advisor.tui.screenshot", description=__doc__)
    parser.add_argument("output", type=Path, metavar="OUT.svg", help="with --all: a directory")
    parser.add_argument("--all", action="store_true", help="every picture of the README")
    parser.add_argument("--screen", choices=(*SCREENS, *PAGES), default="interview")
    parser.add_argument("--size", default="120x36", help="columns and rows, such as 80x24")
    parser.add_argument("--theme", default="advisor-dark")
    parser.add_argument("--as-of", type=date.fromisoformat, default=date.today())
    given = parser.parse_args(arguments)
    width, _, height = given.size.partition("x")
    wanted = {given.output: given.screen}
    if given.all:
        wanted = {given.output / f"{name}.svg": screen for name, screen in README.items()}
    for output, screen in wanted.items():
        app = shipped_app(as_of=given.as_of)
        app.first_theme = given.theme
        picture = asyncio.run(take(app, screen, int(width), int(height)))
        save(output, picture.encode())
        sys.stderr.write(f"written: {output}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
