"""`p2c run`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, ExitStack, nullcontext, redirect_stdout
from inspect import iscoroutinefunction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option

from p2c_dsl.cli import EXIT_CLEAN, EXIT_USAGE
from p2c_dsl.cli.approving import CHOICES, approver_for
from p2c_dsl.cli.failure import fail
from p2c_dsl.cli.options import OnlyTask, Timeout, choice
from p2c_dsl.cli.signals import Interruption, signals_as_interrupts, status_of
from p2c_dsl.cli.specs import load_spec, programs_of
from p2c_dsl.diagnostics.plain import printable

if TYPE_CHECKING:
    from p2c_dsl.program import Program
    from p2c_dsl.runtime.approval import Approver
    from p2c_dsl.runtime.interpreter import Observer, Run
    from p2c_dsl.runtime.trace import Event

_REJECTED = "not run, because lint rejects it; with --unchecked, it runs until the monitor stops it at a broken rule"


def run(
    file: Annotated[str, Argument(help="The file with the composition.")],
    task: OnlyTask = None,
    seed: Annotated[int, Option(help="The seed of the world to run in.")] = 0,
    world: Annotated[str | None, Option(help="A world.py or its folder; by default the spec's.")] = None,
    dry_run: Annotated[bool, Option("--dry-run", help="Call no tools; make up values.")] = False,
    unchecked: Annotated[bool, Option("--unchecked", help="Run it even if lint rejects it.")] = False,
    trace: Annotated[str, choice(("text", "json"), "How to print the run.")] = "text",
    tools: Annotated[
        str | None, Option(help="Python functions to call, as for p2c import python: package.module[:object].")
    ] = None,
    mcp: Annotated[str | None, Option(help="The command of an MCP server whose tools to call.")] = None,
    inputs: Annotated[
        list[str] | None,
        Option("--input", help="With --tools or --mcp: an input of the task, NAME=VALUE, as JSON or text."),
    ] = None,
    timeout: Timeout = 30.0,
    approve: Annotated[
        str | None, choice(CHOICES, "Answer all requests for approval; by default, the terminal asks for each call.")
    ] = None,
) -> None:
    """Run a composition in its world or on real tools, under its rules.

    The monitor stops a run before any call that would break a rule, even with --unchecked. An interrupted run
    prints what it has done so far; how far the call that was running got is unknown.

    Before a call that needs approval, it shows the call and asks; a run ends before a call that is denied. A dry run
    asks nobody.

    Examples:

      p2c run examples/dinner/aligned.p2c --seed 3

      p2c run examples/dinner/unaligned.p2c --unchecked --dry-run

      p2c run clean_up.p2c --tools my_agent.tools --input files='["a.txt"]'

      p2c run tidy.p2c --mcp "npx -y @modelcontextprotocol/server-filesystem /tmp" --input folder=/tmp
    """
    if inputs and mcp is None and tools is None:
        fail("--input needs --tools or --mcp: a world provides its own inputs")
    programs = programs_of(load_spec(file), task, None if unchecked else _REJECTED)
    with signals_as_interrupts() as interruption:
        for program in programs:
            if mcp is not None or tools is not None:
                sources = tools, mcp, timeout
                _run_on_tools(program, sources, inputs or [], trace, interruption, approver_for(approve))
            elif dry_run:
                _run_dry(program, seed, trace, interruption, approve)
            else:
                folder = _folder(program) if world is None else _folder_of(Path(world))
                _run_in_world(program, folder, seed, trace, interruption, approver_for(approve))


def run_text(spec: Path, text: str, seed: int) -> None:
    """Runs a composition of a spec that has just been planned, in its world, in which nobody is asked."""
    from p2c_dsl.resolve import load_text

    programs = programs_of(load_text(text, "<plan>", spec.parent), None, _REJECTED)
    with signals_as_interrupts() as interruption:
        for program in programs:
            _run_in_world(program, spec.parent, seed, "text", interruption, None)


def _folder(program: Program) -> Path:
    """The folder of the file that declares the task."""
    return Path(program.task.location.source.name).parent


def _folder_of(world: Path) -> Path:
    return world.parent if world.name == "world.py" else world


def _own_output(trace: str) -> AbstractContextManager[object]:
    """Keeps what tools print out of the document."""
    return redirect_stdout(sys.stderr) if trace == "json" else nullcontext()


def _monitor(program: Program, interruption: Interruption) -> Observer:
    """The rules' monitor, which also stops after a call that has swallowed an interrupt."""
    from p2c_dsl.runtime.monitor import RuleMonitor
    from p2c_dsl.runtime.trace import CallInDoubt

    monitor = RuleMonitor(program)

    def watch(event: Event) -> None:
        # A run that is being interrupted must not be interrupted again.
        if not isinstance(event, CallInDoubt):
            interruption.raise_again()
        monitor(event)

    return watch


