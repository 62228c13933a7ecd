"""The interview line by line: for pipes, screen readers and simple terminals.

Questions go to standard error, so that standard output holds the verdict alone.  At a
terminal a mistake is explained and the question asked again; from a pipe it ends the run,
because nobody is there to correct it.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

from advisor.cli.diary import Diary
from advisor.cli.inputs import STDIN_NAME
from advisor.cli.options import Common
from advisor.cli.output import emit, is_terminal, say, text_style
from advisor.cli.plain_pages import PAGES, Pages
from advisor.cli.recommending import rendered, verdict_code
from advisor.errors import DataError, Problem, Span
from advisor.interview import Interview, Weight, guidance
from advisor.knowledge.model import Inputs, Knowledge, Question
from advisor.knowledge.text_safety import visible
from advisor.knowledge.values import FlagsType, NumberType
from advisor.places import session_directory
from advisor.reports.figures import counted
from advisor.reports.questions import MANY, number_words
from advisor.reports.text import ascii_only, printable, wrapped
from advisor.typed_answers import DONT_KNOW, option_ids, parse_answer

if TYPE_CHECKING:
    from advisor.sessions import Session

LONGEST = 10_000
"""Characters of one line."""

HELP = """\
Answer with an option's number or name, a number, or a range such as 50 to 200.
Several answers are separated by commas.
  ?        you don't know              skip     leave the question out (or an empty line)
  back     undo the last step          why      why this is asked
  review   what was answered           ID: ...  answer another question, such as regions: us
  next     the question that matters most now
  weight CRITERION more                more, less, ignore or normal
  export FORMAT FILE                   markdown, json, html, adr or answers
  quit     stop here: the verdict on what was answered so far
