"""Forms: what a term asks of one name, and its strong Kleene truth."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from fractions import Fraction
from typing import TypeAlias

from advisor.engine.compile import Elementary, Every, Form, Is, Listed
from advisor.knowledge.syntax import IsKnown
from advisor.knowledge.values import Truth

Plain: TypeAlias = str | int | Fraction | Collection[str]
"""One value: an option, a number, or the flags that are required."""

Pair: TypeAlias = tuple[int, int]
"""Terms that surely and that possibly survive."""

Needs: TypeAlias = Mapping[tuple[Form, ...], int]
"""What terms ask of one name, all at once -> those terms.  The sets are disjoint."""


def form_truth(form: Form, of: Callable[[Elementary], Truth]) -> Truth:
    """Strong Kleene truth of a form from that of its tests."""
    if isinstance(form, Is):
        truth = None if form.test is None else of(form.test)
        return truth if truth is None or form.wanted else not truth
    every = isinstance(form, Every)
    result: Truth = every
    for part in form.parts:
        truth = form_truth(part, of)
        if truth is (not every):
            return truth
        if truth is None:
            result = None
    return result


def elementary_tests(form: Form) -> Iterator[Elementary]:
    """The tests inside a form."""
    if isinstance(form, Is):
        if form.test is not None:
            yield form.test
    else:
        for part in form.parts:
            yield from elementary_tests(part)


def surviving(needs: Needs, rest: int, of: Callable[[Elementary], Truth]) -> Pair:
    """The terms that survive, where ``of`` tells the truth of a test; each form once."""
    known: dict[Form, Truth] = {}
    sure = maybe = rest
    for forms, terms in needs.items():
        worst: Truth = True
        for form in forms:
            if form not in known:
                known[form] = form_truth(form, of)
            truth = known[form]
            if truth is False:
                worst = False
                break
            if truth is None:
                worst = None
        if worst is not False:
            maybe |= terms
            if worst:
                sure |= terms
    return sure, maybe


def doubtful(form: Form) -> bool:
    """Whether the form may be open even where the flags are not."""
    if isinstance(form, Is):
        return form.test is None or isinstance(form.test, Listed)
    return any(doubtful(part) for part in form.parts)


def presence(test: Elementary) -> Truth:
    """What a test says where nothing is known."""
    return test.negated if isinstance(test, IsKnown) else None
