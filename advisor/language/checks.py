"""What can be wrong with a test, a condition, an expression or a value: one sentence each."""

from __future__ import annotations

CHECKS: dict[str, str] = {
    "ambiguous-number": "A comma stands where it may separate thousands or values.",
    "ambiguous-unit": "Only one side of a range has a unit, and the other could share it.",
    "bad-expression": "An expression is not built from numbers, names, + - * / and functions.",
    "bad-number": "A text is not a plain number.",
    "constant-test": "A test has the same outcome for every possible value.",
    "double-not": "A negation is negated.",
    "duplicate-item": "A list names the same thing twice.",
    "empty-cell": "A name has no test, or a value is missing.",
    "empty-condition": "A condition inside another one is empty.",
    "empty-list": "A list has no items.",
    "empty-range": "A range ends before it starts, or where it starts.",
    "its-not-allowed": "A test says 'its' where there is no offer.",
    "missing-operand": "An operator has nothing to work on.",
    "nested-list": "A list in a cell holds another list or a map.",
    "not-a-condition": "A condition is not a map from names to tests.",
    "not-a-test": "A cell holds something that is no test, such as another notation.",
    "not-a-value": "A value has the wrong form for its type.",
    "not-whole": "A number that counts whole things has a fraction.",
    "out-of-range": "A number lies outside the declared range.",
    "presence-not-allowed": "'known' or 'unknown' stands where it would make narrowing unsound.",
    "quoted-number": "A number or a test on a number is in quotes.",
    "too-deep": "Conditions, parentheses, lists or maps are nested too deeply.",
    "too-long": "A text is longer than it needs to be.",
    "too-many": "A list or a map has more entries than it needs.",
    "type-mismatch": "A test is for another type of value.",
    "unknown-name": "No question, derived value or attribute has this name.",
    "unknown-option": "The question or attribute has no such option.",
    "wrong-unit": "The unit is unknown, or measures something else.",
}
