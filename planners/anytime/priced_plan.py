"""Relaxed plans with prices: an estimate of what a composition still needs, and what would help.

A relaxed plan in the manner of FF (Hoffmann and Nebel 2001), over types of values, with the loops, tests and
collections that it needs. What has been begun and is not finished is a debt, and is paid once. The estimate may be too
high or too low; it only guides the search.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from functools import reduce
from typing import NamedTuple

from p2c_dsl.bounds import times
from p2c_dsl.machine import Accumulator, LoopFrame, Machine, State, Value
from p2c_dsl.machine.state import Frame
from p2c_dsl.naming import visible
from p2c_dsl.planners.anytime.asked_for import AskedFor
from p2c_dsl.planners.anytime.prices import (
    BRANCH,
    LOOP,
    Groups,
    PriceLists,
    Prices,
    Situation,
    Supplier,
    Supply,
    Unfilled,
    write_price,
)
from p2c_dsl.planners.anytime.wants import ANYHOW, CERTAIN, OUTSIDE, Call, Manner, Want
from p2c_dsl.planners.lines.node import Node
from p2c_dsl.planners.lines.pattern import NEVER
from p2c_dsl.planners.lines.terms import Terms
from p2c_dsl.program import Var
from p2c_dsl.types import ListOf, MapOf, Type

_LINE = 4
"""What a block's first line costs where nothing else is needed: about a call with one argument."""
_USELESS = 5
"""What filling an accumulator that nothing takes costs, without its loop."""


class PricedPlan(NamedTuple):
    """What a node may still need.

    Attributes:
        cost: An estimate of the lexemes.
        calls: The subtasks to call.
        loops: The types of collections to loop over.
        optionals: The types of values to test for `None`.
        checks: The numbers of the facets that need the outcome of a test.
        collections: The types of accumulators to fill.
    """

    cost: int
    calls: frozenset[str] = frozenset()
    loops: frozenset[Type] = frozenset()
    optionals: frozenset[Type] = frozenset()
    checks: frozenset[int] = frozenset()
    collections: frozenset[ListOf | MapOf] = frozenset()


class _View(NamedTuple):
    """All of a node that its relaxed plan depends on."""

    situation: Situation
    needed: tuple[tuple[tuple[str, ...], int], ...]
    """The groups of which one subtask each must still be called, and how often."""
    checks: tuple[tuple[str, tuple[int, ...]], ...]
    empty: bool


class PricedPlans:
    """The relaxed plans at nodes."""

    def __init__(self, machine: Machine, asked_for: AskedFor) -> None:
        self._machine, self._asked_for = machine, asked_for
        self.prices = PriceLists(machine, asked_for)
        start = machine.start()
        self._judges = machine.having("accepts")
        self._lenient = frozenset(range(len(machine.facets))) - {at.index for at, _ in self._judges}
        # What asks for nothing at the start never asks for anything.
        self._askers = {
            name: [(at, f) for at, f in machine.placed if f.prerequisites(at, start, s) or f.untested(at, start, s)]
            for name, s in asked_for.subtasks.items()
        }
        self._splitting = machine.having("only_later")
        limiting = machine.having("exhausted")
        self._limiting = {
            name: [(at, f) for at, f in limiting if f.limits(s)] for name, s in asked_for.subtasks.items()
        }
        terms = Terms(machine)
        self._constants = frozenset(
            self._supply(machine.value(start, term.operand), OUTSIDE) for term in (*terms.constants, terms.none)
        )
        self._known: dict[Hashable, PricedPlan] = {}

    def of(self, node: Node) -> PricedPlan:
        """The relaxed plan at a node."""
        if node.state.returned:
            return PricedPlan(0)
        view = self._view(node)
        plan = self._known.get(view)
        if plan is None:
            plan = self._known[view] = _Extraction(self, self._asked_for, view).plan()
        return plan

    def _view(self, node: Node) -> _View:
        state = node.state
        unfilled = tuple(sorted(_unfilled(state), key=repr))
        prerequisites, checks = [], []
        for name, askers in self._askers.items():
            subtask = self._asked_for.subtasks[name]
            groups = tuple(g for at, f in askers for g in f.prerequisites(at, state, subtask))
            tests = tuple(at.index for at, f in askers if f.untested(at, state, subtask))
            prerequisites += [(name, groups)] if groups else []
            checks += [(name, tests)] if tests else []
        untested = tuple((name, len(tests)) for name, tests in checks)
        exhausted = frozenset(
            name
            for name, limiting in self._limiting.items()
            if any(f.exhausted(at.state(state), state, self._asked_for.subtasks[name]) for at, f in limiting)
        )
        later = any(
            f.only_later(at.state(state), state, self._asked_for.subtasks[name])
            for at, f in self._splitting
            for name in self._asked_for.closing
        )
        supplies = self._constants | frozenset(self._supplies(state, not later))
        situation = Situation(supplies, unfilled, tuple(prerequisites), untested, exhausted, later)
        return _View(situation, self._needed(state), tuple(checks), node.empty)

    def _supplies(self, state: State, apart: bool) -> Iterator[Supply]:
        """What is in scope; `apart` is for what is in loops. An accumulator that nothing is in yet supplies nothing."""
        frames, manner = list(state.frames), OUTSIDE
        for slot in visible(state):
            while frames and slot >= frames[0].entry.slots:
                manner = _inside(manner, frames.pop(0))._replace(apart=apart)
            acc = state.accumulators.get(slot)
            if acc is None:
                yield self._supply(self._machine.value(state, Var(slot)), manner)
            elif acc.filled:
                yield self._supply(acc, manner)

    def _supply(self, value: Value | Accumulator, manner: Manner) -> Supply:
        accepted = frozenset(at.index for at, facet in self._judges if facet.accepts(at, value))
        return Supply(value.type, accepted | self._lenient, manner)

    def _needed(self, state: State) -> tuple[tuple[tuple[str, ...], int], ...]:
        return tuple(
            (tuple(sorted(group)), facet.missing(own))
            for facet, own in zip(self._machine.facets, state.facets, strict=True)
            for group in facet.needed(own, state)
        )


