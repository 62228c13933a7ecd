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
from advisor.tui.widgets.words import Clipped, Words

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
    """Shows one question after the other, in place.

    Whatever is said after a question is painted goes to ``#note``, which always has its place:
    an option never moves away from under the mouse.
    """

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
        self._problem = Content()
        self._standing = Content()

    def compose(self) -> ComposeResult:
        yield Words(id="where")
        yield Words(id="ask")
        yield Words(id="why")
        yield NumberInput(id="number")
        yield Words(id="unit")
        yield Words(id="ranges-head")
        yield FindInput(id="find", placeholder="/ to find")
        yield AnswerList(id="answers", boxes=True)
        yield Clipped(id="note")

    # -- showing -----------------------------------------------------------------------------

    def show(self, state: Consultation) -> None:
        """Show the interview's current question; nothing moves when it is shown already."""
        interview = state.interview
        if interview is None:
            return
        question = interview.current
        self._standing = _standing(question, state)
        given = None if question is None else interview.remembered(question.id)
        key = (question, given)
        self.query_one("#note").set_class(state.settled, "-settled")
        if key == self._shown:
            self._show_note()
            return
        self._shown = key
        self.question = question
        self._problem = Content()
        if question is None:
            self._show_finished()
            self._show_note()
            return
        self._show_head(question, state)
        if isinstance(question.type, NumberType):
            self._show_number(question, given)
        else:
            self._show_options(question, given)
        self._show_note()

    def toggle_why(self) -> None:
        """Show or hide why the question is asked."""
        self._why = not self.query_one("#why").display
        self.set_class(self._why, "-why")
        self.set_class(not self._why, "-no-why")

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
        self.query_one("#why", Words).say(
            Content.assemble(("Why we ask  ", "$secondary"), (question.why, "$quiet"))
        )

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
        self.query_one(AnswerList).show_choices(choices, mode, ticked)
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
        answers = self.query_one(AnswerList)
        answers.styles.max_height = max(len(ranges), 1)
        answers.show_choices([Choice(text, text, "") for text in ranges], "one", set())
        head = "Not sure? Take a range (↓, or a click):" if ranges else ""
        self.query_one("#ranges-head", Words).say(Content.styled(head, "$quiet"))
        field.focus()

    def _show_finished(self) -> None:
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
        self.query_one(AnswerList).show_choices(choices, "one", set())
        self.query_one(AnswerList).focus()

    def _parts(self, *, number: bool, find: bool = False) -> None:
        """Show what this kind of question needs; the field for finding starts empty."""
        self.set_class(number, "-number")
        if not number:
            self.query_one(AnswerList).styles.max_height = None
        for name in ("#number", "#unit", "#ranges-head"):
            self.query_one(name).display = number
        field = self.query_one(FindInput)
        field.display = find
        with self.prevent(Input.Changed):
            field.value = ""

    def _tell(self, words: str, style: str = "$error") -> None:
        self._problem = Content.styled(words, style)
        self._show_note()

    def _show_note(self) -> None:
        """What went wrong; else what is highlighted or ticked; else where the interview is."""
        self.query_one("#note", Clipped).say(self._problem or self._meaning() or self._standing)

    def _meaning(self) -> Content:
        answers = self.query_one(AnswerList)
        labels = [c.label for c in answers.choices if c.id in answers.ticked]
        if answers.between and labels:
            end = "; enter says so" if len(labels) > 1 else "; tick another, or enter"
            return Content.assemble(
                ("One of these: ", "$secondary"), " or ".join(labels), (end, "$quiet")
            )
        if answers.mode == "several" and labels and self.query_one(FindInput).display:
            return Content.assemble(("All of these: ", "$secondary"), ", ".join(labels))
        return Content.styled(answers.meaning(), "$quiet")

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
        from advisor.typed_answers import parse_answer

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

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self._tell("")


def _standing(question: Question | None, state: Consultation) -> Content:
    """Whether anything still matters, and what matters most; empty until it is known."""
    if state.settled:
        return Content.assemble(
            ("✓ Nothing left to answer can change the winner", "bold $success"),
            (f" ({phrases.settled_proof(state)}). ", "$quiet"),
            ("v", "bold $accent"),
            " shows the verdict.",
        )
    following = state.following
    if question is None or following is None:
        return Content()
    if following.id == question.id:
        return Content.assemble(("Why now  ", "$secondary"), (following.why, "$quiet"))
    return Content.assemble(
        ("Matters more  ", "$secondary"),
        (f"{phrases.name_words(following.id)}: {following.why} (", "$quiet"),
        ("n", "bold $accent"),
        (" goes there)", "$quiet"),
    )


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
