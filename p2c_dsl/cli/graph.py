"""`p2c graph`."""

from __future__ import annotations

import shutil
import subprocess
from typing import Annotated

from typer import Argument

from p2c_dsl.cli.failure import fail
from p2c_dsl.cli.options import OnlyTask, Output, choice
from p2c_dsl.cli.specs import load_spec, programs_of
from p2c_dsl.cli.text_files import write

FORMATS = ("mermaid", "dot", "svg")


def graph(
    file: Annotated[str, Argument(help="The file with the composition.")],
    format: Annotated[str, choice(FORMATS, "How to draw it; svg needs Graphviz.")] = "mermaid",
    task: OnlyTask = None,
    output: Output = None,
) -> None:
    """Draw a composition.

    The drawing shows its calls with their effects and whether they need approval, the loops and branches around them,
    and what flows between them.

    Examples:

      p2c graph examples/dinner/aligned.p2c

      p2c graph examples/dinner/unaligned.p2c --format svg --output unaligned.svg
    """
    from p2c_dsl.graph import dot, graph_of, mermaid

    drawn = graph_of(*programs_of(load_spec(file), task))
    picture = mermaid(drawn) if format == "mermaid" else dot(drawn)
    write(_svg(picture) if format == "svg" else picture, output)


def _svg(text: str) -> str:
    program = shutil.which("dot")
    if program is None:
        fail("svg needs `dot` from Graphviz, which is not installed; --format mermaid and dot work without it")
    done = subprocess.run([program, "-Tsvg"], input=text, capture_output=True, text=True, encoding="utf-8", check=False)
    if done.returncode != 0:
        fail(f"`dot` failed: {done.stderr.strip()}")
    return done.stdout
