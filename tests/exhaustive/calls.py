"""The calls that can be written with some expressions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from p2c_dsl.spec import Spec, Subtask
from p2c_dsl.syntax import nodes
from p2c_dsl.syntax.nodes import NOWHERE
from p2c_dsl.types import BOOL, is_subtype
from tests.exhaustive.scope import Part, Parts


@dataclass(frozen=True, slots=True)
class Called:
    """A call: the names that it uses, and its units of size beyond the line's own."""

    call: nodes.Call
    subtask: Subtask
    uses: tuple[int, ...]
    size: int


class Calls:
    """The calls of a spec's subtasks."""

    def __init__(self, spec: Spec, parts: Parts, *, nested: bool) -> None:
        self._subtasks = list(spec.subtasks.values())
        self._parts, self._nested = parts, nested

    def all(self, parts: list[Part]) -> list[Called]:
        """Plain calls, and those with one call among their arguments that is not a check."""
        plain = [c for subtask in self._subtasks for c in self._given(subtask, parts)]
        results = [(c, c.subtask.result) for c in plain if c.subtask.result != BOOL and self._nested]
        inner = [Part(c.call, of, c.uses) for c, of in results if of is not None]
        return plain + [
            call
            for subtask in self._subtasks
            for at, parameter in enumerate(subtask.parameters)
            for part in inner
            if is_subtype(part.of, parameter.type)
            for call in self._given(subtask, parts, (at, part))
        ]

    def _given(self, subtask: Subtask, parts: list[Part], inner: tuple[int, Part] | None = None) -> Iterator[Called]:
        """The subtask's calls, with all its parameters or without last ones; `inner` is an argument that is a call."""
        rows: list[tuple[Part, ...]] = [()]
        full: list[tuple[Part, ...]] = [()] if subtask.required == 0 and inner is None else []
        for at, parameter in enumerate(subtask.parameters):
            options = [inner[1]] if inner and inner[0] == at else self._parts.fitting(parts, parameter.type)
            rows = [(*row, option) for row in rows for option in options]
            if at + 1 >= subtask.required and (inner is None or at >= inner[0]):
                full += rows
        for row in full:
            call = nodes.Call(nodes.Name(subtask.name, NOWHERE), tuple(p.expr for p in row), (), NOWHERE)
            yield Called(call, subtask, tuple(u for p in row for u in p.uses), int(inner is not None))
