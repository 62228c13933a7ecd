"""Coverage of conditions, and the examples that are suggested for what is missing."""

from __future__ import annotations

import json
import re
import shutil
from fractions import Fraction
from pathlib import Path

import pytest

from advisor.authoring.candidates import between, representatives, written_value
from advisor.authoring.clauses import clauses_of, form_of
from advisor.authoring.coverage import RuleForm, cover
from advisor.authoring.examples import Bench, newest_day
from advisor.authoring.suggest import suggest
from advisor.authoring.testing import run_tests
from advisor.authoring.vocabulary import Vocabulary
from advisor.knowledge.values import ChoiceType, Flags, FlagsType, Interval, NumberType, Options
from advisor.language.rulebase import load_rule_base

RULE = """\
- id: under-test
  criterion: latency
{condition}
  score: 1
  because: A rule under test.
  source: {{ref: panel, grade: expert judgement, checked: 2026-11-01}}
  owner: test-authors
  examples:
{examples}
"""
EXAMPLES = """\
    - {given: {use-case: chat, residency: us, offer: wafer-shared}, expect: applies}
    - {given: {use-case: batch, residency: us, offer: wafer-shared}, expect: does not apply}
"""


def loaded(copy, condition, examples=EXAMPLES):
    lines = "".join(f"  {line}\n" for line in condition.splitlines()).rstrip("\n")
    copy.write("criteria/extra.yaml", RULE.format(condition=lines, examples=examples.rstrip("\n")))
    return copy.load()


def rows(knowledge, rule="under-test"):
    (found,) = cover(knowledge, frozenset({rule})).rules
    return {
        f"{c.clause.side} {c.clause.name}: {c.clause.text}": (
            c.held, c.failed, c.decided_held, c.decided_failed,
        )
        for c in found.clauses
    }  # fmt: skip


def test_what_examples_show_of_a_conjunction(copy):
    knowledge = loaded(copy, "when: {use-case: chat, residency: [us, eu]}\nfor: {platform: wafer}")
    assert rows(knowledge) == {
        "when residency: [us, eu]": ((1, 2), (), (1,), ()),
        "when use-case: chat": ((1,), (2,), (1,), (2,)),
        "for platform: wafer": ((1, 2), (), (1,), ()),
    }
    (found,) = cover(knowledge, frozenset({"under-test"})).rules
    assert not found.covered
    assert cover(knowledge, frozenset({"under-test"})).count() == {
        "clauses": 3, "seen_true": 3, "seen_false": 1, "decisive_alone": 1,
    }  # fmt: skip


def test_two_that_fail_together_decide_nothing_alone(copy):
    both = EXAMPLES.replace(
        "{use-case: batch, residency: us,", "{use-case: batch, residency: none,"
    )
    knowledge = loaded(copy, "when: {use-case: chat, residency: us}\nfor: {platform: wafer}", both)
    assert rows(knowledge)["when use-case: chat"] == ((1,), (2,), (1,), ())
    assert rows(knowledge)["when residency: us"] == ((1,), (2,), (1,), ())


def test_alternatives_decide_where_the_other_one_fails(copy):
    knowledge = loaded(
        copy,
        "when: {any: [{use-case: chat}, {residency: eu}]}",
        "    - {given: {use-case: chat, residency: us}, expect: applies}\n"
        "    - {given: {use-case: chat, residency: eu}, expect: applies}\n"
        "    - {given: {use-case: chat}, expect: applies}\n"
        "    - {given: {use-case: batch, residency: us}, expect: does not apply}\n",
    )
    assert rows(knowledge) == {
        "when residency: eu": ((2,), (1, 4), (), (4,)),
        "when use-case: chat": ((1, 2, 3), (4,), (1,), (4,)),
    }


LAYOUTS = [
    "when: {use-case: chat, residency: [us, eu]}",
    "when:\n  residency: [eu, us]\n  use-case: chat",
    "when:\n  all:\n    - use-case: chat\n    - any:\n        - residency: us\n        - residency: eu",
    "when: {not: {any: [{use-case: not chat}, {not: {residency: [us, eu]}}]}}",
    "when: {all: [{all: [{residency: [us, eu]}]}, {use-case: chat}]}",
    "when: {use-case: chat, not: {all: [{residency: not us}, {residency: not eu}]}}",
]


