"""Compare: criteria and facts of two to four offers side by side."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import DataTable

from advisor.reports.facts import subjects
from advisor.tui import keys
from advisor.tui.pages.compare import Facts, comparison
from advisor.tui.screens.base import AdvisorScreen
from advisor.tui.widgets.answer_list import AnswerList, Choice
from advisor.tui.widgets.key_bar import KeyBar
from advisor.tui.widgets.words import Words

MOST = 4


class Comparison(DataTable[Text]):
    """Its keys can be changed by a keymap."""

    BINDINGS: ClassVar[list[BindingType]] = [*keys.STEPPING]


class CompareScreen(AdvisorScreen):
    """Begins with the first three of the ranking."""

    CSS_PATH = "compare.tcss"
    HEADING = "Compare"
    ABOUT = (
        "Offers side by side: the result, the points by criterion (★ is ahead), the facts. "
        "a chooses two to four offers, d shows only what differs. The arrows scroll."
    )
    ACTIONS = (keys.CHOOSE, keys.DIFFERENCES)

    BINDINGS: ClassVar[list[BindingType]] = [
        keys.CLOSE.binding(),
        keys.CHOOSE.binding(),
        keys.DIFFERENCES.binding(),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.offers: tuple[str, ...] = ()
        self.differences = False
        self._facts: Facts | None = None
        self._facts_of: object = None
        self._shown: object = None

    def compose(self) -> ComposeResult:
        yield Words(id="title")
        table = Comparison(id="table", cursor_type="row", zebra_stripes=True)
        table.fixed_columns = 1
        yield table
        with Vertical(id="chooser"):
            yield Words("Two to four offers; enter compares them", id="choose")
            yield AnswerList(id="offers")
        yield KeyBar(
            "compare.choose", "compare.differences", "nav.close", "nav.verdict", "app.help"
        )

    def on_mount(self) -> None:
        self.query_one("#chooser").display = False
        self.query_one(DataTable).focus()

    def on_resize(self) -> None:
        self._shown = None
        self.show_state()

    def show_state(self) -> None:
        result, knowledge = self.state.recommendation, self.state.knowledge
        if result is None or knowledge is None:
            words = self.state.failure or "The ranking is being computed…"
            self.query_one("#title", Words).say(Content.styled(words, "$accent"))
            return
        if not self.offers:
            gone = [row.offer for row in result.excluded]
            self.offers = tuple([row.offer for row in result.ranking] + gone)[:3]
        shown = (result, self.offers, self.differences)
        if shown == self._shown:
            return
        self._shown = shown
        models = {name: model.title for name, model in knowledge.models.items()}
        rows = comparison(result, self.offers, self._believed(), models)
        table: DataTable[Text] = self.query_one(DataTable)
        table.clear(columns=True)
        labels = max([len(row.label) for row in rows] + [8])
        first = min(labels, 18 if self.has_class("-narrow") else 28)
        width = max((self.size.width - first - 4) // len(self.offers) - 2, 18)
        table.add_column(Text(""), width=first)
        for offer in self.offers:
            title = Text(self.state.title(offer), style="bold")
            title.truncate(width, overflow="ellipsis")
            table.add_column(title, width=width)
        group = ""
        for row in rows:
            if self.differences and not row.differs:
                continue
            if row.group != group:
                group = row.group
                blank = [Text("") for _ in self.offers]
                table.add_row(Text(group, style="bold underline"), *blank)
            cells = [
                Text(
                    f"{'★ ' if i in row.best else ''}{cell}", style="bold" if i in row.best else ""
                )
                for i, cell in enumerate(row.cells)
            ]
            table.add_row(Text(row.label), *cells, height=None)
        kept = "only what differs" if self.differences else "everything"
        names = ", ".join(self.state.title(offer) for offer in self.offers)
        self.query_one("#title", Words).say(
            Content.assemble(("Compare", "bold $primary"), (f"  {kept} · {names}", "$quiet"))
        )

    def _believed(self) -> Facts:
        knowledge = self.state.knowledge
        if knowledge is not None and knowledge is not self._facts_of:
            self._facts_of = knowledge
            self._facts = {
                subject.id: {b.attribute: (b.label, b.value, b.type) for b in subject.beliefs}
                for subject in subjects(knowledge, self.advisor.as_of)
                if subject.kind == "offer"
            }
        return self._facts or {}

    # -- keys ----------------------------------------------------------------------------------

    def action_differences(self) -> None:
        self.differences = not self.differences
        self.show_state()

    def action_choose(self) -> None:
        result = self.state.recommendation
        if result is None:
            return
        choices = [Choice(row.offer, row.title, "") for row in result.ranking]
        choices += [Choice(gone.offer, gone.title, "") for gone in result.excluded]
        self.query_one("#chooser").display = True
        self.query_one(DataTable).display = False
        offers = self.query_one(AnswerList)
        offers.show_choices(choices, "several", set(self.offers))
        offers.focus()

    def action_close(self) -> None:
        if self.query_one("#chooser").display:
            self._back_to_table()
        else:
            self.dismiss(None)

    def on_answer_list_answered(self, event: AnswerList.Answered) -> None:
        event.stop()
        if not 2 <= len(event.values) <= MOST:
            self.advisor.say(f"Tick two to {MOST} offers; {len(event.values)} are ticked")
            return
        self.offers = event.values
        self._back_to_table()
        self.show_state()

    def on_answer_list_nothing(self, event: AnswerList.Nothing) -> None:
        event.stop()
        self.advisor.say("Tick two to four offers with space")

    def _back_to_table(self) -> None:
        self.query_one("#chooser").display = False
        table: DataTable[Text] = self.query_one(DataTable)
        table.display = True
        table.focus()
