"""What ``advisor recommend`` does once its arguments are understood."""

from __future__ import annotations

from advisor.cli.inputs import STDIN, load_knowledge, read_inputs, rules_directory
from advisor.cli.main import DONE, NO_OFFER, NOT_REACHED
from advisor.cli.output import emit, say, shown, text_style
from advisor.kept_results import keep, kept, key_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from advisor.cli.common import Common
    from advisor.decision.result import Recommendation, Verdict

FORMATS = ("text", "json", "markdown", "adr", "html")
DEMANDS = ("safe", "settled", "likely", "firm")


def recommend_and_print(
    common: Common,
    answers: str,
    form: str,
    output: Path | None,
    demand: str | None,
    measured: tuple[str, ...] = (),
) -> int:
    """Recommend for an answers file; returns the exit code that the verdict earns.

    ``measured`` names files of results that count as facts.
    """
    key = None if measured else _key(common, answers, form, output, demand)
    known = None if key is None else kept(key)
    if known is not None:
        code, text = known
        emit(text, output)
        return code
    from advisor.decision.recommend import recommend

    knowledge = load_knowledge(common)
    inputs = read_inputs(answers, knowledge)
    if measured:
        from advisor.cli.measured import read_measured
        from advisor.decision.measurements import told, with_results

        results = read_measured(measured, knowledge, common.as_of)
        found = with_results(knowledge, inputs, results, common.as_of)
        result = told(recommend(found.knowledge, inputs, common.as_of), found)
    else:
        result = recommend(knowledge, inputs, common.as_of)
    text = rendered(result, form, output)
    emit(text, output)
    code = verdict_code(result, demand)
    # Not what was edited meanwhile, nor what has more to say than its text.
    again = None if code == NOT_REACHED else _key(common, answers, form, output, demand)
    if key is not None and key == again:
        keep(key, code, text)
    return code


def _key(
    common: Common, answers: str, form: str, output: Path | None, demand: str | None
) -> str | None:
    """What the result is kept by; None where it is worked out each time."""
    if answers == STDIN:
        return None
    look = repr(shown(output)) if form == FORMATS[0] else ""
    day = common.as_of.isoformat()
    return key_of(rules_directory(common), answers, (answers, form, look, day, str(demand)))


def rendered(result: Recommendation, form: str, output: Path | None) -> str:
    """The result in one of the formats."""
    formats: dict[str, Callable[[], str]] = {
        "text": lambda: _text(result, output),
        "json": lambda: _json(result),
        "markdown": lambda: _markdown(result),
        "adr": lambda: _adr(result),
        "html": lambda: _html(result),
    }
    return formats[form]()


def verdict_code(result: Recommendation, demand: str | None = None) -> int:
    """The exit code that a verdict earns."""
    verdict = result.verdict
    if verdict.offer is None:
        return NO_OFFER
    if demand is None or _reaches(verdict, demand):
        return DONE
    settled = "settled" if verdict.settled else "not settled"
    say(
        f"error[require]: '{demand}' is demanded; the verdict is {verdict.lane}, "
        f"{verdict.confidence}, {settled}\n"
    )
    return NOT_REACHED


def _reaches(verdict: Verdict, demand: str) -> bool:
    reached = {
        "safe": verdict.lane == "safe",
        "settled": verdict.settled,
        "likely": verdict.confidence in ("likely", "firm"),
        "firm": verdict.confidence == "firm",
    }
    return reached[demand]


def _text(result: Recommendation, output: Path | None) -> str:
    from advisor.reports.text import render

    return render(result, text_style(output))


def _json(result: Recommendation) -> str:
    from advisor.reports.json import render

    return render(result)


def _markdown(result: Recommendation) -> str:
    from advisor.reports.markdown import render

    return render(result)


def _adr(result: Recommendation) -> str:
    from advisor.reports.adr import render

    return render(result)


def _html(result: Recommendation) -> str:
    from advisor.reports.html import render

    return render(result)
