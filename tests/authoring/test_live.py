"""Rules that are saved while they are in use."""

from __future__ import annotations

from advisor.authoring.live import Change, LiveRules, Mistakes
from advisor.knowledge.model import Inputs
from advisor.knowledge.values import Interval, Options

FILE = "criteria/latency.yaml"


def live(copy) -> LiveRules:
    return LiveRules(copy.root, copy.load, copy.load())


def test_nothing_is_read_until_something_is_saved(copy):
    rules = live(copy)
    assert not rules.saved()
    assert not rules.saved()


def test_a_file_that_is_still_being_written_is_left_alone(copy):
    rules = live(copy)
    copy.replace(FILE, "score: 3", "score: -3")
    assert not rules.saved()
    copy.write("criteria/more.yaml", "")
    assert not rules.saved()
    (copy.root / "criteria/more.yaml").unlink()
    assert not rules.saved()
    assert rules.saved()
    rules.reload()
    assert not rules.saved()


def test_a_save_shows_which_recommendations_change(copy):
    rules = live(copy)
    before = rules.knowledge
    copy.replace(FILE, "score: 3", "score: -3")
    answers = Inputs({"use-case": Options(frozenset({"chat"})), "model-size": Interval.point(70)})
    change = rules.reload(answers)
    assert isinstance(change, Change)
    assert change.before is before
    assert rules.knowledge is change.after
    assert change.after.rules["wafers-are-fast"].steps == -3
    assert [flip.where for flip in change.flips] == ["chat-startup", "your answers"]
    assert change.sentences == (
        "rules changed: wafers-are-fast",
        "chat-startup: from wafer-shared to budget-shared",
        "your answers: from wafer-shared to budget-shared",
    )


def test_words_alone_change_nothing(copy):
    rules = live(copy)
    copy.replace(FILE, "Somebody waits for every answer.", "People wait.")
    change = rules.reload()
    assert isinstance(change, Change)
    assert change.sentences == ("Saved: nothing that a decision reads has changed.",)
    assert rules.knowledge.rules["people-wait-for-answers"].because == "People wait."


def test_a_mistake_keeps_the_rules_in_force_and_is_located(copy):
    rules = live(copy)
    before = rules.knowledge
    copy.replace(FILE, "  weigh: 2", "  wiegh: 2")
    found = rules.reload()
    assert isinstance(found, Mistakes)
    assert [problem.place for problem in found.problems] == [f"{copy.root / FILE}:4:3"]
    assert rules.problems == found.problems
    assert rules.knowledge is before
    copy.replace(FILE, "  wiegh: 2", "  weigh: 3")
    change = rules.reload()
    assert isinstance(change, Change)
    assert change.before is before
    assert rules.problems == ()


def test_answers_that_the_new_rules_cannot_read_are_left_out(copy):
    rules = live(copy)
    path = "questions/workload.yaml"
    copy.replace(path, "id: batch,", "id: bulk,")
    for file in ("criteria/latency.yaml", "advice/general.yaml", "impossible.yaml"):
        text = (copy.root / file).read_text()
        copy.write(file, text.replace("use-case: batch", "use-case: bulk"))
    change = rules.reload(Inputs({"use-case": Options(frozenset({"batch"}))}))
    assert isinstance(change, Change)
    assert "your answers" not in {flip.where for flip in change.flips}
