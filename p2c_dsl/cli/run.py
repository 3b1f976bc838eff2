"""`p2c run`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from p2c_dsl.cli import EXIT_FINDINGS
from p2c_dsl.cli.files import compositions, fail, load_spec, show_and_stop

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
) -> None:
    """Run a composition in its domain's world, with the rules watching.

    The monitors stop a run before the call that would break a rule, also with --unchecked.

    Examples:

      p2c run examples/dinner/aligned.p2c --seed 3

      p2c run examples/dinner/unaligned.p2c --unchecked --dry-run
    """
    if trace not in ("text", "json"):
        fail(f"there is no trace format `{trace}`: choose text or json")
    loaded = load_spec(file)
    for program in _programs(loaded, task, unchecked):
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
    _show(program, result, wrong, dry, seed, trace)
    if not result.completed or wrong is not None:
        raise typer.Exit(EXIT_FINDINGS)


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


def _show(program: Program, result: Run, wrong: str | None, dry: bool, seed: int, trace: str) -> None:
    from p2c_dsl.runtime.story import told

    steps = list(told(program, result.trace))
    verdict = result.error or wrong
    if trace == "json":
        document: dict[str, Any] = {
            "task": program.task.name,
            "seed": seed,
            "steps": [{"line": s.line, "depth": s.depth, "text": s.text} for s in steps],
            "completed": result.completed,
            "error": result.error,
            "verified": None if dry or not result.completed else wrong is None,
            "problem": wrong,
        }
        typer.echo(json.dumps(document, indent=2, ensure_ascii=False))
        return
    where = "a dry run with made-up values" if dry else "a run"
    typer.echo(f"\n{where} of `{program.task.name}` (seed {seed}):")
    for step in steps:
        typer.echo(f"  {'  ' * step.depth}{step.text}")
    if verdict is not None:
        typer.echo(f"✗ {verdict}")
    elif dry:
        typer.echo("✓ completed; no tool was called")
    else:
        typer.echo("✓ completed, and the world verifies the outcome")
