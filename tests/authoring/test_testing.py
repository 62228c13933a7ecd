"""Running examples and cases: what fails, and what is said about it."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from advisor.authoring.examples import Bench, Setting, newest_day, setting_of, wanted
from advisor.authoring.testing import rank_agreement, run_tests
from advisor.knowledge.values import Flags, Interval, Options
from advisor.reports import junit

WAFERS = "criteria/latency.yaml"
AGAINST = "- {given: {model-size: 70B, offer: wafer-shared}, expect: does not apply}"
WRONG = f"{AGAINST}\n    - {{given: {{model-size: 70B, offer: wafer-shared}}, expect: applies}}"


def result(results, rule, number):
    return next(e for e in results.examples if (e.rule, e.number) == (rule, number))


def decided(example):
    return [step.label for step in example.steps if step.decided]


def test_the_shipped_small_base_passes(small_knowledge):
    results = run_tests(small_knowledge)
    assert results.passed
    assert results.as_of == "2026-11-01"
    assert len(results.examples) == sum(len(r.examples) for r in small_knowledge.rules.values())
    (case,) = results.cases
    assert (case.judgement, case.offer, case.as_of) == ("right", "wafer-shared", "2026-11-01")
    assert all(not example.steps for example in results.examples)


def test_a_failing_example_shows_what_each_condition_saw_and_which_decided(copy):
    copy.replace(WAFERS, AGAINST, WRONG)
    results = run_tests(copy.load(), cases=False)
    assert not results.passed
    failed = result(results, "small-models-gain-little-from-wafers", 3)
    assert failed.outcome == "does not apply"
    assert dict(failed.given) == {"model-size": "70B", "offer": "wafer-shared"}
    when, offers = failed.steps
    assert (when.side, when.label, when.truth, when.decided) == (
        "when", "size-class: small", False, True,
    )  # fmt: skip
    assert when.value == "medium (from model-size 70B)"
    assert (offers.side, offers.label, offers.value) == (
        "for", "accelerator.kind: wafer-scale", "wafer-scale",
    )  # fmt: skip
    assert offers.truth is True
    assert not offers.decided
    assert [e for e in results.examples if not e.passed] == [failed]


def test_both_sides_decide_where_both_hold_or_both_fail(small_knowledge):
    bench = Bench(small_knowledge, newest_day(small_knowledge))
    rule = small_knowledge.rules["small-models-gain-little-from-wafers"]
    size = small_knowledge.questions["model-size"].type
    assert size.unit == "parameters"

    def marks(billions, offer):
        steps = bench.trace(rule, Setting({"model-size": Interval.point(billions)}, offer))
        return [(step.truth, step.decided) for step in steps]

    assert marks(8, "wafer-shared") == [(True, True), (True, True)]
    assert marks(70, "wafer-shared") == [(False, True), (True, False)]
    assert marks(8, "gpu-cluster") == [(True, False), (False, True)]
    assert marks(70, "gpu-cluster") == [(False, True), (False, True)]


def test_what_is_not_given_is_not_known_and_proves_nothing(small_knowledge):
    bench = Bench(small_knowledge, newest_day(small_knowledge))
    rule = small_knowledge.rules["certificates-must-be-held"]
    asked = {"certifications": Flags(frozenset({"soc2"}), frozenset({"soc2"}))}
    assert bench.see(rule, Setting(asked, "closed-lab")).truth is False
    assert bench.see(rule, Setting(asked, "gpu-cluster")).truth is None
    (step,) = bench.trace(rule, Setting(asked, "gpu-cluster"))
    assert step.value == "soc2; its certifications is not known"
    context = small_knowledge.rules["answer-must-fit-the-context"]
    (step,) = bench.trace(context, Setting({"output-tokens": Interval.point(9)}, "wafer-shared"))
    assert step.value == "9; its context-limit is not known (no model is given)"
    (step,) = bench.trace(context, Setting({}, None))
    assert step.value == "not known; its context-limit is not known (no offer is given)"


def test_alternatives_are_shown_one_by_one(copy):
    copy.replace(
        WAFERS,
        "  when: {use-case: chat}\n  weigh: 2",
        "  when: {any: [{use-case: chat}, {all: [{residency: eu}, {not: {use-case: batch}}]}]}\n"
        "  weigh: 2",
    )
    copy.replace(
        WAFERS,
        "- {given: {use-case: batch}, expect: does not apply}",
        "- {given: {use-case: batch, residency: eu}, expect: applies}\n"
        "    - {given: {use-case: batch}, expect: does not apply}",
    )
    failed = result(run_tests(copy.load(), cases=False), "people-wait-for-answers", 2)
    assert [(s.depth, s.label, s.truth) for s in failed.steps] == [
        (0, "any of", False),
        (1, "use-case: chat", False),
        (1, "all of", False),
        (2, "residency: eu", True),
        (2, "not", False),
        (3, "use-case: batch", True),
    ]
    assert decided(failed) == ["use-case: chat", "use-case: batch"]


def test_every_example_of_the_shipped_rules_is_judged_as_a_decision_would(knowledge):
    """The bill is part of it: rules that compare with it are tested too."""
    bench = Bench(knowledge, newest_day(knowledge))
    billed = [r for r in knowledge.rules.values() if "monthly-cost-low" in r.because]
    assert billed
    for rule in billed:
        for example in rule.examples:
            assert bench.see(rule, setting_of(example)).truth is wanted(example), rule.id


def test_a_case_that_a_panel_would_call_wrong_fails(copy):
    case = "cases/chat-startup.yaml"
    copy.replace(case, "right: [wafer-shared, budget-shared]", "right: [gpu-cluster]")
    copy.replace(case, "debatable: [gpu-cluster]", "debatable: [budget-shared]")
    copy.replace(
        case, "wrong: [closed-lab], lane: safe", "wrong: [wafer-shared], lane: conditional"
    )
    copy.replace(case, "decides: latency", "decides: latenzy")
    (failed,) = run_tests(copy.load()).cases
    assert failed.judgement == "wrong"
    assert failed.failures == (
        "'wafer-shared' is a wrong answer; right: 'gpu-cluster'",
        "lane is 'safe', not 'conditional'",
        "'decides' names no criterion, rule or question: 'latenzy'; did you mean 'latency'?",
    )


def test_a_debatable_winner_passes_and_an_unlisted_one_does_not(copy):
    case = "cases/chat-startup.yaml"
    copy.replace(case, "right: [wafer-shared, budget-shared]", "right: [budget-shared]")
    copy.replace(case, "debatable: [gpu-cluster]", "debatable: [wafer-shared]")
    results = run_tests(copy.load())
    assert results.passed
    assert results.judged("debatable") == 1
    copy.replace(case, "debatable: [wafer-shared]", "debatable: []")
    (failed,) = run_tests(copy.load()).cases
    assert failed.failures == ("'wafer-shared' wins, but only 'budget-shared' may",)


def test_the_command_says_it_all_and_exits_with_four(copy, call):
    copy.replace(WAFERS, AGAINST, WRONG)
    code, out, err = call("--rules", copy.root, "rules", "test")
    assert (code, err) == (4, "")
    shown = " ".join(out.split())
    assert "small-models-gain-little-from-wafers, example 3: expected 'applies', but it does not apply" in shown  # fmt: skip
    assert "when size-class: small medium (from model-size 70B) no <- decides" in shown
    assert "for accelerator.kind: wafer-scale wafer-scale yes" in shown
    assert "22 of 23 examples as expected, judged as of 2026-11-01." in shown
    assert "1 case: 1 right, 0 debatable, 0 wrong; top-1 agreement 100 %." in shown
    code, out, _ = call("--rules", copy.root, "rules", "test", "--format", "json", "chat-startup")
    data = json.loads(out)
    assert (code, data["passed"], data["examples"]) == (0, True, [])
    assert data["agreement"] == {
        "cases": 1, "right": 1, "debatable": 0, "wrong": 0, "unlisted": 0, "kendall_tau": 1.0,
    }  # fmt: skip
    code, out, _ = call(
        "--rules", copy.root, "rules", "test", "--format", "json", "--examples-only"
    )
    failed = [e for e in json.loads(out)["examples"] if not e["passed"]]
    assert code == 4
    assert [c["decides"] for c in failed[0]["conditions"]] == [True, False]
    assert failed[0]["line"] == 33


def test_an_example_that_names_a_missing_offer_or_a_name_that_is_no_rule_fails(copy, call):
    copy.replace(
        WAFERS, "{model-size: 70B, offer: wafer-shared}", "{model-size: 70B, offer: wafers}"
    )
    code, out, err = call("--rules", copy.root, "rules", "test")
    assert (code, out) == (4, "")
    assert "no offer is called 'wafers'" in err
    code, out, err = call("--rules", copy.root, "rules", "test", "--format", "junit")
    assert code == 4
    suite = ET.fromstring(out)
    assert suite.attrib["errors"] == "1"
    assert suite.find(".//error").attrib["message"] == "no offer is called 'wafers'"
    copy.replace(
        WAFERS, "{model-size: 70B, offer: wafers}", "{model-size: 70B, offer: wafer-shared}"
    )
    code, _, err = call("--rules", copy.root, "rules", "test", "wafers-are-fasst")
    assert code == 2
    assert "did you mean 'wafers-are-fast'?" in err
    assert call("rules", "test", "--examples-only", "--cases-only")[0] == 2


def test_a_case_that_names_a_missing_offer_fails(copy, call):
    copy.replace("cases/chat-startup.yaml", "wrong: [closed-lab]", "wrong: [closed-labs]")
    code, _, err = call("--rules", copy.root, "rules", "test")
    assert code == 4
    assert "no offer is called 'closed-labs'" in err


def test_junit_counts_and_quotes(copy, call, tmp_path):
    copy.replace(WAFERS, AGAINST, WRONG)
    target = tmp_path / "junit.xml"
    code, out, _ = call("--rules", copy.root, "rules", "test", "--format", "junit", "-o", target)
    assert (code, out) == (4, "")
    root = ET.parse(target).getroot()
    assert (root.attrib["tests"], root.attrib["failures"]) == ("24", "1")
    (failure,) = root.iter("failure")
    assert "but it does not apply" in failure.attrib["message"]
    assert "size-class: small" in failure.text
    text = junit.render(
        "a<b", [junit.Entry('s"', "f&g", "n\x1b[2J", "x > y", "<![CDATA[\x00]]>\n")]
    )
    found = ET.fromstring(text)
    assert found.find(".//failure").text == "<![CDATA[\\x00]]>\n"
    assert found.find(".//testcase").attrib["name"] == "n\\x1b[2J"


def test_the_day_of_examples_comes_from_the_files_unless_it_is_given(copy, call):
    copy.replace(
        "criteria/other.yaml",
        "- {given: {offer: gpu-cluster}, expect: applies}\n    - {given: {offer: closed-lab}",
        "- {given: {offer: gpu-cluster, model: pocket-8b}, expect: applies}\n"
        "    - {given: {offer: closed-lab}",
    )
    copy.replace(
        "gates/compliance.yaml",
        "- {given: {output-tokens: 100, offer: wafer-shared, model: atlas-70b}, expect: does not apply}",
        "- {given: {output-tokens: 100, offer: wafer-shared, model: pocket-8b}, expect: does not apply}",
    )
    assert call("--rules", copy.root, "rules", "test")[0] == 0
    # The wafer service stops serving the small model in 2027, so its limit is not known then.
    code, out, _ = call("--rules", copy.root, "--as-of", "2027-02-01", "rules", "test")
    assert code == 4
    assert "cannot be told" in out
    assert newest_day(copy.load()) == date(2026, 11, 1)


def test_options_that_hold_several_values_are_shown_as_given(small_knowledge):
    bench = Bench(small_knowledge, newest_day(small_knowledge))
    rule = small_knowledge.rules["processing-must-stay"]
    unsure = {"residency": Options(frozenset({"us", "eu"}))}
    first, second = bench.trace(rule, Setting(unsure, "wafer-shared"))
    assert (first.truth, second.truth) == (True, None)
    assert second.value == "us or eu; its residency is us"
    assert second.decided
    assert not first.decided


OFFERS = tuple("abcdefg")


def panel(small, right, debatable=(), wrong=()):
    """A case with these judgements."""
    (case,) = small.cases.values()
    return replace(case, expect={"right": right, "debatable": debatable, "wrong": wrong})


@pytest.mark.parametrize(
    ("ranking", "tau"),
    [
        ("abcd", Fraction(1)),
        ("bacd", Fraction(1)),  # the panel does not say which of a and b
        ("dcba", Fraction(-1)),
        ("acbd", Fraction(3, 5)),
        ("ab", Fraction(4, 5)),  # c and d are excluded, and level
        ("", Fraction(0)),
    ],
)
def test_the_order_of_a_ranking_against_the_panel(small_knowledge, ranking, tau):
    assert rank_agreement(panel(small_knowledge, ["a", "b"], ["c"], ["d"]), ranking) == tau


def test_a_panel_that_orders_nothing_agrees_with_nothing(small_knowledge):
    assert rank_agreement(panel(small_knowledge, ["none"], [], ["a", "b"]), "ab") is None


@given(
    tiers=st.lists(st.integers(0, 2), min_size=7, max_size=7),
    ranking=st.permutations(OFFERS),
    excluded=st.integers(0, 6),
)
def test_the_agreement_is_that_of_scipy(small_knowledge, tiers, ranking, excluded):
    from scipy import stats

    words = [[o for o, tier in zip(OFFERS, tiers, strict=True) if tier == t] for t in range(3)]
    ranked = ranking[excluded:]
    place = {offer: number for number, offer in enumerate(ranked)}
    ours = rank_agreement(panel(small_knowledge, *words), ranked)
    if ours is None:
        assert len(set(tiers)) == 1
        return
    theirs = stats.somersd(tiers, [place.get(o, len(ranked)) for o in OFFERS]).statistic
    assert float(ours) == pytest.approx(theirs)
