"""What a rule base holds, as rows for people and as data for programs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Protocol

from advisor.errors import Problem, RuleBaseError
from advisor.knowledge.model import Knowledge, Place
from advisor.knowledge.text_safety import visible
from advisor.reports.questions import questions_data

Rows = list[tuple[str, ...]]


class HasPlace(Protocol):
    """Anything declared in a rule base."""

    @property
    def place(self) -> Place: ...


def _rule_rows(knowledge: Knowledge) -> Rows:
    rows: Rows = [("id", "effect", "criterion", "file")]
    for rule in knowledge.rules.values():
        effect = f"{rule.effect} {rule.steps:+d}" if rule.steps else rule.effect
        rows.append((rule.id, effect, rule.criterion or "-", rule.place.file))
    return rows


def _rule_data(knowledge: Knowledge) -> list[object]:
    return [
        {
            "id": rule.id,
            "effect": rule.effect,
            "criterion": rule.criterion,
            "steps": rule.steps,
            "negotiable": rule.negotiable,
            "because": rule.because,
            "source": {
                "ref": rule.source.ref,
                "grade": rule.source.grade,
                "checked": rule.source.checked.isoformat(),
            },
            "owner": rule.owner,
            **_at(rule.place),
        }
        for rule in knowledge.rules.values()
    ]


def _offer_rows(knowledge: Knowledge) -> Rows:
    rows: Rows = [("id", "title", "platform", "deployment", "models")]
    for offer in knowledge.offers.values():
        models = str(len(offer.serves))
        rows.append((offer.id, offer.title, offer.platform, offer.deployment, models))
    return rows


def _offer_data(knowledge: Knowledge) -> list[object]:
    return [
        {
            "id": offer.id,
            "title": offer.title,
            "platform": offer.platform,
            "deployment": offer.deployment,
            "accelerator": offer.accelerator,
            "summary": offer.summary,
            "models": [served.model for served in offer.serves],
            **_at(offer.place),
        }
        for offer in knowledge.offers.values()
    ]


def _question_rows(knowledge: Knowledge) -> Rows:
    rows: Rows = [("id", "group", "question")]
    questions = sorted(knowledge.questions.values(), key=lambda q: (q.order, q.id))
    return rows + [(q.id, q.group, q.ask) for q in questions]


def _question_data(knowledge: Knowledge) -> object:
    return questions_data(knowledge)["questions"]


def _criterion_rows(knowledge: Knowledge) -> Rows:
    rows: Rows = [("id", "label", "weight", "why")]
    for criterion in knowledge.criteria.values():
        rows.append((criterion.id, criterion.label, f"{criterion.base:+d}", criterion.why))
    return rows


def _criterion_data(knowledge: Knowledge) -> list[object]:
    return [
        {
            "id": criterion.id,
            "label": criterion.label,
            "base": criterion.base,
            "why": criterion.why,
            "measure": None if criterion.measure is None else criterion.measure.name,
            **_at(criterion.place),
        }
        for criterion in knowledge.criteria.values()
    ]


ROWS: Mapping[str, Callable[[Knowledge], Rows]] = {
    "rules": _rule_rows,
    "offers": _offer_rows,
    "questions": _question_rows,
    "criteria": _criterion_rows,
}
DATA: Mapping[str, Callable[[Knowledge], object]] = {
    "rules": _rule_data,
    "offers": _offer_data,
    "questions": _question_data,
    "criteria": _criterion_data,
}


def _at(place: Place) -> dict[str, object]:
    return {"file": place.file, "line": None if place.span is None else place.span.line}


def declarations(knowledge: Knowledge) -> Iterator[tuple[str, str, Place]]:
    """Everything that has an id: (kind, id, place)."""
    kinds: tuple[tuple[str, Mapping[str, HasPlace]], ...] = (
        ("rule", knowledge.rules),
        ("offer", knowledge.offers),
        ("question", knowledge.questions),
        ("criterion", knowledge.criteria),
        ("derived value", knowledge.derived),
        ("attribute", knowledge.attributes),
        ("model", knowledge.models),
        ("accelerator", knowledge.accelerators),
        ("source", knowledge.sources),
        ("example", knowledge.cases),
    )
    for kind, declared in kinds:
        for name, thing in declared.items():
            yield kind, name, thing.place
    for pattern in knowledge.impossible:
        yield "impossible combination", pattern.id, pattern.place


def written(root: Path, place: Place) -> str:
    """The lines that declare it: its list entry, or the whole file.

    Raises RuleBaseError when the file has gone since it was loaded.
    """
    path = root / place.file
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        message = f"'{place.file}' cannot be read any more: {error}"
        raise RuleBaseError([Problem("unreadable-file", message, place.file)]) from None
    lines = text.splitlines()
    start, end = (0, len(lines)) if place.span is None else _entry(lines, place.span.line - 1)
    return "".join(f"{visible(line)}\n" for line in lines[start:end])


def _entry(lines: list[str], at: int) -> tuple[int, int]:
    """First and last (excluded) line of the list entry that line ``at`` belongs to."""
    if at >= len(lines):
        return 0, len(lines)
    start = at
    while start >= 0 and not (lines[start].lstrip().startswith("- ") and _opens(lines, start, at)):
        start -= 1
    if start < 0:
        return 0, len(lines)
    indent = _indent(lines[start])
    end = at + 1
    while end < len(lines) and (not lines[end].strip() or _indent(lines[end]) > indent):
        end += 1
    while not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#"):
        end -= 1
    return start, end


def _opens(lines: list[str], start: int, at: int) -> bool:
    """Whether the entry that starts there still holds the line ``at``."""
    return start == at or _indent(lines[start]) < _indent(lines[at])


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
