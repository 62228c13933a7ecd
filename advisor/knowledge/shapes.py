"""The shape of every file of a rule base: which keys, and what each may hold.

A shape says nothing about names, units or the language inside a cell: such cells stay
nodes, for ``advisor.language.binding`` to read.  The descriptions are what an editor shows.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import ConfigDict, Field
from pydantic.fields import FieldInfo

from advisor.knowledge.shapes_cells import (
    Cell,
    Day,
    Id,
    Listed,
    Map,
    Named,
    OnlyYes,
    Shape,
    Text,
    Whole,
    Word,
    Words,
    YesNo,
)

GRADES = ("measured", "vendor spec", "vendor claim", "press", "expert judgement", "derived")
DEPLOYMENTS = (
    "shared-api",
    "dedicated-api",
    "closed-api",
    "hyperscaler",
    "rented-gpus",
    "rack",
    "own-hardware",
)
CHECKLISTS = ("cost", "geography", "quotas", "exit", "security")
SUBJECTS = ("offer", "served", "model", "accelerator")
KINDS = ("choice", "flags", "number")

_LARGEST = 10**9


def _says(description: str, default: Any = ...) -> Any:
    field: FieldInfo = Field(default, description=description)
    return field


class OptionShape(Shape):
    what: ClassVar[str] = "an option"
    id: Id = _says("What an answers file writes.")
    label: Text = _says("What the interview shows.")
    means: Text = _says("What choosing it means.")
    weight: Annotated[int, Whole(0, 100000)] | None = _says(
        "Prior: how likely silence means this option (a flag: percent that it is required).",
        None,
    )


class BinShape(Shape):
    what: ClassVar[str] = "a bin of the prior"
    from_: Word = _says("Where the bin starts (included).")
    to: Word = _says("Where the bin ends (excluded).")
    weight: Annotated[int, Whole(1, 100000)] = _says("Prior mass of the bin.")


class QuestionShape(Shape):
    what: ClassVar[str] = "a question"
    id: Id = _says("The name of the answer.")
    order: Annotated[int, Whole(0, _LARGEST)] = _says("Place among the questions; unique.")
    group: Text = _says("Heading in the outline of the interview.")
    ask: Text = _says("The question as it is asked.")
    why: Text = _says("Why it is asked: what the answer decides.")
    kind: Annotated[str, Words(KINDS)] = _says("One choice, several choices, or a number.")
    options: Listed[OptionShape] | None = _says("The options of a choice or of flags.", None)
    options_from: Annotated[str, Words(("models", "offers"))] | None = _says(
        "Options taken from the catalogue.", None
    )
    unit: Word | None = _says("Unit of a number.", None)
    range: Word | None = _says("Lowest to highest number that is accepted.", None)
    integer: YesNo = _says("Whether the number is whole.", False)
    prior: Listed[BinShape] | None = _says("Prior of a number: bins in ascending order.", None)
    unknown_means: Cell | None = _says("What silence means, instead of the prior.", None)
    ask_when: Cell | None = _says("When the question is worth asking.", None)
    unasked_means: Cell | None = _says(
        "What holds without an answer where 'ask-when' says not to ask.", None
    )
    changeable: YesNo = _says("Whether the team could change the answer (used for flips).")
    effort: Annotated[int, Whole(1, 3)] = _says("How hard it is to answer: 1, 2 or 3.")


class RowShape(Shape):
    what: ClassVar[str] = "a row of the table"
    when: Cell = _says("Condition of the row.")
    value: Word = _says("The value where the condition holds.")


class DerivedShape(Shape):
    what: ClassVar[str] = "a derived value"
    id: Id = _says("The name of the value.")
    kind: Annotated[str, Words(("choice", "number"))] = _says("A choice or a number.")
    options: Listed[Id] | None = _says("The values of a choice.", None)
    unit: Word | None = _says("Unit of a number.", None)
    expression: Word | None = _says("Arithmetic over names and numbers.", None)
    table: Listed[RowShape] | None = _says("Decision table: exactly one row holds.", None)
    reading: Text | None = _says("How the value is stated in the result.", None)
    because: Text = _says("Why it is derived this way.")


class AttributeShape(Shape):
    what: ClassVar[str] = "an attribute"
    id: Id = _says("The name of the attribute.")
    of: Annotated[str, Words(SUBJECTS)] = _says("What kind of subject has it.")
    kind: Annotated[str, Words(KINDS)] = _says("One choice, several choices, or a number.")
    options: Listed[Id] | None = _says("Its options.", None)
    options_from: Word | None = _says("The question whose options it has.", None)
    unit: Word | None = _says("Unit of a number.", None)
    range: Word | None = _says("Lowest to highest number that is credible.", None)
    label: Text = _says("What reports call it.")
    expiry: Word = _says("Which expiry of the method makes a claim stale.")


class SourceShape(Shape):
    what: ClassVar[str] = "a source"
    id: Id = _says("The name that claims and rules cite.")
    title: Text = _says("Title of the document.")
    address: Text | None = _says("Where it can be read.", None)
    publisher: Text | None = _says("Who published it.", None)
    date: Text = _says("Its own date as given: 2026-04-13, 2026, undated.")
    kind: Text = _says("What kind of document it is.")
    note: Text = _says("What to know before relying on it.", "")


class CitationShape(Shape):
    what: ClassVar[str] = "a citation"
    ref: Word = _says("Id of the source.")
    grade: Annotated[str, Words(GRADES)] = _says("How strong the evidence is.")
    checked: Day = _says("The day somebody last read it.")


class ExampleShape(Shape):
    what: ClassVar[str] = "an example"
    given: Map = _says("Answers, and where the rule looks at offers an offer.")
    expect: Annotated[str, Words(("applies", "does not apply"))] = _says("What the rule does.")


class RuleShape(Shape):
    what: ClassVar[str] = "a rule"
    id: Id = _says("The name of the rule.")
    criterion: Word | None = _says("The criterion that score and weigh act on.", None)
    when: Cell | None = _says("Condition about the workload.", None)
    for_: Cell | None = _says("Condition about the offer.", None)
    exclude: OnlyYes | None = _says("The offer cannot be used.", None)
    negotiable: OnlyYes | None = _says("The exclusion only makes an offer conditional.", None)
    score: Annotated[int, Whole(-3, 3)] | None = _says("Steps on the utility.", None)
    weigh: Annotated[int, Whole(-3, 3)] | None = _says("Steps on the weight.", None)
    warn: OnlyYes | None = _says("A caveat.", None)
    advise: OnlyYes | None = _says("A next step.", None)
    checklist: Annotated[str, Words(CHECKLISTS)] | None = _says(
        "The checklist before signing that advice is a line of.", None
    )
    because: Text = _says("The reason, shown to the reader; may name values in braces.")
    source: CitationShape = _says("What the rule rests on.")
    evidence: Text | None = _says("Rules with the same evidence do not add up.", None)
    owner: Text = _says("Who answers for the rule.")
    examples: Listed[ExampleShape] = _says("At least one that applies and one that does not.")


class AnchorShape(Shape):
    what: ClassVar[str] = "an anchor"
    at: Word = _says("The number; may be an expression over answers.")
    utility: Annotated[int, Whole(0, 10000)] = _says("Utility there, 0 to 10000.")


class MeasureShape(Shape):
    what: ClassVar[str] = "a measure"
    name: Word = _says("What is measured.")
    cautious: Annotated[int, Whole(0, 10000)] = _says("Utility where there is no claim at all.")
    anchors: Listed[AnchorShape] = _says("At least two points; linear in between.")


class CriterionShape(Shape):
    what: ClassVar[str] = "a criterion"
    id: Id = _says("The name of the criterion.")
    order: Annotated[int, Whole(0, _LARGEST)] = _says("Place among the criteria; unique.")
    label: Text = _says("What reports call it.")
    base: Annotated[int, Whole(-3, 3)] = _says("Weight before any rule, as a rung.")
    why: Text = _says("What it stands for.")
    measure: MeasureShape | None = _says("The number it is read off, if it is.", None)


class ClaimShape(Shape):
    what: ClassVar[str] = "a claim"
    attribute: Word = _says("What is claimed.")
    value: Cell | None = _says("The value; `unknown` when it was looked for and not found.", None)
    source: Word = _says("Id of the source.")
    date: Text = _says("Date of the claim as given: 2026-07, undated.")
    checked: Day = _says("The day somebody last read it.")
    grade: Annotated[str, Words(GRADES)] = _says("How strong the evidence is.")
    complete: YesNo = _says("A list whose absent options are denied.", False)
    lacks: Listed[Word] | None = _says("Options that are denied outright.", None)
    until: Day | None = _says("The day it stops being true.", None)
    note: Text = _says("What to know about it.", "")


class ServedShape(Shape):
    """One model that an offer serves; every other key is a claim about the pair."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Cell]
    what: ClassVar[str] = "a served model"
    model: Word = _says("Id of the model.")
    source: Word = _says("Id of the source.")
    date: Text = _says("Date of the row as given.")
    checked: Day = _says("The day somebody last read it.")
    grade: Annotated[str, Words(GRADES)] = _says("How strong the evidence is.")
    since: Day | None = _says("The first day it is served.", None)
    until: Day | None = _says("The day it is retired.", None)
    note: Text = _says("What to know about it.", "")


