"""`p2c mcp`: the linter, the repair and the planner as tools of an agent."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from p2c_dsl.cli.files import fail

if TYPE_CHECKING:
    from mcp.server.mcpserver import MCPServer

    from p2c_dsl.resolve import Loaded

_NAME = "plan.p2c"


def mcp() -> None:
    """Serve lint, fix, explain, plan and graph to agents, over stdio.

    It speaks the Model Context Protocol over standard input and output, as clients expect of a local server.
    `use` in a text is relative to the folder that the server is started in.

    Example:

      p2c mcp
    """
    try:
        server().run("stdio")
    except ImportError:
        fail("this takes the extra `mcp`: pip install 'p2c-dsl[mcp]'")


def server() -> MCPServer:
    """The server with its tools. Raises `ImportError` without the official library."""
    from mcp.server.mcpserver import MCPServer
    from mcp.types import ToolAnnotations

    made = MCPServer(
        "p2c", instructions="Lint, repair, explain, plan and draw compositions in the p2c language."
    )
    reads = ToolAnnotations(read_only_hint=True, open_world_hint=False)
    for tool in (lint, fix, explain, plan, graph):
        made.tool(annotations=reads)(tool)
    return made


def lint(text: str) -> str:
    """Check a .p2c text: its spec, and its compositions against their rules.

    Gives JSON: a list of findings, each with its code, place, message, help, and for broken rules a counterexample. An
    empty list of errors and warnings means that no run of a composition can break a rule.
    """
    from p2c_dsl.diagnostics import data
    from p2c_dsl.lint import lint_text

    return data.render(lint_text(text, _NAME, Path.cwd()).diagnostics)


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

    loaded = _loaded(text)
    composed = [d for d in loaded.root.declarations if isinstance(d, ComposeDecl)]
    chosen = [d for d in composed if task in ("", d.task.text)]
    if not chosen:
        raise _refused(f"there is no composition{f' of `{task}`' if task else ''} to repair")
    repairs, failures = all_repairs(loaded, chosen, max_edits, EFFORT)
    if failures:
        raise _refused(
            "\n".join(f"{f.where}: {f.message}\n{render(f.diagnostics)}" for f in failures).strip()
        )
    edits = [edit.data() for repair in repairs for edit in repair.edits]
    return json.dumps({"text": repaired(text, repairs), "edits": edits}, ensure_ascii=False, indent=2)


def explain(code: str) -> str:
    """Say what a diagnostic's code (P2C401) or a rule (only-if) means, with an accepted and a rejected example."""
    from p2c_dsl.cli.explain import explained

    try:
        return explained(code)
    except LookupError as error:
        raise _refused(str(error.args[0])) from None


def plan(text: str, task: str = "", budget: int = 60) -> str:
    """Write the cheapest composition of a task that no run can break a rule of.

    `text` is the task's spec. `task` is needed where it has several. `budget` is the most lexemes (words) that the
    composition may have.
    """
    from p2c_dsl.planners import SearchPlanner, Unplannable

    loaded = _loaded(text)
    tasks = loaded.spec.tasks
    if (task not in tasks) if task else len(tasks) != 1:
        raise _refused(f"name one of the tasks: {', '.join(tasks) or 'the spec has none'}")
    chosen = tasks[task] if task else next(iter(tasks.values()))
    try:
        return SearchPlanner(budget).plan(loaded.spec, chosen)
    except (Unplannable, ValueError) as error:
        raise _refused(str(error)) from None


def graph(text: str) -> str:
    """Draw the compositions in a .p2c text as a Mermaid flowchart: calls with their effects, loops, branches, flows."""
    from p2c_dsl.graph import graph_of, mermaid
    from p2c_dsl.lint import lint_loaded

    analyses = lint_loaded(_loaded(text), counterexamples=False).analyses
    programs = [analysis.program for analysis in analyses if analysis.program is not None]
    if not programs:
        raise _refused("there is no composition that can be read: lint says why")
    return mermaid(graph_of(*programs))


def _loaded(text: str) -> Loaded:
    from p2c_dsl.diagnostics.concise import render
    from p2c_dsl.resolve import load_text

    loaded = load_text(text, _NAME, Path.cwd())
    if loaded.diagnostics:
        raise _refused(render(loaded.diagnostics))
    return loaded


def _refused(message: str) -> Exception:
    """An answer that the agent is told in full."""
    from mcp.server.mcpserver.exceptions import ToolError

    return ToolError(message)
