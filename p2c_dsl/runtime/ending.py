"""Where a run may end early: by a `return`, or by a lookup whose key is missing."""

from __future__ import annotations

from collections.abc import Sequence

from p2c_dsl.program import (
    Branch,
    Call,
    Create,
    ItemOf,
    Loop,
    MakeList,
    MakeRecord,
    Program,
    Return,
    Step,
    Var,
    lookups,
    operands,
    steps,
    variables,
)
from p2c_dsl.source import Span

Found = frozenset[ItemOf]


def ending(program: Program) -> frozenset[Span]:
    """The branches and loops in which a run may end, so that continuing after them reveals which way they went."""
    reader = _EndingFinder()
    reader.block(program.body, frozenset())
    return frozenset(reader.ending)


class _EndingFinder:
    """Reads a program once; `found` are the lookups made on every path, which cannot fail again."""

    def __init__(self) -> None:
        self.ending: set[Span] = set()
        self._loops: list[Loop] = []

    def block(self, block: Sequence[Step], found: Found) -> tuple[bool, Found | None]:
        """Whether a run may end in a block, and the lookups made after it, `None` if the block always ends the run."""
        ends, here = False, found
        for step in block:
            new = frozenset(i for o in operands(step) for i in lookups(o) if not self._is_own_key(i)) - here
            here |= new
            inside, after = self._inside(step, here)
            if inside:
                assert isinstance(step, Loop | Branch)
                self.ending.add(step.span)
            ends |= bool(new) or inside or isinstance(step, Return)
            if after is None:
                return ends, None
            here = after
        return ends, here

    def _inside(self, step: Step, found: Found) -> tuple[bool, Found | None]:
        match step:
            case Loop(body=body):
                self._loops.append(step)
                ends, _ = self.block(body, found)
                self._loops.pop()
                return ends, found
            case Branch(body=body, orelse=orelse):
                (one, then), (other, otherwise) = self.block(body, found), self.block(orelse, found)
                return one or other, _joined(step, then, otherwise)
            case Return():
                return False, None
        return False, found

    def _is_own_key(self, item: ItemOf) -> bool:
        """Whether the key is the variable of a loop over the same map, which therefore has the key."""
        return any(item.key == Var(loop.slot) and item.base == loop.collection for loop in self._loops)


def _joined(branch: Branch, then: Found | None, orelse: Found | None) -> Found | None:
    """The lookups made in both arms, except for those about the arms' own slots, which are reused."""
    both = orelse if then is None else then if orelse is None else then & orelse
    if both is None:
        return None
    own = [
        s.slot
        for s in steps((branch,))
        if isinstance(s, Call | Loop | Create | MakeList | MakeRecord) and s.slot is not None
    ]
    first = min(own, default=None)
    return both if first is None else frozenset(i for i in both if all(s < first for s in variables(i)))
