"""`p2c graph`."""

from __future__ import annotations

import shutil
import subprocess
from typing import Annotated

import typer

from p2c_dsl.cli.files import compositions, fail, load_spec, show_and_stop, write

FORMATS = ("mermaid", "dot", "svg")


def graph(
    file: Annotated[str, typer.Argument(help="The file with the composition.")],
    format: Annotated[
        str, typer.Option(help=f"One of {', '.join(FORMATS)}; svg needs Graphviz.")
    ] = "mermaid",
    task: Annotated[str | None, typer.Option(help="Only this task's, where the file has several.")] = None,
    output: Annotated[str | None, typer.Option(help="Write into this file.")] = None,
) -> None:
    """Draw a composition.

    Its calls with their effects, the loops and branches they stand in, and what flows between them.

    Examples:

      p2c graph examples/dinner/aligned.p2c

      p2c graph examples/dinner/unaligned.p2c --format svg --output unaligned.svg
    """
    if format not in FORMATS:
        fail(f"there is no format `{format}`: choose {', '.join(FORMATS)}")
    from p2c_dsl.analysis import analyze
    from p2c_dsl.graph import dot, graph_of, mermaid

    loaded = load_spec(file)
    programs = []
    for composition in compositions(loaded, task):
        analysis = analyze(loaded.spec, composition, loaded.root.source)
        if analysis.program is None:
            show_and_stop(analysis.diagnostics)
        else:
            programs.append(analysis.program)
    drawn = graph_of(*programs)
    picture = mermaid(drawn) if format == "mermaid" else dot(drawn)
    write(_svg(picture) if format == "svg" else picture, output)


def _svg(text: str) -> str:
    program = shutil.which("dot")
    if program is None:
        fail("svg needs Graphviz' `dot`, which is not installed; --format mermaid and dot work without it")
    done = subprocess.run(
        [program, "-Tsvg"], input=text, capture_output=True, text=True, encoding="utf-8", check=False
    )
    if done.returncode != 0:
        fail(f"`dot` failed: {done.stderr.strip()}")
    return done.stdout
