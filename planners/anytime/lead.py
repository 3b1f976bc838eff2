"""Where a search has found nothing: what was missing, so that people know which rule to look at."""

from __future__ import annotations

from p2c_dsl.machine import Machine, Violations
from p2c_dsl.planners.anytime.space import SearchSpace
from p2c_dsl.planners.lines.node import Node, closed
from p2c_dsl.rules import Rule
from p2c_dsl.types import show


def lead_of(space: SearchSpace, start: Node, closest: Node) -> str:
    """What nothing was seen to do in every run, or else what was still open where the search came closest."""
    out_of_reach = [facet.text for facet in space.relaxed_plans.out_of_reach(start) if isinstance(facet, Rule)]
    if out_of_reach:
        return f"no way was seen to keep {_quoted(out_of_reach)} in every run"
    open_ = _open(space.machine, closest)
    return f"what came closest still lacked {_quoted(open_)}" if open_ else ""


def _quoted(texts: list[str]) -> str:
    # A rule of two halves is read as two.
    return ", ".join(f"`{text}`" for text in dict.fromkeys(texts))


def _open(machine: Machine, node: Node) -> list[str]:
    """The rules that would be broken if the composition ended here, and the result if it is missing."""
    while node.depth:
        # A block that is still empty is left out.
        node = closed(machine, node) or Node(node.state.frames[-1].entry, False)
    out: Violations = []
    machine.end(node.state, out)
    texts = [violation.facet.text for violation in out if isinstance(violation.facet, Rule)]
    result = machine.task.result
    missing = result is not None and not node.state.returned
    return [*texts, *([f"return {show(result)}"] if missing and result is not None else [])]
