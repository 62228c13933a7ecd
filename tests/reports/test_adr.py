"""The decision record: MADR 4 sections in their order, and nothing that becomes markup."""

from __future__ import annotations

import re

import yaml

from advisor.reports.adr import render


def parts(text: str) -> tuple[dict, list[str]]:
    _, front, body = text.split("---\n", 2)
    return yaml.safe_load(front), re.findall(r"(?m)^#+ .*$", body)


def test_sections_stand_in_the_order_of_madr(recommendation):
    front, headings = parts(render(recommendation))
    assert front["status"] == "proposed" and str(front["date"]) == recommendation.as_of
    wanted = [
        "## Context and Problem Statement",
        "## Decision Drivers",
        "## Considered Options",
        "## Decision Outcome",
        "### Consequences",
        "### Confirmation",
        "## Pros and Cons of the Options",
        "## More Information",
    ]
    assert [h for h in headings if h in wanted] == wanted
    assert headings[0].startswith("# ")


def test_every_option_is_considered_and_the_chosen_one_is_the_verdicts(recommendation):
    text = render(recommendation)
    considered = text.split("## Considered Options")[1].split("##")[0]
    for entry in (*recommendation.ranking, *recommendation.excluded):
        assert entry.title in considered
    leader = next(r for r in recommendation.ranking if r.offer == recommendation.verdict.offer)
    assert f'Chosen option: "{leader.title}"' in text
    assert f"{leader.score.points:,} of 10,000 points" in text


def test_no_option_is_chosen_when_none_qualifies(nobody):
    text = render(nobody)
    assert "No option is chosen" in text and "Chosen option" not in text


def test_hostile_text_makes_no_heading_and_no_html(with_text):
    text = render(with_text("\n# boo\n<script>alert(1)</script>\n---\nstatus: accepted"))
    front, headings = parts(text)
    assert front["status"] == "proposed"
    assert set(front) == {"status", "date", "decision-makers", "consulted", "informed"}
    assert not [h for h in headings if h.strip() == "# boo"]
    assert not re.search(r"(?<!\\)<script", text)
