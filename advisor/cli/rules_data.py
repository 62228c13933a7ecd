"""What the commands about rules print for programs."""

from __future__ import annotations

import json


def as_json(form: str, **content: object) -> str:
    """One object with its format, keys sorted, the same bytes for the same content."""
    data = {"format": form, **content}
    return json.dumps(data, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
