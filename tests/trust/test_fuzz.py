"""What fuzzing once found stays mended, and a few new files are tried with every run."""

from __future__ import annotations

import pytest
from hypothesis import given

from tests.trust.fuzz import EDITS, SEEDS, edited, try_bytes
from tests.trust.readers import good
from tests.trust.test_hostile_readers import KINDS

FOUND = sorted(path for path in SEEDS.glob("*/*") if path.is_file())


@pytest.mark.parametrize("path", FOUND, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_what_was_found_stays_mended(path) -> None:
    by_folder = {kind.replace(" ", "-"): read for kind, (_, read) in good().items()}
    try_bytes(by_folder[path.parent.name], path.read_bytes())


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "genai-prices"])
def test_edited_files_are_read_or_refused(kind: str) -> None:
    data, read = good()[kind]

    @given(EDITS)
    def attempt(edits: list[tuple[str, int, int, bytes]]) -> None:
        try_bytes(read, edited(data, edits))

    attempt()
