"""Plans and rules translated for other verifiers of agents' plans.

*agentproofx* sees calls as tool nodes, loops and conditions as routers. `A before B` is its `until`, `at least 1 E`
an `until` that the exit must not end, `not both` a disjunction of two prohibitions, `at most 0 E` a prohibition.
`B only if C(…)` is its coverage by human gates: C's calls are the gates, B's subtasks the sensitive tools. The
arguments and results of C cannot be expressed there.

*costwright* bounds how many nodes of a graph are executed: `cost <= N` and `at most N E` become a run with the limit
N, in which each call becomes as many nodes as it costs (or as many times as it is E). A plan is accepted if the
certified ceiling is at most N.

*plan-lint* reads lists of steps: plans without loops and conditions, under `steps <= n` and `at most 0 E`.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from p2c_dsl.program import Branch, Call, Loop, Program, Return, Step
from p2c_dsl.spec import Subtask

Rule = list[str]
"""A rule's line as words."""


@dataclass(frozen=True)
class Node:
    """A call, or (without one) the decision of a loop or condition."""

    name: str
    call: Subtask | None


@dataclass
class Graph:
    """A plan's control flow: `edges` lead to the possible successors; `exit` ends a run."""

    nodes: dict[str, Node] = field(default_factory=dict)
    edges: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def add(self, call: Subtask | None, after: Sequence[str]) -> str:
        """Adds a node that may follow the given ones."""
        name = f"n{len(self.nodes)}"
        self.nodes[name] = Node(name, call)
        for one in after:
            self.edges[one].append(name)
        return name

    def block(self, steps: Sequence[Step], after: list[str]) -> list[str]:
        """Adds a block's nodes; returns those after which the block may end."""
        for step in steps:
            match step:
                case Call(subtask=subtask):
                    after = [self.add(subtask, after)]
                case Loop(body=body):
                    head = self.add(None, after)
                    for end in self.block(body, [head]):
                        self.edges[end].append(head)
                    after = [head]
                case Branch(body=then, orelse=orelse):
                    fork = self.add(None, after)
                    after = [*self.block(then, [fork]), *self.block(orelse, [fork])]
                case Return():
                    for one in after:
                        self.edges[one].append("exit")
                    after = []
        return after


def graph_of(program: Program) -> Graph:
    """A plan's graph, from `start` to `exit`."""
    graph = Graph()
    for end in graph.block(program.body, ["start"]):
        graph.edges[end].append("exit")
    return graph


@dataclass(frozen=True)
class Task:
    """The input for a peer: a plan, and the rules of its task."""

    program: Program
    rules: tuple[Rule, ...]

    def does(self, call: Subtask | None, event: str) -> bool:
        """Whether a call is or may be an event."""
        return call is not None and (call.name == event or any(use.effect.name == event for use in call.effects))

    def surely(self, call: Subtask | None, event: str) -> bool:
        """Whether a call certainly is an event."""
        return call is not None and (
            call.name == event or any(use.effect.name == event and use.certain for use in call.effects)
        )


Verdict = bool | None
"""Accepted, rejected, or not expressible."""


# ---------------------------------------------------------------- agentproofx


def agentproofx(task: Task, rule: Rule) -> Verdict:
    """Its graph checks and its static temporal check."""
    match rule:
        case ["at", "most", "0", event] | ["exactly", "0", event]:
            return _temporal(task, "G !e", {"e": lambda call: task.does(call, event)})
        case ["at", "least", "1", event]:
            return _temporal(task, "running U e", {"e": lambda call: task.surely(call, event)})
        case [first, "before", second]:
            return _temporal(
                task,
                "other U first",
                {
                    "other": lambda call: not task.does(call, second),
                    "first": lambda call: task.surely(call, first),
                },
            )
        case ["not", "both", one, ",", other]:
            return _temporal(
                task,
                "(G !one) OR (G !other)",
                {"one": lambda call: task.does(call, one), "other": lambda call: task.does(call, other)},
            )
        case [event, "only", "if", check, "(", *_]:
            return _gated(task, event, check)
    return None


def _temporal(task: Task, formula: str, tags: dict[str, Callable[[Subtask | None], bool]]) -> bool:
    from agentproof.monitor.ltl import MonitorRuleSpec, compile_monitor_rule
    from agentproof.verify import check_temporal_property

    graph = graph_of(task.program)

    def event(name: str, _: object) -> dict[str, object]:
        call = graph.nodes[name].call if name in graph.nodes else None
        running = [] if name == "exit" else ["running"]
        return {"node_id": name, "tags": [*running, *(t for t, holds in tags.items() if holds(call))]}

    rule = compile_monitor_rule(MonitorRuleSpec("rule", formula))
    return not check_temporal_property(_agent_graph(graph, frozenset()), rule, event)["violated"]


def _gated(task: Task, event: str, check: str) -> bool:
    from agentproof.api import verify

    tools = {s.name for s in task.program.spec.subtasks.values() if task.does(s, event)}
    graph = _agent_graph(graph_of(task.program), frozenset({check}))
    checks = verify(graph, sensitive_tools=tools)["structural"]["checks"]
    return all(c["passed"] for c in checks if c["check_id"] == "human_gate_coverage")


