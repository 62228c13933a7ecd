"""The fitted numbers of a rule base (``measured/subjects.yaml`` and ``coefficients.yaml``)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import Struct, field

from advisor.errors import Problem
from advisor.knowledge.document import Findings, ListNode, MapNode, Node
from advisor.knowledge.fitted import Bands, Calibration, Coefficients, Factors, Fitted
from advisor.knowledge.physical import PRECISIONS, Device, ModelShape
from advisor.knowledge.spellings import device_key, model_key
from advisor.language.ledger_map import LedgerMap, number_of

ATTENTION = ("mha", "gqa", "mla", "hybrid", "sliding-window", "linear-hybrid")
FOLDER = "measured"


class Subjects(Struct):
    """The models and devices that were measured, by id; what benchmarks call them, as keys,
    to ids; the ids of the documents."""

    models: dict[str, ModelShape] = field(default_factory=dict)
    devices: dict[str, Device] = field(default_factory=dict)
    model_names: dict[str, str] = field(default_factory=dict)
    device_names: dict[str, str] = field(default_factory=dict)
    sources: tuple[str, ...] = ()


def fitted_of(files: Mapping[str, tuple[Node, Findings]], problems: list[Problem]) -> Fitted | None:
    """The fitted numbers from the parsed files by name (``coefficients``, ``subjects``);
    ``None`` where a rule base has neither.  What is wrong is noted in the files' findings, a
    missing one of the two in ``problems``."""
    for name in sorted({"coefficients", "subjects"} - files.keys()) if files else ():
        problems.append(missing_file(name))
    if not files.keys() >= {"coefficients", "subjects"}:
        return None
    subjects = subjects_of(*files["subjects"])
    return Fitted(
        calibration_of(*files["coefficients"]),
        subjects.models,
        subjects.devices,
        subjects.model_names,
        subjects.device_names,
    )


def missing_file(name: str) -> Problem:
    """That the ledger lacks a file that it cannot do without."""
    return Problem("missing-file", f"the measured ledger needs {name}.yaml", FOLDER)


def subjects_of(node: Node, findings: Findings) -> Subjects:
    """The models and devices that were measured."""
    top = LedgerMap(node, findings, "subjects.yaml")
    subjects = Subjects()
    found = []
    for item in top.items("sources"):
        source = LedgerMap(item, findings, "a source")
        found.append(source.word("id"))
        for key in ("title", "address", "date", "licence"):
            source.word(key)
        source.finish()
    subjects.sources = tuple(found)
    for item in top.items("models"):
        cells = LedgerMap(item, findings, "a model")
        model, names = _model(cells), cells.words("names")
        if model is not None:
            subjects.models[model.name] = model
            _take_names(cells, (model.name, *names), model_key, subjects.model_names)
        source_of(cells, subjects)
        cells.finish()
    for item in top.items("devices"):
        cells = LedgerMap(item, findings, "a device")
        device, names = _device(cells), cells.words("names")
        if device is not None:
            subjects.devices[device.name] = device
            _take_names(cells, (device.name, *names), device_key, subjects.device_names)
        source_of(cells, subjects)
        cells.finish()
    top.finish()
    return subjects


def _take_names(
    cells: LedgerMap, names: tuple[str, ...], key_of: Callable[[str], str], taken: dict[str, str]
) -> None:
    """Note what a subject is called, its own id first; report what another one is called."""
    subject = names[0]
    for name in names:
        owner = taken.setdefault(key_of(name), subject)
        if owner != subject:
            cells.problem("duplicate-name", f"'{name}' already names {owner}", "names")


def source_of(cells: LedgerMap, subjects: Subjects) -> str:
    """The source that an entry names."""
    return cells.word("source", among=subjects.sources or ("",))


def _model(cells: LedgerMap) -> ModelShape | None:
    before = len(cells.findings.problems)
    given = {
        "name": cells.word("id"),
        "total": cells.number("total"),
        "active": cells.number("active"),
        "layers": cells.whole("layers"),
        "hidden": cells.whole("hidden"),
        "heads": cells.whole("heads"),
        "kv_heads": cells.whole("kv-heads"),
        "head_dim": cells.whole("head-dim"),
        "attention": cells.word("attention", among=ATTENTION),
    }
    for key, name in (
        ("experts", "experts"),
        ("experts-per-token", "experts_per_token"),
        ("latent", "latent"),
        ("full-layers", "full_layers"),
        ("window", "window"),
    ):
        if cells.has(key):
            given[name] = cells.whole(key)
    if cells.has("stored"):
        given["stored"] = cells.word("stored", among=PRECISIONS)
    if len(cells.findings.problems) > before:
        return None
    try:
        # Each was read as the kind that its field has.
        return ModelShape(**given)  # type: ignore[arg-type]
    except ValueError as error:
        cells.problem("impossible-shape", str(error), "id")
        return None


def _device(cells: LedgerMap) -> Device | None:
    before = len(cells.findings.problems)
    device = Device(
        name=cells.word("id"),
        memory=cells.number("memory"),
        bandwidth=cells.number("bandwidth"),
        bf16=cells.number("bf16"),
        fp8=cells.number("fp8") if cells.has("fp8") else None,
        fp4=cells.number("fp4") if cells.has("fp4") else None,
        link=cells.number("link"),
        domain=cells.whole("domain"),
        family=cells.word("family"),
    )
    return device if len(cells.findings.problems) == before else None


def calibration_of(node: Node, findings: Findings) -> Calibration:
    """The fitted numbers."""
    top = LedgerMap(node, findings, "coefficients.yaml")
    serving = _coefficients(top, "serving", None)
    saturated = _coefficients(top, "saturated", serving)
    tuned = _coefficients(top, "tuned", saturated)
    families = {}
    for name, value in top.entries("families"):
        cells = LedgerMap(value, findings, "a family")
        families[name] = Factors(
            read=cells.number("read", 1.0),
            multiply=cells.number("multiply", 1.0),
            overhead=cells.number("overhead", 1.0),
        )
        cells.finish()
    levels = {}
    for model, value in top.entries("levels"):
        if not isinstance(value, MapNode):
            findings.add("wrong-shape", "levels are a map of devices for each model", value)
            continue
        for entry in value.entries:
            levels[model, entry.key.text] = number_of(entry.value, findings, "a level")
    bands = {}
    for name, value in top.entries("bands"):
        parts = value.items if isinstance(value, ListNode) else ()
        ends = [number_of(part, findings, "a band") for part in parts]
        if len(ends) == 2:
            bands[name] = Bands(ends[0], ends[1])
        else:
            findings.add("wrong-shape", "a band is [low, high]", value)
    first = LedgerMap(top.raw("first-token") or node, findings, "first-token")
    shares = {name: number_of(v, findings, "a share") for name, v in top.entries("scenarios")}
    calibration = Calibration(
        serving=serving,
        saturated=saturated,
        tuned=tuned,
        families=families,
        levels=levels,
        bands=bands,
        first_token=(first.number("fixed"), first.number("prompt"), first.number("queue")),
        speculation=top.number("speculation"),
        scenario_shares=shares,
        fitted=top.word("fitted"),
        rows=top.whole("rows"),
    )
    top.word("how")
    top.finish()
    return calibration


def _coefficients(top: LedgerMap, key: str, base: Coefficients | None) -> Coefficients:
    node = top.raw(key)
    names = Coefficients.__struct_fields__
    if node is None:
        return base or Coefficients(*(1.0 for _ in names))
    cells = LedgerMap(node, top.findings, key)
    values = {
        name: cells.number(
            name.replace("_", "-"), None if base is None else float(getattr(base, name))
        )
        for name in names
    }
    cells.finish()
    return Coefficients(**values)
