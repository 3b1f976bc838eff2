"""A region after an earthquake: villages, as they were at the last census and as they are now, and a depot of food."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import ClassVar

REGION = tuple(["Alm", "Brook", "Cove", "Dale", "Elms", "Ford", "Glen", "Hill", "Isle", "Keld", "Lea", "Marsh"])


@dataclass(frozen=True, order=True, slots=True, repr=False)
class Village:
    """A place where people wait for food."""

    name: str

    def __repr__(self) -> str:
        return self.name


@dataclass(frozen=True, order=True, slots=True)
class Load:
    """Food, in kilograms."""

    kilograms: int


@dataclass(frozen=True, order=True, slots=True)
class Need:
    """How many people a village has, and whether its road is open."""

    people: int
    road_open: bool


class World:
    """The region as `seed` makes it. `size` is the number of villages, by default 2 to 5."""

    sizes: ClassVar[range] = range(1, 13)

    def __init__(self, seed: int, *, size: int | None = None) -> None:
        chance = Random(seed)
        count = chance.randint(2, 5) if size is None else size
        self.villages = [Village(name) for name in chance.sample(REGION, count)]
        self.needs = {village: Need(chance.randint(50, 500), chance.random() < 0.55) for village in self.villages}
        self.census = {v: Need(self._once(chance, need.people), True) for v, need in self.needs.items()}
        self.depot = 2 * sum(need.people for need in self.needs.values())
        self.visited: list[Village] = []
        self.sent: list[tuple[Village, Load, str]] = []
        self.posted: list[Mapping[Village, Need]] = []

    def _once(self, chance: Random, people: int) -> int:
        """How many people lived there at the time of the census."""
        return max(10, int(people * chance.choice((0.4, 0.8, 1.0, 1.2, 2.5))))

    def inputs(self) -> Mapping[str, object]:
        """The task's inputs."""
        return {"villages": list(self.villages)}

    def tools(self) -> Mapping[str, Callable[..., object]]:
        """The function for each subtask."""
        return {
            "survey": self.survey,
            "look_up": self.census.__getitem__,
            "shares_by_people": self.shares_by_people,
            "shares_by_village": self.shares_by_village,
            "drive": lambda village, load, need: self.sent.append((village, load, "road")),
            "fly": lambda village, load: self.sent.append((village, load, "air")),
            "post_list": self.posted.append,
        }

    def survey(self, village: Village) -> Need:
        self.visited.append(village)
        return self.needs[village]

    def shares_by_people(self, needs: Mapping[Village, Need]) -> dict[Village, Load]:
        people = sum(need.people for need in needs.values())
        return {village: Load(self.depot * need.people // people) for village, need in needs.items()}

    def shares_by_village(self, needs: Mapping[Village, Need]) -> dict[Village, Load]:
        return {village: Load(self.depot // len(needs)) for village in needs}

    def arrived(self) -> dict[Village, list[Load]]:
        """What reached each village: a lorry that meets a broken road turns back."""
        loads: dict[Village, list[Load]] = {village: [] for village in self.villages}
        for village, load, way in self.sent:
            if way == "air" or self.needs[village].road_open:
                loads[village].append(load)
        return loads

    def verify(self) -> str | None:
        """What is wrong with the outcome, or `None` if nothing is."""
        for village, loads in self.arrived().items():
            if len(loads) != 1:
                return f"{len(loads)} loads have reached {village.name}"
        given = sum(load.kilograms for _, load, _ in self.sent)
        return f"{given} kg are sent out of {self.depot} kg" if given > self.depot else None
