"""Rules that change nothing, because others hold wherever they do and do at least as much.

Of steps on the same evidence only the strongest up and the strongest down count, so a step is
shadowed by steps of the same sign and at least its size.  An exclusion is shadowed by
exclusions that cannot be negotiated.  What is known of an offer may be uncertain, so several
rules can share out the workloads of a shadowed rule among them, but not its offers: each of
them must speak of all of these.
"""

from __future__ import annotations

from collections.abc import Iterable

from advisor.authoring.boxes import BoundReached, Box, Cover, holds
from advisor.authoring.check_rules import Group, report_duplicate
from advisor.authoring.examination import Examination
from advisor.authoring.regions import split
from advisor.authoring.witness import example_words
from advisor.knowledge.model import Rule

MOST_NAMED = 4
"""Rules that a message names."""


class Shadows:
    """The boxes of all rules of a group that may shadow each other, widest first."""

    def __init__(self, group: Group, rules: list[Rule]) -> None:
        self.group = group
        self.rules = rules
        self._owner: list[str] = []
        self._own: dict[str, int] = {}
        self._by_offer: dict[frozenset[tuple[str, int]], int] = {}
        self._at_least: dict[int, int] = {}
        parts = [(rule, *split(box)) for rule in rules for box in group.regions[rule.id]]
        parts.sort(key=lambda part: (len(part[1]), part[0].id))
        for number, (rule, _, offer) in enumerate(parts):
            bit = 1 << number
            self._owner.append(rule.id)
            self._own[rule.id] = self._own.get(rule.id, 0) | bit
            key = frozenset(offer.items())
            self._by_offer[key] = self._by_offer.get(key, 0) | bit
            for size in range(abs(rule.steps) + 1):
                self._at_least[size] = self._at_least.get(size, 0) | bit
        self.cover = Cover([work for _, work, _ in parts], group.space.whole)

    def shadowing(self, rule: Rule, removed: int) -> tuple[str, ...] | None:
        """The rules that together shadow this one, without those of ``removed`` boxes; None
        if there are none.  Raises BoundReached."""
        usable = self._at_least.get(abs(rule.steps), 0) & ~removed & ~self._own.get(rule.id, 0)
        if rule.effect == "exclude":
            hard = (self._own[r.id] for r in self.rules if not r.negotiable)
            usable &= _union(hard)
        found: set[str] = set()
        for box in self.group.regions[rule.id]:
            work, offer = split(box)
            among = usable & _union(
                boxes for key, boxes in self._by_offer.items() if holds(dict(key), offer)
            )
            if not among or not self.cover.holds(work, among):
                return None
            needed = self.cover.needed(work, among)
            found |= {owner for i, owner in enumerate(self._owner) if needed >> i & 1}
        return tuple(sorted(found))

    def own(self, rule: Rule) -> int:
        """The boxes of a rule."""
        return self._own.get(rule.id, 0)


def _union(sets: Iterable[int]) -> int:
    result = 0
    for bits in sets:
        result |= bits
    return result


def check_shadows(examination: Examination, group: Group) -> None:
    """Report rules that could all be removed together without a change."""
    rules = [rule for rule in group.rules if rule.id in group.regions]
    if not rules or rules[0].effect in ("warn", "advise"):
        return
    for up in (False, True):
        chosen = [rule for rule in rules if (rule.steps > 0) is up]
        if len(chosen) > 1:
            _check(examination, Shadows(group, chosen))


def _check(examination: Examination, shadows: Shadows) -> None:
    """From the last rule to the first, so that the later one of two alike is named."""
    removed = 0
    for rule in reversed(shadows.rules):
        try:
            others = shadows.shadowing(rule, removed)
        except BoundReached:
            examination.leave_open(f"whether others shadow the rule '{rule.id}'", rule.place)
            continue
        if others is None:
            continue
        removed |= shadows.own(rule)
        _report(examination, shadows.group, rule, others)


def _report(examination: Examination, group: Group, rule: Rule, others: tuple[str, ...]) -> None:
    rules = examination.knowledge.rules
    first = rules[others[0]]
    if len(others) == 1 and (first.steps, first.negotiable) == (rule.steps, rule.negotiable):
        try:
            if group.same_region(first, rule):
                report_duplicate(examination, group, first, rule)
                return
        except BoundReached:
            pass
    places = examination.places
    named = [f"'{name}'" for name in others[:MOST_NAMED]]
    if len(others) > MOST_NAMED:
        named.append(f"{len(others) - MOST_NAMED} more")
    words = named[0] if len(named) == 1 else f"{', '.join(named[:-1])} and {named[-1]}"
    one = len(others) == 1
    if rule.effect == "exclude":
        does = "excludes what it excludes" if one else "exclude together what it excludes"
    else:
        does = f"{'holds' if one else 'hold between them'} wherever it does and " + (
            f"{'counts' if one else 'count'} at least as much"
        )
    box: Box = group.regions[rule.id][0]
    places.add(
        "shadowed-rule",
        "warning",
        f"the rule '{rule.id}' changes nothing: {words} {does}",
        rule.place,
        hint=f"for example at {example_words(group.space, box)}",
        related=tuple(
            places.related(f"'{name}'", rules[name].place) for name in others[:MOST_NAMED]
        ),
    )
