"""The options of one question: pick one, tick several, or stay between several."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

from msgspec import Struct
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Resize
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from advisor.tui.keys import ANSWER

Mode = Literal["one", "several"]


class Choice(Struct, frozen=True):
    """``none`` marks the row that says "none of these"."""

    id: str
    label: str
    means: str
    none: bool = False


class Menu(OptionList):
    """An OptionList whose keys have ids, so that a keymap can change them, and whose rows are
    replaced in place: the highlight stays where it was."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "cursor_down", "Down", show=False, id="list.down"),
        Binding("up", "cursor_up", "Up", show=False, id="list.up"),
        Binding("home", "first", "First", show=False, id="list.first"),
        Binding("end", "last", "Last", show=False, id="list.last"),
    ]

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes, markup=False)

    def show_rows(self, rows: Sequence[tuple[str | None, Content]]) -> None:
        """Show rows of (id, text); a row without an id cannot be chosen."""
        if [row[0] for row in rows] == [option.id for option in self.options]:
            changed = False
            for index, (_, prompt) in enumerate(rows):
                shown = self.options[index].prompt
                # Equal texts may differ in style, which "==" does not see.
                if not isinstance(shown, Content) or not shown.is_same(prompt):
                    self.replace_option_prompt_at_index(index, prompt)
                    changed = True
            if changed:
                self.refresh(layout=self.styles.auto_dimensions)
            return
        kept = self.highlighted_option.id if self.highlighted_option is not None else None
        scroll = self.scroll_y
        self.set_options([Option(prompt, id=name, disabled=name is None) for name, prompt in rows])
        if kept is not None and kept in self._id_to_option:
            self.highlighted = self.get_option_index(kept)
        else:
            self.scroll_to(y=scroll, animate=False)

    @property
    def room(self) -> int:
        """Cells that a row's text has."""
        return max(self.scrollable_content_region.width - 2, 1)


