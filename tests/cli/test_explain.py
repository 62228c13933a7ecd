"""``advisor explain`` and ``advisor compare`` on the small rule base."""

from __future__ import annotations

import json

import pytest

from advisor.decision.recommend import decide
from advisor.decision.variations import winner_of


def flat(text):
    return " ".join(text.split())


def test_flips_are_told_with_how_far_they_were_looked_for(advisor, good):
    told = flat(advisor("explain", good, "--flips").out)
    assert "What would change the winner" in told
    assert "Every set of at most 3 changes of 1 answer was decided or ruled out." in told
    assert "Where the points of" not in told
    data = json.loads(advisor("explain", good, "--flips", "--format", "json").out)
    assert data["format"] == "advisor-explanation-1"
    assert data["sensitivity"] is None and data["why"] is None
    search = data["flip_search"]
    assert (search["asked"], search["completed"]) == (3, 3)
    assert data["flips"]
    for flip in data["flips"]:
        assert flip["change"] and flip["winner"] != data["verdict"]["offer"]


def test_flips_of_the_recommendation_hold_when_answered(advisor, good, small_knowledge, tmp_path):
    """Every flip of options, written into an answers file, gives the winner it names."""
    data = json.loads(advisor("recommend", good, "--format", "json").out)
    choices = {
        q.id for q in small_knowledge.questions.values() if type(q.type).__name__ == "ChoiceType"
    }
    tried = 0
    for flip in data["flips"]:
        if not set(flip["change"]) <= choices:
            continue
        changed = good.read_text(encoding="utf-8").splitlines()
        for question, value in flip["change"].items():
            changed = [line for line in changed if not line.startswith(f"  {question}:")]
            changed.append(f"  {question}: {value}")
        path = tmp_path / "changed.yaml"
        path.write_text("\n".join(changed) + "\n", encoding="utf-8")
        after = json.loads(advisor("recommend", path, "--format", "json").out)
        assert after["verdict"]["offer"] == flip["winner"]
        tried += 1
    assert data["flip_search"]["completed"] == 2
    assert tried or not any(set(flip["change"]) <= choices for flip in data["flips"])


def test_sensitivity(advisor, good):
    told = flat(advisor("explain", good, "--sensitivity").out)
    assert "How far the weights may move" in told
    assert "How often each offer comes first" in told
    data = json.loads(advisor("explain", good, "--sensitivity", "--format", "json").out)
    found = data["sensitivity"]
    assert found["samples"] == 2000
    shares = [entry["first"] for entry in found["acceptability"]]
    assert abs(sum(shares) - 1) < 1e-5
    assert all(w["low"] <= 1 <= (w["high"] or 1e9) for w in found["weights"])
    assert data["flips"] is None


def test_why_names_the_fewest_advantages_and_all_disadvantages(advisor, good):
    data = json.loads(advisor("explain", good, "--format", "json").out)
    told = data["versus"]
    assert told["offer"] == data["verdict"]["offer"]
    parts = [*told["enough"], *told["further"], *told["disadvantages"]]
    assert sum(part["points"] for part in parts) == told["gap"]
    text = advisor("explain", good).out
    assert f"Why {told['title']} and not {told['rival_title']}" in flat(text)


def test_why_not_an_excluded_offer_tells_what_opens_it(advisor, good):
    data = json.loads(advisor("explain", good, "--why-not", "closed-lab", "--format", "json").out)
    why_not = data["why_not"]
    assert why_not["failed"] == why_not["excluded"]["failed"]
    assert why_not["search"]["completed"] == 3
    (way,) = why_not["relaxations"]
    assert way["relax"] == ["models: atlas-70b"]
    assert way["change"] == {"models": "oracle-max"}
    (opened,) = way["offers"]
    assert opened["offer"] == "closed-lab" and opened["rank"] >= 1
    told = flat(advisor("explain", good, "--why-not", "closed-lab").out)
    assert "Relax models: atlas-70b: opens Closed lab API" in told


def test_nobody_qualifies_and_what_to_relax(advisor, nobody, strict_market):
    done = advisor("explain", nobody, rules=strict_market)
    assert done.code == 5
    told = flat(done.out)
    assert "What would open an offer" in told
    assert "was decided or ruled out" in told
    data = json.loads(advisor("recommend", nobody, "--format", "json", rules=strict_market).out)
    assert data["relaxations"] and data["relaxation_search"]["completed"] == 2
    for way in data["relaxations"]:
        assert way["opens"] == [offer["offer"] for offer in way["offers"]]


def test_compare(advisor, good, small_knowledge):
    offers = ["budget-shared", "closed-lab", "wafer-shared"]
    done = advisor("compare", good, *offers)
    assert done.code == 0
    told = flat(done.out)
    for offer in offers:
        assert small_knowledge.offers[offer].title in told
    assert max(len(line) for line in done.out.splitlines()) <= 80
    data = json.loads(advisor("compare", good, *offers, "--format", "json").out)
    assert data["format"] == "advisor-comparison-1"
    named = [r["offer"] for r in data["ranking"]] + [e["offer"] for e in data["excluded"]]
    assert sorted(named) == offers
    ranked = data["ranking"]
    assert [v["rival"] for v in data["versus"]] == [r["offer"] for r in ranked[1:]]
    for told_of, rival in zip(data["versus"], ranked[1:], strict=True):
        assert told_of["gap"] == ranked[0]["score"]["points"] - rival["score"]["points"]
    assert advisor("compare", good, *offers, "--format", "markdown").out.startswith("# ")


@pytest.mark.parametrize("option", ["--flips", "--sensitivity", "--why-not=closed-lab"])
def test_lines_fit_into_80_columns(advisor, good, option):
    assert max(len(line) for line in advisor("explain", good, option).out.splitlines()) <= 80


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("explain", "{good}", "--why-not", "closed-labb"),
            "error[unknown-name]: no offer is called 'closed-labb'\n"
            "  --> --why-not\n"
            "  = hint: did you mean 'closed-lab'?\n",
        ),
        (
            ("compare", "{good}", "budget-shared", "wafer-shred"),
            "error[unknown-name]: no offer is called 'wafer-shred'\n"
            "  --> OFFER\n"
            "  = hint: did you mean 'wafer-shared'?\n",
        ),
        (
            ("compare", "{good}", "budget-shared", "budget-shared"),
            "error[usage]: 'budget-shared' alone is no comparison; name at least two "
            "different offers\n"
            "  --> OFFER\n",
        ),
    ],
)
def test_wrong_offers_are_named(advisor, good, arguments, message):
    done = advisor(*(str(good) if a == "{good}" else a for a in arguments))
    assert (done.code, done.out, done.err) == (2, "", message)


def test_the_same_bytes_for_every_hash_seed(advisor, good):
    def told(seed):
        env = {"PYTHONHASHSEED": seed}
        flips = advisor("explain", good, "--flips", "--sensitivity", "--format", "json", env=env)
        return flips.out + advisor("compare", good, "budget-shared", "wafer-shared", env=env).out

    assert told("1") == told("2")


def test_the_verdict_is_that_of_the_decision(advisor, good, small_knowledge):
    import datetime

    from advisor.language.answers import read_answers

    inputs = read_answers(good.read_bytes(), "answers.yaml", small_knowledge)
    leader = winner_of(decide(small_knowledge, inputs, datetime.date(2026, 11, 22)))
    assert (
        json.loads(advisor("explain", good, "--format", "json").out)["verdict"]["offer"] == leader
    )
