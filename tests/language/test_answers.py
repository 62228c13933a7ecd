"""Answers mean the same as YAML, as JSON and as Python values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.errors import DataError, Problem
from advisor.knowledge.document import Findings, ScalarNode
from advisor.knowledge.model import Inputs, Knowledge
from advisor.knowledge.strict_yaml import read
from advisor.knowledge.values import ChoiceType, Domain, Flags, Interval, Options, Type
from advisor.language.answers import (
    case_inputs,
    inputs_from_mapping,
    parse_answer,
    read_answers,
)
from advisor.language.answers_plain import json_node
from advisor.language.rulebase import load_rule_base

ROOT = Path(__file__).parent.parent
SMALL = load_rule_base(ROOT / "rulebases" / "small")
YES_NO = ChoiceType(("no", "yes"))
OWN_WEIGHTS = ChoiceType(("no", "adapter", "full"))


def from_yaml(text: str, name: str = "answers.yaml") -> Inputs:
    return read_answers(text.encode(), name, SMALL)


def from_json(value: object) -> Inputs:
    return read_answers(json.dumps(value).encode(), "answers.json", SMALL)


def from_python(value: Mapping[str, object]) -> Inputs:
    return inputs_from_mapping(value, SMALL)


def said(value: Mapping[str, object]) -> list[Problem]:
    with pytest.raises(DataError) as caught:
        from_python(value)
    return list(caught.value.problems)


def one_of(*options: str) -> Options:
    return Options(frozenset(options))


def all_of(*options: str) -> Flags:
    return Flags(frozenset(options), frozenset(options))


def test_the_whole_file() -> None:
    inputs = from_yaml(
        """
format: 1
answers:
  requests-per-day: 50 to 200
  model-size: 175B
  certifications: [soc2, hipaa-baa]
  use-case: [chat, batch]
  residency: unknown
weights: {latency: ignore, cost: more}
prices:
  wafer-shared: {output: 1.20 USD/Mtoken, input: 0.1, gpu-hour: unknown}
  gpu-cluster: {gpu-hour: 2.49}
