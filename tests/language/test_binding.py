"""From files to the typed rule base: what every declaration comes to mean."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path

from advisor.decision.costs import MEASURES
from advisor.knowledge.model import Claim, Knowledge
from advisor.knowledge.syntax import (
    ALWAYS,
    AllOf,
    Arithmetic,
    Atom,
    Between,
    CompareIts,
    IsKnown,
    Name,
    NotTest,
    OneOf,
    WithinIts,
)
from advisor.knowledge.values import ChoiceType, Flags, FlagsType, Interval, NumberType, Options
from advisor.language.binding_rules import ESTIMATES
from advisor.language.rulebase import load_rule_base

ROOT = Path(__file__).parent.parent
SMALL = ROOT / "rulebases" / "small"
PACKAGE = ROOT.parent / "advisor"


def load_with(copy: Path, file: str, old: str, new: str) -> Knowledge:
    at = copy / file
    text = at.read_text()
    assert text.count(old) >= 1
    at.write_text(text.replace(old, new, 1))
    return load_rule_base(copy)


def claim(claims: tuple[Claim, ...], attribute: str) -> Claim:
    (found,) = (c for c in claims if c.attribute == attribute)
    return found


# -- questions -------------------------------------------------------------------------------


def test_a_choice_keeps_the_order_of_its_options(small: Knowledge) -> None:
    question = small.questions["residency"]
    assert question.type == ChoiceType(("none", "us", "eu"))
    assert [o.weight for o in question.options] == [80, 10, 10]
    assert question.ask_when == ALWAYS


def test_a_number_has_unit_range_and_prior(small: Knowledge) -> None:
    question = small.questions["output-tokens"]
    assert question.type == NumberType("tokens", 1, 128_000, integer=True)
    assert [(b.low, b.high, b.weight) for b in question.prior] == [(1, 500, 70), (500, 128_000, 30)]


def test_options_come_from_the_catalogue_with_their_aliases(small: Knowledge) -> None:
    question = small.questions["models"]
    assert question.type == FlagsType(("atlas-70b", "oracle-max", "pocket-8b"))
    assert question.aliases == {
        "Atlas-70B-Instruct": "atlas-70b",
        "atlas": "atlas-70b",
        "pocket": "pocket-8b",
    }
    assert question.unknown_means == Flags(frozenset(), frozenset())


def test_options_written_out_come_before_those_of_the_catalogue(small: Knowledge) -> None:
    question = small.questions["current-offer"]
    assert question.type == ChoiceType(
        ("none", "wafer-shared", "gpu-cluster", "closed-lab", "budget-shared")
    )
    assert question.unknown_means == Options(frozenset({"none"}))
    assert question.options[1].label == "Wafer shared API"


def test_a_question_may_depend_on_what_is_known(small: Knowledge) -> None:
    asked = small.questions["model-size"].ask_when
    assert isinstance(asked, Atom)
    assert (asked.name, asked.test) == ("models", IsKnown(negated=True))


def test_a_question_says_what_holds_where_it_is_not_asked(copy: Path) -> None:
    asked = "ask-when: {models: unknown}\n"
    held = asked + "  unasked-means: 70B to 175B\n"
    changed = load_with(copy, "questions/workload.yaml", asked, held)
    assert changed.questions["model-size"].unasked_means == Interval(70, 175)


def test_questions_stand_in_their_order(small: Knowledge) -> None:
    assert list(small.questions)[:3] == ["use-case", "models", "model-size"]
    assert list(small.criteria) == ["cost", "latency", "model-diversity", "operations"]
    assert list(small.offers) == ["wafer-shared", "gpu-cluster", "closed-lab", "budget-shared"]
    assert list(small.rules) == sorted(small.rules)


# -- derived values and criteria -------------------------------------------------------------


def test_derived_values_are_tables_or_expressions(small: Knowledge) -> None:
    table = small.derived["size-class"]
    assert table.expression is None
    assert [row.value for row in table.rows] == ["small", "medium", "large"]
    middle = table.rows[1].when
    assert isinstance(middle, Atom)
    assert middle.test == Between(13, 175)
    product = small.derived["tokens-per-day"]
    assert isinstance(product.expression, Arithmetic)
    assert isinstance(product.expression.left, Name)
    assert product.type == NumberType("tokens/day")


def test_a_measured_criterion_has_anchors(small: Knowledge) -> None:
    measure = small.criteria["cost"].measure
    assert measure is not None
    assert (measure.name, measure.cautious) == ("cost-per-million-tokens", 2000)
    assert [utility for _, utility in measure.anchors] == [10000, 6000, 0]


def test_what_rules_compare_with_is_what_the_decision_computes() -> None:
    assert set(ESTIMATES) == set(MEASURES)


# -- claims ----------------------------------------------------------------------------------


def test_what_is_lacking_is_denied_and_the_rest_stays_open(copy: Path) -> None:
    options = "    - {id: hipaa-baa, label: HIPAA agreement, means: An agreement for health data., weight: 10}\n"
    more = "    - {id: iso27001, label: ISO 27001, means: A certificate., weight: 10}\n"
    small = load_with(copy, "questions/compliance.yaml", options, options + more)
    held = claim(small.offers["wafer-shared"].claims, "certifications")
    assert held.value == Flags(frozenset({"soc2"}), frozenset({"soc2", "iso27001"}))
    assert not held.complete


def test_a_complete_list_denies_what_is_absent(small: Knowledge) -> None:
    held = claim(small.offers["wafer-shared"].claims, "residency")
    assert held.complete
    assert held.value == Flags(frozenset({"us"}), frozenset({"us"}))
    open_list = claim(small.offers["budget-shared"].claims, "residency")
    assert open_list.value == Flags(frozenset({"us"}), frozenset({"us", "eu"}))


def test_looked_for_and_not_found_is_no_value(small: Knowledge) -> None:
    assert claim(small.offers["gpu-cluster"].claims, "certifications").value is None


def test_lacking_alone_claims_nothing_held(copy: Path) -> None:
    small = load_with(
        copy,
        "offers/wafer-shared.yaml",
        "value: [soc2], lacks: [hipaa-baa]",
        "lacks: [hipaa-baa]",
    )
    held = claim(small.offers["wafer-shared"].claims, "certifications")
    assert held.value == Flags(frozenset(), frozenset({"soc2"}))


def test_numbers_are_exact_and_may_be_ranges(small: Knowledge) -> None:
    price = claim(small.offers["gpu-cluster"].claims, "device-hour-price")
    assert price.value == Interval(2, 4)
    row = small.offers["wafer-shared"].serves[0]
    assert claim(row.claims, "input-price").value == Interval.point(Fraction(17, 20))
    assert claim(small.offers["closed-lab"].serves[0].claims, "context-limit").value == (
        Interval.point(200_000)
    )


def test_a_served_row_gives_its_source_to_all_its_claims(small: Knowledge) -> None:
    row = small.offers["wafer-shared"].serves[1]
    assert (row.model, row.until, row.since) == ("pocket-8b", date(2027, 1, 1), None)
    for found in row.claims:
        assert found.subject == "wafer-shared/pocket-8b"
        assert (found.source, found.date, found.grade) == (
            "price-page",
            "2026-10-02",
            "vendor spec",
        )
        assert found.until == row.until
    assert [c.attribute for c in row.claims] == ["input-price", "output-price", "context-limit"]


def test_models_and_accelerators_have_claims_of_their_own(small: Knowledge) -> None:
    atlas = small.models["atlas-70b"]
    assert atlas.open
    assert atlas.released == "2026-03"
    assert claim(atlas.claims, "total-parameters").value == Interval.point(70)
    wafer = small.accelerators["wafer-one"]
    assert claim(wafer.claims, "kind").value == Options(frozenset({"wafer-scale"}))
    assert not small.models["oracle-max"].open


def test_a_model_may_stand_twice_from_two_sources(copy: Path) -> None:
    row = "  - {model: oracle-max, input-price: 5,"
    second = (
        "  - {model: oracle-max, input-price: 6, source: panel, date: undated, "
        "checked: 2026-11-01, grade: press}\n"
    )
    small = load_with(copy, "offers/closed-lab.yaml", row, second + row)
    assert [r.source for r in small.offers["closed-lab"].serves] == ["panel", "price-page"]


def test_attributes_take_their_options_from_a_question(small: Knowledge) -> None:
    assert small.attributes["certifications"].type == FlagsType(("soc2", "hipaa-baa"))
    assert small.attributes["kind"].of == "accelerator"


# -- rules -----------------------------------------------------------------------------------


def test_a_rule_knows_its_effect_and_evidence(small: Knowledge) -> None:
    rule = small.rules["small-models-gain-little-from-wafers"]
    assert (rule.effect, rule.criterion, rule.steps) == ("score", "latency", -1)
    assert rule.evidence == "wafers-and-size"
    assert isinstance(rule.offers, Atom)
    assert rule.offers.name == "accelerator.kind"
    assert small.rules["wafers-are-fast"].evidence == "wafer-article"
    assert small.rules["people-wait-for-answers"].offers == ALWAYS


def test_gates_compare_with_the_offer_at_hand(small: Knowledge) -> None:
    gate = small.rules["certificates-must-be-held"].when
    assert isinstance(gate, Atom)
    assert gate.test == NotTest(WithinIts("certifications"))
    assert not small.rules["certificates-must-be-held"].negotiable
    quota = small.rules["answer-must-fit-the-context"]
    assert quota.negotiable
    assert isinstance(quota.when, Atom)
    assert quota.when.test == CompareIts("above", "context-limit")


def test_a_condition_may_nest(small: Knowledge) -> None:
    gate = small.rules["processing-must-stay"].when
    assert isinstance(gate, AllOf)
    first, second = gate.parts
    assert isinstance(first, Atom)
    assert first.test == OneOf(frozenset({"us", "eu"}))
    assert isinstance(second, Atom)


def test_a_gate_may_compare_with_a_computed_cost(copy: Path) -> None:
    (copy / "questions" / "budget.yaml").write_text(
        """
