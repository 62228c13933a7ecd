"""The knowledge base as the rest of the program sees it: frozen, typed, checked.

Built by ``advisor.knowledge.loader`` from YAML or by the compiled cache; holds no YAML and
no pydantic.  Orders are explicit (``order``, then id); mappings are in that order.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from fractions import Fraction
from typing import Literal, TypeAlias

from msgspec import Struct, field

from advisor.errors import Span
from advisor.knowledge.fitted import Fitted
from advisor.knowledge.syntax import Condition, Expression
from advisor.knowledge.values import Domain, Number, Type

Day: TypeAlias = datetime.date

Grade: TypeAlias = Literal[
    "measured", "vendor spec", "vendor claim", "press", "expert judgement", "derived"
]


class Place(Struct, frozen=True):
    """Where a declaration stands: file relative to the rule base, and span."""

    file: str
    span: Span | None = None


class Source(Struct, frozen=True):
    """A document that claims come from."""

    id: str
    title: str
    address: str | None
    publisher: str | None
    date: str
    kind: str
    note: str
    place: Place


class Citation(Struct, frozen=True):
    """What a rule rests on: a source, its grade there, the day it was read."""

    ref: str
    grade: Grade
    checked: Day


class Option(Struct, frozen=True):
    """An option of a choice or a flag; ``weight`` is its prior (a flag: percent required)."""

    id: str
    label: str
    means: str
    weight: int


class Bin(Struct, frozen=True):
    """Prior mass ``weight`` spread evenly over ``[low, high)``."""

    low: Number
    high: Number
    weight: int


class Question(Struct, frozen=True):
    """An input.  ``type`` is what it holds; ``prior`` (numbers) or option weights say what
    silence probably means; ``unknown_means`` replaces the prior where silence has a meaning
    of its own (no named models), and ``unasked_means`` what is left open where the answers make
    ``ask_when`` false."""

    id: str
    order: int
    group: str
    ask: str
    why: str
    type: Type
    options: tuple[Option, ...]
    prior: tuple[Bin, ...]
    unknown_means: Domain | None
    ask_when: Condition
    changeable: bool
    effort: int
    aliases: Mapping[str, str]
    place: Place
    unasked_means: Domain | None = None


class TableRow(Struct, frozen=True):
    """One row of a decision table: where ``when`` holds, the value is ``value``."""

    when: Condition
    value: str | Expression
    place: Place


class Derived(Struct, frozen=True):
    """A value that follows from answers: an expression, or a table (unique, complete)."""

    id: str
    type: Type
    expression: Expression | None
    rows: tuple[TableRow, ...]
    reading: str | None
    because: str
    place: Place


class Attribute(Struct, frozen=True):
    """What can be claimed.  ``of`` says of which kind of subject: offer, served (an offer's
    row for one model), model, accelerator."""

    id: str
    of: Literal["offer", "served", "model", "accelerator"]
    type: Type
    label: str
    expiry: str
    place: Place


class Claim(Struct, frozen=True):
    """A fact in the ledger: subject, attribute, the set of values it leaves possible.

    ``value`` None is a claim that says "looked for, not found".  ``complete`` (lists) means
    that what is absent is denied.  ``date`` is as the source gives it ("2026", "undated").
    """

    subject: str
    attribute: str
    value: Domain | None
    source: str
    date: str
    checked: Day
    grade: Grade
    complete: bool
    until: Day | None
    note: str
    place: Place


class Accelerator(Struct, frozen=True):
    """A device of the catalogue, with what is claimed of it."""

    id: str
    title: str
    claims: tuple[Claim, ...]
    place: Place


class Model(Struct, frozen=True):
    """A catalogue entry; ``open`` is False for closed weights."""

    id: str
    title: str
    aliases: tuple[str, ...]
    open: bool
    publisher: str
    released: str
    claims: tuple[Claim, ...]
    place: Place


class Served(Struct, frozen=True):
    """One offer x model row: that the offer lists the model (by whom, when, how good), and
    the row's claims (prices, limits).  ``until``: retired on that day."""

    model: str
    since: Day | None
    until: Day | None
    source: str
    date: str
    checked: Day
    grade: Grade
    note: str
    claims: tuple[Claim, ...]
    place: Place


class Offer(Struct, frozen=True):
    """One way to buy inference.  ``accelerator`` is the id of its device, None where nobody says;
    ``claims`` hold for all its models, those of ``serves`` for one."""

    id: str
    title: str
    order: int
    platform: str
    deployment: str
    accelerator: str | None
    summary: str
    claims: tuple[Claim, ...]
    serves: tuple[Served, ...]
    place: Place


