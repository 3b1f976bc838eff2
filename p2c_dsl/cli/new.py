"""`p2c new`."""

from __future__ import annotations

import keyword
from pathlib import Path
from typing import Annotated

import typer
from typer import Argument, Option

from p2c_dsl.cli.failure import fail

_FILES = Path(__file__).with_name("template")


def new(
    name: Annotated[str, Argument(help="The name of the domain and its folder.")],
    directory: Annotated[str, Option(help="Where to create the folder.")] = ".",
) -> None:
    """Create a folder for a new domain: a spec, a plan and a world.

    You can lint, plan and run it right away.

    Example:

      p2c new newsletter && p2c plan newsletter/newsletter.p2c --run
    """
    if not name.isidentifier() or keyword.iskeyword(name) or not name.isascii():
        fail(f"`{name}` is not a valid name: use letters, digits and underscores")
    folder = Path(directory) / name
    if folder.exists():
        fail(f"{folder} already exists, and nothing was changed: choose another name")
    if (_FILES / f"{name}.p2c.txt").exists():
        fail(f"`{name}` cannot name a domain: the new folder has another file {name}.p2c; choose another name")
    files = _filled(name)
    _check(name, files[f"{name}.p2c"])
    try:
        folder.mkdir(parents=True)
        for file, text in files.items():
            (folder / file).write_text(text, encoding="utf-8")
    except OSError as error:
        fail(f"cannot write {folder}: {error.strerror}")
    for file in files:
        typer.echo(f"created {folder / file}")
    typer.echo(f"\nnext: p2c lint {folder} && p2c plan {folder}/{name}.p2c --run")


def _filled(name: str) -> dict[str, str]:
    """The new files by their names."""
    return {
        file.name.replace("domain", name).removesuffix(".txt"): file.read_text("utf-8").replace("DOMAIN", name)
        for file in sorted(_FILES.iterdir())
    }


def _check(name: str, spec: str) -> None:
    """Ends the command if the name has another meaning in the spec."""
    from p2c_dsl.lint import lint_text

    found = lint_text(spec, f"{name}.p2c", Path.cwd()).diagnostics
    if found:
        fail(f"`{name}` cannot name a domain: {found[0].message}; choose another name")