@pytest.mark.parametrize("layout", LAYOUTS[1:])
def test_the_layout_of_a_rule_makes_no_difference(copy, layout):
    assert rows(loaded(copy, layout)) == rows(loaded(copy, LAYOUTS[0]))


def test_negations_have_one_spelling(copy):
    def texts(condition):
        examples = "    - {given: {}, expect: applies}\n    - {given: {}, expect: does not apply}\n"
        knowledge = loaded(copy, condition, examples)
        form = form_of(knowledge.rules["under-test"], Vocabulary(knowledge))
        return [f"{c.name}: {c.text}" for c in clauses_of(form)]

    assert texts("when: {not: {output-tokens: above 300}}") == ["output-tokens: at most 300"]
    assert texts("when: {output-tokens: not above 300}") == ["output-tokens: at most 300"]
    assert texts("when: {not: {not: {use-case: chat}}}") == ["use-case: chat"]
    assert texts("when: {output-tokens: [below 5, above 300]}") == texts(
        "when: {any: [{output-tokens: above 300}, {output-tokens: below 5}]}"
    )


def test_suggestions_are_the_fewest_and_shortest_and_come_out_as_they_say(copy):
    condition = "when: {use-case: chat, residency: [us, eu]}\nfor: {platform: wafer}"
    (found,) = suggest(loaded(copy, condition), frozenset({"under-test"}))
    assert [s.given for s in found.suggestions] == [
        (("residency", "none"), ("use-case", "chat"), ("offer", "wafer-shared")),
        (("residency", "us"), ("use-case", "chat"), ("offer", "gpu-cluster")),
    ]
    assert not found.out_of_reach
    pasted = EXAMPLES + "".join(s.yaml() for s in found.suggestions)
    knowledge = loaded(copy, condition, pasted)
    assert run_tests(knowledge, only={"under-test"}).passed
    assert cover(knowledge, frozenset({"under-test"})).rules[0].covered
    assert suggest(knowledge, frozenset({"under-test"})) == ()


def test_an_alternative_allows_a_shorter_example(copy):
    condition = "when: {any: [{use-case: chat}, {residency: eu}]}"
    examples = (
        "    - {given: {use-case: chat, residency: us}, expect: applies}\n"
        "    - {given: {use-case: batch, residency: us}, expect: does not apply}\n"
    )
    (found,) = suggest(loaded(copy, condition, examples), frozenset({"under-test"}))
    assert [s.yaml(0) for s in found.suggestions] == [
        "- given: {residency: eu, use-case: batch}\n  expect: applies\n"
    ]


def test_what_nothing_can_show_is_said(copy):
    condition = "when: {use-case: chat}\nfor: {platform: wafer, deployment: shared-api}"
    (found,) = suggest(loaded(copy, condition), frozenset({"under-test"}))
    # Every offer of the platform is a shared one, so the form never decides alone.
    assert [goal.words for goal in found.out_of_reach] == [
        "'deployment: shared-api' fails and decides alone"
    ]
    assert not found.bounded
    shown = [goal.words for s in found.suggestions for goal in s.shows]
    assert "'deployment: shared-api' fails" in shown


def test_thresholds_are_met_exactly_and_missed_by_plain_numbers():
    size = NumberType("parameters", 1, 2000)
    assert representatives([13, 70], size) == [10, 13, 40, 70, 1000]
    tokens = NumberType("tokens", 1, 128_000, integer=True)
    assert representatives([2, 3], tokens) == [2, 3, 100_000]
    assert between(Fraction(1, 3), Fraction(1, 2), integer=False) == Fraction(2, 5)
    assert between(3, 4, integer=True) is None
    assert between(5, 5, integer=False) is None


def test_values_are_written_as_the_language_reads_them():
    assert written_value(Interval.point(13), NumberType("parameters")) == "13B"
    assert written_value(Interval.point(1_500_000), NumberType("tokens")) == "1500000"
    assert written_value(Options(frozenset({"known"})), ChoiceType(("known",))) == '"known"'
    both = frozenset({"a", "b"})
    assert written_value(Flags(both, both), FlagsType(("b", "a"))) == "[b, a]"
    assert written_value(Flags(frozenset(), frozenset()), FlagsType(("a",))) == "[]"


