"""An oracle that shares no code with the product: enumerate every world, look at every rule.

Slow, short, and only for the random bases of ``bases.py``.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise, product

from msgspec.structs import replace

from advisor.knowledge.model import Inputs, Knowledge, Rule
from advisor.knowledge.syntax import AllOf, AnyOf, Atom, Compare, CompareIts, NotOf, OneOf
from advisor.knowledge.values import ChoiceType, Flags, FlagsType, Interval, Options

DERIVED = ["load", "pace"]
"""What ``strain`` is the product of."""
OPS = {
    "below": lambda a, b: a < b,
    "at most": lambda a, b: a <= b,
    "above": lambda a, b: a > b,
    "at least": lambda a, b: a >= b,
}
WIDE = {
    "measured": 0,
    "vendor spec": 250,
    "vendor claim": 1250,
    "press": 750,
    "expert judgement": 500,
    "derived": 500,
}
ORDER = ["measured", "vendor spec", "derived", "press", "vendor claim", "expert judgement"]
# How many days before 22 November 2026 a claim of this date was made: at least, at most.
AGE = {
    "2026": (0, 325),
    "2024-03": (966, 996),
    "2024-12-31": (691, 691),
    "2025-01-01": (690, 690),
    "undated": (0, 10**6),
}


def belief(offer, attribute):
    """(what is possible, best grade) of an attribute, by the declared resolution rule."""
    claims = [c for c in offer.claims if c.attribute == attribute]
    if not claims:
        return None, None
    if attribute == "room":
        claims = [c for c in claims if c.grade == "measured"] or claims
    if attribute != "has":
        claims = [c for c in claims if not any(replaces(d, c) for d in claims)]
    grade = min((c.grade for c in claims), key=ORDER.index)
    if attribute == "kind":
        return {v for c in claims for v in c.value.values}, grade
    if attribute == "room":
        return (min(c.value.low for c in claims), max(c.value.high for c in claims)), grade
    held = {f for c in claims for f in c.value.must}
    denied = {f for c in claims for f in ("f0", "f1", "f2") if f not in c.value.may}
    return (held - denied, {"f0", "f1", "f2"} - (denied - held)), grade


def replaces(new, old):
    """Newer for sure by more than a year, and at least as good."""
    newer = AGE[old.date][0] - AGE[new.date][1] > 365
    return newer and ORDER.index(new.grade) <= ORDER.index(old.grade)


def true(condition, world, offer):
    """Kleene truth in a world of single values; facts may be unknown."""
    if isinstance(condition, AllOf | AnyOf):
        found = [true(p, world, offer) for p in condition.parts]
        decisive = isinstance(condition, AnyOf)
        if decisive in found:
            return decisive
        return None if None in found else not decisive
    if isinstance(condition, NotOf):
        inner = true(condition.part, world, offer)
        return None if inner is None else not inner
    assert isinstance(condition, Atom)
    name, test = condition.name, condition.test
    if isinstance(test, CompareIts):
        room, _ = belief(offer, "room")
        if room is None:
            return None
        ends = {OPS[test.op](world[name], end) for end in room}
        return ends.pop() if len(ends) == 1 else None
    if name in world:
        value = world[name]
        if isinstance(test, Compare):
            return OPS[test.op](value, test.value)
        assert isinstance(test, OneOf)
        return bool(value & test.options) if isinstance(value, frozenset) else value in test.options
    if name == "offer":
        return offer.id in test.options
    known, _ = belief(offer, name)
    if known is None:
        return None
    if name == "kind":
        hits = {v in test.options for v in known}
        return hits.pop() if len(hits) == 1 else None
    if name == "room":
        hits = {OPS[test.op](end, test.value) for end in known}
        return hits.pop() if len(hits) == 1 else None
    must, may = known
    if must & test.options:
        return True
    return None if may & test.options else False


def worlds(knowledge: Knowledge, inputs: Inputs):
    """(world, prior mass) for every combination of what is left."""
    axes = []
    for q in knowledge.questions.values():
        answer = inputs.answers.get(q.id)
        weight = {o.id: o.weight for o in q.options}
        if isinstance(q.type, ChoiceType):
            left = sorted(answer.values) if isinstance(answer, Options) else list(q.type.options)
            axes.append([(o, Fraction(weight[o])) for o in left])
        elif isinstance(q.type, FlagsType):
            if isinstance(answer, Flags):
                axes.append([(answer.must, Fraction(1))])
            else:
                subsets = []
                for chosen in product([False, True], repeat=len(q.type.options)):
                    mass = Fraction(1)
                    for flag, on in zip(q.type.options, chosen, strict=True):
                        mass *= Fraction(weight[flag] if on else 100 - weight[flag], 100)
                    flags = frozenset(f for f, on in zip(q.type.options, chosen, strict=True) if on)
                    subsets.append((flags, mass))
                axes.append(subsets)
        else:
            axes.append(numbers(knowledge, q, answer))
    names = list(knowledge.questions)
    for combination in product(*axes):
        mass = Fraction(1)
        for _, part, *_ in combination:
            mass *= part
        world = dict(zip(names, (v for v, *_ in combination), strict=True))
        if "strain" in knowledge.derived:
            stands = dict(zip(names, (c[-1] for c in combination), strict=True))
            world["strain"] = stands["load"] * stands["pace"]
        yield world, mass


def numbers(knowledge, question, answer):
    """Cells of a number: cut at every threshold, limit and bin edge.  (A value inside, mass,
    what stands for the cell: the middle of the cell as it were without limits.)"""
    whole = (question.type.minimum, question.type.maximum)
    low, high = (answer.low, answer.high) if isinstance(answer, Interval) else whole
    if low == high:
        return [(low, Fraction(1), low)]
    nobody = replace(knowledge, offers={})
    firm = {(edge, 0) for b in question.prior for edge in (b.low, b.high)}
    for said in (*knowledge.rules.values(), *knowledge.impossible):
        firm |= cuts_in(said.when, question.id, nobody)
    cuts = set(firm)
    for rule in knowledge.rules.values():
        cuts |= cuts_in(rule.when, question.id, knowledge)
    inner = sorted(c for c in cuts if (low, 0) < c < (high, 1))
    bounds = [(low, 0), *inner, (high, 1)]
    whole = [(low, 0), *sorted(c for c in firm if (low, 0) < c < (high, 1)), (high, 1)]
    cells = []
    for a, b in pairwise(bounds):
        mass = sum(
            (
                Fraction(x.weight) * max(0, min(b[0], x.high) - max(a[0], x.low)) / (x.high - x.low)
                for x in question.prior
            ),
            Fraction(0),
        )
        start = max(c for c in whole if c <= a)
        end = min(c for c in whole if c >= b)
        cells.append((Fraction(a[0] + b[0]) / 2, mass, Fraction(start[0] + end[0]) / 2))
    if not any(m for _, m, _ in cells):
        return [(v, Fraction(1), s) for v, _, s in cells]
    return cells


def cuts_in(condition, name, knowledge):
    if isinstance(condition, AllOf | AnyOf):
        return set().union(*(cuts_in(p, name, knowledge) for p in condition.parts))
    if isinstance(condition, NotOf):
        return cuts_in(condition.part, name, knowledge)
    if condition.name != name:
        return set()
    after = int(condition.test.op in ("above", "at most"))
    if isinstance(condition.test, Compare):
        return {(condition.test.value, after)}
    rooms = [belief(o, "room")[0] for o in knowledge.offers.values()]
    return {(end, after) for room in rooms if room for end in room}


def steps(rules: list[Rule]) -> list[Rule]:
    best = {}
    for rule in sorted(rules, key=lambda r: (-abs(r.steps), r.id)):
        best.setdefault((rule.evidence, rule.steps > 0), rule)
    return list(best.values())


def cut(value):
    return min(10000, max(0, value))


def utility(knowledge, criterion, world, offer):
    rules = [
        r for r in knowledge.rules.values() if r.effect == "score" and r.criterion == criterion
    ]
    truths = {r.id: true(AllOf((r.when, r.offers)), world, offer) for r in rules}
    sure = [r for r in rules if truths[r.id] is True]
    maybe = [r for r in rules if truths[r.id] is None]
    counted = steps(sure)
    width = 0
    for rule in counted:
        read = [a.name for a in atoms(rule.offers) if a.name != "offer"]
        read += [a.test.attribute for a in atoms(rule.when) if isinstance(a.test, CompareIts)]
        grades = [belief(offer, n)[1] for n in read]
        width += max([WIDE[rule.source.grade], *(WIDE[g] for g in grades if g)])
    up = steps(sure + [r for r in maybe if r.steps > 0])
    down = steps(sure + [r for r in maybe if r.steps < 0])
    low = cut(5000 + 1250 * sum(r.steps for r in down) - width)
    high = cut(5000 + 1250 * sum(r.steps for r in up) + width)
    return min(cut(5000 + 1250 * sum(r.steps for r in counted)), low + (high - low) // 3)


def atoms(condition):
    if isinstance(condition, Atom):
        return [condition]
    parts = [condition.part] if isinstance(condition, NotOf) else condition.parts
    return [a for p in parts for a in atoms(p)]


def weights(knowledge, inputs, world):
    held = [
        r for r in knowledge.rules.values() if r.effect == "weigh" and true(r.when, world, None)
    ]
    result = {}
    for c in knowledge.criteria.values():
        rung = c.base + sum(r.steps for r in steps([r for r in held if r.criterion == c.id]))
        rung = max(-3, min(3, rung))
        wish = inputs.weights.get(c.id)
        rung = min(3, rung + 2) if wish == "more" else max(-3, rung - 2) if wish == "less" else rung
        result[c.id] = 0 if wish == "ignore" else 2 ** (rung + 3)
    return result


def stated(gate, inputs):
    """A limit of the offer that no answer is compared with yet asks for nothing."""
    compared = [a.name for a in atoms(gate.when) if isinstance(a.test, CompareIts)]
    names = {n for name in compared for n in (DERIVED if name == "strain" else [name])}
    return names <= set(inputs.answers)


def possible(knowledge, everything):
    """The worlds that can be; a combination that would leave none, by itself or with those
    before it, is set aside."""
    gone = set()
    for combination in knowledge.impossible:
        barred = {i for i, (w, _) in enumerate(everything) if true(combination.when, w, None)}
        if len(gone | barred) < len(everything):
            gone |= barred
    return [pair for i, pair in enumerate(everything) if i not in gone]


def asked_or_held(knowledge, inputs):
    """Answers, with what questions hold that these answers make idle to ask.  Idle: every value
    that the answers leave fails the condition, whatever else is."""
    held = dict(inputs.answers)
    for question in knowledge.questions.values():
        if question.unasked_means is None or question.id in inputs.answers:
            continue
        everything = worlds(knowledge, inputs)
        if all(true(question.ask_when, world, None) is False for world, _ in everything):
            held[question.id] = question.unasked_means
    return replace(inputs, answers=held)


def decide(knowledge: Knowledge, inputs: Inputs):
    """offer -> (lane, unproven gates, exact mean score)."""
    inputs = asked_or_held(knowledge, inputs)
    everything = possible(knowledge, list(worlds(knowledge, inputs)))
    gates = [r for r in knowledge.rules.values() if r.effect == "exclude"]
    result = {}
    for offer in knowledge.offers.values():
        failing = {
            g.id: [true(AllOf((g.when, g.offers)), w, offer) for w, _ in everything] for g in gates
        }
        out = [g.id for g in gates if set(failing[g.id]) == {True} and not g.negotiable]
        open_ = [
            g.id
            for g in gates
            if False not in failing[g.id] and g.id not in out and stated(g, inputs)
        ]
        total, mass_total = Fraction(0), Fraction(0)
        for i, (world, mass) in enumerate(everything):
            mass_total += mass
            if any(failing[g.id][i] is True and not g.negotiable for g in gates):
                continue
            by = weights(knowledge, inputs, world)
            if not sum(by.values()):
                continue
            value = sum(by[c] * utility(knowledge, c, world, offer) for c in by)
            total += mass * Fraction(value, sum(by.values()))
        hard = [g.id for g in gates if not g.negotiable]
        if all(any(failing[g][i] is True for g in hard) for i in range(len(everything))):
            out = hard  # by one or another in every world
        lane = "excluded" if out else "conditional" if open_ else "safe"
        result[offer.id] = (lane, sorted(open_), total / mass_total if mass_total else Fraction(0))
    return result
