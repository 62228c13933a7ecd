"""The fitted numbers of a rule base, and what is said where a cell of them is wrong."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from advisor.errors import Problem
from advisor.knowledge.document import Findings, Node
from advisor.knowledge.fitted import Bands, Coefficients, Factors, Fitted
from advisor.knowledge.strict_yaml import read
from advisor.language.fitted import fitted_of

NAMES = [name.replace("_", "-") for name in Coefficients.__struct_fields__]

SUBJECTS = """\
sources:
  - {id: sheet, title: Data sheets, address: "https://sheets.example", date: 2026-11, licence: free}
models:
  - id: atlas-70b
    names: [atlas]
    total: 70
    active: 70
    layers: 80
    hidden: 8192
    heads: 64
    kv-heads: 8
    head-dim: 128
    attention: gqa
    source: sheet
devices:
  - {id: gpu-80, names: [gpu], memory: 80, bandwidth: 3350, bf16: 990, link: 450, domain: 8, family: hopper, source: sheet}
"""
COEFFICIENTS = f"""\
serving: {{{", ".join(f"{name}: 1.5" for name in NAMES)}}}
saturated: {{read: 1.25}}
tuned: {{read: 1.125}}
families:
  hopper: {{multiply: 0.5}}
levels:
  atlas-70b: {{gpu-80: 0.75}}
bands:
  model: [0.5, 2]