def pasted_into(root: Path, found) -> None:
    for rule in found:
        path = root / rule.file
        text = path.read_text(encoding="utf-8")
        head, mark, tail = text.partition(f"- id: {rule.rule}\n")
        assert mark
        entry, end, rest = re.match(r"(.*?)(\n+(?=- |#)|\n*\Z)(.*)", tail, re.DOTALL).groups()
        more = "".join(suggestion.yaml() for suggestion in rule.suggestions).rstrip("\n")
        path.write_text(head + mark + entry + "\n" + more + end + rest, encoding="utf-8")


def test_all_suggestions_for_the_shipped_rules_hold_when_pasted(knowledge, rules_root, tmp_path):
    found = [rule for rule in suggest(knowledge) if rule.suggestions]
    root = tmp_path / "rules"
    shutil.copytree(rules_root, root)
    pasted_into(root, found)
    after = load_rule_base(root)
    names = {rule.rule for rule in found}
    before = run_tests(knowledge, only=names, cases=False)
    ran = run_tests(after, only=names, cases=False)
    expected = len(before.examples) + sum(len(rule.suggestions) for rule in found)
    assert len(ran.examples) == expected
    was_wrong = {(e.rule, e.number) for e in before.examples if not e.passed}
    assert {(e.rule, e.number) for e in ran.examples if not e.passed} == was_wrong
    # What is still missing is what was said to be out of reach.
    out = {
        (rule.rule, goal.clause.key, goal.holds) for rule in suggest(knowledge)
        for goal in rule.out_of_reach
    }  # fmt: skip
    left = {
        (rule.rule, clause.clause.key, holds)
        for rule in cover(after).rules
        for clause in rule.clauses
        for holds, shown in ((True, clause.decided_held), (False, clause.decided_failed))
        if not shown
    }
    assert left == out


def test_the_normal_form_says_what_the_rule_says(knowledge):
    """On every shipped example, the clauses together come out as the rule itself."""
    from advisor.authoring.examples import setting_of

    bench = Bench(knowledge, newest_day(knowledge))
    for rule in knowledge.rules.values():
        form = RuleForm(bench, rule)
        for example in rule.examples:
            assert form.truths(setting_of(example)) is not None, rule.id


def test_the_command_shows_what_is_missing_and_prints_it_to_paste(copy, call):
    loaded(copy, "when: {use-case: chat, residency: [us, eu]}\nfor: {platform: wafer}")
    code, out, err = call("--rules", copy.root, "rules", "coverage")
    assert (code, err) == (0, "")
    shown = " ".join(out.split())
    assert "criteria/extra.yaml:1: under-test" in shown
    assert "when residency: [us, eu] in 1, 2 never only where it holds" in shown
    assert "use-case: chat in 1 in 2 both ways" in shown
    code, out, _ = call("--rules", copy.root, "rules", "coverage", "under-test", "--suggest")
    assert out == (
        "# criteria/extra.yaml:1: examples of under-test\n"
        "    # 'residency: [us, eu]' fails and decides alone\n"
        "    - given: {residency: none, use-case: chat, offer: wafer-shared}\n"
        "      expect: does not apply\n"
        "    # 'platform: wafer' fails and decides alone\n"
        "    - given: {residency: us, use-case: chat, offer: gpu-cluster}\n"
        "      expect: does not apply\n"
    )
    code, out, _ = call(
        "--rules", copy.root, "rules", "coverage", "under-test", "--suggest", "--format", "json"
    )
    data = json.loads(out)
    assert data["summary"] == {"clauses": 3, "seen_true": 3, "seen_false": 1, "decisive_alone": 1}
    assert data["rules"][0]["clauses"][0]["seen_true"] == [1, 2]
    assert [e["expect"] for e in data["suggestions"][0]["examples"]] == ["does not apply"] * 2
    code, out, _ = call("--rules", copy.root, "rules", "coverage", "wafers-are-fast", "--suggest")
    assert (code, out) == (0, "# Nothing is missing.\n")
    code, _, err = call("--rules", copy.root, "rules", "coverage", "under-tset")
    assert code == 2
    assert "did you mean 'under-test'?" in err
