"""All compositions of a space up to a number of lines: finite, so that what is optimal in it need not be trained."""

from __future__ import annotations

from p2c_dsl.machine import Machine
from p2c_dsl.planners.anytime.outcome import header_of
from p2c_dsl.planners.lines.node import Keys, Node, ends
from p2c_dsl.planners.lines.successors import Lines
from p2c_dsl.planners.measure.spaces.drawing import may_stand
from p2c_dsl.planners.measure.spaces.space import HarmSpace

_BEGINNINGS = 10
"""Beginnings that are looked at for each composition that is wanted: some end nowhere."""


def enumerated(space: HarmSpace, most: int) -> list[str]:
    """Every canonical composition of at most n lines, for the largest n for which there are at most `most` of them."""
    machine = Machine(space.spec, space.task, ())
    lines = Lines(machine, Keys(machine).of)
    level, found = [(Node(machine.start(), True), header_of(machine.task))], list[str]()
    while level:
        longer = list[tuple[Node, str]]()
        for node, text in level:
            for line in lines.after(node):
                if may_stand(line):
                    longer.append((line.node, text + "".join(line.words)))
                if len(longer) > _BEGINNINGS * most:
                    return found
        complete = [text + "\n" for node, text in longer if ends(machine, node)]
        if len(found) + len(complete) > most:
            return found
        found, level = [*found, *complete], longer
    return found
