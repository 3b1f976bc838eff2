"""Relaxed plans: an estimate of what a composition still needs, and which calls would help.

A relaxed plan in the manner of FF (Hoffmann and Nebel 2001): as if nothing were ever used up, the cheapest calls
that make the types that the missing calls take. Its cost may be too high or too low; it only guides the search.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import NamedTuple

from p2c_dsl.machine import Machine, State
from p2c_dsl.planners.completion.lower_bound import LowerBound, call_cost, required
from p2c_dsl.planners.lines.node import Keyed, Node
from p2c_dsl.planners.lines.pattern import NEVER
from p2c_dsl.types import ListOf, MapOf, Optional, Type

_ACCUMULATE = 8
"""The lexemes that create an accumulator and fill it in a loop, without the values."""


class RelaxedPlan(NamedTuple):
    """What a node may still need: a number of lexemes, the subtasks to call, and the collections to accumulate."""

    cost: int
    helpful: frozenset[str]
    accumulated: frozenset[Type] = frozenset()


class RelaxedPlans:
    """The relaxed plans at nodes."""

    def __init__(self, machine: Machine, lower_bound: LowerBound, key: Keyed) -> None:
        self.machine, self._lower_bound, self._key = machine, lower_bound, key
        self._known: dict[Hashable, RelaxedPlan] = {}
        self._subtasks = machine.spec.subtasks
        self._relevant = [self._subtasks[name] for name in sorted(lower_bound.relevant)]
        self._own = {s.name: call_cost(s) for s in self._relevant}
        self._tables: dict[Hashable, dict[str, int]] = {}

    def of(self, node: Node) -> RelaxedPlan:
        """The relaxed plan at a node, computed once for all nodes with its key."""
        key = self._key(node)
        plan = self._known.get(key)
        if plan is None:
            plan = self._known[key] = self._relaxed_plan(node.state)
        return plan

    def _relaxed_plan(self, state: State) -> RelaxedPlan:
        if state.returned:
            return RelaxedPlan(0, frozenset())
        types = self._lower_bound.types(state)
        table = self._table(types)
        plan: set[str] = set()
        accumulated: set[Type] = set()
        pending = list(self._lower_bound.needed(state))
        wanted = [] if self.machine.task.result is None else [self.machine.task.result]
        while pending or wanted:
            if wanted:
                more, collections = self._made(wanted.pop(), types)
                accumulated.update(collections)
                pending += more
                continue
            group = pending.pop()
            if plan.isdisjoint(group):
                name = min(group & table.keys(), key=lambda n: (table[n], n), default=None)
                if name is None:
                    return RelaxedPlan(NEVER, frozenset())
                plan.add(name)
                subtask = self._subtasks[name]
                wanted += required(subtask)
                pending += [g for at, f in self.machine.placed for g in f.prerequisites(at, state, subtask)]
        calls = sum(self._own[name] for name in plan)
        cost = calls + _accumulation(accumulated, state)
        return RelaxedPlan(cost, frozenset(plan), frozenset(accumulated))

    def _made(self, wanted: Type, types: frozenset[Type]) -> tuple[list[frozenset[str]], tuple[Type, ...]]:
        """What has to be called for a value of a type, and what has to be accumulated."""
        if isinstance(wanted, Optional) or self._lower_bound.has(wanted, types):
            return [], ()
        producers = self._lower_bound.producers(wanted)
        if producers or not isinstance(wanted, ListOf | MapOf):
            return [producers], ()
        calls, inner = self._made(wanted.value if isinstance(wanted, MapOf) else wanted.element, types)
        return calls, (wanted, *inner)

    def _table(self, types: frozenset[Type]) -> dict[str, int]:
        """For each relevant subtask that can be called at all, the cost of a first call (h_add)."""
        table = self._tables.get(types)
        if table is None:
            table = self._tables[types] = {}
            changed = True
            while changed:
                changed = False
                for subtask in self._relevant:
                    cost = self._own[subtask.name] + sum(self._price(t, types, table) for t in required(subtask))
                    if cost < table.get(subtask.name, NEVER):
                        table[subtask.name] = cost
                        changed = True
        return table

    def _price(self, wanted: Type, types: frozenset[Type], table: dict[str, int]) -> int:
        groups, collections = self._made(wanted, types)
        calls = sum(min((table[n] for n in group if n in table), default=NEVER) for group in groups)
        return calls + _ACCUMULATE * len(collections)


def _accumulation(accumulated: Iterable[Type], state: State) -> int:
    """The cost of filling the accumulators that are still empty, and those that must be created.

    What the plan collects and an empty accumulator waits for is one debt, and is paid once.
    """
    unfilled = sorted((a.is_map, a.loop is not None) for a in state.accumulators.values() if not a.filled)
    waiting = sum(4 if looped else _ACCUMULATE for _, looped in unfilled)
    created = 0
    for is_map in (False, True):
        wanted = sum(isinstance(of, MapOf) == is_map for of in accumulated)
        created += max(wanted - sum(kind == is_map for kind, _ in unfilled), 0)
    return waiting + _ACCUMULATE * created
