"""Relaxed plans with prices: an estimate of what a composition still needs, and what would help.

A relaxed plan in the manner of FF (Hoffmann and Nebel 2001), over types of values, with the loops, tests and
collections that it needs. The estimate may be too high or too low; it only guides the search.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from itertools import pairwise

from p2c_dsl.bounds import times
from p2c_dsl.machine import Accumulator, LoopFrame, Machine, State, Value
from p2c_dsl.machine.facet import AnyFacet
from p2c_dsl.machine.identity import mentions_slot_from
from p2c_dsl.machine.state import BranchFrame, Frame
from p2c_dsl.naming import visible
from p2c_dsl.planners.anytime.relaxed.asked_for import AskedFor
from p2c_dsl.planners.anytime.relaxed.dues import Dues
from p2c_dsl.planners.anytime.relaxed.extraction import extract
from p2c_dsl.planners.anytime.relaxed.plan import Needs, PricedPlan, View
from p2c_dsl.planners.anytime.relaxed.prices import PriceLists
from p2c_dsl.planners.anytime.relaxed.situation import Situation, Supply, Unfilled
from p2c_dsl.planners.anytime.relaxed.wants import AT_HAND, STEADY, Manner
from p2c_dsl.planners.lines.node import Node
from p2c_dsl.planners.lines.pattern import NEVER
from p2c_dsl.planners.lines.terms import Terms
from p2c_dsl.program import Var

_UNRELATED = 3
"""What it costs about that a loop stands in another one that has nothing to do with it."""


class PricedPlans:
    """The relaxed plans at nodes.

    Attributes:
        prices: The prices that they are read off.
        dues: What rules still ask for by key.
    """

    def __init__(self, machine: Machine, asked_for: AskedFor) -> None:
        self._machine, self._asked_for = machine, asked_for
        self.prices, self.dues = PriceLists(machine, asked_for), Dues(machine, asked_for)
        start = machine.start()
        self._judges = machine.having("accepts")
        self._lenient = frozenset(range(len(machine.facets))) - {at.index for at, _ in self._judges}
        self._anything = frozenset(range(len(machine.facets)))
        # What asks for nothing at the start never asks for anything.
        self._askers = {
            name: [(at, f) for at, f in machine.placed if f.prerequisites(at, start, s) or f.untested(at, start, s)]
            for name, s in asked_for.subtasks.items()
        }
        owing = machine.having("dues")
        self._asking = [(at, f) for at, f in machine.having("needed") if (at, f) not in owing]
        self._sparing = machine.having("spares")
        limiting = machine.having("exhausted")
        self._limiting = {
            name: [(at, f) for at, f in limiting if f.limits(s)] for name, s in asked_for.subtasks.items()
        }
        terms = Terms(machine)
        self._constants = frozenset(
            self._supply(machine.value(start, term.operand), AT_HAND) for term in (*terms.constants, terms.none)
        )
        self._known: dict[Hashable, PricedPlan] = {}
        self._before: dict[int, tuple[Frame, View]] = {}

    def of(self, node: Node) -> PricedPlan:
        """The relaxed plan at a node."""
        return PricedPlan(0) if node.state.returned else self.at(node)[1]

    def at(self, node: Node) -> tuple[View, PricedPlan]:
        """All of a node that its relaxed plan depends on, and the plan."""
        view = self._view(node)
        return view, PricedPlan(0) if node.state.returned else self._plan(view)

    def _plan(self, view: View) -> PricedPlan:
        plan = self._known.get(view)
        if plan is None:
            plan = self._known[view] = extract(self.prices, self._asked_for, view)
        return plan

    def cost(self, node: Node) -> tuple[View, int]:
        """All of a node's own path that the estimate depends on, and an estimate of what a completion costs.

        The same text has to do for other paths: those through other arms, and those that skip a loop.
        """
        view, plan = self.at(node)
        plans = [plan, *self._beside(node.state, view)]
        if any(p.cost == NEVER for p in plans):
            return view, NEVER
        # One path is paid for in full, whichever the composition is on.
        dearest = max(plans, key=lambda p: p.cost)
        others = frozenset[str]().union(*(p.calls for p in plans)) - dearest.calls
        return view, dearest.cost + sum(map(self.prices.own.__getitem__, others)) + _UNRELATED * _unrelated(node.state)

    def out_of_reach(self, node: Node) -> tuple[AnyFacet, ...]:
        """The rules that ask for something at a node that nothing is seen to do in every run."""
        view, state = self._view(node), node.state
        nothing = view._replace(needed=(), dues=())
        alone = [(facet, nothing._replace(needed=(needs,))) for facet, needs in self._needs(state)]
        dues = zip(self.dues.of(state), view.dues, strict=True)
        alone += [(facet, nothing._replace(dues=(owing,))) for (facet, _), owing in dues]
        return tuple(facet for facet, asked in alone if self._plan(asked).cost == NEVER)

    def _beside(self, state: State, view: View) -> Iterator[PricedPlan]:
        needed = view.needed
        for depth, frame in enumerate(state.frames):
            if isinstance(frame, BranchFrame):
                yield (
                    PricedPlan(0)
                    if frame.holds or _in_other_arm(self._machine, frame).returned
                    else self._plan(self._seen(frame))
                )
            elif not frame.size.low:
                # What is done in the loop does not count for what is due outside.
                outside = len(state.frames) - depth
                dues = tuple(due for due in view.dues if due.outside == outside)
                if needed or dues:
                    before = self._seen(frame)
                    # What they take may be gathered in the loop.
                    yield self._plan(View(before.situation, needed, dues, before.checks, empty=False, values=False))
                    needed = ()

    def _seen(self, frame: Frame) -> View:
        """What matters on the path through a branch's other arm, or before a loop."""
        known = self._before.get(id(frame))
        if known is None:
            state = _in_other_arm(self._machine, frame) if isinstance(frame, BranchFrame) else frame.entry
            known = self._before[id(frame)] = frame, self._view(Node(state, False))
        return known[1]

    def _view(self, node: Node) -> View:
        state = node.state
        prerequisites, checks, untested = [], [], []
        for name, askers in self._askers.items():
            subtask = self._asked_for.subtasks[name]
            groups = tuple(g for at, f in askers for g in f.prerequisites(at, state, subtask))
            tests = tuple(at.index for at, f in askers if f.untested(at, state, subtask))
            prerequisites += [(name, groups)] if groups else []
            checks += [(name, tests)] if tests else []
            certain = len(set(tests) - self._asked_for.avoidable)
            untested += [(name, certain)] if certain else []
        exhausted = frozenset(
            name
            for name, limiting in self._limiting.items()
            if any(f.exhausted(at.state(state), state, self._asked_for.subtasks[name]) for at, f in limiting)
        )
        barred = self.dues.barred(state)
        later = not barred.isdisjoint(self._asked_for.closing)
        steady = max((due.depth for _, due in self.dues.of(state)), default=0)
        supplies = self._constants.union(self._supplies(state, not later, steady), self._keys(state))
        unfilled = tuple(sorted(_unfilled(state, steady), key=repr))
        spared = frozenset(at.index for at, f in self._sparing if f.spares(state))
        situation = Situation(
            supplies, unfilled, tuple(prerequisites), tuple(untested), exhausted, barred, later, spared
        )
        tested = frozenset(name for name, _ in untested)
        return View(situation, self._needed(state), self.dues.owing(state, tested), tuple(checks), node.empty)

    def _keys(self, state: State) -> Iterator[Supply]:
        """What the loops around what is due give; they are paid for there."""
        for of in self.dues.keys(state):
            yield Supply(of, self._anything, STEADY._replace(apart=True, inside=True), due=True)

    def _supplies(self, state: State, apart: bool, steady: int) -> Iterator[Supply]:
        """What is in scope; `apart` is for what is in loops. An accumulator that nothing is in yet supplies nothing.

        What is in the first `steady` blocks is there in every iteration of the loops that rules ask for.
        """
        frames, manner = list(enumerate(state.frames)), AT_HAND
        for slot in visible(state):
            while frames and slot >= frames[0][1].entry.slots:
                depth, frame = frames.pop(0)
                manner = _inside(manner, frame, depth < steady)._replace(apart=apart)
            acc = state.accumulators.get(slot)
            if acc is None:
                yield self._supply(self._machine.value(state, Var(slot)), manner)
            elif acc.filled:
                yield self._supply(acc, manner)

    def _supply(self, value: Value | Accumulator, manner: Manner) -> Supply:
        accepted = frozenset(at.index for at, facet in self._judges if facet.accepts(at, value))
        return Supply(value.type, accepted | self._lenient, manner)

    def _needed(self, state: State) -> tuple[Needs, ...]:
        return tuple(needs for _, needs in self._needs(state))

    def _needs(self, state: State) -> Iterator[tuple[AnyFacet, Needs]]:
        """What rules ask for whatever the keys."""
        for at, facet in self._asking:
            own = at.state(state)
            for group in facet.needed(own, state):
                yield facet, (tuple(sorted(group)), facet.missing(own))


