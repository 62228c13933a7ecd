"""What can be wrong with a rule base or an answers file as a whole: one sentence each.

What can be wrong inside a test or a value is in ``advisor.language.checks``, what can be
wrong with the YAML itself in ``advisor.knowledge.yaml_checks``.
"""

from __future__ import annotations

CHECKS: dict[str, str] = {
    "bad-id": "An id has characters beside a-z, 0-9, '-' and '.', or is a word of the language.",
    "circle": "Derived values depend on each other in a circle, so none of them has a value.",
    "contradiction": "Two statements of one entry exclude each other.",
    "duplicate-id": "Two entries of the same kind have the same id.",
    "duplicate-order": "Two entries claim the same place in an order.",
    "missing-example": "A rule lacks an example that applies, or one that does not.",
    "missing-file": "A file or folder that every rule base has is missing.",
    "missing-key": "An entry lacks a key that it needs.",
    "not-a-rule-base": "The directory does not exist, or holds no rule base.",
    "one-effect": "A rule has no effect, or more than one.",
    "stray-brace": "A brace in a text that is shown has no partner.",
    "stray-file": "A file or folder is none that a rule base has, so it would never be read.",
    "too-few-anchors": "A measure has fewer than two points between which it is linear.",
    "unknown-format": "The file says that it is written in a format that this program cannot read.",
    "unknown-key": "An entry has a key that no such entry has.",
    "unknown-unit": "There is no unit of this name.",
    "unreadable-file": "A file or folder cannot be read.",
    "unwanted-key": "A key does not belong with the other keys of the entry.",
    "wrong-date": "A text is not a date, or the date cannot be right.",
    "wrong-file-name": "A file is not named after the one thing that it declares.",
    "wrong-order": "Numbers that must ascend do not.",
    "wrong-prior": "A prior has gaps or overlaps, or rules an answer out.",
    "wrong-range": "A range or pair has not two ascending ends.",
    "wrong-shape": "A list, a map or a text stands where something else is expected.",
    "wrong-steps": "A step changes nothing.",
    "wrong-type": "A value is not of the kind that its key holds.",
}