def _agent_graph(graph: Graph, gates: frozenset[str]) -> object:
    from agentproof.graph.model import AgentGraph, EdgeKind, GraphEdge, GraphNode, NodeKind

    def node(one: Node) -> object:
        if one.call is None:
            return GraphNode(one.name, NodeKind.ROUTER)
        kind = NodeKind.HUMAN if one.call.name in gates else NodeKind.TOOL
        return GraphNode(one.name, kind, tools=(one.call.name,))

    ends = (GraphNode("start", NodeKind.ENTRY), GraphNode("exit", NodeKind.EXIT))
    edges = tuple(
        GraphEdge(source, target, EdgeKind.DIRECT if len(targets) == 1 else EdgeKind.CONDITIONAL)
        for source, targets in graph.edges.items()
        for target in targets
    )
    return AgentGraph("plan", "", (*ends, *map(node, graph.nodes.values())), edges, "start", ("exit",))


# ---------------------------------------------------------------- costwright


def costwright(task: Task, rule: Rule) -> Verdict:
    """Its certificate for a LangGraph program that runs with the rule's bound as its limit."""
    match rule:
        case ["cost", "<=", most]:
            return _certified(task.program, int(most), lambda call: call.cost)
        case ["at", "most", most, event]:
            return _certified(task.program, int(most), lambda call: _times(call, event))
    return None


def _times(call: Subtask, event: str) -> int:
    return (call.name == event) + sum(use.effect.name == event for use in call.effects)


def _certified(program: Program, most: int, weight: Callable[[Subtask], int]) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "plan.py"
        path.write_text(_langgraph(graph_of(program), most, weight), encoding="utf-8")
        command = [sys.executable, "-m", "costwright.cli", "check", "--json", str(path)]
        report = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    (unit,) = report["units"]
    ceiling = unit["bound"]["node_executions_ceiling"]
    return unit["category"] == "certifiable" and ceiling <= most


def _langgraph(graph: Graph, most: int, weight: Callable[[Subtask], int]) -> str:
    """The graph of the calls with a positive weight, one node per unit of weight."""
    weights = {name: 0 if node.call is None else weight(node.call) for name, node in graph.nodes.items()}
    lines = ["from langgraph.graph import END, START, StateGraph", "graph = StateGraph(dict)"]
    for name, units in weights.items():
        lines += [f'graph.add_node("{name}_{i}", tool)' for i in range(units)]
        lines += [f'graph.add_edge("{name}_{i}", "{name}_{i + 1}")' for i in range(units - 1)]
    for source in ["start", *(name for name, units in weights.items() if units)]:
        targets = sorted(set(_next_weighing(graph, source, weights, set())))
        ends = ["END" if t == "exit" else f'"{t}_0"' for t in targets]
        begin = "START" if source == "start" else f'"{source}_{weights[source] - 1}"'
        if len(ends) == 1:
            lines.append(f"graph.add_edge({begin}, {ends[0]})")
        else:
            choices = ", ".join(f'"{t}": {end}' for t, end in zip(targets, ends, strict=True))
            lines.append(f"graph.add_conditional_edges({begin}, choose, {{{choices}}})")
    lines.append(f'graph.compile().invoke({{}}, {{"recursion_limit": {most}}})')
    return "\n".join(lines) + "\n"


def _next_weighing(graph: Graph, source: str, weights: dict[str, int], seen: set[str]) -> Iterator[str]:
    for target in graph.edges[source]:
        if target == "exit" or weights[target]:
            yield target
        elif target not in seen:
            seen.add(target)
            yield from _next_weighing(graph, target, weights, seen)


# ---------------------------------------------------------------- plan-lint


def plan_lint(task: Task, rule: Rule) -> Verdict:
    """Its built-in checks of a list of steps."""
    from plan_lint.core import validate_plan
    from plan_lint.types import Plan, PlanStep, Policy, Status

    calls = [step.subtask.name for step in task.program.body if isinstance(step, Call)]
    if len(calls) != len(task.program.body):
        return None
    match rule:
        case ["steps", "<=", most]:
            policy = Policy(max_steps=int(most))
        case ["at", "most", "0", event] | ["exactly", "0", event]:
            subtasks = task.program.spec.subtasks.values()
            policy = Policy(allow_tools=[s.name for s in subtasks if not task.does(s, event)])
        case _:
            return None
    steps = [PlanStep(id=f"step-{i}", tool=tool, args={}) for i, tool in enumerate(calls, 1)]
    return bool(validate_plan(Plan(goal="plan", steps=steps), policy).status is Status.PASS)


PEERS: dict[str, Callable[[Task, Rule], Verdict]] = {
    "agentproofx": agentproofx,
    "costwright": costwright,
    "plan-lint": plan_lint,
}


def verdict_of(name: str, task: Task) -> Verdict:
    """A peer's verdict under all of a task's rules."""
    verdicts = [PEERS[name](task, rule) for rule in task.rules]
    return None if None in verdicts or not verdicts else all(verdicts)
