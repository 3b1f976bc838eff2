"""A domain small enough to read at a glance, with what values differ over: a fee, a leak, a repetition, a last step."""

from __future__ import annotations

from pathlib import Path

from p2c_dsl.planners.preferences.features import Features
from p2c_dsl.planners.preferences.solution import PartialSolution, solution_of
from p2c_dsl.resolve import load_text
from p2c_dsl.spec import Spec

SPEC = """
type Guest
type Wish
type Note
effect call(Guest)
effect post(Note)
effect book(Note) irreversible
subtask ask(guest: Guest) -> Wish:
    does call(guest)
    cost 2
subtask guess(guest: Guest) -> Wish
subtask is_kind(wish: Wish) -> Bool
subtask sum_up(wish: Wish) -> Note
subtask blank() -> Note
subtask publish(note: Note):
    does post(note)
subtask reserve(note: Note):
    does book(note)
    cost 5
task invite(guests: Set[Guest], host: Guest):
    \"\"\"Bring the guests together.\"\"\"
    loops <= 1
"""


def spec() -> Spec:
    return load_text(SPEC, "invite.p2c", Path()).spec


def solved(*lines: str) -> PartialSolution:
    """The partial solution whose program has these lines."""
    domain = spec()
    text = "compose invite(guests, host):\n" + "".join(f"    {line}\n" for line in lines)
    return solution_of(domain, text, Features(domain))
