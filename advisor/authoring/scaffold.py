"""A new rule: its text with two examples that the engine has tried, and where it goes."""

from __future__ import annotations

import datetime
import json
import re
import shutil
import tempfile
from pathlib import Path
from typing import cast

from msgspec import Struct

from advisor.authoring.candidates import Candidates
from advisor.authoring.clauses import decides_alone, form_of, truth_with
from advisor.authoring.coverage import RuleForm
from advisor.authoring.examples import Bench, Setting, newest_day
from advisor.authoring.schema import first_line, kind_of
from advisor.authoring.suggest import MOST_TRIED, setting_words
from advisor.errors import Problem, RuleBaseError, UsageError
from advisor.knowledge.document import Findings, MapNode
from advisor.knowledge.model import Citation, Effect, Grade, Knowledge, Place, Rule
from advisor.knowledge.shapes_cells import ID_PATTERN
from advisor.knowledge.strict_yaml import read
from advisor.knowledge.syntax import ALWAYS, Condition
from advisor.language.conditions import parse_condition
from advisor.language.rulebase import load_rule_base
from advisor.language.vocabulary import Scope

FOLDERS: dict[str, str] = {
    "score": "criteria",
    "weigh": "criteria",
    "exclude": "gates",
    "warn": "advice",
    "advise": "advice",
}
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9 ._/-]*[A-Za-z0-9]")


class Draft(Struct, frozen=True):
    """What its author says of a new rule; conditions as text, with or without braces."""

    id: str
    effect: str
    criterion: str | None
    steps: int | None
    when: str | None
    for_: str | None
    negotiable: bool
    because: str
    source: str
    grade: str
    checked: datetime.date
    evidence: str | None
    owner: str

    @property
    def default_file(self) -> str:
        """Where a rule of this effect usually stands."""
        name = self.criterion if self.effect in ("score", "weigh") else "general"
        return f"{FOLDERS[self.effect]}/{name}.yaml"


def compose(knowledge: Knowledge, draft: Draft) -> str:
    """The rule as a list entry, with an example that applies and one that does not.

    Raises UsageError with every mistake in the draft, and where the rule is a duplicate or
    could never apply.
    """
    bench = Bench(knowledge, newest_day(knowledge))
    rule = _bound(bench, draft)
    form = RuleForm(bench, rule)
    _refuse_duplicate(bench, rule)
    applies, does_not = _examples(form)
    lines = [f"- id: {draft.id}"]
    if draft.criterion is not None:
        lines.append(f"  criterion: {draft.criterion}")
    if draft.when:
        lines.append(f"  when: {_braced(draft.when)}")
    if draft.for_:
        lines.append(f"  for: {_braced(draft.for_)}")
    lines.append(f"  {draft.effect}: {'yes' if draft.steps is None else draft.steps}")
    if draft.negotiable:
        lines.append("  negotiable: yes")
    lines.append(f"  because: {json.dumps(draft.because, ensure_ascii=False)}")
    cited = f"ref: {draft.source}, grade: {draft.grade}, checked: {draft.checked.isoformat()}"
    lines.append(f"  source: {{{cited}}}")
    if draft.evidence:
        lines.append(f"  evidence: {_scalar(draft.evidence)}")
    lines.append(f"  owner: {_scalar(draft.owner)}")
    lines.append("  examples:")
    for setting, expect in ((applies, "applies"), (does_not, "does not apply")):
        given = ", ".join(f"{name}: {value}" for name, value in setting_words(form, setting))
        lines += [f"    - given: {{{given}}}", f"      expect: {expect}"]
    return "\n".join(lines) + "\n"


def check_place(file: str) -> None:
    """Raise UsageError unless rules may stand in a file of this name."""
    if kind_of(file) == "rules" and Path(file).suffix == ".yaml" and ".." not in file:
        return
    folders = ", ".join(f"{folder}/" for folder in sorted(set(FOLDERS.values())))
    message = f"'{file}' is no file for rules"
    hint = f"write a folder and a name, as in {FOLDERS['score']}/cost.yaml; folders: {folders}"
    raise UsageError([Problem("usage", message, "--file", hint=hint)])


def with_rule(root: Path, file: str, entry: str) -> str:
    """The content of a file of the rule base with the entry at its end."""
    try:
        text = (root / file).read_text(encoding="utf-8")
    except FileNotFoundError:
        return f"{first_line(file)}\n\n{entry}"
    except (OSError, UnicodeDecodeError) as error:
        raise RuleBaseError(
            [Problem("unreadable-file", f"this cannot be read: {error}", str(root / file))]
        ) from None
    return f"{text.rstrip()}\n\n{entry}"