To look at, at any time:
"""
_WEIGHTS: Mapping[str, Weight | None] = {
    "more": "more",
    "less": "less",
    "ignore": "ignore",
    "normal": None,
}
_NAMED = re.compile(r"\s*([a-z][a-z0-9-]*)\s*[:=]\s*(.*)", re.DOTALL)


class Line(Struct, frozen=True):
    number: int
    text: str


def converse(knowledge: Knowledge, begin: Inputs | Session | None, common: Common) -> int:
    """Ask until the questions or the lines run out, then give the verdict."""
    talk = _Talk(knowledge, common, strict=not is_terminal(sys.stdin))
    if begin is None or isinstance(begin, Inputs):
        interview = Interview.start(knowledge, begin)
    else:
        interview = talk.go_on(begin, knowledge)
    interview = talk.run(interview)
    result = talk.pages.result(interview)
    talk.tell("")
    talk.tell_as_is(talk.diary.farewell())
    emit(rendered(result, "text", None), None)
    return verdict_code(result)


class _Talk:
    """One conversation.  ``strict``: a mistake is an error that names its line.  At a terminal
    every answer is kept, and the leader told after it."""

    def __init__(self, knowledge: Knowledge, common: Common, *, strict: bool) -> None:
        self.strict = strict
        self.quiet = common.quiet
        self.ascii = not text_style(None).unicode
        self.lines = _stdin_lines()
        self.pages = Pages(knowledge, common.as_of)
        self.diary = Diary(None if strict else session_directory(), self.tell)
        self.tried: Interview | None = None

    def go_on(self, session: Session, knowledge: Knowledge) -> Interview:
        """Take a saved interview up again, and say what was lost."""
        from advisor.sessions import restore

        restored = restore(session, knowledge)
        self.diary.go_on(session)
        self.tell(f"Going on with '{session.name}', saved {session.saved}.")
        for line in restored.lost:
            self.tell(f"The rules have changed since; not taken over: {line}", "  ")
        if restored.other_rules and not restored.lost:
            self.tell("The rules have changed since; every answer still holds.")
        return restored.interview

    def run(self, interview: Interview) -> Interview:
        self.tell("Inference Advisor, line by line. 'help' shows what can be typed.")
        shown: str | None = None
        while True:
            question = interview.current
            if question is not None and question.id != shown:
                self.ask(interview, question)
            elif question is None and shown is not None:
                self.tell("Every question is dealt with: look at pages ('help'), or 'quit'.")
            shown = question.id if question is not None else None
            if question is None and not self.strict and self.quiet:
                break
            self.prompt()
            line = next(self.lines, None)
            if line is None or line.text.strip().lower() in ("quit", "q", "done"):
                break
            after = self.take(interview, question, line)
            if after.inputs != interview.inputs:
                self.diary.keep(after)
                if not self.strict and not self.quiet:
                    self.tell(self.pages.leader(after))
            if after is not interview:
                shown = ""
            interview = after
        return interview

    def take(self, interview: Interview, question: Question | None, line: Line) -> Interview:
        """The interview after one line."""
        word, _, rest = line.text.strip().partition(" ")
        word, rest = word.lower(), rest.strip()
        if not rest and (question is None or word not in option_ids(question)):
            after = self.step(word, interview, question)
            if after is not None:
                return after
        try:
            if word == "what" and rest.lower().startswith("if "):
                return self.try_out(interview, line)
            if word == "weight":
                return self.weigh(interview, rest, line)
            if word == "keep" and self.tried is not None:
                kept, self.tried = self.tried, None
                return kept
            if word == "export" and rest:
                self.export(interview, rest)
                return interview
            if question is None or word not in option_ids(question):
                page = self.pages.page(word, rest, interview)
                if page is not None:
                    self.show(page)
                    return interview
        except DataError as error:
            self.refuse(error, line)
            return interview
        return self.answer(interview, question, line)

    def step(self, word: str, interview: Interview, question: Question | None) -> Interview | None:
        """The interview after a word of its own; None where it is none."""
        if word == "back":
            if not interview.can_go_back:
                self.tell("This is the first question.")
            return interview.back()
        if word in ("", "skip"):
            return interview if question is None else interview.skip(question.id)
        if word == "next":
            found = guidance(interview, self.pages.as_of)
            self.tell(found.why)
            return interview if found.question is None else interview.goto(found.question)
        if word == "why" and question is not None:
            self.tell(question.why)
        elif word == "help":
            self.tell_as_is(HELP)
            for name, words in PAGES.items():
                self.tell(words, f"  {name:<24}", " " * 26)
        elif word == "review":
            self.review(interview)
        else:
            return None
        return interview

    def try_out(self, interview: Interview, line: Line) -> Interview:
        """``what if ID: ANSWER`` and ``what if CRITERION more``: looked at, not taken over."""
        start = re.match(r"\s*what\s+if\s+", line.text, re.IGNORECASE)
        text = line.text[start.end() :] if start is not None else line.text
        if _NAMED.fullmatch(text) is None:
            after = self.weigh(interview, text, line)
        else:
            blanked = Line(line.number, " " * (len(line.text) - len(text)) + text)
            after = self.answered(interview, interview.current, blanked)
        self.show(self.pages.what_if(interview, after))
        self.tried = after
        self.tell("'keep' takes that over.")
        return interview

    def weigh(self, interview: Interview, text: str, line: Line) -> Interview:
        """``CRITERION more``.  Raises DataError."""
        name, _, wish = text.strip().partition(" ")
        criteria = interview.knowledge.criteria
        if name not in criteria:
            from advisor.language.vocabulary import did_you_mean

            hint = did_you_mean(name, list(criteria)) or f"they are {', '.join(criteria)}"
            message = f"no criterion is called '{name}'"
        elif wish.strip() not in _WEIGHTS:
            message, hint = f"'{wish.strip()}' is no weight", f"one of {', '.join(_WEIGHTS)}"
        else:
            return interview.weigh(name, _WEIGHTS[wish.strip()])
        raise DataError([_problem(message, line, hint)])

    def export(self, interview: Interview, rest: str) -> None:
        """``export FORMAT FILE``.  Raises DataError."""
        from advisor.saving import save
        from advisor.tui.exporting import FORMATS, target

        name, _, file = rest.partition(" ")
        form = FORMATS.get(name)
        if form is None or not file.strip():
            words = f"export takes one of {', '.join(FORMATS)}, and a file"
            raise DataError([Problem("usage", words, STDIN_NAME)])
        result = self.pages.result(interview)
        text = form.write(interview.knowledge, interview.inputs, result)
        try:
            path = target(file, form)
            save(path, text.encode())
        except (OSError, ValueError, RuntimeError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise DataError([Problem("unwritable-file", f"not written: {reason}", file)]) from None
        self.tell_as_is(f"Written: {visible(str(path))}\n")

    def show(self, lines: list[str]) -> None:
        """A page as it is laid out already."""
        for line in lines:
            shown = printable(line)
            self.tell_as_is((ascii_only(shown) if self.ascii else shown).rstrip() + "\n")

    def refuse(self, error: DataError, line: Line) -> None:
        """A mistake ends a pipe; at a terminal it is explained."""
        if self.strict:
            raise DataError(
                [
                    problem
                    if problem.span is not None
                    else _problem(problem.message, line, problem.hint)
                    for problem in error.problems
                ]
            )
        self.mistake(error)

    def answer(self, interview: Interview, question: Question | None, line: Line) -> Interview:
        if question is None and line.text.strip() in DONT_KNOW:
            return interview
        try:
            return self.answered(interview, question, line)
        except DataError as error:
            self.refuse(error, line)
            return interview

    def answered(self, interview: Interview, question: Question | None, line: Line) -> Interview:
        """The interview with the answer in ``line``.  Raises DataError."""
        text = line.text
        named = _NAMED.fullmatch(text)
        if named is not None:
            question = self.named(interview, named, line)
            # Blanks keep the columns of what follows the name.
            text = " " * named.start(2) + named.group(2)
        if question is None:
            message = "every question is dealt with"
            raise DataError([_problem(message, line, "ID: ANSWER changes an answer")])
        domain = parse_answer(question, text, file=STDIN_NAME, line=line.number)
        if domain is None:
            return interview.unknown(question.id)
        return interview.answer(question.id, domain)

    def named(self, interview: Interview, named: re.Match[str], line: Line) -> Question:
        """The question of ``ID: answer``."""
        name = named.group(1)
        found = interview.knowledge.questions.get(name)
        if found is not None:
            return found
        from advisor.language.vocabulary import did_you_mean

        span = Span(line.number, named.start(1) + 1, line.number, named.end(1) + 1)
        hint = did_you_mean(name, interview.knowledge.questions)
        message = f"no question is called '{name}'"
        raise DataError([Problem("unknown-name", message, STDIN_NAME, span, hint, line.text)])

    # -- telling ---------------------------------------------------------------------------

    def ask(self, interview: Interview, question: Question) -> None:
        progress = interview.progress
        told = counted(progress.answered, "answer")
        self.tell("")
        self.tell(f"{question.group} ({told}, {progress.remaining} to go)")
        self.tell(f"{question.id}: {question.ask}")
        if isinstance(question.type, NumberType):
            self.tell(number_words(question.type), "  ")
            return
        if len(question.options) > MANY:
            self.tell(", ".join(option.id for option in question.options), "  ")
        else:
            for number, option in enumerate(question.options, 1):
                meaning = f" - {option.means}" if option.means else ""
                self.tell(f"{option.id}{meaning}", f"  {number:>2}  ", "      ")
        if isinstance(question.type, FlagsType):
            self.tell("Several are possible, separated by commas; [] for none.", "  ")

    def review(self, interview: Interview) -> None:
        from advisor.language.wording import domain_words

        for question in interview.questions:
            status = interview.status(question.id)
            if status == "answered":
                words = domain_words(interview.answers[question.id], question.type)
                self.tell(f"{question.id}: {words}")
            elif status != "open":
                self.tell(f"{question.id}: ({status})")

    def mistake(self, error: DataError) -> None:
        for problem in error.problems:
            hint = f"; {problem.hint}" if problem.hint else ""
            self.tell(f"{problem.message}{hint}. Please answer again, or 'help'.")

    def prompt(self) -> None:
        if not self.quiet:
            say("> " if not self.strict else "")

    def tell(self, text: str, first: str = "", rest: str | None = None) -> None:
        if self.quiet:
            return
        shown = printable(text)
        if self.ascii:
            shown = ascii_only(shown)
        indent = first if rest is None else rest
        width = 79 - max(len(first), len(indent))
        lines = wrapped(shown, width) if shown.strip() else [""]
        for number, line in enumerate(lines):
            say(f"{indent if number else first}{line}".rstrip() + "\n")

    def tell_as_is(self, text: str) -> None:
        if not self.quiet:
            say(text)


def _problem(message: str, line: Line, hint: str | None) -> Problem:
    span = Span(line.number, 1, line.number, len(line.text) + 1)
    return Problem("unknown-name", message, STDIN_NAME, span, hint, line.text)


def _stdin_lines() -> Iterator[Line]:
    """Lines of standard input.  Raises DataError for what is no text."""
    if sys.stdin is None:
        return
    number = 0
    while raw := sys.stdin.buffer.readline(4 * LONGEST + 2):
        number += 1
        yield Line(number, _decoded(raw, number))


def _decoded(raw: bytes, number: int) -> str:
    if number == 1:
        raw = raw.removeprefix(b"\xef\xbb\xbf")
    place = Span(number, 1, number, 2)
    try:
        text = raw.decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError as error:
        column = len(raw[: error.start].decode("utf-8", "replace")) + 1
        place = Span(number, column, number, column + 1)
        message = f"byte 0x{raw[error.start]:02x} is not UTF-8 text"
        raise DataError([Problem("not-utf8", message, STDIN_NAME, place)]) from None
    if len(text) > LONGEST:
        message = f"the line is longer than {LONGEST:,} characters"
        raise DataError([Problem("too-long", message, STDIN_NAME, place)])
    for column, character in enumerate(text, 1):
        if character != "\t" and visible(character) != character:
            message = f"the character {visible(character)} cannot be part of an answer"
            place = Span(number, column, number, column + 1)
            raise DataError([Problem("control-character", message, STDIN_NAME, place, None, text)])
    return text
