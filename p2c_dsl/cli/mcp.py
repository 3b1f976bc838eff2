"""`p2c mcp`: the linter, the repair and the planner as tools of an agent."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from p2c_dsl.cli.choosing import Model
from p2c_dsl.cli.files import fail
from p2c_dsl.cli.planning import NAME, Planning, checked, loaded_text, refused

if TYPE_CHECKING:
    from mcp.server.mcpserver import MCPServer


def mcp(
    model: Annotated[
        str | None,
        typer.Option(
            help="For planner lm: a causal model's folder or hub name, by default the project's own."
        ),
    ] = None,
    adapter: Annotated[str | None, typer.Option(help="A LoRA adapter for it.")] = None,
    device: Annotated[str | None, typer.Option(help="Where to run it: cpu, cuda, …")] = None,
) -> None:
    """Serve lint, fix, explain, plan and graph to agents, over stdio.

    It speaks the Model Context Protocol over standard input and output, as clients expect of a local server.
    `use` in a text is relative to the folder that the server is started in. Which language model plans is chosen here:
    an agent can name none.

    Examples:

      p2c mcp

      p2c mcp --model ./my-model
    """
    try:
        server(Model(model, adapter, device)).run("stdio")
    except ImportError:
        fail("this takes the extra `mcp`: pip install 'p2c-dsl[mcp]'")


def server(model: Model | None = None) -> MCPServer:
    """The server with its tools. Raises `ImportError` without the official library."""
    from mcp.server.mcpserver import MCPServer
    from mcp.types import ToolAnnotations

    made = MCPServer(
        "p2c", instructions="Lint, repair, explain, plan and draw compositions in the p2c language."
    )
    reads = ToolAnnotations(read_only_hint=True, open_world_hint=False)
    for tool in (lint, fix, explain, Planning(model or Model()).plan, graph):
        made.tool(annotations=reads)(tool)
    return made


def lint(text: str) -> str:
    """Check a .p2c text: its spec, and its compositions against their rules.

    Gives JSON: a list of findings, each with its code, place, message, help, and for broken rules a counterexample. An
    empty list of errors and warnings means that no run of a composition can break a rule.
    """
    from p2c_dsl.diagnostics import data
    from p2c_dsl.lint import lint_text

    return data.render(lint_text(checked(text), NAME, Path.cwd()).diagnostics)


def fix(text: str, task: str = "", max_edits: int = 8) -> str:
    """Repair the rejected compositions in a .p2c text, with the fewest edited steps.

    Gives JSON: the whole text, repaired, and the edits with their reasons: what lint would say without each. No edits
    mean that everything was accepted as it was. `task` limits it to one task's compositions, `max_edits` how many
    steps of a composition may be edited.
    """
    import json

    from p2c_dsl.cli.fix import all_repairs, repaired
    from p2c_dsl.diagnostics.concise import render
    from p2c_dsl.planners.repair import EFFORT
    from p2c_dsl.syntax.nodes import ComposeDecl

    loaded = loaded_text(text)
    composed = [d for d in loaded.root.declarations if isinstance(d, ComposeDecl)]
    chosen = [d for d in composed if task in ("", d.task.text)]
    if not chosen:
        raise refused(f"there is no composition{f' of `{task}`' if task else ''} to repair")
    repairs, failures = all_repairs(loaded, chosen, max_edits, EFFORT)
    if failures:
        raise refused("\n".join(f"{f.where}: {f.message}\n{render(f.diagnostics)}" for f in failures).strip())
    edits = [edit.data() for repair in repairs for edit in repair.edits]
    return json.dumps({"text": repaired(text, repairs), "edits": edits}, ensure_ascii=False, indent=2)


def explain(code: str) -> str:
    """Say what a diagnostic's code (P2C401) or a rule (only-if) means, with an accepted and a rejected example."""
    from p2c_dsl.cli.explain import explained

    try:
        return explained(code)
    except LookupError as error:
        raise refused(str(error.args[0])) from None


def graph(text: str) -> str:
    """Draw the compositions in a .p2c text as a Mermaid flowchart: calls with their effects, loops, branches, flows."""
    from p2c_dsl.graph import graph_of, mermaid
    from p2c_dsl.lint import lint_loaded

    analyses = lint_loaded(loaded_text(text), counterexamples=False).analyses
    programs = [analysis.program for analysis in analyses if analysis.program is not None]
    if not programs:
        raise refused("there is no composition that can be read: lint says why")
    return mermaid(graph_of(*programs))
