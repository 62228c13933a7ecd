"""Answers: a file (YAML or JSON) or a Python mapping, read against the questions.

What is unknown is absent from the result.  Every mistake is a located problem: in a file at
its line and column, in a mapping under its path (``answers.model-size``).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Literal, cast

from msgspec import Struct

from advisor.errors import DataError
from advisor.knowledge.document import Findings, ListNode, MapNode, Node, ScalarNode
from advisor.knowledge.model import Case, Inputs, Knowledge, Question
from advisor.knowledge.values import (
    ChoiceType,
    Domain,
    FlagsType,
    Interval,
    Number,
    NumberType,
    Type,
)
from advisor.language.answers_plain import (
    is_json,
    json_node,
    node_of,
    numbers_written_out,
    placed,
)
from advisor.language.literals import parse_domain, range_words
from advisor.language.marks import quote
from advisor.language.vocabulary import did_you_mean, type_words

FORMAT = "1"
KEYS = ("format", "answers", "weights", "prices")
WEIGHTS = ("more", "less", "ignore")
UNKNOWN = "unknown"

_NULLS = ("", "null", "~")
_BOOLEANS = {"true": "yes", "false": "no"}
_MOST_USD = 1_000_000
PRICES: Mapping[str, NumberType] = {
    "input": NumberType("USD/Mtoken", 0, _MOST_USD),
    "output": NumberType("USD/Mtoken", 0, _MOST_USD),
    "cached-input": NumberType("USD/Mtoken", 0, _MOST_USD),
    "batch-discount": NumberType("percent", 0, 100),
    "gpu-hour": NumberType("USD/GPU-hour", 0, _MOST_USD),
    "device": NumberType("USD", 0, 100 * _MOST_USD),
    "months": NumberType("months", 1, 600),
    "watts": NumberType("W", 0, 1_000_000),
    "pue": NumberType("factor", 1, 10),
    "electricity": NumberType("USD/kWh", 0, 1000),
    "space": NumberType("USD/kW-month", 0, _MOST_USD),
    "egress": NumberType("USD/GB", 0, _MOST_USD),
    "storage": NumberType("USD/GB-month", 0, _MOST_USD),
}
"""What a user may know of an own contract, by key of ``prices``; from ``device`` on of devices
that are bought: the price of one with its share of the server, months of use, power, power usage
effectiveness of the room, and what electricity and space cost."""


class AnswerNames(Struct, frozen=True):
    """What answers may speak of; ``broken`` ids exist but could not be read."""

    questions: Mapping[str, Question]
    criteria: Collection[str]
    offers: Collection[str]
    derived: Collection[str] = ()
    broken: frozenset[str] = frozenset()

    @classmethod
    def of(cls, knowledge: Knowledge) -> AnswerNames:
        """The names of a rule base, none of them broken."""
        return cls(knowledge.questions, knowledge.criteria, knowledge.offers, knowledge.derived)


def read_answers(data: bytes, file: str, knowledge: Knowledge) -> Inputs:
    """Read an answers file, YAML or JSON; ``file`` is the name that problems carry.

    Raises DataError with every problem.
    """
    names = AnswerNames.of(knowledge)
    json = is_json(data)
    plain = json_node(data) if json else None
    if plain is not None:
        findings = Findings(file)
        inputs = inputs_of(plain, names, findings)
        if not findings.problems:
            return inputs
    # Only this reader knows the place of a mistake; sound JSON does without it.
    from advisor.knowledge.strict_yaml import read

    node, findings = read(data, file)
    inputs = Inputs({})
    if node is not None:
        inputs = inputs_of(numbers_written_out(node) if json else node, names, findings)
    if findings.problems:
        raise DataError(findings.problems)
    return inputs


def inputs_from_mapping(mapping: Mapping[str, object], knowledge: Knowledge) -> Inputs:
    """Read answers from Python: the answers alone, or the whole form of an answers file.

    Values: int, float (by its shortest decimal text), Decimal, Fraction, bool, None, str, and
    lists or maps of them.  Raises DataError; a problem's ``file`` is the path of the value.
    """
    findings = Findings("answers")
    if not isinstance(mapping, Mapping):
        what = f"a value of type {type(mapping).__name__}"
        findings.add(
            "wrong-type", f"answers are a mapping from question to answer, not {what}", None
        )
        raise DataError(findings.problems)
    whole = any(key in mapping for key in KEYS)
    paths: list[str] = []
    node = node_of(mapping if whole else {"answers": mapping}, "", paths, findings)
    inputs = inputs_of(node, AnswerNames.of(knowledge), findings)
    if findings.problems:
        raise DataError(placed(problem, paths) for problem in findings.problems)
    return inputs


def case_inputs(case: Case, knowledge: Knowledge) -> Inputs:
    """The inputs of a shipped case."""
    whole = {"answers": case.answers, "weights": case.weights, "prices": case.prices}
    return inputs_from_mapping(whole, knowledge)


def inputs_of(root: Node, names: AnswerNames, findings: Findings) -> Inputs:
    """Everything of an answers file that can be read; problems go to ``findings``."""
    if not isinstance(root, MapNode):
        findings.add(
            "wrong-shape",
            "an answers file is a map with 'format' and 'answers'",
            root,
            hint="write `answers:` and below it one line for each answer",
        )
        return Inputs({})
    loose = [entry.key for entry in root.entries if entry.key.text in names.questions]
    if root.get("answers") is None and loose:
        # One mistake, however many answers there are.
        findings.add(
            "unknown-key",
            "the answers of this file do not stand under 'answers:'",
            loose[0],
            hint=f"write `answers:` above {quote(loose[0].text)}, and set the answers in below it",
        )
    for entry in root.entries:
        if entry.key.text in KEYS or (root.get("answers") is None and entry.key in loose):
            continue
        findings.add(
            "unknown-key",
            f"an answers file has no key {quote(entry.key.text)}",
            entry.key,
            hint="answers stand under 'answers:'"
            if entry.key in loose
            else did_you_mean(entry.key.text, KEYS) or f"its keys: {', '.join(KEYS)}",
        )
    _check_format(root, findings)
    return Inputs(
        read_given(root.get("answers"), names, findings),
        read_weights(root.get("weights"), names, findings),
        read_prices(root.get("prices"), names, findings),
    )


def _check_format(root: MapNode, findings: Findings) -> None:
    written = root.get("format")
    if written is None or (isinstance(written, ScalarNode) and written.text == FORMAT):
        return
    shown = f", not {quote(written.text)}" if isinstance(written, ScalarNode) else ""
    findings.add("unknown-format", f"the format of answers files is {FORMAT}{shown}", written)


def read_given(node: Node | None, names: AnswerNames, findings: Findings) -> Mapping[str, Domain]:
    """Answers by question, in the order of the questions."""
    found: dict[str, Domain] = {}
    for key, value in _entries(node, "answers", findings):
        question = names.questions.get(key.text)
        if question is not None:
            domain = parse_answer(value, question.type, question.aliases, findings)
            if domain is not None:
                found[key.text] = domain
        elif key.text not in names.broken:
            follows = key.text in names.derived
            findings.add(
                "unknown-name",
                f"no question is called {quote(key.text)}",
                key,
                hint="it follows from other answers, and is never given"
                if follows
                else did_you_mean(key.text, names.questions),
            )
    ordered = sorted(found, key=lambda name: (names.questions[name].order, name))
    return {name: found[name] for name in ordered}


def parse_answer(
    node: Node, of: Type, aliases: Mapping[str, str], findings: Findings
) -> Domain | None:
    """One answer; None where it is unknown, or wrong (then it has been reported).

    ``aliases`` are other spellings of options.
    """
    if isinstance(node, ScalarNode) and _is_unknown(node, of):
        return None
    if isinstance(of, NumberType):
        if isinstance(node, MapNode):
            return _from_to(node, of, findings)
        return parse_domain(node, of, findings)
    if isinstance(of, FlagsType) and isinstance(node, ScalarNode) and node.text == "none":
        findings.add(
            "unknown-option",
            f"'none' is not an option; expected {type_words(of)}",
            node,
            hint="write [] for none of them",
        )
        return None
    if isinstance(node, ScalarNode) and _is_list_in_a_text(node, of, aliases, findings):
        return None
    return parse_domain(_spelt(node, of, aliases), of, findings)


def _is_list_in_a_text(
    node: ScalarNode,
    of: ChoiceType | FlagsType,
    aliases: Mapping[str, str],
    findings: Findings,
) -> bool:
    """``soc2, hipaa-baa`` without brackets; reported if so."""
    words = [word.strip() for word in node.text.split(",")]
    if len(words) < 2 or any(word not in of.options and word not in aliases for word in words):
        return False
    findings.add(
        "not-a-value",
        f"{quote(node.text)} is one text, not a list",
        node,
        hint=f"write [{', '.join(words)}]",
    )
    return True


def _is_unknown(node: ScalarNode, of: Type) -> bool:
    options = () if isinstance(of, NumberType) else of.options
    if node.text in options:
        return False
    return node.text == UNKNOWN or (not node.quoted and node.text in _NULLS)


def _spelt(node: Node, of: ChoiceType | FlagsType, aliases: Mapping[str, str]) -> Node:
    """The node with aliases and JSON's true and false as the options they stand for."""
    if isinstance(node, ListNode):
        return ListNode(tuple(_spelt(item, of, aliases) for item in node.items), node.span)
    if not isinstance(node, ScalarNode) or node.text in of.options:
        return node
    text = aliases.get(node.text)
    if text is None and not node.quoted:
        text = _BOOLEANS.get(node.text)
    if text not in of.options:
        return node
    return ScalarNode(text, node.span, node.quoted, node.block)


