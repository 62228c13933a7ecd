"""JSON Schema of every kind of file in a rule base, generated from the shapes.

What an editor needs to complete keys, show what they mean and underline mistakes.  With a
rule base, also its own names: questions, options, criteria, sources, offers and models.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from msgspec import Struct

from advisor.authoring.vocabulary import Vocabulary
from advisor.knowledge import files
from advisor.knowledge.files import Kind
from advisor.knowledge.model import Knowledge
from advisor.knowledge.shapes_cells import Shape
from advisor.knowledge.values import NumberType, Type
from advisor.language.binding_rules import EFFECTS
from advisor.language.units import UNITS
from advisor.language.vocabulary import type_words

Schema: TypeAlias = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
FOLDER = ".schema"
"""Where in a rule base the schemas lie that its files point at."""

SCALAR = ["string", "number", "boolean"]

# Kinds of files by name; several places of a rule base hold the same kind.
KINDS: Mapping[str, tuple[Kind[Any], ...]] = {
    "method": (files.METHOD,),
    "criteria": (files.CRITERIA,),
    "attributes": (files.ATTRIBUTES,),
    "sources": (files.SOURCES_FILE, files.SOURCES),
    "questions": (files.QUESTIONS,),
    "derived": (files.DERIVED,),
    "rules": (files.SCORING, files.GATES, files.ADVICE),
    "impossible": (files.IMPOSSIBLE,),
    "offers": (files.OFFERS,),
    "hardware": (files.HARDWARE,),
    "models": (files.MODELS,),
    "cases": (files.CASES,),
}

# Where a cell holds a condition, and about what.
_CONDITIONS = {
    ("rule", "when"): "condition",
    ("rule", "for"): "offer-condition",
    ("question", "ask-when"): "condition",
    ("row", "when"): "condition",
    ("impossible", "when"): "condition",
}


def file_schema(kind: str, knowledge: Knowledge | None = None) -> Schema:
    """The schema of one kind of file; raises KeyError for another word than ``KINDS`` has."""
    whole = combined_schema(knowledge)
    entry = whole["$defs"][f"{kind}-file"]
    needed = _reachable(entry, whole["$defs"])
    return {
        "$schema": DIALECT,
        "title": f"Rule base: {kind}",
        **entry,
        "$defs": {name: whole["$defs"][name] for name in sorted(needed)},
    }


def combined_schema(knowledge: Knowledge | None = None) -> Schema:
    """One document for all kinds: any file of a rule base is one of its ``anyOf``."""
    definitions: dict[str, Schema] = {}
    for name, kinds in KINDS.items():
        shape, location = kinds[0].shape, kinds[0].location
        definitions |= _definitions(shape)
        inner: Schema = {"$ref": f"#/$defs/{_name(shape.__name__)}"}
        if location.many:
            inner = {"type": "array", "minItems": 1, "items": inner}
        definitions[f"{name}-file"] = inner
    definitions |= _conditions()
    for (owner, key), target in _CONDITIONS.items():
        properties = definitions[owner]["properties"]
        properties[key] = {**properties[key], "$ref": f"#/$defs/{target}"}
    _say_more_of_rules(definitions["rule"])
    if knowledge is not None:
        _Names(knowledge, Vocabulary(knowledge), definitions).fill()
    return {
        "$schema": DIALECT,
        "title": "Rule base",
        "anyOf": [{"$ref": f"#/$defs/{name}-file"} for name in KINDS],
        "$defs": {name: definitions[name] for name in sorted(definitions)},
    }


def _definitions(shape: type[Shape]) -> dict[str, Schema]:
    """The shape and every shape inside it, under plain names."""
    schema: Schema = shape.model_json_schema(by_alias=True)
    found = {_name(name): _plain(entry) for name, entry in schema.pop("$defs", {}).items()}
    found[_name(shape.__name__)] = _plain(schema)
    return found


def _name(shape: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "-", shape.removesuffix("Shape")).lower()


def _plain(value: Any) -> Any:
    """Without what only Python code means: titles, defaults, and null for what is left out."""
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if not isinstance(value, dict):
        return value
    found: Schema = {}
    for key, inner in value.items():
        if key == "properties":
            found[key] = {name: _plain(entry) for name, entry in inner.items()}
        elif key == "anyOf":
            found |= _without_null([_plain(item) for item in inner])
        elif key == "$ref":
            found[key] = f"#/$defs/{_name(inner.rpartition('/')[2])}"
        elif key not in ("title", "default"):
            found[key] = _plain(inner)
    return found


def _without_null(choices: list[Schema]) -> Schema:
    """A key is left out or says something; nothing is written as null."""
    rest = [choice for choice in choices if choice != {"type": "null"}]
    return rest[0] if len(rest) == 1 else {"anyOf": rest}


def _conditions() -> dict[str, Schema]:
    cell: Schema = {
        "description": (
            "A test (80, EU, below 3, at most 3, above 70, at least 99.9, 70 to 175, not x), "
            "a list (any of them), or {not: ...}."
        ),
        "anyOf": [
            {"type": SCALAR},
            {"type": "array", "minItems": 1, "items": {"type": SCALAR}},
            {
                "type": "object",
                "required": ["not"],
                "properties": {"not": {"$ref": "#/$defs/cell"}},
                "additionalProperties": False,
            },
        ],
    }
    return {
        "cell": cell,
        "condition": _condition("condition", {"$ref": "#/$defs/cell"}),
        "offer-condition": _condition("offer-condition", {"$ref": "#/$defs/cell"}),
    }


def _condition(name: str, rest: Schema | bool, properties: Schema | None = None) -> Schema:
    itself = {"$ref": f"#/$defs/{name}"}
    several = {"type": "array", "minItems": 1, "items": itself}
    return {
        "type": "object",
        "properties": {
            "any": {"description": "At least one of these conditions holds.", **several},
            "all": {"description": "All of these conditions hold.", **several},
            "not": {"description": "This condition does not hold.", **itself},
            **(properties or {}),
        },
        "additionalProperties": rest,
    }


def _say_more_of_rules(rule: Schema) -> None:
    """What the binding demands of a rule beyond its keys."""
    rule["oneOf"] = [{"required": [effect]} for effect in EFFECTS]
    rule["anyOf"] = [{"required": ["when"]}, {"required": ["for"]}]
    rule["dependentRequired"] = {
        "score": ["criterion"],
        "weigh": ["criterion", "when"],
        "negotiable": ["exclude"],
    }
    rule["dependentSchemas"] = {"weigh": {"properties": {"for": False}}}
    rule["properties"]["examples"]["minItems"] = 2


class _Names(Struct, frozen=True):
    """Puts the names of a rule base into the definitions."""

    knowledge: Knowledge
    vocabulary: Vocabulary
    definitions: dict[str, Schema]

    def fill(self) -> None:
        base = self.knowledge
        workload = {name: self.cell(name, of) for name, of in self.vocabulary.workload.items()}
        offer = {name: self.cell(name, of) for name, of in self.vocabulary.offer.items()}
        self.definitions["condition"] = _condition("condition", False, workload)
        self.definitions["offer-condition"] = _condition("offer-condition", False, offer)
        self.closed("case", "answers", {q: self.value(q) for q in base.questions})
        self.closed("case", "prices", {o: {"type": "object"} for o in base.offers})
        weight = {"enum": ["more", "less", "ignore"]}
        self.closed("case", "weights", dict.fromkeys(base.criteria, weight))
        given = {name: self.value(name) for name in self.vocabulary.workload}
        given["offer"] = {"enum": list(base.offers)}
        given["model"] = {"enum": list(base.models)}
        self.closed("example", "given", given)
        for owner, key, words in (
            ("rule", "criterion", base.criteria),
            ("citation", "ref", base.sources),
            ("claim", "source", base.sources),
            ("claim", "attribute", base.attributes),
            ("served", "source", base.sources),
            ("served", "model", base.models),
            ("offer", "accelerator", base.accelerators),
        ):
            self.one_of(owner, key, words)
        for key in ("right", "debatable", "wrong"):
            items = {"enum": [*base.offers, "none"]}
            self.definitions["expect"]["properties"][key]["items"] = items

    def closed(self, owner: str, key: str, properties: Mapping[str, Schema]) -> None:
        """A map that may hold these names only."""
        found = self.definitions[owner]["properties"][key]
        found |= {"properties": dict(properties), "additionalProperties": False}

    def one_of(self, owner: str, key: str, words: Iterable[str]) -> None:
        found = self.definitions[owner]["properties"][key]
        kept = {k: v for k, v in found.items() if k == "description"}
        self.definitions[owner]["properties"][key] = {**kept, "enum": list(words)}

    def cell(self, name: str, of: Type) -> Schema:
        """A test; of a choice the options are offered, though more can be said."""
        suggested: list[Schema] = [{"$ref": "#/$defs/cell"}]
        if not isinstance(of, NumberType):
            suggested.insert(0, {"enum": list(of.options)})
        return {"description": self.words(name, of), "anyOf": suggested}

    def value(self, name: str) -> Schema:
        """An answer: an option, several, a number or a range."""
        of = self.vocabulary.workload[name]
        words = self.words(name, of)
        if isinstance(of, NumberType):
            return {"description": words, "type": ["string", "number", "object"]}
        # An editor that reads YAML 1.1 takes yes and no for booleans.
        booleans = [True, False] if set(of.options) == {"yes", "no"} else []
        one: Schema = {"enum": [*of.options, *self.aliases(name), "unknown", *booleans]}
        return {"description": words, "anyOf": [one, {"type": "array", "items": one}]}

    def aliases(self, name: str) -> list[str]:
        question = self.knowledge.questions.get(name)
        return [] if question is None else sorted(question.aliases)

    def words(self, name: str, of: Type) -> str:
        question = self.knowledge.questions.get(name)
        derived = self.knowledge.derived.get(name)
        attribute = self.knowledge.attributes.get(name.rpartition(".")[2])
        if question is not None:
            said = f"{question.ask} {question.why}"
        elif derived is not None:
            said = f"Follows from other answers. {derived.because}"
        else:
            said = "" if attribute is None else attribute.label
        kind = type_words(of) if not isinstance(of, NumberType) else UNITS[of.unit].what
        return f"{said} ({kind})".strip()


def _reachable(schema: Schema, definitions: Mapping[str, Schema]) -> set[str]:
    """The definitions that a schema refers to, directly or not."""
    found: set[str] = set()
    todo = [schema]
    while todo:
        for name in _references(todo.pop()):
            if name not in found:
                found.add(name)
                todo.append(definitions[name])
    return found


def _references(value: Any) -> Iterable[str]:
    if isinstance(value, list):
        for item in value:
            yield from _references(item)
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "$ref":
                yield inner.rpartition("/")[2]
            else:
                yield from _references(inner)


def kind_of(place: str) -> str | None:
    """The kind of the file at a path within a rule base; None for another file."""
    folder, _, name = place.rpartition("/")
    for key, kinds in KINDS.items():
        for location in (kind.location for kind in kinds):
            if location.folder and location.place == folder:
                return key
            if not location.folder and not folder and location.place == name.rpartition(".")[0]:
                return key
    return None


def first_line(place: str) -> str | None:
    """The comment that tells editors the schema of the file at a path within a rule base."""
    kind = kind_of(place)
    if kind is None:
        return None
    up = "../" * place.count("/")
    return f"# yaml-language-server: $schema={up}{FOLDER}/{kind}.json"


def as_text(schema: Schema) -> str:
    """The schema as JSON, keys in their order, with a line feed at the end."""
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"