first-token: {{fixed: 84, prompt: 0.5, queue: 0.75}}
speculation: 0.625
scenarios: {{server: 0.875}}
fitted: 2026-11-22
rows: 2590
how: Least squares.
"""


def ledger(subjects: str = SUBJECTS, coefficients: str = COEFFICIENTS):
    """The parsed files by name."""
    texts = {"subjects": subjects, "coefficients": coefficients}
    found: dict[str, tuple[Node, Findings]] = {}
    for name, text in texts.items():
        node, findings = read(text.encode(), f"{name}.yaml")
        assert node is not None, findings.problems
        found[name] = node, findings
    return found


def problems_of(files: dict[str, tuple[Node, Findings]]) -> Iterator[Problem]:
    for _, findings in files.values():
        yield from findings.problems


def sound(subjects: str = SUBJECTS, coefficients: str = COEFFICIENTS) -> Fitted:
    files = ledger(subjects, coefficients)
    fitted = fitted_of(files, [])
    assert [*problems_of(files)] == []
    assert fitted is not None
    return fitted


def test_models_and_devices_are_found_by_their_names() -> None:
    fitted = sound()
    assert set(fitted.models) == {"atlas-70b"}
    assert fitted.models["atlas-70b"].layers == 80
    assert set(fitted.model_names.values()) == {"atlas-70b"}
    assert fitted.devices["gpu-80"].fp8 is None
    assert set(fitted.device_names.values()) == {"gpu-80"}


def test_coefficients_that_are_left_out_are_those_of_the_set_before() -> None:
    calibration = sound().calibration
    assert {getattr(calibration.serving, name) for name in Coefficients.__struct_fields__} == {1.5}
    assert (calibration.saturated.read, calibration.saturated.cache) == (1.25, 1.5)
    assert (calibration.tuned.read, calibration.tuned.cache) == (1.125, 1.5)
    assert calibration.families == {"hopper": Factors(1.0, 0.5, 1.0)}
    assert calibration.levels == {("atlas-70b", "gpu-80"): 0.75}
    assert calibration.bands == {"model": Bands(0.5, 2)}
    assert calibration.first_token == (84, 0.5, 0.75)
    assert (calibration.speculation, calibration.rows) == (0.625, 2590)
    assert calibration.scenario_shares == {"server": 0.875}
    assert calibration.fitted == "2026-11-22"


def test_what_some_models_and_devices_have_is_read_too() -> None:
    more = "attention: mla\n    latent: 512\n    experts: 256\n    experts-per-token: 8\n    stored: 8-bit"
    fitted = sound(
        SUBJECTS.replace("attention: gqa", more).replace(
            "bf16: 990,", "bf16: 990, fp8: 1979, fp4: 9000,"
        )
    )
    model = fitted.models["atlas-70b"]
    assert (model.latent, model.experts, model.experts_per_token, model.stored) == (
        512,
        256,
        8,
        "8-bit",
    )
    assert (fitted.devices["gpu-80"].fp8, fitted.devices["gpu-80"].fp4) == (1979, 9000)


def test_a_rule_base_may_have_no_fitted_numbers_but_not_half_of_them() -> None:
    missing: list[Problem] = []
    assert fitted_of({}, missing) is None
    assert missing == []
    half = ledger()
    del half["subjects"]
    assert fitted_of(half, missing) is None
    assert [(p.check, p.file, p.message) for p in missing] == [
        ("missing-file", "measured", "the measured ledger needs subjects.yaml")
    ]


MISTAKES: list[tuple[str, str, str]] = [
    # what stands, what is written instead, and all that is said then
    ("models:\n", "models: {}\nmore:\n",
     "unknown-key 4:1 subjects.yaml has no 'more' (did you mean 'models'?); "
     "wrong-shape 3:9 'models' should be a list"),
    ("sources:\n", "source:\n",
     "missing-key 1:1 subjects.yaml needs 'sources'; "
     "unknown-key 1:1 subjects.yaml has no 'source' (did you mean 'sources'?); "
     "unknown-option 14:13 'sheet' is no source; "
     "unknown-option 16:118 'sheet' is no source"),
    ("    layers: 80\n", "",
     "missing-key 4:5 a model needs 'layers'"),
    ("    layers: 80\n", "    layers: 80.5\n",
     "not-a-number 8:13 'layers' must be whole"),
    ("    layers: 80\n", "    layers: many\n",
     "not-a-number 8:13 'layers' must be a number above zero"),
    ("    layers: 80\n", "    layers: -80\n",
     "not-a-number 8:13 'layers' must be a number above zero"),
    ("    layers: 80\n", "    layers: [80]\n",
     "not-a-number 8:13 'layers' must be a number above zero"),
    ("    attention: gqa\n", "    attention: gpa\n",
     "unknown-option 13:16 'gpa' is no attention (did you mean 'gqa'?)"),
    ("    attention: gqa\n", "    attention: [gqa]\n",
     "wrong-shape 13:16 'attention' should be a word"),
    ("    attention: gqa\n", "    attention: mla\n",
     "impossible-shape 4:9 atlas-70b: latent attention needs the width of its latent vector (kv-lora-rank)"),
    ("    source: sheet\n", "    source: paper\n",
     "unknown-option 14:13 'paper' is no source (one of: sheet)"),
    ("    total: 70\n", "    total: 70\n    depth: 3\n",
     "unknown-key 7:5 a model has no 'depth'"),
    ("  - {id: gpu-80,", "  - gpu\n  - {id: gpu-80,",
     "wrong-shape 16:5 a device should be a map"),
    ("link: 450", "link: fast",
     "not-a-number 16:78 'link' must be a number above zero"),
    ("    names: [atlas]\n", "    names: [atlas]\n    aliases: [a]\n",
     "unknown-key 6:5 a model has no 'aliases' (did you mean 'layers'?)"),
    ("models:\n", "models:\n"
     "  - {id: other, names: [atlas], total: 8, active: 8, layers: 32, hidden: 4096, heads: 32, "
     "kv-heads: 8, head-dim: 128, attention: gqa, source: sheet}\n",
     "duplicate-name 6:12 'atlas' already names other"),
    ("serving: {read: 1.5", "serving: {reed: 1.5",
     "missing-key 1:10 serving needs 'read'; "
     "unknown-key 1:11 serving has no 'reed' (did you mean 'read'?)"),
    ("saturated: {read: 1.25}", "saturated: many",
     "wrong-shape 2:12 saturated should be a map"),
    ("tuned: {read: 1.125}\n", "",
     "missing-key 1:1 coefficients.yaml needs 'tuned'"),
    ("families:\n", "families: none\nfamily:\n",
     "unknown-key 5:1 coefficients.yaml has no 'family' (did you mean 'families'?); "
     "wrong-shape 4:11 'families' should be a map"),
    ("  atlas-70b: {gpu-80: 0.75}", "  atlas-70b: 0.75",
     "wrong-shape 7:14 levels are a map of devices for each model"),
    ("{gpu-80: 0.75}", "{gpu-80: inf}",
     "not-a-number 7:23 a level must be a number above zero"),
    ("  model: [0.5, 2]", "  model: [0.5]",
     "wrong-shape 9:10 a band is [low, high]"),
    ("  model: [0.5, 2]", "  model: 0.5 to 2",
     "wrong-shape 9:10 a band is [low, high]"),
    ("scenarios: {server: 0.875}\n", "",
     "missing-key 1:1 coefficients.yaml needs 'scenarios'"),
    ("first-token: {fixed: 84, prompt: 0.5, queue: 0.75}\n", "",
     "missing-key 1:1 coefficients.yaml needs 'first-token'; "
     "missing-key 1:1 first-token needs 'fixed'; "
     "missing-key 1:1 first-token needs 'prompt'; "
     "missing-key 1:1 first-token needs 'queue'"),
    ("fitted: 2026-11-22\n", "",
     "missing-key 1:1 coefficients.yaml needs 'fitted'"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "said"), MISTAKES)
def test_a_wrong_cell_is_named_at_its_place(old: str, new: str, said: str) -> None:
    files = ledger(SUBJECTS.replace(old, new, 1), COEFFICIENTS.replace(old, new, 1))
    fitted_of(files, [])
    found = []
    for problem in problems_of(files):
        assert problem.span is not None
        hint = "" if problem.hint is None else f" ({problem.hint})"
        at = f"{problem.span.line}:{problem.span.column}"
        found.append(f"{problem.check} {at} {problem.message}{hint}")
    assert "; ".join(sorted(found)) == said
