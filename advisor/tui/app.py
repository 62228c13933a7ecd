"""Starting the terminal interface over the real rules and the real recommender."""

from __future__ import annotations

import sys
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from advisor.tui.application import AdvisorApp

if TYPE_CHECKING:
    from advisor.decision.next_question import NextStep
    from advisor.decision.result import Recommendation
    from advisor.interview import Interview
    from advisor.knowledge.model import Inputs, Knowledge
    from advisor.sessions import Restored
    from advisor.tui.application import Begin
    from advisor.tui.figures import Estimator
    from advisor.tui.settings import Settings

__all__ = ["AdvisorApp", "run", "shipped_app"]

LOOK_EVERY = 1.0
"""Seconds between two looks whether the rules were saved."""


def run(
    *,
    rules: Path | None = None,
    as_of: date | None = None,
    answers: str | None = None,
    resume: str | None = None,
    mouse: bool = True,
    keep: bool = True,
) -> int:
    """Run in the terminal; the return value is the exit code.  Raises what ended it early.

    ``answers`` is a file to start from, ``resume`` a saved session to go on with (empty: the
    latest); without ``keep`` no session is written.  The user's settings hold.  How to go on
    later is printed on standard error once the terminal is given back.
    Raises DataError for mistakes in them, RuleBaseError for those in the rule base.
    """
    day = as_of if as_of is not None else date.today()
    begin: Begin | None = None
    if resume is not None:
        begin = partial(_session, resume)
    elif answers is not None:
        begin = partial(_answers, answers)
    from advisor.places import session_directory, settings_directory
    from advisor.tui.settings import read_settings

    app = shipped_app(
        rules=rules,
        as_of=day,
        begin=begin,
        sessions=session_directory() if keep else None,
        settings=read_settings(settings_directory()),
    )
    app.run(mouse=mouse)
    sys.stderr.write(app.keeper.farewell())
    if app.load_failure is not None:
        raise app.load_failure
    if app._exception is not None:
        raise app._exception
    return app.return_code or 0


def shipped_app(
    *,
    as_of: date,
    rules: Path | None = None,
    begin: Begin | None = None,
    sessions: Path | None = None,
    settings: Settings | None = None,
) -> AdvisorApp:
    """The application over the real rules and the real recommender."""
    return AdvisorApp(
        load=partial(_load, rules),
        recommend=_recommend,
        quick=_ranking,
        guide=_guide,
        estimator=_estimator,
        as_of=as_of,
        begin=begin,
        sessions=sessions,
        watch=LOOK_EVERY,
        settings=settings,
    )


def _load(rules: Path | None) -> Knowledge:
    from advisor.api import load

    return load(rules)


def _recommend(knowledge: Knowledge, inputs: Inputs, as_of: date) -> Recommendation:
    from advisor.decision.recommend import recommend

    return recommend(knowledge, inputs, as_of)


def _ranking(knowledge: Knowledge, inputs: Inputs, as_of: date) -> Recommendation:
    from advisor.decision.recommend import recommend

    return recommend(knowledge, inputs, as_of, thorough=False)


def _guide(interview: Interview, as_of: date) -> NextStep:
    from advisor.interview import guidance

    return guidance(interview, as_of)


def _estimator(knowledge: Knowledge, as_of: date) -> Estimator:
    from advisor.tui.figures import estimator

    return estimator(knowledge, as_of)


def _answers(file: str, knowledge: Knowledge) -> Inputs:
    from advisor.api import read_answers_file

    return read_answers_file(file, knowledge)


def _session(name: str, knowledge: Knowledge) -> Restored:
    from advisor.places import session_directory
    from advisor.sessions import SessionStore, restore

    return restore(SessionStore(session_directory()).load(name or None), knowledge)
