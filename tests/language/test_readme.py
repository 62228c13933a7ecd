"""The language's page is checked against the language: examples, units, advice, grammar words."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from small_vocabulary import condition_of, domain_of_type, expression_of

from advisor.knowledge.model import Knowledge
from advisor.knowledge.strict_yaml import DEFAULT_LIMITS
from advisor.knowledge.values import ChoiceType, FlagsType, NumberType, Type
from advisor.language import conditions, expressions
from advisor.language.expressions import FUNCTIONS
from advisor.language.literals import COMPARISONS
from advisor.language.numerals import MOST_DIGITS
from advisor.language.rulebase import MOST_OFFERS, MOST_RULES, load_rule_base
from advisor.language.units import UNITS
from advisor.language.vocabulary import Scope

PAGE = (Path(__file__).resolve().parents[2] / "rules" / "README.md").read_text("utf-8")
FENCES = re.findall(r"^```yaml (\S+)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
TOKENS = NumberType("tokens", 0)
CERTIFICATIONS = FlagsType(("soc2", "hipaa-baa", "iso27001"))
PLACES = ("us", "eu", "uk")
NAMES: dict[str, Type] = {
    "model-size": NumberType("parameters", 0, 20000),
    "hosting": ChoiceType(("any", "api", "dedicated", "on-premises", "air-gapped")),
    "frontier-models": ChoiceType(("not-needed", "large-open", "best-closed")),
    "weights-access": ChoiceType(("no", "yes")),
    "residency": ChoiceType(("none", *PLACES)),
    "regions": FlagsType(("us", "canada", "europe", "uk")),
    "models": FlagsType(("gpt-oss-120b", "llama-3.3-70b")),
    "certifications": CERTIFICATIONS,
    "requests-per-day": NumberType("requests/day", 0),
    "input-tokens": TOKENS,
    "output-tokens": TOKENS,
    "context-length": TOKENS,
    "batch-share": NumberType("percent", 0, 100),
    "availability": NumberType("percent", 0, 100),
    "peak-factor": NumberType("factor", 1),
    "concurrent-users": NumberType("users", 1),
    "first-token-ms": NumberType("ms", 1),
    "budget-per-month": NumberType("USD/month", 0),
}
ITS: dict[str, Type] = {
    "context-limit": TOKENS,
    "residency": FlagsType(PLACES),
    "certifications": CERTIFICATIONS,
}
WHEN = Scope(NAMES, ITS)
ASK_WHEN = Scope(NAMES, presence=True)


def examples(kind: str) -> list[str]:
    return [text for found, text in FENCES if found == kind]


def lines(kind: str) -> list[str]:
    return [line for text in examples(kind) for line in text.splitlines()]


def indented(text: str) -> str:
    return "\n" + "".join(f"  {line}\n" for line in text.splitlines())


@pytest.mark.parametrize("text", examples("condition"))
def test_every_condition_of_the_page_is_one(text: str) -> None:
    condition, problems = condition_of(indented(text), WHEN)
    assert problems == []
    assert condition is not None


@pytest.mark.parametrize("text", examples("ask-when"))
def test_every_question_of_presence_on_the_page_is_one_and_only_there(text: str) -> None:
    assert condition_of(indented(text), ASK_WHEN)[1] == []
    assert {p.check for p in condition_of(indented(text), WHEN)[1]} == {"presence-not-allowed"}


@pytest.mark.parametrize("text", lines("expression"))
def test_every_expression_of_the_page_is_one(text: str) -> None:
    expression, problems = expression_of(text, WHEN)
    assert problems == []
    assert expression is not None


@pytest.mark.parametrize("text", lines("answer"))
def test_every_value_of_the_page_is_one(text: str) -> None:
    name, _, value = text.partition(": ")
    domain, problems = domain_of_type(value, NAMES[name])
    assert problems == []
    assert domain is not None


ADVICE = re.findall(r"^\| `(\S+): (.*)` \| `(.*)` \|$", PAGE, re.MULTILINE)


@pytest.mark.parametrize(("name", "wrong", "right"), ADVICE)
def test_what_not_to_write_is_refused_with_the_advice_of_the_page(
    name: str, wrong: str, right: str
) -> None:
    text = f"\n  {name}: '{wrong}'" if wrong[0] == "!" else f"\n  {name}: {wrong}"
    condition, (problem,) = condition_of(text, WHEN)
    assert condition is None
    assert problem.hint is not None
    assert right in problem.hint.replace("'", "`")


def test_the_page_speaks_of_the_shipped_rules(knowledge: Knowledge) -> None:
    attributes = {name: attribute.type for name, attribute in knowledge.attributes.items()}
    derived = {name: value.type for name, value in knowledge.derived.items()}
    questions = {name: question.type for name, question in knowledge.questions.items()}
    names = {**attributes, **derived, **questions}
    scope = Scope(names, attributes, presence=True)
    for text in [*examples("condition"), *examples("ask-when")]:
        assert condition_of(indented(text), scope)[1] == []
    for text in lines("expression"):
        assert expression_of(text, scope)[1] == []
    for text in lines("answer"):
        name, _, value = text.partition(": ")
        assert domain_of_type(value, names[name])[1] == []


def test_the_table_of_units_is_the_one_of_the_program() -> None:
    rows = re.findall(r"^\| (\S+) \| `([^`]*)` \| (.*?) \| (yes|no) \|$", PAGE, re.MULTILINE)
    assert rows == [
        (
            name,
            unit.example,
            ", ".join(f"`{form}`" for form in unit.forms) or "–",
            "yes" if unit.magnitudes else "no",
        )
        for name, unit in UNITS.items()
    ]


def test_the_grammar_names_every_word_of_the_language() -> None:
    grammar = PAGE.split("## The grammar")[1].split("## ")[0]
    for word in (*COMPARISONS, *FUNCTIONS, "not", "any", "all", "known", "unknown", "in its"):
        assert word in grammar


def test_the_grammar_says_what_a_derived_value_may_be() -> None:
    grammar = PAGE.split("## The grammar")[1].split("## ")[0]
    for key in ("kind: number", "kind: choice", "unit:", "options:", "expression:", "table:"):
        assert key in grammar


def test_what_the_page_declares_can_be_declared(tmp_path: Path, rules_root: Path) -> None:
    rules = Path(shutil.copytree(rules_root, tmp_path / "rules"))
    (rules / "derived" / "of-the-page.yaml").write_text("\n".join(examples("derived")), "utf-8")
    written = "".join(
        RULE.format(n=n, cell=indented(indented(t).strip("\n")))
        for n, t in enumerate(examples("for"))
    )
    (rules / "advice" / "of-the-page.yaml").write_text(written, "utf-8")
    before, after = load_rule_base(rules_root), load_rule_base(rules)
    assert set(after.derived) - set(before.derived) == {
        "words-per-request",
        "length-class",
        "spare-factor",
    }
    assert set(after.rules) - set(before.rules) == {"of-the-page-0", "of-the-page-1"}


RULE = """\
- id: of-the-page-{n}
  for:{cell}
  warn: yes
  because: The page says so.
  source: {{ref: expert-panel, grade: expert judgement, checked: 2026-11-22}}
  owner: platform-desk
  examples:
    - {{given: {{offer: h200-cluster}}, expect: applies}}
    - {{given: {{offer: groq-shared}}, expect: does not apply}}
"""

LIMITS_OF_THE_PAGE = {
    "bytes of a file": DEFAULT_LIMITS.bytes,
    "levels of nesting in a file": DEFAULT_LIMITS.depth,
    "values in a file, keys too": DEFAULT_LIMITS.values,
    "characters of a text": DEFAULT_LIMITS.text,
    "levels of a condition": conditions.DEEPEST,
    "parts of a condition, items of a list": conditions.MOST_PARTS,
    "characters of an expression": expressions.LONGEST,
    "levels of an expression": expressions.DEEPEST,
    "digits of a number": MOST_DIGITS,
    "rules": MOST_RULES,
    "offers": MOST_OFFERS,
}


def test_the_limits_of_the_page_are_those_of_the_program() -> None:
    rows = re.findall(r"^\| ([^|`]+) \| ([\d,]+) \|$", PAGE, re.MULTILINE)
    assert {name: int(most.replace(",", "")) for name, most in rows} == LIMITS_OF_THE_PAGE


def test_the_page_has_examples_of_every_kind() -> None:
    kinds = {"condition", "ask-when", "expression", "answer", "for", "derived"}
    assert {kind for kind, _ in FENCES} == kinds
    assert len(ADVICE) >= 12
