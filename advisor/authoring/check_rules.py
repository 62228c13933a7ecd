"""Rules that cannot hold, always hold, repeat one another or contradict one another.

Rules are compared within their group: exclusions with exclusions, warnings with warnings,
advice with advice, and steps with steps on the same criterion that rest on the same evidence.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import TypeAlias

from msgspec import Struct, field

from advisor.authoring.boxes import EVERYTHING, Axis, BoundReached, Box, Cover
from advisor.authoring.conflicts import where_empty
from advisor.authoring.examination import Examination
from advisor.authoring.regions import Region, Side, Space
from advisor.authoring.witness import example_words, realise
from advisor.knowledge.model import Impossible, Rule
from advisor.knowledge.syntax import ALWAYS, Condition

GroupKey: TypeAlias = tuple[str, str, str]

MOST_ALIKE = 64
"""Rules whose regions look alike on every axis; of more, not all pairs are compared."""


class Group(Struct):
    """Rules that are compared with each other, and where each of them holds.

    A rule whose region is too large to be written down is not in ``regions``.
    """

    rules: list[Rule]
    space: Space
    regions: dict[str, Region] = field(default_factory=dict)

    def same_region(self, a: Rule, b: Rule) -> bool:
        """Whether the rules hold in the same places.  Raises BoundReached."""
        left, right = self.regions[a.id], self.regions[b.id]
        if left == right:
            return True
        over, under = Cover(left, self.space.whole), Cover(right, self.space.whole)
        return all(over.holds(box) for box in right) and all(under.holds(box) for box in left)


def group_key(rule: Rule) -> GroupKey:
    """What must agree for two rules to be compared."""
    evidence = rule.evidence if rule.effect in ("score", "weigh") else ""
    return rule.effect, rule.criterion or "", evidence


def groups_of(examination: Examination) -> list[Group]:
    """The groups of the rule base, each with the regions of its rules."""
    found: dict[GroupKey, list[Rule]] = {}
    for rule in examination.knowledge.rules.values():
        found.setdefault(group_key(rule), []).append(rule)
    groups = []
    for key in sorted(found):
        rules = sorted(found[key], key=_place)
        sides: list[tuple[Side, Condition]] = [("when", rule.when) for rule in rules]
        sides += [("for", rule.offers) for rule in rules]
        group = Group(rules, examination.space(sides))
        for rule in rules:
            try:
                group.regions[rule.id] = group.space.region_of_rule(rule.when, rule.offers)
            except BoundReached:
                examination.leave_open(f"where the rule '{rule.id}' holds", rule.place)
        groups.append(group)
    return groups


def _place(rule: Rule) -> tuple[str, int, str]:
    line = 0 if rule.place.span is None else rule.place.span.line
    return rule.place.file, line, rule.id


def check_group(examination: Examination, group: Group) -> None:
    """All that is said of the rules of a group, apart from what shadows them."""
    sound = [rule for rule in group.rules if rule.id in group.regions]
    impossible = _impossible(examination, group.space)
    for rule in sound:
        if check_holds(examination, group, rule, impossible):
            check_always(examination, group, rule)
        else:
            del group.regions[rule.id]
    _compare(examination, group)


def _impossible(examination: Examination, space: Space) -> Cover:
    """What the declared combinations take away; one that is not looked into takes nothing."""
    found = [_region_of(examination, space, entry) for entry in examination.knowledge.impossible]
    boxes = [box for region in found for box in region or ()]
    return Cover(sorted(boxes, key=len), space.whole)


def _region_of(examination: Examination, space: Space, entry: Impossible) -> Region | None:
    """Where a declared combination holds; None, and noted, where that is not looked into."""
    try:
        return space.region("when", entry.when)
    except BoundReached:
        examination.leave_open(f"where the combination '{entry.id}' holds", entry.place)
        return None


def check_holds(
    examination: Examination, group: Group, rule: Rule, impossible: Cover | None
) -> bool:
    """Whether the rule can hold; reported if not."""
    places, region, space = examination.places, group.regions[rule.id], group.space
    if not region:
        what: Side = "when" if not space.region("when", rule.when) else "for"
        condition = rule.when if what == "when" else rule.offers
        place, at, why = where_empty(space, condition, rule.place, what)
        message = f"the rule '{rule.id}' can never hold: {why}"
        hint = "no workload is like that" if what == "when" else "no offer is like that"
        places.add("never-fires", "error", message, place, at=at, hint=hint)
        return False
    try:
        if impossible is not None and impossible.boxes and all(map(impossible.holds, region)):
            places.add(
                "never-fires",
                "error",
                f"the rule '{rule.id}' can never hold: it speaks only of workloads that are "
                "declared impossible",
                rule.place,
                at=("when",),
                related=tuple(
                    places.related(f"'{entry.id}' is declared here", entry.place)
                    for entry in examination.knowledge.impossible
                ),
            )
            return False
    except BoundReached:
        examination.leave_open(f"whether the rule '{rule.id}' holds for any workload", rule.place)
        return True
    if all(space.free_names(box) and realise(space, box) is None for box in region):
        examination.leave_open(f"whether any answers make the rule '{rule.id}' hold", rule.place)
    return True


def check_always(examination: Examination, group: Group, rule: Rule) -> None:
    """Report a workload side that is written out and holds anyway."""
    if rule.when == ALWAYS:
        return
    try:
        region = group.space.region("when", rule.when)
        always = Cover(region, group.space.whole).holds(EVERYTHING)
    except BoundReached:
        examination.leave_open(f"whether 'when' of the rule '{rule.id}' always holds", rule.place)
        return
    if always:
        examination.places.add(
            "always-holds",
            "warning",
            f"'when' of the rule '{rule.id}' holds for every workload",
            rule.place,
            at=("when",),
            hint="leave it out, or name what the rule is about",
        )


def _compare(examination: Examination, group: Group) -> None:
    """Duplicates of texts, and steps against each other."""
    alike: dict[frozenset[tuple[Axis, int]], list[Rule]] = {}
    for rule in group.rules:
        if rule.id in group.regions:
            alike.setdefault(_outline(group, rule), []).append(rule)
    for rules in alike.values():
        if len(rules) > MOST_ALIKE:
            for rule in rules[MOST_ALIKE:]:
                examination.leave_open(f"what '{rule.id}' repeats or contradicts", rule.place)
        for earlier, later in combinations(rules[:MOST_ALIKE], 2):
            if earlier.effect in ("warn", "advise"):
                if earlier.because == later.because and _same(examination, group, earlier, later):
                    report_duplicate(examination, group, earlier, later)
            elif earlier.steps * later.steps < 0 and _same(examination, group, earlier, later):
                _report_contradiction(examination, group, earlier, later)


def _outline(group: Group, rule: Rule) -> frozenset[tuple[Axis, int]]:
    """The cells that the region of a rule takes up on each axis, where these are not all.

    However the region is written as boxes, this comes out the same, as no box is empty; so
    rules that hold in the same places have the same outline.
    """
    region, whole = group.regions[rule.id], group.space.whole
    outline: dict[Axis, int] = {}
    for axis in {axis for box in region for axis in box}:
        cells = 0
        for box in region:
            cells |= box.get(axis, whole[axis])
        if cells != whole[axis]:
            outline[axis] = cells
    return frozenset(outline.items())


def _same(examination: Examination, group: Group, earlier: Rule, later: Rule) -> bool:
    try:
        return group.same_region(earlier, later)
    except BoundReached:
        examination.leave_open(
            f"whether '{earlier.id}' and '{later.id}' hold in the same places", later.place
        )
        return False


def report_duplicate(examination: Examination, group: Group, earlier: Rule, later: Rule) -> None:
    """Say that a rule repeats an earlier one."""
    places = examination.places
    places.add(
        "duplicate-rule",
        "warning",
        f"the rule '{later.id}' has the same conditions and the same effect as '{earlier.id}'",
        later.place,
        hint=f"for example at {_example(group, later)}",
        related=(places.related("the first one", earlier.place),),
    )


def _report_contradiction(
    examination: Examination, group: Group, earlier: Rule, later: Rule
) -> None:
    places = examination.places
    places.add(
        "contradictory-rules",
        "error",
        f"the rule '{later.id}' steps {later.steps:+d} on '{later.criterion}' exactly where "
        f"'{earlier.id}' steps {earlier.steps:+d}, on the same evidence ('{later.evidence}')",
        later.place,
        at=(later.effect,),
        hint=f"for example at {_example(group, later)}",
        related=(places.related("the opposite step", earlier.place),),
    )


def _example(group: Group, rule: Rule) -> str:
    region: Sequence[Box] = group.regions[rule.id]
    return example_words(group.space, region[0])


def check_impossible(examination: Examination) -> bool:
    """Declared impossible combinations: that can hold, and that leave something.

    Gives False where they leave no workload at all, so that nothing else means anything.
    """
    entries = examination.knowledge.impossible
    space = examination.space(())
    boxes: list[Box] = []
    for entry in entries:
        region = _region_of(examination, space, entry)
        boxes += region or ()
        if region == ():
            place, at, why = where_empty(space, entry.when, entry.place)
            examination.places.add(
                "never-fires",
                "warning",
                f"the combination '{entry.id}' is impossible already: {why}",
                place,
                at=at,
            )
    try:
        nothing_left = Cover(sorted(boxes, key=len), space.whole).holds(EVERYTHING)
    except BoundReached:
        last = entries[-1]
        what = "whether the impossible combinations leave a workload"
        examination.leave_open(what, last.place)
        return True
    if not boxes or not nothing_left:
        return True
    examination.places.add(
        "everything-impossible",
        "error",
        "the declared impossible combinations leave no workload",
        entries[-1].place,
        hint="remove one of them",
        related=tuple(
            examination.places.related(f"'{entry.id}'", entry.place) for entry in entries[:-1]
        ),
    )
    return False


def check_ask_when(examination: Examination) -> None:
    """Questions that would never be asked."""
    for question in examination.knowledge.questions.values():
        space = examination.space([("when", question.ask_when)])
        try:
            region = space.region("when", question.ask_when)
        except BoundReached:
            examination.leave_open(f"whether '{question.id}' is ever asked", question.place)
            continue
        if not region:
            place, at, why = where_empty(space, question.ask_when, question.place, "ask-when")
            examination.places.add(
                "never-fires",
                "error",
                f"the question '{question.id}' would never be asked: {why}",
                place,
                at=at,
            )
