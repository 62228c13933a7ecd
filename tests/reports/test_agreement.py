"""The same figures in every format, parsed back; and the records as they were last agreed on."""

from __future__ import annotations

import json
import os
import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from markdown_it import MarkdownIt
from msgspec.structs import replace

from advisor.decision.grounds import break_evens_of, grounds_of
from advisor.decision.recommend import decide
from advisor.decision.volumes import cost_by_volume
from advisor.language.answers import case_inputs
from advisor.reports import adr, html, markdown, text
from advisor.reports import json as as_json

GOLDEN = Path(__file__).parent / "golden"
CASES = (
    "voice-with-health-data",
    "own-weights-in-steady-bulk",
    "closed-models-without-a-connection",
)


class Words(HTMLParser):
    """What a reader of the page sees, without pictures and what only speaks."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._hidden = 0
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        if self._hidden or tag in ("style", "svg", "nav"):
            self._hidden += tag not in ("br", "meta")

    def handle_endtag(self, tag):
        self._hidden -= bool(self._hidden)

    def handle_data(self, data):
        if not self._hidden:
            self.words.append(data)


def of_html(page: str) -> str:
    return " ".join(" ".join(Words(page).words).split())


def of_markdown(source: str) -> str:
    found = []
    for token in MarkdownIt("gfm-like").parse(source):
        for child in token.children or []:
            if child.type in ("text", "text_special", "code_inline"):
                found.append(child.content)
            elif child.type == "softbreak":
                found.append(" ")
        found.append(" ")
    return " ".join("".join(found).split())


@pytest.fixture(scope="module", params=CASES)
def result(request, knowledge):
    """A real recommendation, without the searches that take their time."""
    case = knowledge.cases[request.param]
    decision = decide(knowledge, case_inputs(case, knowledge), case.as_of)
    quick = decision.recommendation(thorough=False)
    if not quick.ranking:
        return quick
    evens = break_evens_of(decision.situation, quick.ranking)
    return replace(
        quick,
        evidence=grounds_of(decision.situation, decision.gates, quick.ranking[0]),
        break_evens=evens,
        cost_by_volume=cost_by_volume(
            decision.situation, decision.entries.traffic(), quick.ranking, evens
        ),
    )


def formats(result) -> dict[str, str]:
    return {
        "text": " ".join(text.render(result).split()),
        "markdown": of_markdown(markdown.render(result)),
        "html": of_html(html.render(result)),
        "adr": of_markdown(adr.render(result).split("---\n", 2)[2]),
    }


def dollars(amount: float | None) -> str | None:
    """As the reports round: cents below 100 dollars, else whole dollars."""
    if amount is None:
        return None
    return f"${amount:,.2f}" if 0.01 <= amount < 100 else f"${round(amount):,}"


def says(told: str, phrase: str) -> bool:
    """Cells of a table in text are wrapped side by side: then each word stands somewhere."""
    return phrase in told or all(word in told for word in phrase.split())


def test_the_figures_of_the_json_stand_in_every_format(result):
    data = json.loads(as_json.render(result))
    shown = formats(result)
    for name, told in shown.items():
        verdict = data["verdict"]
        assert verdict["confidence"] in told
        for entry in data["ranking"]:
            assert f"{entry['score']['points']:,}" in told, (name, entry["offer"])
            assert says(told, entry["title"])
            monthly = entry["estimate"]["monthly"]
            for end in ("low", "high"):
                amount = dollars(monthly[end])
                # A thousandth of a cent of a float may round the other way.
                near = {
                    amount,
                    dollars((monthly[end] or 0) + 0.5),
                    dollars((monthly[end] or 0) - 0.5),
                }
                assert amount is None or any(a in told for a in near if a), (name, entry["offer"])
        for excluded in data["excluded"]:
            assert says(told, excluded["title"])
        sureness = verdict["sureness"]
        if sureness["p"] not in (None, 0, 1):
            assert f"{round(sureness['p'] * 100)} %" in told or "over 99 %" in told
        if sureness["r"] is not None:
            assert f"{sureness['r']:,.2f}" in told or f"{sureness['r'] - 0.005:,.2f}" in told
        for even in data["break_evens"]:
            assert f"{even['requests_low']:,}" in told
        for ground in data["evidence"]:
            assert says(told, ground["label"])
        if name != "adr" and data["cost_by_volume"]:
            for curve in data["cost_by_volume"]["curves"]:
                for cost in curve["costs"]:
                    assert f"{cost['requests']:,}" in told
                    assert cost["monthly"]["low"] is None or says(
                        told, dollars(cost["monthly"]["low"])
                    )


def test_the_ranking_is_parsed_back_from_each_format(result):
    wanted = [(str(r.rank), r.title, f"{r.score.points:,}") for r in result.ranking]
    pattern = re.compile(r"^\| (\d+) \| (.+?) \|.*\| ([\d,]+) \| [^|]+ \|$", re.MULTILINE)
    for source in (markdown.render(result), adr.render(result)):
        found = [(a, re.sub(r"\\(.)", r"\1", b), c) for a, b, c in pattern.findall(source)]
        assert found == wanted
    page = html.render(result)
    cells = re.findall(
        r'<tr><td class="right">(\d+)</td><td>(.*?)</td>.*?<td class="right">([\d,]+)</td>', page
    )
    assert [c for c in cells if c in wanted] == wanted
    if not wanted:
        return
    lines = text.render(result).split("Ranking (")[1].split("\n\n")[0]
    assert re.findall(r"(?m)^ +(\d+)  \S.*?  (?:safe|conditional) +([\d,]+) ", lines) == [
        (rank, points) for rank, _, points in wanted
    ]


def test_markdown_text_and_page_say_the_same_words(result):
    """The formats differ in layout alone (the page draws the bars of the table)."""

    def words(told: str) -> set[str]:
        return set(re.findall(r"[A-Za-z0-9][A-Za-z0-9.,:%/-]*[A-Za-z0-9]", told))

    shown = formats(result)
    assert words(shown["text"]) - words(shown["markdown"]) <= words(shown["html"])
    missing = words(shown["markdown"]) - words(shown["html"])
    # Addresses are behind their titles on the page.
    assert {w for w in missing if "/" not in w and not w.startswith("http")} == set()


@pytest.mark.parametrize("form", ["text", "markdown", "adr", "html", "json"])
def test_as_last_agreed(recommendation, form, tmp_path):
    """Run with UPDATE_GOLDEN=1 to agree on a change; then read the difference."""
    made = {
        "text": text.render,
        "markdown": markdown.render,
        "adr": adr.render,
        "html": html.render,
        "json": as_json.render,
    }[form](recommendation)
    if form == "html":
        # How a line is drawn is the plotting library's affair; what it shows is ours.
        made = re.sub(r"(</desc>).*?(</svg>)", r"\1\2", made)
    path = GOLDEN / f"recommendation.{form}"
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(made, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == made


def test_the_record_is_madr(result):
    front, body = adr.render(result).split("---\n", 2)[1:]
    meta = yaml.safe_load(front)
    assert meta["status"] == "proposed" and str(meta["date"]) == result.as_of
    levels = [len(m) for m in re.findall(r"(?m)^(#+) ", body)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(b - a <= 1 for a, b in pairwise(levels))
    considered = body.split("## Considered Options")[1].split("##")[0].strip().splitlines()
    assert len(considered) == len(result.ranking) + len(result.excluded)
    pros = body.split("## Pros and Cons of the Options")[1].split("## More Information")[0]
    for line in re.findall(r"(?m)^\* (.*)$", pros):
        assert line.startswith(("Good, because", "Bad, because", "Neutral, because")), line
