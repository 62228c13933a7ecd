"""What must hold of every recommendation, over random rule bases.

Where the method's wording had to be mended, the counterexample stands with the test.
"""

from __future__ import annotations

import os
import subprocess
import sys
from functools import partial
from itertools import product
from pathlib import Path

from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import replace

from advisor.decision.recommend import recommend as recommend_in_full
from advisor.knowledge.syntax import Atom, OneOf
from advisor.knowledge.values import Flags, Interval, Options
from tests.decision import naive
from tests.decision.bases import (
    DAY,
    answers,
    bases,
    claim,
    examples,
    make_rule,
    narrowed,
    workloads,
)

recommend = partial(recommend_in_full, thorough=False)
SMALL = examples(20)
CRITERIA = st.sampled_from(["speed", "price", "calm"])


def only(offer):
    """A condition that speaks of one offer alone."""
    return Atom("offer", OneOf(frozenset({offer})))


def with_rule(knowledge, rule):
    return replace(knowledge, rules={**knowledge.rules, rule.id: rule})


def with_offers(knowledge, offers):
    return replace(knowledge, offers={offer.id: offer for offer in offers})


def scores(result):
    return {entry.offer: entry.score.exact for entry in result.ranking}


def order(result):
    return [entry.offer for entry in result.ranking]


def place(result, offer):
    return order(result).index(offer)


def lanes(result):
    return {
        **{entry.offer: entry.lane for entry in result.ranking},
        **{entry.offer: "excluded" for entry in result.excluded},
    }


@given(bases(), answers(), CRITERIA, workloads(), st.integers(1, 3), st.data())
@SMALL
def test_raising_a_utility_never_lowers_the_offer(knowledge, inputs, criterion, when, steps, data):
    before = recommend(knowledge, inputs, DAY)
    assume(before.ranking)
    offer = data.draw(st.sampled_from(order(before)))
    boost = make_rule(
        "zz-boost", "score", criterion, when, only(offer), steps, "measured", "zz-own"
    )
    after = recommend(with_rule(knowledge, boost), inputs, DAY)
    assert scores(after)[offer] >= scores(before)[offer]
    assert place(after, offer) <= place(before, offer)
    others = [o for o in order(before) if o != offer]
    assert [o for o in order(after) if o != offer] == others
    assert {o: scores(after)[o] for o in others} == {o: scores(before)[o] for o in others}


@given(bases(), answers(), st.data())
@SMALL
def test_offers_that_come_or_go_leave_the_order_of_the_others(knowledge, inputs, data):
    """Holds where no derived value or cost reads a number that rules compare with offers.

    Otherwise not to the last digit: an offer's limit cuts the number's cells, a finer cell has
    another point to stand for it, and what is derived from that number is taken there.  With
    ``strain = load x pace`` and a rule on strain, an offer with room 33 moves the points of
    load from 30 to 26.5 and 36.5, and so the mean of every offer.
    """
    before = recommend(knowledge, inputs, DAY)
    offers = list(knowledge.offers.values())
    gone = data.draw(st.sampled_from(offers))
    kept = [o for o in offers if o.id != gone.id]
    if kept:
        after = recommend(with_offers(knowledge, kept), inputs, DAY)
        assert order(after) == [o for o in order(before) if o != gone.id]
        assert scores(after).items() <= scores(before).items()
        rest = {o: lane for o, lane in lanes(before).items() if o != gone.id}
        assert lanes(after) == rest
    twin = replace(gone, id="zz-twin", order=99)
    after = recommend(with_offers(knowledge, [*offers, twin]), inputs, DAY)
    assert [o for o in order(after) if o != twin.id] == order(before)
    assert scores(before).items() <= scores(after).items()


@given(bases(), answers(), CRITERIA, workloads(), st.integers(1, 3), st.data())
@SMALL
def test_a_dominated_offer_never_ranks_above_its_dominator(
    knowledge, inputs, criterion, when, steps, data
):
    """Equal offers rank by id, so that 'above' needs a lower score somewhere to be excluded:
    a twin that no rule tells apart may stand on either side."""
    offer = data.draw(st.sampled_from(list(knowledge.offers.values())))
    assume(offer.id != "offer-0")  # Rules speak of that one by its id.
    twin = replace(offer, id="a-twin", order=99)
    worse = make_rule(
        "zz-worse", "score", criterion, when, only("a-twin"), -steps, "measured", "zz-own"
    )
    both = with_rule(with_offers(knowledge, [*knowledge.offers.values(), twin]), worse)
    result = recommend(both, inputs, DAY)
    assume(offer.id in scores(result))
    assert scores(result)["a-twin"] <= scores(result)[offer.id]
    if scores(result)["a-twin"] < scores(result)[offer.id]:
        assert place(result, "a-twin") > place(result, offer.id)


