"""The files that a command works on: those that are named, and those in the folders that are named."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from p2c_dsl.cli.failure import fail, report
from p2c_dsl.cli.text_files import STDIN
from p2c_dsl.resolve.loading import SUFFIX
from p2c_dsl.settings import Settings
from p2c_dsl.settings.config import ConfigError


@contextmanager
def valid_settings() -> Iterator[None]:
    """Ends the command if the settings in a pyproject.toml are invalid."""
    try:
        yield
    except ConfigError as error:
        fail(str(error))


def files_of(
    paths: Sequence[str], settings: Settings, *, force_exclude: bool = True, stdin: str | None = None
) -> list[str]:
    """The files that are named and all `.p2c` files in the folders that are named, except those that are excluded.

    `stdin` is the name of standard input's text. Ends the command if a path names nothing at all.
    """
    if stdin == "":
        fail("--stdin-filename is empty")
    if stdin is not None and STDIN not in paths:
        fail("--stdin-filename needs the path -, which stands for standard input")
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
        report("the settings exclude all of these files; --no-force-exclude includes those that are named")
    return list(found)


def included(path: str, settings: Settings, *, force_exclude: bool, stdin: str | None) -> bool:
    """Whether the settings include a single file, which is named; says so if they do not."""
    if _checked(path).is_dir():
        fail(f"{path} is a folder: give the path of a file in it")
    if force_exclude and _excluded(path, settings, stdin):
        report(
            f"the settings exclude {display_name(stdin) if path == STDIN else path}, so it was not looked at; "
            "--no-force-exclude includes it"
        )
        return False
    return bool(files_of([path], settings, force_exclude=force_exclude, stdin=stdin))


def _excluded(path: str, settings: Settings, stdin: str | None) -> bool:
    name = stdin if path == STDIN else path
    return name is not None and settings.excludes(Path(name))


def display_name(stdin: str | None) -> str:
    """What standard input's text is called."""
    return "<stdin>" if stdin is None else stdin


def _checked(path: str) -> Path:
    if not path:
        fail("the path is empty; for the current folder, write .")
    return Path(path)


def _inside(folder: Path) -> list[Path]:
    """The files in a folder, except hidden ones."""
    found = (p for p in folder.rglob(f"*{SUFFIX}") if not _hidden(p.relative_to(folder)) and p.is_file())
    return sorted(found)


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)
