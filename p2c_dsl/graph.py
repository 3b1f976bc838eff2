"""A composition as a graph: calls and the values that flow between them, inside loops and branches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import networkx as nx

from p2c_dsl.diagnostics.plain import plain
from p2c_dsl.program import (
    Branch,
    Call,
    Create,
    Loop,
    MakeList,
    MakeRecord,
    Operand,
    Program,
    Return,
    Step,
    Write,
    variables,
)
from p2c_dsl.program.conditions import condition_text, values_of
from p2c_dsl.program_text import operand_text
from p2c_dsl.rules.approval import ApprovalPoints
from p2c_dsl.source import Span
from p2c_dsl.spec import EffectUse, Subtask
from p2c_dsl.types import show


@dataclass(frozen=True, slots=True)
class Cluster:
    """A loop's body, a branch's arm, or a whole composition; `parent` names the cluster around it."""

    name: str
    label: str
    kind: str
    parent: str | None


def graph_of(*programs: Program) -> nx.DiGraph:
    """The graph of one composition or several, side by side.

    A node has `label`, `kind` (`input`, `variable`, `call`, `accumulator`, `made`,
    `write`, `test`, `return`), `effects`
    (texts), `irreversible`, `approval` (the rules by which the call needs approval) and its `cluster`. An edge's `kind`
    is `flow`, and its `label` names the values, or `control`: from a test to what it decides. `graph["clusters"]` lists
    the `Cluster`s, outer ones first.
    """
    graph = nx.DiGraph(clusters=[])
    for program in programs:
        _Drawing(program, graph)
    return graph


class _Drawing:
    """Adds a program to a graph; remembers which node made each slot's value."""

    def __init__(self, program: Program, graph: nx.DiGraph) -> None:
        self.program, self.graph = program, graph
        self.approvals = ApprovalPoints.of(program.spec, program.task)
        self.nodes: dict[int, str] = {}
        self.names: dict[int, str] = {}
        root = self._cluster(program.task.name, "task", None)
        for slot, parameter in enumerate(program.task.parameters):
            self.names[slot] = parameter.name
            self.nodes[slot] = self._node(f"{parameter.name}: {show(parameter.type)}", "input", root)
        self._block(program.body, root)

    def _cluster(self, label: str, kind: str, parent: str | None) -> str:
        clusters = self.graph.graph["clusters"]
        clusters.append(Cluster(f"c{len(clusters)}", label, kind, parent))
        return f"c{len(clusters) - 1}"

    def _node(self, label: str, kind: str, cluster: str, subtask: Subtask | None = None) -> str:
        name, uses = f"n{len(self.graph)}", () if subtask is None else subtask.effects
        about = {
            "effects": tuple(_effect(use) for use in uses),
            "irreversible": any(use.effect.irreversible for use in uses),
            "approval": () if subtask is None else self.approvals.rules(subtask),
        }
        self.graph.add_node(name, label=label, kind=kind, cluster=cluster, **about)
        return name

    def _flow(self, operand: Operand | None, target: str) -> None:
        if operand is None:
            return
        for slot in variables(operand):
            # An unresolved name has no origin to draw.
            if slot in self.nodes:
                self._edge(self.nodes[slot], target, self._shown(operand))

    def _edge(self, source: str, target: str, label: str) -> None:
        known = self.graph.edges.get((source, target))
        labels = known["label"].split(", ") if known else []
        if label not in labels:
            self.graph.add_edge(source, target, kind="flow", label=", ".join([*labels, label]))

    def _block(self, steps: Sequence[Step], cluster: str) -> None:
        for step in steps:
            self._step(step, cluster)

    def _step(self, step: Step, cluster: str) -> None:
        match step:
            case Call():
                self._call(step, cluster)
            case Create(slot, is_map, span):
                self.names[slot] = self.program.names.get(span, "")
                kind = "map" if is_map else "list"
                self.nodes[slot] = self._node(f"{self.names[slot]}: {kind}", "accumulator", cluster)
            case MakeList(slot, elements, span):
                self._make(slot, "list", elements, span, cluster)
            case MakeRecord(slot, record, fields, span):
                self._make(slot, record.name, [operand for _, operand in fields], span, cluster)
            case Write():
                self._write(step, cluster)
            case Loop(collection, slot, body, span):
                self.names[slot] = self.program.names.get(span, "")
                inner = self._cluster(f"for {self.names[slot]} in {self._shown(collection)}", "loop", cluster)
                self.nodes[slot] = self._node(self.names[slot], "variable", inner)
                self._flow(collection, self.nodes[slot])
                self._block(body, inner)
            case Branch():
                self._branch(step, cluster)
            case Return(operand):
                self._flow(operand, self._node("return", "return", cluster))

    def _call(self, call: Call, cluster: str) -> None:
        node = self._node(call.subtask.name, "call", cluster, call.subtask)
        for argument in call.arguments:
            self._flow(argument, node)
        if call.slot is not None:
            self.nodes[call.slot] = node
            self.names[call.slot] = self.program.names.get(call.span, call.subtask.name)

    def _make(self, slot: int, kind: str, parts: Sequence[Operand], span: Span, cluster: str) -> None:
        name = self.program.names.get(span)
        self.nodes[slot] = self._node(kind if name is None else f"{name}: {kind}", "made", cluster)
        self.names[slot] = name or kind
        for part in parts:
            self._flow(part, self.nodes[slot])

    def _write(self, write: Write, cluster: str) -> None:
        target = self.nodes[write.slot]
        if write.direct:
            self._flow(write.value, target)
            self._flow(write.key, target)
            return
        node = self._node(f"write to {self.names[write.slot]}", "write", cluster)
        self._flow(write.value, node)
        self._flow(write.key, node)
        self._edge(node, target, self._shown(write.value))

    def _branch(self, branch: Branch, cluster: str) -> None:
        test = self._node(condition_text(branch.condition, self._shown) + "?", "test", cluster)
        for operand in values_of(branch.condition):
            self._flow(operand, test)
        for arm, holds in ((branch.body, branch.condition), (branch.orelse, branch.condition.negated)):
            if arm:
                label = condition_text(holds, self._shown)
                first = f"n{len(self.graph)}"
                self._block(arm, self._cluster(f"if {label}", "branch", cluster))
                self.graph.add_edge(test, first, kind="control", label=label)

    def _shown(self, shown: Operand) -> str:
        return operand_text(shown, lambda slot: self.names.get(slot, "?"))


