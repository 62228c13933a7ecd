"""``advisor rules new``: a new rule, from options or from answers to questions."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import click
from msgspec import Struct

from advisor.cli.inputs import load_knowledge, rules_directory
from advisor.cli.options import Common, common_options
from advisor.cli.output import emit, say
from advisor.cli.rules_list import EFFECTS
from advisor.errors import Problem, UsageError

if TYPE_CHECKING:
    from advisor.authoring.scaffold import Draft
    from advisor.knowledge.model import Knowledge

STEPS = tuple(f"{step}" for step in (-3, -2, -1, 1, 2, 3))


@click.command("new")
@click.option("--id", "id_", metavar="ID", help="The rule's name.")
@click.option("--effect", metavar="|".join(EFFECTS), help="What the rule does.")
@click.option("--criterion", metavar="ID", help="The criterion (score and weigh).")
@click.option("--steps", metavar="-3..3", help="By how much (score and weigh).")
@click.option("--when", metavar="CONDITION", help="About the workload: 'use-case: chat'.")
@click.option("--for", "for_", metavar="CONDITION", help="About the offer: 'platform: groq'.")
@click.option("--negotiable", is_flag=True, help="An exclusion that can be negotiated.")
@click.option("--because", metavar="TEXT", help="The reason that readers see.")
@click.option("--source", metavar="ID", help="The source it rests on.")
@click.option("--grade", metavar="GRADE", help="How strong the evidence is there.")
@click.option("--evidence", metavar="WORDS", help="Rules with the same words do not add up.")
@click.option("--owner", metavar="WORDS", help="Who answers for the rule.")
@click.option("--file", metavar="FILE", help="Where in the rule base it goes.")
@click.option("--dry-run", is_flag=True, help="Print the rule without writing it.")
@common_options
def command(
    common: Common,
    negotiable: bool,
    file: str | None,
    dry_run: bool,
    **given: str | None,
) -> int:
    """Write a new rule with two examples that have been tried.

    What no option says is asked on standard input. The rule is printed; nothing is written
    unless the whole rule base is sound with it.
    """
    from advisor.authoring.scaffold import check_place, check_whole, compose, with_rule
    from advisor.saving import save

    knowledge = load_knowledge(common)
    if file is not None:
        check_place(file)
    draft = _draft(knowledge, _Asking(given, common.quiet), negotiable, common)
    entry = compose(knowledge, draft)
    where = file or draft.default_file
    root = rules_directory(common)
    content = with_rule(root, where, entry)
    check_whole(root, where, content)
    if not dry_run:
        target = root / where
        try:
            target.parent.mkdir(exist_ok=True)
            save(target, content.encode("utf-8"))
        except OSError as error:
            message = f"'{target}' cannot be written: {(error.strerror or str(error)).lower()}"
            raise UsageError([Problem("unwritable-file", message, str(target))]) from None
        if not common.quiet:
            say(f"added to {target}\n")
    emit(entry, None)
    return 0


def _draft(knowledge: Knowledge, asking: _Asking, negotiable: bool, common: Common) -> Draft:
    from advisor.authoring.scaffold import Draft
    from advisor.knowledge.shapes import GRADES

    effect = asking.one_of("effect", "What does the rule do?", EFFECTS)
    acts = effect in ("score", "weigh")
    criterion = steps = for_ = None
    if acts:
        criterion = asking.one_of("criterion", "On which criterion?", tuple(knowledge.criteria))
        steps = asking.one_of("steps", "By how many steps?", STEPS)
    else:
        asking.refuse(("criterion", "steps"), effect)
    id_ = asking.text("id_", "The rule's name, such as bursts-queue-on-fixed-capacity:")
    when = asking.text("when", "Which workloads, such as 'use-case: chat' (empty: all)?", False)
    if effect == "weigh":
        asking.refuse(("for_",), effect)
    else:
        for_ = asking.text("for_", "Which offers, such as 'platform: groq' (empty: all)?", False)
    if negotiable and effect != "exclude":
        raise click.UsageError("only an exclusion is negotiable")
    return Draft(
        id=id_ or "",
        effect=effect,
        criterion=criterion,
        steps=None if steps is None else int(steps),
        when=when,
        for_=for_,
        negotiable=negotiable,
        because=asking.text("because", "The reason that readers see:") or "",
        source=asking.one_of("source", "Which source does it rest on?", tuple(knowledge.sources)),
        grade=asking.one_of("grade", "How strong is that evidence?", GRADES),
        checked=common.as_of,
        evidence=asking.optional("evidence"),
        owner=asking.text("owner", "Who answers for the rule?") or "",
    )


class _Asking(Struct):
    """Options first; what they leave open is asked, line by line."""

    given: dict[str, str | None]
    quiet: bool

    def optional(self, name: str) -> str | None:
        return self._clean(name, self.given.get(name))

    def refuse(self, names: tuple[str, ...], effect: str) -> None:
        for name in names:
            if self.given.get(name) is not None:
                raise click.UsageError(f"{_option(name)} does not go with '{effect}'")

    def text(self, name: str, question: str, needed: bool = True) -> str | None:
        """A line of text; one that is needed is not empty.  Conditions count as answered
        when the other one is given."""
        if self.given.get(name) is not None:
            return self._clean(name, self.given[name])
        if not needed and (self.given.get("when") or self.given.get("for_")):
            return None
        return self._ask(name, question, lambda line: bool(line) or not needed) or None

    def one_of(self, name: str, question: str, words: tuple[str, ...]) -> str:
        from advisor.language.vocabulary import did_you_mean

        word = self._clean(name, self.given.get(name))
        if word is not None:
            normal = word.removeprefix("+") if words == STEPS else word
            if normal in words:
                return normal
            hint = did_you_mean(word, words) or f"one of {', '.join(words)}"
            message = f"'{word}' is not possible here"
            raise UsageError([Problem("unknown-option", message, _option(name), hint=hint)])
        shown = f" ({', '.join(words)})" if len(words) <= 12 else ""
        asked = self._ask(
            name, f"{question}{shown}", lambda line: line.removeprefix("+") in words, words
        )
        return asked.removeprefix("+")

    def _ask(
        self,
        name: str,
        question: str,
        fits: Callable[[str], bool],
        words: tuple[str, ...] = (),
    ) -> str:
        from advisor.language.vocabulary import did_you_mean

        while True:
            if not self.quiet:
                say(f"{question}\n> ")
            line = sys.stdin.readline() if sys.stdin is not None else ""
            if not line:
                message = f"{_option(name)} is missing, and there is no more input to ask"
                raise UsageError([Problem("usage", message, _option(name))])
            answer = self._clean(name, line.strip()) or ""
            if fits(answer):
                return answer
            hint = did_you_mean(answer, words)
            say(f"'{answer}' is not possible here{'; ' + hint if hint else ''}\n")

    def _clean(self, name: str, text: str | None) -> str | None:
        """The text, refused where it would not stay on one line of a file as it is."""
        from advisor.knowledge.text_safety import visible

        if text is not None and visible(text) != text:
            message = f"{_option(name)} holds a character that no rule may contain"
            raise UsageError([Problem("control-character", message, _option(name))])
        return text


def _option(name: str) -> str:
    return f"--{name.rstrip('_')}"
