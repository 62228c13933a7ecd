"""What a decision asks for thousands of times is the arithmetic of ``physics``, worked out
beforehand as far as it can be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.estimate.courses import Times, Worker
from advisor.estimate.evidence import Evidence
from advisor.estimate.physics import Load, prefill_time, terms, token_parts
from advisor.estimate.replicas import LARGE_SIZES, SIZES, Replica
from advisor.knowledge.fitted import Factors
from advisor.knowledge.physical import WEIGHT_BYTES

TIGHT = 1e-12


@given(data=st.data())
def test_times_are_those_of_the_model(evidence: Evidence, data: st.DataObject) -> None:
    calibration = evidence.calibration
    model = evidence.models[data.draw(st.sampled_from(sorted(evidence.models)))]
    device = evidence.devices[data.draw(st.sampled_from(sorted(evidence.devices)))]
    precision = data.draw(st.sampled_from(sorted(WEIGHT_BYTES)))
    # Up to what any link joins, so that no network replaces it.
    sizes = [size for size in (*SIZES, *LARGE_SIZES) if size <= max(8, device.domain)]
    worker = Worker(data.draw(st.sampled_from(sizes)), data.draw(st.booleans()))
    read = float(data.draw(st.integers(1, 10**6)))
    written = float(data.draw(st.integers(1, 10**5)))
    load = data.draw(st.integers(1, 10_000))
    found = Replica(model, device, precision, calibration).course(worker, (read, written)).at(load)

    at_load = terms(
        model,
        device,
        precision,
        worker.size,
        Load(load, read, written, separate=worker.separate),
        factors=calibration.families.get(device.family, Factors()),
    )
    level = calibration.levels.get((model.name, device.name), 1.0)
    parts = token_parts(at_load, calibration.serving)
    fixed, prompt, queue = calibration.first_token
    assert found == pytest.approx(
        Times(
            token_ms=sum(parts) * level,
            pace_ms=(sum(parts) - parts.prompts / max(at_load.batch, 1.0)) * level,
            first_ms=fixed + prompt * prefill_time(at_load, calibration.serving) * load**queue,
            running=at_load.batch,
        ),
        rel=TIGHT,
    )
