"""Tests, domains and conditions in plain English, and tests as the language writes them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from advisor.knowledge.syntax import (
    AllOf,
    AnyOf,
    AnyTest,
    Atom,
    Between,
    Compare,
    CompareIts,
    Condition,
    Equals,
    IsKnown,
    NotOf,
    NotTest,
    OneOf,
    UnaryTest,
    WithinIts,
)
from advisor.knowledge.values import (
    Domain,
    Flags,
    FlagsType,
    Interval,
    Number,
    NumberType,
    Options,
    Type,
)
from advisor.language.literals import COMPARISONS
from advisor.language.marks import listed
from advisor.language.units import format_number
from advisor.language.vocabulary import Scope

_OPERATORS = ("not", "known", "unknown", "in", "all", *COMPARISONS)
_YAML_SIGNS = "[]{},:#&*!|>'\"%@`-?"


def test_words(test: UnaryTest, of: Type) -> str:
    """The test in English: ``below 13B``, ``api or dedicated``, ``not eu``."""
    match test:
        case OneOf(options):
            return listed(_ordered(options, of), limit=1000)
        case Equals(value):
            return _number(value, of)
        case Compare(op, value):
            return f"{op} {_number(value, of)}"
        case Between(low, high):
            return f"from {_number(low, of)} to below {_number(high, of)}"
        case IsKnown(negated):
            return "unknown" if negated else "known"
        case CompareIts(op, attribute):
            return f"{op} the offer's {spoken(attribute)}"
        case WithinIts(attribute):
            every = "all " if isinstance(of, FlagsType) else ""
            return f"{every}among the offer's {spoken(attribute)}"
        case NotTest(OneOf(options)) if len(options) > 1:
            return f"neither {listed(_ordered(options, of), 'nor', limit=1000)}"
        case NotTest(AnyTest() as inner):
            return f"not ({test_words(inner, of)})"
        case NotTest(inner):
            return f"not {test_words(inner, of)}"
        case AnyTest(tests):
            return listed([test_words(part, of) for part in tests], limit=1000)
        case unreachable:
            assert_never(unreachable)


def test_source(test: UnaryTest, of: Type) -> str:
    """The test as a cell of a rule file, fit for a flow map; ``parse_test`` reads it back.

    Raises ValueError for a test that no cell expresses (a ``not`` inside a ``not``).
    """
    match test:
        case AnyTest(tests):
            return f"[{', '.join(item for part in tests for item in _items(part, of))}]"
        case OneOf(options) if len(options) > 1:
            return f"[{', '.join(_items(test, of))}]"
        case NotTest(AnyTest() as inner):
            return f"{{not: {test_source(inner, of)}}}"
        case NotTest(OneOf(options) as inner) if len(options) > 1 or _marked(*options):
            return f"{{not: {test_source(inner, of)}}}"
        case NotTest(NotTest()):
            raise ValueError("no cell holds a 'not' inside a 'not'")
        case NotTest(IsKnown(negated)):
            raise ValueError(f"write {'known' if negated else 'unknown'} instead")
        case NotTest(inner):
            return f"not {test_source(inner, of)}"
        case OneOf(options):
            (option,) = options
            return f'"{_escaped(option)}"' if _quoted(option) else option
        case Equals(value):
            return _plain(value, of)
        case Compare(op, value):
            return f"{op} {_plain(value, of)}"
        case Between(low, high):
            return f"{_plain(low, of)} to {_plain(high, of)}"
        case IsKnown(negated):
            return "unknown" if negated else "known"
        case CompareIts(op, attribute):
            return f"{op} its {attribute}"
        case WithinIts(attribute):
            return f"{'all ' if isinstance(of, FlagsType) else ''}in its {attribute}"
        case unreachable:
            assert_never(unreachable)


def domain_words(domain: Domain, of: Type) -> str:
    """What is still possible, in English: ``api or dedicated``, ``50 to 200``, ``none``."""
    match domain:
        case Options(values):
            return listed(_ordered(values, of), limit=1000)
        case Flags(must, may):
            sure, unsure = _ordered(must, of), _ordered(may - must, of)
            if not unsure:
                return listed(sure, "and", limit=1000) if sure else "none"
            perhaps = f"perhaps {listed(unsure, 'and', limit=1000)}"
            return f"{listed(sure, 'and', limit=1000)}, {perhaps}" if sure else perhaps
        case Interval():
            return _interval_words(domain, of)
        case unreachable:
            assert_never(unreachable)


def condition_words(condition: Condition, scope: Scope) -> str:
    """The condition in English: ``model size below 13B and hosting is api or dedicated``."""
    match condition:
        case AllOf(()):
            return "always"
        case AnyOf(()):
            return "never"
        case AllOf(parts):
            return " and ".join(_grouped(part, scope) for part in parts)
        case AnyOf(parts):
            return " or ".join(_grouped(part, scope) for part in parts)
        case NotOf(part):
            return f"not ({condition_words(part, scope)})"
        case Atom(name, test):
            return _atom_words(name, test, scope.names.get(name))
        case unreachable:
            assert_never(unreachable)


def spoken(name: str) -> str:
    """``model-size`` as it is said: ``model size``."""
    return name.replace("-", " ").replace(".", " ")


def _atom_words(name: str, test: UnaryTest, of: Type | None) -> str:
    words = test_words(test, of if of is not None else _assumed(test))
    said = spoken(name)
    if isinstance(of, FlagsType):
        if isinstance(test, OneOf):
            return f"{said} include {words}"
        if isinstance(test, NotTest) and isinstance(test.test, OneOf):
            return f"{said} include {'' if words.startswith('neither') else 'no '}" + (
                words.removeprefix("not ")
            )
        return f"{said} are {words}"
    if isinstance(test, Compare | CompareIts | Between):
        return f"{said} {words}"
    return f"{said} is {words}"


def _assumed(test: UnaryTest) -> Type:
    """A type for a name that the scope lacks, enough to put the test into words."""
    match test:
        case OneOf(options):
            return FlagsType(tuple(sorted(options)))
        case NotTest(inner):
            return _assumed(inner)
        case _:
            return NumberType("factor")


def _grouped(part: Condition, scope: Scope) -> str:
    words = condition_words(part, scope)
    return f"({words})" if isinstance(part, AllOf | AnyOf) and part.parts else words


def _interval_words(interval: Interval, of: Type) -> str:
    low = None if interval.low is None else _number(interval.low, of)
    high = None if interval.high is None else _number(interval.high, of)
    if interval.is_point and low is not None:
        return low
    if low is not None and high is not None:
        if interval.low_open:
            return f"above {low}, {'below' if interval.high_open else 'at most'} {high}"
        return f"from {low} to below {high}" if interval.high_open else f"{low} to {high}"
    if low is not None:
        return f"{'above' if interval.low_open else 'at least'} {low}"
    if high is not None:
        return f"{'below' if interval.high_open else 'at most'} {high}"
    return "any number"


def _ordered(options: Iterable[str], of: Type) -> list[str]:
    """Options in their declared order."""
    declared = () if isinstance(of, NumberType) else of.options
    place = {option: index for index, option in enumerate(declared)}
    return sorted(options, key=lambda option: (place.get(option, len(place)), option))


def _number(value: Number, of: Type) -> str:
    return format_number(value, of.unit if isinstance(of, NumberType) else "factor")


def _plain(value: Number, of: Type) -> str:
    """Without thousands separators: a comma ends a value inside a flow map."""
    return _number(value, of).replace(",", "")


def _items(test: UnaryTest, of: Type) -> list[str]:
    """A test as items of a list, which holds neither lists nor maps."""
    if isinstance(test, OneOf):
        return [test_source(OneOf(frozenset({o})), of) for o in _ordered(test.options, of)]
    source = test_source(test, of)
    if source.startswith(("[", "{")):
        raise ValueError(f"a list in a cell cannot hold {source}")
    return [source]


def _quoted(option: str) -> bool:
    """Whether the option must be quoted to be read as itself."""
    reserved = any(option == word or option.startswith(f"{word} ") for word in _OPERATORS)
    return reserved or option[:1] in _YAML_SIGNS or _marked(option) or option != option.strip()


def _marked(*options: str) -> bool:
    """Whether one of the options holds a sign that ends plain text in a flow map."""
    return any(sign in option for option in options for sign in "[]{},:#\"'\\")


def _escaped(option: str) -> str:
    return option.replace("\\", "\\\\").replace('"', '\\"')
