"""The strict reader: faithful trees with places, and a located refusal for everything else.

``tests/broken/yaml`` holds one malformed file per mistake (``.bytes`` where an editor might
repair it) and beside it, in ``.txt``, the whole message that a person gets to see.
"""

from __future__ import annotations

import gc
import tracemalloc
from pathlib import Path
from time import process_time

import pytest
import yaml
from hypothesis import assume, given
from hypothesis import strategies as st

from advisor.knowledge.document import Findings, ListNode, MapNode, Node, ScalarNode
from advisor.knowledge.forbidden_text import (
    UNSAFE,
)
from advisor.knowledge.strict_yaml import DEFAULT_LIMITS, Limits, read
from advisor.knowledge.yaml_checks import CHECKS
from advisor.reports.problems import render_all

BROKEN = Path(__file__).parent.parent / "broken" / "yaml"
FIXTURES = sorted(path for path in BROKEN.iterdir() if path.suffix in (".yaml", ".bytes"))


def tree(node: Node) -> object:
    """The node as plain lists, dicts and texts."""
    if isinstance(node, ScalarNode):
        return node.text
    if isinstance(node, ListNode):
        return [tree(item) for item in node]
    return {entry.key.text: tree(entry.value) for entry in node.entries}


def good(text: str | bytes) -> Node:
    """Read a document that must be flawless."""
    data = text.encode() if isinstance(text, str) else text
    node, findings = read(data, "good.yaml")
    assert findings.problems == []
    assert node is not None
    return node


def checks(text: str | bytes, limits: Limits = DEFAULT_LIMITS) -> list[str]:
    data = text.encode() if isinstance(text, str) else text
    return [problem.check for problem in read(data, "bad.yaml", limits)[1].problems]


def at(node: Node | None) -> tuple[int, int, int, int]:
    assert node is not None
    span = node.span
    return span.line, span.column, span.end_line, span.end_column


class TestBrokenFiles:
    @pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.name)
    def test_message(self, path: Path) -> None:
        """Each malformed file is refused with exactly the message beside it."""
        _, findings = read(path.read_bytes(), path.name)
        expected = path.with_suffix(".txt").read_text(encoding="utf-8")
        assert render_all(findings.problems) + "\n" == expected

    def test_every_message_belongs_to_a_file(self) -> None:
        assert {path.stem for path in FIXTURES} == {path.stem for path in BROKEN.glob("*.txt")}

    def test_every_check_is_shown(self) -> None:
        """Each declared check has a malformed file; those that need a big one are below."""
        seen = {
            problem.check
            for path in FIXTURES
            for problem in read(path.read_bytes(), path.name)[1].problems
        }
        assert seen | {"too-large", "too-many-values", "too-many-problems"} == set(CHECKS)


