"""What the static checks find in a rule base that can be loaded: one sentence each.

What keeps a rule base from being loaded is in ``advisor.language.binding_checks``,
``advisor.language.checks`` and ``advisor.knowledge.yaml_checks``.
"""

from __future__ import annotations

CHECKS: dict[str, str] = {
    "always-holds": "A condition is written out and holds for every workload.",
    "contradictory-rules": "Two rules on the same evidence step up and down in the same places.",
    "dead-end": "One answer, or two together, leave no offer.",
    "duplicate-rule": "Two rules have the same conditions and the same effect.",
    "everything-impossible": "Declared impossible combinations leave no workload at all.",
    "example-contradicts": "An example says one thing, and the rule does another.",
    "excludes-everything": "Where an exclusion holds, it excludes every offer there is.",
    "future-date": "Something is dated after the day of the check.",
    "markup-in-text": "A text that people read holds markup, which nothing obeys.",
    "missing-claim": "An exclusion asks what an offer says nothing about.",
    "never-fires": "Conditions exclude each other, so they hold for no workload.",
    "no-offer": "No offer in the rule base is one that the rule speaks of.",
    "not-decided": "The check could not find out, and says so.",
    "offer-never-wins": "Whatever is answered, an offer is excluded, or another is as good.",
    "score-on-measure": "A rule steps on a criterion that is read off a measured figure.",
    "shadowed-rule": "Wherever a rule holds, others hold that do at least as much.",
    "stale-source": "What was read from a source has expired.",
    "table-gap": "No row of a decision table holds for some answers.",
    "table-overlap": "Two rows of a decision table hold for the same answers.",
    "too-many-questions": "A criterion, or the weights together, read too many questions.",
    "unused-attribute": "Nothing reads an attribute.",
    "unused-declaration": "Nothing uses something that is declared.",
    "unused-derived": "Nothing reads a derived value.",
    "unused-option": "Nothing tells one option from another.",
    "unused-question": "Nothing reads the answer to a question.",
    "unused-source": "Nothing rests on a source.",
}
