"""The library that reads and writes Parquet; it comes with the extra ``fleet``."""

from __future__ import annotations

from types import ModuleType

from advisor.errors import Problem, UsageError


def arrow() -> tuple[ModuleType, ModuleType]:
    """``pyarrow`` and ``pyarrow.parquet``.  Raises UsageError where they are not installed."""
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        message = "Parquet files need the library pyarrow"
        hint = "pip install 'inference-advisor[fleet]', or use CSV or JSON lines"
        raise UsageError([Problem("missing-extra", message, "", hint=hint)]) from None
    return pyarrow, parquet
