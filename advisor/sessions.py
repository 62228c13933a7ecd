"""Interviews that are kept: saved after every answer, taken up again later.

A session file holds each answer as it would stand in an answers file, so that it can be read
against another rule base, answer by answer: what does not fit there is named, never silently
read otherwise.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from msgspec import Struct, field
from msgspec.structs import asdict, replace

from advisor.errors import DataError, Problem
from advisor.interview import Interview
from advisor.knowledge.model import Knowledge, Question
from advisor.knowledge.values import Domain, Flags, Interval, NumberType
from advisor.language.answers import inputs_from_mapping
from advisor.language.numerals import decimal_digits
from advisor.language.units import format_number
from advisor.reading import open_regular
from advisor.saving import alone, save

FORMAT: Final = "advisor-session-1"
SUFFIX: Final = ".session.json"
_LARGEST: Final = 4 * 1024 * 1024
_LONGEST_STEM: Final = 58
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}")

Plain = str | list[str]


class Session(Struct, frozen=True):
    """``saved`` is a local time as text; ``digest`` is the rule base's; ``marks`` are the
    questions that were skipped or answered with "don't know"."""

    name: str
    saved: str
    digest: str
    answers: Mapping[str, Plain]
    marks: Mapping[str, str] = field(default_factory=dict)
    weights: Mapping[str, str] = field(default_factory=dict)
    prices: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    current: str | None = None


class Restored(Struct, frozen=True):
    """``session`` is what was restored; ``lost`` says of each answer, weight and price that
    could not be taken over why; ``other_rules`` is True where the rule base has changed since."""

    session: Session
    interview: Interview
    lost: tuple[str, ...]
    other_rules: bool


def valid_name(name: str) -> bool:
    """Letters, digits, blanks, dots, dashes; so that it is a file name everywhere."""
    return _NAME.fullmatch(name) is not None and not name.endswith((" ", "."))


def session_of(interview: Interview, name: str, saved: str) -> Session:
    """The state of an interview."""
    questions = interview.knowledge.questions
    inputs = interview.inputs
    return Session(
        name=name,
        saved=saved,
        digest=interview.knowledge.digest,
        answers={n: plain_answer(questions[n], domain) for n, domain in inputs.answers.items()},
        marks=dict(interview.marks),
        weights=dict(inputs.weights),
        prices={
            offer: {key: decimal_digits(value) for key, value in own.items()}
            for offer, own in inputs.prices.items()
        },
        current=interview.current.id if interview.current is not None else None,
    )


def plain_answer(question: Question, domain: Domain) -> Plain:
    """An answer as it would stand in an answers file."""
    of = question.type
    if isinstance(domain, Interval):
        return _interval(domain, of.unit if isinstance(of, NumberType) else "")
    declared = () if isinstance(of, NumberType) else of.options
    if isinstance(domain, Flags):
        return [name for name in declared if name in domain.must]
    names = [name for name in declared if name in domain.values]
    return names[0] if len(names) == 1 else names


def _interval(numbers: Interval, unit: str) -> str:
    low = None if numbers.low is None else format_number(numbers.low, unit)
    high = None if numbers.high is None else format_number(numbers.high, unit)
    if low is not None and numbers.is_point:
        return low
    if low is not None and (high is None or numbers.low_open):
        return f"{'above' if numbers.low_open else 'at least'} {low}"
    if high is not None and (low is None or numbers.high_open):
        return f"{'below' if numbers.high_open else 'at most'} {high}"
    return f"{low} to {high}"


def restore(session: Session, knowledge: Knowledge) -> Restored:
    """Take an interview up again, answer by answer."""
    lost: list[str] = []
    kept: dict[str, Plain] = {}
    for name, value in session.answers.items():
        problem = _problem({"answers": {name: value}}, knowledge)
        if problem is None:
            kept[name] = value
        else:
            lost.append(f"{name}: {problem}")
    weights = _readable(session.weights, "weights", knowledge, lost)
    prices = _readable(session.prices, "prices", knowledge, lost)
    inputs = inputs_from_mapping({"answers": kept, "weights": weights, "prices": prices}, knowledge)
    interview = Interview.start(knowledge, inputs)
    for name, mark in session.marks.items():
        if name in knowledge.questions and name not in kept:
            interview = interview.skip(name) if mark == "skipped" else interview.unknown(name)
    if session.current is not None and session.current in knowledge.questions:
        interview = interview.goto(session.current)
    return Restored(session, interview, tuple(lost), session.digest != knowledge.digest)


def _readable(
    given: Mapping[str, object], part: str, knowledge: Knowledge, lost: list[str]
) -> dict[str, object]:
    kept: dict[str, object] = {}
    for name, value in given.items():
        problem = _problem({"answers": {}, part: {name: value}}, knowledge)
        if problem is None:
            kept[name] = value
        else:
            lost.append(f"{name}: {problem}")
    return kept


def _problem(document: Mapping[str, object], knowledge: Knowledge) -> str | None:
    try:
        inputs_from_mapping(document, knowledge)
    except DataError as error:
        return error.problems[0].message
    return None


class SessionStore:
    """Session files in one directory, which is made when it is first needed."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def path(self, name: str) -> Path:
        """Raises ValueError for a name that is no file name."""
        if not valid_name(name):
            raise ValueError(f"'{name}' is no name for a session")
        return self.directory / f"{name}{SUFFIX}"

    def save(self, session: Session) -> Path:
        """Write a session in one step.  Raises OSError."""
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self.path(session.name)
        data = {"format": FORMAT, **asdict(session)}
        text = json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True)
        save(path, (text + "\n").encode())
        return path

    def save_after(self, session: Session, before: Session | None) -> Session:
        """Write a session that was last read or written as ``before``; None: never.

        Where another program has written under its name since, both are kept: this one under
        a name that is free.  Returns the session as it was written.  Raises OSError.
        """
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        with alone(self.directory):
            if self.path(session.name).exists() and not self._is_still(before, session.name):
                session = replace(session, name=self.free_name(session.name[:_LONGEST_STEM]))
            self.save(session)
        return session

    def _is_still(self, before: Session | None, name: str) -> bool:
        try:
            return before is not None and self.load(name) == before
        except DataError:
            return False

    def names(self) -> tuple[str, ...]:
        """The latest first; empty where there is no directory or it cannot be read."""
        try:
            found = [(p.stat().st_mtime_ns, p.name) for p in self.directory.glob(f"*{SUFFIX}")]
        except OSError:
            return ()
        return tuple(name.removesuffix(SUFFIX) for _, name in sorted(found, reverse=True))

    def load(self, name: str | None = None) -> Session:
        """A session by name, or the latest.  Raises DataError."""
        if name is None:
            names = self.names()
            if not names:
                raise _refusal("no-session", "there is no saved session", str(self.directory))
            name = names[0]
        try:
            path = self.path(name)
            with open_regular(path) as stream:
                data = stream.read(_LARGEST + 1)
            if len(data) > _LARGEST:
                raise ValueError(f"the file is larger than {_LARGEST // 1024 // 1024} MB")
            text = data.decode("utf-8")
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            known = ", ".join(self.names()[:5])
            hint = f"saved sessions: {known}" if known else "there are none"
            words = f"the session '{name}' cannot be read: {reason}"
            raise _refusal("no-session", words, name, hint) from None
        # What a file calls itself may be a path: it is called what its file is called.
        return replace(read_session(text, str(path)), name=name)

    def rename(self, old: str, new: str) -> None:
        """Raises ValueError (no name, or taken already), OSError."""
        if self.path(new).exists():
            raise ValueError(f"there is already a session '{new}'")
        self.save(replace(self.load(old), name=new))
        self.path(old).unlink()

    def delete(self, name: str) -> None:
        """Raises ValueError, OSError."""
        self.path(name).unlink()

    def free_name(self, wanted: str) -> str:
        """``wanted``, with a number behind it where that is taken."""
        taken = set(self.names())
        number = 2
        name = wanted
        while name in taken:
            name, number = f"{wanted}-{number}", number + 1
        return name


