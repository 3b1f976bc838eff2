"""`p2c import`."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer import Argument, Option

from p2c_dsl.cli import EXIT_CLEAN, EXIT_FINDINGS
from p2c_dsl.cli.failure import fail
from p2c_dsl.cli.options import Timeout
from p2c_dsl.cli.text_files import write
from p2c_dsl.diagnostics.plain import printable

if TYPE_CHECKING:
    from collections.abc import Callable

    from p2c_dsl.importing import Imported, Tool
    from p2c_dsl.source import Source

Output = Annotated[str | None, Option("--output", "-o", help="Write the spec to this file.")]
Check = Annotated[str | None, Option(help="Write nothing; exit with 1 if this spec differs from the tools.")]

app = typer.Typer(
    help="Write a spec for the tools that an agent calls.\n\nIt is made from a list, a server, or Python functions.",
    epilog="What tools say about themselves is unverified: see `p2c explain P2C440`.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command("tools")
def tools(
    file: Annotated[str, Argument(help="A JSON file with an MCP server's answer to `tools/list`.")],
    output: Output = None,
    check: Check = None,
) -> None:
    """Write a spec for a list of tools.

    Example:

      p2c import tools tools.json -o tools.p2c && p2c import tools tools.json --check tools.p2c
    """
    from p2c_dsl.importing.mcp_tools import read_tools

    _finish(lambda: read_tools(Path(file)), Path(file).name, output, check)


@app.command("python")
def python(
    target: Annotated[str, Argument(help="package.module, or package.module:object.")],
    output: Output = None,
    check: Check = None,
) -> None:
    """Write a spec for Python functions. This imports the module and so runs its code.

    Example:

      p2c import python my_agent.tools -o tools.p2c
    """
    from p2c_dsl.importing.python_tools import tools_at

    _finish(lambda: tools_at(target), target, output, check)


@app.command("mcp", context_settings={"ignore_unknown_options": True})
def mcp(
    command: Annotated[list[str], Argument(help="The command that starts the server, after --.")],
    output: Output = None,
    check: Check = None,
    timeout: Timeout = 30.0,
) -> None:
    """Start an MCP server over stdio, and write a spec for its tools.

    Example:

      p2c import mcp -o files.p2c -- npx -y @modelcontextprotocol/server-filesystem /tmp
    """
    from p2c_dsl.importing.mcp_server import list_tools

    # Only the program's name is written down: the arguments may contain a password.
    origin = f"an MCP server ({Path(command[0]).name})"
    _finish(lambda: list_tools(command, timeout), origin, output, check)


def _finish(read: Callable[[], list[Tool]], origin: str, output: str | None, check: str | None) -> None:
    from p2c_dsl.importing import ImportProblem, drift, names_of, spec_of

    try:
        earlier = _earlier(check, output)
        # Overrides rely on names, so a tool keeps its name from import to import.
        imported = spec_of(read(), origin, None if earlier is None else names_of(earlier))
        changes = [] if earlier is None else drift(earlier, imported.text)
    except ImportProblem as problem:
        fail(printable(str(problem)))
    lines = [printable(f"{check or output}:{one.line}: {one.message}") for one in changes]
    if check is not None:
        typer.echo("\n".join(lines) or "no drift")
        raise typer.Exit(EXIT_FINDINGS if changes else EXIT_CLEAN)
    write(imported.text, output)
    _report(imported)
    for line in lines:
        typer.echo(line, err=True)


def _earlier(check: str | None, output: str | None) -> Source | None:
    """The earlier import that is checked or overwritten; ends the command if the file is something else."""
    from p2c_dsl.diagnostics.model import Diagnostic
    from p2c_dsl.importing import MARK
    from p2c_dsl.resolve.loading import read_source

    path = check or output
    if path is None or (check is None and not Path(path).is_file()):
        return None
    source = read_source(Path(path))
    if isinstance(source, Diagnostic):
        fail(f"{path}: {source.message}")
    if check is None and source.text.strip() and not source.text.startswith(MARK):
        fail(f"{path} exists and was not written by `p2c import`, and nothing was changed: choose another file")
    return source


def _report(imported: Imported) -> None:
    report = imported.report
    exact = ", ".join(f"{n} {kind}" for kind, n in sorted(report.exact.items()))
    typer.echo(f"{imported.tools} tools; with exact types: {exact or 'none'}", err=True)
    for place, reason in report.opaque:
        typer.echo(printable(f"  opaque: {place}: {reason}"), err=True)
    for word, n in sorted(Counter(word for _, word in report.dropped).items()):
        typer.echo(f"  not in the types: {word} ({n} times)", err=True)
