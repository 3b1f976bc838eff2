"""`p2c run`."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Callable, Mapping
from contextlib import nullcontext, redirect_stdout
from inspect import iscoroutinefunction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from p2c_dsl.cli import EXIT_CLEAN, EXIT_FINDINGS, EXIT_INTERRUPTED, EXIT_TERMINATED, EXIT_USAGE
from p2c_dsl.cli.files import compositions, fail, load_spec, show_and_stop
from p2c_dsl.cli.signals import Interruption, Terminated, signals_as_interrupts
from p2c_dsl.diagnostics.plain import plain, printable

if TYPE_CHECKING:
    from p2c_dsl.analysis import Analysis
    from p2c_dsl.program import Program
    from p2c_dsl.resolve import Loaded
    from p2c_dsl.runtime.interpreter import Observer, Run
    from p2c_dsl.runtime.trace import Event


def run(
    file: Annotated[str, typer.Argument(help="The file with the composition.")],
    task: Annotated[str | None, typer.Option(help="Only this task's, where the file has several.")] = None,
    seed: Annotated[int, typer.Option(help="Which world to run in.")] = 0,
    world: Annotated[str | None, typer.Option(help="world.py or its folder, by default the spec's.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Call no tools: made-up values only.")] = False,
    unchecked: Annotated[bool, typer.Option("--unchecked", help="Run it although lint rejects it.")] = False,
    trace: Annotated[str, typer.Option(help="text or json.")] = "text",
    mcp: Annotated[
        str | None, typer.Option(help="Call the tools of the MCP server that this starts.")
    ] = None,
    given: Annotated[
        list[str] | None,
        typer.Option("--input", help="For --mcp: the task's input NAME=VALUE, as JSON or text."),
    ] = None,
    timeout: Annotated[float, typer.Option(help="How many seconds the server has for each answer.")] = 30.0,
) -> None:
    """Run a composition in its world or on real tools, rules watching.

    The monitors stop a run before the call that would break a rule, also with --unchecked. A run that is
    interrupted prints what it has done so far; of the call that was running, nobody knows how far it came.

    Examples:

      p2c run examples/dinner/aligned.p2c --seed 3

      p2c run examples/dinner/unaligned.p2c --unchecked --dry-run

      p2c run tidy.p2c --mcp "npx -y @modelcontextprotocol/server-filesystem /tmp" --input folder=/tmp
    """
    if trace not in ("text", "json"):
        fail(f"there is no trace format `{trace}`: choose text or json")
    if given and mcp is None:
        fail("--input goes with --mcp: a world makes its own inputs")
    loaded = load_spec(file)
    with signals_as_interrupts() as interruption:
        for program in _programs(loaded, task, unchecked):
            if mcp is not None:
                _run_on_server(program, mcp, given or [], timeout, trace, interruption)
                continue
            folder = _folder(program) if world is None else _folder_of(Path(world))
            _run(program, folder, seed, dry_run, trace, interruption)


def run_text(spec: Path, text: str, seed: int) -> None:
    """Runs a composition of a spec that has just been planned."""
    from p2c_dsl.resolve import load_text

    loaded = load_text(text, "<plan>", spec.parent)
    with signals_as_interrupts() as interruption:
        for program in _programs(loaded, None, unchecked=False):
            _run(program, spec.parent, seed, False, "text", interruption)


def _programs(loaded: Loaded, task: str | None, unchecked: bool) -> list[Program]:
    from p2c_dsl.analysis import analyze

    programs = []
    for composition in compositions(loaded, task):
        analysis = analyze(loaded.spec, composition, loaded.root.source)
        if analysis.program is None or not unchecked:
            _stop_if_rejected(analysis)
        if analysis.program is not None:
            programs.append(analysis.program)
    return programs


def _stop_if_rejected(analysis: Analysis) -> None:
    try:
        show_and_stop(analysis.diagnostics)
    except typer.Exit:
        way = (
            ""
            if analysis.program is None
            else ", unless with --unchecked: the monitor then stops it at the rule"
        )
        typer.echo(f"p2c: not run: a rejected composition is not run{way}", err=True)
        raise


def _folder(program: Program) -> Path:
    """The folder of the file that declares the task."""
    return Path(program.task.location.source.name).parent


def _folder_of(world: Path) -> Path:
    return world.parent if world.name == "world.py" else world


def _watching(program: Program, interruption: Interruption) -> Observer:
    """The monitor, which stops as well after a call that has swallowed an interrupt."""
    from p2c_dsl.runtime.monitor import RuleMonitor
    from p2c_dsl.runtime.trace import CallInDoubt

    monitor = RuleMonitor(program)

    def watch(event: Event) -> None:
        # The run that is being broken off must not be interrupted again.
        if not isinstance(event, CallInDoubt):
            interruption.heed()
        monitor(event)

    return watch


def _run(
    program: Program, folder: Path, seed: int, dry: bool, trace: str, interruption: Interruption
) -> None:
    from p2c_dsl.runtime.dry_run import dry_run

    monitor = _watching(program, interruption)
    name = program.task.name
    if dry:
        result, status = _watched(lambda: dry_run(program, seed, monitor))
        where, happy = f"a dry run with made-up values of `{name}`", "completed; no tool was called"
        about = RunSummary(f"{where} (seed {seed})", happy, None, None, seed)
        _print(program, result, about, trace)
        _finish(result, about, status)
        return
    # What a tool prints must not stand in the document.
    with redirect_stdout(sys.stderr) if trace == "json" else nullcontext():
        result, wrong, status = _in_world(program, folder, seed, monitor)
    verified = wrong is None if result.completed else None
    happy = "completed, and the world verifies the outcome"
    about = RunSummary(f"a run of `{name}` (seed {seed})", happy, verified, wrong, seed)
    _print(program, result, about, trace)
    _finish(result, about, status)


def _run_on_server(
    program: Program, command: str, given: list[str], timeout: float, trace: str, interruption: Interruption
) -> None:
    from p2c_dsl.importing import ImportProblem
    from p2c_dsl.importing.mcp_server import connect
    from p2c_dsl.runtime.external_tools import tool_for
    from p2c_dsl.runtime.interpreter import BindingError, run

    inputs = _inputs(program, given)
    about = RunSummary(f"a run of `{program.task.name}` on `{command}`", "completed", None, None, None)
    ended: tuple[Run, int] | None = None
    try:
        with connect(shlex.split(command), timeout) as server:
            spec = program.spec
            tools = {name: tool_for(subtask, server.call, spec) for name, subtask in spec.subtasks.items()}
            ended = _watched(lambda: run(program, inputs, tools, _watching(program, interruption)))
            # Printed before the server is ended: however that goes, it takes nothing back of what was done.
            _print(program, ended[0], about, trace)
    except Exception as error:
        if ended is None:
            if not isinstance(error, ImportProblem | BindingError | ValueError):
                raise
            fail(printable(str(error)))
    assert ended is not None
    _finish(ended[0], about, ended[1])


def _watched(call: Callable[[], Run]) -> tuple[Run, int]:
    """A run, and the status of the command where it was broken off: what it has done has to be shown."""
    from p2c_dsl.runtime.interpreter import run_of

    try:
        return call(), EXIT_CLEAN
    except KeyboardInterrupt as interrupt:
        result = run_of(interrupt)
        if result is None:
            raise
        return result, _status(interrupt)


def _status(interrupt: KeyboardInterrupt) -> int:
    return EXIT_TERMINATED if isinstance(interrupt, Terminated) else EXIT_INTERRUPTED


def _inputs(program: Program, given: list[str]) -> dict[str, object]:
    """The task's inputs from NAME=VALUE; ends the command for what is none."""
    from p2c_dsl.runtime.external_tools import inward
    from p2c_dsl.runtime.values import WrongValue

    types = {p.name: p.type for p in program.task.parameters}
    found: dict[str, object] = {}
    for entry in given:
        name, equals, value = entry.partition("=")
        if not equals or name not in types:
            known = ", ".join(types) or "none"
            fail(f"`--input {entry}`: write NAME=VALUE for an input of `{program.task.name}` ({known})")
        for read in (json.loads, str):
            try:
                found[name] = inward(read(value), types[name], program.spec)
                break
            except (ValueError, WrongValue, RecursionError) as error:
                problem = error
        else:
            fail(f"`--input {plain(entry)}`: {plain(str(problem))}")
    return found


