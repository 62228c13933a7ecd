"""Catalogues that are broken, cut short or absurd: each mistake named, nothing written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from importers import DAY, FILES, base, bring, fixture

from advisor.authoring.importing import parse
from advisor.errors import DataError, Problem
from advisor.knowledge.importing import UPSTREAMS, json_text
from advisor.knowledge.importing.checks import CHECKS
from advisor.knowledge.importing.rewriting import number_words


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return base(tmp_path)


def wrong(root: Path, upstream: str, data: bytes) -> list[Problem]:
    with pytest.raises(DataError) as caught:
        bring(root, upstream, data)
    assert all(problem.message for problem in caught.value.problems)
    return list(caught.value.problems)


def changed(upstream: str, *path: str | int, to: Any) -> bytes:
    """The fixture with one value replaced."""
    data = json.loads(fixture(upstream))
    inner = data
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = to
    return json.dumps(data, indent=1).encode()


COST = ("wafer", "models", "example/Atlas-70B-Instruct", "cost")


@pytest.mark.parametrize(
    ("to", "check", "said"),
    [
        (-1, "negative-price", "below zero"),
        (0.00095, "implausible-price", "per thousand tokens"),
        (0.00000095, "implausible-price", "per single token"),
        (950, "implausible-price", "multiplied once too often"),
        ("0.95", "wrong-type", "'0.95'"),
        ("$0.95", "unknown-currency", "'$0.95'"),
        ("EUR 0.95", "unknown-currency", "EUR"),
        (True, "wrong-type", "true"),
        ([0.95], "wrong-type", "a list"),
        ({"base": 1}, "wrong-type", "a map"),
        (10**40, "implausible-price", "times"),
    ],
)
def test_a_price_that_cannot_be_meant_is_named_at_its_place(root, to, check, said):
    data = changed("models.dev", *COST, "input", to=to)
    found = wrong(root, "models.dev", data)
    assert [p.check for p in found] == [check]
    assert said in f"{found[0].message} {found[0].hint}"
    assert found[0].span is not None
    line = data.decode().splitlines()[found[0].span.line - 1]
    assert found[0].source_line == line
    assert "input" in line or "Atlas-70B" in line


@pytest.mark.parametrize(
    ("path", "to", "check"),
    [
        ((*COST[:-1], "cost"), 5, "wrong-type"),
        ((*COST[:-1], "limit"), {"context": -1}, "out-of-range"),
        ((*COST[:-1], "limit"), {"context": 1.5}, "out-of-range"),
        ((*COST[:-1], "limit"), {"context": "128k"}, "wrong-type"),
        ((*COST[:-1], "cost"), {"input": 1, "currency": "EUR"}, "unknown-currency"),
        (("wafer", "currency"), "CNY", "unknown-currency"),
        (("wafer", "models"), [], "wrong-type"),
        (("wafer", "models", "pocket-8b-v1"), "text", "wrong-type"),
        (("wafer", "models", "pocket-8b-v1", "status"), 1, "wrong-type"),
        (("wafer",), [], "wrong-type"),
    ],
)
def test_models_dev_of_the_wrong_form(root, path, to, check):
    found = wrong(root, "models.dev", changed("models.dev", *path, to=to))
    assert [p.check for p in found] == [check]
    assert found[0].span is not None


def without(upstream: str, *path: str | int) -> bytes:
    """The fixture with one key left out."""
    data = json.loads(fixture(upstream))
    inner = data
    for step in path[:-1]:
        inner = inner[step]
    del inner[path[-1]]
    return json.dumps(data, indent=1).encode()


@pytest.mark.parametrize(
    ("upstream", "path"),
    [
        ("models.dev", ("wafer", "models")),
        ("litellm", ("wafer/atlas-70b", "litellm_provider")),
        ("genai-prices", (0, "id")),
        ("genai-prices", (0, "models", 0, "id")),
    ],
)
def test_a_key_that_is_missing_is_named_where_it_should_stand(root, upstream, path):
    (problem,) = wrong(root, upstream, without(upstream, *path))
    assert problem.check == "wrong-type"
    assert f"{path[-1]}: expected" in problem.message
    assert problem.span is not None


def test_every_mistake_is_named_at_once(root):
    data = json.loads(fixture("models.dev"))
    data["wafer"]["models"]["example/Atlas-70B-Instruct"]["cost"]["input"] = -1
    data["wafer"]["models"]["pocket-8b-v1"]["cost"]["output"] = "x"
    data["stranger"]["models"]["atlas"]["cost"]["input"] = -2
    assert len(wrong(root, "models.dev", json.dumps(data, indent=1).encode())) == 3


@pytest.mark.parametrize("upstream", UPSTREAMS[:3])
def test_a_download_that_was_cut_short(root, upstream):
    whole = fixture(upstream).rstrip()
    for length in range(0, len(whole), 37):
        found = wrong(root, upstream, whole[:length])
        assert [p.check for p in found] == ["bad-json"]
        assert "ends in the middle" in found[0].message or "empty" in found[0].message, length
        assert found[0].span is not None


def test_a_table_that_was_cut_short(root):
    whole = fixture("skypilot")
    found = wrong(root, "skypilot", whole[: whole.index(b"0.8,us-east")])
    assert [p.check for p in found] == ["bad-table"]
    assert found[0].span is not None
    assert found[0].span.line == 6


@pytest.mark.parametrize("upstream", UPSTREAMS)
@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"   \n",
        b"\xff\xfe\x00",
        b"<!doctype html><title>404</title>",
        b"null",
        b"[]",
        b"{}",
        b"12",
        b'"text"',
        b"[" * 100_000,
        b"{" * 100_000,
        b'{"a": NaN}',
        b'{"a": 1, "a": 2}',
        b'{"a": 1e999999999}',
        b'{"wafer": {"models": {"atlas": {"cost": {"input": 1e999999999}}}}}',
        b'{"x": ' + b"9" * 10_000 + b"}",
        b"\x00" * 100,
    ],
)
def test_what_is_no_catalogue_at_all(root, upstream, data):
    found = wrong(root, upstream, data)
    known = {*CHECKS, "duplicate-id", "out-of-range", "too-deep", "wrong-type"}
    assert {p.check for p in found} <= known


def test_the_wrong_catalogue_is_told_apart(root):
    for upstream in UPSTREAMS:
        for other in UPSTREAMS:
            if other != upstream:
                assert wrong(root, upstream, fixture(other))


def test_a_key_that_stands_twice_is_named_at_its_second_place(root):
    text = fixture("models.dev").decode()
    twice = text.replace('"pocket": {', '"oracle-max": {}, "pocket": {')
    (found,) = wrong(root, "models.dev", twice.encode())
    assert (found.check, "oracle-max" in found.message) == ("duplicate-id", True)
    assert found.span is not None
    assert '"oracle-max": {"name"' in twice.splitlines()[found.span.line - 1]


def test_a_model_that_stands_twice_in_a_list(root):
    data = json.loads(fixture("genai-prices"))
    data[0]["models"].append(data[0]["models"][1])
    (found,) = wrong(root, "genai-prices", json.dumps(data, indent=1).encode())
    assert found.check == "duplicate-id"
    assert "'pocket' of wafer stands twice" in found.message
    data = json.loads(fixture("genai-prices"))
    (found,) = wrong(root, "genai-prices", json.dumps([*data, *data]).encode())[:1]
    assert found.check == "duplicate-id"


@pytest.mark.parametrize(
    ("path", "to", "check"),
    [
        (("wafer/atlas-70b", "input_cost_per_token"), 0.85, "implausible-price"),
        (("wafer/atlas-70b", "input_cost_per_token"), 0.00085, "implausible-price"),
        (("wafer/atlas-70b", "input_cost_per_token"), -8.5e-7, "negative-price"),
        (("wafer/atlas-70b", "litellm_provider"), 7, "wrong-type"),
        (("wafer/pocket", "deprecation_date"), "soon", "wrong-date"),
        (("wafer/pocket", "deprecation_date"), "2026-02-30", "wrong-date"),
        (("wafer/pocket",), [], "wrong-type"),
    ],
)
def test_litellm_of_the_wrong_form(root, path, to, check):
    found = wrong(root, "litellm", changed("litellm", *path, to=to))
    assert check in [p.check for p in found]


@pytest.mark.parametrize(
    ("path", "to", "check"),
    [
        ((0, "id"), None, "wrong-type"),
        ((0, "models", 0, "id"), 3, "wrong-type"),
        ((0, "models", 1, "prices"), 3, "wrong-type"),
        ((0, "models", 1, "prices", "input_mtok"), {"base": -1}, "negative-price"),
        ((0, "models", 0, "prices", 1, "constraint", "start_date"), "spring", "wrong-date"),
        ((0, "models", 0, "prices", 1), 5, "wrong-type"),
        ((0, "models", 0), 5, "wrong-type"),
    ],
)
def test_genai_prices_of_the_wrong_form(root, path, to, check):
    found = wrong(root, "genai-prices", changed("genai-prices", *path, to=to))
    assert check in [p.check for p in found]


@pytest.mark.parametrize(
    ("before", "after", "check", "line"),
    [
        (b"2.49", b"-2.49", "negative-price", 2),
        (b"2.49", b"2490", "implausible-price", None),
        (b"2.49", b"two", "wrong-type", 2),
        (b"2.49", b"nan", "wrong-type", 2),
        (b"2.49", b"1e99", "wrong-type", 2),
        (b"G80,1.0", b"G80,0", "out-of-range", 2),
        (b"19.2,europe-1", b"19.2,us-east-1", "duplicate-id", 4),
        (b"Price,", b"Cost,", "bad-table", 1),
        (b"2.49,us-east-1", b'2.49,"us-east-1', "bad-table", None),
    ],
)
def test_skypilot_of_the_wrong_form(root, before, after, check, line):
    data = fixture("skypilot").replace(before, after, 1)
    found = wrong(root, "skypilot", data)
    assert check in [p.check for p in found]
    if line is not None:
        assert found[0].span is not None
        assert found[0].span.line == line


@given(st.binary(max_size=200), st.sampled_from(UPSTREAMS))
def test_no_bytes_raise_anything(data, upstream):
    parse(upstream, data, FILES[upstream], DAY)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["models", "cost", "input", "output", "limit", "context", "id", "prices", "x",
             "litellm_provider", "mode", "input_cost_per_token", "constraint", "input_mtok"]
        ),
        inner,
        max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip


@given(json_values, st.sampled_from(UPSTREAMS[:3]))
def test_no_json_raises_anything_and_every_mistake_has_its_place(value, upstream):
    data = json.dumps(value).encode()
    found = parse(upstream, data, "x", DAY)
    assert all(p.span is not None for p in found.problems)


@given(json_values)
def test_values_are_found_at_their_places(value):
    text = json.dumps(value, indent=1)

    def walk(inner, path):
        yield path, inner
        if isinstance(inner, dict):
            for key, item in inner.items():
                yield from walk(item, (*path, key))
        if isinstance(inner, list):
            for index, item in enumerate(inner):
                yield from walk(item, (*path, index))

    every = dict(walk(value, ()))
    found = json_text.places_of(text, every)
    assert found.keys() == every.keys()
    for path, span in found.items():
        line = text.splitlines()[span.line - 1]
        begins = json.dumps(every[path], indent=1).splitlines()[0]
        if isinstance(every[path], list | dict):
            begins = begins[0]
        assert line[span.column - 1 :].startswith(begins)


@given(st.fractions(min_value=0, max_value=1000, max_denominator=1000))
def test_numbers_are_written_in_plain_digits(value):
    text = number_words(value)
    assert set(text) <= set("0123456789.")
    assert not text.endswith(".")
    assert abs(float(text) - float(value)) < 1e-8
