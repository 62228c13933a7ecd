"""Models and accelerators of the catalogue as shapes and devices of an estimate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

from advisor.knowledge.fitted import Fitted
from advisor.knowledge.model import Accelerator, Claim, Model
from advisor.knowledge.physical import Device, ModelShape
from advisor.knowledge.values import Interval, Options

NEEDED: Mapping[str, str] = {
    "total-parameters": "the number of parameters",
    "layers": "the number of layers",
    "hidden-size": "the hidden size",
    "attention-heads": "the number of attention heads",
}
"""What a model needs at least, and how to ask for it."""


class Subject(Struct, frozen=True):
    """A shape, or the words for what is missing to make one."""

    shape: ModelShape | None
    missing: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """``give the number of layers and the KV heads``; empty where there is a shape."""
        if self.shape is not None:
            return ""
        *rest, last = self.missing
        return f"give {', '.join(rest)} and {last}" if rest else f"give {last}"


def model_subject(model: Model, fitted: Fitted | None = None) -> Subject:
    """The shape of a catalogue model: as the measured ledger has it, else from its claims.

    Where a claim leaves a range, its middle is taken; several claims: the first known one.
    """
    if fitted is not None and model.id in fitted.models:
        return Subject(fitted.models[model.id])
    numbers, words = _figures(model.claims)
    missing = [what for key, what in NEEDED.items() if key not in numbers]
    attention = words.get("attention-kind", "gqa")
    latent = attention == "mla"
    if latent and "kv-lora-rank" not in numbers:
        missing.append("the width of the latent vector")
    if not latent and "kv-heads" not in numbers and attention != "mha":
        missing.append("the KV heads")
    if missing:
        return Subject(None, tuple(missing))
    heads = int(numbers["attention-heads"])
    head_dim = numbers.get("head-dim", 64.0 if latent else numbers["hidden-size"] / heads)
    try:
        return Subject(
            ModelShape(
                name=model.id,
                total=numbers["total-parameters"],
                active=numbers.get("active-parameters", numbers["total-parameters"]),
                layers=int(numbers["layers"]),
                hidden=int(numbers["hidden-size"]),
                heads=heads,
                kv_heads=heads if latent else int(numbers.get("kv-heads", heads)),
                head_dim=int(head_dim),
                attention=attention,
                experts=int(numbers.get("experts", 0)),
                experts_per_token=int(numbers.get("experts-per-token", 0)),
                latent=int(numbers.get("kv-lora-rank", 0)) if latent else 0,
                full_layers=_whole(numbers.get("full-attention-layers")),
                window=int(numbers.get("attention-window", 0)),
            )
        )
    except ValueError as error:
        return Subject(None, (str(error),))


def device_subject(accelerator: Accelerator, fitted: Fitted | None = None) -> Device | None:
    """A catalogue accelerator: as the measured ledger has it, else from its claims (its family
    is then ``other``, of which nothing is measured); ``None`` where the figures do not suffice."""
    if fitted is not None and accelerator.id in fitted.devices:
        return fitted.devices[accelerator.id]
    numbers, _ = _figures(accelerator.claims)
    if not {"memory", "memory-bandwidth", "bf16"} <= numbers.keys():
        return None
    return Device(
        name=accelerator.id,
        memory=numbers["memory"],
        bandwidth=numbers["memory-bandwidth"],
        bf16=numbers["bf16"],
        fp8=numbers.get("fp8"),
        fp4=numbers.get("fp4"),
        link=numbers.get("scale-up-bandwidth", 50.0),
        domain=int(numbers.get("scale-up-domain", 1)),
    )


def _figures(claims: Iterable[Claim]) -> tuple[dict[str, float], dict[str, str]]:
    numbers: dict[str, float] = {}
    words: dict[str, str] = {}
    for claim in claims:
        value = claim.value
        if isinstance(value, Interval) and (value.low is not None or value.high is not None):
            ends = [float(end) for end in (value.low, value.high) if end is not None]
            numbers.setdefault(claim.attribute, sum(ends) / len(ends))
        elif isinstance(value, Options) and len(value.values) == 1:
            words.setdefault(claim.attribute, min(value.values))
    return numbers, words


def _whole(value: float | None) -> int | None:
    return None if value is None else int(value)
