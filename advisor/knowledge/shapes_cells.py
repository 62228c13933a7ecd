"""What a key of a rule-base file may hold: the scalar kinds that the shapes are made of.

Each kind takes a ``Node`` and gives a value; each says how an editor should check it (its
JSON Schema).  Errors are ``PydanticCustomError`` whose type is the id of a check and whose
context may hold a ``hint``.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, ClassVar, TypeAlias, TypeVar
from unicodedata import normalize

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    PrivateAttr,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from advisor.knowledge.document import ListNode, MapNode, Node, ScalarNode

T = TypeVar("T")

_WHOLE = re.compile(r"[+-]?(?:0|[1-9][0-9]{0,11})")
# Some programs read these as octal numbers, others do not.
_LEADING_ZEROS = re.compile(r"([+-]?)0+(0|[1-9][0-9]{0,11})")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
ID_PATTERN = re.compile(r"[a-z0-9][a-z0-9.-]*")
_LONGEST_ID = 80


# Letters of other alphabets that look like Latin ones.
_LOOK_ALIKES = str.maketrans(
    "аеорсухіјѕһԁԛԝкмтвнгпαονρτυικοᴏɡıⅼ‐‑–—_ ",
    "aeopcyxijshdqwkmtbhrnaovptuikoogil------",
)


def plain_id(text: str) -> str:
    """The id that somebody meant who wrote capitals, underscores or look-alike letters."""
    return normalize("NFKC", text).casefold().translate(_LOOK_ALIKES)


def found_words(value: object) -> str:
    """What stands there, in words: 'a list', 'a map', 'nothing', 'the text 'x''."""
    if isinstance(value, ListNode):
        return "a list"
    if isinstance(value, MapNode):
        return "a map"
    if isinstance(value, ScalarNode):
        if not value.text and not value.quoted:
            return "nothing"
        return f"the text {shown(value.text)}"
    return "something else"


def shown(text: str, longest: int = 40) -> str:
    """A text in quotes, short enough for one line of a message."""
    flat = " ".join(text.split())
    return f"'{flat}'" if len(flat) <= longest else f"'{flat[:longest]}…'"


def _refuse(check: str, message: str, hint: str | None = None) -> PydanticCustomError:
    context = {"words": message} if hint is None else {"words": message, "hint": hint}
    return PydanticCustomError(check, "{words}", context)


def _scalar(value: object, wanted: str) -> ScalarNode:
    if not isinstance(value, ScalarNode):
        raise _refuse("wrong-shape", f"this should be {wanted}, but it is {found_words(value)}")
    if not value.text.strip():
        raise _refuse("wrong-shape", f"this should be {wanted}, but nothing is written here")
    return value


@dataclass(frozen=True)
class _Kind(ABC):
    """Base of the scalar kinds: ``read`` makes the value, ``schema`` describes it."""

    @abstractmethod
    def read(self, value: object) -> Any: ...

    @abstractmethod
    def schema(self) -> JsonSchemaValue: ...

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.read)

    def __get_pydantic_json_schema__(
        self, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return self.schema()


_LOOSE_SCALAR = ["string", "number", "boolean"]


@dataclass(frozen=True)
class _TextKind(_Kind):
    def read(self, value: object) -> str:
        return _scalar(value, "a text").text.strip()

    def schema(self) -> JsonSchemaValue:
        return {"type": _LOOSE_SCALAR}


@dataclass(frozen=True)
class _WordKind(_Kind):
    def read(self, value: object) -> ScalarNode:
        return _scalar(value, "one word or number")

    def schema(self) -> JsonSchemaValue:
        return {"type": _LOOSE_SCALAR}


@dataclass(frozen=True)
class _IdKind(_Kind):
    def read(self, value: object) -> ScalarNode:
        node = _scalar(value, "an id")
        if ID_PATTERN.fullmatch(node.text) is None:
            strange = next((c for c in node.text if re.fullmatch(r"[a-z0-9.-]", c) is None), None)
            if strange is None:
                reason = f"it starts with '{node.text[0]}'"
            elif strange.isascii():
                reason = f"'{strange}' is not one of them"
            else:
                reason = f"'{strange}' (U+{ord(strange):04X}) is not one of them"
            raise _refuse(
                "bad-id",
                f"{shown(node.text)} cannot be an id",
                _id_hint(node.text, reason),
            )
        if len(node.text) > _LONGEST_ID:
            raise _refuse("bad-id", f"this id is longer than {_LONGEST_ID} characters")
        return node

    def schema(self) -> JsonSchemaValue:
        return {"type": "string", "pattern": f"^{ID_PATTERN.pattern}$"}


def _id_hint(text: str, reason: str) -> str:
    meant = plain_id(text)
    if ID_PATTERN.fullmatch(meant):
        return f"write `{meant}`: ids have a-z, 0-9, '-' and '.', and {reason}"
    return f"ids have a-z, 0-9, '-' and '.', and start with a letter or digit: {reason}"


@dataclass(frozen=True)
class _CellKind(_Kind):
    def read(self, value: object) -> Node:
        if isinstance(value, ScalarNode | ListNode | MapNode):
            return value
        raise _refuse("wrong-shape", "nothing is written here")

    def schema(self) -> JsonSchemaValue:
        return {}


@dataclass(frozen=True)
class Whole(_Kind):
    """A whole number from ``low`` to ``high``."""

    low: int
    high: int

    def read(self, value: object) -> int:
        wanted = f"a whole number from {self.low:,} to {self.high:,}"
        node = _scalar(value, wanted)
        text = node.text.strip()
        if _WHOLE.fullmatch(text) is None:
            zeros = _LEADING_ZEROS.fullmatch(text)
            hint = f"write {zeros.group(1)}{zeros.group(2)}" if zeros else None
            raise _refuse("wrong-type", f"{shown(text)} is not {wanted}", hint)
        number = int(text)
        if not self.low <= number <= self.high:
            raise _refuse(
                "out-of-range", f"{text} is outside the range {self.low:,} to {self.high:,}"
            )
        return number

    def schema(self) -> JsonSchemaValue:
        return {"type": "integer", "minimum": self.low, "maximum": self.high}


_MEANT = {
    **dict.fromkeys(("true", "on", "y", "yes"), "yes"),
    **dict.fromkeys(("false", "off", "n", "no"), "no"),
}


@dataclass(frozen=True)
class _YesNoKind(_Kind):
    def read(self, value: object) -> bool:
        node = _scalar(value, "yes or no")
        if node.text not in ("yes", "no"):
            hint = _MEANT.get(node.text.lower())
            raise _refuse(
                "wrong-type",
                f"{shown(node.text)} is not yes or no",
                f"write {hint}" if hint else None,
            )
        return node.text == "yes"

    def schema(self) -> JsonSchemaValue:
        return {"enum": ["yes", "no", True, False]}


@dataclass(frozen=True)
class _OnlyYesKind(_Kind):
    """A key that is either left out or says yes."""

    def read(self, value: object) -> bool:
        node = _scalar(value, "yes")
        if node.text != "yes":
            raise _refuse(
                "wrong-type", f"{shown(node.text)} is not yes", "write yes, or leave the key out"
            )
        return True

    def schema(self) -> JsonSchemaValue:
        return {"enum": ["yes", True]}


@dataclass(frozen=True)
class _DayKind(_Kind):
    def read(self, value: object) -> date:
        node = _scalar(value, "a date such as 2026-04-13")
        text = node.text.strip()
        try:
            if _DAY.fullmatch(text) is None:
                raise ValueError
            return date.fromisoformat(text)
        except ValueError:
            raise _refuse(
                "wrong-date",
                f"{shown(text)} is not a date",
                "write year-month-day, such as 2026-04-13",
            ) from None

    def schema(self) -> JsonSchemaValue:
        return {"type": "string", "pattern": f"^{_DAY.pattern}$"}


@dataclass(frozen=True)
class Words(_Kind):
    """One of a few fixed words; gives the word."""

    words: tuple[str, ...]

    def read(self, value: object) -> str:
        listed = ", ".join(self.words[:-1]) + f" or {self.words[-1]}"
        node = _scalar(value, listed)
        if node.text not in self.words:
            raise PydanticCustomError(
                "unknown-option",
                "{words}",
                {
                    "words": f"{shown(node.text)} is not {listed}",
                    "word": node.text,
                    "candidates": self.words,
                },
            )
        return node.text

    def schema(self) -> JsonSchemaValue:
        return {"enum": list(self.words)}


def _items(value: object) -> object:
    if isinstance(value, ListNode):
        return value.items
    hint = None
    if isinstance(value, ScalarNode) and value.text:
        hint = f"write [{' '.join(value.text.split())}]"
    raise _refuse("wrong-shape", f"this should be a list, but it is {found_words(value)}", hint)


def _named(value: object) -> object:
    if isinstance(value, MapNode):
        return {entry.key.text: entry.value for entry in value.entries}
    raise _refuse("wrong-shape", f"this should be a map, but it is {found_words(value)}")


def _map(value: object) -> MapNode:
    if isinstance(value, MapNode):
        return value
    raise _refuse("wrong-shape", f"this should be a map, but it is {found_words(value)}")


@dataclass(frozen=True)
class _MapKind(_Kind):
    def read(self, value: object) -> MapNode:
        return _map(value)

    def schema(self) -> JsonSchemaValue:
        return {"type": "object"}


Text: TypeAlias = Annotated[str, _TextKind()]
Word: TypeAlias = Annotated[ScalarNode, _WordKind()]
Id: TypeAlias = Annotated[ScalarNode, _IdKind()]
Cell: TypeAlias = Annotated[Node, _CellKind()]
Map: TypeAlias = Annotated[MapNode, _MapKind()]
YesNo: TypeAlias = Annotated[bool, _YesNoKind()]
OnlyYes: TypeAlias = Annotated[bool, _OnlyYesKind()]
Day: TypeAlias = Annotated[date, _DayKind()]
Listed: TypeAlias = Annotated[tuple[T, ...], BeforeValidator(_items)]
Named: TypeAlias = Annotated[dict[str, T], BeforeValidator(_named)]


def _key(name: str) -> str:
    return name.rstrip("_").replace("_", "-")


class Shape(BaseModel):
    """A map with fixed keys.  ``what`` names it in messages; ``node`` is where it stands."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, alias_generator=_key, arbitrary_types_allowed=True
    )
    what: ClassVar[str] = "this map"
    _node: MapNode = PrivateAttr()

    @property
    def node(self) -> MapNode:
        # Asked for thousands of times; what pydantic looks up on the way doubles a read.
        private = self.__pydantic_private__
        assert private is not None
        node: MapNode = private["_node"]
        return node

    @model_validator(mode="wrap")
    @classmethod
    def _from_node(cls, value: object, handler: Callable[[object], Any]) -> Any:
        if not isinstance(value, MapNode):
            raise _refuse(
                "wrong-shape",
                f"{cls.what} should be a map, but it is {found_words(value)}",
                f"its keys: {', '.join(cls.allowed_keys())}",
            )
        made = handler({entry.key.text: entry.value for entry in value.entries})
        made.__pydantic_private__["_node"] = value
        return made

    @classmethod
    def allowed_keys(cls) -> tuple[str, ...]:
        """The keys that may be written."""
        return tuple(field.alias or name for name, field in cls.model_fields.items())
