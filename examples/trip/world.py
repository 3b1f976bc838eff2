"""A class before its trip: pupils, parents who may not agree, families who may not be able to pay, and coach firms."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from random import Random
from typing import ClassVar

CLASS = tuple(["Ann", "Bo", "Cara", "Dev", "Elli", "Fritz", "Gina", "Hugo", "Ines", "Jona", "Kaya", "Lars"])
PRICE_OF_A_SEAT = 12


@dataclass(frozen=True, order=True, slots=True, repr=False)
class Pupil:
    """A child in the class."""

    name: str

    def __repr__(self) -> str:
        return self.name


@dataclass(frozen=True, order=True, slots=True)
class Quote:
    """A coach firm's offer."""

    seats: int
    price: int
    belts: bool


class World:
    """The class as `seed` makes it. `size` is the number of pupils, by default 2 to 5."""

    sizes: ClassVar[range] = range(1, 13)

    def __init__(self, seed: int, *, size: int | None = None) -> None:
        chance = Random(seed)
        count = chance.randint(2, 5) if size is None else size
        self.pupils = [Pupil(name) for name in chance.sample(CLASS, count)]
        self.allowed = {pupil for pupil in self.pupils if chance.random() < 0.8}
        self.poor = {pupil for pupil in self.pupils if chance.random() < 0.3}
        self.cheap_belts = chance.random() < 0.4
        """Whether the firm with the lowest price has belts."""
        self.asked: list[Pupil] = []
        self.looked_up: list[Pupil] = []
        self.tickets: list[tuple[Pupil, bool]] = []
        """The pupils with tickets, each with whether the family pays."""
        self.insured: list[Pupil] = []
        self.hired: list[tuple[Quote, frozenset[Pupil]]] = []
        """The coaches hired, each with the pupils whose parents had been asked by then."""

    def inputs(self) -> Mapping[str, object]:
        """The task's inputs."""
        return {"pupils": list(self.pupils)}

    def tools(self) -> Mapping[str, Callable[..., object]]:
        """The function for each subtask."""
        return {
            "ask_parents": self.ask_parents,
            "needs_help": self.needs_help,
            "buy_ticket": lambda pupil: self.tickets.append((pupil, True)),
            "free_ticket": lambda pupil: self.tickets.append((pupil, False)),
            "insure": self.insured.append,
            "agreed": lambda answers: [pupil for pupil, yes in answers.items() if yes],
            "quotes_for": self.quotes_for,
            "cheapest": lambda offers: min(offers, key=lambda quote: quote.price),
            "belted": self.belted,
            "hire_coach": lambda quote: self.hired.append((quote, frozenset(self.asked))),
        }

    def ask_parents(self, pupil: Pupil) -> bool:
        self.asked.append(pupil)
        return pupil in self.allowed

    def needs_help(self, pupil: Pupil) -> bool:
        self.looked_up.append(pupil)
        return pupil in self.poor

    def quotes_for(self, group: Collection[Pupil]) -> tuple[Quote, ...]:
        seats = len(group)
        price = PRICE_OF_A_SEAT * max(1, seats)
        return Quote(seats, price, self.cheap_belts), Quote(seats, price + 40, True)

    def belted(self, offers: Collection[Quote]) -> Quote:
        """Raises `ValueError` if no coach has seat belts."""
        return min((quote for quote in offers if quote.belts), key=lambda quote: quote.price)

    def verify(self) -> str | None:
        """What is wrong with the outcome, or `None` if nothing is."""
        coming = [pupil for pupil, _ in self.tickets]
        for pupil in self.pupils:
            due = 1 if pupil in self.allowed else 0
            if coming.count(pupil) != due:
                return f"{pupil.name} has {coming.count(pupil)} tickets instead of {due}"
        if len(self.hired) != 1:
            return f"{len(self.hired)} coaches are hired instead of one"
        seats = self.hired[0][0].seats
        return f"{len(coming)} pupils get on a coach with {seats} seats" if seats < len(coming) else None
