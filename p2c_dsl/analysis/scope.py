"""Which names are visible where, and what they stand for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from p2c_dsl.program import Operand
from p2c_dsl.source import Span
from p2c_dsl.syntax.nodes import Name
from p2c_dsl.types import Type


@dataclass(frozen=True, slots=True)
class Binding:
    """What a name stands for; `size` counts the parts that an alias is made of."""

    operand: Operand
    span: Span
    size: int = 1


@dataclass(frozen=True, slots=True)
class Ended:
    """A name whose block has ended: where it was assigned, and its type."""

    span: Span
    type: Type


class Scope:
    """The open blocks' names, innermost last, and those of blocks that have ended."""

    def __init__(self) -> None:
        self._blocks: list[dict[str, Binding]] = [{}]
        self._visible: dict[str, Binding] = {}
        self.ended: dict[str, Ended] = {}

    def find(self, name: str) -> Binding | None:
        """What the name stands for here."""
        return self._visible.get(name)

    def names(self) -> tuple[str, ...]:
        """All names visible here."""
        return tuple(self._visible)

    def bind(self, name: Name, operand: Operand, size: int = 1) -> None:
        """A new name, visible to the end of the innermost block. It must not be visible already."""
        self._blocks[-1][name.text] = self._visible[name.text] = Binding(operand, name.span, size)

    def open(self) -> None:
        """A block begins."""
        self._blocks.append({})

    def block(self) -> Mapping[str, Binding]:
        """The innermost block's own names."""
        return self._blocks[-1]

    def close(self, types: Mapping[str, Type]) -> None:
        """The innermost block ends; `types` gives its names' types."""
        for name, binding in self._blocks.pop().items():
            del self._visible[name]
            self.ended[name] = Ended(binding.span, types[name])
