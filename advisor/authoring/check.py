"""Every static check of a rule base that can be loaded.

Exact over options, flags and numbers between the thresholds that rules name.  Derived numbers
are looked at as if they were answers of their own: what is reported then is true, and what
could not be found out is reported as not decided.
"""

from __future__ import annotations

import datetime
from pathlib import Path

from advisor.authoring.check_dates import check_dates
from advisor.authoring.check_examples import check_examples
from advisor.authoring.check_offers import check_offers
from advisor.authoring.check_reads import check_reads
from advisor.authoring.check_rules import check_ask_when, check_group, check_impossible, groups_of
from advisor.authoring.check_shadows import check_shadows
from advisor.authoring.check_tables import check_tables
from advisor.authoring.check_texts import check_texts
from advisor.authoring.check_unused import check_unused
from advisor.authoring.examination import Examination, Progress
from advisor.authoring.places import Content, Places, content_of
from advisor.errors import Problem
from advisor.knowledge.model import Knowledge


def check(
    knowledge: Knowledge,
    as_of: datetime.date,
    content: Content | None = None,
    deep: Progress | None = None,
) -> tuple[Problem, ...]:
    """Everything that is found, of every severity.

    ``content`` gives the files of the rule base, for snippets (default: read where it was
    loaded from); ``as_of`` is the day on which ages and offers are judged.  With ``deep``, which
    is told how far that has come, answers are tried to find out who can win: that takes longer.
    """
    places = Places(knowledge, content or content_of(Path(knowledge.root)))
    examination = Examination(knowledge, as_of, places, deep)
    check_tables(examination)
    check_ask_when(examination)
    if check_impossible(examination):
        for group in groups_of(examination):
            check_group(examination, group)
            check_shadows(examination, group)
        check_offers(examination)
    check_examples(examination)
    check_reads(examination)
    check_unused(examination)
    check_dates(examination)
    check_texts(examination)
    for what, place in examination.undecided.items():
        places.add("not-decided", "info", f"not decided: {what}", place)
    return tuple(places.problems)
