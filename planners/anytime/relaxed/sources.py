"""What the values of a relaxed plan come from: what the ways to them use, and what accumulators are filled with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from p2c_dsl.planners.anytime.relaxed.asked_for import AskedFor
from p2c_dsl.planners.anytime.relaxed.situation import Prices, Supplier, Unfilled
from p2c_dsl.planners.anytime.relaxed.wants import Want, key_of, parts_of_accumulator
from p2c_dsl.types import Type


@dataclass(frozen=True, slots=True)
class Sources:
    """The ways to the values of a plan that is being made.

    Attributes:
        prices: The cheapest ways to all values.
        asked_for: What calls take.
        ways: The ways that the plan takes so far.
        filling: What the accumulators at hand are to become, once that is known.
    """

    prices: Prices
    asked_for: AskedFor
    ways: Mapping[Want, Supplier]
    filling: Mapping[Type, Unfilled] | None

    def parts(self, collection: Want) -> tuple[Want, ...]:
        """What is written into a collection."""
        if self.filling is None:
            return parts_of_accumulator(collection, self.prices.way(collection).fresh)
        unfilled = self.filling.get(collection.type)
        return parts_of_accumulator(
            collection, unfilled is None or not (unfilled.looped and unfilled.serves(collection))
        )

    def behind(self, wanted: Iterable[Want]) -> set[Want]:
        """What the cheapest ways to some values use, these values included."""
        found, pending = set[Want](), list(wanted)
        while pending:
            want = pending.pop()
            if want in found:
                continue
            found.add(want)
            way = self.prices.way(want)
            pending += () if way.call is None else self.asked_for.takes[way.call]
            pending += [key_of(want, key) for key in way.keys]
            pending += () if way.carrier is None else (way.carrier,)
            pending += self.parts(want) if way.collected else ()
        return found

    def behind_parts(self, collection: Want) -> set[Want]:
        """The same of what is written into a collection."""
        return self.behind(self.parts(collection))

    def calls_for(self, collection: Want) -> frozenset[str]:
        """The calls that lead to what is written into a collection."""
        calls = (way.call for want in self.behind_parts(collection) if (way := self.ways.get(want)) is not None)
        return frozenset(call[0] for call in calls if call is not None)

    @property
    def begun(self) -> list[Want]:
        """What the accumulators at hand are to become."""
        filling = self.filling or {}
        return [want for want, way in self.ways.items() if way.collected and want.type in filling]

    @property
    def looped(self) -> list[Want]:
        """Those of them whose loops are open."""
        return [want for want in self.begun if self.filling is not None and self.filling[want.type].looped]

    @property
    def inner(self) -> frozenset[str]:
        """The calls that lead to what is written into them."""
        return frozenset[str]().union(*map(self.calls_for, self.looped))

    @property
    def nested(self) -> int:
        """How many of their loops give nothing for them, so that there must be loops inside."""
        return sum(any(self.prices.way(w).loops for w in self.behind_parts(want)) for want in self.looped)

    @property
    def gathered(self) -> frozenset[Type]:
        """The loops behind what is written into accumulators that wait for one."""
        filling = self.filling or {}
        waiting = [w for w in self.ways if (unfilled := filling.get(w.type)) is not None and not unfilled.looped]
        behind = self.behind(part for want in waiting for part in self.parts(want))
        return frozenset(of for want in behind for of in self.prices.way(want).loops)
