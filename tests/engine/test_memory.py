"""What is kept between decisions: the same thing until it is forgotten, never more than allowed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from advisor.engine.memory import Memory


def test_a_result_is_made_once():
    memory, made = Memory(10), []

    def make():
        made.append(len(made))
        return ["a result"]

    first = memory.of("place", make)
    assert memory.of("place", make) is first
    assert memory.get("place") is first
    assert made == [0]


def test_nothing_is_kept_where_nothing_was_put():
    assert Memory(10).get("place") is None


def test_what_is_false_is_kept_too():
    memory = Memory(10)
    assert memory.of("place", lambda: 0) == 0
    assert memory.of("place", lambda: 1) == 0


def test_the_older_half_is_forgotten_when_it_is_full():
    memory = Memory(4)
    for place in range(4):
        memory.put(place, f"r{place}")
    assert [memory.get(place) for place in range(4)] == ["r0", "r1", "r2", "r3"]
    memory.put(4, "r4")
    assert [memory.get(place) for place in range(5)] == [None, None, "r2", "r3", "r4"]
    # There is room for one more before the next half goes.
    memory.put(5, "r5")
    assert [memory.get(place) for place in range(2, 6)] == ["r2", "r3", "r4", "r5"]
    memory.put(6, "r6")
    assert [memory.get(place) for place in range(2, 7)] == [None, None, "r4", "r5", "r6"]


def test_sizes_count():
    memory = Memory(10)
    memory.put("small", "s", 3)
    memory.put("large", "l", 7)
    assert (memory.get("small"), memory.get("large")) == ("s", "l")
    memory.put("next", "n", 3)
    assert [memory.get(name) for name in ("small", "large", "next")] == [None, "l", "n"]
    # The half that is left leaves no room for this one, so all of it goes.
    memory.put("huge", "h", 8)
    assert [memory.get(name) for name in ("large", "next", "huge")] == [None, None, "h"]
    memory.put("two", "t", 2)
    assert (memory.get("huge"), memory.get("two")) == ("h", "t")


def test_what_is_made_has_the_size_that_is_told():
    memory = Memory(10)
    memory.of("large", lambda: "l", 9)
    memory.of("small", lambda: "s")
    assert (memory.get("large"), memory.get("small")) == ("l", "s")
    memory.of("another", lambda: "a")
    assert memory.get("large") is None


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 4)), max_size=60))
def test_what_is_kept_is_what_was_put_last_and_within_bounds(puts):
    memory, size_of, last = Memory(12), {}, {}
    for number, (place, size) in enumerate(puts):
        if memory.get(place) is not None:
            continue
        memory.put(place, number, size)
        size_of[place], last[place] = size, number
        kept = [p for p in last if memory.get(p) is not None]
        assert memory.get(place) == number
        assert all(memory.get(p) == last[p] for p in kept)
        assert sum(size_of[p] for p in kept) <= 12
