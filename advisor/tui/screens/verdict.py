"""The verdict: who wins, how sure that is, why, what it costs, what is open, who is out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import OptionList, TabbedContent, TabPane

from advisor.tui import keys
from advisor.tui.pages.cost import cost_page
from advisor.tui.pages.hero import hero_text
from advisor.tui.pages.open import open_page
from advisor.tui.pages.out import out_page
from advisor.tui.pages.stable import stable_page
from advisor.tui.pages.why import why_page
from advisor.tui.screens.base import AdvisorScreen
from advisor.tui.widgets.key_bar import KeyBar
from advisor.tui.widgets.page import Page
from advisor.tui.widgets.ranking import RankingList

_TABS = (
    ("why", "Why"), ("ranks", "Ranking"), ("cost", "Cost"), ("open", "Open"), ("out", "Out"),
    ("stable", "Stable"), ("charts", "Charts"),
)  # fmt: skip


class VerdictScreen(AdvisorScreen):
    """The winner stays in view; the pages below it are turned with 1 to 7."""

    CSS_PATH = "verdict.tcss"
    HEADING = "Verdict"
    ABOUT = (
        "The winner, with a word for how sure that is and the three figures behind it. Why: "
        "points by criterion and what speaks for and against. Ranking: every offer; enter "
        "opens one. Cost: the bill, with its assumptions. Open: what to confirm, what depends "
        "on what you do not know, what would change the winner, who could share the work. Out: "
        "excluded offers. Stable: how far each weight may move. Charts: cost against volume "
        "with the break-even, price against speed; each with its table."
    )
    ACTIONS = (keys.TAB, keys.OPEN)

    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            Binding(str(n), f"tab('{name}')", label, show=False, id=f"verdict.{name}")
            for n, (name, label) in enumerate(_TABS, start=1)
        ),
        keys.BACK.binding(),
    ]

    def compose(self) -> ComposeResult:
        hero = Page(id="hero")
        hero.can_focus = False
        yield hero
        with TabbedContent(id="pages"):
            for number, (name, label) in enumerate(_TABS, start=1):
                with TabPane(Content.assemble((f"{number} ", "$accent"), label), id=name):
                    if name == "ranks":
                        yield RankingList(id="ranks-list")
                    elif name != "charts":  # what draws is loaded when it is first looked at
                        yield Page(id=f"{name}-page")
        yield KeyBar(
            "nav.why=explain", "nav.review", "nav.export", "nav.close=interview", "app.quit",
            "app.help",
        )  # fmt: skip

    def on_mount(self) -> None:
        self.query_one("#why-page").focus()

    def show_state(self) -> None:
        state, result = self.state, self.state.recommendation
        hero = self.query_one("#hero", Page)
        self.set_class(state.slow, "-pending")
        if result is None:
            words = state.failure or "Computing the ranking…"
            hero.show(lambda _: Content.styled(words, "$accent"))
            return
        pending = state.slow
        model = state.model_title(result.verdict.model)
        hero.show(lambda width: hero_text(result, model, width, pending=pending))
        self.query_one("#why-page", Page).show(lambda width: why_page(result, width))
        self.query_one("#cost-page", Page).show(lambda width: cost_page(result, width))
        self.advisor.deepen()
        whole = state.whole
        self.query_one("#open-page", Page).show(
            lambda w: open_page(result, state.title, w, whole=whole)
        )
        self.query_one("#out-page", Page).show(lambda w: out_page(result, state.title, w))
        self.query_one("#stable-page", Page).show(
            lambda w: stable_page(result, state.title, w, whole=whole)
        )
        self.query_one("#ranks-list", RankingList).show(state)
        self._show_charts()

    def _show_charts(self) -> None:
        if self.query_one(TabbedContent).active == "charts":
            self.advisor.draw()
            from advisor.tui.widgets.charts_page import ChartsPage

            for charts in self.query(ChartsPage):
                charts.show(self.state.figures, self.state.figures_failure)

    async def action_tab(self, name: str) -> None:
        if name == "charts":
            await self._load_charts()
        self.query_one(TabbedContent).active = name
        target = "#ranks-list" if name == "ranks" else f"#{name}-page"
        self.query_one(target).focus()
        self._show_charts()

    async def on_tabbed_content_tab_activated(self, event: TabbedContent.TabActivated) -> None:
        event.stop()
        if event.pane.id == "charts":
            await self._load_charts()
            self._show_charts()

    async def _load_charts(self) -> None:
        pane = self.query_one("#charts", TabPane)
        if not pane.query("#charts-page"):
            from advisor.tui.widgets.charts_page import ChartsPage

            await pane.mount(ChartsPage(id="charts-page"))

    def commands(self) -> Iterable[tuple[str, str, Callable[[], object]]]:
        yield from super().commands()
        for name, label in _TABS:
            yield f"Page: {label}", "Turn to that page", partial(self.action_tab, name)

    def action_back(self) -> None:
        self.action_close()

    def action_close(self) -> None:
        """Back to the interview, whatever was opened in between."""
        self.advisor.open("interview")

    def why(self) -> None:
        self.advisor.explain(None)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.advisor.explain(event.option_id)