class OfferShape(Shape):
    what: ClassVar[str] = "an offer"
    id: Id = _says("The name of the offer; the file has the same name.")
    title: Text = _says("What reports call it.")
    order: Annotated[int, Whole(0, _LARGEST)] = _says("Place in lists.")
    platform: Id = _says("Whose platform it runs on.")
    deployment: Annotated[str, Words(DEPLOYMENTS)] = _says("In which form it is had.")
    accelerator: Word | None = _says("Id of the accelerator it runs on.", None)
    summary: Text = _says("One sentence.")
    claims: Listed[ClaimShape] = _says("What is known about it.", ())
    serves: Listed[ServedShape] = _says("The models it serves.", ())


class AcceleratorShape(Shape):
    what: ClassVar[str] = "an accelerator"
    id: Id = _says("The name of the accelerator.")
    title: Text = _says("What reports call it.")
    claims: Listed[ClaimShape] = _says("What is known about it.", ())


class ModelShape(Shape):
    what: ClassVar[str] = "a model"
    id: Id = _says("Catalogue id.")
    title: Text = _says("What reports call it.")
    aliases: Listed[Word] = _says("Other spellings that answers may use.", ())
    open: YesNo = _says("Whether its weights are open.")
    publisher: Text = _says("Who published it.", "")
    released: Text = _says("When: 2026-04-01, 2026-04, unknown.", "unknown")
    claims: Listed[ClaimShape] = _says("What is known about it.", ())


