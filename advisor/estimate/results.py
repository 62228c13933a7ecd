"""Results of one's own measurements: a file that names the offers, or what a tool wrote.

A results file is YAML (or JSON)::

    format: 1
    results:
      - offer: groq-shared
        model: gpt-oss-120b             # may be left out: what the offer would serve
        date: 2026-11-25
        region: europe                  # may be left out
        requests: 3000                  # sent, ...
        accepted: 2994                  # ... answered in full, ...
        rate-limited: 4                 # ... and refused for the rate (429)
        seconds: 600
        concurrency: 64                 # requests at once, or request-rate: 5 (per second)
        first-token-ms: {p50: 310, p95: 620}
        token-ms: {p50: 8.1, p95: 11}
        output-tokens-per-second: 4200  # of the whole system
        devices: 8                      # behind the endpoint, where they are rented
      - offer: together-serverless
        date: 2026-11-25
        file: together.json             # figures as a tool wrote them, beside this file

What a tool wrote is recognised by its form (``advisor.estimate.result_tools``).  Every mistake
is a located problem; all of them come at once as a ``DataError``.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Mapping
from fractions import Fraction

from msgspec import Struct

from advisor.errors import DataError, Problem
from advisor.estimate.result_figures import Figures, Spread
from advisor.estimate.result_tools import read_tool, tool_of
from advisor.knowledge.document import Findings, ListNode, MapNode, Node, ScalarNode
from advisor.knowledge.importing.json_text import read as read_json
from advisor.knowledge.strict_yaml import read as read_yaml
from advisor.language.ledger_map import LedgerMap
from advisor.language.marks import quote
from advisor.language.vocabulary import did_you_mean

FORMAT = "1"
FEWEST = 20
"""Answered requests below which a 95th percentile would be one or two requests."""
LARGEST = 64 * 1024 * 1024
"""Bytes of a tool's file; some tools keep every request in it."""


class Names(Struct, frozen=True):
    """What results may speak of; ``models`` by every spelling, as ids."""

    offers: Collection[str]
    models: Mapping[str, str]
    regions: Collection[str]


class Result(Struct, frozen=True):
    """One run against one offer.  ``model`` and ``region`` None: not said.  ``place`` is where
    it was read, as ``file:line``."""

    offer: str
    model: str | None
    date: datetime.date
    region: str | None
    devices: int | None
    figures: Figures
    place: str