class _Extraction:
    """Reads a relaxed plan off the prices."""

    def __init__(self, plans: PricedPlans, asked_for: AskedFor, view: _View) -> None:
        self._lists, self._asked_for, self._view = plans.prices, asked_for, view
        self._prices: Prices = plans.prices.of(view.situation)
        self._prerequisites: dict[str, Groups] = dict(view.situation.prerequisites)
        self._checks = dict(view.checks)
        self._calls: dict[str, int] = {}
        self._ways: dict[Want, Supplier] = {}
        self._seen: set[Call] = set()
        self._wanted: list[Want] = [] if asked_for.result is None else [asked_for.result]
        self._made: list[Call] = []
        self._groups = [(group, often, CERTAIN) for group, often in view.needed]
        if asked_for.nothing and view.empty:
            self._groups.append((tuple(asked_for.subtasks), 1, ANYHOW))

    def plan(self) -> PricedPlan:
        """The relaxed plan; its cost is `NEVER` if something cannot be had at all."""
        while self._wanted or self._made or self._groups:
            if self._wanted:
                done = self._get(self._wanted.pop())
            elif self._made:
                done = self._add(self._made.pop())
            else:
                done = self._call_one_of(*self._groups.pop())
            if not done:
                return PricedPlan(NEVER)
        ways = self._ways.values()
        collections = [want for want, way in self._ways.items() if way.collected]
        loops = frozenset(of for way in ways for of in way.loops)
        optionals = frozenset(of for way in ways for of in way.tests)
        checks = frozenset(index for name in self._calls for index in self._checks.get(name, ()))
        cost = sum(self._repeated(name, times) for name, times in self._calls.items())
        cost += LOOP * len(loops) + BRANCH * (len(optionals) + len(checks)) + self._accumulation(collections)
        if self._view.empty and not self._calls and not collections and not self._view.situation.waiting:
            cost += _LINE
        return PricedPlan(
            cost,
            frozenset(self._calls),
            loops,
            optionals,
            checks,
            frozenset(want.type for want in collections if isinstance(want.type, ListOf | MapOf)),
        )

    def _get(self, want: Want) -> bool:
        """Adds what is needed for a value."""
        if want in self._ways:
            return True
        way = self._prices.ways.get(want)
        if way is None:
            return False
        self._ways[want] = way
        if way.call is not None:
            self._made.append(way.call)
        if way.carrier is not None:
            self._wanted.append(way.carrier)
        if way.collected:
            self._wanted += self._view.situation.parts(want)
        return True

    def _call_one_of(self, group: tuple[str, ...], times: int, manner: Manner) -> bool:
        """Adds calls of one of some subtasks: that often, or for 0 at least one in the whole plan."""
        if times == 0 and not self._calls.keys().isdisjoint(group):
            return True
        calls = self._prices.calls
        able = [(n, manner) for n in group if (n, manner) in calls]
        call = min(able, key=lambda call: calls[call], default=None)
        return call is not None and self._add(call, times)

    def _add(self, call: Call, times: int = 1) -> bool:
        """Adds a call with all that it takes and needs."""
        name, manner = call
        self._calls[name] = max(self._calls.get(name, 1), times)
        if call not in self._seen:
            self._seen.add(call)
            self._wanted += self._asked_for.takes[call]
            before = Manner(certain=manner.certain)
            self._groups += [(tuple(sorted(needed)), 0, before) for needed in self._prerequisites.get(name, ())]
        return True

    def _repeated(self, name: str, times: int) -> int:
        """The price of several calls: a loop may do with one."""
        own = self._lists.own[name]
        return min(own * times, own + LOOP)

    def _accumulation(self, collections: list[Want]) -> int:
        """The price of the accumulators that the plan needs, and of those that wait for nothing."""
        waiting, price = list(self._view.situation.waiting), 0
        for collection in collections:
            mine = next((w for w in reversed(waiting) if w.serves(collection)), None)
            price += write_price(isinstance(collection.type, MapOf), exists=mine is not None)
            if mine is not None:
                waiting.remove(mine)
                price += 0 if mine.looped else LOOP
        return price + sum(_USELESS + (0 if w.looped else LOOP) for w in waiting)


def _unfilled(state: State) -> Iterator[Unfilled]:
    for acc in state.accumulators.values():
        if not acc.filled:
            manner = reduce(_inside, state.frames[: acc.depth], OUTSIDE)
            yield Unfilled(acc.is_map, acc.loop is not None, manner)


def _inside(manner: Manner, frame: Frame) -> Manner:
    """How something in a block happens, given how the block itself does."""
    if not isinstance(frame, LoopFrame):
        return manner._replace(certain=False)
    around = manner.rounds if manner.rounds is None else max(manner.rounds, 1)
    return Manner(times(around, frame.size.high), manner.certain and frame.size.low > 0)
