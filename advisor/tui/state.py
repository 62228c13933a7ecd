"""What the program knows at a moment: the interview, and the newest recommendation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec import Struct, field

if TYPE_CHECKING:
    from advisor.decision.next_question import NextStep
    from advisor.decision.result import NextQuestion, Ranked, Recommendation
    from advisor.interview import Interview
    from advisor.knowledge.model import Knowledge, Question
    from advisor.tui.figures import Figures


class Consultation(Struct):
    """``generation`` counts changes of what the engine is asked about; ``computed`` is the
    generation that ``recommendation`` belongs to; ``before`` holds the ranks before the last
    change, by offer; ``slow`` is set when a computation takes so long that it should be told.
    ``guide`` says what to ask next, for the step of the interview that is counted ``guided``.
    ``figures`` are those of the charts, of the generation ``drawn``.
    ``whole`` is False while only the ranking is known, and not yet what would change it."""

    knowledge: Knowledge | None = None
    interview: Interview | None = None
    recommendation: Recommendation | None = None
    generation: int = 0
    computed: int = 0
    before: Mapping[str, int] = field(default_factory=dict)
    failure: str | None = None
    slow: bool = False
    whole: bool = True
    steps: int = 0
    guide: NextStep | None = None
    guided: int = -1
    figures: Figures | None = None
    drawn: int = -1
    figures_failure: str = ""

    @property
    def pending(self) -> bool:
        """Whether the recommendation is older than the answers."""
        return self.computed != self.generation

    def step(self, interview: Interview) -> bool:
        """Take the interview's next state; True when a new recommendation is needed."""
        self.steps += 1
        asked_before = self.interview.inputs if self.interview is not None else None
        self.interview = interview
        if asked_before is not None and interview.inputs == asked_before:
            return False
        self.generation += 1
        return True

    def receive(
        self, generation: int, recommendation: Recommendation, *, whole: bool = True
    ) -> bool:
        """Take a recommendation; False when the answers have changed meanwhile."""
        if generation != self.generation:
            return False
        if generation != self.computed:
            self.before = self.ranks
        self.whole = whole
        self.recommendation = recommendation
        self.computed = generation
        self.failure = None
        return True

    @property
    def advice(self) -> NextStep | None:
        """What to ask next, if that is known for the present answers."""
        return self.guide if self.guided == self.steps else None

    @property
    def following(self) -> NextQuestion | None:
        """The question that matters most now; None where none does or it is not known yet."""
        from advisor.decision.result import NextQuestion

        if self.advice is not None:
            found = self.advice
            return None if found.question is None else NextQuestion(found.question, found.why)
        return self.recommendation.next_question if self.recommendation is not None else None

    @property
    def settled(self) -> bool:
        """Whether it is proven that nothing left to answer can change the winner."""
        result = self.recommendation
        if result is None or result.verdict.offer is None:
            return False
        return result.verdict.settled or (self.advice is not None and self.advice.settled)

    @property
    def ranks(self) -> dict[str, int]:
        """Rank by offer in the recommendation at hand."""
        if self.recommendation is None:
            return {}
        return {row.offer: row.rank for row in self.recommendation.ranking}

    @property
    def answered(self) -> int:
        return self.interview.progress.answered if self.interview is not None else 0

    def ranked(self, offer: str) -> Ranked | None:
        """The row of an offer; None when it is excluded or nothing is computed."""
        if self.recommendation is None:
            return None
        return next((row for row in self.recommendation.ranking if row.offer == offer), None)

    def title(self, offer: str | None) -> str:
        """An offer's title; its id where the rule base does not know it."""
        if offer is None:
            return "none"
        if self.knowledge is not None and offer in self.knowledge.offers:
            return self.knowledge.offers[offer].title
        return offer

    def model_title(self, model: str | None) -> str:
        """A model's title; its id where the rule base does not know it."""
        if model is None:
            return "none"
        if self.knowledge is not None and model in self.knowledge.models:
            return self.knowledge.models[model].title
        return model

    def question(self, question_id: str) -> Question | None:
        return self.knowledge.questions.get(question_id) if self.knowledge is not None else None
