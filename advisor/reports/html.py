"""A report as one HTML file that needs no network and no script; every text is escaped."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from advisor.decision.result import Recommendation
from advisor.reports.blocks import Block, Chart, Curves, Document, Heading
from advisor.reports.text import printable
from advisor.reports.view import recommendation_view

_TEMPLATES = Path(__file__).parent / "templates"


def render(recommendation: Recommendation) -> str:
    """The recommendation as a self-contained HTML page, ending in a newline."""
    return render_document(recommendation_view(recommendation))


def render_document(document: Document) -> str:
    """Any report as a self-contained HTML page, ending in a newline."""
    headings = [b.text for b in document.blocks if isinstance(b, Heading) and b.level == 2]
    return _template().render(document=document, headings=headings).rstrip() + "\n"


@lru_cache(maxsize=1)
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        # Control and bidirectional characters are shown, not obeyed, by a browser either.
        finalize=_shown,
    )
    environment.filters["drawn"] = _drawn
    environment.filters["kind"] = _kind
    environment.filters["web_address"] = _web_address
    return environment.get_template("report.html")


def _shown(value: object) -> object:
    if isinstance(value, str) and not isinstance(value, Markup):
        return printable(value)
    return value


def _drawn(chart: Chart | Curves, number: int) -> Markup:
    """The chart as an element; ``advisor.reports.charts`` escapes every text in it."""
    from advisor.reports.charts import svg

    return Markup(svg(chart, f"chart{number}"))  # noqa: S704  (escaped there)


def _kind(block: Block) -> str:
    return type(block).__name__


def _web_address(address: str | None) -> str | None:
    """The address where it is one of the web; anything else is never a link."""
    if address is None:
        return None
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    return address if parts.scheme in ("http", "https") and parts.netloc else None
