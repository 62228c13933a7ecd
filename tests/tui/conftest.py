"""Makes the modules beside this file importable, and snapshots stable."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from textual._compositor import Compositor
from textual.widgets import Input

sys.path.insert(0, str(Path(__file__).parent))

Input.cursor_blink = False  # a blinking cursor makes snapshots differ


@pytest.fixture
def unpainted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lay screens out, but paint them only when a test looks: half of the time is painting.
    What painting itself could break is covered where sizes, pictures and walks are tested."""

    def skip(self: Compositor, *_: object, **__: object) -> None:
        self._dirty_regions.clear()

    monkeypatch.setattr(Compositor, "render_update", skip)