class Measure(Struct, frozen=True):
    """A criterion read off a number: utility is linear between anchors (number, 0..10000),
    flat beyond them; ``cautious`` is the utility where there is no claim at all."""

    name: str
    anchors: tuple[tuple[Expression, int], ...]
    cautious: int


class Criterion(Struct, frozen=True):
    """What offers are ranked by.  ``base`` is its weight before rules move it; ``measure`` is
    None where rules count steps."""

    id: str
    order: int
    label: str
    why: str
    base: int
    measure: Measure | None
    place: Place


Effect: TypeAlias = Literal["exclude", "weigh", "score", "warn", "advise"]


class Example(Struct, frozen=True):
    """A workload and an offer, and whether the rule beside which it stands applies."""

    given: Mapping[str, object]
    expect: Literal["applies", "does not apply"]
    place: Place


class Rule(Struct, frozen=True):
    """``when`` looks at the workload (and may compare with ``its`` attributes), ``offers``
    (the key ``for``) at the offer.  ``steps`` counts for weigh and score.  Rules that rest on
    the same ``evidence`` do not add up within a criterion.  ``checklist`` names the list that
    advice belongs to; without one it is a next step."""

    id: str
    effect: Effect
    criterion: str | None
    when: Condition
    offers: Condition
    steps: int
    negotiable: bool
    because: str
    source: Citation
    evidence: str
    owner: str
    examples: tuple[Example, ...]
    place: Place
    checklist: str | None = None


class Impossible(Struct, frozen=True):
    """A combination of answers that no workload has."""

    id: str
    when: Condition
    because: str
    place: Place


class Case(Struct, frozen=True):
    """Shipped example answers with the verdict that a panel of engineers would give."""

    id: str
    title: str
    answers: Mapping[str, object]
    weights: Mapping[str, str]
    prices: Mapping[str, object]
    as_of: Day
    expect: Mapping[str, object]
    because: str
    place: Place


class GradePolicy(Struct, frozen=True):
    """How a grade counts: utility points it widens by, whether it is weak evidence, and the
    best confidence word it allows."""

    widening: int
    weak: bool
    cap: str
    because: str


class ResolutionRule(Struct, frozen=True):
    """A rule about claims that differ: the grades or kinds of facts it acts on, and why."""

    among: tuple[str, ...]
    because: str


class Rating(Struct, frozen=True):
    """A word by which a collection rates its facts: the grades such a fact may have here,
    the usual one first, and why."""

    grades: tuple[Grade, ...]
    because: str


class Method(Struct, frozen=True):
    """The declared numbers of the decision method (``rules/method.yaml``).

    ``resolution`` holds the rules of ``advisor.knowledge.resolution`` by name; a rule that is
    not declared sets nothing aside.  ``ratings``: words of other collections, as grades.
    ``switching_hours`` of work leave today's offer, spread over ``switching_months``.
    """

    grades: Mapping[str, GradePolicy]
    expiry_days: Mapping[str, int]
    stale_factor: int
    reference_models: Mapping[str, tuple[str, ...]]
    size_match: tuple[Fraction, Fraction]
    confidence: Mapping[str, Mapping[str, Fraction]]
    minimum_answers: int
    staff_hours: Mapping[str, tuple[Number, Number]]
    staff_rate: tuple[Number, Number]
    place: Place
    resolution: Mapping[str, ResolutionRule] = field(default_factory=dict)
    ratings: Mapping[str, Rating] = field(default_factory=dict)
    switching_hours: tuple[Number, Number] | None = None
    switching_months: int = 12


class Knowledge(Struct, frozen=True):
    """A loaded rule base.  ``digest`` is over the content of its files; ``fitted`` sizes
    devices, where the rule base has measured any."""

    digest: str
    root: str
    method: Method
    sources: Mapping[str, Source]
    questions: Mapping[str, Question]
    derived: Mapping[str, Derived]
    attributes: Mapping[str, Attribute]
    accelerators: Mapping[str, Accelerator]
    models: Mapping[str, Model]
    offers: Mapping[str, Offer]
    criteria: Mapping[str, Criterion]
    rules: Mapping[str, Rule]
    impossible: tuple[Impossible, ...]
    cases: Mapping[str, Case]
    fitted: Fitted | None = None


class Inputs(Struct, frozen=True):
    """Answers as understood: what is absent is unknown.

    ``prices`` are the user's own contract prices by offer, named and measured as
    ``advisor.language.answers.PRICES`` says.
    """

    answers: Mapping[str, Domain]
    weights: Mapping[str, Literal["more", "less", "ignore"]] = field(default_factory=dict)
    prices: Mapping[str, Mapping[str, Number]] = field(default_factory=dict)
