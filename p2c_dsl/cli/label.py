"""`p2c label`."""

from __future__ import annotations

import getpass
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer import Argument, Option

from p2c_dsl.cli import EXIT_FINDINGS
from p2c_dsl.cli.failure import fail, need_extra, report
from p2c_dsl.cli.options import TaskName
from p2c_dsl.cli.specs import load_spec, task_of
from p2c_dsl.resolve.files import Unreadable, read
from p2c_dsl.runtime.domain import spec_file

if TYPE_CHECKING:
    from p2c_dsl.planners.preferences.humans.store import LabelStore
    from p2c_dsl.planners.preferences.solution import PartialSolution


def label(
    domain: Annotated[str, Argument(help="The domain's folder, or the file with its spec.")],
    task: TaskName = None,
    answers: Annotated[str | None, Option(help="The file for answers; by default TASK.answers.db.")] = None,
    count: Annotated[int, Option(help="How many pairs to ask about.", min=1)] = 100,
    programs: Annotated[int, Option(help="How many programs to make pairs from.", min=2)] = 30,
    solutions: Annotated[str | None, Option(help="Ask about the partial solutions in this file (JSON lines).")] = None,
    who: Annotated[str | None, Option(help="Your name; by default your login.")] = None,
    seed: Annotated[int, Option(help="The seed for pairs, order and sides.")] = 0,
    port: Annotated[int, Option(help="The port of the page; 0 takes a free one.", min=0, max=65535)] = 0,
    open_: Annotated[bool, Option("--open", help="Open the page in your browser.")] = False,
    import_: Annotated[str | None, Option("--import", help="First import answers that were exported.")] = None,
    export: Annotated[str | None, Option(help="Only write the answers to this file (JSON lines).")] = None,
) -> None:
    """Ask a person which of two programs is better, on a local page.

    A reward model learns values from the answers. Keys: 1 or ← for left, 2 or → for right, s to skip, u to undo.
    Each answer is saved before the next pair is shown; to continue, run the same command again.

    Examples:

      p2c label examples/deletion --open

      p2c label examples/deletion --export answers.jsonl
    """
    try:
        loaded = load_spec(str(spec_file(Path(domain))))
    except ValueError as error:
        fail(str(error))
    wanted = task_of(loaded, task)
    path = Path(answers or f"{wanted.name}.answers.db")
    person = _name(who)
    if export is not None:
        _export(path, Path(export))
        return
    need_extra("label", "starlette", "uvicorn")
    from p2c_dsl.planners import Unplannable
    from p2c_dsl.planners.preferences.humans.candidates import candidates, pairs
    from p2c_dsl.planners.preferences.humans.serve import serve
    from p2c_dsl.planners.preferences.humans.store import LabelStore, StoreError

    try:
        with LabelStore(path) as store:
            if import_ is not None:
                _import(store, Path(import_))
            if solutions is None:
                from rich.console import Console

                with Console(stderr=True).status(f"looking for accepted programs for {wanted.name}"):
                    found = candidates(loaded.spec, wanted, programs)
            else:
                found = _read(Path(solutions))
            asked = pairs(found, count, seed)
            if not asked:
                fail(f"there is nothing to compare: found only {len(found)} programs that values can tell apart")
            store.add(asked)
        serve(path, person, port, lambda address: _announce(address, path, open_))
    except Unplannable as error:
        fail(str(error), EXIT_FINDINGS)
    except StoreError as error:
        fail(str(error))
    except OSError as error:
        fail(f"cannot serve on port {port}: {error.strerror or error}; --port 0 takes a free one")
    except KeyboardInterrupt:
        pass
    _show_progress(path, person)


def _name(given: str | None) -> str:
    """The name of the person who answers; ends the command if the store cannot hold it."""
    name = given or _login()
    try:
        name.encode()
    except UnicodeEncodeError:
        fail("your name is not UTF-8: give another one with --who")
    return name


def _login() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "somebody"


def _read(path: Path) -> list[PartialSolution]:
    from p2c_dsl.planners.preferences.humans.records import RecordError, read_solutions

    try:
        return list(read_solutions(_lines(path), str(path)))
    except RecordError as error:
        fail(f"cannot read the solutions: {error}")


def _import(store: LabelStore, path: Path) -> None:
    from p2c_dsl.planners.preferences.humans.records import RecordError, read_records

    try:
        added = store.bring_in(list(read_records(_lines(path), str(path))))
    except RecordError as error:
        fail(f"cannot import the answers: {error}")
    report(f"{added} answers imported")


def _lines(path: Path) -> StringIO:
    try:
        return StringIO(read(path))
    except Unreadable as error:
        fail(f"cannot read {path}: {error}")


def _export(path: Path, target: Path) -> None:
    from p2c_dsl.planners.preferences.humans.store import LabelStore, StoreError

    if not path.is_file():
        fail(f"there are no answers in {path}; to collect some, run `p2c label` without --export")
    try:
        with LabelStore(path) as store:
            records = store.records()
        target.write_text("".join(f"{record.line()}\n" for record in records), encoding="utf-8")
    except (OSError, StoreError) as error:
        fail(f"cannot export: {error}")
    report(f"{len(records)} answers written to {target}")


def _announce(address: str, path: Path, open_: bool) -> None:
    typer.echo(f"Answers are kept in {path}. Ctrl-C stops; the same command continues.", err=True)
    typer.echo(address)
    if open_:
        import webbrowser

        webbrowser.open(address)


def _show_progress(path: Path, who: str) -> None:
    from p2c_dsl.planners.preferences.humans.store import LabelStore

    with LabelStore(path) as store:
        progress = store.progress(who)
    left = progress.total - progress.answered - progress.skipped
    typer.echo(f"{progress.answered} answered, {progress.skipped} skipped, {left} left: {path}", err=True)
