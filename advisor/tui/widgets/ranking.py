"""The live ranking: who leads, who moved, who is out and why."""

from __future__ import annotations

from fractions import Fraction

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.events import Click, Resize
from textual.message import Message

from advisor.decision.result import Excluded, Ranked, Recommendation
from advisor.tui import phrases
from advisor.tui.pages.layout import cut
from advisor.tui.state import Consultation
from advisor.tui.widgets.answer_list import Menu
from advisor.tui.widgets.words import Words


class RankingList(Menu):
    """One row for each offer, replaced in place; enter or a click opens an offer."""

    def __init__(self, *, id: str | None = None, reasons: bool = True) -> None:
        super().__init__(id=id, classes="ranking")
        self._reasons = reasons
        self._state: Consultation | None = None

    def show(self, state: Consultation) -> None:
        self._state = state
        result = state.recommendation
        if result is None:
            self.show_rows([(None, Content.styled("No ranking yet", "$quiet"))])
            return
        rows: list[tuple[str | None, Content]] = []
        lane = ""
        for row in result.ranking:
            if row.lane != lane and (lane or row.lane == "conditional"):
                rows.append((None, self._heading(*phrases.LANE[row.lane], first=not rows)))
            lane = row.lane
            rows.append((row.offer, self._ranked(row, state)))
        if result.excluded:
            words = f"excluded ({len(result.excluded)})"
            rows.append((None, self._heading("✗", words, first=not rows)))
            rows += [(gone.offer, self._excluded(gone)) for gone in result.excluded]
        self.show_rows(rows)

    def on_resize(self, _: Resize) -> None:
        if self._state is not None:
            self.show(self._state)

    def _heading(self, glyph: str, words: str, *, first: bool) -> Content:
        return Content.styled(f"{'' if first else chr(10)}{glyph} {words}", "$quiet bold")

    def _ranked(self, row: Ranked, state: Consultation) -> Content:
        result = state.recommendation
        longest = max((len(r.title) for r in result.ranking), default=0) if result else 0
        moved = phrases.movement(state.before.get(row.offer), row.rank) if state.before else ""
        fixed = 3 + 4 + 6  # rank, movement, score
        bars = min(self.room - fixed - longest - 1, 20)
        bars = bars if bars >= 5 else 0
        titles = max(self.room - fixed - (bars + 1 if bars else 0), 6)
        leads = result is not None and result.verdict.offer == row.offer
        bar = phrases.bar(Fraction(row.score.points, 10000), bars)
        return Content.assemble(
            (f"{row.rank:>2} ", "$quiet"),
            (f"{moved[:3]:<4}", "bold $error" if moved.startswith("▼") else "bold $success"),
            cut(Content.styled(row.title, "bold" if leads else ""), titles),
            (f" {bar:<{bars}}", "$primary") if bars else "",
            (f" {phrases.points(row.score.points):>5}", "bold" if leads else ""),
        )

    def _excluded(self, gone: Excluded) -> Content:
        head = Content.assemble(
            ("   ✗ ", "$error"), Content(gone.title).truncate(max(self.room - 5, 6), ellipsis=True)
        )
        if not self._reasons or not gone.failed:
            return head
        room = max(self.room - 5, 8)
        lines = Content(gone.failed[0].text).wrap(room)
        shown = lines[:2]
        if len(lines) > 2:
            shown[-1] = (shown[-1].rstrip() + "…").truncate(room, ellipsis=True)
        indent = Content("\n     ")
        return Content.assemble(head, indent, indent.join(line.stylize("$quiet") for line in shown))


class RankingPane(Vertical):
    """The ranking with its headline above."""

    def compose(self) -> ComposeResult:
        yield Words(id="ranking-head")
        yield RankingList(id="ranking-list")

    def show(self, state: Consultation) -> None:
        self.query_one("#ranking-head", Words).say(headline(state))
        self.query_one(RankingList).show(state)


class RankingStrip(Words):
    """The first places in one line, for narrow windows; a click opens the ranking."""

    class Opened(Message):
        """The strip was clicked."""

    def show(self, state: Consultation) -> None:
        self.say(self._line(state))

    def on_click(self, event: Click) -> None:
        event.stop()
        self.post_message(self.Opened())

    def _line(self, state: Consultation) -> Content:
        result = state.recommendation
        if result is None:
            return Content.styled("No ranking yet", "$quiet")
        if not result.ranking:
            return Content.styled("✗ every offer is excluded", "bold $error")
        parts: list[Content] = []
        for row in result.ranking[:3]:
            moved = phrases.movement(state.before.get(row.offer), row.rank) if state.before else ""
            parts.append(
                Content.assemble(
                    (f"{row.rank} ", "$quiet"),
                    (f"{moved} " if moved else "", "bold $accent"),
                    (row.title, "bold" if row.rank == 1 else ""),
                    f" {phrases.points(row.score.points)}",
                )
            )
        return Content("  ").join(parts)


def headline(state: Consultation) -> Content:
    """Two lines: what is happening, and how sure the first place is."""
    result = state.recommendation
    head = Content.styled("RANKING", "bold $primary")
    if state.failure is not None:
        return Content.assemble(head, ("  not computed", "bold $error"), "\n", state.failure)
    if state.slow:
        head = Content.assemble(head, ("  updating…", "$accent"))
    if result is None:
        return Content.assemble(head, "\n")
    return Content.assemble(head, "\n", _sureness(result))


def _sureness(result: Recommendation) -> Content:
    word = result.verdict.confidence
    pair = phrases.margin(result)
    if pair is None:
        return Content.styled("no offer qualifies", "bold $error")
    leader, second = pair
    sure = Content.assemble((phrases.meter(phrases.LEVEL[word]), "$accent"), " ", (word, "bold"))
    if second is None:
        return sure
    lead = phrases.signed_points(leader.score.exact - second.score.exact)
    words = "tied" if leader.score.exact == second.score.exact else f"lead {lead}"
    return Content.assemble(sure, (f" · {words}", "$quiet"))