def check_whole(root: Path, file: str, content: str) -> None:
    """Load a copy of the rule base with the new content.  Raises RuleBaseError, its problems
    placed as if the copy were the rule base itself."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "rules"
        shutil.copytree(root, copy, ignore=shutil.ignore_patterns(".*"))
        target = copy / file
        target.parent.mkdir(exist_ok=True)
        target.write_text(content, encoding="utf-8")
        try:
            load_rule_base(copy)
        except RuleBaseError as error:
            placed = [
                problem._replace(file=problem.file.replace(str(copy), str(root), 1))
                for problem in error.problems
            ]
            raise RuleBaseError(placed) from None


def _bound(bench: Bench, draft: Draft) -> Rule:
    """The draft as a rule without examples."""
    knowledge, vocabulary = bench.knowledge, bench.vocabulary
    problems: list[Problem] = []
    if ID_PATTERN.fullmatch(draft.id) is None:
        hint = "ids have a-z, 0-9, '-' and '.', and start with a letter or digit"
        problems.append(Problem("bad-id", f"'{draft.id}' cannot be an id", "--id", hint=hint))
    taken = {*knowledge.rules, *(i.id for i in knowledge.impossible)}
    if draft.id in taken:
        known = knowledge.rules.get(draft.id)
        place = "impossible.yaml" if known is None else known.place.file
        message = f"there is a rule '{draft.id}' already"
        problems.append(Problem("duplicate-id", message, "--id", hint=f"it stands in {place}"))
    presence = draft.effect in ("warn", "advise")
    its = vocabulary.its if draft.effect != "weigh" else {}
    about_workload = Scope(vocabulary.workload, its, "question or derived value", presence)
    about_offer = Scope(vocabulary.offer, {}, "attribute of an offer", presence)
    when = _condition(draft.when, "--when", about_workload, problems)
    offers = _condition(draft.for_, "--for", about_offer, problems)
    if when == offers == ALWAYS:
        hint = "give --when, --for or both"
        problems.append(Problem("usage", "the rule looks at nothing", "--when", hint=hint))
    if problems or when is None or offers is None:
        raise UsageError(problems)
    return Rule(
        id=draft.id,
        effect=cast(Effect, draft.effect),
        criterion=draft.criterion,
        when=when,
        offers=offers,
        steps=draft.steps or 0,
        negotiable=draft.negotiable,
        because=draft.because,
        source=Citation(draft.source, cast(Grade, draft.grade), draft.checked),
        evidence=draft.evidence or draft.source,
        owner=draft.owner,
        examples=(),
        place=Place(draft.default_file),
    )


def _condition(
    text: str | None, option: str, scope: Scope, problems: list[Problem]
) -> Condition | None:
    if not text:
        return ALWAYS
    node, findings = read(_braced(text).encode("utf-8"), option)
    if node is None or findings.problems:
        problems += findings.problems
        return None
    own = Findings(option, findings.lines)
    found = parse_condition(node, scope, own) if isinstance(node, MapNode) else None
    if found is None and not own.problems:
        own.add("not-a-condition", "expected a map from a name to a test", node)
    problems += own.problems
    return found


def _refuse_duplicate(bench: Bench, rule: Rule) -> None:
    form = form_of(rule, bench.vocabulary)
    for other in bench.knowledge.rules.values():
        same = (other.effect, other.criterion) == (rule.effect, rule.criterion)
        if same and form_of(other, bench.vocabulary) == form:
            message = f"the rule '{other.id}' has the same effect under the same conditions"
            hint = f"it stands in {other.place.file}; change it instead"
            raise UsageError([Problem("duplicate-rule", message, "--when", hint=hint)])


def _examples(form: RuleForm) -> tuple[Setting, Setting]:
    """The shortest setting in which the rule applies, and the one nearest to it in which it
    does not, one condition alone being the reason."""
    settings: list[tuple[Setting, bool, bool]] = []
    for number, setting in enumerate(Candidates(form).settings(gaps=False)):
        if number == MOST_TRIED:
            break
        truths = form.truths(setting)
        outcome = None if truths is None else truth_with(form.form, truths)
        if truths is not None and outcome is not None:
            alone = any(decides_alone(form.form, truths, clause) for clause in form.clauses)
            settings.append((setting, outcome, alone))
    held = [setting for setting, outcome, _ in settings if outcome]
    failed = [(setting, alone) for setting, outcome, alone in settings if not outcome]
    if not held or not failed:
        word = "never applies" if not held else "always applies"
        message = f"the rule {word}: no combination of answers and offers shows otherwise"
        raise UsageError([Problem("never-fires", message, "--when")])
    applies = min(held, key=_length)
    nearest = min(failed, key=lambda entry: (not entry[1], _distance(applies, entry[0])))
    return applies, nearest[0]


def _length(setting: Setting) -> int:
    return len(setting.answers) + (setting.offer is not None) + (setting.model is not None)


def _distance(one: Setting, other: Setting) -> int:
    names = {*one.answers, *other.answers}
    answers = sum(1 for name in names if one.answers.get(name) != other.answers.get(name))
    return answers + (one.offer != other.offer) + (one.model != other.model)


def _braced(text: str) -> str:
    text = text.strip()
    return text if text.startswith("{") else f"{{{text}}}"


def _scalar(text: str) -> str:
    return text if _PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)
