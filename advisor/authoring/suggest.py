"""The fewest and shortest examples that a rule still lacks, found by trying it.

Every suggestion has been put to the engine: what it says that the rule does is what the rule
does.  What no combination of values can show is said to be so.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from msgspec import Struct

from advisor.authoring.candidates import Candidates, written_value
from advisor.authoring.clauses import Clause, decides_alone, has_alternatives, truth_with
from advisor.authoring.coverage import RuleForm
from advisor.authoring.examples import Bench, Setting, newest_day
from advisor.engine.truth import truth_of
from advisor.knowledge.model import Knowledge
from advisor.language.mentions import names_in

MOST_TRIED = 20_000
"""Combinations of values that are tried for one rule at most."""


class Goal(Struct, frozen=True):
    """Something that no example shows: the clause coming out as ``holds``; with ``alone``
    also deciding the outcome by itself."""

    clause: Clause
    holds: bool
    alone: bool

    @property
    def words(self) -> str:
        how = "holds" if self.holds else "fails"
        decides = " and decides alone" if self.alone else ""
        return f"'{self.clause.name}: {self.clause.text}' {how}{decides}"


class Suggestion(Struct, frozen=True):
    """An example to paste: ``given`` as written, what to expect, and what it shows."""

    given: tuple[tuple[str, str], ...]
    expect: str
    shows: tuple[Goal, ...]

    def yaml(self, indent: int = 4) -> str:
        """The lines of a list entry."""
        blank = " " * indent
        inside = ", ".join(f"{name}: {value}" for name, value in self.given)
        return f"{blank}- given: {{{inside}}}\n{blank}  expect: {self.expect}\n"


class RuleSuggestions(Struct, frozen=True):
    """``out_of_reach`` is what none of ``tried`` combinations showed; where ``bounded``,
    there are more combinations than were tried."""

    rule: str
    file: str
    line: int | None
    suggestions: tuple[Suggestion, ...]
    out_of_reach: tuple[Goal, ...]
    tried: int
    bounded: bool


class _Found(Struct, frozen=True):
    setting: Setting
    expect: str
    order: tuple[int, int]


def suggest(
    knowledge: Knowledge, names: frozenset[str] | None = None, as_of: datetime.date | None = None
) -> tuple[RuleSuggestions, ...]:
    """Suggestions for every rule that lacks some, or for those named that do."""
    bench = Bench(knowledge, as_of or newest_day(knowledge))
    found = []
    for rule in knowledge.rules.values():
        if names is None or rule.id in names:
            form = RuleForm(bench, rule)
            missing = _missing(form)
            if missing:
                found.append(_suggest(form, missing))
    return tuple(found)


def _missing(form: RuleForm) -> tuple[Goal, ...]:
    goals = []
    for clause in form.coverage().clauses:
        if not clause.decided_held:
            goals.append(Goal(clause.clause, True, True))
        if not clause.decided_failed:
            goals.append(Goal(clause.clause, False, True))
    return tuple(goals)


def _suggest(form: RuleForm, missing: Sequence[Goal]) -> RuleSuggestions:
    # What cannot be shown alone can perhaps be shown at all.
    lesser = _lesser(form, missing)
    goals = (*missing, *lesser)
    by_shown: dict[int, _Found] = {}
    tried = 0
    bounded = False
    candidates = Candidates(form)
    for setting in candidates.settings(gaps=has_alternatives(form.form)):
        if tried == MOST_TRIED:
            bounded = True
            break
        tried += 1
        shown, expect = _shown(form, setting, goals)
        if not shown or _impossible(form.bench, setting):
            continue
        order = (len(setting.answers) + (setting.offer is not None), tried)
        known = by_shown.get(shown)
        if known is None or order < known.order:
            by_shown[shown] = _Found(setting, expect, order)
    reachable = 0
    for mask in by_shown:
        reachable |= mask
    wanted = _wanted(goals, reachable)
    chosen = _fewest(by_shown, wanted)
    place = form.rule.place
    return RuleSuggestions(
        form.rule.id,
        place.file,
        None if place.span is None else place.span.line,
        tuple(_suggestion(form, by_shown[mask], mask & wanted, goals) for mask in chosen),
        tuple(goal for i, goal in enumerate(missing) if not reachable >> i & 1),
        tried,
        bounded,
    )


def _wanted(goals: Sequence[Goal], reachable: int) -> int:
    """The reachable goals as bits; a lesser one only where its greater one is out of reach."""
    wanted = 0
    for i, goal in enumerate(goals):
        if not reachable >> i & 1:
            continue
        greater = goals.index(Goal(goal.clause, goal.holds, True))
        if goal.alone or not reachable >> greater & 1:
            wanted |= 1 << i
    return wanted


def _lesser(form: RuleForm, missing: Sequence[Goal]) -> tuple[Goal, ...]:
    seen = {c.clause: c for c in form.coverage().clauses}
    return tuple(
        Goal(goal.clause, goal.holds, False)
        for goal in missing
        if not (seen[goal.clause].held if goal.holds else seen[goal.clause].failed)
    )


def _shown(form: RuleForm, setting: Setting, goals: Sequence[Goal]) -> tuple[int, str]:
    """Which goals a setting reaches, as bits, and what the rule does."""
    truths = form.truths(setting)
    if truths is None:
        return 0, ""
    outcome = truth_with(form.form, truths)
    if outcome is None:
        return 0, ""
    shown = 0
    for i, goal in enumerate(goals):
        if truths[goal.clause] is not goal.holds:
            continue
        if not goal.alone or decides_alone(form.form, truths, goal.clause):
            shown |= 1 << i
    return shown, "applies" if outcome else "does not apply"


def _impossible(bench: Bench, setting: Setting) -> bool:
    """Whether no workload has these answers."""
    for combination in bench.knowledge.impossible:
        env = bench.workload.extend(setting.answers, names_in(combination.when))
        if truth_of(combination.when, env) is True:
            return True
    return False


def _fewest(found: dict[int, _Found], wanted: int) -> list[int]:
    """The smallest set of examples that shows everything wanted; of equals the shortest."""
    masks = sorted(
        {mask for mask in found if mask & wanted}, key=lambda mask: (found[mask].order, mask)
    )
    # An example that shows no more than a shorter one is never needed.
    useful = [
        mask
        for mask in masks
        if not any(
            other != mask
            and mask & wanted | other & wanted == other & wanted
            and (mask & wanted != other & wanted or found[other].order < found[mask].order)
            and found[other].order[0] <= found[mask].order[0]
            for other in masks
        )
    ]
    best: list[int] = []
    for size in range(wanted.bit_count() + 1):
        options = sorted(
            _covers(useful, wanted, size),
            key=lambda chosen: (
                sum(found[m].order[0] for m in chosen),
                sorted(found[m].order for m in chosen),
            ),
        )
        if options:
            best = options[0]
            break
    return sorted(best, key=lambda mask: found[mask].order)


def _covers(masks: Sequence[int], wanted: int, size: int) -> list[list[int]]:
    """Every way to show all of ``wanted`` with ``size`` of the masks."""
    if not wanted:
        return [[]]
    if size == 0:
        return []
    lowest = wanted & -wanted
    return [
        [mask, *rest]
        for mask in masks
        if mask & lowest
        for rest in _covers(masks, wanted & ~mask, size - 1)
    ]


def _suggestion(form: RuleForm, found: _Found, shown: int, goals: Sequence[Goal]) -> Suggestion:
    return Suggestion(
        setting_words(form, found.setting),
        found.expect,
        tuple(g for i, g in enumerate(goals) if shown >> i & 1),
    )


def setting_words(form: RuleForm, setting: Setting) -> tuple[tuple[str, str], ...]:
    """What a setting gives, as an example writes it."""
    types = form.bench.vocabulary.workload
    given = [(name, written_value(value, types[name])) for name, value in setting.answers.items()]
    if setting.offer is not None:
        given.append(("offer", setting.offer))
    if setting.model is not None:
        given.append(("model", setting.model))
    return tuple(given)
