"""What the phases of a search share: lines, bounds and guesses about one task, and the ways found so far."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple, Self

from p2c_dsl.machine import Machine
from p2c_dsl.planners.anytime.helpful import HelpfulLines
from p2c_dsl.planners.anytime.outcome import header_of
from p2c_dsl.planners.anytime.pruning import Pruning
from p2c_dsl.planners.anytime.relaxed.asked_for import AskedFor
from p2c_dsl.planners.anytime.relaxed.priced_plan import PricedPlans
from p2c_dsl.planners.completion.lower_bound import LowerBound
from p2c_dsl.planners.lines.node import Keyed, Keys, Node
from p2c_dsl.planners.lines.pattern import NEVER, Line
from p2c_dsl.planners.lines.statements import Order
from p2c_dsl.planners.lines.successors import Lines
from p2c_dsl.rules import Rule


class SearchSpace:
    """The compositions of a task, as a search sees them."""

    def __init__(self, machine: Machine, lines: Lines, key: Keyed) -> None:
        self.machine, self.lines, self.key = machine, lines, key
        self.rules = tuple(facet for facet in machine.facets if isinstance(facet, Rule))
        self._lower_bound = LowerBound(machine)
        self._bounds: dict[Hashable, int] = {}
        asked_for = AskedFor(machine, self._lower_bound)
        self.relaxed_plans = PricedPlans(machine, asked_for)
        self.pruning = Pruning(machine, lines, asked_for, self.relaxed_plans.prices.parts)
        self.stages = HelpfulLines(machine, lines, asked_for, self.relaxed_plans, self.pruning).stages

    @classmethod
    def of(cls, machine: Machine, order: Order | None = None) -> Self:
        """A machine's; `order` is the order in which arguments are tried."""
        key = Keys(machine).of
        return cls(machine, Lines(machine, key, order=order), key)

    @property
    def start(self) -> Beginning:
        """The beginning of all compositions."""
        return Beginning(Node(self.machine.start(), True), 0, header_of(self.machine.task))

    @property
    def tried(self) -> int:
        """How many lines have been tried so far."""
        return self.lines.trials.count

    def at_least(self, node: Node, key: Hashable) -> int:
        """A lower bound on what a completion costs."""
        bound = self._bounds.get(key)
        if bound is None:
            bound = self._bounds[key] = self._lower_bound.of(node)
        return bound

    def least(self, beginnings: Iterable[Beginning]) -> int:
        """A lower bound on what any composition costs."""
        return min(b.spent + self.at_least(b.node, self.key(b.node)) for b in beginnings)

    def look(self, node: Node) -> tuple[Hashable, int]:
        """All of a node that the estimate sees, and with it the estimate of what a completion costs."""
        view, cost = self.relaxed_plans.cost(node)
        return (view, tuple(map(type, node.state.frames))), cost


@dataclass(frozen=True, slots=True)
class Beginning:
    """Where a search may begin: a node, what has been spent by then, and the text so far."""

    node: Node
    spent: int
    text: str


class Found(NamedTuple):
    """A composition: where it begins, its lines, and its cost in lexemes."""

    beginning: Beginning
    lines: tuple[Line, ...]
    cost: int

    @property
    def text(self) -> str:
        """Its text."""
        return self.beginning.text + "".join(word for line in self.lines for word in line.words) + "\n"


@dataclass(slots=True)
class Ways:
    """The cheapest ways found so far, by the keys of the nodes that they lead to."""

    costs: dict[Hashable, int] = field(default_factory=dict)
    _parents: dict[Hashable, tuple[Hashable, Line]] = field(default_factory=dict)
    _beginnings: dict[Hashable, Beginning] = field(default_factory=dict)

    def begin(self, key: Hashable, beginning: Beginning) -> bool:
        """Keeps a beginning if it is cheaper than what is known."""
        if beginning.spent >= self.cost(key):
            return False
        self.costs[key], self._beginnings[key] = beginning.spent, beginning
        return True

    def cost(self, key: Hashable) -> int:
        """The cost of the way to a node, `NEVER` if none is known."""
        return self.costs.get(key, NEVER)

    def extend(self, key: Hashable, line: Line, cost: int) -> None:
        """Keeps the way through a node along a line."""
        self.costs[line.key], self._parents[line.key] = cost, (key, line)
        self._beginnings.pop(line.key, None)

    def to(self, key: Hashable) -> Found:
        """The way to a node where the composition may end."""
        lines = list[Line]()
        while key not in self._beginnings:
            key, line = self._parents[key]
            lines.append(line)
        # A cheaper way to a node on the way may have been found since the cost of this one was noted.
        beginning = self._beginnings[key]
        return Found(beginning, tuple(reversed(lines)), beginning.spent + sum(line.cost for line in lines))
