"""Plain command lines are understood without click exactly as click understands them."""

from __future__ import annotations

from datetime import date

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.cli import recommend
from advisor.cli.direct import understood

WORDS = st.sampled_from(
    [
        *("a.yaml", "b.json", "-", "", "x=y", "é", "-o", "--output", "-q", "--quiet", "-oq"),
        *("--format", "--format=json", "--format=jso", "json", "adr", "--form", "--help"),
        *("--require", "--require=safe", "firm", "--require=sure", "--rules", "--rules=r", "r"),
        *("--as-of", "--as-of=2026-11-22", "2026-11-22", "20261122", "--as-of=2026-13-01"),
        *("--", "-h", "--output=o", "--output=", "-oo", "-o=o", "--quiet=1", "--nothing", "-x"),
    ]
)


def by_click(arguments):
    """What click hands to the command; None where it refuses, or prints help."""
    seen = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(recommend, "recommend_and_print", lambda *call: seen.append(call))
        try:
            recommend.command.main(list(arguments), standalone_mode=False)
        except click.ClickException:
            return None
    return seen[0] if seen else None


@given(st.lists(WORDS, max_size=7))
def test_both_ways_to_read_arguments_agree(arguments):
    call = understood(arguments)
    if call is not None:
        found = by_click(arguments)
        assert found is not None
        assert call == found[: len(call)]
        assert not any(found[len(call) :]), "what plain command lines do not have"


@pytest.mark.parametrize(
    ("arguments", "rest"),
    [
        (["a.yaml"], ("a.yaml", "text", None, None)),
        (["-"], ("-", "text", None, None)),
        (["--format", "json", "a.yaml"], ("a.yaml", "json", None, None)),
        (["a.yaml", "--format=adr", "--require=firm"], ("a.yaml", "adr", None, "firm")),
    ],
)
def test_plain_arguments_need_no_click(arguments, rest):
    common, *found = understood([*arguments, "-q", "--as-of", "2026-11-22"])
    assert tuple(found) == rest
    assert (common.rules, common.as_of, common.quiet) == (None, date(2026, 11, 22), True)


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--help"],
        ["a", "b"],
        ["a", "--format"],
        ["a", "--format", "jason"],
        ["a", "--as-of", "2026-02-30"],
        ["a", "--require", "sure"],
        ["a", "-qo", "out"],
        ["a", "--outputs", "out"],
    ],
)
def test_the_rest_is_left_to_click(arguments):
    assert understood(arguments) is None
