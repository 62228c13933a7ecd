"""Every kind of file that the program reads, with a good one: what hostile bytes are tried on.

A reader takes bytes; it raises nothing but AdvisorError.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date
from functools import cache, partial

from advisor.api import load
from advisor.authoring.importing import parse
from advisor.errors import DataError
from advisor.estimate.cases import read_cases
from advisor.estimate.results import Names, read_results
from advisor.fleet.columns import read_mapping
from advisor.knowledge.compiled import decode, encode
from advisor.knowledge.model import Knowledge
from advisor.language.answers import read_answers
from advisor.sessions import read_session, restore
from advisor.tui.settings import parse_settings
from tests.trust.conftest import CHECKOUT, SMALL

NAME = "given.file"
DAY = date(2026, 11, 29)
TESTS = CHECKOUT / "tests"

SETTINGS = b"""\
theme = "advisor-light"
keymap = "vim"

[keys]
"interview.back" = "b,f2"
"""

RESULTS = b"""\
format: 1
results:
  - offer: groq-shared
    model: gpt-oss-120b
    date: 2026-11-25
    region: europe
    requests: 3000
    accepted: 2990
    rate-limited: 4
    seconds: 600
    concurrency: 64
    first-token-ms: {p50: 310, p95: 620.5}
    token-ms: {p50: 2, p95: 2.5}
"""


@cache
def knowledge() -> Knowledge:
    return load(SMALL)


def text_of(data: bytes) -> str:
    """As the program decodes its own files."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise DataError([]) from None


def answers(data: bytes) -> None:
    read_answers(data, NAME, knowledge())


def mapping(data: bytes) -> None:
    read_mapping(data, NAME, knowledge())


def session(data: bytes) -> None:
    restore(read_session(text_of(data), NAME), knowledge())


def settings(data: bytes) -> None:
    """Nothing is raised: what is wrong is named, and left out."""
    found = parse_settings(text_of(data), NAME)
    assert all(NAME in problem for problem in found.problems)


def results(offer: str | None, data: bytes) -> None:
    def beside(name: str) -> bytes:
        return RESULTS

    names = Names(("groq-shared",), {"gpt-oss-120b": "gpt-oss-120b"}, ("us", "europe"))
    read_results(data, NAME, names, DAY, beside, offer)


def cases(data: bytes) -> None:
    read_cases(data, NAME)


def snapshot(upstream: str, data: bytes) -> None:
    found = parse(upstream, data, NAME, DAY)
    if found.problems:
        raise DataError(found.problems)


def kept_rules(data: bytes) -> None:
    """What was kept between runs is thrown away where it is damaged."""
    found = decode(data, knowledge().digest, knowledge().root)
    assert found is None or isinstance(found, Knowledge)


def _fixture(name: str) -> bytes:
    return (TESTS / "facts" / "fixtures" / name).read_bytes()


def _tool(name: str) -> bytes:
    return (TESTS / "plan" / "results" / f"{name}.json").read_bytes()


def _short_table() -> bytes:
    rows = list(csv.reader(io.StringIO(_fixture("vms.csv").decode())))[:6]
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


def good() -> dict[str, tuple[bytes, Callable[[bytes], None]]]:
    """By kind: a good file, and what reads it."""
    from tests.trust import test_hostile_files as files

    return {
        "answers": (files.ANSWERS, answers),
        "answers in JSON": (files.JSON_ANSWERS, answers),
        "mapping": (files.MAPPING, mapping),
        "session": (files.session_file(), session),
        "settings": (SETTINGS, settings),
        "results": (RESULTS, partial(results, None)),
        **{
            f"results of {tool}": (_tool(tool), partial(results, "groq-shared"))
            for tool in ("vllm", "guidellm", "aiperf")
        },
        "cases": (files.MEASUREMENTS, cases),
        "models.dev": (_fixture("models-dev.json"), partial(snapshot, "models.dev")),
        "litellm": (_fixture("litellm.json"), partial(snapshot, "litellm")),
        "genai-prices": (_fixture("genai-prices.json"), partial(snapshot, "genai-prices")),
        "skypilot": (_short_table(), partial(snapshot, "skypilot")),
        "kept rules": (encode(knowledge()), kept_rules),
    }
