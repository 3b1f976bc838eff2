"""A relaxed plan, and all of a node that it depends on."""

from __future__ import annotations

from typing import NamedTuple

from p2c_dsl.planners.anytime.relaxed.dues import Owing
from p2c_dsl.planners.anytime.relaxed.situation import Situation
from p2c_dsl.types import ListOf, MapOf, Type

Needs = tuple[tuple[str, ...], int]
"""A group of which one subtask must still be called, and how often."""


class PricedPlan(NamedTuple):
    """What a node may still need.

    Attributes:
        cost: An estimate of the lexemes.
        calls: The subtasks to call.
        calls_here: Those of them whose calls would not be in vain in the innermost block.
        loops: The types of collections to loop over.
        optionals: The types of values to test for `None`.
        checks: The numbers of the facets that need the outcome of a test.
        collections: The types of accumulators to fill.
        ready: Those of them that need no other one to be filled first.
        filling: Those of them that the accumulators at hand are to become.
        gathered: The types of collections to loop over for what is written into accumulators that wait for a loop.
        paying: Those of `calls_here` that are only called for the keys that are due.
        inner: The subtasks whose results lead to what is written in open loops.
    """

    cost: int
    calls: frozenset[str] = frozenset()
    calls_here: frozenset[str] = frozenset()
    loops: frozenset[Type] = frozenset()
    optionals: frozenset[Type] = frozenset()
    checks: frozenset[int] = frozenset()
    collections: frozenset[ListOf | MapOf] = frozenset()
    ready: frozenset[ListOf | MapOf] = frozenset()
    filling: frozenset[ListOf | MapOf] = frozenset()
    gathered: frozenset[Type] = frozenset()
    paying: frozenset[str] = frozenset()
    inner: frozenset[str] = frozenset()


class View(NamedTuple):
    """All of a node that its relaxed plan depends on."""

    situation: Situation
    needed: tuple[Needs, ...]
    dues: tuple[Owing, ...]
    checks: tuple[tuple[str, tuple[int, ...]], ...]
    empty: bool
    values: bool = True
    """Whether the plan has also what the calls take, and the task's result."""
