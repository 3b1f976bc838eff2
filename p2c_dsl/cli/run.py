"""`p2c run`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from p2c_dsl.cli import EXIT_FINDINGS
from p2c_dsl.cli.files import fail, load_spec, show_and_stop
from p2c_dsl.syntax.nodes import ComposeDecl

if TYPE_CHECKING:
    from p2c_dsl.program import Program
    from p2c_dsl.resolve import Loaded
    from p2c_dsl.runtime.interpreter import Run


def run(
    file: Annotated[str, typer.Argument(help="The file with the composition.")],
    seed: Annotated[int, typer.Option(help="Which world to run in.")] = 0,
    world: Annotated[
        str | None, typer.Option(help="The folder with world.py, by default the spec's.")
    ] = None,
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
    for program in _programs(loaded, unchecked):
        folder = Path(world) if world is not None else _folder(loaded, program)
        _run(program, folder, seed, dry_run, trace)


def run_text(spec: Path, text: str, seed: int) -> None:
    """Runs a composition of a spec that has just been planned."""
    from p2c_dsl.resolve import load_text

    loaded = load_text(text, "<plan>", spec.parent)
    for program in _programs(loaded, unchecked=False):
        _run(program, spec.parent, seed, dry=False, trace="text")


def _programs(loaded: Loaded, unchecked: bool) -> list[Program]:
    from p2c_dsl.analysis import analyze

    composes = [d for d in loaded.root.declarations if isinstance(d, ComposeDecl)]
    if not composes:
        fail(f"{loaded.root.source.name} holds no composition; `p2c plan` makes one")
    programs = []
    for compose in composes:
        analysis = analyze(loaded.spec, compose, loaded.root.source)
        if not unchecked:
            show_and_stop(analysis.diagnostics)
        if analysis.program is not None:
            programs.append(analysis.program)
    return programs


def _folder(loaded: Loaded, program: Program) -> Path:
    """The folder of the file that declares the task."""
    return Path(program.task.location.source.name).parent


def _run(program: Program, folder: Path, seed: int, dry: bool, trace: str) -> None:
    from p2c_dsl.runtime import dry_run as dry_runs
    from p2c_dsl.runtime.domain import DomainError, load_world
    from p2c_dsl.runtime.interpreter import BindingError, run
    from p2c_dsl.runtime.monitor import RuleMonitor

    monitor = RuleMonitor(program)
    wrong: str | None = None
    try:
        if dry:
            result = dry_runs.dry_run(program, seed, monitor)
        else:
            world = load_world(folder)(seed)
            result = run(program, world.inputs(), world.tools(), monitor)
            wrong = world.verify() if result.completed else None
    except (DomainError, BindingError) as error:
        fail(str(error))
    _show(program, result, wrong, dry, seed, trace)
    if not result.completed or wrong is not None:
        raise typer.Exit(EXIT_FINDINGS)


def _show(program: Program, result: Run, wrong: str | None, dry: bool, seed: int, trace: str) -> None:
    from p2c_dsl.runtime.story import told

    steps = list(told(program, result.trace))
    verdict = result.error or wrong
    if trace == "json":
        document: dict[str, Any] = {
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
