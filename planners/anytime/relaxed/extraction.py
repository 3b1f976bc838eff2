"""Relaxed plans, read off prices: what a composition may still need.

What has been begun and is not finished is a debt, and is paid once: each accumulator that waits is to become one of the
collections that are needed, that of which the least is missing.
"""

from __future__ import annotations

from collections.abc import Iterable

from p2c_dsl.planners.anytime.relaxed.asked_for import AskedFor
from p2c_dsl.planners.anytime.relaxed.dues import Owing
from p2c_dsl.planners.anytime.relaxed.plan import PricedPlan, View
from p2c_dsl.planners.anytime.relaxed.prices import PriceLists
from p2c_dsl.planners.anytime.relaxed.situation import (
    BRANCH,
    LOOP,
    NESTED,
    Groups,
    Prices,
    Supplier,
    Unfilled,
    write_price,
)
from p2c_dsl.planners.anytime.relaxed.sources import Sources
from p2c_dsl.planners.anytime.relaxed.wants import (
    ANYHOW,
    CERTAIN,
    STEADY,
    Call,
    Manner,
    Want,
    key_of,
    parts_of_accumulator,
)
from p2c_dsl.planners.lines.pattern import NEVER
from p2c_dsl.types import ListOf, MapOf, Type

_LINE = 4
"""What a block's first line costs where nothing else is needed: about a call with one argument."""
_TOO_EARLY = 12
"""What it costs about that an accumulator waits for calls that other calls must come before: these need a loop, too."""
_USELESS = 5
"""What filling an accumulator that nothing takes costs, without its loop."""


def extract(lists: PriceLists, asked_for: AskedFor, view: View) -> PricedPlan:
    """The relaxed plan at a node."""
    first = _Extraction(lists, asked_for, view)
    plan = first.plan()
    if not view.situation.waiting or plan.cost == NEVER:
        return plan
    # Only now is it known which collections there may be for the accumulators.
    return _Extraction(lists, asked_for, view, first.assigned()).plan()


