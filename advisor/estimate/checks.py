"""What each check of measured results means."""

from __future__ import annotations

from collections.abc import Mapping

CHECKS: Mapping[str, str] = {
    "not-a-number": "A figure of a measurement is not a number above zero.",
    "not-a-result": "A file of measured results is none that a known tool writes, or does not say "
    "which offer was measured.",
    "not-json": "A file of measurements is not JSON.",
    "not-utf-8": "A file of measurements is not text in UTF-8.",
    "partial-result": "A measured result lacks figures, was broken off, or rests on too few "
    "requests.",
}
