"""From answers to a recommendation: lanes, ranking, confidence, and the words for them.

The method is that of a fixed-scale additive value model with hard gates before it; see
``rules/README.md``.  Pure: the day is an argument.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from functools import cached_property

from msgspec.structs import replace

from advisor.decision.bases import rule_base_on
from advisor.decision.bills import monthly_of, today_of
from advisor.decision.brief import UNKNOWN_COST, Brief, Exclusions, Lead
from advisor.decision.caps import evidence_caps
from advisor.decision.confidence import Ground, confidence
from advisor.decision.entries import Entries, rounded
from advisor.decision.exclusion import out_together
from advisor.decision.gates import Gate, Standing, gates_of, stand
from advisor.decision.grounds import break_evens_of, grounds_of
from advisor.decision.inference import inferred
from advisor.decision.next_question import NextStep, Prospects, next_step, prospects, proved
from advisor.decision.outlook import Outlook, always_first, outlook
from advisor.decision.proof import Proof, prove
from advisor.decision.provenance import cited_sources, inputs_read, stamp
from advisor.decision.ranking import Scored, Scoring
from advisor.decision.remarks import all_ignored
from advisor.decision.result import (
    Confidence,
    NextQuestion,
    Ranked,
    Reading,
    Recommendation,
    Sureness,
    Verdict,
)
from advisor.decision.result import (
    Worlds as WorldCount,
)
from advisor.decision.situation import Situation, impossible_looks
from advisor.decision.staleness import Old, old_grounds, rules_of, stale_caveats
from advisor.decision.sureness import duel, relevant_answers, robustness
from advisor.decision.volumes import cost_by_volume
from advisor.decision.words import Words
from advisor.engine.worlds import SAMPLE, Worlds
from advisor.knowledge.model import Inputs, Knowledge

SELDOM = Fraction(1, 2)
"""Of what is left: a leader that fits in less of it is not named without saying so."""


def recommend(
    knowledge: Knowledge, inputs: Inputs, as_of: datetime.date, *, thorough: bool = True
) -> Recommendation:
    """The recommendation for these answers, judged as of a day.

    Same arguments, same result to the byte.  Never raises for valid knowledge and inputs:
    "no offer qualifies" is a result whose verdict has no offer.  ``thorough=False`` is for
    those who only need the ranking and the verdict, such as a list that follows what is
    typed: what would change the winner, what to ask next and the like are left out.
    """
    return decide(knowledge, inputs, as_of).recommendation(thorough=thorough)


def decide(knowledge: Knowledge, inputs: Inputs, as_of: datetime.date) -> Decision:
    """The decision behind a recommendation, without the words: for those who compare many."""
    base = rule_base_on(knowledge, as_of)
    read = inferred(knowledge, base.ledger, inputs)
    return Decision(Situation(base, read.inputs), inputs, read.readings)


class Decision:
    """Answers decided: what stands, what each offer scores, and in which order.

    ``order`` ranks the offers that are not excluded; ``standings``, ``scored`` and ``gates``
    say why.  ``recommendation()`` puts it into words.
    """

    def __init__(self, situation: Situation, stated: Inputs, readings: tuple[Reading, ...]) -> None:
        self.situation = situation
        self.stated = stated
        self.readings = readings
        self.words = Words(situation)
        gates = self.gates = gates_of(situation)
        worlds = Worlds(situation.axes, impossible_looks(situation))
        self.standings, failures = stand(situation, worlds, gates)
        scoring = Scoring(situation, worlds, self.standings, failures)
        worthless = [offer for offer, scored in scoring.scores.items() if not scored.score]
        gone = out_together(worlds, self.standings, failures, worthless)
        if gone:
            self.standings |= gone
            scoring = Scoring(situation, worlds, self.standings, failures)
        self.keys = frozenset(scoring.open_keys) | _gate_keys(self.standings)
        self.scoring = scoring
        self.scored = scoring.scores
        self.entries = Entries(situation, scoring, self.words)
        self.order = sorted(scoring.offers, key=self._place)

    def _place(self, offer: str) -> tuple[object, ...]:
        """Safe before conditional; fewest unproven requirements; value; the tie-breaks."""
        standing = self.standings[offer]
        return (
            standing.lane != "safe",
            len(standing.to_confirm),
            -self.scored[offer].score,
            _Lazy(lambda: -self.scoring.at_base_weights(offer)),
            _Lazy(lambda: Fraction(-self.scoring.worst(offer))),
            offer,
        )

    @cached_property
    def proof(self) -> Proof:
        """Whether any answer that is open can change the winner."""
        if not self.order:
            return Proof(True, None, 0)
        leader = self.order[0]
        standing = self.standings[leader]
        found = prove(self.situation, self.scoring, self.standings, leader)
        if found.settled or standing.lane != "safe" or self._worlds().total == 1:
            return found
        won = always_first(
            self.situation,
            self.scoring,
            self.order,
            self.gates,
            standing,
            lambda: self.outlook,
        )
        return Proof(True, "enumeration", won) if won else found

    @cached_property
    def outlook(self) -> Outlook:
        """The worlds that are left, and who wins in each."""
        return outlook(self.situation, self.scoring, self.order, self.gates)

    def next_step(self, passed_over: Collection[str] = ()) -> NextStep:
        """What to ask next, and why.  ``passed_over``: questions that are not to be asked, such
        as those answered with "don't know"."""
        lane = self.standings[self.order[0]].lane if self.order else None
        found = self.prospects(passed_over)
        return next_step(found, self.proof, self._worlds().total, lane)

    def prospects(self, passed_over: Collection[str] = ()) -> Prospects:
        """What each question that matters may bring."""
        if not self.order:
            return Prospects((), 0, True)
        return prospects(
            self.situation,
            self.scoring,
            self.order,
            self.gates,
            self.standings,
            self.proof,
            lambda: self.outlook,
            passed_over,
        )

    def recommendation(self, *, thorough: bool = True) -> Recommendation:
        """The decision in words; ``thorough`` as in ``recommend``."""
        situation = self.situation
        ranking = tuple(
            self.entries.ranked(i + 1, self.scored[offer], self.standings[offer])
            for i, offer in enumerate(self.order)
        )
        old = {
            e.offer: old_grounds(situation, self.gates, e.offer, e.model, rules_of(e))
            for e in ranking
        }
        ranking = tuple(
            replace(e, warnings=(*e.warnings, *stale_caveats(old[e.offer]))) for e in ranking
        )
        excluded = tuple(self.entries.excluded(s) for s in self.standings.values() if s.excluded_by)
        evens = break_evens_of(situation, ranking) if thorough else ()
        result = Recommendation(
            as_of=situation.base.ledger.as_of.isoformat(),
            knowledge=stamp(situation.knowledge),
            inputs=inputs_read(situation, self.scoring, self.stated, self.readings, self.words),
            verdict=self._verdict(ranking, old),
            ranking=ranking,
            excluded=excluded,
            relaxations=(),
            flips=(),
            sensitivity=None,
            next_question=self._next_question() if thorough else None,
            portfolio=None,
            plan=self.entries.advice(ranking[0] if ranking else None),
            sources=cited_sources(situation, ranking, old),
            evidence=grounds_of(situation, self.gates, ranking[0]) if thorough and ranking else (),
            break_evens=evens,
            cost_by_volume=cost_by_volume(situation, self.entries.traffic(), ranking, evens)
            if thorough
            else None,
        )
        return self._explained(result) if thorough else result

    def brief(self) -> Brief:
        """What a row of many workloads says: the first two of the ranking and how sure it is,
        without the words about everybody else."""
        if not self.order:
            return Brief(
                (), "none", True, (), UNKNOWN_COST, today_of(self.situation), self._exclusions()
            )
        first = self._leads()
        leader = first[0]
        settled = self.proof.settled
        rules = self.entries.rules_behind(leader.offer)
        old = old_grounds(self.situation, self.gates, leader.offer, leader.model, rules)
        word, _ = self._sureness(first, settled, old)
        monthly = monthly_of(self.situation, leader.offer, leader.model)
        today = today_of(self.situation)
        return Brief(first, word, settled, rules, monthly, today, self._exclusions())

    def _exclusions(self) -> Exclusions:
        return tuple(
            (standing.offer, tuple(gate.id for gate in standing.excluded_by))
            for standing in self.standings.values()
            if standing.excluded_by
        )

    def _leads(self) -> tuple[Lead, ...]:
        return tuple(
            Lead(
                offer,
                self.entries.model(offer),
                self.standings[offer].lane,
                rounded(self.scored[offer].score),
            )
            for offer in self.order[:2]
        )

    def again(self, inputs: Inputs) -> Decision:
        """Other answers decided on the same rule base."""
        base = self.situation.base
        read = inferred(base.knowledge, base.ledger, inputs)
        return Decision(Situation(base, read.inputs), inputs, read.readings)

    def _explained(self, result: Recommendation) -> Recommendation:
        """With what would change it, how stable it is, and who could share the load."""
        from advisor.decision.explain import QUICK, Explainer

        explainer = Explainer(self, self.again, QUICK)
        result = replace(result, portfolio=explainer.portfolio())
        if not self.order:
            relaxed, search = explainer.relaxations()
            return replace(result, relaxations=relaxed, relaxation_search=search)
        flips, search = explainer.flips()
        return replace(result, flips=flips, flip_search=search, sensitivity=explainer.sensitivity())

    def _verdict(self, ranking: tuple[Ranked, ...], old: Mapping[str, tuple[Old, ...]]) -> Verdict:
        worlds = self._worlds()
        if not ranking:
            return Verdict(
                None,
                None,
                None,
                "none",
                True,
                worlds,
                "No offer qualifies: every one fails at least one requirement."
                if self.standings
                else "The rule base has no offers.",
                Sureness(None, None, None, ()),
            )
        leader = ranking[0]
        done = self.proof.settled
        word, figures = self._sureness(self._leads(), done, old[leader.offer])
        fit = self.scoring.fit(leader.offer)
        return Verdict(
            offer=leader.offer,
            model=leader.model,
            lane=leader.lane,
            confidence=word,
            settled=done,
            worlds=worlds,
            headline=self._headline(ranking, fit),
            sureness=figures,
            proof=proved(self.proof, worlds.total),
            fit=fit,
        )

    def _next_question(self) -> NextQuestion | None:
        step = self.next_step()
        return None if step.question is None else NextQuestion(step.question, step.why)

    def _worlds(self) -> WorldCount:
        total = self.scoring.worlds.count(sorted(self.keys))
        if self.scoring.exact:
            return WorldCount(total, total, "exhaustive")
        return WorldCount(total, SAMPLE, "sample")

    def _sureness(
        self, first: tuple[Lead, ...], done: bool, old: Sequence[Old]
    ) -> tuple[Confidence, Sureness]:
        situation, leader = self.situation, first[0]
        p, r, margin = Fraction(1), None, None
        if len(first) > 1:
            rival = first[1]
            p = duel(self.scoring, leader.offer, rival.offer).share
            r = robustness(self.scored[leader.offer], self.scored[rival.offer])
            margin = leader.points - rival.points if rival.lane == leader.lane else None
        return confidence(
            situation.knowledge.method,
            Sureness(p, r, self._weak_share(self.scored[leader.offer]), ()),
            Ground(
                leader.lane,
                done,
                margin,
                evidence_caps(situation, self.gates, leader.offer, leader.model),
                relevant_answers(situation, situation.base.relevant),
                all_ignored(situation) and len(first) > 1,
                old,
            ),
        )

    def _weak_share(self, scored: Scored) -> Fraction:
        if not scored.score:
            return Fraction(0)
        weak = Fraction(0)
        for term in scored.terms:
            spread = self.scoring.spread(term.criterion, scored.offer)
            total = sum(mass for _, mass in spread)
            share = sum((utility.weak * mass for utility, mass in spread), Fraction(0))
            weak += term.exact * share / total
        return weak / scored.score

    def _headline(self, ranking: tuple[Ranked, ...], fit: Fraction) -> str:
        leader = ranking[0]
        if all_ignored(self.situation) and len(ranking) > 1:
            return f"Every criterion is ignored: nothing tells the {len(ranking)} offers apart."
        models = self.situation.knowledge.models
        text = leader.title + (f", serving {models[leader.model].title}" if leader.model else "")
        if fit < SELDOM:
            text += f", which meets every requirement in {_percent(fit)} of what is left only"
        if leader.lane == "conditional":
            text += f", unless this proves true: {_in_question(leader)}"
        better = [
            r
            for r in ranking
            if r.lane == "conditional"
            and leader.lane == "safe"
            and r.score.exact > leader.score.exact
        ]
        if better:
            rival = max(better, key=lambda r: (r.score.exact, r.offer))
            gap = rival.score.points - leader.score.points
            text += (
                f". {rival.title} would lead by {gap:,} points, unless this proves true: "
                f"{_in_question(rival)}"
            )
        return text + "."


def _percent(share: Fraction) -> str:
    return f"{round(100 * share)} %" if round(100 * share) else "under 1 %"


def _in_question(entry: Ranked) -> str:
    """The unproven requirements in words, the first two of them."""
    texts = [doubt.text.strip().removesuffix(".") for doubt in entry.to_confirm]
    more = f"; and {len(texts) - 2} more" if len(texts) > 2 else ""
    return "; ".join(texts[:2]) + more


class _Lazy:
    """A sort key that is computed only where everything before it ties."""

    def __init__(self, value: object) -> None:
        self._make = value
        self._value: Fraction | None = None

    def get(self) -> Fraction:
        if self._value is None:
            assert callable(self._make)
            self._value = Fraction(self._make())
        return self._value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Lazy) and self.get() == other.get()

    def __lt__(self, other: _Lazy) -> bool:
        return self.get() < other.get()

    __hash__ = None  # type: ignore[assignment]  # compared, never kept by


def _gate_keys(standings: Mapping[str, Standing]) -> frozenset[str]:
    gates: list[Gate] = [g for s in standings.values() for g in (*s.to_confirm, *s.depends_on)]
    return frozenset(key for gate in gates for key in gate.keys)
