"""libyaml's complaints in plain words, at the place where the mistake was made.

libyaml says what it could not continue with; the cause often lies earlier.  What was open
when it stopped, and the last value it had read, tell the two apart.
"""

from __future__ import annotations

from collections.abc import Sequence

from yaml import YAMLError

from advisor.knowledge import yaml_layout as layout
from advisor.knowledge import yaml_quoting as quoting
from advisor.knowledge.document import Node
from advisor.knowledge.yaml_scene import Fault, Opened, Scene


def explain(
    error: YAMLError, lines: Sequence[str], opened: Sequence[Opened], last: Node | None
) -> Fault:
    """Translate an error that libyaml raised while reading ``lines``.

    ``opened`` are the collections that had not ended, outermost first; ``last`` is the value
    (or key) read last.
    """
    scene = Scene(error, lines, opened, last)
    problem, context = scene.problem, scene.context
    if problem.startswith("exceeded maximum"):
        # libyaml has a limit of its own, and looks far ahead inside brackets.
        return Fault(
            "too-deep", "lists and maps are nested far too deep here", scene.point(scene.at)
        )
    if "tab character" in problem or scene.char(scene.at) == "\t":
        return layout.tab(scene)
    if context in _BEFORE_A_VALUE:
        return quoting.special(scene, scene.since)
    if context == "while scanning a block scalar":
        return quoting.block_header(scene)
    if "quoted scalar" in context:
        return quoting.inside_quotes(scene)
    if "cannot start any token" in problem or problem.startswith("mapping keys are not allowed"):
        return quoting.special(scene, scene.at)
    if problem.startswith("mapping values are not allowed"):
        return layout.unexpected_colon(scene)
    if problem == "found unexpected ':'":
        return quoting.colon_in_brackets(scene)
    if problem.startswith("block sequence entries are not allowed"):
        return layout.item_on_key_line(scene)
    if problem == "could not find expected ':'":
        return layout.no_colon(scene, scene.since[0])
    if context.startswith("while parsing a flow"):
        return layout.inside_brackets(scene)
    if "expected key" in problem or "expected '-' indicator" in problem:
        return layout.between_entries(scene)
    if "expected node content" in problem:
        return layout.stray(scene)
    return Fault("yaml-syntax", f"this is not valid YAML: {problem}", scene.point(scene.at))


_BEFORE_A_VALUE = frozenset(
    f"while scanning {what}" for what in ("an alias", "an anchor", "a tag", "a directive")
)