def _in_world(program: Program, folder: Path, seed: int, monitor: Observer) -> tuple[Run, str | None, int]:
    """The run, what is wrong with its outcome, and the command's status; ends it if there is no usable world."""
    from p2c_dsl.runtime.domain import DomainError, load_world
    from p2c_dsl.runtime.interpreter import BindingError, run
    from p2c_dsl.runtime.trial import verdict

    try:
        world = load_world(folder)(seed)
        inputs, tools = world.inputs(), world.tools()
        waits = any(map(iscoroutinefunction, tools.values()))
        made = _awaiting if waits else run
        result, status = _watched(lambda: made(program, inputs, tools, monitor))
    except (DomainError, BindingError) as error:
        fail(printable(str(error)))
    if not result.completed:
        return result, None, status
    # What has been done is shown whatever becomes of the verdict on it.
    try:
        return result, verdict(world), status
    except DomainError as error:
        return result, str(error), EXIT_USAGE
    except KeyboardInterrupt as interrupt:
        return result, "interrupted while the world verified the outcome", _status(interrupt)


def _awaiting(
    program: Program, inputs: Mapping[str, object], tools: object, observer: Observer | None
) -> Run:
    import asyncio

    from p2c_dsl.runtime.interpreter import run_async

    return asyncio.run(run_async(program, inputs, tools, observer))


class RunSummary(NamedTuple):
    """What is said of a run besides its trace."""

    where: str
    happy: str
    verified: bool | None
    problem: str | None
    seed: int | None


def _finish(result: Run, about: RunSummary, status: int) -> None:
    """Ends the command when the run went wrong."""
    if status != EXIT_CLEAN:
        raise typer.Exit(status)
    if not result.completed or about.problem is not None:
        raise typer.Exit(EXIT_FINDINGS)


def _print(program: Program, result: Run, about: RunSummary, trace: str) -> None:
    from p2c_dsl.runtime.story import in_doubt, story_lines

    steps = list(story_lines(program, result.trace))
    verdict = result.error or about.problem
    if trace == "json":
        document: dict[str, Any] = {
            "task": program.task.name,
            "seed": about.seed,
            "steps": [{"line": s.line, "depth": s.depth, "text": s.text} for s in steps],
            "completed": result.completed,
            "error": result.error,
            "in_doubt": in_doubt(result.trace),
            "verified": about.verified,
            "problem": about.problem,
        }
        typer.echo(json.dumps(document, indent=2, ensure_ascii=False))
        return
    # What tools answer is anybody's text.
    typer.echo(f"\n{about.where}:")
    for step in steps:
        typer.echo(f"  {'  ' * step.depth}{printable(step.text)}")
    typer.echo(f"✓ {about.happy}" if verdict is None else f"✗ {printable(verdict)}")