class TestTree:
    def test_scalars_stay_text(self) -> None:
        """Nothing is typed by YAML: no booleans, numbers, times, nulls."""
        node = good("{a: no, b: 1.10, c: 12:30, d: 017, e: 0x1F, f: ~, g: null, h: 2026-04-13}")
        assert tree(node) == {
            "a": "no",
            "b": "1.10",
            "c": "12:30",
            "d": "017",
            "e": "0x1F",
            "f": "~",
            "g": "null",
            "h": "2026-04-13",
        }

    def test_rule(self) -> None:
        node = good(
            "# a comment\n"
            "- id: small-models\n"
            "  when: {model-size: below 13B}  # another\n"
            "  because: >\n"
            "    two lines\n"
            "    folded\n"
            "\n"
            "  regions:\n"
            "  - us\n"
            "  - 'eu'\n"
        )
        assert tree(node) == [
            {
                "id": "small-models",
                "when": {"model-size": "below 13B"},
                "because": "two lines folded\n",
                "regions": ["us", "eu"],
            }
        ]
        assert isinstance(node, ListNode)
        assert at(node) == (2, 1, 10, 9)
        rule = node.items[0]
        assert isinstance(rule, MapNode)
        assert at(rule) == (2, 3, 10, 9)
        assert at(rule.key("when")) == (3, 3, 3, 7)
        assert at(rule.get("when")) == (3, 9, 3, 32)
        assert at(rule.get("because")) == (4, 12, 6, 11)
        assert at(rule.get("regions")) == (9, 3, 10, 9)

    def test_how_a_text_was_written(self) -> None:
        node = good("a: no\nb: 'no'\nc: \"no\"\nd: |\n  no\ne: >-\n  no\n")
        assert isinstance(node, MapNode)
        written = [
            (entry.value.quoted, entry.value.block)
            for entry in node.entries
            if isinstance(entry.value, ScalarNode)
        ]
        assert written == [
            (False, False),
            (True, False),
            (True, False),
            (False, True),
            (False, True),
        ]

    def test_missing_values_are_empty_texts_with_a_place(self) -> None:
        node = good("a:\nb: ''\nc:")
        assert tree(node) == {"a": "", "b": "", "c": ""}
        assert isinstance(node, MapNode)
        assert [at(entry.value) for entry in node.entries] == [
            (1, 3, 1, 3),
            (2, 4, 2, 6),
            (3, 3, 3, 3),
        ]

    def test_missing_value_at_the_end_lies_in_the_file(self) -> None:
        """libyaml would put it on the line after the last."""
        node = good("- a\n-")
        assert isinstance(node, ListNode)
        assert at(node.items[1]) == (2, 2, 2, 2)

    @pytest.mark.parametrize(
        "text",
        ["a: 1\r\nb: [x,\r\n  y]\r\n", "\ufeffa: 1\nb: [x,\n  y]\n", "a: 1\rb: [x,\r  y]\r"],
        ids=["crlf", "mark", "cr"],
    )
    def test_line_ends_and_mark_change_nothing(self, text: str) -> None:
        node = good(text)
        assert tree(node) == {"a": "1", "b": ["x", "y"]}
        assert isinstance(node, MapNode)
        assert at(node.key("a")) == (1, 1, 1, 2)
        assert at(node.get("b")) == (2, 4, 3, 5)

    def test_columns_count_characters(self) -> None:
        node = good('{"日本": "🚀é", x: y}')
        assert isinstance(node, MapNode)
        assert at(node.key("x")) == (1, 14, 1, 15)

    @pytest.mark.parametrize("text", ["[]", "{}", "--- a\n", "a\n...\n# the end\n", "? a\n: b\n"])
    def test_unusual_but_harmless(self, text: str) -> None:
        good(text)

    @pytest.mark.parametrize(
        "text",
        [
            "a: text that goes on\n  over two lines\n",
            "a: see\n  https://example.com/x\n",
            'a: "text\n  goes on"\n',
            "a: {b: 'x\n  y'}\n",
            "a: [\n\tb\n]\n",
            "a:\tb\n",
            "a: |\n  - no item\n  b:c\n",
            "a: '\\0 \\u202e are letters here'\n",
            'a: "\\t \\n \\u00e9 \\U0001f680 \\/"\n',
            "a: ⚠️ café 日本 – “quoted”\n",
            'a: "80\u00a0GB"\n',
            "a: '<<'\n'<<': b\n",
            "- 'a & b'\n- a & b\n- a*b\n- 50%\n- a@b\n- '!x'\n",
        ],
    )
    def test_accepted(self, text: str) -> None:
        good(text)


class TestProblems:
    def test_several_at_once(self) -> None:
        """Everything before a syntax error is reported with it."""
        found = checks("a: &x 1\na: !t 2\nb: {c: 1, c: 2}\nd: >= 3\n")
        assert found == ["anchor", "duplicate-key", "tag", "duplicate-key", "unquoted-special"]

    def test_tree_beside_problems(self) -> None:
        """A repeated key keeps its first value, so that checks further in can go on."""
        node, findings = read(b"a: 1\nb: {x: !t y}\na: 2\n", "x.yaml")
        assert node is not None
        assert tree(node) == {"a": "1", "b": {"x": "y"}}
        assert len(findings.problems) == 2

    @pytest.mark.parametrize(
        "text", ["a: *b\n", "<<: {a: 1}\n", "[a]: b\n", "a: 1\n b: 2\n", "a\u200b: 1\n", "a: x y"]
    )
    def test_no_tree_that_misleads(self, text: str) -> None:
        limits = Limits(text=2)
        node, findings = read(text.encode(), "x.yaml", limits)
        assert node is None
        assert findings.problems

    def test_source_lines_are_those_of_libyaml(self) -> None:
        data = "\ufeffa: 1\r\nb: 2\rc: 3\u0085d: 4\u2028e: 5\u2029f: 6\na: 7".encode()
        _, findings = read(data, "x.yaml")
        assert findings.lines == ("a: 1", "b: 2", "c: 3", "d: 4", "e: 5", "f: 6", "a: 7")
        duplicate = findings.problems[-1]
        assert duplicate.place == "x.yaml:7:1"
        assert duplicate.source_line == "a: 7"
        assert [problem.check for problem in findings.problems] == [
            "unusual-break",
            "unusual-break",
            "unusual-break",
            "duplicate-key",
        ]

    def test_first_place_of_a_duplicate(self) -> None:
        _, findings = read(b"a: 1\n'a': 2\n", "x.yaml")
        (related,) = findings.problems[0].related
        assert (related.file, related.source_line) == ("x.yaml", "a: 1")
        assert related.span is not None
        assert (related.span.line, related.span.column) == (1, 1)

    def test_same_key_in_different_maps(self) -> None:
        good("- {a: 1, b: {a: 2}}\n- {a: 3}\n")


