"""``importing/<upstream>.yaml`` of a rule base: whose names upstream stand for which of ours."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, ClassVar, cast

from msgspec import Struct
from pydantic import Field, ValidationError

from advisor.errors import Problem, RuleBaseError
from advisor.knowledge.document import Findings, MapNode, ScalarNode
from advisor.knowledge.layout import Suggest
from advisor.knowledge.model import Grade, Knowledge
from advisor.knowledge.shapes import GRADES, SourceShape
from advisor.knowledge.shapes_cells import Id, Listed, Named, Shape, Text, Word, Words, YesNo
from advisor.knowledge.shapes_problems import report
from advisor.knowledge.strict_yaml import read as read_yaml

FOLDER = "importing"
# The day of a version, and a point that a route writes as a letter.
_DAY = re.compile(r"[-@]20[0-9]{6}$")
_POINT = re.compile(r"(?<=[0-9])p(?=[0-9])")


class MappingShape(Shape):
    what: ClassVar[str] = "a mapping"
    id: Id
    source: SourceShape
    editions: Listed[Word] = ()
    grade: Annotated[str, Words(GRADES)]
    keeps_retired: YesNo
    providers: Named[Word]
    models: Named[Word] = Field({})
    endings: Listed[Text] = ()
    beginnings: Listed[Text] = ()
    elsewhere: Listed[Text] = ()


class SourceEntry(Struct, frozen=True):
    """The source that imported claims cite, as it is declared where it is not yet."""

    id: str
    title: str
    address: str | None
    publisher: str | None
    kind: str
    note: str


class Correspondence(Struct, frozen=True):
    """``providers``: theirs -> our offer (skypilot: -> how a note calls it); ``models``: their
    name in lower case -> our model (skypilot: their accelerator -> our offer).  ``endings`` and
    ``beginnings`` are left off a name before it is looked up; names that begin with one of
    ``elsewhere`` are other routes to the same model.  ``editions`` are further sources of ours
    that were read from the same catalogue."""

    id: str
    source: SourceEntry
    editions: frozenset[str]
    grade: Grade
    keeps_retired: bool
    providers: Mapping[str, str]
    models: Mapping[str, str]
    endings: tuple[str, ...]
    beginnings: tuple[str, ...]
    elsewhere: tuple[str, ...]

    def is_own(self, source: str) -> bool:
        """Whether a source of ours is this catalogue."""
        return source == self.source.id or source in self.editions


def read(data: bytes, file: str, knowledge: Knowledge, suggest: Suggest) -> Correspondence:
    """The mapping in a file.  Raises RuleBaseError with every problem."""
    node, findings = read_yaml(data, file)
    if node is None or findings.problems:
        raise RuleBaseError(
            findings.problems or [Problem("empty-file", "this file is empty", file)]
        )
    try:
        shape = MappingShape.model_validate(node)
    except ValidationError as error:
        report(error, MappingShape, cast(MapNode, node), findings, suggest)
        raise RuleBaseError(findings.problems) from None
    _check_names(shape, knowledge, findings, suggest)
    if findings.problems:
        raise RuleBaseError(findings.problems)
    source = shape.source
    entry = SourceEntry(
        source.id.text, source.title, source.address, source.publisher, source.kind, source.note
    )
    return Correspondence(
        id=shape.id.text,
        source=entry,
        editions=frozenset(node.text for node in shape.editions),
        grade=cast(Grade, shape.grade),
        keeps_retired=shape.keeps_retired,
        providers={name: node.text for name, node in shape.providers.items()},
        models={name.lower(): node.text for name, node in shape.models.items()},
        endings=shape.endings,
        beginnings=shape.beginnings,
        elsewhere=shape.elsewhere,
    )


def _check_names(
    shape: MappingShape, knowledge: Knowledge, findings: Findings, suggest: Suggest
) -> None:
    devices = shape.id.text == "skypilot"
    _check(shape.providers, {} if devices else knowledge.offers, "offer", findings, suggest)
    wanted = knowledge.offers if devices else knowledge.models
    _check(shape.models, wanted, "offer" if devices else "model", findings, suggest)


def _check(
    named: Mapping[str, ScalarNode],
    known: Mapping[str, object],
    what: str,
    findings: Findings,
    suggest: Suggest,
) -> None:
    for node in named.values() if known else ():
        if node.text not in known:
            words = f"no {what} is called '{node.text}'"
            findings.add("unknown-name", words, node, hint=suggest(node.text, known))


class Names:
    """Finds our model for a name of theirs."""

    def __init__(self, mapping: Correspondence, knowledge: Knowledge) -> None:
        self._mapping = mapping
        self._known = {
            loose(name): model.id
            for model in knowledge.models.values()
            for name in (*model.aliases, model.id)
        }

    def model(self, name: str) -> str | None:
        """By the mapping; else by our ids and aliases, whoever publishes it."""
        lower = name.lower()
        found = self._mapping.models.get(lower)
        if found is not None:
            return found
        last = lower.rpartition("/")[2]
        if any(last.startswith(start) for start in self._mapping.elsewhere):
            return None
        return self._lookup(last)

    def _lookup(self, last: str) -> str | None:
        found = self._mapping.models.get(last) or self._known.get(loose(last))
        if found is not None:
            return found
        shorter = [_DAY.sub("", last), _POINT.sub(".", last)]
        shorter += [last.removesuffix(ending) for ending in self._mapping.endings]
        shorter += [last.removeprefix(start) for start in self._mapping.beginnings]
        for name in shorter:
            if name and name != last:
                found = self._lookup(name)
                if found is not None:
                    return found
        return None


def loose(name: str) -> str:
    """A name of which only the letters, digits and their grouping count."""
    return re.sub(r"[._\-\s]+", "-", name.lower())
