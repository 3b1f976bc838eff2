"""What tests of runs need: tools for the dinner, what may or may not happen, and the calls of a run."""

from __future__ import annotations

from typing import Any

from p2c_dsl.runtime.interpreter import Run
from p2c_dsl.runtime.trace import CallStarted

LIKES = {"ada": {"acorn", "bistro"}, "ben": {"bistro"}}


def tools(booked: list[str]) -> dict[str, Any]:
    return {
        "ask_preference": lambda user: LIKES[user],
        "identify_overlap": lambda prefs: min(set.intersection(*(set(liked) for liked in prefs.values()))),
        "book_table": booked.append,
    }


def calls(done: Run) -> list[tuple[str, tuple[object, ...]]]:
    """The calls that a run made, with the values given."""
    return [
        (e.subtask, tuple(None if a is None else a.value for a in e.arguments))
        for e in done.trace.events
        if isinstance(e, CallStarted)
    ]


MAY = """
type User
effect contact(User)
effect log()
subtask ask(user: User):
    does log()
    may contact(user)
task t(user: User):
    shape dag
compose t(user):
    ask(user)
"""
