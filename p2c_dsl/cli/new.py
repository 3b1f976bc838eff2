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
    """Make a folder for a new domain that lints, plans and runs as it stands.

    Example:

      p2c new newsletter && p2c plan newsletter/newsletter.p2c --run
    """
    if not name.isidentifier() or keyword.iskeyword(name) or not name.isascii():
        fail(f"`{name}` is no name: use letters, digits and underscores")
    folder = Path(directory) / name
    if folder.exists():
        fail(f"{folder} exists already; choose another name, nothing was changed")
    try:
        folder.mkdir(parents=True)
        for file in sorted(_FILES.iterdir()):
            target = folder / file.name.replace("domain", name).removesuffix(".txt")
            text = file.read_text(encoding="utf-8").replace("DOMAIN", name)
            target.write_text(text, encoding="utf-8")
            typer.echo(f"made {target}")
    except OSError as error:
        fail(f"cannot write {folder}: {error.strerror}")
    typer.echo(f"\nnext: p2c lint {folder} && p2c plan {folder}/{name}.p2c --run")