@given(bases(), answers(), st.data())
@SMALL
def test_firing_a_rule_again_changes_nothing(knowledge, inputs, data):
    before = recommend(knowledge, inputs, DAY)
    rule = data.draw(st.sampled_from(list(knowledge.rules.values())))
    again = recommend(with_rule(knowledge, replace(rule, id="zz-again")), inputs, DAY)
    assert scores(again) == scores(before)
    assert order(again) == order(before)
    assert lanes(again) == lanes(before)


@given(bases(), answers())
@SMALL
def test_stating_that_anything_is_possible_is_saying_nothing(knowledge, inputs):
    whole = dict(inputs.answers)
    for question in knowledge.questions.values():
        if question.id in whole or question.id == "load":
            continue
        options = frozenset(question.type.options)
        is_choice = question.id in ("color", "shape", "place")
        whole[question.id] = Options(options) if is_choice else Flags(frozenset(), options)
    after = recommend(knowledge, replace(inputs, answers=whole), DAY)
    assert scores(after) == scores(recommend(knowledge, inputs, DAY))


@given(bases(), answers(), st.data())
@SMALL
def test_narrowing_only_excludes_and_states(knowledge, inputs, data):
    """The method said that the safe lane grows on narrowings that state no new requirement.

    It never grows: an offer is conditional because a requirement that holds in every world is
    unproven by facts, and no answer proves a fact.  What holds: excluded offers stay so, no
    offer becomes safe, and one that stops being safe does so by a gate that was listed as
    dependent before.  (A gate whose limit nobody had asked for counts as dependent.)
    """
    before = recommend(knowledge, inputs, DAY)
    after = recommend(knowledge, data.draw(narrowed(inputs, knowledge)), DAY)
    was, now = lanes(before), lanes(after)
    depended = {e.offer: {d.rule for d in e.depends_on} for e in before.ranking}
    for offer, lane in was.items():
        if lane == "excluded":
            assert now[offer] == "excluded"
        if lane == "conditional":
            assert now[offer] != "safe"
    for entry in after.ranking:
        if was[entry.offer] == "safe":
            assert {d.rule for d in entry.to_confirm} <= depended[entry.offer]
    for entry in after.excluded:
        if was[entry.offer] == "safe":
            assert {f.rule for f in entry.failed} <= depended[entry.offer]


@given(bases(), answers(), st.data())
@SMALL
def test_narrowing_shrinks_score_ranges_and_possible_winners(knowledge, inputs, data):
    """Of the worlds themselves; a mean may move either way.  Numbers are left as they are:
    a narrower range has other points to stand for its cells, though no other truths."""
    narrow = data.draw(narrowed(inputs, knowledge))
    if "load" in narrow.answers:
        load = inputs.answers.get("load", Interval(0, 100))
        narrow = replace(narrow, answers={**narrow.answers, "load": load})
        inputs = replace(inputs, answers={**inputs.answers, "load": load})
    wide_scores, wide_winners = by_world(knowledge, inputs)
    narrow_scores, narrow_winners = by_world(knowledge, narrow)
    assert narrow_winners <= wide_winners
    for offer, found in narrow_scores.items():
        assert min(wide_scores[offer]) <= min(found)
        assert max(found) <= max(wide_scores[offer])
    mean = recommend(knowledge, narrow, DAY)
    for offer, score in scores(mean).items():
        assert min(narrow_scores[offer]) <= score <= max(narrow_scores[offer])