def _run_dry(program: Program, seed: int, trace: str, interruption: Interruption, approve: str | None) -> None:
    from p2c_dsl.cli.run_report import RunReport
    from p2c_dsl.runtime.approval import simulated
    from p2c_dsl.runtime.dry_run import dry_run

    approver = simulated if approve is None else approver_for(approve)
    result, status = _interruptible(lambda: dry_run(program, seed, _monitor(program, interruption), approver))
    title = f"a dry run of `{program.task.name}` with made-up values (seed {seed})"
    report = RunReport(result, title, "completed; no tool was called", seed, status=status)
    report.print(program, trace)
    report.finish()


def _run_in_world(
    program: Program, folder: Path, seed: int, trace: str, interruption: Interruption, approver: Approver | None
) -> None:
    from p2c_dsl.cli.run_report import RunReport

    monitor = _monitor(program, interruption)
    with _own_output(trace):
        result, wrong, status = _in_world(program, folder, seed, monitor, approver)
    verified = wrong is None if result.completed else None
    title, success = (
        f"a run of `{program.task.name}` (seed {seed})",
        "completed, and the world verifies the outcome",
    )
    report = RunReport(result, title, success, seed, verified, wrong, status)
    report.print(program, trace)
    report.finish()


def _run_on_tools(
    program: Program,
    sources: tuple[str | None, str | None, float],
    given: list[str],
    trace: str,
    interruption: Interruption,
    approver: Approver,
) -> None:
    """Runs it on Python functions, the tools of a server that is started by a command, or both."""
    from p2c_dsl.cli.run_report import RunReport
    from p2c_dsl.cli.run_tools import bound, inputs_of
    from p2c_dsl.importing import ImportProblem
    from p2c_dsl.runtime.interpreter import BindingError, run

    inputs = inputs_of(program, given)
    named = " and ".join(f"`{source}`" for source in sources[:2] if source is not None)
    report: RunReport | None = None
    try:
        with ExitStack() as stack:
            with _own_output(trace):
                tools = stack.enter_context(bound(program.spec, *sources))
                monitor = _monitor(program, interruption)
                result, status = _interruptible(lambda: run(program, inputs, tools, monitor, approver))
            report = RunReport(result, f"a run of `{program.task.name}` on {named}", "completed", status=status)
            # Printed before a server is stopped: if that fails, what was done is still shown.
            report.print(program, trace)
    except Exception as error:
        if report is None:
            if not isinstance(error, ImportProblem | BindingError | ValueError):
                raise
            fail(printable(str(error)))
    assert report is not None
    report.finish()


def _interruptible(call: Callable[[], Run]) -> tuple[Run, int]:
    """A run, and the command's status if it was interrupted: what it has done has to be shown."""
    from p2c_dsl.runtime.interpreter import run_of

    try:
        return call(), EXIT_CLEAN
    except KeyboardInterrupt as interrupt:
        result = run_of(interrupt)
        if result is None:
            raise
        return result, status_of(interrupt)


def _in_world(
    program: Program, folder: Path, seed: int, monitor: Observer, approver: Approver | None
) -> tuple[Run, str | None, int]:
    """The run, what is wrong with its outcome, and the command's status; ends it if the world is unusable.

    Without an approver, the world answers.
    """
    from p2c_dsl.runtime.approval import of_world
    from p2c_dsl.runtime.domain import DomainError, load_world
    from p2c_dsl.runtime.interpreter import BindingError, run
    from p2c_dsl.runtime.trial import verdict

    try:
        world = load_world(folder)(seed)
        inputs, tools = world.inputs(), world.tools()
        waits = any(map(iscoroutinefunction, tools.values()))
        made = _awaiting if waits else run
        result, status = _interruptible(lambda: made(program, inputs, tools, monitor, approver or of_world(world)))
    except (DomainError, BindingError) as error:
        fail(printable(str(error)))
    if not result.completed:
        return result, None, status
    # What was done is shown even if there is no verdict on it.
    try:
        return result, verdict(world, result.result), status
    except DomainError as error:
        return result, str(error), EXIT_USAGE
    except KeyboardInterrupt as interrupt:
        return result, "interrupted while the world verified the outcome", status_of(interrupt)


def _awaiting(
    program: Program, inputs: Mapping[str, object], tools: object, observer: Observer | None, approve: Approver
) -> Run:
    import asyncio

    from p2c_dsl.runtime.interpreter import run_async

    return asyncio.run(run_async(program, inputs, tools, observer, approve))
