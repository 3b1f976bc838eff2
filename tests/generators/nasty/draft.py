"""A text in the making, and what its shapes share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from random import Random

HEAD = """\
type U
type V < U
record R:
    u: U
    n: Int
effect e
effect k(U)
effect p(U, U)
subtask f(u: U):
    does e
    does k(u)
    cost 3
subtask g(u: U) -> U:
    may k(u)
subtask two(a: Optional[U], b: Optional[U]):
    does e
subtask ok(u: U) -> Bool
subtask us(u: U) -> Set[U] <= 9
subtask ls(u: U) -> List[U]
subtask opt(u: U) -> Optional[U]
subtask rec(u: U) -> R
subtask secret() -> V
"""

DEEP = 34


@dataclass(slots=True)
class Draft:
    """A text in the making: what is declared, the task's rules, and the body of its composition."""

    random: Random
    declared: list[str] = field(default_factory=list)
    rules: list[str] = field(default_factory=list)
    body: list[str] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=count)

    def next(self) -> int:
        """A number for a name that nothing else has."""
        return next(self.numbers)

    def text(self, most: int) -> str:
        """The text, cut behind a whole line where it is longer than `most`."""
        rules = self.rules or ["shape dag"]
        lines = [*self.declared, "task t(x: U, xs: Set[U] <= 9):", *(f"    {r}" for r in rules)]
        lines += ["compose t(x, xs):", *(f"    {line}" for line in self.body or ["f(x)"])]
        text = HEAD + "\n".join(lines) + "\n"
        return text if len(text.encode()) <= most else text.encode()[:most].rpartition(b"\n")[0].decode() + "\n"


Shape = Callable[[Draft, int], None]
"""Adds what takes about so many bytes."""
