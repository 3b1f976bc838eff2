"""The fewest edited steps between two compositions, by trying all ways to lay them side by side.

Steps are put in, dropped or changed. A call that stands inside another step's line goes with it for nothing. A step
that is kept in an `else` that the original does not have counts as changed.

It shares nothing with the repair's search: no machine, no bound, and both compositions are given.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from p2c_dsl.program import (
    Branch,
    Call,
    Create,
    FieldOf,
    Hole,
    ItemOf,
    Loop,
    Operand,
    Return,
    Step,
    Var,
    Write,
)

Heads = tuple[tuple[int, int], ...]
"""The open blocks that both have."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A step, or the `else` or end of one; `parts` is what the step says, its variables by number."""

    kind: str
    head: int = -1
    parts: tuple[object, ...] = ()
    flag: bool = False
    defines: int | None = None
    has_else: bool = False


def pieces(body: tuple[Step, ...], inputs: int, *, every_else: bool) -> list[Piece]:
    """A composition in a row. Variables are numbered anew, for slots are used twice."""
    found: list[Piece] = []
    numbers = {slot: slot for slot in range(inputs)}

    def new(slot: int | None) -> int | None:
        if slot is None:
            return None
        numbers[slot] = 1000 + len(found)
        return numbers[slot]

    def operand(part: Operand | None) -> object:
        match part:
            case Var(slot):
                return ("var", numbers[slot])
            case FieldOf(base, name):
                return ("field", operand(base), name)
            case ItemOf(base, key):
                return ("item", operand(base), operand(key))
            case Hole():
                return ("hole", len(found))
        return part

    def block(steps: tuple[Step, ...]) -> None:
        for step in steps:
            match step:
                case Call(subtask, arguments, slot, nested):
                    parts = (subtask.name, *map(operand, arguments))
                    found.append(Piece("call", parts=parts, flag=nested, defines=new(slot)))
                case Create(slot, is_map):
                    found.append(Piece("create", parts=(is_map,), defines=new(slot)))
                case Write(slot, key, value, direct):
                    parts = (operand(Var(slot)), operand(key), operand(value))
                    found.append(Piece("write", parts=parts, flag=direct))
                case Loop(collection, slot, body):
                    head = len(found)
                    parts = (operand(collection),)
                    found.append(Piece("loop", parts=parts, defines=new(slot)))
                    block(body)
                    found.append(Piece("end", head))
                case Branch(condition, body, orelse):
                    head = len(found)
                    has_else = bool(orelse) or every_else
                    found.append(Piece("branch", parts=(condition.map(operand),), has_else=has_else))
                    block(body)
                    if has_else:
                        found.append(Piece("else", head))
                        block(orelse)
                    found.append(Piece("end", head))
                case Return(value):
                    found.append(Piece("return", parts=(operand(value),)))

    block(body)
    return found


def distance(one: tuple[Step, ...], other: tuple[Step, ...], inputs: int, most: int) -> int:
    """The fewest edited steps from one to the other, `most + 1` if there are more than `most`."""
    old, new = pieces(one, inputs, every_else=False), pieces(other, inputs, every_else=True)
    elses = _elses(new)
    best = most + 1
    seen: dict[object, int] = {}

    def look(i: int, j: int, cost: int, same: dict[int, int], heads: Heads) -> None:
        nonlocal best
        key = (i, j, tuple(sorted(same.items())), heads)
        if cost >= min(best, seen.get(key, best)):
            return
        seen[key] = cost
        if i == len(old) and j == len(new):
            best = cost
            return
        for step in _choices(i, j, same, heads):
            look(step[0], step[1], cost + step[2], step[3], step[4])

    def _choices(
        i: int, j: int, same: dict[int, int], heads: Heads
    ) -> Iterator[tuple[int, int, int, dict[int, int], Heads]]:
        a = old[i] if i < len(old) else None
        b = new[j] if j < len(new) else None
        olds, news = [h[0] for h in heads], [h[1] for h in heads]
        if a is not None and b is not None and a.kind == b.kind:
            if a.kind in ("end", "else"):
                if heads and heads[-1] == (a.head, b.head):
                    yield i + 1, j + 1, 0, same, heads[:-1] if a.kind == "end" else heads
            else:
                matched = {h[1]: old[h[0]].has_else for h in heads}
                in_new_else = any(not matched.get(head, False) for head in elses[j])
                changed = int(in_new_else or _moved(a.parts, same) != b.parts or a.flag != b.flag)
                linked = same if a.defines is None or b.defines is None else {**same, a.defines: b.defines}
                opened = (*heads, (i, j)) if a.kind in ("loop", "branch") else heads
                yield i + 1, j + 1, changed, linked, opened
        if a is not None and a.kind in ("end", "else"):
            if a.head not in olds:
                yield i + 1, j, 0, same, heads
        elif a is not None:
            inner = a.kind == "call" and i + 1 < len(old) and old[i + 1].kind == "write" and old[i + 1].flag
            yield i + 1, j, 1, same, heads
            if inner:
                yield i + 2, j, 1, same, heads
        if b is not None and b.kind in ("end", "else"):
            pair = heads[news.index(b.head)] if b.head in news else None
            if pair is None or (b.kind == "else" and heads[-1] == pair and not old[pair[0]].has_else):
                yield i, j + 1, 0, same, heads
        elif b is not None:
            yield i, j + 1, 1, same, heads

    look(0, 0, 0, {n: n for n in range(inputs)}, ())
    return best


def _elses(row: list[Piece]) -> list[tuple[int, ...]]:
    """For each piece, the heads of the branches whose `else` it stands in."""
    found: list[tuple[int, ...]] = []
    open_: tuple[int, ...] = ()
    for piece in row:
        if piece.kind == "end":
            open_ = tuple(h for h in open_ if h != piece.head)
        found.append(open_)
        if piece.kind == "else":
            open_ = (*open_, piece.head)
    return found


def _moved(parts: tuple[object, ...], same: dict[int, int]) -> tuple[object, ...]:
    def moved(part: object) -> object:
        if isinstance(part, tuple) and part and part[0] == "var":
            return ("var", same.get(part[1], -1))
        return tuple(map(moved, part)) if isinstance(part, tuple) else part

    return tuple(map(moved, parts))
