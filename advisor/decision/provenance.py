"""What a recommendation says of itself: on which rule base, answers and sources it rests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from advisor.decision.ranking import Scoring
from advisor.decision.readings import frontier_reading
from advisor.decision.remarks import remarks
from advisor.decision.result import InputsRead, KnowledgeStamp, Ranked, Reading, SourceLine
from advisor.decision.situation import Situation
from advisor.decision.staleness import Old, newest_stale
from advisor.decision.words import Words
from advisor.knowledge.ledger import is_stale
from advisor.knowledge.model import Claim, Inputs, Knowledge
from advisor.language.answers import PRICES
from advisor.language.units import format_number
from advisor.language.wording import domain_words


def stamp(knowledge: Knowledge) -> KnowledgeStamp:
    """Which rule base, and how large it is."""
    facts = sum(
        len(o.claims) + sum(len(s.claims) for s in o.serves) for o in knowledge.offers.values()
    )
    facts += sum(len(m.claims) for m in knowledge.models.values())
    facts += sum(len(a.claims) for a in knowledge.accelerators.values())
    return KnowledgeStamp(knowledge.digest, len(knowledge.rules), len(knowledge.offers), facts)


def inputs_read(
    situation: Situation,
    scoring: Scoring,
    inputs: Inputs,
    readings: tuple[Reading, ...],
    words: Words,
) -> InputsRead:
    """The answers as understood: ``inputs`` as they were given, and how they were read.  Not
    known is what has neither an answer nor a declared meaning without one."""
    questions = situation.knowledge.questions
    return InputsRead(
        answers={q: words.answer(q) for q in questions if q in inputs.answers},
        unknown=tuple(
            name
            for name, question in questions.items()
            if name not in situation.inputs.answers and question.unknown_means is None
        ),
        readings=(
            *readings,
            *_silences(situation),
            *frontier_reading(inputs),
            *(Reading(subject, text) for subject, text in words.readings()),
            *remarks(situation, scoring),
        ),
        weights=dict(sorted(inputs.weights.items())),
        prices={
            offer: {key: _usd(key, value) for key, value in sorted(own.items())}
            for offer, own in sorted(inputs.prices.items())
        },
    )


def _silences(situation: Situation) -> Iterator[Reading]:
    """What no answer counts as, where the rules read it and it is declared."""
    for question in situation.knowledge.questions.values():
        held = question.unknown_means
        read = question.id in situation.base.relevant
        if held is not None and read and question.id not in situation.inputs.answers:
            words = domain_words(held, question.type) or "none"
            yield Reading(question.id, f"{question.id} is not answered, which counts as {words}.")


def cited_sources(
    situation: Situation, ranking: tuple[Ranked, ...], old: Mapping[str, tuple[Old, ...]]
) -> tuple[SourceLine, ...]:
    """Every source that a shown reason or price cites, and every one that has expired."""
    knowledge = situation.knowledge
    cited: dict[str, tuple[str, str, bool]] = {}
    for entry in ranking:
        for part in entry.contributions:
            for reason in part.because:
                if reason.source in knowledge.sources:
                    cited.setdefault(reason.source, (reason.grade, reason.checked, False))
        for claim in _claims(situation, entry):
            stale = is_stale(
                claim,
                knowledge.attributes[claim.attribute],
                knowledge.method,
                situation.base.ledger.as_of,
            )
            known = cited.get(claim.source)
            if known is None or (stale and not known[2]):
                cited[claim.source] = (claim.grade, claim.checked.isoformat(), stale)
        for ref, ground in newest_stale(old[entry.offer]).items():
            if ref in knowledge.sources and not (ref in cited and cited[ref][2]):
                cited[ref] = (ground.grade, ground.checked.isoformat(), True)
    return tuple(
        SourceLine(ref, knowledge.sources[ref].title, knowledge.sources[ref].address, *found)
        for ref, found in sorted(cited.items())
    )


def _claims(situation: Situation, entry: Ranked) -> list[Claim]:
    evidence = situation.base.offering.of(entry.offer, entry.model)
    names = ("input-price", "output-price", "device-hour-price", "context-limit")
    return [c for name in names if name in evidence for c in evidence[name].claims]


def _usd(key: str, value: int | Fraction) -> str:
    return format_number(value, PRICES[key].unit)
