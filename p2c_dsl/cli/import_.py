"""`p2c import`."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
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

    from p2c_dsl.importing import Imported, ToolList
    from p2c_dsl.source import Source

Output = Annotated[str | None, Option("--output", "-o", help="Write the spec to this file.")]
Check = Annotated[str | None, Option(help="Write nothing; exit with 1 if this spec differs from the tools.")]
Overlay = Annotated[
    str | None, Option(help="Also write a file in which to sign off what each tool does; it must not exist yet.")
]
Strict = Annotated[bool, Option("--strict", help="Write nothing if one of the tools cannot be declared.")]
Only = Annotated[list[str] | None, Option(help="Only the tools with this name, or pattern (get_*); may be repeated.")]
Skip = Annotated[list[str] | None, Option(help="Not the tools with this name, or pattern; may be repeated.")]

app = typer.Typer(
    help="Write a spec for the tools that an agent calls.\n\n"
    "It is made from a list, an OpenAPI document, a server, or Python functions. A tool that cannot be declared is "
    "left out, and the report says why.",
    epilog="What tools say about themselves is unverified: see `p2c explain P2C440`.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command("tools")
def tools(
    file: Annotated[
        str, Argument(help="A JSON file: what an MCP server answers to `tools/list`, or OpenAI or Anthropic take.")
    ],
    output: Output = None,
    check: Check = None,
    overlay: Overlay = None,
    strict: Strict = False,
    only: Only = None,
    skip: Skip = None,
) -> None:
    """Write a spec for a list of tools.

    Example:

      p2c import tools tools.json -o tools.p2c && p2c import tools tools.json --check tools.p2c
    """
    from p2c_dsl.importing.mcp_tools import read_list

    wanted = _Wanted(Path(file).name, output, check, overlay, strict, only or (), skip or ())
    _finish(lambda: read_list(Path(file)), wanted)


@app.command("python")
def python(
    target: Annotated[str, Argument(help="package.module, or package.module:object.")],
    output: Output = None,
    check: Check = None,
    overlay: Overlay = None,
    strict: Strict = False,
    only: Only = None,
    skip: Skip = None,
) -> None:
    """Write a spec for Python functions. This imports the module and so runs its code.

    Example:

      p2c import python my_agent.tools -o tools.p2c
    """
    from p2c_dsl.importing.python_tools import list_at

    _finish(lambda: list_at(target), _Wanted(target, output, check, overlay, strict, only or (), skip or ()))


@app.command("mcp", context_settings={"ignore_unknown_options": True})
def mcp(
    command: Annotated[list[str], Argument(help="The command that starts the server, after --.")],
    output: Output = None,
    check: Check = None,
    overlay: Overlay = None,
    strict: Strict = False,
    only: Only = None,
    skip: Skip = None,
    timeout: Timeout = 30.0,
) -> None:
    """Start an MCP server over stdio, and write a spec for its tools.

    Example:

      p2c import mcp -o files.p2c -- npx -y @modelcontextprotocol/server-filesystem /tmp
    """
    from p2c_dsl.importing.mcp_server import list_tools

    # Only the program's name is written down: the arguments may contain a password.
    origin = f"an MCP server ({Path(command[0]).name})"
    wanted = _Wanted(origin, output, check, overlay, strict, only or (), skip or ())
    _finish(lambda: list_tools(command, timeout), wanted)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What to do with the tools of an origin."""

    origin: str
    output: str | None
    check: str | None
    overlay: str | None
    strict: bool
    only: Sequence[str]
    skip: Sequence[str]


def _finish(read: Callable[[], ToolList], wanted: _Wanted) -> None:
    from p2c_dsl.importing import ImportProblem, drift, names_of, spec_of_list

    output, check = wanted.output, wanted.check
    _check_overlay(wanted)
    try:
        earlier = _earlier(check, output)
        # Overrides rely on names, so a tool keeps its name from import to import.
        known = None if earlier is None else names_of(earlier)
        imported = spec_of_list(read().chosen(wanted.only, wanted.skip), wanted.origin, known)
        if wanted.strict and imported.refused:
            raise ImportProblem(imported.refused[0].reason)
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
    if wanted.overlay is not None and output is not None:
        from p2c_dsl.importing.overlay import overlay_of

        used = Path(os.path.relpath(output, Path(wanted.overlay).parent)).as_posix()
        write(overlay_of(imported.listed, used), wanted.overlay)


def _check_overlay(wanted: _Wanted) -> None:
    if wanted.overlay is None:
        return
    if wanted.output is None:
        fail("--overlay needs --output FILE: the overlay uses the spec by its file's name")
    if Path(wanted.overlay).exists():
        fail(f"{wanted.overlay} exists, and what a person has signed is not overwritten: choose another file")


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
    for refusal in imported.refused:
        typer.echo(printable(f"  left out: {refusal.tool}: {refusal.reason}"), err=True)
    for place, reason in report.opaque:
        typer.echo(printable(f"  opaque: {place}: {reason}"), err=True)
    for word, n in sorted(Counter(word for _, word in report.dropped).items()):
        typer.echo(f"  not in the types: {word} ({n} times)", err=True)
