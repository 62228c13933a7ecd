"""Inference Advisor: where and how to serve a language model, and why.

``load`` and ``recommend`` are the whole public surface.  Importing this package loads
nothing heavy: both functions import what they need when they are called.
"""

from __future__ import annotations

TYPE_CHECKING = False  # as in ``typing``, without loading it
if TYPE_CHECKING:
    from advisor.api import load, recommend

__version__ = "0.1.0"
__all__ = ["__version__", "load", "recommend"]


def __getattr__(name: str) -> object:
    if name in ("load", "recommend"):
        from advisor import api

        return getattr(api, name)
    raise AttributeError(f"module 'advisor' has no attribute {name!r}")
