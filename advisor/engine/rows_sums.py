"""Adding up bitmaps: so many steps for every row whose bit is set.

Steps are cut into binary digits, and the bitmaps of one digit are summed by carry-save
adders: three become one of the same digit and one of the next.  Only the few digits that are
left at the end are spread out to a number for each row.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from advisor.engine.rows_tests import Bitmap


class Plan:
    """Which bitmaps stand in which binary digit of a sum.

    ``parts`` are (place of a bitmap, steps).  Minus a bit is its opposite, minus one: so
    ``digits`` says of each place whether its opposite is meant, and ``base`` is what that
    takes off.
    """

    def __init__(self, parts: Iterable[tuple[int, int]]) -> None:
        self.digits: list[list[tuple[int, bool]]] = []
        self.base = 0
        for place, steps in parts:
            for digit, sign in _digits(steps):
                while len(self.digits) <= digit:
                    self.digits.append([])
                self.digits[digit].append((place, sign < 0))
                if sign < 0:
                    self.base -= 1 << digit
        self.inverted = sorted({p for queue in self.digits for p, negative in queue if negative})


class Adder:
    """Sums over chunks of one length; keeps its working space."""

    def __init__(self, words: int) -> None:
        self.words = words
        self._one = np.empty(words, np.uint64)
        self._two = np.empty(words, np.uint64)
        self._spare: list[Bitmap] = []

    def add(self, plan: Plan, bitmaps: Sequence[Bitmap], out: NDArray[Any]) -> None:
        """Put the sum of the plan's steps into ``out``, one number for each row."""
        inverses = {i: np.invert(bitmaps[i], out=self._take()) for i in plan.inverted}
        digits = [
            [(inverses[i] if negative else bitmaps[i], False) for i, negative in queue]
            for queue in plan.digits
        ]
        self._settle(digits)
        self._spread([queue[0] if queue else None for queue in digits], plan.base, out)
        self._spare += inverses.values()

    def _settle(self, digits: list[list[tuple[Bitmap, bool]]]) -> None:
        """Add until every digit has one bitmap at most."""
        one, two = self._one, self._two
        place = 0
        while place < len(digits):
            queue = digits[place]
            if len(queue) > 1 and place + 1 == len(digits):
                digits.append([])
            while len(queue) > 2:
                (x, own_x), (y, own_y), (z, own_z) = queue.pop(), queue.pop(), queue.pop()
                total, carry = self._take(), self._take()
                np.bitwise_xor(x, y, out=one)
                np.bitwise_and(x, y, out=carry)
                np.bitwise_xor(one, z, out=total)
                np.bitwise_and(one, z, out=two)
                np.bitwise_or(carry, two, out=carry)
                self._give(x, own_x)
                self._give(y, own_y)
                self._give(z, own_z)
                queue.append((total, True))
                digits[place + 1].append((carry, True))
            if len(queue) == 2:
                (x, own_x), (y, own_y) = queue.pop(), queue.pop()
                total, carry = self._take(), self._take()
                np.bitwise_xor(x, y, out=total)
                np.bitwise_and(x, y, out=carry)
                self._give(x, own_x)
                self._give(y, own_y)
                queue.append((total, True))
                digits[place + 1].append((carry, True))
            place += 1

    def _spread(
        self, digits: list[tuple[Bitmap, bool] | None], base: int, out: NDArray[Any]
    ) -> None:
        """From a bitmap for each digit to a number for each row."""
        rows = len(out)
        whole = out.dtype.type
        first = True
        for start in range(0, len(digits), 8):
            taken: NDArray[np.uint64] | None = None
            for shift, entry in enumerate(digits[start : start + 8]):
                if entry is None:
                    continue
                # Eight rows to a word, a byte each: no digit of a group leaves its byte.
                bits = np.unpackbits(entry[0].view(np.uint8), bitorder="little").view(np.uint64)
                self._give(*entry)
                if shift:
                    np.left_shift(bits, shift, out=bits)
                taken = bits if taken is None else np.bitwise_or(taken, bits, out=taken)
            if taken is None:
                continue
            part = taken.view(np.uint8)[:rows]
            if first and not start:
                np.copyto(out, part)
            else:
                if first:
                    out[:] = 0
                out += part.astype(out.dtype) * whole(1 << start)
            first = False
        if first:
            out[:] = base
        elif base:
            out += whole(base)

    def _take(self) -> Bitmap:
        return self._spare.pop() if self._spare else np.empty(self.words, np.uint64)

    def _give(self, bitmap: Bitmap, own: bool) -> None:
        if own:
            self._spare.append(bitmap)


def _digits(steps: int) -> list[tuple[int, int]]:
    """Binary digits 1 and -1, no two neighbours, which makes them fewest: (place, sign)."""
    found = []
    place = 0
    while steps:
        if steps & 1:
            sign = 2 - (steps & 3)
            found.append((place, sign))
            steps -= sign
        steps >>= 1
        place += 1
    return found
