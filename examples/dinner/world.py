"""An evening in a small town: guests with favourite restaurants, and one desk that takes bookings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import ClassVar

GUESTS = ("Ada", "Ben", "Cleo", "Dan", "Eve", "Finn")
RESTAURANTS = ("Acorn", "Bistro Bleu", "Canteen", "Dumpling Bar", "Elm Tree")


@dataclass(frozen=True, order=True, slots=True, repr=False)
class User:
    """A guest."""

    name: str

    def __repr__(self) -> str:
        return self.name


@dataclass(frozen=True, order=True, slots=True, repr=False)
class Restaurant:
    """A place to eat."""

    name: str

    def __repr__(self) -> str:
        return self.name


def _name(number: int) -> str:
    """The name of a guest in a large party: after the last name comes Ada 2, and so on."""
    again, first = divmod(number, len(GUESTS))
    return f"{GUESTS[first]} {again + 1}" if again else GUESTS[first]


class World:
    """The town as `seed` makes it. There is always a restaurant that suits everyone.

    `size` is the number of guests, by default 2 to 5.
    """

    sizes: ClassVar[range] = range(2, 31)

    def __init__(self, seed: int, *, size: int | None = None) -> None:
        chance = Random(seed)
        town = [Restaurant(name) for name in RESTAURANTS]
        if size is None:
            self.guests = [User(name) for name in chance.sample(GUESTS, chance.randint(2, 5))]
        else:
            self.guests = [User(_name(number)) for number in range(size)]
        shared = chance.choice(town)
        self.likes = {guest: frozenset({shared, *chance.sample(town, chance.randint(0, 3))}) for guest in self.guests}
        self.calls: list[User] = []
        self.bookings: list[Restaurant] = []

    def inputs(self) -> Mapping[str, object]:
        """The task's inputs."""
        return {"users": list(self.guests)}

    def tools(self) -> Mapping[str, Callable[..., object]]:
        """The function for each subtask."""
        return {
            "ask_preference": self.ask_preference,
            "identify_overlap": self.identify_overlap,
            "book_table": self.book_table,
        }

    def ask_preference(self, user: User) -> list[Restaurant]:
        self.calls.append(user)
        return sorted(self.likes[user])

    def identify_overlap(self, prefs: Mapping[User, list[Restaurant]]) -> Restaurant:
        """Raises `ValueError` if nothing suits everyone, or if no guest was asked."""
        overlap = set.intersection(*(set(liked) for liked in prefs.values())) if prefs else set()
        if not overlap:
            raise ValueError("no restaurant suits everybody")
        return min(overlap)

    def book_table(self, restaurant: Restaurant) -> None:
        self.bookings.append(restaurant)

    def verify(self) -> str | None:
        """What is wrong with the outcome, or `None` if nothing is."""
        if len(self.bookings) != 1:
            return f"{len(self.bookings)} tables are booked instead of one"
        unhappy = [guest.name for guest in self.guests if self.bookings[0] not in self.likes[guest]]
        return f"{self.bookings[0].name} does not suit {', '.join(unhappy)}" if unhappy else None