def _unrelated(state: State) -> int:
    """How many of the open loops are over collections that were there before the loops around them."""
    pairs = pairwise(state.loops)
    return sum(not mentions_slot_from(inner.collection.identity, outer.entry.slots) for outer, inner in pairs)


def _in_other_arm(machine: Machine, frame: BranchFrame) -> State:
    """The state on the path that takes the other arm: at its end where it stands above, at its beginning otherwise."""
    if frame.then is not None:
        return frame.then
    return machine.learned(frame.entry, frame.condition.negated)


def _unfilled(state: State, steady: int) -> Iterator[Unfilled]:
    for acc in state.accumulators.values():
        if not acc.filled:
            manner = AT_HAND
            for depth, frame in enumerate(state.frames[: acc.depth]):
                manner = _inside(manner, frame, depth < steady)
            yield Unfilled(acc.is_map, acc.loop is not None, manner)


def _inside(manner: Manner, frame: Frame, steady: bool) -> Manner:
    """How something in a block happens, given how the block itself does."""
    if not isinstance(frame, LoopFrame):
        return manner._replace(certain=False, fresh=False, steady=steady)
    around = manner.rounds if manner.rounds is None else max(manner.rounds, 1)
    certain = manner.certain and frame.size.low > 0
    steady = steady or (manner.steady and frame.size.low > 0)
    return Manner(times(around, frame.size.high), certain, steady=steady, inside=True)
