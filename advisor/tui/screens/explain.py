"""Explain: from an offer to its criteria, their rules, and the sources behind them."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import Tree
from textual.widgets.tree import TreeNode

from advisor.decision.result import Contribution, Doubt, Excluded, Failure, Ranked, Reason
from advisor.tui import keys, phrases
from advisor.tui.pages.open import CONFIRM, DEPENDS
from advisor.tui.screens.base import AdvisorScreen
from advisor.tui.widgets.key_bar import KeyBar
from advisor.tui.widgets.words import Words


class Note(Struct, frozen=True):
    """What the lower part shows for a line of the tree."""

    title: str
    text: str
    details: tuple[str, ...] = ()


Node = TreeNode[Note]


class ExplainTree(Tree[Note]):
    """Labels are ``Text``: nothing in them is ever read as markup."""

    BINDINGS: ClassVar[list[BindingType]] = [*keys.STEPPING]

    def grow(self, parent: Node, label: str, note: Note, style: str = "") -> Node:
        return parent.add(Text(label, style=style), note)


class ExplainScreen(AdvisorScreen):
    """``offer`` None is the offer that the verdict names."""

    CSS_PATH = "explain.tcss"
    HEADING = "Explain"
    ABOUT = (
        "The tree opens from the offer to its criteria, to the rules and figures behind each, "
        "and to their sources. The lower part shows the highlighted line in full. "
        "Enter or space opens and closes a line."
    )

    BINDINGS: ClassVar[list[BindingType]] = [keys.CLOSE.binding(), keys.BACK.binding()]

    def __init__(self, offer: str | None) -> None:
        super().__init__()
        self._offer = offer
        self._shown: object = None

    def compose(self) -> ComposeResult:
        yield Words(id="subject")
        tree = ExplainTree(Text(""), Note("", ""), id="tree")
        tree.show_root = False
        yield tree
        yield Words(id="detail")
        yield KeyBar("nav.close", "nav.verdict", "nav.export", "app.quit", "app.help")

    def on_mount(self) -> None:
        self.query_one(ExplainTree).focus()

    def action_back(self) -> None:
        self.action_close()

    def why(self) -> None:
        """This screen is the why."""

    def show_state(self) -> None:
        result = self.state.recommendation
        if result is None:
            words = self.state.failure or "The ranking is being computed…"
            self.query_one("#subject", Words).say(Content.styled(words, "$accent"))
            return
        offer = self._offer if self._offer is not None else result.verdict.offer
        row = self.state.ranked(offer) if offer is not None else None
        gone = next((e for e in result.excluded if e.offer == offer), None)
        shown = (row, gone)
        if shown == self._shown:
            return
        self._shown = shown
        tree = self.query_one(ExplainTree)
        tree.clear()
        subject = self.query_one("#subject", Words)
        if row is not None:
            subject.say(_ranked_head(row))
            self._grow_ranked(tree, row)
        elif gone is not None:
            subject.say(_excluded_head(gone))
            self._grow_excluded(tree, gone)
        else:
            subject.say(Content.styled("No offer meets every requirement", "bold $error"))
            for other in result.excluded:
                branch = tree.grow(tree.root, f"✗ {other.title}", Note(other.title, "Excluded."))
                self._grow_failures(tree, branch, other.failed)
        tree.move_cursor(tree.root.children[0] if tree.root.children else None)

    # -- growing the tree ----------------------------------------------------------------------

    def _grow_ranked(self, tree: ExplainTree, row: Ranked) -> None:
        for c in sorted(row.contributions, key=lambda c: (-c.exact, c.criterion)):
            self._grow_criterion(tree, c)
        self._grow_doubts(tree, CONFIRM, row.to_confirm)
        self._grow_doubts(tree, DEPENDS, row.depends_on)
        if row.warnings:
            branch = tree.grow(tree.root, "! Caveats", Note("Caveats", "They never exclude."))
            for caveat in row.warnings:
                note = Note("Caveat", caveat.text, self._rule(caveat.rule))
                leaf = tree.grow(branch, caveat.text, note)
                self._grow_source(tree, leaf, caveat.source, "", "")

    def _grow_criterion(self, tree: ExplainTree, c: Contribution) -> None:
        label = f"{phrases.points(c.points):>5}  {c.label}"
        knowledge = self.state.knowledge
        criterion = knowledge.criteria.get(c.criterion) if knowledge is not None else None
        details = [
            f"weight {phrases.share(c.weight)} × utility {phrases.points(c.utility)} of 100 = "
            f"{phrases.points(c.points)} points"
        ]
        if c.clamped:
            details.append(
                f"{phrases.points(abs(c.clamped))} points cut off at the end of the scale"
            )
        note = Note(c.label, criterion.why if criterion is not None else "", tuple(details))
        branch = tree.grow(tree.root, label, note, "bold" if c.points else "dim")
        for reason in c.because:
            self._grow_reason(tree, branch, reason)

    def _grow_reason(self, tree: ExplainTree, branch: Node, reason: Reason) -> None:
        glyph = "▲" if reason.steps > 0 else "▼" if reason.steps < 0 else "·"
        moved = {"weigh": "moves the weight", "score": "moves the utility"}.get(reason.effect)
        details = [f"{moved} by {reason.steps:+d}"] if moved and reason.steps else []
        note = Note("Reason", reason.text, (*details, *self._rule(reason.rule)))
        about = "weight: " if reason.effect == "weigh" else ""
        leaf = tree.grow(branch, f"{glyph} {about}{reason.text}", note)
        self._grow_source(tree, leaf, reason.source, reason.grade, reason.checked)

    def _grow_doubts(self, tree: ExplainTree, title: str, doubts: tuple[Doubt, ...]) -> None:
        if not doubts:
            return
        branch = tree.grow(tree.root, title, Note(title[2:], "Settle these before signing."))
        for doubt in doubts:
            facts = tuple(f"on file: {fact}" for fact in doubt.facts)
            note = Note("To settle", doubt.text, (*facts, *self._rule(doubt.rule)))
            leaf = tree.grow(branch, doubt.text, note)
            for fact in facts:
                tree.grow(leaf, fact, Note("Fact", fact)).allow_expand = False

    def _grow_excluded(self, tree: ExplainTree, gone: Excluded) -> None:
        self._grow_failures(tree, tree.root, gone.failed)

    def _grow_failures(self, tree: ExplainTree, branch: Node, failed: tuple[Failure, ...]) -> None:
        for failure in failed:
            note = Note("Why it is out", failure.text, self._rule(failure.rule))
            leaf = tree.grow(branch, f"✗ {failure.text}", note)
            for text in failure.answers:
                answer = f"you said: {phrases.named_answer(text)}"
                tree.grow(leaf, answer, Note("Your answer", answer)).allow_expand = False
            for fact in failure.facts:
                tree.grow(leaf, f"on file: {fact}", Note("Fact", fact)).allow_expand = False
            self._grow_rule_source(tree, leaf, failure.rule)
            leaf.expand()

    def _grow_rule_source(self, tree: ExplainTree, leaf: Node, rule: str) -> None:
        knowledge = self.state.knowledge
        found = knowledge.rules.get(rule) if knowledge is not None else None
        if found is not None:
            cited = found.source
            self._grow_source(tree, leaf, cited.ref, cited.grade, cited.checked.isoformat())

    def _grow_source(
        self, tree: ExplainTree, leaf: Node, ref: str, grade: str, checked: str
    ) -> None:
        """The source, its grade, the day it was read."""
        for part in [name.strip() for name in ref.split(",") if name.strip()]:
            tree.grow(leaf, *self._source(part, grade, checked)).allow_expand = False
        if not leaf.children:
            leaf.allow_expand = False

    def _source(self, ref: str, grade: str, checked: str) -> tuple[str, Note]:
        result, knowledge = self.state.recommendation, self.state.knowledge
        listed = result.sources if result is not None else ()
        line = next((source for source in listed if source.ref == ref), None)
        known = knowledge.sources.get(ref) if knowledge is not None else None
        title = line.title if line is not None else known.title if known is not None else ref
        address = line.address if line is not None else known.address if known is not None else None
        words = ", ".join(part for part in (grade, f"read {checked}" if checked else "") if part)
        stale = line is not None and line.stale
        label = (
            f"source: {title}" + (f" ({words})" if words else "") + (" · stale" if stale else "")
        )
        details = [f"grade: {grade}"] if grade else []
        details += [f"read on {checked}"] if checked else []
        if known is not None:
            details.append(
                f"published {known.date}" + (f" by {known.publisher}" if known.publisher else "")
            )
        details += [address] if address else []
        details += ["stale: older than its kind of figure may be"] if stale else []
        return label, Note("Source", title, tuple(details))

    def _rule(self, rule: str) -> tuple[str, ...]:
        """Where the rule stands, so that it can be found and edited."""
        knowledge = self.state.knowledge
        found = knowledge.rules.get(rule) if knowledge is not None else None
        if found is None:
            return (f"rule {rule}",) if rule else ()
        line = f":{found.place.span.line}" if found.place.span is not None else ""
        return (f"rule {rule}, {found.place.file}{line}, kept by {found.owner}",)

    # -- the lower part ------------------------------------------------------------------------

    def on_tree_node_highlighted(self, event: Tree.NodeHighlighted[Note]) -> None:
        event.stop()
        note = event.node.data
        if note is None:
            return
        lines = [Content.styled(note.title, "bold $primary"), Content(note.text)]
        lines += [Content.styled(detail, "$quiet") for detail in note.details]
        self.query_one("#detail", Words).say(Content("\n").join(lines))


def _ranked_head(row: Ranked) -> Content:
    glyph, lane = phrases.LANE[row.lane]
    return Content.assemble(
        (row.title, "bold $primary"),
        (f"  rank {row.rank}, {phrases.points(row.score.points)} points", ""),
        (f"  {glyph} {lane}", "$quiet"),
    )


def _excluded_head(gone: Excluded) -> Content:
    return Content.assemble((gone.title, "bold $primary"), ("  ✗ excluded", "bold $error"))
