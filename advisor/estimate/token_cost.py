"""What tokens cost: traffic times prices, sound over every range in both."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from msgspec import Struct

from advisor.estimate.ranges import UNKNOWN, Range
from advisor.knowledge.values import Number

MILLION = 1_000_000
NONE = Range(0, 0)


class Traffic(Struct, frozen=True):
    """What is asked: requests per day, tokens per request, shares in percent (0 to 100).

    ``cached_input_share``: part of the input tokens that the provider's prompt cache serves.
    ``batch_share``: part of the requests that may run as batch jobs.  A share that is unknown
    on a side is anything down to none or up to all.
    """

    requests_per_day: Range
    input_tokens: Range
    output_tokens: Range
    cached_input_share: Range = NONE
    batch_share: Range = NONE

    def __post_init__(self) -> None:
        for share in (self.cached_input_share, self.batch_share):
            if any(side is not None and side > 100 for side in (share.low, share.high)):
                raise ValueError(f"a share above 100 percent: {share.low} to {share.high}")

    @property
    def tokens_per_day(self) -> Range:
        """Input and output tokens of a day."""
        return self.requests_per_day * (self.input_tokens + self.output_tokens)


class TokenPrices(Struct, frozen=True):
    """USD per million tokens; ``batch_discount`` in percent off all of them.

    An unknown ``cached_input`` price costs at most the input price; an unknown discount may
    be none.
    """

    input: Range
    output: Range
    cached_input: Range = UNKNOWN
    batch_discount: Range = UNKNOWN
    source: str | None = None

    @property
    def cached_or_bound(self) -> Range:
        """The price of a cached token; where it is not published, at most the input price."""
        if self.cached_input.high is not None:
            return self.cached_input
        low, most = self.cached_input.low, self.input.high
        return Range(low if low is None or most is None else min(low, most), most)


def share(percent: Range) -> tuple[Number, Number]:
    """A share in percent as two factors; unknown is anything from none to all."""
    low = 0 if percent.low is None else Fraction(percent.low, 100)
    high = 1 if percent.high is None else Fraction(percent.high, 100)
    return low, high


def remaining_price(traffic: Traffic, prices: TokenPrices) -> Range:
    """The factor left of the price after the batch discount on the share that may be batched."""
    least_batch, most_batch = share(traffic.batch_share)
    least, most = _discount(prices)
    return Range(1 - most_batch * most, 1 - least_batch * least)


def cost_per_request(traffic: Traffic, prices: TokenPrices) -> Range:
    """USD per request: input x share not cached x price, plus input x share cached x cached
    price, plus output x price, all times what the batch discount leaves.

    Linear in each share alone, so its extremes lie where the shares do.  On the low side an
    unknown price counts as nothing (a sound bound); on the high side it makes the result
    unknown.  The low side is unknown where no price at all has one.
    """
    lows = [_low(traffic, prices, c, b) for c, b in _share_corners(traffic)]
    highs = [_high(traffic, prices, c, b) for c, b in _share_corners(traffic)]
    known = [high for high in highs if high is not None]
    unpriced = prices.input.low is None and prices.output.low is None
    return Range(
        None if unpriced else min(lows),
        max(known) if len(known) == len(highs) else None,
    )


def _discount(prices: TokenPrices) -> tuple[Number, Number]:
    low, high = prices.batch_discount.low, prices.batch_discount.high
    return (
        0 if low is None else Fraction(low, 100),
        1 if high is None else Fraction(high, 100),
    )


def _share_corners(traffic: Traffic) -> Iterator[tuple[Number, Number]]:
    for cached in sorted(set(share(traffic.cached_input_share))):
        for batch in sorted(set(share(traffic.batch_share))):
            yield cached, batch


def _low(traffic: Traffic, prices: TokenPrices, cached: Number, batch: Number) -> Number:
    fresh_usd, cached_usd, output_usd = (
        price.low or 0 for price in (prices.input, prices.cached_or_bound, prices.output)
    )
    tokens_in, tokens_out = traffic.input_tokens.low or 0, traffic.output_tokens.low or 0
    rebate = 1 - batch * _discount(prices)[1]
    micro_usd = tokens_in * ((1 - cached) * fresh_usd + cached * cached_usd)
    return (micro_usd + tokens_out * output_usd) * rebate / Fraction(MILLION)


def _high(traffic: Traffic, prices: TokenPrices, cached: Number, batch: Number) -> Number | None:
    rebate = 1 - batch * _discount(prices)[0]
    micro_usd: Number = 0
    for tokens, part, price in (
        (traffic.input_tokens.high, 1 - cached, prices.input.high),
        (traffic.input_tokens.high, cached, prices.cached_or_bound.high),
        (traffic.output_tokens.high, 1, prices.output.high),
    ):
        if part == 0 or tokens == 0 or price == 0:
            continue
        if tokens is None or price is None:
            return None
        micro_usd += tokens * part * price
    return micro_usd * rebate / Fraction(MILLION)
