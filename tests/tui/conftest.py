"""Makes the modules beside this file importable, and snapshots stable."""

from __future__ import annotations

import sys
from pathlib import Path

from textual.widgets import Input

sys.path.insert(0, str(Path(__file__).parent))

Input.cursor_blink = False  # a blinking cursor makes snapshots differ