def by_world(knowledge, inputs):
    """Scores of every offer in every world, and who is best anywhere."""
    gates = [r for r in knowledge.rules.values() if r.effect == "exclude" and not r.negotiable]
    found = {offer: [] for offer in knowledge.offers}
    winners = set()
    for world, _ in naive.worlds(knowledge, inputs):
        by = naive.weights(knowledge, inputs, world)
        here = {}
        for offer in knowledge.offers.values():
            fails = any(
                naive.true(g.when, world, offer) is True
                and naive.true(g.offers, world, offer) is True
                for g in gates
            )
            value = sum(by[c] * naive.utility(knowledge, c, world, offer) for c in by)
            here[offer.id] = 0 if fails or not sum(by.values()) else value / sum(by.values())
            found[offer.id].append(here[offer.id])
        winners |= {o for o, score in here.items() if score == max(here.values())}
    # Floats of the oracle against exact means: room for the last digit.
    return {o: [min(f) - 1e-6, max(f) + 1e-6] for o, f in found.items()}, winners


@given(bases(), answers())
@SMALL
def test_the_order_of_declarations_does_not_matter(knowledge, inputs):
    turned = replace(
        knowledge,
        rules=dict(reversed(knowledge.rules.items())),
        questions=dict(reversed(knowledge.questions.items())),
        offers=dict(reversed(knowledge.offers.items())),
        attributes=dict(reversed(knowledge.attributes.items())),
    )
    one, other = (recommend(k, inputs, DAY) for k in (knowledge, turned))
    assert order(one) == order(other)
    assert scores(one) == scores(other)
    assert lanes(one) == lanes(other)
    assert one.verdict == other.verdict
    for a, b in zip(one.ranking, other.ranking, strict=True):
        assert a.contributions == b.contributions
        assert a.to_confirm == b.to_confirm
        assert a.depends_on == b.depends_on


@given(bases(), answers(all_of_them=True))
@SMALL
def test_excluded_offers_fail_a_gate_in_every_completion(knowledge, inputs):
    """The method said: excluded if and only if a hard gate fails in every completion.

    Only one direction holds of every rule.  Strong Kleene logic forgets that two tests look at
    the same fact: ``load below its room, or load at least its room`` fails whatever the room
    is, yet with an unknown room each half is open, and so is the whole.  The offer is then
    conditional, never safe.  Where a gate looks at each fact once, the converse holds as well.
    The gate may be another one in every world.
    """
    worlds = [world for world, _ in naive.worlds(knowledge, inputs)]
    assume(len(worlds) <= 24)
    out = {e.offer for e in recommend(knowledge, inputs, DAY).excluded}
    gates = [r for r in knowledge.rules.values() if r.effect == "exclude" and not r.negotiable]
    for offer in knowledge.offers.values():
        always = [g for g in gates if fails_always(g, offer, worlds)]
        if offer.id in out:
            assert all(any(fails_always(g, offer, [world]) for g in gates) for world in worlds)
        elif any(looks_once(g) for g in always):
            raise AssertionError(f"{offer.id} fails {always[0].id} in every completion")


def looks_once(gate):
    read = [a.name for a in naive.atoms(gate.offers)]
    read += ["room" for a in naive.atoms(gate.when) if hasattr(a.test, "attribute")]
    return len(read) == len(set(read)) and len(naive.atoms(gate.when)) == 1


def fails_always(gate, offer, worlds):
    return all(
        naive.true(gate.when, world, full) is True and naive.true(gate.offers, world, full) is True
        for full in completions(offer)
        for world in worlds
    )


def completions(offer):
    """The offer with every fact known, in all ways that its claims leave."""
    kinds = naive.belief(offer, "kind")[0] or {"x", "y"}
    must, may = naive.belief(offer, "has")[0] or (set(), {"f0", "f1", "f2"})
    # An unknown number may be any number: its declared range proves nothing of it.
    low, high = naive.belief(offer, "room")[0] or (-1, 101)
    open_flags = sorted(may - must)
    rooms = sorted({low, high, *(r for r in range(101) if r % 5 in (0, 1) and low < r < high)})
    for kind, chosen, room in product(
        sorted(kinds), product([False, True], repeat=len(open_flags)), rooms
    ):
        held = frozenset(must) | {f for f, on in zip(open_flags, chosen, strict=True) if on}
        yield replace(
            offer,
            claims=(
                claim(offer.id, "kind", Options(frozenset({kind})), "measured"),
                claim(offer.id, "has", Flags(held, held), "measured"),
                claim(offer.id, "room", Interval(room, room), "measured"),
            ),
        )


@given(bases(), answers())
@SMALL
def test_gaps_are_the_sums_of_the_differences(knowledge, inputs):
    ranking = recommend(knowledge, inputs, DAY).ranking
    for entry in ranking[1:]:
        gap = ranking[0].score.exact - entry.score.exact
        pairs = zip(ranking[0].contributions, entry.contributions, strict=True)
        assert sum(a.exact - b.exact for a, b in pairs) == gap


