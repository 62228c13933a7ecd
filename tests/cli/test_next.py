"""``advisor next``: the question, why, or that nothing is left to ask."""

from __future__ import annotations

import json

CLEAR = "format: 1\nanswers: {use-case: chat, model-size: 70B, residency: none}\n"


def write(tmp_path, text):
    path = tmp_path / "answers.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_question_comes_with_its_reason_and_the_worlds(advisor, tmp_path):
    told = advisor("next", write(tmp_path, CLEAR), "--format", "json")
    assert told.code == 0
    data = json.loads(told.out)
    assert list(data) == ["format", "question", "settled", "why", "worlds"]
    assert data["format"] == "advisor-next-1"
    assert data["settled"] is False
    assert data["worlds"]["method"] in ("exhaustive", "sample")
    assert 0 < data["worlds"]["checked"] <= data["worlds"]["total"]
    words = advisor("next", write(tmp_path, CLEAR))
    assert words.code == 0
    assert words.out.startswith(f"{data['question']}: ")
    assert f"  why: {data['why']}\n" in words.out


def test_answering_what_is_asked_ends(advisor, tmp_path):
    """Every question is open at most once, and in the end the reason says what was shown."""
    answers = {
        "use-case": "chat",
        "models": "[]",
        "model-size": "70B",
        "requests-per-day": "1000",
        "output-tokens": "300",
        "certifications": "[]",
        "residency": "none",
        "current-offer": "none",
    }
    given: dict[str, str] = {}
    for _ in range(len(answers) + 1):
        lines = "".join(f"  {name}: {value}\n" for name, value in given.items())
        text = f"format: 1\nanswers:\n{lines}" if given else "format: 1\nanswers: {}\n"
        told = advisor("next", write(tmp_path, text), "--format", "json")
        data = json.loads(told.out)
        if data["question"] is None:
            break
        assert data["question"] not in given
        given[data["question"]] = answers[data["question"]]
    assert data["question"] is None
    if data["settled"]:
        assert "nothing left can change the winner" in data["why"]
    else:
        assert "can change the winner" in data["why"]


def test_the_next_question_is_that_of_the_recommendation(advisor, tmp_path):
    path = write(tmp_path, CLEAR)
    step = json.loads(advisor("next", path, "--format", "json").out)
    whole = json.loads(advisor("recommend", path, "--format", "json").out)
    assert whole["next_question"] == {"id": step["question"], "why": step["why"]}
    assert whole["verdict"]["settled"] == step["settled"]
