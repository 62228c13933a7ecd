"""Predictions and reports as the plain values of ``facts accuracy --format json``."""

from __future__ import annotations

from collections.abc import Sequence

from advisor.estimate.accuracy import Prediction
from advisor.estimate.accuracy_report import Report, Spread
from advisor.estimate.speed import Figure


def to_data(predictions: Sequence[Prediction], summary: Report | None) -> dict[str, object]:
    """The JSON of ``facts accuracy --cases``: ``cases`` and ``summary``."""
    return {
        "format": "advisor-accuracy-1",
        "cases": [
            {
                "case_id": said.case_id,
                "predicted_output_tokens_per_s": _value(said.rate),
                "band": _ends(said.rate),
                "method": said.method,
                "ratio": _round(said.ratio),
                "predicted_tpot_ms": _value(said.token_ms),
                "tpot_band": _ends(said.token_ms),
                "predicted_ttft_ms": _value(said.first_ms),
                "ttft_band": _ends(said.first_ms),
                "why": said.why,
            }
            for said in predictions
        ],
        "summary": None if summary is None else report_data(summary),
    }


def report_data(summary: Report) -> dict[str, object]:
    """A report as plain values."""
    return {
        "all": _spread_data(summary.all),
        "by": {
            view: {name: _spread_data(found) for name, found in groups.items()}
            for view, groups in summary.groups.items()
        },
        "worst": [
            {"case_id": c.name, "ratio": _round(c.ratio), "method": c.method} for c in summary.worst
        ],
    }


def _spread_data(found: Spread) -> dict[str, object]:
    return {
        "rows": found.rows,
        "median_error": _round(found.error),
        "within": {name: _round(share) for name, share in found.within.items()},
        "band_coverage": _round(found.covered),
        "median_ratio": _round(found.bias),
        "roofline_median_error": _round(found.roofline),
    }


def _value(figure: Figure | None) -> float | None:
    return None if figure is None else _round(figure.value)


def _ends(figure: Figure | None) -> list[float | None] | None:
    return None if figure is None else [_round(figure.low), _round(figure.high)]


def _round(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.6g}")
