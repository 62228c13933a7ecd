"""What the screens of the full interface show, as lines of text: the same pages, no pictures.

Bars and plots are left out; every chart has its table, which stays.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import TYPE_CHECKING

from advisor.decision.result import Recommendation
from advisor.errors import DataError, Problem
from advisor.interview import Interview
from advisor.knowledge.model import Inputs, Knowledge

if TYPE_CHECKING:
    from textual.content import Content

    from advisor.tui.state import Consultation

WIDTH = 79
_PICTURES = re.compile(r"[━╸╺─┣┫╋◀▶]{2,}|[╋┣┫█▉▊▋▌▍▎▏]+")

PAGES = {
    "ranking": "every offer with its points, and what excluded the others",
    "verdict": "the winner, its lead, how sure that is, whether it can still change",
    "reasons": "where the points come from, what speaks for and against",
    "cost": "the bill, and the cost of every offer",
    "open": "what to confirm, what would change the winner, who could share the work",
    "out": "which offers are out and why, and what to relax",
    "stable": "how far each weight may move",
    "charts": "cost against volume with the break-even, price against speed; as tables",
    "explain OFFER": "an offer's points, rule by rule, with sources, grades and dates",
    "compare OFFER OFFER": "two to four offers side by side",
    "what if ID: ANSWER": "what another answer would do ('keep' takes it over)",
    "what if CRITERION more": "what another weight would do (more, less, ignore, normal)",
    "facts [NAME]": "the ledger: disputed and stale facts, or all about one offer or model",
    "rules [WORD]": "the rules with that word in them, as they are written",
}
"""What can be looked at, as ``help`` lists it."""


class Pages:
    """Pages over one rule base; each result is computed once for the same answers."""

    def __init__(self, knowledge: Knowledge, as_of: date) -> None:
        self.knowledge = knowledge
        self.as_of = as_of
        self._whole: tuple[Inputs, Recommendation] | None = None
        self._quick: tuple[Inputs, Recommendation] | None = None

    def result(self, interview: Interview, *, whole: bool = True) -> Recommendation:
        """The recommendation; not ``whole``: without what would change it, which takes long."""
        from advisor.decision.recommend import recommend

        inputs = interview.inputs
        for known in (self._whole, None if whole else self._quick):
            if known is not None and known[0] == inputs:
                return known[1]
        found = recommend(self.knowledge, inputs, self.as_of, thorough=whole)
        if whole:
            self._whole = (inputs, found)
        else:
            self._quick = (inputs, found)
        return found

    def page(self, name: str, rest: str, interview: Interview) -> list[str] | None:
        """A page by the word that was typed; None where no page is called so.  Raises
        DataError for a name in ``rest`` that names nothing."""
        simple: dict[str, Callable[[Consultation, Recommendation], Content]] = {
            "verdict": _hero,
            "reasons": _why,
            "cost": _cost,
            "open": _open,
            "out": _out,
            "stable": _stable,
        }
        if name in simple and not rest:
            result = self.result(interview, whole=name in ("open", "out", "stable"))
            return _lines(simple[name](self._state(interview, result), result))
        if name == "ranking" and not rest:
            return list(self._ranking(self.result(interview, whole=False)))
        if name == "charts" and not rest:
            return self._charts(interview)
        if name == "explain":
            return self._explain(rest, interview)
        if name == "compare":
            return list(self._compare(rest.replace(",", " ").split(), interview))
        if name == "facts":
            return self._facts(rest)
        if name == "rules":
            return self._rules(rest)
        return None

    def leader(self, interview: Interview) -> str:
        """One line on where the ranking stands: quick, for after every answer."""
        from advisor.tui import phrases

        result = self.result(interview, whole=False)
        pair = phrases.margin(result)
        change = f"the winner can still change: {phrases.can_change(result)}"
        if pair is None:
            return f"No offer qualifies; {change}."
        leader, second = pair
        lead = ""
        if second is not None:
            gap = phrases.points(leader.score.exact - second.score.exact)
            lead = f", {gap} points ahead of {second.title}"
        out = f"; {len(result.excluded)} out" if result.excluded else ""
        return f"{leader.title} leads{lead} ({result.verdict.confidence}); {change}{out}."

    def what_if(self, before: Interview, after: Interview) -> list[str]:
        """The flip first, then every move."""
        from advisor.tui.pages.whatif import changes, moves_page

        was, now = self.result(before, whole=False), self.result(after, whole=False)
        changed = changes(before.inputs, after.inputs, self.knowledge)
        if not changed:
            return ["Nothing is changed by that."]
        state = self._state(before, was)
        return _lines(moves_page(was, now, changed, state.title, 71))

    # -- one page each -------------------------------------------------------------------------

    def _state(self, interview: Interview, result: Recommendation) -> Consultation:
        from advisor.tui.state import Consultation

        return Consultation(knowledge=self.knowledge, interview=interview, recommendation=result)

    def _ranking(self, result: Recommendation) -> Iterator[str]:
        from advisor.tui import phrases

        for row in result.ranking:
            lane = "" if row.lane == "safe" else f", {phrases.LANE[row.lane][1]}"
            cost = phrases.monthly_cost(row.estimate)
            points = phrases.points(row.score.points)
            yield f"{row.rank}. {row.title} ({row.offer}): {points} points{lane}; {cost}"
        for gone in result.excluded:
            why = f": {gone.failed[0].text}" if gone.failed else ""
            yield f"Out: {gone.title} ({gone.offer}){why}"

    def _charts(self, interview: Interview) -> list[str]:
        from advisor.reports.text import wrapped
        from advisor.tui.figures import NoFigures, estimator, figures, models_of
        from advisor.tui.pages.charts import cost_heading, cost_table, spot_heading, spot_table

        result = self.result(interview, whole=False)
        state = self._state(interview, result)
        ranked = [row.offer for row in result.ranking]
        try:
            estimate = estimator(self.knowledge, self.as_of)
        except NoFigures as error:
            return wrapped(f"Not drawn: {error}.", WIDTH)
        models = models_of(self.knowledge, result)
        found = figures(estimate, interview.inputs, ranked, state.title, models)
        lines = [*_lines(cost_heading()), *_lines(cost_table(found, WIDTH)), ""]
        return [*lines, *_lines(spot_heading()), *_lines(spot_table(found, WIDTH))]

    def _explain(self, offer: str, interview: Interview) -> list[str]:
        from advisor.decision.explain import explanation
        from advisor.decision.recommend import decide
        from advisor.reports.explanation import view
        from advisor.reports.text import render_document

        decision = decide(self.knowledge, interview.inputs, self.as_of)
        result = self.result(interview, whole=False)
        name = offer or result.verdict.offer
        if name is not None:
            self._known_name(name, tuple(self.knowledge.offers), "offer")
        ranked = any(row.offer == name for row in result.ranking)
        explained = explanation(
            decision,
            why=name if ranked else None,
            why_not=None if name == result.verdict.offer else name,
        )
        return _plain(render_document(view(explained))).splitlines()

    def _compare(self, offers: list[str], interview: Interview) -> Iterator[str]:
        from advisor.reports.facts import subjects
        from advisor.tui.pages.compare import comparison

        for offer in offers:
            self._known_name(offer, tuple(self.knowledge.offers), "offer")
        if not 2 <= len(offers) <= 4:
            raise _refused("compare takes two to four offers, such as: compare ID ID")
        facts = {
            subject.id: {b.attribute: (b.label, b.value, b.type) for b in subject.beliefs}
            for subject in subjects(self.knowledge, self.as_of)
            if subject.kind == "offer" and subject.id in offers
        }
        models = {name: model.title for name, model in self.knowledge.models.items()}
        titles = [self.knowledge.offers[offer].title for offer in offers]
        for row in comparison(self.result(interview, whole=False), offers, facts, models):
            same = "" if row.differs else " (the same)"
            yield f"{row.group}, {row.label}{same}"
            for index, (title, cell) in enumerate(zip(titles, row.cells, strict=True)):
                ahead = "  ahead" if index in row.best else ""
                yield f"  {title}: {cell}{ahead}"

    def _facts(self, name: str) -> list[str]:
        from advisor.reports.facts import subjects
        from advisor.tui.pages.evidence import marks, subject_page

        found = tuple(subjects(self.knowledge, self.as_of))
        if not name:
            noted = [f"{s.id}: {s.title}: {marks(s)}" for s in found if marks(s)]
            return [*noted, f"{len(found)} subjects; 'facts NAME' shows one."]
        self._known_name(name, tuple(s.id for s in found), "subject of facts")
        lines: list[str] = []
        for subject in found:
            if subject.id == name:
                lines += _lines(subject_page(subject, self._source, WIDTH))
        return lines

    def _source(self, ref: str) -> str:
        source = self.knowledge.sources.get(ref)
        return source.title if source is not None else ref

    def _rules(self, word: str) -> list[str]:
        from advisor.tui.pages.rules import declaration_page, declarations

        found = [
            d
            for d in declarations(self.knowledge)
            if all(part in f"{d.kind} {d.words}".lower() for part in word.lower().split())
        ]
        exact = [d for d in found if d.id == word]
        if len(found) == 1 or exact:
            return _lines(declaration_page((exact or found)[0], self.knowledge, WIDTH))
        if not found:
            raise _refused(f"no rule has '{word}' in it")
        lines = [f"{d.kind} {d.id}, {d.place.file}" for d in found]
        return [*lines, f"{len(found)} declarations; 'rules ID' shows one."]

    def _known_name(self, name: str, known: tuple[str, ...], what: str) -> None:
        if name not in known:
            from advisor.language.vocabulary import did_you_mean

            raise _refused(f"no {what} is called '{name}'", did_you_mean(name, list(known)))


def _refused(message: str, hint: str | None = None) -> DataError:
    return DataError([Problem("unknown-name", message, "answer", hint=hint)])


def _hero(state: Consultation, result: Recommendation) -> Content:
    from advisor.tui.pages.hero import hero_text

    return hero_text(result, state.model_title(result.verdict.model), 400)


def _why(_: Consultation, result: Recommendation) -> Content:
    from advisor.tui.pages.why import why_page

    return why_page(result, WIDTH)


def _cost(_: Consultation, result: Recommendation) -> Content:
    from advisor.tui.pages.cost import cost_page

    return cost_page(result, WIDTH, pictures=False)


def _open(state: Consultation, result: Recommendation) -> Content:
    from advisor.tui.pages.open import open_page

    return open_page(result, state.title, WIDTH)


def _out(state: Consultation, result: Recommendation) -> Content:
    from advisor.tui.pages.out import out_page

    return out_page(result, state.title, WIDTH)


def _stable(state: Consultation, result: Recommendation) -> Content:
    from advisor.tui.pages.stable import stable_page

    return stable_page(result, state.title, WIDTH, pictures=False)


def _lines(page: Content) -> list[str]:
    return _plain(page.plain).splitlines()


def _plain(text: str) -> str:
    return "\n".join(
        re.sub(r"(?<=\S) {3,}", "  ", _PICTURES.sub("", line)).rstrip() for line in text.split("\n")
    )
