"""What follows from the shape of a model."""

from __future__ import annotations

import pytest

from advisor.knowledge.physical import ModelShape

SHAPE = {
    "name": "atlas",
    "total": 70.0,
    "active": 70.0,
    "layers": 80,
    "hidden": 8192,
    "heads": 64,
    "kv_heads": 8,
    "head_dim": 128,
}


@pytest.mark.parametrize(
    ("attention", "full_layers", "expected"),
    [
        ("gqa", None, 80),
        ("sliding-window", None, 40),
        ("linear-hybrid", None, 20),
        ("sliding-window", 12, 12),
    ],
)
def test_some_layers_see_the_whole_context(
    attention: str, full_layers: int | None, expected: int
) -> None:
    shape = ModelShape(**SHAPE, attention=attention, full_layers=full_layers)
    assert shape.attending_layers == expected
