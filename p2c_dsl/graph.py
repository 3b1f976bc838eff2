"""A composition as a graph: calls and what flows between them, inside the loops and branches they stand in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import networkx as nx

from p2c_dsl.program import (
    Branch,
    Call,
    ConstantOf,
    Create,
    FieldOf,
    ItemOf,
    Loop,
    Operand,
    Program,
    Return,
    Step,
    Test,
    Var,
    Write,
)
from p2c_dsl.types import show

_TESTS = {Test.TRUE: "{}", Test.FALSE: "not {}", Test.NONE: "{} is None", Test.SOME: "{} is not None"}


@dataclass(frozen=True, slots=True)
class Cluster:
    """A loop's body, a branch's arm, or the whole composition."""

    name: str
    label: str
    kind: str
    parent: str | None


def graph_of(program: Program) -> nx.DiGraph:
    """The graph of a program.

    A node has `label`, `kind` (`input`, `call`, `accumulator`, `return`), `effects` (texts), `irreversible` and its
    `cluster`; an edge's `label` names the value that flows. `graph["clusters"]` lists the `Cluster`s, outer ones
    first.
    """
    return _Drawing(program).graph


class _Drawing:
    def __init__(self, program: Program) -> None:
        self.program = program
        self.graph = nx.DiGraph(name=program.task.name, clusters=[])
        self.nodes: dict[int, str] = {}
        self.names: dict[int, str] = {}
        self.numbers = 0
        root = self._cluster(program.task.name, "task", None)
        for slot, parameter in enumerate(program.task.parameters):
            label = f"{parameter.name}: {show(parameter.type)}"
            self.nodes[slot] = self._node(label, "input", root)
            self.names[slot] = parameter.name
        self._block(program.body, root)

    def _cluster(self, label: str, kind: str, parent: str | None) -> str:
        self.numbers += 1
        cluster = Cluster(f"c{self.numbers}", label, kind, parent)
        self.graph.graph["clusters"].append(cluster)
        return cluster.name

    def _node(
        self, label: str, kind: str, cluster: str, effects: tuple[str, ...] = (), irreversible: bool = False
    ) -> str:
        self.numbers += 1
        name = f"n{self.numbers}"
        self.graph.add_node(
            name, label=label, kind=kind, cluster=cluster, effects=effects, irreversible=irreversible
        )
        return name

    def _flow(self, operand: Operand | None, target: str) -> None:
        for slot in _slots(operand):
            source = self.nodes.get(slot)
            if source is not None and source != target:
                self.graph.add_edge(source, target, label=self._shown(operand))

    def _block(self, steps: Sequence[Step], cluster: str) -> None:
        for step in steps:
            match step:
                case Call():
                    self._call(step, cluster)
                case Create(slot, is_map):
                    self.names[slot] = "{…}" if is_map else "[…]"
                    label = "collect into a map" if is_map else "collect into a list"
                    self.nodes[slot] = self._node(label, "accumulator", cluster)
                case Write(slot, key, value):
                    self._flow(value, self.nodes[slot])
                    self._flow(key, self.nodes[slot])
                case Loop(collection, slot, body):
                    name = self.program.names.get(slot, "each")
                    inner = self._cluster(f"for {name} in {self._shown(collection)}", "loop", cluster)
                    self.names[slot] = name
                    sources = [self.nodes[s] for s in _slots(collection) if s in self.nodes]
                    self.nodes[slot] = self._node(name, "variable", inner)
                    for source in sources:
                        self.graph.add_edge(source, self.nodes[slot], label=self._shown(collection))
                    self._block(body, inner)
                case Branch(operand, test, body, orelse):
                    for arm, holds in ((body, test), (orelse, test.opposite)):
                        if arm:
                            label = f"if {_TESTS[holds].format(self._shown(operand))}"
                            self._block(arm, self._cluster(label, "branch", cluster))
                case Return(operand):
                    self._flow(operand, self._node("return", "return", cluster))

    def _call(self, call: Call, cluster: str) -> None:
        uses = call.subtask.effects
        effects = tuple(f"{'does' if u.certain else 'may'} {u.effect.name}" for u in uses)
        irreversible = any(u.effect.irreversible for u in uses)
        node = self._node(call.subtask.name, "call", cluster, effects, irreversible)
        for argument in call.arguments:
            self._flow(argument, node)
        if call.slot is not None:
            self.nodes[call.slot] = node
            self.names[call.slot] = self.program.names.get(call.slot, call.subtask.name)

    def _shown(self, operand: Operand | None) -> str:
        match operand:
            case Var(slot):
                return self.names.get(slot, "?")
            case FieldOf(base, name):
                return f"{self._shown(base)}.{name}"
            case ItemOf(base, key):
                return f"{self._shown(base)}[{self._shown(key)}]"
            case ConstantOf(value, _, name):
                return name or str(value)
        return "?"


def _slots(operand: Operand | None) -> list[int]:
    match operand:
        case Var(slot):
            return [slot]
        case FieldOf(base, _):
            return _slots(base)
        case ItemOf(base, key):
            return _slots(base) + _slots(key)
    return []


# ---------------------------------------------------------------- pictures


def mermaid(graph: nx.DiGraph) -> str:
    """The graph as a Mermaid flowchart."""
    lines = ["flowchart TD", *_mermaid_cluster(graph, None, 1)]
    for source, target, label in graph.edges(data="label"):
        lines.append(f'    {source} -->|"{_quoted(label)}"| {target}')
    lines += [
        "    classDef irreversible fill:#fdd,stroke:#c00,stroke-width:3px",
        "    classDef effect fill:#ffe,stroke:#a80",
        "    classDef input fill:#eef,stroke:#66a",
    ]
    for name, data in graph.nodes(data=True):
        kind = _class(data)
        if kind:
            lines.append(f"    class {name} {kind}")
    return "\n".join(lines) + "\n"


def _mermaid_cluster(graph: nx.DiGraph, parent: str | None, depth: int) -> Iterator[str]:
    indent = "    " * depth
    for name, data in graph.nodes(data=True):
        if data["cluster"] == parent:
            left, right = ("([", "])") if data["kind"] in ("input", "variable") else ("[", "]")
            if data["kind"] == "accumulator":
                left, right = "[(", ")]"
            yield f'{indent}{name}{left}"{_quoted(_label(data, "<br/>"))}"{right}'
    for cluster in graph.graph["clusters"]:
        if cluster.parent == parent:
            yield f'{indent}subgraph {cluster.name}["{_quoted(cluster.label)}"]'
            yield from _mermaid_cluster(graph, cluster.name, depth + 1)
            yield f"{indent}end"


def dot(graph: nx.DiGraph) -> str:
    """The graph in Graphviz' language."""
    lines = ["digraph composition {", '    node [fontname="sans-serif", shape=box, style=rounded];']
    lines += _dot_cluster(graph, None, 1)
    for source, target, label in graph.edges(data="label"):
        lines.append(f'    {source} -> {target} [label="{_escaped(label)}"];')
    return "\n".join([*lines, "}"]) + "\n"