class TestLimits:
    def test_size_is_checked_before_decoding(self) -> None:
        data = b"\xff" * 50_000_000
        tracemalloc.start()
        began = process_time()
        assert checks(data) == ["too-large"]
        spent = process_time() - began
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert spent < 0.2
        assert peak < 1_000_000

    def test_size_is_an_argument(self) -> None:
        assert checks("a: 12345\n", Limits(bytes=8)) == ["too-large"]
        assert checks("a: 12345\n", Limits(bytes=9)) == []

    def test_depth(self) -> None:
        assert checks("[" * 64 + "]" * 64) == []
        assert checks("[" * 65 + "]" * 65) == ["too-deep"]

    def test_values(self) -> None:
        limits = Limits(values=5)
        assert checks("[a, b, {c: d}]", Limits(values=6)) == []
        assert checks("[a, b, {c: d}]", limits) == ["too-many-values"]
        assert checks("[a, b, c, d, {}]", limits) == ["too-many-values"]

    def test_text(self) -> None:
        assert checks("a: '1234'", Limits(text=4)) == []
        assert checks("a: '12345'\nb: 12345\nc: |\n  1234\n", Limits(text=4)) == ["too-long"] * 3

    def test_problems(self) -> None:
        found = checks("a: 1\n" * 10, Limits(problems=3))
        assert found == ["duplicate-key"] * 3 + ["too-many-problems"]

    @pytest.mark.parametrize(
        "data",
        [
            b"[" * 1_000_000,
            b"[{" * 500_000,
            b"{a: " * 500_000,
            b"- " * 1_000_000,
            b"? " * 1_000_000,
            b"- &a [x, x]\n" + b"".join(b"- &a%d [*a, *a]\n" % n for n in range(50_000)),
            b"%TAG !a! b\n" * 200_000 + b"---\na\n",
            b"a: 1\n...\n" + b"%TAG !a! b\n" * 200_000 + b"---\nb\n",
            b"a: 1\n" * 500_000,
            b'a: "' + b"x" * 3_000_000 + b'"',
            b"a: [b: c: d" + b'"' * 3_000_000,
            b'a: [\n"x\n' * 300_000,
            b"a: x\n" + b"  x\n" * 700_000 + b"  b: c\n",
            ("a: " + "\u202e" * 900_000).encode(),
            b"\x00" * 4_000_000,
            b"\xff" * 4_000_000,
        ],
        ids=lambda data: data[:12].hex(),
    )
    def test_hostile_files_are_refused_quickly(self, data: bytes) -> None:
        """The bound is far above what is needed, and far below what quadratic time takes."""
        began = process_time()
        _, findings = read(data, "hostile.yaml")
        message = render_all(findings.problems)
        assert process_time() - began < 3
        assert findings.problems
        assert len(message) < 100_000

    @pytest.mark.parametrize("before", [True, False])
    @pytest.mark.parametrize("data", [b"a: 1", b"a: [", b"\xff", b"a: 1\na: 2"])
    def test_garbage_collector_is_left_as_it_was(self, before: bool, data: bytes) -> None:
        was = gc.isenabled()
        try:
            (gc.enable if before else gc.disable)()
            read(data, "x.yaml")
            assert gc.isenabled() is before
        finally:
            (gc.enable if was else gc.disable)()


