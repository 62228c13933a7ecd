"""What gateways and providers write down of each request, read as one kind of record.

Two kinds of logs are known, told apart by their columns:

* spend logs of the LiteLLM proxy: a row a request (``prompt_tokens``, ``completion_tokens``,
  ``startTime``, ``model``, ``spend``, ...), as JSON lines or CSV;
* usage exports of the OpenAI organisation API: a row a bucket of time and group
  (``num_model_requests``, ``input_tokens``, ``output_tokens``, ``input_cached_tokens``,
  ``start_time``, ``end_time``, ...), as CSV, or as JSON pages of buckets with results.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias

from msgspec import Struct

HOUR = 3600
MOST_TOKENS = 10**15
_MOST_KEPT = 100_000

Record: TypeAlias = Mapping[str, Any]


class Usage(Struct, frozen=True):
    """``requests`` of one group within ``seconds`` from ``start`` (Unix time; ``seconds`` 0 is
    one moment).  Token counts are totals; ``spend`` is in USD; what a log does not tell is
    None."""

    group: str
    model: str
    provider: str
    start: int
    seconds: int
    requests: int
    input: int
    output: int
    cached: int | None
    batch: bool | None
    spend: float | None


class NoUsageError(ValueError):
    """A record that is no usage; the text says why."""

    def __init__(self, column: str, message: str) -> None:
        super().__init__(message)
        self.column = column


LITELLM, OPENAI = "litellm", "openai"
GROUPS = {
    "team": ("team_id", "project_id"),
    "key": ("api_key", "api_key_id"),
    "user": ("user", "user_id"),
    "model": ("model_group", "model"),
    "end-user": ("end_user", "user_id"),
}
"""What records are put together by: the column of LiteLLM, and that of OpenAI."""


def kind_of(columns: Iterable[str]) -> str | None:
    """The kind of log that has these columns."""
    names = set(columns)
    if "prompt_tokens" in names and names & {"startTime", "start_time"}:
        return LITELLM
    if "num_model_requests" in names:
        return OPENAI
    return None


def reader(kind: str, by: tuple[str, ...]) -> Callable[[Record], Usage]:
    """Reads one record of a kind; raises NoUsageError."""
    side = 0 if kind == LITELLM else 1
    columns = tuple(GROUPS[name][side] for name in by)
    read = _litellm if kind == LITELLM else _openai
    moments = Moments()
    return lambda record: read(record, columns, moments)


class Moments:
    """Reads points in time; hours that were seen are not read again."""

    def __init__(self) -> None:
        self._hours: dict[str, int] = {}

    def of(self, value: object, column: str) -> int:
        """Unix time, cut to the second: an ISO 8601 text (UTC where it does not say) or a
        number of seconds.  Raises NoUsageError."""
        if isinstance(value, str):
            # Most requests share their hour with one before: its text is read once.
            known = self._hours.get(value[:13])
            tail = value[13:]
            if known is not None and tail[1:3].isdigit() and not ("+" in tail or "-" in tail):
                return known + int(tail[1:3]) * 60
            found = self._parsed(value, column)
            if len(value) > 15 and not ("+" in tail or "-" in tail):
                if len(self._hours) > _MOST_KEPT:
                    self._hours.clear()
                self._hours[value[:13]] = found - found % HOUR
            return found
        if (
            isinstance(value, int | float)
            and not isinstance(value, bool)
            and math.isfinite(value)
            and 0 <= value < 1 << 40
        ):
            return int(value)
        raise NoUsageError(column, f"{value!r} is no point in time")

    def _parsed(self, value: str, column: str) -> int:
        text = value.strip()
        if text.isdigit() and len(text) < 12:
            return int(text)
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise NoUsageError(column, f"'{text[:40]}' is no point in time") from None
        return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


def _litellm(record: Record, columns: tuple[str, ...], moments: Moments) -> Usage:
    when = "startTime" if "startTime" in record else "start_time"
    spend = record.get("spend")
    metadata = record.get("metadata")
    return Usage(
        group=_group(record, columns),
        model=_text(record.get("model_group")) or _text(record.get("model")),
        provider=_text(record.get("custom_llm_provider")),
        start=moments.of(record.get(when), when),
        seconds=0,
        requests=1,
        input=_count(record, "prompt_tokens"),
        output=_count(record, "completion_tokens"),
        cached=_cached(metadata),
        batch=None,
        spend=None if spend in (None, "") else _money(spend),
    )


def _cached(metadata: object) -> int | None:
    """Tokens read from a prompt cache, where the gateway notes the usage object."""
    if isinstance(metadata, str) and "cached_tokens" in metadata:
        try:
            metadata = json.loads(metadata)
        except (ValueError, RecursionError):
            return None
    usage = metadata.get("usage_object") if isinstance(metadata, Mapping) else None
    details = usage.get("prompt_tokens_details") if isinstance(usage, Mapping) else None
    cached = details.get("cached_tokens") if isinstance(details, Mapping) else None
    return cached if type(cached) is int and cached >= 0 else None


def _openai(record: Record, columns: tuple[str, ...], moments: Moments) -> Usage:
    start = moments.of(record.get("start_time"), "start_time")
    end = moments.of(record.get("end_time"), "end_time")
    if end <= start:
        raise NoUsageError("end_time", "the bucket ends before it starts")
    cached = record.get("input_cached_tokens")
    batch = record.get("batch")
    return Usage(
        group=_group(record, columns),
        model=_text(record.get("model")),
        provider=OPENAI,
        start=start,
        seconds=end - start,
        requests=_count(record, "num_model_requests"),
        input=_count(record, "input_tokens"),
        output=_count(record, "output_tokens"),
        cached=None if cached in (None, "") else _count(record, "input_cached_tokens"),
        batch=None if batch in (None, "") else str(batch).lower() == "true",
        spend=None,
    )


def pages(found: object) -> Iterator[Record]:
    """The results of a page of buckets, each with its bucket's times; other records as they
    are.  Raises NoUsageError."""
    if isinstance(found, list):
        for item in found:
            yield from pages(item)
    elif not isinstance(found, dict):
        raise NoUsageError("", "a record should be a JSON object")
    elif found.get("object") == "page" and isinstance(found.get("data"), list):
        for bucket in found["data"]:
            yield from pages(bucket)
    elif isinstance(found.get("results"), list):
        times = {name: found.get(name) for name in ("start_time", "end_time")}
        for result in found["results"]:
            if not isinstance(result, dict):
                raise NoUsageError("results", "a result should be a JSON object")
            yield {**result, **times}
    else:
        yield found


def _group(record: Record, columns: tuple[str, ...]) -> str:
    return " / ".join(_text(record.get(column)) or "(none)" for column in columns)


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _count(record: Record, column: str) -> int:
    value = record.get(column)
    if type(value) is int and 0 <= value < MOST_TOKENS:
        return value
    if isinstance(value, str):
        text = value.strip()
        if text.isascii() and text.isdigit() and len(text) <= 15:
            return int(text)
    if isinstance(value, float) and value.is_integer() and 0 <= value < MOST_TOKENS:
        return int(value)
    shown = "nothing" if value in (None, "") else repr(value)[:40]
    raise NoUsageError(column, f"expected a whole number from 0, found {shown}")


def _money(value: object) -> float:
    try:
        spend = float(value) if isinstance(value, str | int | float) else None
    except (ValueError, OverflowError):
        spend = None
    if spend is None:
        raise NoUsageError("spend", f"{repr(value)[:40]} is no amount of USD")
    if not 0 <= spend < 1e12:
        raise NoUsageError("spend", f"{spend} is no amount of USD")
    return spend
