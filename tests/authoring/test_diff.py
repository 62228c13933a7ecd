"""What a change does to recommendations: against brute force, with witnesses, from git."""

from __future__ import annotations

import json
import shutil
import subprocess
from itertools import product

import pytest
from msgspec.structs import replace

from advisor.authoring.changes import Relevance, changes_between
from advisor.authoring.cover import build_cover
from advisor.authoring.diff import Judge, Outcome, compare
from advisor.authoring.examples import newest_day
from advisor.decision.recommend import decide, recommend
from advisor.knowledge.model import Inputs
from advisor.knowledge.values import Interval
from advisor.language.answers import read_answers

WAFERS = "criteria/latency.yaml"


def slower(copy):
    """Wafers, once the fastest, are said to be the slowest."""
    copy.replace(
        WAFERS,
        "  for: {accelerator.kind: wafer-scale}\n  score: 3",
        "  for: {accelerator.kind: wafer-scale}\n  score: -3",
    )
    return copy.load()


def winner(knowledge, inputs, as_of):
    verdict = recommend(knowledge, inputs, as_of).verdict
    return Outcome(verdict.offer or "none", verdict.lane or "none")


def test_a_rule_base_does_not_differ_from_itself(small_knowledge):
    found = compare(small_knowledge, small_knowledge)
    assert found.flips == ()
    assert not found.changes.groups
    assert found.untouched == found.compared
    assert all(before == after for before, after in found.shares.values())
    assert sum(before for before, _ in found.shares.values()) == found.compared
    assert (found.reachable, found.unreachable) == ((), ())


def test_words_places_and_layout_are_no_difference(copy, small_knowledge):
    copy.replace(
        WAFERS, "  when: {use-case: chat}\n", "  when:\n    all:\n      - use-case: [chat]\n"
    )
    copy.replace(WAFERS, "because: Somebody waits for every answer.", "because: People wait.")
    copy.replace("offers/closed-lab.yaml", "title: Closed lab API", "title: Another name")
    assert changes_between(small_knowledge, copy.load()).groups == ()


def test_everything_that_a_decision_reads_is_a_difference(copy, small_knowledge):
    copy.replace("offers/closed-lab.yaml", "input-price: 5,", "input-price: 6,")
    copy.replace(
        "derived/size.yaml", "{model-size: below 13B}, value", "{model-size: below 10B}, value"
    )
    copy.replace("derived/size.yaml", "{model-size: 13B to 175B}", "{model-size: 10B to 175B}")
    copy.write("criteria/extra.yaml", (copy.root / WAFERS).read_text().split("- id: wafers-are-fast")[0]
               .replace("people-wait-for-answers", "one-more"))  # fmt: skip
    (copy.root / "advice" / "general.yaml").unlink()
    changes = changes_between(small_knowledge, copy.load())
    told = {group.kind: (group.added, group.removed, group.changed) for group in changes.groups}
    assert told["offers"] == ((), (), ("closed-lab",))
    assert told["derived values"] == ((), (), ("size-class",))
    assert told["rules"][0] == ("one-more",)
    assert told["rules"][2] == ("small-models-gain-little-from-wafers",)
    assert set(told["rules"][1]) == {
        rule.id for rule in small_knowledge.rules.values() if rule.effect in ("warn", "advise")
    }
    # What only says something moves no recommendation.
    assert {rule.id for rule in changes.old_rules} == {"small-models-gain-little-from-wafers"}


def test_every_flip_over_the_cover_is_found_and_no_other(copy, small_knowledge):
    new = slower(copy)
    found = compare(small_knowledge, new)
    day = newest_day(new)
    assert found.as_of == day
    expected = {}
    for where, sheet in found.cover.sheets:
        inputs = Inputs(sheet)
        was, now = winner(small_knowledge, inputs, day), winner(new, inputs, day)
        if was != now:
            expected[where] = (was, now)
    assert expected
    assert {f.where: (f.before, f.after) for f in found.flips if not f.case} == expected
    assert [f.where for f in found.flips if f.case] == ["chat-startup"]
    assert found.compared == len(found.cover.sheets) + 1
    lost = found.shares["wafer-shared"]
    assert lost[0] > lost[1]