def _from_to(node: MapNode, of: NumberType, findings: Findings) -> Domain | None:
    """``{from: 50, to: 200}``; a missing end is the end of the declared range."""
    before = len(findings.problems)
    ends: dict[str, Number | None] = {"from": of.minimum, "to": of.maximum}
    for entry in node.entries:
        if entry.key.text not in ends:
            findings.add(
                "unknown-key",
                f"a range has no key {quote(entry.key.text)}",
                entry.key,
                hint=did_you_mean(entry.key.text, ends) or "its keys: from, to",
            )
            continue
        end = parse_domain(entry.value, of, findings)
        if isinstance(end, Interval) and end.is_point:
            ends[entry.key.text] = end.low
        elif end is not None:
            findings.add("wrong-range", "an end of a range is one number", entry.value)
    low, high = ends["from"], ends["to"]
    if not node.entries:
        findings.add("wrong-range", "a range needs 'from' or 'to'", node)
    if len(findings.problems) != before:
        return None
    if low is not None and high is not None and low > high:
        findings.add(
            "empty-range", "the range ends before it starts", node, hint=f"within {range_words(of)}"
        )
        return None
    return Interval(low, high)


def read_weights(
    node: Node | None, names: AnswerNames, findings: Findings
) -> Mapping[str, Literal["more", "less", "ignore"]]:
    """Weights by criterion, sorted."""
    found: dict[str, Literal["more", "less", "ignore"]] = {}
    for key, value in _entries(node, "weights", findings):
        if key.text not in names.criteria:
            if key.text not in names.broken:
                findings.add(
                    "unknown-name",
                    f"no criterion is called {quote(key.text)}",
                    key,
                    hint=did_you_mean(key.text, names.criteria)
                    or f"criteria: {', '.join(sorted(names.criteria))}",
                )
        elif isinstance(value, ScalarNode) and value.text in WEIGHTS:
            found[key.text] = cast(Literal["more", "less", "ignore"], value.text)
        else:
            written = quote(value.text) if isinstance(value, ScalarNode) else "this"
            word = value.text if isinstance(value, ScalarNode) else ""
            findings.add(
                "unknown-option",
                f"{written} is not a weight; expected more, less or ignore",
                value,
                hint=did_you_mean(word, WEIGHTS),
            )
    return dict(sorted(found.items()))