def read_results(
    data: bytes,
    file: str,
    names: Names,
    as_of: datetime.date,
    open_file: Callable[[str], bytes],
    offer: str | None = None,
) -> tuple[Result, ...]:
    """The results in a file.  ``offer`` names the offer that a tool's file is about;
    ``open_file`` gives the content of a file named inside (it may raise DataError).

    Raises DataError with every problem.
    """
    if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{":
        value, text, problems = read_json(data, file)
        if problems:
            raise DataError(problems)
        if "results" not in value:
            return (_tool_result(value, text, file, names, as_of, offer),)
    if offer is not None:
        message = "a results file says itself which offers were measured"
        raise DataError([Problem("wrong-shape", message, file, hint=f"leave out '{offer}='")])
    node, findings = read_yaml(data, file)
    results = _Reader(findings, names, as_of, open_file).results(node) if node else []
    if findings.problems:
        raise DataError(findings.problems)
    return tuple(results)


def _tool_result(
    value: object,
    text: str,
    file: str,
    names: Names,
    as_of: datetime.date,
    offer: str | None,
) -> Result:
    """What one tool wrote, about the offer that the caller or the file's name gives."""
    problems: list[Problem] = []
    if tool_of(value) is not None:
        offer = offer or _offer_in_name(file, names.offers)
        if offer is None:
            problems.append(
                Problem(
                    "not-a-result",
                    "this file does not say which offer was measured",
                    file,
                    hint=f"write OFFER={file}, or let the name begin with the offer and a dot",
                )
            )
    figures = read_tool(value, text, file, problems)
    if figures is not None:
        problems += _doubtful(figures, file)
    if problems or figures is None or offer is None:
        raise DataError(problems)
    day = figures.date or as_of
    if day > as_of:
        raise DataError([_in_the_future(day, as_of, file)])
    model = None if figures.model is None else names.models.get(figures.model.lower())
    return Result(offer, model, day, None, None, figures, file)


def _offer_in_name(file: str, offers: Collection[str]) -> str | None:
    """The offer that a file's name begins with, as in ``groq-shared.peak.json``."""
    name = file.replace("\\", "/").rpartition("/")[2]
    return next((o for o in offers if name.startswith(f"{o}.")), None)


def _doubtful(figures: Figures, file: str) -> list[Problem]:
    """What keeps sound figures from being believed."""
    found = []
    if figures.accepted == 0:
        found.append(Problem("partial-result", "no request was answered", file))
    elif figures.accepted < FEWEST:
        message = f"only {figures.accepted} requests were answered; a 95th percentile needs"
        found.append(Problem("partial-result", f"{message} at least {FEWEST}", file))
    if figures.unfinished:
        message = f"the run was broken off: {figures.unfinished}"
        found.append(Problem("partial-result", message, file, hint="run it to its end"))
    return found


def _in_the_future(day: datetime.date, as_of: datetime.date, file: str) -> Problem:
    return Problem("future-date", f"{day} is after the day of judgement, {as_of}", file)


class _Reader:
    """Reads the entries of a results file; problems go to ``findings``."""

    def __init__(
        self,
        findings: Findings,
        names: Names,
        as_of: datetime.date,
        open_file: Callable[[str], bytes],
    ) -> None:
        self.findings = findings
        self.names = names
        self.as_of = as_of
        self.open_file = open_file

    def results(self, node: Node) -> list[Result]:
        top = LedgerMap(node, self.findings, "a results file")
        if not isinstance(node, MapNode):
            return []
        written = top.word("format", FORMAT)
        if written != FORMAT:
            top.problem("unknown-format", f"the format of results is {FORMAT}", "format")
        entries = top.items("results")
        top.finish()
        if top.has("results") and isinstance(node.get("results"), ListNode) and not entries:
            top.problem("empty-list", "no result is listed", "results")
        found = [self._result(entry) for entry in entries]
        return [result for result in found if result is not None]

    def _result(self, node: Node) -> Result | None:
        before = len(self.findings.problems)
        cells = LedgerMap(node, self.findings, "a result")
        if not isinstance(node, MapNode):
            return None
        offer = self._known(cells, "offer", self.names.offers, "offer", needed=True)
        spoken = self._known(cells, "model", self.names.models, "model")
        region = self._known(cells, "region", self.names.regions, "region")
        date = self._date(cells)
        devices = cells.whole("devices") if cells.has("devices") else None
        figures = self._from_file(cells) if cells.has("file") else self._written(cells)
        cells.finish()
        if len(self.findings.problems) > before or figures is None or offer is None:
            return None
        model = None if spoken is None else self.names.models[spoken]
        if model is None and figures.model is not None:
            model = self.names.models.get(figures.model.lower())
        place = f"{self.findings.file}:{node.span.line}"
        return Result(offer, model, date, region, devices, figures, place)

    def _known(
        self, cells: LedgerMap, key: str, names: Collection[str], what: str, *, needed: bool = False
    ) -> str | None:
        """A name that exists; None where it is left out or wrong."""
        node = cells.raw(key, needed=needed)
        if node is None:
            return None
        text = node.text if isinstance(node, ScalarNode) else ""
        if text in names:
            return text
        message = f"no {what} is called {quote(text)}"
        hint = did_you_mean(text, names)
        self.findings.add("unknown-name", message, node, hint=hint)
        return None

    def _date(self, cells: LedgerMap) -> datetime.date:
        node = cells.raw("date")
        text = node.text if isinstance(node, ScalarNode) else ""
        try:
            if len(text) != len("2026-11-22"):
                raise ValueError
            day = datetime.date.fromisoformat(text)
        except ValueError:
            if node is not None:
                hint = "write year-month-day, such as 2026-11-22"
                self.findings.add("wrong-date", f"{quote(text)} is not a day", node, hint=hint)
            return self.as_of
        if day > self.as_of:
            message = f"{day} is after the day of judgement, {self.as_of}"
            self.findings.add("future-date", message, node)
        return day

    def _from_file(self, cells: LedgerMap) -> Figures | None:
        """The figures that a tool wrote into a file of its own."""
        name = cells.word("file")
        path = name.replace("\\", "/")
        if path.startswith("/") or ":" in path or ".." in path.split("/"):
            message = f"'{name}' leads out of the folder of this file; put it beside it"
            self.findings.add("unreadable-file", message, cells.raw("file"))
            return None
        try:
            value, text, problems = read_json(self.open_file(name), name)
        except DataError as error:
            self.findings.add("unreadable-file", error.problems[0].message, cells.raw("file"))
            return None
        figures = None if problems else read_tool(value, text, name, problems)
        if figures is not None:
            problems += _doubtful(figures, name)
        self.findings.problems += problems
        return figures

    def _written(self, cells: LedgerMap) -> Figures | None:
        """The figures that stand in the entry itself."""
        before = len(self.findings.problems)
        requests, accepted = cells.whole("requests"), self._count(cells, "accepted")
        limited = self._count(cells, "rate-limited") if cells.has("rate-limited") else 0
        seconds = _exact(cells.number("seconds"))
        concurrency = cells.whole("concurrency") if cells.has("concurrency") else None
        rate = _exact(cells.number("request-rate")) if cells.has("request-rate") else None
        first = self._spread(cells, "first-token-ms")
        token = self._spread(cells, "token-ms")
        key = "output-tokens-per-second"
        output = _exact(cells.number(key)) if cells.has(key) else None
        if len(self.findings.problems) > before:
            return None
        if first is None and token is None and output is None:
            message = "a result needs 'first-token-ms', 'token-ms' or 'output-tokens-per-second'"
            self.findings.add("missing-key", message, cells.node)
        if concurrency is None and rate is None:
            message = "a result needs its load: 'concurrency' or 'request-rate'"
            self.findings.add("missing-key", message, cells.node)
        if accepted + limited > requests:
            message = f"{accepted + limited} requests were answered or refused, {requests} sent"
            cells.problem("contradiction", message, "accepted")
        elif accepted < FEWEST:
            message = f"only {accepted} requests were answered; a 95th percentile needs"
            cells.problem("partial-result", f"{message} at least {FEWEST}", "accepted")
        return Figures(
            tool=None,
            model=None,
            date=None,
            requests=requests,
            accepted=accepted,
            limited=limited,
            seconds=seconds,
            concurrency=concurrency,
            request_rate=rate,
            first_ms=first,
            token_ms=token,
            output_rate=output,
        )

    def _count(self, cells: LedgerMap, key: str) -> int:
        """A whole number that may be 0."""
        node = cells.raw(key)
        text = node.text if isinstance(node, ScalarNode) else ""
        if text.isascii() and text.isdigit() and len(text) < 13:
            return int(text)
        if node is not None:
            self.findings.add("not-a-number", f"'{key}' must be a whole number", node)
        return 0

    def _spread(self, cells: LedgerMap, key: str) -> Spread | None:
        node = cells.raw(key, needed=False)
        if node is None:
            return None
        inner = LedgerMap(node, self.findings, f"'{key}'")
        p50, p95 = (_exact(inner.number(name)) for name in ("p50", "p95"))
        inner.finish()
        if p95 < p50:
            inner.problem("contradiction", "the 95th percentile lies below the median", "p95")
        return Spread(p50, p95)


def _exact(value: float) -> Fraction:
    """By its shortest decimal text."""
    return Fraction(repr(value))
