"""`p2c label`."""

from __future__ import annotations

import getpass
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from p2c_dsl.cli import EXIT_FINDINGS
from p2c_dsl.cli.files import fail, load_spec, needs_extra, task_of
from p2c_dsl.resolve.files import Unreadable, read
from p2c_dsl.resolve.loading import SUFFIX

if TYPE_CHECKING:
    from p2c_dsl.planners.preferences.humans.store import LabelStore
    from p2c_dsl.planners.preferences.solution import PartialSolution


def label(
    domain: Annotated[str, typer.Argument(help="The domain's folder, or the file with its spec.")],
    task: Annotated[str | None, typer.Option(help="The task, where the spec has several.")] = None,
    answers: Annotated[
        str | None, typer.Option(help="The file that keeps the answers, by default TASK.answers.db.")
    ] = None,
    count: Annotated[int, typer.Option(help="How many pairs to ask about.", min=1)] = 100,
    programs: Annotated[int, typer.Option(help="How many programs to make the pairs of.", min=2)] = 30,
    solutions: Annotated[
        str | None, typer.Option(help="Ask about these instead: partial solutions, one JSON object a line.")
    ] = None,
    who: Annotated[str | None, typer.Option(help="Whose answers these are, by default your login.")] = None,
    seed: Annotated[int, typer.Option(help="Which pairs, in which order, on which sides.")] = 0,
    port: Annotated[int, typer.Option(help="0 takes a free one.", min=0, max=65535)] = 0,
    open_: Annotated[bool, typer.Option("--open", help="Open the page in your browser.")] = False,
    import_: Annotated[
        str | None, typer.Option("--import", help="First bring in the answers of an export.")
    ] = None,
    export: Annotated[
        str | None, typer.Option(help="Write the answers into this file (JSON lines), and ask nothing.")
    ] = None,
) -> None:
    """Ask a person which of two programs is better, on a local page.

    Answers are what a reward model learns values from. Keys: 1 or ← left, 2 or → right, s skip, u undo.
    Each answer is on the disk before the next pair is shown; run the same command again to go on.

    Examples:

      p2c label examples/deletion --open

      p2c label examples/deletion --export answers.jsonl
    """
    loaded = load_spec(str(_spec(Path(domain))))
    wanted = task_of(loaded, task)
    path = Path(answers or f"{wanted.name}.answers.db")
    person = _name(who)
    if export is not None:
        _export(path, Path(export))
        return
    needs_extra("label", "starlette", "uvicorn")
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

                with Console(stderr=True).status(f"Looking for accepted programs of {wanted.name}"):
                    found = candidates(loaded.spec, wanted, programs)
            else:
                found = _read(Path(solutions))
            asked = pairs(found, count, seed)
            if not asked:
                fail(f"there is nothing to compare: {len(found)} programs that values could tell apart")
            store.add(asked)
        serve(path, person, port, lambda address: _told(address, path, open_))
    except Unplannable as error:
        fail(str(error), EXIT_FINDINGS)
    except StoreError as error:
        fail(str(error))
    except OSError as error:
        fail(f"cannot serve on port {port}: {error.strerror or error}; `--port 0` takes a free one")
    except KeyboardInterrupt:
        pass
    _goodbye(path, person)


def _spec(domain: Path) -> Path:
    """The spec of a domain; ends the command when it is not clear which file that is."""
    if not domain.is_dir():
        return domain
    named = domain / f"{domain.resolve().name}{SUFFIX}"
    if named.is_file():
        return named
    found = sorted(domain.glob(f"*{SUFFIX}"))
    if len(found) != 1:
        listed = ", ".join(p.name for p in found) or "none"
        fail(f"{domain} has no {named.name}: name the file with the spec (there is: {listed})")
    return found[0]


def _name(given: str | None) -> str:
    """Whose answers these are; ends the command where the store could not say it."""
    name = given or _login()
    try:
        name.encode()
    except UnicodeEncodeError:
        fail("the name of who answers is not UTF-8: give another one with --who")
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
    typer.echo(f"p2c: {added} answers brought in", err=True)


def _lines(path: Path) -> StringIO:
    try:
        return StringIO(read(path))
    except Unreadable as error:
        fail(f"cannot read {path}: {error}")


def _export(path: Path, target: Path) -> None:
    from p2c_dsl.planners.preferences.humans.store import LabelStore, StoreError

    if not path.is_file():
        fail(f"there are no answers in {path}: `p2c label` without --export asks for some")
    try:
        with LabelStore(path) as store:
            records = store.records()
        target.write_text("".join(f"{record.line()}\n" for record in records), encoding="utf-8")
    except (OSError, StoreError) as error:
        fail(f"cannot export: {error}")
    typer.echo(f"p2c: {len(records)} answers written into {target}", err=True)


def _told(address: str, path: Path, open_: bool) -> None:
    typer.echo(f"Answers are kept in {path}. Ctrl-C ends this; the same command goes on.", err=True)
    typer.echo(address)
    if open_:
        import webbrowser

        webbrowser.open(address)


def _goodbye(path: Path, who: str) -> None:
    from p2c_dsl.planners.preferences.humans.store import LabelStore

    with LabelStore(path) as store:
        progress = store.progress(who)
    left = progress.total - progress.answered - progress.skipped
    typer.echo(f"{progress.answered} answered, {progress.skipped} skipped, {left} to go: {path}", err=True)