def _dot_cluster(graph: nx.DiGraph, parent: str | None, depth: int) -> Iterator[str]:
    indent = "    " * depth
    styles = {
        "irreversible": ', color="#cc0000", penwidth=3',
        "effect": ', color="#aa8800"',
        "input": ', color="#6666aa"',
    }
    for name, data in graph.nodes(data=True):
        if data["cluster"] == parent:
            label = "\\n".join(_escaped(part) for part in _label(data, "\n").split("\n"))
            yield f'{indent}{name} [label="{label}"{styles.get(_class(data) or "", "")}];'
    for cluster in graph.graph["clusters"]:
        if cluster.parent == parent:
            yield f"{indent}subgraph cluster_{cluster.name} {{"
            yield f'{indent}    label="{_escaped(cluster.label)}";'
            yield from _dot_cluster(graph, cluster.name, depth + 1)
            yield f"{indent}}}"


def _class(data: dict[str, object]) -> str | None:
    if data["irreversible"]:
        return "irreversible"
    if data["effects"]:
        return "effect"
    return "input" if data["kind"] in ("input", "variable") else None


def _label(data: dict[str, object], line_break: str) -> str:
    effects = data["effects"]
    assert isinstance(effects, tuple)
    mark = " ⚠" if data["irreversible"] else ""
    return line_break.join([str(data["label"]) + mark, *effects])


def _quoted(text: str) -> str:
    for character, entity in (("&", "#amp;"), ('"', "#quot;"), ("<", "#lt;"), (">", "#gt;")):
        if text.count("<br/>") and character in "<>":
            continue
        text = text.replace(character, entity)
    return text


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