class ExpectShape(Shape):
    what: ClassVar[str] = "an expected verdict"
    right: Listed[Word] = _says("Offers any of which is a right answer; [none] for nobody.")
    debatable: Listed[Word] = _says("Offers that can be argued for.", ())
    wrong: Listed[Word] = _says("Offers that would be a wrong answer.", ())
    lane: Annotated[str, Words(("safe", "conditional", "none"))] | None = _says("Lane.", None)
    confidence: Cell | None = _says("Confidence word, or a list of them.", None)
    settled: YesNo | None = _says("Whether the verdict is settled.", None)


class CaseShape(Shape):
    what: ClassVar[str] = "a case"
    id: Id = _says("The name of the case; the file has the same name.")
    title: Text = _says("The workload in one line.")
    answers: Map = _says("Answers, as in an answers file.")
    weights: Map | None = _says("Weights, as in an answers file.", None)
    prices: Map | None = _says("Own contract prices, as in an answers file.", None)
    as_of: Day = _says("The day on which it is judged.")
    expect: ExpectShape = _says("The verdict that a panel of engineers would give.")
    decides: Text = _says("What decides it: a criterion, a gate, or lane.")
    because: Text = _says("Why the panel would say so.")


class ImpossibleShape(Shape):
    what: ClassVar[str] = "an impossible combination"
    id: Id = _says("The name of the combination.")
    when: Cell = _says("The combination.")
    because: Text = _says("Why no workload has it.")


class GradeShape(Shape):
    what: ClassVar[str] = "a grade"
    widening: Annotated[int, Whole(0, 10000)] = _says("Utility points a claim is widened by.")
    weak: YesNo = _says("Whether it counts as weak evidence.")
    cap: Annotated[str, Words(("firm", "likely", "leaning", "toss-up"))] = _says(
        "The best confidence that it allows."
    )
    because: Text = _says("Why it is treated so.")


class ResolutionRuleShape(Shape):
    what: ClassVar[str] = "a rule of resolution"
    grades: Listed[Annotated[str, Words(GRADES)]] = _says("Grades that it acts on.", ())
    expiry: Listed[Word] = _says("Kinds of claims that it acts on.", ())
    because: Text = _says("Why claims are treated so.")


class ResolutionShape(Shape):
    what: ClassVar[str] = "the resolution"
    first_hand: ResolutionRuleShape | None = _says("Grades beside which others step aside.", None)
    newer: ResolutionRuleShape | None = _says("Kinds of claims of which newer ones win.", None)
    conflict: ResolutionRuleShape | None = _says("What is left widens the value.", None)


class RatingShape(Shape):
    what: ClassVar[str] = "a rating"
    grades: Listed[Annotated[str, Words(GRADES)]] = _says("Grades it may mean, usual one first.")
    because: Text = _says("Why it is read so.")


class MethodShape(Shape):
    what: ClassVar[str] = "the method"
    grades: Named[GradeShape] = _says("How each grade of evidence counts.")
    expiry: Named[Word] = _says("Kinds of claims: days until they are stale.")
    stale_factor: Annotated[int, Whole(1, 100)] = _says("What staleness multiplies widening by.")
    reference_models: Named[Listed[Word]] = _says("Models that stand for a size, best first.")
    size_match: Cell = _says("Factors of a model's size that it stands for, as [0.67, 1.5].")
    confidence: Named[Named[Word]] = _says("Thresholds of each confidence word.")
    minimum_answers: Annotated[int, Whole(0, 1000)] = _says("Fewer answers cap the confidence.")
    staff_hours: Named[Cell] = _says("Per form of deployment: hours a month, as [10, 40].")
    staff_rate: Cell = _says("USD an hour, as [60, 150].")
    switching_hours: Cell | None = _says("Hours once to leave today's offer, as [20, 200].", None)
    switching_months: Annotated[int, Whole(1, 600)] = _says("Months they are spread over.", 12)
    resolution: ResolutionShape | None = _says("Which of several claims count.", None)
    ratings: Named[RatingShape] = _says("Words by which collections rate facts.", {})
