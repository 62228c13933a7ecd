"""One question: what is asked and why, and a place for the answer."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, OptionList

from advisor.errors import DataError
from advisor.knowledge.model import Question
from advisor.knowledge.values import Domain, Flags, FlagsType, NumberType, Options
from advisor.tui import phrases
from advisor.tui.state import Consultation
from advisor.tui.widgets.answer_list import AnswerList, Choice, Mode
from advisor.tui.widgets.words import Words

NONE = "none of these"
FIND_FROM = 12
"""Lists with more options than this can be narrowed by typing."""


class NumberInput(Input):
    """A number, a range, or ``?``.  Letters go in here; the function keys still work."""

    TAKES_TEXT: ClassVar[bool] = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "screen.to_list", "To the ranges", show=False, id="field.down")
    ]


class FindInput(Input):
    """Narrows a long list of options."""

    TAKES_TEXT: ClassVar[bool] = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "screen.to_list", "To the options", show=False, id="field.down")
    ]


class QuestionPane(Vertical):
    """Shows one question after the other, in place."""

    class Answered(Message):
        """``domain`` None is "don't know"."""

        def __init__(self, question: Question, domain: Domain | None) -> None:
            super().__init__()
            self.question = question
            self.domain = domain

    class Finished(Message):
        """What to do when nothing is left to ask: ``verdict`` or ``review``."""

        def __init__(self, choice: str) -> None:
            super().__init__()
            self.choice = choice

    def __init__(self) -> None:
        super().__init__(id="question-pane")
        self.question: Question | None = None
        self._shown: object = None
        self._why = True

    def compose(self) -> ComposeResult:
        yield Words(id="banner")
        yield Words(id="where")
        yield Words(id="ask")
        yield Words(id="why")
        yield NumberInput(id="number")
        yield Words(id="unit")
        yield Words(id="problem")
        yield Words(id="ranges-head")
        yield FindInput(id="find", placeholder="/ to find")
        yield AnswerList(id="answers")
        yield Words(id="meaning")

    # -- showing -----------------------------------------------------------------------------

    def show(self, state: Consultation) -> None:
        """Show the interview's current question; nothing moves when it is shown already."""
        interview = state.interview
        if interview is None:
            return
        self._show_banner(state)
        question = interview.current
        given = None if question is None else interview.remembered(question.id)
        key = (question, given)
        if key == self._shown:
            self._show_why(state)
            return
        self._shown = key
        self.question = question
        self._tell("")
        if question is None:
            self._show_finished(state)
            return
        self._show_head(question, state)
        self._show_why(state)
        if isinstance(question.type, NumberType):
            self._show_number(question, given)
        else:
            self._show_options(question, given)
        self._show_meaning()

    def toggle_why(self, state: Consultation) -> None:
        """Show or hide why the question is asked."""
        self._why = not self.query_one("#why").display
        self.set_class(self._why, "-why")
        self.set_class(not self._why, "-no-why")
        self._show_why(state)

    def focus_list(self) -> None:
        """Go from a field to the options below it."""
        answers = self.query_one(AnswerList)
        answers.focus()
        if answers.highlighted is None:
            answers.action_cursor_down()

    def focus_answer(self) -> None:
        """Put the focus where the answer goes."""
        number = self.question is not None and isinstance(self.question.type, NumberType)
        (self.query_one(NumberInput) if number else self.query_one(AnswerList)).focus()

    def _show_banner(self, state: Consultation) -> None:
        banner = self.query_one("#banner", Words)
        banner.display = state.settled
        if state.settled:
            banner.say(
                Content.assemble(
                    ("✓ Nothing left to answer can change the winner", "bold $success"),
                    (f" ({phrases.settled_proof(state)}). ", "$quiet"),
                    ("v", "bold $accent"),
                    " shows the verdict.",
                )
            )

    def _show_head(self, question: Question, state: Consultation) -> None:
        interview = state.interview
        if interview is None:
            return
        names = [q.id for q in interview.questions]
        place = names.index(question.id) + 1 if question.id in names else 0
        status = interview.status(question.id)
        glyph, word = phrases.STATUS[status]
        before = f"  {glyph} {word}" if status in ("answered", "unknown", "skipped") else ""
        self.query_one("#where", Words).say(
            Content.assemble(
                (f"{place} of {len(names)} · {question.group}", "$quiet"),
                (before, "$success"),
            )
        )
        self.query_one("#ask", Words).say(Content.styled(question.ask, "bold"))

    def _show_why(self, state: Consultation) -> None:
        question = self.question
        if question is None:
            return
        lines = [Content.assemble(("Why we ask  ", "$secondary"), (question.why, "$quiet"))]
        following = state.following
        if following is not None and following.id == question.id:
            lines.append(
                Content.assemble(("Why now     ", "$secondary"), (following.why, "$quiet"))
            )
        elif following is not None:
            name = phrases.name_words(following.id)
            lines.append(
                Content.assemble(
                    ("Matters more  ", "$secondary"),
                    (f"{name}: {following.why} ", "$quiet"),
                    ("n", "bold $accent"),
                    (" goes there", "$quiet"),
                )
            )
        self.query_one("#why", Words).say(Content("\n").join(lines))

    def _show_options(self, question: Question, given: Domain | None) -> None:
        self._parts(number=False, find=len(question.options) > FIND_FROM)
        several = isinstance(question.type, FlagsType)
        choices = [Choice(o.id, o.label, o.means) for o in question.options]
        ticked: set[str] = set()
        if isinstance(given, Options):
            ticked = set(given.values)
        elif isinstance(given, Flags):
            ticked = set(given.must) or {NONE}
        if several:
            choices.append(Choice(NONE, "None of these", "", none=True))
        mode: Mode = "several" if several else "one"
        self._show_answers(choices, mode, ticked)
        self.query_one(AnswerList).focus()

    def _show_number(self, question: Question, given: Domain | None) -> None:
        self._parts(number=True)
        field = self.query_one(NumberInput)
        text = phrases.answer_text(question, given) if given is not None else ""
        with self.prevent(Input.Changed):
            field.value = text
        field.cursor_position = len(text)
        self.query_one("#unit", Words).say(Content.styled(_unit_words(question), "$quiet"))
        ranges = [phrases.range_text(question, b.low, b.high) for b in question.prior]
        self._show_answers([Choice(text, text, "") for text in ranges], "one", set())
        head = "Not sure? Take a range (↓, or a click):" if ranges else ""
        self.query_one("#ranges-head", Words).say(Content.styled(head, "$quiet"))
        field.focus()

    def _show_answers(self, choices: list[Choice], mode: Mode, ticked: set[str]) -> None:
        self.query_one(AnswerList).show_choices(choices, mode, ticked)

    def _show_finished(self, state: Consultation) -> None:
        self._parts(number=False)
        self.query_one("#where", Words).say(Content.styled("Done", "$quiet"))
        self.query_one("#ask", Words).say(Content.styled("Every question is dealt with", "bold"))
        self.query_one("#why", Words).say(
            Content.styled("Answers can be changed at any time; the ranking follows.", "$quiet")
        )
        choices = [
            Choice("verdict", "Show the verdict", "Who wins, why, and what it costs."),
            Choice("review", "Review the answers", "See and change any of them."),
        ]
        self._show_answers(choices, "one", set())
        self.query_one(AnswerList).focus()

    def _parts(self, *, number: bool, find: bool = False) -> None:
        """Show what this kind of question needs; the field for finding starts empty."""
        for name in ("#number", "#unit", "#ranges-head"):
            self.query_one(name).display = number
        field = self.query_one(FindInput)
        field.display = find
        with self.prevent(Input.Changed):
            field.value = ""

    def _tell(self, words: str, style: str = "$error") -> None:
        problem = self.query_one("#problem", Words)
        problem.display = bool(words)
        problem.say(Content.styled(words, style))

    def _show_meaning(self) -> None:
        answers = self.query_one(AnswerList)
        meaning = self.query_one("#meaning", Words)
        words = Content.styled(answers.meaning(), "$quiet")
        if answers.between and answers.ticked:
            labels = [c.label for c in answers.choices if c.id in answers.ticked]
            words = Content.assemble(
                ("One of these: ", "$secondary"),
                " or ".join(labels),
                (
                    "; enter says so" if len(labels) > 1 else "; tick another, or enter",
                    "$quiet",
                ),
            )
        elif answers.mode == "several" and answers.ticked and self.query_one(FindInput).display:
            labels = [c.label for c in answers.choices if c.id in answers.ticked]
            words = Content.assemble(("All of these: ", "$secondary"), ", ".join(labels))
        meaning.display = bool(words)
        meaning.say(words)

    # -- answering ---------------------------------------------------------------------------

    def confirm(self) -> None:
        """Answer with what is highlighted, ticked or typed."""
        if self.query_one(FindInput).has_focus:
            self.focus_list()
        elif self.query_one(NumberInput).has_focus:
            self._take_number(self.query_one(NumberInput).value)
        else:
            self.query_one(AnswerList).action_confirm()

    def _take_number(self, text: str) -> None:
        from advisor.interview import parse_answer

        question = self.question
        if question is None:
            return
        if not text.strip():
            self._tell("Type a number or a range, or ? for don't know", "$quiet")
            return
        try:
            domain = parse_answer(question, text)
        except DataError as error:
            self._tell(f"✗ {_first_words(error)}")
            return
        self.post_message(self.Answered(question, domain))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.confirm()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._tell("")
        if isinstance(event.input, FindInput):
            self.query_one(AnswerList).narrow(event.value)

    def on_answer_list_answered(self, event: AnswerList.Answered) -> None:
        event.stop()
        question = self.question
        if question is None:
            self.post_message(self.Finished(event.values[0]))
        elif isinstance(question.type, NumberType):
            self._take_number(event.values[0])
        elif isinstance(question.type, FlagsType):
            flags = frozenset(event.values)
            self.post_message(self.Answered(question, Flags(flags, flags)))
        else:
            self.post_message(self.Answered(question, Options(frozenset(event.values))))

    def on_answer_list_nothing(self, event: AnswerList.Nothing) -> None:
        event.stop()
        ticking = self.query_one(AnswerList).ticking
        words = (
            "Nothing is ticked: space ticks, 0 says none of these, u says don't know"
            if ticking
            else "Nothing is highlighted: choose with the arrows or a number"
        )
        self._tell(words, "$quiet")

    def on_answer_list_ticked(self, event: AnswerList.Ticked) -> None:
        event.stop()
        self._tell("")
        self._show_meaning()

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self._show_meaning()


def _first_words(error: DataError) -> str:
    problem = error.problems[0]
    return f"{problem.message}: {problem.hint}" if problem.hint else problem.message


def _unit_words(question: Question) -> str:
    from advisor.language.units import UNITS

    if not isinstance(question.type, NumberType):
        return ""
    unit = UNITS[question.type.unit]
    name = "" if unit.name in ("count", "factor") else f"{unit.name}, "
    return f"{name}such as {unit.example}; or a range; or ? for don't know"
