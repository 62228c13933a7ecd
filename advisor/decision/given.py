"""What a user takes for granted beside the answers when offers are estimated."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from advisor.knowledge.values import Number


@dataclass(frozen=True, slots=True)
class Given:
    """``horizon``: requests a day up to which ways of paying are compared (default: twice the
    volume and twice the break-even).  ``utilisation``: the share, above 0 up to 1, of what
    devices sustain that the mean load uses; without one the answered peak factor says it.
    ``adapters_gb``: what each replica holds beside the weights."""

    horizon: Number | None = None
    utilisation: Fraction | None = None
    adapters_gb: Number = 0
