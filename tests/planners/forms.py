"""Two ways to the accepted compositions of a task, and a form in which their results can be compared."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

from p2c_dsl.analysis import Analysis, analyze
from p2c_dsl.diagnostics.model import Severity
from p2c_dsl.planners import Automaton, Position, Unplannable
from p2c_dsl.program.conditions import Predicate, Test
from p2c_dsl.resolve import Loaded, load, load_text
from p2c_dsl.rules import read_rules
from p2c_dsl.rules.steps import Steps
from p2c_dsl.source import Source, Span
from p2c_dsl.spec import Spec, Subtask, Task
from p2c_dsl.syntax import nodes
from p2c_dsl.syntax.nodes import ComposeDecl
from tests.generators.enumeration import all_compositions
from tests.generators.spans import with_own_spans

BUDGET = 300
EXAMPLES = Path(__file__).parents[2] / "examples"


def domain(name: str) -> tuple[Loaded, Task]:
    """An example's spec and its task."""
    loaded = load(EXAMPLES / name / f"{name}.p2c")
    return loaded, next(iter(loaded.spec.tasks.values()))


def printed(code: str) -> set[str]:
    """What some code prints in processes that order sets of texts differently."""
    return {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": str(seed)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in range(5)
    }


def at_most(steps: int) -> Steps:
    """A rule besides the task's own, so that there are finitely many compositions."""
    return Steps(steps, text=f"steps <= {steps}")


def emitted(spec: Spec, task: Task, steps: int) -> dict[object, str]:
    """All compositions that the automaton can emit, by their form. Fails at a dead end (P4)."""
    try:
        automaton = Automaton(spec, task, BUDGET, [at_most(steps)])
    except Unplannable:
        return {}
    found: dict[object, str] = {}
    pending: list[tuple[Position, str]] = [(automaton.start, automaton.header)]
    while pending:
        position, text = pending.pop()
        lexemes = automaton.legal(position)
        assert lexemes, f"dead end after:\n{text}"
        for lexeme in lexemes:
            after = automaton.step(position, lexeme)
            if after.ended:
                found[form_of_text(spec, text)] = text
            else:
                pending.append((after, text + lexeme))
    assert not automaton.completions.given_up
    return found


def accepted(spec: Spec, task: Task, steps: int) -> dict[object, ComposeDecl]:
    """All canonical compositions up to a size that lint has nothing to say about, apart from notes, by their form."""
    found: dict[object, ComposeDecl] = {}
    rules, _ = read_rules(spec, task)
    for compose in all_compositions(spec, task, steps):
        if not is_canonical(compose.body, top=True):
            continue
        analysis = analyze(spec, with_own_spans(compose), Source("<enumerated>", ""), rules)
        if is_clean(analysis) and analysis.program is not None:
            found[form(analysis.program.body)] = compose
    return found


def is_clean(analysis: Analysis) -> bool:
    """Whether lint has nothing to say, apart from notes on what is left to the monitor."""
    return all(d.severity is Severity.NOTE for d in analysis.diagnostics)


def is_canonical(block: Sequence[nodes.Statement], *, top: bool = False) -> bool:
    """Of several spellings of one meaning, whether this is the one that planners write.

    An `else` stands only behind a positive test whose arm goes on, and no bare `return` ends the whole text.
    """
    for statement in block:
        match statement:
            case nodes.Return(None) if top:
                return False
            case nodes.For(body=body):
                if not is_canonical(body):
                    return False
            case nodes.If(condition, body, orelse):
                if orelse and not (_is_positive(condition) and _goes_on(body)):
                    return False
                if not is_canonical(body) or not is_canonical(orelse):
                    return False
    return True


def _is_positive(condition: nodes.Expr) -> bool:
    match condition:
        case nodes.Not():
            return False
        case nodes.IsNone(negated=negated):
            return negated
        case nodes.Compare(operator=op):
            return op in ("==", "<=", ">=")
    return True


def _goes_on(block: Sequence[nodes.Statement]) -> bool:
    match block[-1]:
        case nodes.Return():
            return False
        case nodes.If(_, body, orelse):
            return not orelse or _goes_on(body) or _goes_on(orelse)
    return True


def form_of_text(spec: Spec, text: str) -> object:
    """The form of a planner's text, which lint must have nothing to say about."""
    loaded = load_text(text + "\n", "<plan>", Path())
    compose = next(d for d in loaded.root.declarations if isinstance(d, ComposeDecl))
    analysis = analyze(spec, compose, loaded.root.source)
    assert is_clean(analysis), (text, analysis.diagnostics)
    assert analysis.program is not None
    return form(analysis.program.body)


def form(part: Any) -> object:
    """A program's steps without places and names: equal for equal programs."""
    if isinstance(part, Span):
        return None
    if isinstance(part, Subtask):
        return part.name
    if isinstance(part, tuple):
        return tuple(form(p) for p in part)
    if isinstance(part, Predicate) and part.test in (Test.EQUAL, Test.DIFFERENT):
        return part.test, *sorted(map(form, part.of), key=repr)
    if is_dataclass(part):
        return type(part).__name__, *(form(getattr(part, f.name)) for f in fields(part))
    return repr(part)