# Characters that may stand in a file; the look-alikes of a blank may only in quotes.
_letters = st.characters(
    codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp", "Zs"], include_characters=" "
).filter(lambda char: UNSAFE.match(char) is None)
_texts = st.text(_letters | st.sampled_from("-:#'\"{}[],&*!|>%@` \n\\"), max_size=12)
_keys = _texts.filter(lambda text: text != "" and "\n" not in text)
_values = st.recursive(
    _texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_keys, inner, max_size=4),
    max_leaves=12,
)
_documents = st.lists(_values, min_size=1, max_size=4) | st.dictionaries(
    _keys, _values, min_size=1, max_size=4
)
_SOUP = (
    *"a-[]{},'\"|>#%@`~=*&!?:\t\\\n\r",
    "b: ", "- ", "\n  ", "\n ", "\n    ", " # c", "&x ", "*x", "!t ", "---\n", "...\n", "\\x1b",
    "\\u202e", "\\0", "\u00a0", "\u2028", "\x85", "\ufeff", "\r\n", "\x00", "é", "日", "🚀", "<<",
    "k: v\n", "- k: v\n", "  k: v\n", "%TAG ! x\n", "|\n", ">-\n", "\u202e",
)  # fmt: skip


def scalars(node: Node) -> list[ScalarNode]:
    if isinstance(node, ScalarNode):
        return [node]
    if isinstance(node, ListNode):
        return [scalar for item in node for scalar in scalars(item)]
    return [one for entry in node.entries for one in (entry.key, *scalars(entry.value))]


def cut(findings: Findings, node: Node) -> str:
    """The source text that a node's span covers."""
    span = node.span
    lines = list(findings.lines[span.line - 1 : span.end_line])
    lines[-1] = lines[-1][: span.end_column - 1]
    lines[0] = lines[0][span.column - 1 :]
    return "\n".join(lines)


class TestProperties:
    @given(_documents, st.sampled_from(["'", '"', "|", ">"]), st.booleans(), st.booleans())
    def test_agrees_with_pyyaml(
        self, document: object, style: str, flow: bool, unicode: bool
    ) -> None:
        """Whatever PyYAML writes with quotes or blocks, both read alike."""
        text = yaml.dump(
            document, default_style=style, default_flow_style=flow, allow_unicode=unicode
        )
        # PyYAML ends some keys with an explicit tag or on a further line.
        assume("!!" not in text and "? " not in text)
        node = good(text)
        assert tree(node) == yaml.load(text, Loader=yaml.BaseLoader) == document

    @given(_documents)
    def test_agrees_with_pyyaml_on_plain_texts(self, document: object) -> None:
        text = yaml.dump(document, allow_unicode=True, width=10_000)
        node, findings = read(text.encode(), "x.yaml")
        assume(not findings.problems)
        assert node is not None
        assert tree(node) == yaml.load(text, Loader=yaml.BaseLoader)

    @given(_documents, st.sampled_from([None, "'", '"']), st.booleans())
    def test_spans_cover_the_source(self, document: object, style: str | None, flow: bool) -> None:
        """What a span covers, read on its own, is the value again."""
        text = yaml.dump(
            document,
            default_style=style,
            default_flow_style=flow,
            allow_unicode=True,
            width=10_000,
        )
        node, findings = read(text.encode(), "x.yaml")
        assume(node is not None and not findings.problems)
        assert node is not None
        for scalar in scalars(node):
            covered = cut(findings, scalar)
            if not scalar.quoted:
                assert " ".join(covered.split()) == " ".join(scalar.text.split())
            else:
                assert covered[0] == covered[-1]
                assert yaml.load(covered, Loader=yaml.BaseLoader) == scalar.text

    @given(st.binary(max_size=40) | st.lists(st.sampled_from(_SOUP)).map("".join).map(str.encode))
    def test_any_bytes_give_a_node_or_located_problems(self, data: bytes) -> None:
        node, findings = read(data, "any.yaml")
        assert node is not None or findings.problems
        for problem in findings.problems:
            assert problem.check in CHECKS
            span = problem.span
            assert span is not None
            assert 1 <= span.line <= max(1, len(findings.lines))
            assert span.line == span.end_line
            assert 1 <= span.column <= span.end_column
            if problem.source_line is not None:
                assert span.column <= len(problem.source_line) + 1
        assert UNSAFE.search(render_all(findings.problems).replace("\n", "")) is None

    @given(st.lists(st.sampled_from(_SOUP)).map("".join))
    def test_never_more_lenient_than_libyaml(self, text: str) -> None:
        """A document without problems is one that libyaml reads, as the same value."""
        node, findings = read(text.encode(), "any.yaml")
        if not findings.problems:
            assert node is not None
            documents = list(yaml.load_all(text.encode(), Loader=yaml.CBaseLoader))
            assert documents == [tree(node)]
