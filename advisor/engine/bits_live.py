"""One answer changes: keep what the others leave, and only redo the rest.

``Live`` holds, for every name, which terms survive it.  A change replaces one of these sets;
what-ifs leave one out at a time, with an and over all before it and one over all after.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import reduce
from itertools import accumulate
from math import isqrt
from operator import and_

from msgspec import Struct

from advisor.engine.bits import Bits, Verdict, domain_of
from advisor.engine.bits_forms import Pair, Plain
from advisor.engine.bits_tables import NumberTable
from advisor.engine.workload import inputs_of
from advisor.knowledge.values import (
    ChoiceType,
    Domain,
    Flags,
    FlagsType,
    Interval,
    Options,
    Type,
)

_FEW = 12
"""Changed slots up to which the scores are mended instead of added up again."""


class WhatIf(Struct, frozen=True):
    """If ``name`` were ``value``, the offers would be ranked like this."""

    name: str
    value: Plain
    ranking: list[int]
    scores: tuple[int, ...]

    @property
    def winner(self) -> int | None:
        """The place of the best offer; None where all are excluded."""
        return self.ranking[0] if self.ranking else None


class Live:
    """Answers that change one at a time.  Starts with nothing known."""

    def __init__(self, engine: Bits, env: Mapping[str, Domain] | None = None) -> None:
        self._engine = engine
        self._layout = engine.layout
        self._scorer = engine.scorer
        self._tables = engine.layout.tables
        self._followers = _followers(engine)
        self._env: dict[str, Domain] = dict(env or {})
        # Single values as they were given; they outdo ``_env``.
        self._plain: dict[str, Plain] = {}
        known = engine.extended(self._env)
        pairs = {name: table.pair(known.get(name)) for name, table in self._tables.items()}
        # What possibly survives, in stretches of names: a change redoes only its own.
        self._stretches = [
            {name: pair[1] for name, pair in stretch} for stretch in _stretches(pairs.items())
        ]
        self._joint = [reduce(and_, stretch.values()) for stretch in self._stretches]
        self._stretch_of = {
            name: (place, stretch)
            for place, stretch in enumerate(self._stretches)
            for name in stretch
        }
        self._sure = {name: pair[0] for name, pair in pairs.items()}
        self._open = {name for name, pair in pairs.items() if pair[0] != pair[1]}
        # Names whose single values leave nothing open, and that no derived value reads.
        self._quick = {
            name: table.look_up()
            for name, table in self._tables.items()
            if table.certain and name not in self._followers
        }
        self._adds = engine.scorer.adds
        self._terms = engine.layout.terms
        self._folds = bool(engine.layout.owners)
        self._part = (1 << engine.layout.scores) - 1
        self.surely, self.possibly = self._slots()
        self._total = self._scorer.total(self.surely)

    def change(self, name: str, value: Plain) -> Verdict:
        """One answer becomes a single value.  Raises KeyError for a value it cannot have."""
        quick = self._quick.get(name)
        if quick is not None:
            place, stretch = self._stretch_of[name]
            self._sure[name] = stretch[name] = quick(value)
            self._joint[place] = reduce(and_, stretch.values())
            if self._open:
                self._open.discard(name)
        elif name in self._followers or name not in self._tables:
            return self.restrict(name, domain_of(value, self._engine.layout.program.types[name]))
        else:
            self._put(name, self._tables[name].plain(value))
        self._plain[name] = value
        return self._settled()

    def restrict(self, name: str, domain: Domain | None) -> Verdict:
        """One answer becomes a set of values; None: it is unknown again."""
        self._plain.pop(name, None)
        if domain is None:
            self._env.pop(name, None)
        else:
            self._env[name] = domain
        if name in self._tables:
            self._put(name, self._tables[name].pair(domain))
        followers = self._followers.get(name)
        if followers:
            known = self._engine.extended(self._known())
            for follower in followers:
                if follower in self._tables:
                    self._put(follower, self._tables[follower].pair(known.get(follower)))
        return self._settled()

    def verdict(self) -> Verdict:
        """What follows from the answers as they stand."""
        return self._engine.settle(self.surely, self.possibly)

    def what_ifs(
        self, alternatives: Mapping[str, Iterable[Plain]] | None = None
    ) -> Iterator[WhatIf]:
        """The ranking for every other value of one answer at a time: each option, one number
        from every stretch on which no rule changes its mind, each flag turned over.

        ``alternatives`` gives the values instead.  Names that no rule reads, directly or
        through a derived value, change nothing and are left out.
        """
        names = list(self._tables)
        sure = [self._sure[name] for name in names]
        before = [*accumulate(sure, and_, initial=self._layout.terms)]
        after = [*accumulate(reversed(sure), and_, initial=-1)]
        after.reverse()
        wanted = alternatives if alternatives is not None else self._alternatives()
        place = {name: i for i, name in enumerate(names)}
        for name, values in wanted.items():
            if name in self._followers:
                yield from self._redone(name, values)
                continue
            table = self._tables.get(name)
            if table is None:
                continue
            rest = before[place[name]] & after[place[name] + 1]
            for value in values:
                yield self._ranked(name, value, self._layout.fold(rest & table.plain(value)[0]))

    def _ranked(self, name: str, value: Plain, slots: int) -> WhatIf:
        scores, _, ranking = self._scorer.settle(slots)
        return WhatIf(name, value, ranking, scores)

    def _redone(self, name: str, values: Iterable[Plain]) -> Iterator[WhatIf]:
        """An answer that derived values read."""
        of = self._engine.layout.program.types[name]
        for value in values:
            surely, _ = self._engine.truths({**self._known(), name: domain_of(value, of)})
            yield self._ranked(name, value, surely)

    def _put(self, name: str, pair: Pair) -> None:
        place, stretch = self._stretch_of[name]
        self._sure[name], stretch[name] = pair
        self._joint[place] = reduce(and_, stretch.values())
        if pair[0] is pair[1] or pair[0] == pair[1]:
            self._open.discard(name)
        else:
            self._open.add(name)

    def _slots(self) -> Pair:
        possibly = reduce(and_, self._joint, self._terms)
        if not self._open:
            slots = self._layout.fold(possibly)
            return slots, slots
        surely = reduce(and_, self._sure.values(), self._terms)
        return self._layout.fold(surely), self._layout.fold(possibly)

    def _settled(self) -> Verdict:
        if self._open or self._folds:
            surely, self.possibly = self._slots()
        else:
            surely = self.possibly = reduce(and_, self._joint, self._terms)
        turned = (surely ^ self.surely) & self._part
        self.surely = surely
        if turned:
            if turned.bit_count() > _FEW:
                self._total = self._scorer.total(surely)
            else:
                added, adds = 0, self._adds
                while turned:
                    low = turned & -turned
                    turned ^= low
                    if surely & low:
                        added += adds[low.bit_length() - 1]
                    else:
                        added -= adds[low.bit_length() - 1]
                self._total += added
        settled = self._scorer.settle(surely, self._total)
        return Verdict(self._engine, surely, self.possibly, *settled)

    def _known(self) -> dict[str, Domain]:
        """The answers as sets."""
        types = self._engine.layout.program.types
        plain = {name: domain_of(value, types[name]) for name, value in self._plain.items()}
        return {**self._env, **plain}

    def _alternatives(self) -> dict[str, list[Plain]]:
        program = self._engine.layout.program
        derived = {d.id for d in program.derived}
        known = self._known()
        names = dict.fromkeys((*self._tables, *self._followers))
        return {
            name: list(self._others(name, program.types[name], known.get(name)))
            for name in names
            if name not in derived
        }

    def _others(self, name: str, of: Type, domain: Domain | None) -> Iterator[Plain]:
        """Values that differ from the one that is known, as far as the rules can tell."""
        if isinstance(of, ChoiceType):
            only = domain.values if isinstance(domain, Options) and len(domain.values) == 1 else ()
            yield from (option for option in of.options if option not in only)
        elif isinstance(of, FlagsType):
            now = domain.must if isinstance(domain, Flags) else frozenset[str]()
            yield from (tuple(sorted(now ^ {flag})) for flag in of.options)
        elif isinstance(table := self._tables.get(name), NumberTable):
            here = table.places(domain) if isinstance(domain, Interval) else 0
            for place, number in enumerate(table.samples()):
                if here != 1 << place:
                    yield number


def _stretches(pairs: Iterable[tuple[str, Pair]]) -> Iterator[list[tuple[str, Pair]]]:
    """Stretches of about as many as there are stretches."""
    left = list(pairs)
    size = max(isqrt(len(left)), 1)
    for start in range(0, len(left), size):
        yield left[start : start + size]


def _followers(engine: Bits) -> dict[str, tuple[str, ...]]:
    """For every question, the derived values that rest on it."""
    found: dict[str, list[str]] = {}
    roots: dict[str, frozenset[str]] = {}
    derived = engine.layout.program.derived
    for entry in derived:
        reads = inputs_of(entry)
        inner = frozenset().union(*(roots.get(name, frozenset({name})) for name in reads))
        roots[entry.id] = inner
        for name in sorted(inner):
            found.setdefault(name, []).append(entry.id)
    return {name: tuple(ids) for name, ids in found.items()}
