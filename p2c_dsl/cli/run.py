"""`p2c run`."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from p2c_dsl.cli import EXIT_FINDINGS
from p2c_dsl.cli.files import compositions, fail, load_spec, show_and_stop
from p2c_dsl.diagnostics.plain import printable

if TYPE_CHECKING:
    from p2c_dsl.program import Program
    from p2c_dsl.resolve import Loaded
    from p2c_dsl.runtime.interpreter import Run
    from p2c_dsl.runtime.monitor import RuleMonitor


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

    The monitors stop a run before the call that would break a rule, also with --unchecked.

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
    for program in _programs(loaded, task, unchecked):
        if mcp is not None:
            _run_on_server(program, mcp, given or [], timeout, trace)
            continue
        folder = _folder(program) if world is None else _folder_of(Path(world))
        _run(program, folder, seed, dry_run, trace)


def run_text(spec: Path, text: str, seed: int) -> None:
    """Runs a composition of a spec that has just been planned."""
    from p2c_dsl.resolve import load_text

    loaded = load_text(text, "<plan>", spec.parent)
    for program in _programs(loaded, None, unchecked=False):
        _run(program, spec.parent, seed, dry=False, trace="text")


def _programs(loaded: Loaded, task: str | None, unchecked: bool) -> list[Program]:
    from p2c_dsl.analysis import analyze

    programs = []
    for composition in compositions(loaded, task):
        analysis = analyze(loaded.spec, composition, loaded.root.source)
        if analysis.program is None or not unchecked:
            show_and_stop(analysis.diagnostics)
        if analysis.program is not None:
            programs.append(analysis.program)
    return programs


def _folder(program: Program) -> Path:
    """The folder of the file that declares the task."""
    return Path(program.task.location.source.name).parent


def _folder_of(world: Path) -> Path:
    return world.parent if world.name == "world.py" else world


def _run(program: Program, folder: Path, seed: int, dry: bool, trace: str) -> None:
    from p2c_dsl.runtime import dry_run as dry_runs
    from p2c_dsl.runtime.monitor import RuleMonitor

    monitor = RuleMonitor(program)
    if dry:
        result, wrong = dry_runs.dry_run(program, seed, monitor), None
    else:
        result, wrong = _in_world(program, folder, seed, monitor)
    where = (
        f"a dry run with made-up values of `{program.task.name}`"
        if dry
        else f"a run of `{program.task.name}`"
    )
    happy = "completed; no tool was called" if dry else "completed, and the world verifies the outcome"
    verified = None if dry or not result.completed else wrong is None
    _show(program, result, Told(f"{where} (seed {seed})", happy, verified, wrong, seed), trace)


def _run_on_server(program: Program, command: str, given: list[str], timeout: float, trace: str) -> None:
    from p2c_dsl.importing import ImportProblem
    from p2c_dsl.importing.mcp_server import connect
    from p2c_dsl.runtime.interpreter import BindingError, run
    from p2c_dsl.runtime.monitor import RuleMonitor
    from p2c_dsl.runtime.outside import tool_for

    inputs = _inputs(program, given)
    try:
        with connect(shlex.split(command), timeout) as server:
            spec = program.spec
            tools = {name: tool_for(subtask, server.call, spec) for name, subtask in spec.subtasks.items()}
            result = run(program, inputs, tools, RuleMonitor(program))
    except (ImportProblem, BindingError, ValueError) as error:
        fail(printable(str(error)))
    where = f"a run of `{program.task.name}` on `{command}`"
    _show(program, result, Told(where, "completed", None, None, None), trace)


def _inputs(program: Program, given: list[str]) -> dict[str, object]:
    """The task's inputs from NAME=VALUE; ends the command for what is none."""
    from p2c_dsl.runtime.outside import inward
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
            except (ValueError, WrongValue) as error:
                problem = error
        else:
            fail(f"`--input {entry}`: {problem}")
    return found


def _in_world(program: Program, folder: Path, seed: int, monitor: RuleMonitor) -> tuple[Run, str | None]:
    """The run, and what the world finds wrong with its outcome; ends the command if there is no usable world."""
    from p2c_dsl.runtime.domain import DomainError, load_world
    from p2c_dsl.runtime.interpreter import BindingError, run

    try:
        world = load_world(folder)(seed)
        result = run(program, world.inputs(), world.tools(), monitor)
        return result, world.verify() if result.completed else None
    except (DomainError, BindingError) as error:
        fail(str(error))


class Told(NamedTuple):
    """What is said of a run besides its trace."""

    where: str
    happy: str
    verified: bool | None
    problem: str | None
    seed: int | None


def _show(program: Program, result: Run, about: Told, trace: str) -> None:
    """Prints a run; ends the command when it went wrong."""
    _print(program, result, about, trace)
    if not result.completed or about.problem is not None:
        raise typer.Exit(EXIT_FINDINGS)


def _print(program: Program, result: Run, about: Told, trace: str) -> None:
    from p2c_dsl.runtime.story import told

    steps = list(told(program, result.trace))
    verdict = result.error or about.problem
    if trace == "json":
        document: dict[str, Any] = {
            "task": program.task.name,
            "seed": about.seed,
            "steps": [{"line": s.line, "depth": s.depth, "text": s.text} for s in steps],
            "completed": result.completed,
            "error": result.error,
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
