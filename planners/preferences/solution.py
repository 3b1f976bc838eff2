"""A partial solution: what the human-level AI returns for a subtask, as people judge it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from sys import float_info
from typing import Any

import networkx as nx

from p2c_dsl.analysis.read import read_composition
from p2c_dsl.graph import Cluster, graph_of
from p2c_dsl.planners.preferences.features import Features
from p2c_dsl.program import Program
from p2c_dsl.spec import Spec, Task
from p2c_dsl.types import show

_IRREVERSIBLE = " (irreversible)"


@dataclass(frozen=True, slots=True)
class PartialSolution:
    """A program that solves one subtask.

    Attributes:
        subtask: The subtask's declaration, as text.
        program: The program, a composition over the domain's tools, as text.
        effects: What it does to the world, one readable line for each call that does or may do something.
        features, feature_names: The inputs of a reward model; solutions of one domain have the same names.
    """

    subtask: str
    program: str
    effects: tuple[str, ...]
    features: tuple[float, ...]
    feature_names: tuple[str, ...]

    def __post_init__(self) -> None:
        if len(self.features) != len(self.feature_names):
            raise ValueError(f"{len(self.features)} features have {len(self.feature_names)} names")

    @property
    def key(self) -> str:
        """A short hash of subtask and program, which names the solution in files and pages."""
        return sha256(f"{self.subtask}\n\0{self.program}".encode()).hexdigest()[:16]

    def feature(self, name: str) -> float:
        """The feature of that name. Raises `ValueError` if there is none."""
        return self.features[self.feature_names.index(name)]

    def as_data(self) -> dict[str, Any]:
        """As JSON has it."""
        return {
            "subtask": self.subtask,
            "program": self.program,
            "effects": list(self.effects),
            "features": dict(zip(self.feature_names, self.features, strict=True)),
        }

    @classmethod
    def from_data(cls, data: Any) -> PartialSolution:
        """The solution that `as_data` wrote. Raises `ValueError` for anything else, and says what is wrong."""
        if not isinstance(data, Mapping):
            raise ValueError("a solution must be an object with subtask, program, effects and features")
        for name, kind in (("subtask", str), ("program", str), ("effects", list), ("features", dict)):
            if not isinstance(data.get(name), kind):
                raise ValueError(f"a solution's `{name}` is missing or has the wrong type")
        features = data["features"]
        # An integer may be too large for a float.
        if not all(type(v) in (int, float) and abs(v) <= float_info.max for v in features.values()):
            raise ValueError("a solution's features must be finite numbers")
        if not all(isinstance(line, str) for line in data["effects"]):
            raise ValueError("a solution's effects must be strings")
        numbers = tuple(float(value) for value in features.values())
        return cls(data["subtask"], data["program"], tuple(data["effects"]), numbers, tuple(features))


def solution_of(spec: Spec, text: str, features: Features, subtask: str | None = None) -> PartialSolution:
    """A composition's text, as planners emit it, as a partial solution.

    `spec` is what the text was written for; the task's rules are not checked here.
    `subtask` is the declaration of what it solves, by default that of the composed task.
    Raises `ValueError` for a text that is not a composition, does not resolve, or calls other subtasks than those
    of `features`.
    """
    program = read_composition(spec, text, (), "solution")
    declared = declaration(program.task) if subtask is None else subtask
    return PartialSolution(declared, text, effect_lines(program), features.of(program), features.names)


def declaration(task: Task) -> str:
    """A task's signature and docstring, as a spec would write them, without its rules."""
    inputs = ", ".join(f"{p.name}: {show(p.type)}" for p in task.parameters)
    result = "" if task.result is None else f" -> {show(task.result)}"
    doc = f'\n    """{task.doc}"""' if task.doc else ""
    return f"task {task.name}({inputs}){result}:{doc}\n"


def effect_lines(program: Program) -> tuple[str, ...]:
    """One line for each call with effects: what it does, which subtask does it, and under which loops and tests."""
    graph = graph_of(program)
    clusters: dict[str, Cluster] = {c.name: c for c in graph.graph["clusters"]}
    return tuple(
        f"{effect}: {data['label']}{_where(clusters, data['cluster'])}"
        for _, data in _calls(graph)
        for effect in data["effects"]
    )


def performers(effects: Sequence[str]) -> dict[str, bool]:
    """The subtasks that `effect_lines` name, and whether what they do is irreversible."""
    found: dict[str, bool] = {}
    for line in effects:
        effect, _, place = line.partition(": ")
        name = place.partition(",")[0]
        found[name] = found.get(name, False) or effect.endswith(_IRREVERSIBLE)
    return found


def _calls(graph: nx.DiGraph) -> list[tuple[str, dict[str, Any]]]:
    return [(name, data) for name, data in graph.nodes(data=True) if data["kind"] == "call"]


def _where(clusters: Mapping[str, Cluster], name: str) -> str:
    """The loops and branches around a call, outermost first."""
    around: list[str] = []
    cluster = clusters[name]
    while cluster.parent is not None:
        around.append(cluster.label.replace("for ", "for each ", 1) if cluster.kind == "loop" else cluster.label)
        cluster = clusters[cluster.parent]
    return "".join(f", {label}" for label in reversed(around))
