"""From a rejected composition to the nearest one that is accepted."""

from __future__ import annotations

from collections.abc import Callable, Collection

from p2c_dsl.analysis import Analysis, analyze
from p2c_dsl.analysis.codes import CODES
from p2c_dsl.diagnostics.model import Severity
from p2c_dsl.machine import Machine
from p2c_dsl.names import listing
from p2c_dsl.planners.automaton.units import original
from p2c_dsl.planners.deadline import TIMEOUT, Deadline
from p2c_dsl.planners.repair.layout import Layout
from p2c_dsl.planners.repair.model import Interrupted, Repair, Stop, Unrepairable, steps
from p2c_dsl.planners.repair.search import EditLimits, RepairProgress, Search
from p2c_dsl.planners.repair.wanted import Wanted
from p2c_dsl.planners.repair.writer import RepairWriter
from p2c_dsl.program import Program
from p2c_dsl.rules import read_rules
from p2c_dsl.source import Source, Span
from p2c_dsl.spec import Spec, Task
from p2c_dsl.syntax.nodes import ComposeDecl
from p2c_dsl.syntax.parser import parse

MOST_EDITS = 8
EFFORT = 200_000
_UNREADABLE = frozenset(c.code for c in CODES if c.code[3] == "1") | {"P2C241", "P2C242", "P2C243", "P2C244"}
_MOVABLE = frozenset({"P2C162", "P2C170", "P2C171", "P2C172", "P2C173", "P2C174"})
"""Of the findings about names, those that other places and arguments can fix."""


def recompose(
    program: Program,
    spec: Spec,
    *,
    most_edits: int = MOST_EDITS,
    effort: int = EFFORT,
    timeout: float | Deadline | None = TIMEOUT,
    keep: Collection[str] = (),
    watch: Callable[[RepairProgress], None] | None = None,
) -> Repair:
    """The accepted composition that is fewest edited steps away from a program.

    An edit inserts, drops or changes one step: a call, write, loop head, branch head, return or new accumulator. A
    dropped line is one edit, even if calls stand inside it. Of several compositions as near, one that loses less
    of what was written is taken. If no call does any longer what a rule asks for, that counts as two more edits. An
    accepted program comes back as it is, with no edits. Other than lint, which only warns, a repair leaves no
    accumulator empty.

    A search that is stopped gives the nearest repair that it has met, if it has met one; then `nearest` of the repair
    says whether it is certain that there is no nearer one.

    Args:
        program: The resolved composition; its source must hold the text that it was resolved from.
        spec: The spec whose rules hold.
        most_edits: How many edited steps there may be.
        effort: How many possible steps the search may try. The same limit gives the same answer on every machine.
        timeout: How many seconds the search may take, or when it must stop; `None` for no limit.
        keep: Effects and subtasks that every repair must still do, if the program does them.
        watch: Is told at each step how far the search has come.

    Raises:
        Unrepairable: There is no accepted composition within `most_edits`, none was found in time or within `effort`,
            or the composition's text has errors that must be corrected first.
        Interrupted: The search was interrupted; a `KeyboardInterrupt` that holds what it had found.
        ValueError: `keep` names something else, the task's rules cannot be read, or the program is not in its source.
    """
    deadline = timeout if isinstance(timeout, Deadline) else Deadline.after(timeout)
    task = spec.tasks.get(program.task.name)
    compose = _compose_at(program.source, program.span)
    if task is None or compose is None:
        raise ValueError(f"there is no composition of `{program.task.name}` in {program.source.name}")
    rules, wrong = read_rules(spec, task)
    if wrong:
        raise ValueError("; ".join(d.message for d in wrong))
    analysis = analyze(spec, compose, program.source, rules)
    assert analysis.program is not None
    before = original(compose, analysis.program)
    if analysis.accepted:
        span = Layout(program.source, before, ()).span
        return Repair(analysis.program, program.source, span, program.source.text[span.start : span.end], ())
    _check_readable(analysis)
    from p2c_dsl.feasibility.conflict import find_conflict

    if (conflict := find_conflict(spec, task, rules)) is not None:
        raise Unrepairable(conflict.message)
    machine = Machine(spec, task, rules)
    wanted = Wanted(machine, before, keep)
    search = Search(machine, before, EditLimits(most_edits, effort, deadline), wanted)
    writer = RepairWriter(machine, compose, analysis, before, program.source)
    try:
        stop = search.run(watch)
    except KeyboardInterrupt as interrupt:
        found = None if search.path is None else writer.repair(search.path, search.excluded, None)
        raise Interrupted(search.excluded, found) from interrupt
    if search.path is None:
        assert stop is not None
        raise _not_found(task, stop, search.excluded, most_edits, keep)
    return writer.repair(search.path, search.excluded, stop)


def _compose_at(source: Source, span: Span) -> ComposeDecl | None:
    declarations = parse(source).file.declarations
    return next((d for d in declarations if isinstance(d, ComposeDecl) and d.span == span), None)


def _check_readable(analysis: Analysis) -> None:
    unreadable = tuple(
        d
        for d in analysis.diagnostics
        if d.severity is Severity.ERROR and d.code in _UNREADABLE and d.code not in _MOVABLE
    )
    if unreadable:
        raise Unrepairable(
            "correct these errors first: a composition can only be repaired if it can be read", unreadable
        )


def _not_found(task: Task, stop: Stop, excluded: int, most_edits: int, keep: Collection[str]) -> Unrepairable:
    kept = listing((f"`{name}`" for name in keep), "and") if keep else ""
    if stop is Stop.EDITS:
        message = f"no composition of `{task.name}` within {steps(most_edits)} is accepted"
        message += f" and still does {kept}" if kept else ""
    else:
        that = f" that still does {kept}" if kept else ""
        message = f"no repair of `{task.name}`{that} was found "
        message += "in time" if stop is Stop.TIME else "within the effort"
        message += f": there is none within {steps(excluded)}" if excluded > 0 else ""
    return Unrepairable(message, stop=stop, excluded=excluded)
