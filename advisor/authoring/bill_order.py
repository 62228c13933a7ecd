"""Which of two offers charges no more, at any traffic, precision, speed and commitment."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from msgspec.structs import replace

from advisor.authoring.its_order import BillOrder
from advisor.decision.charges import BYTES, Charges, Wish
from advisor.decision.costs import Costs, Wanted
from advisor.decision.profiles import Profile
from advisor.decision.sizing import PACE
from advisor.decision.token_rates import NONE, Shares
from advisor.estimate.cost import TokenPrices
from advisor.knowledge.model import Measure
from advisor.knowledge.syntax import Constant
from advisor.knowledge.values import Number, Truth

Ends = tuple[Number | None, Number | None]

_PLAIN = Shares((NONE,), (NONE,))
_YEARS: tuple[Truth, ...] = (False, True, None)


def bill_order(
    costs: Costs, one: tuple[str, str | None], other: tuple[str, str | None]
) -> BillOrder:
    """Compares offers, each with the model that it serves; ``unlike`` where neither charges
    what the other does nor surely less, such as for other devices.

    What is charged is linear in prices that cannot be negative, and both sides of its band
    rise with them; so it is enough to compare the prices.
    """
    left, right = costs.charges(*one, "any"), costs.charges(*other, "any")
    orders = [_of_tokens(left, right)]
    by_device = left.capacity is not None or right.capacity is not None
    for precision in BYTES if by_device else ("any",):
        for years in _YEARS if by_device else (False,):
            wanted = Wanted(precision, _PLAIN, Wish((PACE, PACE), years))
            profiles = (costs.profile_for(*place, wanted) for place in (one, other))
            orders.append(_of_profiles(*profiles, tokens=left.tokens is not None))
    if "unlike" in orders:
        return "unlike"
    return "less" if "less" in orders else "same"


def falls(measure: Measure) -> bool:
    """Whether utility never rises with the figure, wherever the workload puts the anchors."""
    anchors: list[tuple[Number, int]] = []
    for at, utility in measure.anchors:
        if not isinstance(at, Constant):
            return False
        anchors.append((at.value, utility))
    anchors.sort()
    return all(left[1] >= right[1] and left[0] < right[0] for left, right in pairwise(anchors))


def _of_tokens(one: Charges, other: Charges) -> BillOrder:
    left, right = one.tokens, other.tokens
    if left is None or right is None:
        return "same" if left is right else "unlike"
    if left.batch_discount != right.batch_discount:
        return "unlike"
    return _of_ends([*zip(_prices(left), _prices(right), strict=True)])


def _prices(tokens: TokenPrices) -> list[Ends]:
    return [(p.low, p.high) for p in (tokens.input, tokens.output, tokens.cached_input)]


def _of_profiles(one: Profile, other: Profile, *, tokens: bool) -> BillOrder:
    """``tokens``: what a token costs is compared by its prices."""
    if tokens:
        one, other = (replace(p, reads=(0, 0), writes=(0, 0)) for p in (one, other))
    # For the same devices of the same kind, asked at one speed, it is the same object.
    if one.sizes is not other.sizes:
        return "unlike"
    amounts = [(one.people, other.people), (one.device, other.device)]
    if replace(one, people=(0, 0), device=(0, 0)) != replace(other, people=(0, 0), device=(0, 0)):
        return "unlike"
    return _of_ends(amounts)


def _of_ends(pairs: Sequence[tuple[Ends, Ends]]) -> BillOrder:
    if all(left == right for left, right in pairs):
        return "same"
    ends = [both for left, right in pairs for both in zip(left, right, strict=True)]
    if any((a is None) is not (b is None) for a, b in ends):
        return "unlike"
    return "less" if all(a <= b for a, b in ends if a is not None and b is not None) else "unlike"