def moved(name: str, other: str) -> str:
    """What to tell where ``save_after`` chose another name."""
    return f"Another advisor has saved '{name}' meanwhile: both are kept, this one as '{other}'."


def read_session(text: str, file: str) -> Session:
    """A session from the text of its file.  Raises DataError."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _refusal("bad-session", f"this is not a session: {error}", file) from None
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise _refusal("bad-session", f"this is not a session of format {FORMAT}", file)
    try:
        return Session(
            name=_text(data["name"]),
            saved=_text(data["saved"]),
            digest=_text(data["digest"]),
            answers={_text(k): _plain(v) for k, v in data["answers"].items()},
            marks={_text(k): _text(v) for k, v in data["marks"].items()},
            weights={_text(k): _text(v) for k, v in data["weights"].items()},
            prices={
                _text(offer): {_text(k): _text(v) for k, v in own.items()}
                for offer, own in data["prices"].items()
            },
            current=None if data["current"] is None else _text(data["current"]),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise _refusal("bad-session", f"this session is damaged: {error}", file) from None


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def _plain(value: object) -> Plain:
    return [_text(item) for item in value] if isinstance(value, list) else _text(value)


def _refusal(check: str, message: str, file: str, hint: str | None = None) -> DataError:
    return DataError([Problem(check, message, file, hint=hint)])
