"""Nodes count as one where what may follow is the same."""

from __future__ import annotations

from dataclasses import replace

from p2c_dsl.planners.anytime.outcome import machine_of
from p2c_dsl.planners.lines.node import Keys, Node
from tests.planners.tiny import spec_of

SPEC = """
type User
effect told(User)
subtask tell(user: User):
    does told(user)
task t(users: Set[User]):
    at least 1 told per User in users
"""


def test_what_can_still_be_concluded_tells_nodes_apart() -> None:
    """With less credit, fewer compositions are accepted later: what completes one need not complete the other."""
    machine = machine_of(*spec_of(SPEC), ())
    state, keys = machine.start(), Keys(machine)
    again, spent = replace(state.facts, credit=state.facts.credit), replace(state.facts, credit=0)
    assert keys.of(Node(state, True)) == keys.of(Node(state._replace(facts=again), True))
    assert keys.of(Node(state, True)) != keys.of(Node(state._replace(facts=spent), True))
