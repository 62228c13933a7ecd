"""What an entry of the ranking rests on that was last read too long ago.

An entry rests on the listing of the model it would serve, on its prices, on what the gates in
force look at, and on the rules that hold for it with the facts of the offer that they read.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from advisor.decision.caps import in_force
from advisor.decision.gates import Gate
from advisor.decision.price_claims import claims_read
from advisor.decision.result import Caveat, Confidence, Ranked, Sureness
from advisor.decision.situation import Situation
from advisor.decision.sureness import WORDS
from advisor.knowledge.ledger import LISTED, Evidence, ServedModel
from advisor.knowledge.model import Knowledge, Rule
from advisor.language.marks import listed
from advisor.language.mentions import its_in, names_in
from advisor.language.wording import spoken

JUDGEMENT = "judgement"
"""The expiry of a rule: how long its source may have been read ago."""

STALE_FACTS = "stale-facts"
"""Where a caveat names the rule behind it."""


class Old(Struct, frozen=True):
    """A fact, or a rule, last read on ``checked`` in ``source`` that keeps ``days`` days."""

    what: str
    source: str
    checked: datetime.date
    days: int
    grade: str
    rule: bool = False


def rules_of(entry: Ranked) -> tuple[str, ...]:
    """The rules that an entry of the ranking names as reasons."""
    return tuple(dict.fromkeys(r.rule for part in entry.contributions for r in part.because))


def old_grounds(
    situation: Situation,
    gates: Sequence[Gate],
    offer: str,
    model: str | None,
    reasons: Iterable[str],
) -> tuple[Old, ...]:
    """Everything that is too old of what an entry of the ranking rests on, by name, then
    source; ``reasons`` are the rules that it names."""
    base = situation.base
    found: set[Old] = set()
    old = {n: e for n, e in base.offering.of(offer, model).items() if e.stale}
    row = base.ledger.served[offer].get(model or "")
    if row is not None and row.stale and model is not None:
        found |= _listing(situation, offer, model, row)
    known = situation.knowledge.rules
    rules = [known[name] for name in reasons if name in known]
    found |= {o for rule in rules if (o := _old_rule(situation, rule)) is not None}
    if old:
        read = set(claims_read(situation.inputs.prices.get(offer, {})))
        for rule in (*rules, *(g.rule for g in gates if g.rule and in_force(situation, g))):
            read |= names_in(rule.offers) | its_in(rule.when)
        if row is None and model is not None:
            read.add("any-open-model")
        for name in read & old.keys():
            found |= set(_facts(situation.knowledge, name, old[name]))
    return tuple(sorted(found, key=lambda o: (o.what, o.source, o.checked)))


def stale_caveats(old: Iterable[Old]) -> tuple[Caveat, ...]:
    """One caveat for each reading that has expired, with everything that was read then."""
    groups: dict[tuple[str, datetime.date, int], list[Old]] = {}
    for ground in old:
        groups.setdefault((ground.source, ground.checked, ground.days), []).append(ground)
    return tuple(
        Caveat(
            STALE_FACTS,
            f"Stale: {listed(_named(group), 'and', limit=1000)}; last read on {checked}, "
            f"good for {days} days.",
            source,
        )
        for (source, checked, days), group in sorted(groups.items())
    )


def _named(old: Iterable[Old]) -> list[str]:
    """Every fact by its name; many rules by their number."""
    grounds = list(old)
    facts = list(dict.fromkeys(ground.what for ground in grounds if not ground.rule))
    rules = sorted({ground.what for ground in grounds if ground.rule})
    if len(rules) > 2:
        return [*facts, f"{len(rules)} rules"]
    return [*facts, *(f"the rule {rule}" for rule in rules)]


def stale_cap(
    word: Confidence, figures: Sureness, old: Sequence[Old]
) -> tuple[Confidence, Sureness]:
    """One word less where the leader rests on anything that is too old, with the reason."""
    if not old:
        return word, figures
    lower = WORDS[min(WORDS.index(word) + 1, len(WORDS) - 1)]
    caps = (*figures.caps, f"stale evidence: {listed(_named(old), 'and', limit=4)}")
    return lower, replace(figures, caps=caps)


def _old_rule(situation: Situation, rule: Rule) -> Old | None:
    days = situation.knowledge.method.expiry_days.get(JUDGEMENT)
    age = situation.base.ledger.as_of - rule.source.checked
    if days is None or age.days <= days:
        return None
    source = rule.source
    return Old(rule.id, source.ref, source.checked, days, source.grade, rule=True)


def _facts(knowledge: Knowledge, name: str, evidence: Evidence) -> Iterable[Old]:
    for claim in evidence.claims:
        days = knowledge.method.expiry_days[knowledge.attributes[claim.attribute].expiry]
        yield Old(spoken(name), claim.source, claim.checked, days, claim.grade)


def _listing(situation: Situation, offer: str, model: str, row: ServedModel) -> set[Old]:
    knowledge = situation.knowledge
    days = knowledge.method.expiry_days[LISTED]
    checked = max(r.checked for r in knowledge.offers[offer].serves if r.model == model)
    what = f"that it serves {model}"
    return {Old(what, row.row_source, checked, days, row.row_grade)}


def newest_stale(old: Iterable[Old]) -> Mapping[str, Old]:
    """By source, one stale ground of it: the one read last."""
    found: dict[str, Old] = {}
    for ground in old:
        known = found.get(ground.source)
        if known is None or ground.checked > known.checked:
            found[ground.source] = ground
    return found
