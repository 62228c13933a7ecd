"""A calibration as the text of ``coefficients.yaml``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from advisor.knowledge.fitted import Calibration, Coefficients

HOW = (
    "Robust least squares on the logarithm of the time per token over the serving files and of "
    "the rate over throughput.yaml; bands from rows held back by model, device, series, fold."
)


def as_yaml(calibration: Calibration, how: str = HOW) -> str:
    """The text of ``coefficients.yaml``."""
    lines = ["# Fitted to the other files of this folder; see README.md."]
    for name in ("serving", "saturated", "tuned"):
        lines.append(f"{name}:")
        lines += _coefficients(getattr(calibration, name))
    lines.append("families:")
    for family, factors in sorted(calibration.families.items()):
        lines.append(
            f"  {family}: {{read: {_number(factors.read)}, multiply: "
            f"{_number(factors.multiply)}, overhead: {_number(factors.overhead)}}}"
        )
    lines.append("levels:")
    by_model: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for (model, device), level in sorted(calibration.levels.items()):
        by_model[model].append((device, level))
    for model, found in by_model.items():
        lines.append(f"  {model}: {{{_flow(dict(found))}}}")
    lines.append("bands:")
    for name, band in sorted(calibration.bands.items()):
        lines.append(f"  {name}: [{_number(band.low)}, {_number(band.high)}]")
    fixed, prompt, queue = (_number(value) for value in calibration.first_token)
    lines += [
        f"first-token: {{fixed: {fixed}, prompt: {prompt}, queue: {queue}}}",
        f"speculation: {_number(calibration.speculation)}",
        f"scenarios: {{{_flow(calibration.scenario_shares)}}}",
        f"fitted: {calibration.fitted}",
        f"rows: {calibration.rows}",
        f'how: "{how}"',
        "",
    ]
    return "\n".join(lines)


def _coefficients(values: Coefficients) -> Iterable[str]:
    for name in Coefficients.__struct_fields__:
        yield f"  {name.replace('_', '-')}: {_number(getattr(values, name))}"


def _flow(values: Mapping[str, float]) -> str:
    return ", ".join(f"{name}: {_number(value)}" for name, value in values.items())


def _number(value: float) -> str:
    return f"{value:.4g}"
