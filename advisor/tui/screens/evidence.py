"""Evidence: the ledger of facts, with what is disputed and what is stale."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content

from advisor.reports.facts import Subject, conflicts, stale_facts, subjects
from advisor.reports.figures import counted
from advisor.tui import keys
from advisor.tui.pages.evidence import marks, subject_page
from advisor.tui.screens.browse import BrowseScreen, Entry

_GROUPS = {
    "offer": "Offers, each with the models it serves",
    "served": "Offers, each with the models it serves",
    "model": "Models",
    "accelerator": "Accelerators",
}
_SHOWN = {"all": "everything", "disputed": "disputed only", "stale": "stale only"}


class EvidenceScreen(BrowseScreen):
    """1 shows everything, 2 what is disputed, 3 what is stale."""

    HEADING = "Evidence"
    ABOUT = (
        "Every fact with its source, grade and date. What several sources say stands side by "
        "side: · counts, × does not, with the reason. ≠ marks what sources differ about, ⧖ what "
        "was read too long ago. 1 shows everything, 2 what is disputed, 3 what is stale."
    )
    ACTIONS = (keys.FIND, keys.OPEN)
    HINTS = ("interview.find", "nav.close", "app.quit", "app.help")

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(str(n), f"show('{name}')", words, show=False, id=f"evidence.{name}")
        for n, (name, words) in enumerate(_SHOWN.items(), start=1)
    ]

    def __init__(self) -> None:
        super().__init__()
        self._shown = "all"
        self._subjects: tuple[Subject, ...] = ()
        self._of: object = None

    def show_state(self) -> None:
        if self.entries and self.state.knowledge is not self._of:
            self.reload()

    def commands(self) -> Iterable[tuple[str, str, Callable[[], object]]]:
        yield from super().commands()
        for name, words in _SHOWN.items():
            yield f"Show: {words}", "Which facts are listed", partial(self.action_show, name)

    def action_show(self, shown: str) -> None:
        self._shown = shown
        self.reload()

    def read_entries(self) -> Sequence[Entry]:
        knowledge = self.state.knowledge
        if knowledge is None:
            return ()
        if knowledge is not self._of:
            self._of = knowledge
            self._subjects = tuple(subjects(knowledge, self.advisor.as_of))
        facts = sum(len(b.facts) for s in self._subjects for b in s.beliefs)
        disputed = len(list(conflicts(self._subjects)))
        stale = len(list(stale_facts(self._subjects)))
        self.show_title(
            f"{counted(facts, 'fact')}, {disputed} disputed, {stale} stale · {_SHOWN[self._shown]}"
        )
        return [self._entry(subject) for subject in self._subjects if self._wanted(subject)]

    def _wanted(self, subject: Subject) -> bool:
        if self._shown == "disputed":
            return any(belief.conflict for belief in subject.beliefs)
        if self._shown == "stale":
            return any(belief.stale for belief in subject.beliefs)
        return True

    def _entry(self, subject: Subject) -> Entry:
        noted = marks(subject)
        title = subject.title
        if subject.kind == "served" and self._shown == "all":
            title = "  " + title.partition(": ")[2]  # the model, under its offer
        label = Content.assemble(title, (f"  {noted}" if noted else "", "$warning"))
        words = f"{subject.id} {subject.title} {subject.kind}"
        return Entry(
            f"{subject.kind}/{subject.id}",
            _GROUPS[subject.kind],
            label,
            words,
            lambda width: subject_page(subject, self._source_title, width),
        )

    def _source_title(self, ref: str) -> str:
        knowledge = self.state.knowledge
        source = knowledge.sources.get(ref) if knowledge is not None else None
        return source.title if source is not None else ref