def test_a_sheet_that_no_differing_rule_can_hold_on_comes_out_the_same(copy, small_knowledge):
    copy.replace(
        WAFERS, "  when: {size-class: small}\n", "  when: {size-class: small, use-case: batch}\n"
    )
    copy.replace(
        WAFERS,
        "{model-size: 8B, offer: wafer-shared}",
        "{model-size: 8B, use-case: batch, offer: wafer-shared}",
    )
    new = copy.load()
    changes = changes_between(small_knowledge, new)
    matters = Relevance(small_knowledge, new, changes)
    cover = build_cover(small_knowledge, new, changes.new_rules)
    untouched = [sheet for _, sheet in cover.sheets if not matters(sheet)]
    assert 0 < len(untouched) < len(cover.sheets)
    day = newest_day(new)
    for sheet in untouched:
        inputs = Inputs(sheet)
        assert winner(small_knowledge, inputs, day) == winner(new, inputs, day)
    everything = compare(small_knowledge, new)
    quick = compare(small_knowledge, new, touched_only=True)
    assert {f.where for f in quick.flips} == {f.where for f in everything.flips}
    assert quick.compared == everything.compared - everything.untouched


def test_an_open_number_that_a_threshold_cuts_counts_as_touched(copy, small_knowledge):
    new = slower(copy)
    changes = changes_between(small_knowledge, new)
    assert Relevance(small_knowledge, new, changes)({})
    size = Interval.point(70)
    copy.replace(WAFERS, "when: {size-class: small}", "when: {model-size: below 14B}")
    narrower = replace(
        changes,
        old_rules=(),
        new_rules=(copy.load().rules["small-models-gain-little-from-wafers"],),
    )
    matters = Relevance(small_knowledge, copy.load(), narrower)
    assert not matters({"model-size": size})
    assert matters({})
    assert matters({"model-size": Interval(20, 70)})


def test_a_witness_flips_and_every_answer_in_it_is_needed(copy, small_knowledge):
    new = slower(copy)
    found = compare(small_knowledge, new, witnesses="all")
    assert found.flips
    for flip in found.flips:
        witness = flip.witness
        assert witness is not None
        assert witness.minimal

        def outcomes(inputs, flip=flip):
            return (
                winner(small_knowledge, inputs, flip.as_of),
                winner(new, inputs, flip.as_of),
            )

        assert outcomes(witness.inputs) == (flip.before, flip.after)
        assert witness.inputs.answers.items() <= flip.inputs.answers.items()
        for name in witness.inputs.answers:
            rest = {n: v for n, v in witness.inputs.answers.items() if n != name}
            assert outcomes(replace(witness.inputs, answers=rest)) != (flip.before, flip.after)


def test_without_being_asked_one_witness_for_each_kind_of_flip(copy, small_knowledge):
    found = compare(small_knowledge, slower(copy))
    kinds = {(flip.before, flip.after) for flip in found.flips}
    assert sum(1 for flip in found.flips if flip.witness is not None) == len(kinds)
    none = compare(small_knowledge, copy.load(), witnesses="none")
    assert [flip.where for flip in none.flips] == [flip.where for flip in found.flips]
    assert all(flip.witness is None for flip in none.flips)


def test_an_offer_that_no_longer_wins_is_told(copy, small_knowledge):
    copy.replace(
        "gates/compliance.yaml",
        "- id: processing-must-stay",
        "- id: wafers-are-sold-out\n"
        "  for: {platform: wafer}\n  exclude: yes\n  because: Nothing is left.\n"
        "  source: {ref: panel, grade: expert judgement, checked: 2026-11-01}\n"
        "  owner: test-authors\n  examples:\n"
        "    - {given: {offer: wafer-shared}, expect: applies}\n"
        "    - {given: {offer: gpu-cluster}, expect: does not apply}\n"
        "- id: processing-must-stay",
    )
    new = copy.load()
    found = compare(small_knowledge, new)
    assert "wafer-shared" in found.unreachable
    assert compare(new, small_knowledge).reachable[:1] == ("wafer-shared",)


def test_the_cover_is_the_same_every_time_and_as_large_as_it_says(small_knowledge):
    cover = build_cover(small_knowledge, small_knowledge)
    assert cover == build_cover(small_knowledge, small_knowledge)
    rows = [tuple(sorted(sheet.items())) for _, sheet in cover.sheets]
    assert len(set(rows)) == len(rows) == cover.singles + cover.rows
    questions = small_knowledge.questions
    assert all(set(sheet) == set(questions) for _, sheet in cover.sheets)
    levels = {name: {sheet[name] for _, sheet in cover.sheets} for name in questions}
    assert sum(len(values) for values in levels.values()) == cover.values
    # Every option is tried.
    assert {o for v in levels["residency"] for o in v.values} == {"none", "us", "eu"}
    # All pairs meet, but for those that are impossible together.
    met = {
        (a, b, sheet[a], sheet[b]) for _, sheet in cover.sheets
        for a, b in product(questions, repeat=2) if a < b
    }  # fmt: skip
    assert len(met) == cover.pairs_met
    assert cover.pairs_met == sum(
        len(levels[a]) * len(levels[b]) for a, b in product(questions, repeat=2) if a < b
    )
    small = build_cover(small_knowledge, small_knowledge, most=5)
    assert len(small.sheets) == 5
    assert small.left_out == cover.singles - 5


