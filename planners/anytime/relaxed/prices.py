"""What it costs to have a value, or to call a subtask, if nothing that is done is ever in the way.

The additive heuristic of Bonet and Geffner (2001) over types of values: every way to a value is kept, and the cheapest
is remembered. Loops, branches and the filling of collections have prices, too.
"""

from __future__ import annotations

from heapq import heappop, heappush

from p2c_dsl.machine import Machine
from p2c_dsl.planners.anytime.relaxed.asked_for import AskedFor
from p2c_dsl.planners.anytime.relaxed.parts import Parts
from p2c_dsl.planners.anytime.relaxed.situation import (
    BRANCH,
    LOOK_UP,
    LOOP,
    Groups,
    Prices,
    Situation,
    Supplier,
    Supply,
    write_price,
)
from p2c_dsl.planners.anytime.relaxed.wants import Call, Manner, Want, key_of, parts_of_accumulator
from p2c_dsl.planners.completion.lower_bound import statement_cost
from p2c_dsl.planners.lines.makers import PartMaker
from p2c_dsl.planners.lines.pattern import NEVER
from p2c_dsl.types import MapOf, Type

Offers = tuple[tuple[int, int, Supplier], ...]
"""For the number of a want, a price above that of what is offered, and the way."""


class PriceLists:
    """Computes prices, once for each situation.

    Attributes:
        parts: What can be taken out of values.
        own: The lexemes of a call of each subtask.
        calls, wants: The calls and wants that have prices; in computations they are numbers.
        call_numbers, numbers: These numbers.
    """

    def __init__(self, machine: Machine, asked_for: AskedFor) -> None:
        self._asked_for = asked_for
        self.parts = Parts(machine, asked_for.types)
        self.own = {name: statement_cost(subtask) for name, subtask in asked_for.subtasks.items()}
        self._accepted = {
            # What is made of values that a rule accepts is accepted, too.
            name: frozenset(
                at.index for at, f in machine.placed if isinstance(subtask, PartMaker) or f.supplies(subtask)
            )
            for name, subtask in asked_for.subtasks.items()
        }
        self.calls, self.wants = tuple(asked_for.takes), asked_for.wants
        self.numbers = {want: number for number, want in enumerate(self.wants)}
        self.call_numbers = {call: number for number, call in enumerate(self.calls)}
        self.takes = [tuple(self.numbers[want] for want in asked_for.takes[call]) for call in self.calls]
        self.users: list[list[int]] = [[] for _ in self.wants]
        for call, taken in enumerate(self.takes):
            for number in taken:
                self.users[number].append(call)
        self.named: dict[str, list[int]] = {}
        for number, (name, _) in enumerate(self.calls):
            self.named.setdefault(name, []).append(number)
        self.carrier = [self._number(asked_for.carried.get(want)) for want in self.wants]
        self.collections = [[self.numbers[c] for c in asked_for.collections.get(want, ())] for want in self.wants]
        self.filled_by = {
            fresh: [tuple(self.numbers[part] for part in parts_of_accumulator(want, fresh)) for want in self.wants]
            for fresh in (True, False)
        }
        self.collected = [number for number, parts in enumerate(self.filled_by[True]) if parts]
        self._by_type: dict[tuple[Type, Manner], list[int]] = {}
        for number, want in enumerate(self.wants):
            self._by_type.setdefault((want.type, want.manner), []).append(number)
        self._results: dict[int, Offers] = {}
        self._supplies: dict[Supply, tuple[str, Offers]] = {}
        self._known: dict[Situation, Prices] = {}

    def _number(self, want: Want | None) -> int | None:
        return None if want is None else self.numbers[want]

    def key(self, number: int, of: Type) -> int | None:
        """The number of the key of a look-up that gives what is wanted; nobody asks for keys of some maps."""
        return self.numbers.get(key_of(self.wants[number], of))

    def of(self, situation: Situation) -> Prices:
        """The prices in a situation."""
        prices = self._known.get(situation)
        if prices is None:
            prices = self._known[situation] = _Pricing(self, self._asked_for, situation).prices()
        return prices

    def result(self, call: int) -> Offers:
        """What the result of a call offers."""
        offers = self._results.get(call)
        if offers is None:
            name, manner = self.calls[call]
            result = self._asked_for.subtasks[name].result
            manners = () if result is None else self._served(name, manner)
            found = (self._offers(result, self._accepted[name], m, self.calls[call]) for m in manners if result)
            offers = self._results[call] = tuple(offer for several in found for offer in several)
        return offers

    def supplied(self, supply: Supply) -> tuple[str, Offers]:
        """What a value at hand offers, with a key that brings values into a fixed order."""
        known = self._supplies.get(supply)
        if known is None:
            manners = [manner for manner in self._asked_for.manners if supply.suits(manner)]
            found = (self._offers(supply.type, supply.accepted, manner, None) for manner in manners)
            known = repr(supply), tuple(offer for several in found for offer in several)
            self._supplies[supply] = known
        return known

    def _served(self, name: str, manner: Manner) -> tuple[Manner, ...]:
        """The manners of those that may take a result: some may not be in the loop of the call."""
        if not manner.apart or name not in self._asked_for.closed:
            return (manner,)
        return tuple(m for m in self._asked_for.manners if manner.suits(m)) if manner.rounds == 0 else ()

    def _offers(self, of: Type, accepted: frozenset[int], manner: Manner, call: Call | None) -> Offers:
        """All parts of a value for those that want them."""
        return tuple(
            (number, more, way._replace(call=call))
            for wanted, more, way in self.parts.of(of, manner)
            for number in self._by_type.get((wanted, manner), ())
            if self.wants[number].judges <= accepted and not (self.wants[number].named and way.keys)
        )


