"""Work off the event loop: the newest wins, what is outdated is given up at once."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable

from advisor.tui.ranker import Done, Ranker


def spin(started: threading.Event, ended: list[str]) -> Callable[[], object]:
    """A computation that would never end by itself."""

    def compute() -> object:
        started.set()
        try:
            while True:
                sum(range(1000))
        finally:
            ended.append("given up")

    return compute


class Receiver:
    def __init__(self) -> None:
        self.done: list[Done] = []
        self.came = threading.Semaphore(0)

    def __call__(self, done: Done) -> None:
        self.done.append(done)
        self.came.release()

    def wait(self) -> Done:
        assert self.came.acquire(timeout=30)
        return self.done[-1]


def test_an_outdated_computation_is_given_up() -> None:
    receiver, started, ended = Receiver(), threading.Event(), []
    ranker = Ranker(receiver)
    ranker.submit(1, spin(started, ended), disposable=True)
    assert started.wait(30)
    ranker.submit(2, lambda: "new", disposable=True)
    assert receiver.wait() == Done(2, "new", None)
    for _ in range(500):
        if ended:
            break
        time.sleep(0.01)
    assert ended == ["given up"]
    assert [done.generation for done in receiver.done] == [2]


def test_stopping_gives_up_what_runs() -> None:
    receiver, started, ended = Receiver(), threading.Event(), []
    ranker = Ranker(receiver)
    ranker.submit(1, spin(started, ended), disposable=True)
    assert started.wait(30)
    ranker.stop()
    for _ in range(500):
        if ended:
            break
        time.sleep(0.01)
    assert ended == ["given up"]
    ranker.submit(2, lambda: "late")
    assert receiver.done == []


def test_lasting_work_is_finished_and_only_the_newest_waits() -> None:
    receiver, gate = Receiver(), threading.Event()
    ranker = Ranker(receiver)
    ranker.submit(1, lambda: gate.wait(30))
    for number in (2, 3, 4):
        ranker.submit(number, lambda number=number: number)
    gate.set()
    receiver.wait()
    receiver.wait()
    assert [(done.generation, done.value) for done in receiver.done] == [(1, True), (4, 4)]


def test_a_failure_is_delivered() -> None:
    receiver = Receiver()
    error = ValueError("no")

    def fail() -> object:
        raise error

    Ranker(receiver).submit(7, fail, disposable=True)
    assert receiver.wait() == Done(7, None, error)


def test_however_often_it_is_given_up_the_last_one_arrives() -> None:
    chance = random.Random(5)
    receiver = Receiver()
    ranker = Ranker(receiver)
    for number in range(400):
        ranker.submit(number, lambda number=number: sum(range(2000)) and number, disposable=True)
        if chance.random() < 0.3:
            time.sleep(chance.random() / 1000)
    end = time.monotonic() + 30
    while not (receiver.done and receiver.done[-1].generation == 399):
        assert time.monotonic() < end
        time.sleep(0.01)
    assert all(done.value == done.generation for done in receiver.done)
    numbers = [done.generation for done in receiver.done]
    assert len(numbers) == len(set(numbers))
