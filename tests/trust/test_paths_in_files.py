"""A file that names another one names one beside it, or none."""

from __future__ import annotations

import pytest

from advisor.errors import DataError
from advisor.estimate.results import Names, read_results
from tests.trust.readers import DAY, NAME


@pytest.mark.parametrize(
    "path", ["/etc/passwd", "../secret.json", "a/../../b.json", "C:/secret.json", "..\\secret.json"]
)
def test_a_results_file_opens_nothing_outside_its_folder(path):
    def opened(name: str) -> bytes:
        raise AssertionError(f"{name} was opened")

    text = f"format: 1\nresults:\n  - {{offer: o, file: '{path}'}}\n"
    with pytest.raises(DataError) as caught:
        read_results(text.encode(), NAME, Names(("o",), {}, ()), DAY, opened, None)
    (problem,) = [p for p in caught.value.problems if p.check == "unreadable-file"]
    assert problem.message == f"'{path}' leads out of the folder of this file; put it beside it"
    assert problem.place.startswith(f"{NAME}:3:")
