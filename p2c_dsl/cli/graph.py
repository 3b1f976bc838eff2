"""`p2c graph`."""

from __future__ import annotations

import shutil
import subprocess
from typing import Annotated

import typer

from p2c_dsl.cli.files import fail, load_spec, write
from p2c_dsl.syntax.nodes import ComposeDecl

FORMATS = ("mermaid", "dot", "svg")


def graph(
    file: Annotated[str, typer.Argument(help="The file with the composition.")],
    format: Annotated[
        str, typer.Option(help=f"One of {', '.join(FORMATS)}; svg needs Graphviz.")
    ] = "mermaid",
    output: Annotated[str | None, typer.Option(help="Write into this file.")] = None,
) -> None:
    """Draw a composition: its calls, effects, loops and branches, and what flows between them.

    Examples:

      p2c graph examples/dinner/aligned.p2c

      p2c graph examples/dinner/unaligned.p2c --format svg --output unaligned.svg
    """
    if format not in FORMATS:
        fail(f"there is no format `{format}`: choose {', '.join(FORMATS)}")
    from p2c_dsl.analysis import analyze
    from p2c_dsl.graph import dot, graph_of, mermaid

    loaded = load_spec(file)
    drawn = []
    for declaration in loaded.root.declarations:
        if isinstance(declaration, ComposeDecl):
            program = analyze(loaded.spec, declaration, loaded.root.source).program
            if program is not None:
                drawn.append(graph_of(program))
    if not drawn:
        fail(f"{file} holds no composition")
    if format == "mermaid":
        write("".join(mermaid(g) for g in drawn), output)
    elif format == "dot":
        write("".join(dot(g) for g in drawn), output)
    else:
        write("".join(_svg(dot(g)) for g in drawn), output)


def _svg(text: str) -> str:
    program = shutil.which("dot")
    if program is None:
        fail("svg needs Graphviz' `dot`, which is not installed; --format mermaid and dot work without it")
    done = subprocess.run([program, "-Tsvg"], input=text, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        fail(f"`dot` failed: {done.stderr.strip()}")
    return done.stdout