def read_prices(
    node: Node | None, names: AnswerNames, findings: Findings
) -> Mapping[str, Mapping[str, Number]]:
    """Own prices by offer, sorted."""
    found: dict[str, Mapping[str, Number]] = {}
    for key, value in _entries(node, "prices", findings):
        if key.text not in names.offers:
            if key.text not in names.broken:
                findings.add(
                    "unknown-name",
                    f"no offer is called {quote(key.text)}",
                    key,
                    hint=did_you_mean(key.text, names.offers),
                )
            continue
        own: dict[str, Number] = {}
        for what, written in _entries(value, f"the prices of {key.text}", findings):
            price = _price(what, written, findings)
            if price is not None:
                own[what.text] = price
        if own:
            found[key.text] = dict(sorted(own.items()))
    return dict(sorted(found.items()))


def _price(what: ScalarNode, written: Node, findings: Findings) -> Number | None:
    of = PRICES.get(what.text)
    if of is None:
        findings.add(
            "unknown-key",
            f"no price is called {quote(what.text)}",
            what,
            hint=did_you_mean(what.text, PRICES) or f"prices: {', '.join(PRICES)}",
        )
        return None
    if isinstance(written, ScalarNode) and _is_unknown(written, of):
        return None
    price = parse_domain(written, of, findings)
    if isinstance(price, Interval):
        if price.is_point:
            return price.low
        findings.add("wrong-range", "a contract price is one number", written)
    return None


def _entries(
    node: Node | None, what: str, findings: Findings
) -> tuple[tuple[ScalarNode, Node], ...]:
    """The entries of a map; an empty or missing one has none."""
    if isinstance(node, MapNode):
        return tuple((entry.key, entry.value) for entry in node.entries)
    empty = isinstance(node, ScalarNode) and not node.quoted and node.text in _NULLS
    if node is not None and not empty:
        hint = "write `name: value`, one on each line"
        findings.add("wrong-shape", f"{what} should be a map", node, hint=hint)
    return ()
