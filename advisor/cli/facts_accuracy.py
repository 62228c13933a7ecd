"""``advisor facts accuracy``: the estimates against what was measured."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from advisor.cli.inputs import load_knowledge, read_bytes, rules_directory, shown_name
from advisor.cli.options import Common, common_options, format_option, one_of, output_option
from advisor.cli.output import emit, text_style

if TYPE_CHECKING:
    from advisor.estimate.accuracy import Prediction
    from advisor.estimate.accuracy_report import Report
    from advisor.estimate.evidence import Evidence

GROUPS = ("model", "hardware")


@click.command("accuracy")
@click.option(
    "--cases",
    metavar="FILE",
    help="Judge the estimates on these measurements (a JSON list; - is standard input).",
)
@click.option(
    "--by",
    "without",
    metavar="|".join(GROUPS),
    callback=one_of(*GROUPS),
    default="model",
    show_default=True,
    help="Without --cases: predict every row of the ledger without its model or hardware.",
)
@format_option("text", "json")
@output_option
@common_options
def command(common: Common, cases: str | None, without: str, form: str, output: Path | None) -> int:
    """Compare the estimates with measured results, and say how far they are off.

    Without --cases, the ledger judges itself: each row is predicted by what was fitted
    without its model (or its hardware), so that no row judges itself.
    """
    from advisor.estimate.measured import load_evidence

    evidence = load_evidence(rules_directory(common))
    if cases is None:
        from advisor.estimate.accuracy import cross_validate
        from advisor.estimate.accuracy_report import report

        found = report(cross_validate(evidence, "model" if without == "model" else "device"))
        title = f"The ledger's rows, each predicted without its {without}."
        return _show(form, output, title, (), found)
    predictions, summary = _judged(common, cases, evidence)
    return _show(form, output, f"Measurements in {shown_name(cases)}.", predictions, summary)


def _judged(
    common: Common, cases: str, evidence: Evidence
) -> tuple[tuple[Prediction, ...], Report | None]:
    from advisor.estimate.accuracy import judge
    from advisor.estimate.cases import read_cases
    from advisor.estimate.subjects import device_subject, model_subject

    read = read_cases(read_bytes(cases), shown_name(cases))
    knowledge = load_knowledge(common)
    models = {
        name: shape
        for model in knowledge.models.values()
        if (shape := model_subject(model, evidence).shape) is not None
        for name in (model.id, *model.aliases)
    }
    devices = {
        accelerator.id: device
        for accelerator in knowledge.accelerators.values()
        if (device := device_subject(accelerator, evidence)) is not None
    }
    return judge(read, evidence, models, devices)


def _show(
    form: str,
    output: Path | None,
    title: str,
    predictions: tuple[Prediction, ...],
    report: Report | None,
) -> int:
    if form == "json":
        from advisor.estimate.accuracy_data import to_data

        data = to_data(predictions, report)
        emit(json.dumps(data, ensure_ascii=False, indent=2, sort_keys=True) + "\n", output)
        return 0
    from advisor.reports.accuracy import accuracy_view
    from advisor.reports.text import render_document

    emit(render_document(accuracy_view(title, report, predictions), text_style(output)), output)
    return 0