class _Pricing:
    """The computation for one situation: what is cheapest is settled first (Knuth 1977)."""

    def __init__(self, lists: PriceLists, asked_for: AskedFor, situation: Situation) -> None:
        self._lists, self._asked_for, self._situation = lists, asked_for, situation
        self._untested = dict(situation.untested)
        self._looped = any(unfilled.looped for unfilled in situation.waiting)
        """Whether anything has to be in a loop that is open."""
        self._groups: dict[str, Groups] = dict(situation.prerequisites)
        self._after: dict[str, list[str]] = {}
        for name, groups in situation.prerequisites:
            for other in sorted(frozenset().union(*groups)):
                self._after.setdefault(other, []).append(name)
        self._values, self._ways = [NEVER] * len(lists.wants), [Supplier()] * len(lists.wants)
        self._settled: dict[int, int] = {}
        """The prices of calls."""
        self._left, self._sums, self._met = [0] * len(lists.calls), [0] * len(lists.calls), [0] * len(lists.calls)
        """For each call, how much of what it needs has no price yet, the sum of the others, and which groups do."""
        self._parts = {
            (number, fresh): lists.filled_by[fresh][number]
            for number in lists.collected
            for fresh in (True, False)
            if fresh or situation.may_become(lists.wants[number], looped=True)
        }
        """What has to be written into collections: those whose loops are to come, and those whose loops are open."""
        self._unfilled = {filled: len(parts) for filled, parts in self._parts.items()}
        self._queue: list[tuple[int, int, int]] = []
        self._looked_up: dict[int, list[tuple[int, Offers]]] = {}
        """What look-ups would give, by the numbers of the keys that have no price yet."""

    def prices(self) -> Prices:
        """The prices; what cannot be had has none."""
        lists, queue = self._lists, self._queue
        for call, (name, manner) in enumerate(lists.calls):
            self._left[call] = len(lists.takes[call]) + len(self._groups.get(name, ()))
            if self._is_barred(name, manner):
                self._left[call] = -1
            elif not self._left[call]:
                self._call(call)
        for _, offers in sorted(lists.supplied(supply) for supply in self._situation.supplies):
            self._offer(0, offers)
        while queue:
            price, _, number = heappop(queue)
            if number < 0:
                self._settle_call(~number, price)
            elif price == self._values[number]:
                self._settle_value(number, price)
        return Prices(lists.numbers, self._values, self._ways, lists.call_numbers, self._settled)

    def _is_barred(self, name: str, manner: Manner) -> bool:
        untested = self._untested.get(name, 0) and (manner.steady or not self._lists.parts.tests)
        barred = manner.inside and (not self._looped or name in self._situation.barred)
        return bool(untested) or barred or name in self._situation.exhausted or name in self._asked_for.unpayable

    def _offer(self, price: int, offers: Offers) -> None:
        for number, more, way in offers:
            if way.keys:
                key = self._lists.key(number, way.keys[0])
                if key is None:
                    continue
                if self._values[key] == NEVER:
                    self._looked_up.setdefault(key, []).append((price, ((number, more, way),)))
                    continue
                more += self._values[key]
            if price + more < self._values[number]:
                self._values[number], self._ways[number] = price + more, way
                heappush(self._queue, (price + more, len(self._queue), number))

    def _call(self, call: int) -> None:
        """Everything that a call needs has a price."""
        name, _ = self._lists.calls[call]
        price = self._sums[call] + self._lists.own[name] + BRANCH * self._untested.get(name, 0)
        # What a call asks for later may be done, or waived, already: subtasks may ask for each other.
        for index, group in self._asked_for.brought[name].items():
            if index not in self._situation.spared:
                price += min(self._lists.own[other] for other in group)
        heappush(self._queue, (price, 0, ~call))

    def _needs(self, call: int, price: int) -> None:
        self._sums[call] += price
        self._left[call] -= 1
        if not self._left[call]:
            self._call(call)

    def _settle_value(self, number: int, price: int) -> None:
        lists = self._lists
        for call in lists.users[number]:
            if self._left[call] > 0:
                self._needs(call, price)
        for before, offers in self._looked_up.pop(number, ()):
            self._offer(before, offers)
        carrier = lists.carrier[number]
        if carrier is not None:
            self._offer(price, ((carrier, LOOP + LOOK_UP, Supplier(carrier=lists.wants[number])),))
        for collection in lists.collections[number] if lists.parts.loops else ():
            for fresh in (True, False):
                times = self._parts.get((collection, fresh), ()).count(number)
                if times:
                    self._unfilled[collection, fresh] -= times
                    if not self._unfilled[collection, fresh]:
                        way = Supplier(collected=True, fresh=fresh)
                        self._offer(self._collected(collection, fresh), ((collection, 0, way),))

    def _settle_call(self, call: int, price: int) -> None:
        lists = self._lists
        name, manner = lists.calls[call]
        self._settled[call] = price
        for later in self._after.get(name, ()):
            for number in lists.named.get(later, ()):
                if self._left[number] > 0 and lists.calls[number][1].before == manner:
                    self._meet(number, name, price)
        self._offer(price, lists.result(call))

    def _meet(self, call: int, name: str, price: int) -> None:
        """Meets those groups of a call that have one of their subtasks only now."""
        for place, group in enumerate(self._groups[self._lists.calls[call][0]]):
            if name in group and not self._met[call] >> place & 1:
                self._met[call] |= 1 << place
                self._needs(call, price)

    def _collected(self, collection: int, fresh: bool) -> int:
        """The price of a collection that is filled in a loop."""
        want = self._lists.wants[collection]
        exists = self._situation.may_become(want, looped=not fresh)
        values = sum(self._values[part] for part in self._parts[collection, fresh])
        return write_price(isinstance(want.type, MapOf), exists=exists) + values
