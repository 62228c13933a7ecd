"""The questions of the interview, each with what became of it."""

from __future__ import annotations

from textual.content import Content
from textual.events import Resize

from advisor.knowledge.model import Question
from advisor.tui import phrases
from advisor.tui.state import Consultation
from advisor.tui.widgets.answer_list import Menu

_STYLES = {"answered": "$success", "unknown": "$warning", "skipped": "$quiet"}


class Outline(Menu):
    """Enter or a click on a question goes there.  ``answers`` shows what was answered."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, classes="outline")
        self._state: Consultation | None = None

    def show(self, state: Consultation) -> None:
        self._state = state
        interview = state.interview
        if interview is None:
            return
        rows: list[tuple[str | None, Content]] = []
        current = interview.current.id if interview.current is not None else None
        here = None
        groups: dict[str, list[Question]] = {}
        for question in interview.questions:
            groups.setdefault(question.group, []).append(question)
        for group, questions in groups.items():
            rows.append((None, Content.styled(group, "bold $quiet")))
            for question in questions:
                if question.id == current:
                    here = len(rows)
                rows.append((question.id, self._row(question, state, question.id == current)))
        self.show_rows(rows)
        if here is not None and not self.has_focus and self.highlighted != here:
            self.highlighted = here

    def on_resize(self, _: Resize) -> None:
        if self._state is not None:
            self.show(self._state)

    def _row(self, question: Question, state: Consultation, current: bool) -> Content:
        interview = state.interview
        if interview is None:
            return Content("")
        status = interview.status(question.id)
        glyph, word = phrases.STATUS[status]
        domain = interview.answers.get(question.id)
        name = phrases.name_words(question.id)
        marker = (phrases.CURRENT, "bold $accent") if current else (" ", "")
        head = Content.assemble(
            marker,
            (f"{glyph} ", _STYLES.get(status, "$quiet")),
            (name, "bold" if current else ""),
        )
        room = self.room - head.cell_length - 2
        if status == "open" or room < 4:
            return head.truncate(self.room, ellipsis=True)
        value = phrases.answer_words(question, domain) if domain is not None else word
        tail = Content.styled(value, "$quiet").truncate(room, ellipsis=True)
        return Content.assemble(head, " " * (room - tail.cell_length + 2), tail)
