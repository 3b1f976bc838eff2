"""Draws compositions of a space: the distribution π₀ that shares over compositions refer to.

A composition is written line by line. Each line is of a kind drawn uniformly among those that may stand there (a call
of one subtask, a loop, a branch, …, in one of the open blocks), and then drawn uniformly among the lines of that kind.
It ends at the first place where it may end once it has as many lines as were drawn for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from p2c_dsl.machine import Machine
from p2c_dsl.machine.moves import CreateMove, ReturnMove
from p2c_dsl.planners.anytime.outcome import header_of
from p2c_dsl.planners.lines.node import Keys, Node, ends
from p2c_dsl.planners.lines.pattern import Line
from p2c_dsl.planners.lines.successors import Lines
from p2c_dsl.planners.measure.spaces.space import HarmSpace

LONGEST = 9
"""Lines of the longest composition that is asked for; a composition may take as many more as it needs to end."""
DEEPEST = 3
"""How deep loops and branches are nested at most."""
_OVER = 3
_CREATED = 0.2
"""How often a line that makes an empty collection is kept: most of them are never filled and lead nowhere."""
_TRIES = 12
"""Attempts for each composition, after which a space counts as exhausted."""


def drawn(space: HarmSpace, count: int, random: Random) -> Iterator[str]:
    """At most that many different compositions, as texts; fewer where a space is exhausted."""
    machine = Machine(space.spec, space.task, ())
    lines = Lines(machine, Keys(machine).of)
    seen = set[str]()
    for _ in range(_TRIES * count):
        text = _walk(machine, lines, random)
        if text is not None and text not in seen:
            seen.add(text)
            yield text
            if len(seen) == count:
                return


def _walk(machine: Machine, lines: Lines, random: Random) -> str | None:
    node, text, wanted = Node(machine.start(), True), header_of(machine.task), random.randint(1, LONGEST)
    for written in range(wanted + _OVER):
        if written >= wanted and ends(machine, node):
            return text + "\n"
        line = _line(lines, node, random)
        if line is None:
            return None
        node, text = line.node, text + "".join(line.words)
    return text + "\n" if ends(machine, node) else None


def _line(lines: Lines, node: Node, random: Random) -> Line | None:
    patterns = list(lines.patterns(node))
    random.shuffle(patterns)
    for pattern in patterns:
        found = [line for line in pattern.lines() if may_stand(line)]
        if found and (not isinstance(found[0].move, CreateMove) or random.random() < _CREATED):
            return random.choice(found)
    return None


def may_stand(line: Line) -> bool:
    """Nothing comes after a `return`, and there is nothing to return."""
    return not isinstance(line.move, ReturnMove) and line.node.depth <= DEEPEST
