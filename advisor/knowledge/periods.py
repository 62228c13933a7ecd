"""How long a day and a month are: a month is a twelfth of 365 days."""

from __future__ import annotations

from fractions import Fraction

SECONDS_PER_DAY = 86_400
HOURS_PER_DAY = 24
DAYS_PER_MONTH = Fraction(365, 12)
HOURS_PER_MONTH = 730