- id: budget-per-month
  order: 90
  group: Money
  ask: What may it cost a month?
  why: What costs more is out.
  kind: number
  unit: USD/month
  range: 1 to 100000000
  prior: [{from: 1, to: 100000000, weight: 1}]
  changeable: yes
  effort: 1
"""
    )
    (copy / "gates" / "budget.yaml").write_text(
        """
- id: budget-is-too-small
  when: {budget-per-month: below its monthly-cost-low}
  exclude: yes
  because: "{offer} costs at least {monthly-cost-low}."
  source: {ref: panel, grade: expert judgement, checked: 2026-11-01}
  owner: test-authors
  examples:
    - {given: {budget-per-month: 1, offer: gpu-cluster}, expect: applies}
    - {given: {budget-per-month: 5k, offer: gpu-cluster}, expect: does not apply}
"""
    )
    when = load_rule_base(copy).rules["budget-is-too-small"].when
    assert isinstance(when, Atom)
    assert when.test == CompareIts("below", "monthly-cost-low")


def test_examples_are_answers_with_an_offer(small: Knowledge) -> None:
    first, second = small.rules["answer-must-fit-the-context"].examples
    assert first.given == {
        "output-tokens": Interval.point(100_000),
        "offer": "wafer-shared",
        "model": "atlas-70b",
    }
    assert (first.expect, second.expect) == ("applies", "does not apply")


def test_places_point_at_the_id(small: Knowledge) -> None:
    place = small.rules["wafers-are-fast"].place
    assert place.file == "criteria/latency.yaml"
    assert place.span is not None
    line = (SMALL / place.file).read_text().splitlines()[place.span.line - 1]
    assert line[place.span.column - 1 : place.span.end_column - 1] == "wafers-are-fast"


# -- cases and method ------------------------------------------------------------------------


def test_a_case_keeps_its_answers_as_they_are_written(small: Knowledge) -> None:
    case = small.cases["chat-startup"]
    assert case.answers["models"] == ("atlas",)
    assert case.answers["output-tokens"] == "200 to 400"
    assert case.weights == {"cost": "more", "operations": "ignore"}
    assert case.expect == {
        "right": ("wafer-shared", "budget-shared"),
        "debatable": ("gpu-cluster",),
        "wrong": ("closed-lab",),
        "lane": "safe",
        "decides": "latency",
    }
    assert case.as_of == date(2026, 11, 1)


def test_the_method_is_exact(small: Knowledge) -> None:
    method = small.method
    assert method.size_match == (Fraction(67, 100), Fraction(3, 2))
    assert method.confidence["firm"] == {
        "settled": 1,
        "p": Fraction(19, 20),
        "r": 2,
        "weak": Fraction(2, 5),
    }
    assert method.staff_rate == (60, 140)
    assert method.reference_models["open"] == ("atlas-70b", "pocket-8b")
    assert method.grades["press"].widening == 500


# -- what may be left out, or written in another way -------------------------------------------


def test_a_range_in_two_parts_is_kept_in_a_case_as_a_range(copy: Path) -> None:
    case = load_with(
        copy,
        "cases/chat-startup.yaml",
        "output-tokens: 200 to 400",
        "output-tokens: {from: 200, to: 400}",
    ).cases["chat-startup"]
    assert case.answers["output-tokens"] == "200 to 400"


def test_a_case_may_expect_a_confidence_and_whether_it_is_settled(copy: Path) -> None:
    case = load_with(
        copy,
        "cases/chat-startup.yaml",
        "lane: safe}",
        "lane: safe, settled: yes, confidence: [likely, firm]}",
    ).cases["chat-startup"]
    assert case.expect["settled"] is True
    assert case.expect["confidence"] == ("likely", "firm")


def test_unknown_may_be_an_option_of_its_own(copy: Path) -> None:
    (copy / "offers" / "gpu-cluster.yaml").write_text(
        (copy / "offers" / "gpu-cluster.yaml")
        .read_text()
        .replace("operations-burden, value: heavy", "operations-burden, value: unknown")
    )
    loaded = load_with(
        copy, "attributes.yaml", "options: [none, light, heavy]", "options: [none, heavy, unknown]"
    )
    held = claim(loaded.offers["gpu-cluster"].claims, "operations-burden")
    assert held.value == Options(frozenset({"unknown"}))


def test_a_pair_of_the_method_may_be_a_range(copy: Path) -> None:
    method = load_with(copy, "method.yaml", "staff-rate: [60, 140]", "staff-rate: 60 to 140").method
    assert method.staff_rate == (60, 140)


def test_the_method_may_say_nothing_of_conflicts(copy: Path) -> None:
    old = (copy / "method.yaml").read_text()
    newer = "  newer: {expiry: [price], because: Prices are replaced.}\n"
    assert set(load_with(copy, "method.yaml", newer, "").method.resolution) == {
        "first-hand",
        "conflict",
    }
    start, end = old.index("resolution:"), old.index("ratings:")
    (copy / "method.yaml").write_text(old[:start] + old[end:])
    assert load_rule_base(copy).method.resolution == {}


def test_an_alias_may_be_spelt_in_any_way_that_is_no_id(copy: Path) -> None:
    aliases = (
        load_with(
            copy, "models/catalogue.yaml", "aliases: [pocket]", 'aliases: ["Pocket 8B (chat)"]'
        )
        .questions["models"]
        .aliases
    )
    assert aliases["Pocket 8B (chat)"] == "pocket-8b"


def test_silence_may_mean_a_number(copy: Path) -> None:
    path = copy / "questions" / "workload.yaml"
    old = path.read_text()
    start = old.index("  prior:\n    - {from: 1, to: 500")
    end = old.index("  changeable", start)
    path.write_text(old[:start] + "  unknown-means: 300\n" + old[end:])
    question = load_rule_base(copy).questions["output-tokens"]
    assert question.prior == ()
    assert question.unknown_means == Interval.point(300)


def test_an_anchor_may_depend_on_an_answer(copy: Path) -> None:
    measure = (
        load_with(
            copy,
            "criteria.yaml",
            "{at: 1, utility: 6000}",
            "{at: 2 / requests-per-day, utility: 6000}",
        )
        .criteria["cost"]
        .measure
    )
    assert measure is not None
    assert isinstance(measure.anchors[1][0], Arithmetic)