@given(bases(), answers(all_of_them=True), st.sampled_from(["kind", "has", "room"]))
@SMALL
def test_no_claim_never_beats_one_worth_the_cautious_quantile(knowledge, inputs, attribute):
    offer = knowledge.offers["offer-0"]
    silent = replace(offer, claims=tuple(c for c in offer.claims if c.attribute != attribute))
    for world, _ in list(naive.worlds(knowledge, inputs))[:6]:
        for criterion in knowledge.criteria:
            with_claim = naive.utility(knowledge, criterion, world, offer)
            low, high = reach(knowledge, criterion, world, silent)
            if with_claim >= low + (high - low) // 3:
                assert naive.utility(knowledge, criterion, world, silent) <= with_claim


def reach(knowledge, criterion, world, offer):
    """The least and greatest utility that the facts leave, widening left out."""
    rules = [
        r for r in knowledge.rules.values() if r.effect == "score" and r.criterion == criterion
    ]
    found = {
        r.id: [naive.true(r.when, world, offer), naive.true(r.offers, world, offer)] for r in rules
    }
    sure = [r for r in rules if found[r.id] == [True, True]]
    maybe = [r for r in rules if None in found[r.id] and False not in found[r.id]]
    ends = []
    for up in (False, True):
        held = naive.steps(sure + [r for r in maybe if (r.steps > 0) == up])
        ends.append(naive.cut(5000 + 1250 * sum(r.steps for r in held)))
    return ends


@given(bases(), answers(all_of_them=True), st.sampled_from(["kind", "has", "room"]), st.data())
@SMALL
def test_forgetting_facts_never_makes_an_offer_safe(knowledge, inputs, attribute, data):
    """Of requirements that were asked for.  An offer whose limit rules out even an answer that
    nobody gave (``load at least its room``, room 0) is excluded; without the claim nothing is
    known of a limit that nothing is compared with, and nothing is required."""
    before = lanes(recommend(knowledge, inputs, DAY))
    name = data.draw(st.sampled_from(list(knowledge.offers)))
    offer = knowledge.offers[name]
    silent = replace(offer, claims=tuple(c for c in offer.claims if c.attribute != attribute))
    after = lanes(
        recommend(replace(knowledge, offers={**knowledge.offers, name: silent}), inputs, DAY)
    )
    if before[name] != "safe":
        assert after[name] != "safe"


@given(bases(), answers(), st.data())
@SMALL
def test_ignoring_every_criterion_leaves_nobody_ahead(knowledge, inputs, data):
    nothing = replace(inputs, weights=dict.fromkeys(knowledge.criteria, "ignore"))
    result = recommend(knowledge, nothing, DAY)
    assert set(scores(result).values()) <= {0}
    # Behind a safe leader, what has to be cleared up first is no rival that answers could make.
    if any(not rival.to_confirm for rival in result.ranking[1:]):
        assert not result.verdict.settled


SHOWN = """
from advisor.decision.recommend import recommend
from tests.decision.bases import DAY
from tests.decision.fixed import base, sheets
for inputs in sheets():
    print(recommend(base(), inputs, DAY).to_json())
"""


def test_the_output_is_the_same_for_every_hash_seed():
    outputs = set()
    for seed in ("0", "1", "4242"):
        env = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)}
        done = subprocess.run(
            [sys.executable, "-c", SHOWN],
            cwd=Path(__file__).resolve().parents[2],
            env=env,
            capture_output=True,
            check=True,
        )
        outputs.add(done.stdout)
    assert len(outputs) == 1
    assert outputs.pop().count(b'"format"') == 4


@given(bases(derived=True), answers())
@SMALL
def test_an_offers_limits_move_no_figure_of_another(knowledge, inputs):
    """A cell that only some offer's limit cuts still stands for the number by the same value:
    else what is derived from the number would change for everybody."""
    assume(len(knowledge.offers) > 1)
    fewer = {name: o for name, o in knowledge.offers.items() if name != "offer-0"}
    whole, part = (recommend(k, inputs, DAY) for k in (knowledge, replace(knowledge, offers=fewer)))
    kept = {offer: score for offer, score in scores(whole).items() if offer in fewer}
    assert kept == scores(part)
