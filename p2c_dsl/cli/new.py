"""`p2c new`."""

from __future__ import annotations

import keyword
from pathlib import Path
from typing import Annotated

import typer

from p2c_dsl.cli.files import fail

_FILES = Path(__file__).with_name("template")


def new(
    name: Annotated[str, typer.Argument(help="The domain's name, which becomes its folder.")],
    directory: Annotated[str, typer.Option(help="Where to make the folder.")] = ".",
) -> None:
    """Make a folder for a new domain: a spec, a plan, a world.

    It lints, plans and runs as it stands.

    Example:

      p2c new newsletter && p2c plan newsletter/newsletter.p2c --run
    """
    if not name.isidentifier() or keyword.iskeyword(name) or not name.isascii():
        fail(f"`{name}` is no name: use letters, digits and underscores")
    folder = Path(directory) / name
    if folder.exists():
        fail(f"{folder} exists already; choose another name, nothing was changed")
    if (_FILES / f"{name}.p2c.txt").exists():
        fail(f"`{name}.p2c` is another file of the new folder; choose another name")
    files = _filled(name)
    _check(name, files[f"{name}.p2c"])
    try:
        folder.mkdir(parents=True)
        for file, text in files.items():
            (folder / file).write_text(text, encoding="utf-8")
    except OSError as error:
        fail(f"cannot write {folder}: {error.strerror}")
    for file in files:
        typer.echo(f"made {folder / file}")
    typer.echo(f"\nnext: p2c lint {folder} && p2c plan {folder}/{name}.p2c --run")


def _filled(name: str) -> dict[str, str]:
    """The new files by their names."""
    return {
        file.name.replace("domain", name).removesuffix(".txt"): file.read_text("utf-8").replace(
            "DOMAIN", name
        )
        for file in sorted(_FILES.iterdir())
    }


def _check(name: str, spec: str) -> None:
    """Ends the command when the spec would mean something else under this name, which may be taken."""
    from p2c_dsl.lint import lint_text

    found = lint_text(spec, f"{name}.p2c", Path.cwd()).diagnostics
    if found:
        fail(f"`{name}` cannot name a domain: {found[0].message}; choose another name")