class AnswerList(Menu):
    """See the module.

    Nothing is highlighted at first.  A click or a number answers a choice at once; where
    several may be ticked they tick, and enter answers.  ``boxes``: a choice can become one
    between several, so the boxes have their place beforehand and ticking wraps no line anew.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "confirm", ANSWER.words, show=False, id=ANSWER.id)
    ]

    class Answered(Message):
        """``values`` in the order of the options; empty means "none of these"."""

        def __init__(self, values: tuple[str, ...]) -> None:
            super().__init__()
            self.values = values

    class Nothing(Message):
        """Asked to answer, but nothing is highlighted or ticked."""

    class Ticked(Message):
        """What is ticked, or how, has changed."""

    def __init__(self, *, id: str | None = None, boxes: bool = False) -> None:
        super().__init__(id=id)
        self.boxes = boxes
        self.mode: Mode = "one"
        self.choices: tuple[Choice, ...] = ()
        self.shown: tuple[Choice, ...] = ()
        self.ticked: set[str] = set()
        self.between = False
        self.compact_rows = False
        self._chosen: str | None = None

    def show_choices(self, choices: Sequence[Choice], mode: Mode, ticked: set[str]) -> None:
        """Show another question's options; the highlight goes to the only ticked one."""
        self.mode = mode
        self.choices = self.shown = tuple(choices)
        self.ticked = set(ticked)
        self.between = mode == "one" and len(ticked) > 1
        self.set_options([])
        self._chosen = next(iter(ticked)) if mode == "one" and len(ticked) == 1 else None
        self.refresh_rows()

    def narrow(self, words: str) -> None:
        """Show only the options that contain every word, and "none of these"."""
        wanted = words.lower().split()
        self.shown = tuple(
            c
            for c in self.choices
            if c.none or all(word in f"{c.label} {c.id}".lower() for word in wanted)
        )
        self.refresh_rows()

    def refresh_rows(self) -> None:
        """Lay the rows out for the present width and height; before there is any, they wait."""
        if not self.scrollable_content_region.width:
            return
        rows = self._rows(compact=False)
        lines = sum(str(prompt).count("\n") + 1 for _, prompt in rows)
        # A list that is as high as its rows says nothing of the room that there is.
        self.compact_rows = (
            not self.styles.auto_dimensions and 0 < self.scrollable_content_region.height < lines
        )
        self.show_rows(self._rows(compact=True) if self.compact_rows else rows)
        if self._chosen in {choice.id for choice in self.shown}:
            self.highlighted = self.get_option_index(str(self._chosen))
        self._chosen = None

    @property
    def ticking(self) -> bool:
        """Whether rows are ticked rather than picked."""
        return self.mode == "several" or self.between

    def meaning(self) -> str:
        """What the highlighted option means, where the rows have no place for it."""
        if not self.compact_rows or self.highlighted is None:
            return ""
        return self.shown[self.highlighted].means

    # -- what the user does ------------------------------------------------------------------

    def pick(self, number: int) -> None:
        """The key ``number``: 1 to 9 for the first nine rows, 0 for "none of these"."""
        if number == 0:
            index = next((i for i, c in enumerate(self.shown) if c.none), -1)
        else:
            index = number - 1
        if 0 <= index < len(self.shown) and not (number and self.shown[index].none):
            self.highlighted = index
            self.action_select()

    def tick(self) -> None:
        """The space key: tick the highlighted row, in a choice one of several."""
        if self.highlighted is None:
            self.action_cursor_down()
            return
        if self.mode == "one":
            self.between = True
        self._tick(self.shown[self.highlighted])

    def action_confirm(self) -> None:
        """The enter key: what is ticked, or the highlighted one."""
        if self.ticking and self.ticked:
            self._answer()
        elif self.highlighted is None or self.ticking:
            self.post_message(self.Nothing())
        else:
            self.action_select()

    def action_select(self) -> None:
        if self.highlighted is None:
            self.post_message(self.Nothing())
            return
        choice = self.shown[self.highlighted]
        if self.ticking:
            self._tick(choice)
        else:
            self.ticked = {choice.id}
            self._answer()

    def on_resize(self, _: Resize) -> None:
        self.refresh_rows()

    # -- inside ------------------------------------------------------------------------------

    def _answer(self) -> None:
        values = tuple(c.id for c in self.choices if c.id in self.ticked and not c.none)
        self.post_message(self.Answered(values))

    def _tick(self, choice: Choice) -> None:
        if choice.id in self.ticked:
            self.ticked.discard(choice.id)
        else:
            nones = {c.id for c in self.choices if c.none}
            self.ticked = {choice.id} if choice.none else (self.ticked - nones) | {choice.id}
        if self.mode == "one" and not self.ticked:
            self.between = False
        self.refresh_rows()
        self.post_message(self.Ticked())

    def _rows(self, *, compact: bool) -> list[tuple[str | None, Content]]:
        labels = max((len(c.label) for c in self.shown), default=0)
        boxes = 4 if self.ticking else 2
        widest = 4 if self.boxes else boxes
        column = 2 + widest + labels + 2
        beside = self.room - column >= 28
        rows: list[tuple[str | None, Content]] = []
        for index, choice in enumerate(self.shown):
            number = "0" if choice.none else str(index + 1) if index < 9 else " "
            head = Content.assemble(
                (f"{number} ", "bold $accent"),
                self._box(choice),
                (choice.label, "bold" if choice.id in self.ticked else ""),
            )
            if choice.means and not compact:
                start = column if beside else 2 + boxes
                lines = Content(choice.means).wrap(max(self.room - max(start, 2 + widest), 8))
                gap = column - 2 - boxes - len(choice.label) if beside else 0
                indent = Content("\n" + " " * start)
                text = indent.join(line.stylize("$quiet") for line in lines)
                head = Content.assemble(head, " " * gap if beside else indent, text)
            rows.append((choice.id, head))
        return rows

    def _box(self, choice: Choice) -> Content:
        chosen = choice.id in self.ticked
        if self.ticking:
            return Content.styled("[x] " if chosen else "[ ] ", "bold $success" if chosen else "")
        return Content.styled("✓ " if chosen else "  ", "$success")