def test_thresholds_of_differing_rules_are_tried_on_both_sides(copy, small_knowledge):
    def sizes(rules):
        cover = build_cover(small_knowledge, copy.load(), rules)
        return {sheet["model-size"].low for _, sheet in cover.sheets}

    usual = sizes(())
    assert not usual & {13, 14, 175}
    rule = small_knowledge.rules["small-models-gain-little-from-wafers"]
    # The rule reads the size class, whose table changes its mind there.
    assert {13, 175} <= sizes((rule,))
    copy.replace(WAFERS, "when: {size-class: small}", "when: {model-size: below 14B}")
    assert {14} <= sizes((copy.load().rules[rule.id],)) - usual


def test_questions_that_only_one_asks_and_cases_that_only_one_reads(copy, small_knowledge):
    for path in sorted(copy.root.rglob("*.yaml")):
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("batch", "bulk"), encoding="utf-8")
    copy.replace("cases/chat-startup.yaml", "use-case: chat", "use-case: bulk")
    new = copy.load()
    found = compare(small_knowledge, new)
    assert found.incomparable == ("chat-startup",)
    assert found.cases == 0
    chosen = {o for _, sheet in found.cover.sheets for o in sheet["use-case"].values}
    assert chosen == {"chat"}


def test_a_judge_asks_once(small_knowledge, monkeypatch):
    from advisor.authoring import diff

    asked = []
    monkeypatch.setattr(diff, "decide", lambda *a: asked.append(a) or decide(*a))
    judge = Judge(small_knowledge)
    inputs = Inputs({"model-size": Interval.point(70)})
    day = newest_day(small_knowledge)
    assert judge.outcome(inputs, day) == judge.outcome(inputs, day)
    assert len(asked) == 1


def test_the_command_compares_directories(copy, call, small_knowledge, tmp_path):
    old = tmp_path / "old"
    shutil.copytree(copy.root, old)
    slower(copy)
    code, out, err = call("--rules", copy.root, "rules", "diff", old, copy.root)
    assert (code, err) == (0, "")
    shown = " ".join(out.split())
    assert "rules changed wafers-are-fast" in shown
    assert "chat-startup wafer-shared" in shown
    assert "Witness (minimal): chat-startup" in shown
    code, out, _ = call(
        "--rules", copy.root, "rules", "diff", old, "--exit-code", "--format", "json",
        "--save", tmp_path / "witnesses",
    )  # fmt: skip
    assert code == 6
    data = json.loads(out)
    assert data["changes"] == [
        {"kind": "rules", "added": [], "removed": [], "changed": ["wafers-are-fast"]}
    ]
    case = next(flip for flip in data["flips"] if flip["kind"] == "case")
    assert case["before"] == {"offer": "wafer-shared", "lane": "safe"}
    files = sorted((tmp_path / "witnesses").iterdir())
    assert len(files) == sum(1 for flip in data["flips"] if flip["witness"])
    for path in files:
        read_answers(path.read_bytes(), str(path), small_knowledge)
    assert sum(row["before"] for row in data["shares"]) == data["compared"]
    assert call("--rules", copy.root, "rules", "diff", copy.root, "--exit-code")[0] == 0


def git(where, *arguments):
    names = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
    subprocess.run(["git", "-C", str(where), *names, *arguments], check=True, capture_output=True)


def test_the_command_compares_revisions(copy, call, tmp_path):
    repository = tmp_path / "repository"
    root = repository / "deep" / "rules"
    root.parent.mkdir(parents=True)
    shutil.move(copy.root, root)
    copy.root = root
    git(repository, "init", "-q")
    git(repository, "add", ".")
    git(repository, "commit", "-q", "-m", "first")
    git(repository, "tag", "v1")
    slower(copy)
    code, out, _ = call("--rules", root, "rules", "diff", "HEAD", "--exit-code", "--sheets", "0")
    assert code == 6
    assert "chat-startup" in out
    git(repository, "commit", "-q", "-a", "-m", "second")
    assert call("--rules", root, "rules", "diff", "HEAD", "--exit-code", "--sheets", "0")[0] == 0
    code, out, _ = call(
        "--rules", root, "rules", "diff", "v1", "HEAD", "--exit-code", "--sheets", "0"
    )
    assert code == 6


@pytest.mark.parametrize("word", ["no-such-revision", "--output=x", ""])
def test_what_is_neither_a_directory_nor_a_revision_is_wrong_usage(copy, call, tmp_path, word):
    code, _, err = call("--rules", copy.root, "rules", "diff", "--", word)
    assert code == 2
    assert "OLD" in err
    assert list(tmp_path.glob("x*")) == []
