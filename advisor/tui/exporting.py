"""What can be exported, and under which name; no widgets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from advisor.decision.result import Recommendation

if TYPE_CHECKING:
    from advisor.knowledge.model import Inputs, Knowledge


class Format(Struct, frozen=True):
    """``write`` turns the verdict into the text of the file."""

    id: str
    label: str
    means: str
    suffix: str
    write: Callable[[Knowledge, Inputs, Recommendation], str]


def _markdown(_: Knowledge, __: Inputs, result: Recommendation) -> str:
    from advisor.reports.markdown import render

    return render(result)


def _adr(_: Knowledge, __: Inputs, result: Recommendation) -> str:
    from advisor.reports.adr import render

    return render(result)


def _html(_: Knowledge, __: Inputs, result: Recommendation) -> str:
    from advisor.reports.html import render

    return render(result)


def _json(_: Knowledge, __: Inputs, result: Recommendation) -> str:
    return result.to_json()


def _answers(knowledge: Knowledge, inputs: Inputs, result: Recommendation) -> str:
    from advisor.reports.answers_file import answers_file

    return answers_file(knowledge, inputs, f"Answers as of {result.as_of}.")


FORMATS: Final[Mapping[str, Format]] = {
    form.id: form
    for form in (
        Format("markdown", "Markdown", "The report, for a document or a ticket.", ".md", _markdown),
        Format("json", "JSON", "The whole result, for programs.", ".json", _json),
        Format("html", "HTML", "One page, to open in a browser or to send.", ".html", _html),
        Format("adr", "ADR", "A decision record (MADR), for the repository.", ".adr.md", _adr),
        Format(
            "answers", "Answers", "To start from next time, or in a pipeline.", ".yaml", _answers
        ),
    )
}


def suggested_name(result: Recommendation) -> str:
    """A file name without its suffix: the day and the winner."""
    return f"advisor-{result.as_of}-{result.verdict.offer or 'no-offer'}"


def file_name(text: str, form: Format) -> str:
    """The name alone of what was typed, with its suffix: for a browser's downloads."""
    name = PurePath(text.strip().replace("\\", "/")).name or "advisor"
    kept = "".join(letter for letter in name if letter.isalnum() or letter in "-_. ")
    return kept if kept.lower().endswith(form.suffix) else kept + form.suffix


def target(text: str, form: Format) -> Path:
    """The file that a typed name means: ``~`` is the home directory, and the suffix is added
    where it is missing."""
    path = Path(text.strip()).expanduser()
    if not path.name.lower().endswith(form.suffix):
        path = path.with_name(path.name + form.suffix)
    return path.absolute()
