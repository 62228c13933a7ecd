"""The program in this process, in a directory and a home of its own."""

from __future__ import annotations

import re
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent.parent
SMALL = CHECKOUT / "tests" / "rulebases" / "small"
AS_OF = "2026-11-22"
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]")
"""What a terminal would obey or hide: no message may hold it."""