"""
    )
    assert inputs.answers == {
        "use-case": one_of("chat", "batch"),
        "model-size": Interval.point(175),
        "requests-per-day": Interval(50, 200),
        "certifications": all_of("soc2", "hipaa-baa"),
    }
    assert list(inputs.answers) == ["use-case", "model-size", "requests-per-day", "certifications"]
    assert inputs.weights == {"cost": "more", "latency": "ignore"}
    assert inputs.prices == {
        "gpu-cluster": {"gpu-hour": Fraction(249, 100)},
        "wafer-shared": {"input": Fraction(1, 10), "output": Fraction(6, 5)},
    }


@pytest.mark.parametrize(
    "text",
    [
        "answers: {}\n",
        "format: 1\nanswers:\n",
        "format: 1\n",
        '"format": "1"\n',
        "format: 1\nanswers: {}\nweights: {}\nprices:\n",
        "answers:\n  use-case: unknown\n  model-size:\n  models: null\n  certifications: ~\n",
    ],
)
def test_saying_nothing(text: str) -> None:
    assert from_yaml(text) == Inputs({})


def test_a_lone_flag_is_a_list_of_one() -> None:
    assert from_yaml("answers: {certifications: soc2}").answers == {
        "certifications": all_of("soc2")
    }


def test_an_empty_list_of_flags_is_none_of_them() -> None:
    assert from_yaml("answers: {certifications: []}").answers == {"certifications": all_of()}


def test_aliases_stand_for_models() -> None:
    for written in ("atlas", "Atlas-70B-Instruct", "atlas-70b", "[atlas]"):
        assert from_yaml(f"answers: {{models: {written}}}").answers == {
            "models": all_of("atlas-70b")
        }


def test_an_alias_and_its_model_are_one_thing_written_twice() -> None:
    with pytest.raises(DataError) as caught:
        from_yaml("answers: {models: [atlas, atlas-70b]}")
    assert [p.check for p in caught.value.problems] == ["duplicate-item"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{from: 50, to: 200}", Interval(50, 200)),
        ("{from: 50}", Interval(50, 10_000_000)),
        ("{to: 2k}", Interval(1, 2000)),
        ("{from: 50, to: unknown}", None),
        ("at least 50", Interval(50, 10_000_000)),
        ("below 50", Interval(1, 50, high_open=True)),
        ("1 requests/s", Interval.point(86_400)),
        ("1,000", Interval.point(1000)),
    ],
)
def test_numbers_and_ranges(text: str, expected: Interval | None) -> None:
    if expected is None:
        with pytest.raises(DataError):
            from_yaml(f"answers: {{requests-per-day: {text}}}")
    else:
        block = f"answers:\n  requests-per-day: {text}\n"
        assert from_yaml(block).answers == {"requests-per-day": expected}


def test_json_is_read_as_it_is() -> None:
    text = """{
\t"format": 1,
\t"answers": {"use-case":"chat","models":["atl\\u0061s"],
\t\t"model-size": 1.75e2, "requests-per-day": {"from": 5E1, "to": 2e+2},
\t\t"certifications": null, "output-tokens": 300.0}
}"""
    assert from_yaml(text, "answers.json").answers == {
        "use-case": one_of("chat"),
        "models": all_of("atlas-70b"),
        "model-size": Interval.point(175),
        "requests-per-day": Interval(50, 200),
        "output-tokens": Interval.point(300),
    }


def test_json_with_a_mark_and_windows_lines() -> None:
    data = b'\xef\xbb\xbf{\r\n"answers": {"model-size": 7e1}\r\n}\r\n'
    assert read_answers(data, "answers.json", SMALL).answers == {"model-size": Interval.point(70)}


@pytest.mark.parametrize(
    ("of", "text", "expected"),
    [
        (YES_NO, "true", one_of("yes")),
        (YES_NO, "false", one_of("no")),
        (YES_NO, "yes", one_of("yes")),
        (OWN_WEIGHTS, "false", one_of("no")),
        (OWN_WEIGHTS, "true", None),
        (OWN_WEIGHTS, '"false"', None),
        (ChoiceType(("unknown", "known")), "unknown", one_of("unknown")),
    ],
)
def test_true_and_false_where_yes_or_no_are_options(
    of: Type, text: str, expected: Domain | None
) -> None:
    node, findings = read(f"[{text}]".encode(), "file")
    assert node is not None
    item = ScalarNode(text.strip('"'), node.span, quoted=text.startswith('"'))
    assert parse_answer(item, of, {}, findings) == expected
    assert bool(findings.problems) == (expected is None)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (175, 175),
        (175.0, 175),
        (0.1 + 1, Fraction(11, 10)),
        (1.1, Fraction(11, 10)),
        (Decimal("1.10"), Fraction(11, 10)),
        (Fraction(3, 2), Fraction(3, 2)),
        (numpy.int64(7), 7),
        (numpy.float64(7.25), Fraction(29, 4)),
        ("0.5T", 500),
        (" 8B ", 8),
    ],
)
def test_python_numbers_are_exact(value: object, expected: Fraction) -> None:
    assert from_python({"model-size": value}).answers == {"model-size": Interval.point(expected)}


def test_python_values() -> None:
    inputs = from_python(
        {
            "use-case": ("chat", "batch"),
            "certifications": {"soc2"},
            "models": ["atlas"],
            "residency": None,
            "requests-per-day": {"from": 10, "to": 1e4},
            "output-tokens": "unknown",
            "current-offer": numpy.str_("none"),
        }
    )
    assert inputs.answers == {
        "use-case": one_of("chat", "batch"),
        "certifications": all_of("soc2"),
        "models": all_of("atlas-70b"),
        "requests-per-day": Interval(10, 10_000),
        "current-offer": one_of("none"),
    }


def test_a_mapping_may_be_the_answers_or_the_whole_file() -> None:
    assert from_python({"use-case": "chat"}) == from_python({"answers": {"use-case": "chat"}})
    whole = from_python({"format": 1, "weights": {"cost": "less"}})
    assert whole == Inputs({}, {"cost": "less"})
    assert from_python({}) == Inputs({})


def test_the_place_of_a_mistake_in_python_is_its_path() -> None:
    found = said(
        {
            "answers": {
                "modle-size": 3,
                "certifications": ["soc2", "soc3"],
                "model-size": float("nan"),
                "requests-per-day": {"from": 5, "to": -5},
                "use-case": object(),
            },
            "prices": {"gpu-cluster": {"gpu-hour": True}},
        }
    )
    assert [(p.file, p.check) for p in found] == [
        ("answers.model-size", "wrong-type"),
        ("answers.use-case", "wrong-type"),
        ("answers.modle-size", "unknown-name"),
        ("answers.certifications[1]", "unknown-option"),
        ("answers.requests-per-day.to", "out-of-range"),
        ("prices.gpu-cluster.gpu-hour", "bad-number"),
    ]
    assert found[2].hint == "did you mean 'model-size'?"
    assert "expected 1 to 10,000,000" in (found[4].hint or "")
    assert all(p.span is None and p.source_line is None for p in found)


@pytest.mark.parametrize(
    "value",
    [
        {3: "chat"},
        {"use-case": b"chat"},
        {"use-case": ""},
        {"use-case": "unknown-thing\x00\u202e"},
        {"model-size": 10**5000},
        {"model-size": -(10**5000)},
        {"model-size": 1e308},
        {"model-size": 5e-324},
        {"model-size": float("inf")},
        {"model-size": Decimal("1e999999")},
        {"model-size": Decimal("NaN")},
        {"model-size": Fraction(1, 3) / 10**40},
        {"model-size": 1 + 2j},
        {"answers": ["use-case"]},
        {"answers": "use-case: chat"},
        {"format": 2},
        {"weights": {"cost": None}},
        {"answers": {"use-case": {"a": {"b": {"c": {"d": {"e": {"f": {"g": 1}}}}}}}}},
    ],
)
def test_what_no_answer_can_be(value: Mapping[str, object]) -> None:
    for problem in said(value):
        assert problem.message
        assert problem.span is None


def test_a_list_that_holds_itself() -> None:
    endless: list[object] = []
    endless.append(endless)
    assert {p.check for p in said({"use-case": endless})} == {"too-deep", "nested-list"}


def test_what_is_no_mapping_at_all() -> None:
    for value in (None, 3, "use-case: chat", ["use-case"]):
        with pytest.raises(DataError):
            inputs_from_mapping(value, SMALL)


def test_a_case_gives_the_answers_that_it_holds() -> None:
    inputs = case_inputs(SMALL.cases["chat-startup"], SMALL)
    assert inputs.answers["models"] == all_of("atlas-70b")
    assert inputs.answers["output-tokens"] == Interval(200, 400)
    assert inputs.weights == {"cost": "more", "operations": "ignore"}
    assert inputs.prices["budget-shared"]["input"] == Fraction(3, 20)


# -- the three ways of writing agree -----------------------------------------------------------

CHOICES = st.sampled_from(["chat", "batch", "unknown", ["chat", "batch"], None])
FLAGS = st.lists(st.sampled_from(["soc2", "hipaa-baa"]), unique=True)
WHOLE = st.integers(1, 128_000)
SIZES = st.decimals(1, 2000, places=3).map(float)
ANSWERS = st.fixed_dictionaries(
    {},
    optional={
        "use-case": CHOICES,
        "certifications": FLAGS,
        "output-tokens": WHOLE,
        "model-size": SIZES,
        "requests-per-day": st.tuples(WHOLE, WHOLE).map(
            lambda ends: {"from": min(ends), "to": max(ends)}
        ),
    },
)


@given(ANSWERS)
def test_yaml_json_and_python_agree(answers: dict[str, object]) -> None:
    whole = {"format": 1, "answers": answers}
    lines = [f"  {name}: {json.dumps(value)}" for name, value in answers.items()]
    block = "format: 1\nanswers:\n" + "\n".join(lines) + "\n"
    assert from_python(answers) == from_json(whole) == from_yaml(block)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
        ),
        max_leaves=8,
    )
)
def test_any_value_is_read_or_refused_with_words(value: object) -> None:
    for name in ("use-case", "models", "model-size", "certifications"):
        try:
            inputs = from_python({name: value})
        except DataError as error:
            assert all(p.message and p.file.startswith("answers") for p in error.problems)
        else:
            assert set(inputs.answers) <= {name}


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused_with_words(data: bytes) -> None:
    for start in (b"", b"answers: ", b'{"answers": '):
        try:
            read_answers(start + data, "answers.yaml", SMALL)
        except DataError as error:
            assert all(p.message and p.file == "answers.yaml" for p in error.problems)


def test_findings_are_untouched_by_good_answers() -> None:
    findings = Findings("file")
    node, _ = read(b"a: 1", "file")
    assert node is not None
    assert parse_answer(
        ScalarNode("8B", node.span), SMALL.questions["model-size"].type, {}, findings
    )
    assert findings.problems == []


def test_the_knowledge_of_tests_is_small() -> None:
    assert isinstance(SMALL, Knowledge)
    assert len(SMALL.questions) == 8


@given(ANSWERS, st.sampled_from([None, 1, 2]))
def test_json_is_read_alike_with_and_without_places(
    answers: dict[str, object], indent: int | None
) -> None:
    text = json.dumps({"format": 1, "answers": answers}, indent=indent)
    assert json_node(text.encode()) is not None
    # As YAML the same text goes through the reader that knows places.
    assert from_yaml(f"# a comment\n{text}") == from_yaml(text)


@pytest.mark.parametrize(
    "text",
    [
        '{"answers": {"use-case": "chat",}}',
        '{"answers": {"use-case": "chat", "use-case": "chat"}}',
        '{"answers": {"model-size": NaN}}',
        '{"answers": {"model-size": Infinity}}',
        '{"answers": {"model-size": 7e999999999}}',
        '{"answers": ' + "[" * 100_000,
        '{"answers": {"use-case": "chat"}} {}',
        '{"answers": {"use-case": "\\ud800"}}',
        "{answers: {use-case: nonsense}}",
        '{"answers": {"use-case": 1}}',
    ],
    ids=range(10),
)
def test_json_that_is_not_sound_gets_a_place(text: str) -> None:
    if text.endswith(",}}"):
        # YAML allows the comma, and so does this reader.
        assert from_yaml(text).answers == {"use-case": one_of("chat")}
        return
    with pytest.raises(DataError) as caught:
        from_yaml(text, "answers.json")
    for problem in caught.value.problems:
        assert problem.file == "answers.json"
        assert problem.span is not None


@pytest.mark.parametrize("value", ["1" * 20_001, f'"{"x" * 20_001}"'], ids=["number", "text"])
def test_json_with_a_value_too_long_to_be_an_answer_gets_a_place(value: str) -> None:
    text = f'{{"answers": {{"model-size": {value}}}}}'
    with pytest.raises(DataError) as caught:
        from_yaml(text, "answers.json")
    (problem,) = caught.value.problems
    assert (problem.check, problem.message) == (
        "too-long",
        "this text is longer than 20,000 characters",
    )
    assert problem.place == "answers.json:1:28"
