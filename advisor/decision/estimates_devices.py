"""How many devices carry the answered traffic, and how fast they answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from advisor.decision.bases import alike, speeds_of
from advisor.decision.costs import SERVED
from advisor.decision.loads import precision_of
from advisor.decision.situation import Situation
from advisor.decision.sizing import Paces, Sizes
from advisor.estimate.capacity import Layout, Memory, beside_adapters, layouts, memory
from advisor.estimate.evidence import Evidence
from advisor.estimate.figures import figure
from advisor.estimate.replicas import Replica, Target
from advisor.estimate.speed import Question, Speed
from advisor.estimate.subjects import device_subject, model_subject
from advisor.estimate.traffic import Demand, Plan, plan_of
from advisor.knowledge.identity import ByIdentity
from advisor.knowledge.ledger import NOTHING
from advisor.knowledge.physical import Device, ModelShape
from advisor.knowledge.values import Domain, Interval, Number


class Fit(Struct, frozen=True):
    """What running takes on one replica, and layouts worth trying, the usual one first."""

    devices: int
    memory: Memory
    layouts: tuple[Layout, ...]


class Sized(NamedTuple):
    """A plan with the speed and the memory of a likely replica; ``why_not`` says what keeps a
    figure unknown."""

    plan: Plan | None
    speed: Speed | None
    fit: Fit | None
    why_not: tuple[str, ...] = ()


NOT_SIZED = Sized(None, None, None)
Kind: TypeAlias = tuple[str, str, int]
"""A model, an accelerator, and how many devices are rented at a time."""


class Sizer:
    """Sizes offers for one traffic; offers of the same devices share what is worked out."""

    def __init__(
        self,
        situation: Situation,
        evidence: Evidence,
        env: Mapping[str, Domain],
        adapters_gb: float,
    ) -> None:
        self._situation = situation
        self._evidence = evidence
        self._env = env
        self.adapters_gb = adapters_gb
        self._precision = precision_of(env)
        self._speeds = speeds_of(evidence)
        self._target = Target(situation.costs.pace(env)[1])
        self._known: dict[Kind, Sized] = {}

    def sized(self, offer: str, model: str, asked: Demand | None, sizes: Sizes | None) -> Sized:
        """An offer that charges for devices; ``sizes``: as a decision sizes it."""
        accelerator = self._situation.knowledge.offers[offer].accelerator
        found = self._situation.base.offering.of(offer, None).get("smallest-unit", NOTHING).value
        unit = int(found.low) if isinstance(found, Interval) and found.low else 1
        kind = model, accelerator or "", unit
        if kind not in self._known:
            self._known[kind] = self._sized(model, accelerator, unit, asked, sizes)
        return self._known[kind]

    def beside(self, offer: str, model: str, sizes: Sizes | None) -> Sizes | None:
        """``sizes`` with the adapters beside the weights; None where nothing holds both."""
        if sizes is None or not self.adapters_gb:
            return sizes
        knowledge = self._situation.knowledge
        shape = model_subject(knowledge.models[model], self._evidence).shape
        device = self._device(knowledge.offers[offer].accelerator)
        if shape is None or device is None:
            return sizes
        kind = self._replica(shape, device, None)
        return replace(sizes, paces=Paces(kind, sizes.paces.pace)) if kind.workers(1.0) else None

    def _replica(self, shape: ModelShape, device: Device, sizes: Sizes | None) -> Replica:
        """The model on a kind of device at the precision that is served; the same object for all
        traffic, that of a decision where it rests on the same numbers."""
        precision = shape.stored or SERVED[self._precision]
        evidence, adapters = self._evidence, self.adapters_gb
        if sizes is not None and not adapters and alike(self._situation.knowledge, evidence):
            made = sizes.paces.replica
            if (made.model, made.device, made.precision) == (shape, device, precision):
                return made
        place = "replica", ByIdentity(evidence), shape.name, device.name, precision, adapters
        return self._situation.base.memory.of(
            place, lambda: Replica(shape, device, precision, evidence.calibration, adapters)
        )

    def _device(self, accelerator: str | None) -> Device | None:
        """A device, where enough is known of it."""
        if accelerator is None:
            return None
        return device_subject(self._situation.knowledge.accelerators[accelerator], self._evidence)

    def _sized(
        self,
        model: str,
        accelerator: str | None,
        unit: int,
        asked: Demand | None,
        sizes: Sizes | None,
    ) -> Sized:
        subject = model_subject(self._situation.knowledge.models[model], self._evidence)
        if subject.shape is None:
            words = f"the shape of {model} is not known: {subject.words}"
            return NOT_SIZED._replace(why_not=(words,))
        device = self._device(accelerator)
        if device is None:
            return NOT_SIZED._replace(why_not=("nothing is known of the device",))
        if asked is None:
            return NOT_SIZED
        return self._planned(self._replica(subject.shape, device, sizes), unit, asked)

    def _planned(self, kind: Replica, unit: int, asked: Demand) -> Sized:
        shape, device = kind.model, kind.device
        reads, writes = (float(self._high(n) or 1) for n in ("input-tokens", "output-tokens"))
        found = plan_of(kind, asked, (reads, writes), self._target, smallest_unit=unit)
        if found.likely is None:
            why = found.reason or "no sizing meets the target"
            return Sized(found, None, None, (why,))
        replica, precision = found.likely, kind.precision
        beside = beside_adapters(device, replica.devices, self.adapters_gb)
        speed = self._speeds.speed(
            Question(shape, beside, replica.devices, precision, replica.concurrency, reads, writes)
        )
        longest = float(self._high("context-length") or reads + writes)
        fit = Fit(
            replica.devices,
            memory(
                shape,
                device,
                replica.devices,
                precision,
                longest,
                adapters_gb=self.adapters_gb,
            ),
            layouts(shape, beside, replica.devices, precision, longest),
        )
        return Sized(found, speed, fit, tuple(self._reasons(device, replica.devices, speed, fit)))

    def _reasons(self, device: Device, devices: int, speed: Speed, fit: Fit) -> list[str]:
        reasons = [speed.why] if speed.method == "unknown" else []
        patience = self._high("first-token-ms")
        if patience is not None and speed.first_ms is not None and patience < speed.first_ms.low:
            reasons.append(
                f"the first token within {figure(patience)} ms: at least "
                f"{figure(round(speed.first_ms.low))} ms are expected"
            )
        if fit.memory.reason is not None:
            reasons.append(f"on {devices} x {device.name} {fit.memory.reason}")
        return reasons

    def _high(self, name: str) -> Number | None:
        """An answered number; of a range the high end, so that nothing is undersized."""
        value = self._env.get(name)
        return value.high if isinstance(value, Interval) else None
