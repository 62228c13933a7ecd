"""Export: write the verdict, or the answers, to a file."""

from __future__ import annotations

from io import StringIO
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, OptionList

from advisor.saving import save
from advisor.tui import keys
from advisor.tui.exporting import FORMATS, Format, file_name, suggested_name, target
from advisor.tui.screens.base import AdvisorScreen
from advisor.tui.widgets.answer_list import AnswerList, Choice
from advisor.tui.widgets.key_bar import KeyBar
from advisor.tui.widgets.words import Words


class FileInput(Input):
    """The name of the file."""

    TAKES_TEXT: ClassVar[bool] = True


class ExportScreen(AdvisorScreen):
    """Choosing a format writes the file and says where it is."""

    CSS_PATH = "export.tcss"
    HEADING = "Export"
    ABOUT = (
        "Choose a format: the file is written at once, in one step, and named below. "
        "The name can be changed first; a name without a folder lies where the program was "
        "started."
    )
    ACTIONS = (keys.ANSWER, keys.PICK)

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "answer", "Write", show=False, id=keys.ANSWER.id),
        *(Binding(str(n), f"pick({n})", f"Format {n}", show=False) for n in range(1, 6)),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._written: list[Content] = []
        self._due: Format | None = None

    def compose(self) -> ComposeResult:
        yield Words("Export", id="title")
        yield Words("File name", classes="label")
        yield FileInput(id="file")
        yield Words("Format", classes="label")
        yield AnswerList(id="formats")
        yield Words(id="written")
        yield KeyBar("interview.answer=write", "nav.close", "nav.copy", "app.quit", "app.help")

    def on_mount(self) -> None:
        result = self.state.recommendation
        if result is not None:
            self.query_one(FileInput).value = suggested_name(result)
        formats = self.query_one(AnswerList)
        choices = [Choice(form.id, form.label, form.means) for form in FORMATS.values()]
        formats.show_choices(choices, "one", set())
        formats.focus()

    def show_state(self) -> None:
        self.advisor.deepen()
        if self._due is not None and not self.state.pending and self.state.whole:
            due, self._due = self._due, None
            self._write(due)
            return
        note = self.query_one("#written", Words)
        if self.state.recommendation is None or self.state.pending:
            note.say(Content.styled("The ranking is being computed…", "$accent"))
        else:
            note.say(Content("\n").join(self._written))

    def action_answer(self) -> None:
        self.query_one(AnswerList).action_confirm()

    def action_pick(self, number: int) -> None:
        self.query_one(AnswerList).pick(number)

    def action_close(self) -> None:
        if isinstance(self.focused, FileInput):
            self.query_one(AnswerList).focus()
        else:
            self.dismiss(None)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.query_one(AnswerList).focus()

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()

    def on_answer_list_nothing(self, event: AnswerList.Nothing) -> None:
        event.stop()
        self._tell(Content.styled("Choose a format with the arrows or a number", "$quiet"))

    def on_answer_list_answered(self, event: AnswerList.Answered) -> None:
        event.stop()
        formats = self.query_one(AnswerList)
        formats.ticked = set()
        formats.refresh_rows()
        self._write(FORMATS[event.values[0]])

    def _write(self, form: Format) -> None:
        state = self.state
        name = self.query_one(FileInput).value.strip()
        if state.knowledge is None or state.interview is None or state.recommendation is None:
            return
        if state.pending or not state.whole:
            self._due = form
            words = "One moment: what would change the winner is being computed; then it is written"
            self._tell(Content.styled(words, "$accent"))
            self.advisor.deepen()
            return
        if not name:
            self._tell(Content.styled("✗ The file needs a name", "$error"))
            return
        text = form.write(state.knowledge, state.interview.inputs, state.recommendation)
        if self.app.is_web:
            self._send(file_name(name, form), text)
            return
        try:
            path = target(name, form)
            replaced = path.exists()
            save(path, text.encode())
        except (OSError, ValueError, RuntimeError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            self._tell(Content.styled(f"✗ Not written: {reason}: {name}", "$error"))
            return
        words = "Replaced" if replaced else "Written"
        self._tell(Content.assemble((f"✓ {words}: ", "bold $success"), str(path)))

    def _send(self, name: str, text: str) -> None:
        """In a browser the file belongs to whoever looks at the page."""
        self.app.deliver_text(StringIO(text), save_filename=name, encoding="utf-8")
        self._tell(Content.assemble(("✓ Sent to the browser: ", "bold $success"), name))

    def _tell(self, line: Content) -> None:
        self._written = [*self._written, line][-4:]
        self.query_one("#written", Words).say(Content("\n").join(self._written))