class _Extraction:
    """Reads a relaxed plan off the prices."""

    def __init__(
        self, lists: PriceLists, asked_for: AskedFor, view: View, filling: dict[Type, Unfilled] | None = None
    ) -> None:
        self._lists, self._asked_for, self._view = lists, asked_for, view
        self._prices: Prices = lists.of(view.situation)
        self._ways: dict[Want, Supplier] = {}
        self._sources = Sources(self._prices, asked_for, self._ways, filling)
        self._prerequisites: dict[str, Groups] = dict(view.situation.prerequisites)
        self._checks = dict(view.checks)
        self._calls: dict[str, int] = {}
        self._seen: set[Call] = set()
        self._wanted: list[Want] = [asked_for.result] if asked_for.result is not None and view.values else []
        self._made: list[Call] = []
        self._groups = [(group, often, CERTAIN) for group, often in view.needed]
        self._here = [due for due in view.dues if not due.outside]
        self._elsewhere = [due for due in view.dues if due.outside]
        self._brought = list[tuple[str, ...]]()
        self._in_vain, self._paying = set[str](), set[str]()
        if asked_for.nothing and view.empty:
            self._groups.append((tuple(asked_for.subtasks), 1, ANYHOW))

    def plan(self) -> PricedPlan:
        """The relaxed plan; its cost is `NEVER` if something cannot be had at all."""
        while self._wanted or self._made or self._groups or self._here or self._elsewhere or self._brought:
            if self._wanted:
                done = self._get(self._strictest())
            elif self._made:
                done = self._add(self._made.pop())
            elif self._groups:
                done = self._call_one_of(*self._groups.pop())
            elif self._here:
                done = self._pay(self._here.pop())
            elif self._elsewhere:
                done = self._pay_elsewhere(self._elsewhere.pop())
            else:
                done = self._later(self._brought.pop())
            if not done:
                return PricedPlan(NEVER)
        ways = self._ways.values()
        collections = [want for want, way in self._ways.items() if way.collected]
        loops = frozenset(of for way in ways for of in way.loops)
        optionals = frozenset(of for way in ways for of in way.tests)
        checks = frozenset(index for name in self._calls for index in self._checks.get(name, ()))
        cost = sum(self._repeated(name, times) for name, times in self._calls.items())
        cost += sum(due.price for due in self._view.dues)
        cost += NESTED * self._sources.nested + _TOO_EARLY * sum(map(self._waits, self._sources.begun))
        tests = len(optionals) + len(checks - self._asked_for.avoidable)
        cost += LOOP * len(loops) + BRANCH * tests + self._accumulation(collections)
        if self._view.empty and not self._calls and not collections and not self._view.situation.waiting:
            cost += _LINE
        return PricedPlan(
            cost,
            frozenset(self._calls),
            frozenset(self._calls.keys() - self._in_vain),
            loops,
            optionals,
            checks,
            _types(want.type for want in collections),
            _types(
                want.type
                for want in collections
                if not self._waits(want) and self._sources.behind_parts(want).isdisjoint(collections)
            ),
            _types(self._sources.filling or ()),
            self._sources.gathered,
            frozenset(self._paying),
            self._sources.inner,
        )

    def assigned(self) -> dict[Type, Unfilled]:
        """For each accumulator that waits, the newest first, the collection for which the least is missing."""
        collections = [want for want, way in self._ways.items() if way.collected]
        filling: dict[Type, Unfilled] = {}
        for unfilled in reversed(self._view.situation.waiting):
            able = [want for want in collections if want.type not in filling and unfilled.serves(want)]
            best = min(able, key=lambda want: self._missing(want, unfilled), default=None)
            if best is not None and self._missing(best, unfilled) < NEVER:
                filling[best.type] = unfilled
        return filling

    def _missing(self, collection: Want, unfilled: Unfilled) -> int:
        parts = parts_of_accumulator(collection, not unfilled.looped)
        return sum(self._prices.value(part) for part in parts)

    def _waits(self, collection: Want) -> bool:
        """Whether what is written into a collection comes from calls that forbid others of the plan."""
        forbids = self._asked_for.forbids
        return any(not forbids[name].isdisjoint(self._calls) for name in self._sources.calls_for(collection))

    def _get(self, want: Want) -> bool:
        """Adds what is needed for a value."""
        if want in self._ways:
            return True
        price, way = self._prices.value(want), self._prices.way(want)
        if price == NEVER:
            return False
        if price and self._is_had(want):
            return True
        self._ways[want] = way
        self._wanted += [key_of(want, key) for key in way.keys]
        if way.call is not None:
            self._made.append(way.call)
        if way.carrier is not None:
            self._wanted.append(way.carrier)
        if way.collected:
            self._wanted += self._sources.parts(want)
        return True

    def _is_had(self, want: Want) -> bool:
        """Whether the plan gets a value for others that will do here, too, and does not depend on this one."""
        # What is there for nothing is only there for what rules ask for, or it would be so here, too.
        had = (other for other in self._ways if self._prices.value(other) and other.serves(want))
        return any(want not in self._sources.behind((other,)) for other in had)

    def _strictest(self) -> Want:
        """Takes the want that is hardest to meet: what meets it will often do for others, too."""
        want = max(self._wanted, key=lambda w: w.manner.strictness)
        self._wanted.remove(want)
        return want

    def _call_one_of(self, group: tuple[str, ...], times: int, manner: Manner) -> bool:
        """Adds calls of one of some subtasks: that often, or for 0 at least one in the whole plan."""
        if times == 0 and not self._calls.keys().isdisjoint(group):
            return True
        able = self._able(group, manner)
        if not able and manner in (STEADY, CERTAIN):
            # It may be had by tests: one call in the arm that needs one, and another one in the other arm.
            able = self._able(group, ANYHOW)
            other = next((call for call in able if self._is_tested_otherwise(call, able[0])), None)
            if other is not None:
                self._add(other)
        return bool(able) and self._add(able[0], times)

    def _able(self, group: tuple[str, ...], manner: Manner) -> list[Call]:
        """The calls of some subtasks that can be made like that, the cheapest first."""
        calls = ((name, manner) for name in group)
        return sorted((c for c in calls if self._prices.call(c) < NEVER), key=self._prices.call)

    def _is_tested_otherwise(self, one: Call, other: Call) -> bool:
        """Whether both need the outcomes of tests, and no rule asks for those of both."""
        tests, others = (frozenset(self._checks.get(name, ())) for name, _ in (one, other))
        return bool(tests and others) and tests.isdisjoint(others)

    def _pay(self, due: Owing) -> bool:
        """Adds a call that is due, and what must have happened before for its key."""
        otherwise = self._calls.keys() - self._paying
        done = self._call_one_of(due.group, 1, STEADY)
        self._paying |= self._calls.keys() & set(due.group) - otherwise
        for name, groups in due.before if done else ():
            if name in self._calls:
                self._groups += [(tuple(sorted(needed)), 0, STEADY.before) for needed in groups]
        return done

    def _pay_elsewhere(self, due: Owing) -> bool:
        """Adds a call that would be in vain in the innermost block."""
        before = self._calls.keys() - self._in_vain
        done = self._pay(due)
        self._in_vain |= self._calls.keys() & set(due.group) - before
        return done

    def _later(self, group: tuple[str, ...]) -> bool:
        """Adds a call that is asked for only once another call of the plan has been made."""
        before = self._calls.keys() - self._in_vain
        done = self._call_one_of(group, 0, STEADY)
        self._in_vain |= self._calls.keys() & set(group) - before
        return done

    def _add(self, call: Call, times: int = 1) -> bool:
        """Adds a call with all that it takes and needs."""
        name, manner = call
        self._calls[name] = max(self._calls.get(name, 1), times)
        self._in_vain.discard(name)
        self._paying.discard(name)
        if call not in self._seen:
            self._seen.add(call)
            self._wanted += self._asked_for.takes[call] if self._view.values else ()
            self._groups += [(tuple(sorted(needed)), 0, manner.before) for needed in self._prerequisites.get(name, ())]
            spared, brought = self._view.situation.spared, self._asked_for.brought[name]
            asked = {index: group for index, group in brought.items() if index not in spared}
            self._groups += [(group, 0, STEADY) for index, group in asked.items() if index in self._asked_for.before]
            self._brought += [group for index, group in asked.items() if index not in self._asked_for.before]
        return True

    def _repeated(self, name: str, times: int) -> int:
        """The price of several calls: a loop may do with one."""
        own = self._lists.own[name]
        return min(own * times, own + LOOP)

    def _accumulation(self, collections: list[Want]) -> int:
        """The price of the accumulators that the plan needs, and of those that wait for nothing."""
        filling, idle, price = self._sources.filling or {}, list(self._view.situation.waiting), 0
        for of in dict.fromkeys(want.type for want in collections):
            mine = filling.get(of)
            price += write_price(isinstance(of, MapOf), exists=mine is not None)
            if mine is not None:
                price += 0 if mine.looped else LOOP
                idle.remove(mine)
        return price + sum(_USELESS + (0 if w.looped else LOOP) for w in idle)


def _types(collections: Iterable[Type]) -> frozenset[ListOf | MapOf]:
    return frozenset(of for of in collections if isinstance(of, ListOf | MapOf))