def _effect(use: EffectUse) -> str:
    often = "does" if use.certain else "may"
    return f"{often} {use.effect.name}{' (irreversible)' if use.effect.irreversible else ''}"


# ---------------------------------------------------------------- pictures

_MERMAID_SHAPES = {
    "input": '(["{}"])',
    "variable": '(["{}"])',
    "accumulator": '[("{}")]',
    "test": '{{"{}"}}',
    "write": '("{}")',
}
_MERMAID_STYLES = {
    "irreversible": "fill:#fdd,stroke:#c00,stroke-width:3px",
    "effect": "fill:#ffe,stroke:#a80",
    "input": "fill:#eef,stroke:#66a",
}
_DOT_SHAPES = {"input": "ellipse", "variable": "ellipse", "accumulator": "cylinder", "test": "diamond"}
_DOT_STYLES = {
    "irreversible": ', color="#cc0000", penwidth=3',
    "effect": ', color="#aa8800"',
    "input": ', color="#6666aa"',
    None: "",
}


def mermaid(graph: nx.DiGraph) -> str:
    """The graph as a Mermaid flowchart."""
    lines = ["flowchart TD", *_mermaid_cluster(graph, None, "    ")]
    for source, target, data in graph.edges(data=True):
        arrow = "-.->" if data["kind"] == "control" else "-->"
        lines.append(f'    {source} {arrow}|"{_entities(data["label"])}"| {target}')
    lines += [f"    classDef {name} {style}" for name, style in _MERMAID_STYLES.items()]
    lines += [f"    class {name} {_class(d)}" for name, d in graph.nodes(data=True) if _class(d)]
    return "\n".join(lines) + "\n"


def _mermaid_cluster(graph: nx.DiGraph, parent: str | None, indent: str) -> Iterator[str]:
    for name, data in _members(graph, parent):
        label = "<br/>".join(map(_entities, _lines(data)))
        yield indent + name + _MERMAID_SHAPES.get(data["kind"], '["{}"]').format(label)
    for cluster in _inside(graph, parent):
        yield f'{indent}subgraph {cluster.name}["{_entities(cluster.label)}"]'
        yield from _mermaid_cluster(graph, cluster.name, indent + "    ")
        yield f"{indent}end"


def dot(graph: nx.DiGraph) -> str:
    """The graph in Graphviz' language."""
    lines = ["digraph composition {", '    node [fontname="sans-serif", shape=box];']
    lines += _dot_cluster(graph, None, "    ")
    for source, target, data in graph.edges(data=True):
        style = ", style=dashed" if data["kind"] == "control" else ""
        lines.append(f'    {source} -> {target} [label="{_escaped(data["label"])}"{style}];')
    return "\n".join([*lines, "}"]) + "\n"


def _dot_cluster(graph: nx.DiGraph, parent: str | None, indent: str) -> Iterator[str]:
    for name, data in _members(graph, parent):
        label = "\\n".join(map(_escaped, _lines(data)))
        shape = _DOT_SHAPES.get(data["kind"], "box")
        yield f'{indent}{name} [label="{label}", shape={shape}{_DOT_STYLES[_class(data)]}];'
    for cluster in _inside(graph, parent):
        yield f"{indent}subgraph cluster_{cluster.name} {{"
        yield f'{indent}    label="{_escaped(cluster.label)}";'
        yield from _dot_cluster(graph, cluster.name, indent + "    ")
        yield f"{indent}}}"


def _members(graph: nx.DiGraph, cluster: str | None) -> list[tuple[str, dict[str, Any]]]:
    return [(name, data) for name, data in graph.nodes(data=True) if data["cluster"] == cluster]


def _inside(graph: nx.DiGraph, parent: str | None) -> list[Cluster]:
    return [cluster for cluster in graph.graph["clusters"] if cluster.parent == parent]


def _lines(data: Mapping[str, Any]) -> tuple[str, ...]:
    return data["label"], *data["effects"], *(("needs approval",) if data.get("approval") else ())


def _class(data: Mapping[str, Any]) -> str | None:
    if data["irreversible"]:
        return "irreversible"
    if data["effects"]:
        return "effect"
    return "input" if data["kind"] in ("input", "variable") else None


def _entities(text: str) -> str:
    """Text between quotes in Mermaid, which reads `#quot;` where HTML has `&quot;`."""
    text = plain(text).replace("#", "#35;")
    for character, entity in (("&", "#amp;"), ('"', "#quot;"), ("<", "#lt;"), (">", "#gt;")):
        text = text.replace(character, entity)
    return text


def _escaped(text: str) -> str:
    return plain(text).replace("\\", "\\\\").replace('"', '\\"')
