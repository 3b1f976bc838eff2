"""Which files a command is about: those that are named, and those in the folders that are named."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import typer

from p2c_dsl.cli.files import STDIN, fail
from p2c_dsl.resolve.loading import SUFFIX
from p2c_dsl.settings import Settings
from p2c_dsl.settings.config import ConfigError

FORCE_EXCLUDE = typer.Option(
    "--force-exclude/--no-force-exclude",
    help="Whether what the settings exclude is left out when it is named.",
)
STDIN_FILENAME = typer.Option(help="For -: the name of the file whose text it is, for settings and messages.")


@contextmanager
def settings_hold() -> Iterator[None]:
    """Ends the command where settings cannot be used."""
    try:
        yield
    except ConfigError as error:
        fail(str(error))


def files_of(
    paths: Sequence[str], settings: Settings, *, force_exclude: bool = True, stdin: str | None = None
) -> list[str]:
    """The files that are named, and all `.p2c` files in the folders that are named, but for the excluded ones.

    `stdin` is the name of standard input's text. Ends the command where a path names nothing at all.
    """
    if stdin == "":
        fail("--stdin-filename is empty")
    if stdin is not None and STDIN not in paths:
        fail("--stdin-filename goes with -, which stands for standard input")
    found: dict[str, None] = {}
    for path in paths:
        if path != STDIN and _checked(path).is_dir():
            inside = _inside(Path(path))
            if not inside:
                fail(f"there are no {SUFFIX} files in {path}")
            found.update(dict.fromkeys(str(p) for p in inside if not settings.excludes(p)))
        elif not (force_exclude and _excluded(path, settings, stdin)):
            found[path] = None
    if not found:
        typer.echo(
            "p2c: the settings exclude all of it; --no-force-exclude takes in files that are named", err=True
        )
    return list(found)


def left(path: str, settings: Settings, *, force_exclude: bool, stdin: str | None) -> bool:
    """Whether a single file, which is named, is left by the settings; says so if it is not."""
    if _checked(path).is_dir():
        fail(f"{path}: this is a folder: give the path of a file in it")
    return bool(files_of([path], settings, force_exclude=force_exclude, stdin=stdin))


def _excluded(path: str, settings: Settings, stdin: str | None) -> bool:
    name = stdin if path == STDIN else path
    return name is not None and settings.excludes(Path(name))


def display_name(stdin: str | None) -> str:
    """What standard input's text is called."""
    return "<stdin>" if stdin is None else stdin


def _checked(path: str) -> Path:
    if not path:
        fail("an empty path names no file; . stands for this folder")
    return Path(path)


def _inside(folder: Path) -> list[Path]:
    """The files of a folder, hidden ones apart."""
    found = (p for p in folder.rglob(f"*{SUFFIX}") if not _hidden(p.relative_to(folder)) and p.is_file())
    return sorted(found)


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)
