"""The tools of `p2c mcp`: each works on texts alone, and reads no file but what they use of the folder served."""

from __future__ import annotations

from collections.abc import Callable

from p2c_dsl.cli.mcp_texts import Planning, Refused, loaded_text, right_text, with_rules


def tools(planning: Planning) -> dict[str, Callable[..., str]]:
    """The tools by their names. They raise `Refused`."""
    return {tool.__name__: tool for tool in (lint, fix, explain, planning.plan, graph)}


def lint(text: str) -> str:
    """Check a .p2c text: its spec, and its compositions against their rules.

    Gives JSON: a list of findings, each with its code, place, message, help, and for broken rules a counterexample. An
    empty list of errors and warnings means that no run of a composition can break a rule.
    """
    from p2c_dsl.diagnostics import data
    from p2c_dsl.lint import lint_loaded

    return data.render(lint_loaded(loaded_text(text)).diagnostics)


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

    loaded = with_rules(text)
    composed = [d for d in loaded.root.declarations if isinstance(d, ComposeDecl)]
    chosen = [d for d in composed if task in ("", d.task.text)]
    if not chosen:
        raise Refused(f"there is no composition{f' of `{task}`' if task else ''} to repair")
    repairs, failures = all_repairs(loaded, chosen, max_edits, EFFORT)
    if failures:
        raise Refused("\n".join(f"{f.where}: {f.message}\n{render(f.diagnostics)}" for f in failures).strip())
    edits = [edit.data() for repair in repairs for edit in repair.edits]
    return json.dumps({"text": repaired(text, repairs), "edits": edits}, ensure_ascii=False, indent=2)


def explain(code: str) -> str:
    """Say what a diagnostic's code (P2C401) or a rule (only-if) means, with an accepted and a rejected example."""
    from p2c_dsl.cli.explain import explained

    try:
        return explained(code)
    except LookupError as error:
        raise Refused(str(error.args[0])) from None


def graph(text: str) -> str:
    """Draw the compositions in a .p2c text as a Mermaid flowchart: calls with their effects, loops, branches, flows."""
    from p2c_dsl.graph import graph_of, mermaid
    from p2c_dsl.lint import lint_loaded

    analyses = lint_loaded(right_text(text), counterexamples=False).analyses
    programs = [analysis.program for analysis in analyses if analysis.program is not None]
    if not programs:
        raise Refused("there is no composition that can be read: lint says why")
    return mermaid(graph_of(*programs))
