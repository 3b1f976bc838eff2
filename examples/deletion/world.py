"""A company's data about one person: copies in several places, perhaps a court's hold, and a mailbox."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import ClassVar

PEOPLE = ("Ada", "Ben", "Cleo")
BRANCHES = tuple(f"files of branch {i + 1}" for i in range(7))
PLACES = ("customer database", "mailing list", "support mailbox", "tape archive", "web analytics")


@dataclass(frozen=True, order=True, slots=True, repr=False)
class Person:
    """A person about whom the company holds data."""

    name: str

    def __repr__(self) -> str:
        return self.name


@dataclass(frozen=True, order=True, slots=True, repr=False)
class Copy:
    """A place where personal data is stored."""

    place: str
    backup: bool

    def __repr__(self) -> str:
        return self.place


@dataclass(frozen=True, order=True, slots=True)
class Content:
    """The content of a copy."""

    text: str
    sensitive: bool


class World:
    """The company as `seed` makes it. The person confirms the request unless `confirms` is false,
    and no court forbids it unless `held` is true. `size` is the number of copies, by default 1 to 4."""

    sizes: ClassVar[range] = range(1, 13)

    def __init__(self, seed: int, *, size: int | None = None, confirms: bool = True, held: bool = False) -> None:
        chance = Random(seed)
        self.person = Person(chance.choice(PEOPLE))
        if size is None:
            places = chance.sample(PLACES, chance.randint(1, 4))
        else:
            places = chance.sample([*PLACES, *BRANCHES], size)
        self.copies = [Copy(place, place == "tape archive") for place in places]
        self.contents = {
            copy: Content(f"{self.person.name}, in the {copy.place}", chance.random() < 0.3) for copy in self.copies
        }
        self.shared = {copy for copy in self.copies if chance.random() < 0.1}
        self.confirms, self.held = confirms, held
        self.asked: list[Person] = []
        self.looked: list[Person] = []
        """The people about whose data a hold was looked for."""
        self.erased: list[Copy] = []
        self.hasty: list[Copy] = []
        """The copies that were erased before the person had confirmed, or before anybody had looked for a hold."""
        self.read: list[Copy] = []
        self.sent: list[tuple[str, str, int]] = []

    def inputs(self) -> Mapping[str, object]:
        """The task's inputs."""
        return {"person": self.person, "copies": list(self.copies)}

    def tools(self) -> Mapping[str, Callable[..., object]]:
        """The function for each subtask."""
        return {
            "confirm": self.confirm,
            "check_hold": self.check_hold,
            "read_copy": self.read_copy,
            "redact": self.redact,
            "erase_copy": self.erase_copy,
            "report": self.report,
        }

    def confirm(self, person: Person) -> None:
        """Raises `PermissionError` if the person does not confirm."""
        self.asked.append(person)
        if not self.confirms:
            raise PermissionError(f"{person.name} has not confirmed the request")

    def check_hold(self, person: Person) -> None:
        """Raises `PermissionError` if a court forbids the deletion."""
        self.looked.append(person)
        if self.held:
            raise PermissionError(f"a legal hold covers the data about {person.name}")

    def read_copy(self, copy: Copy) -> Content:
        """Raises `LookupError` if the copy is gone."""
        if copy in self.erased:
            raise LookupError(f"the {copy.place} has been erased")
        self.read.append(copy)
        return self.contents[copy]

    def redact(self, content: Content) -> str:
        return f"{len(content.text)} characters of personal data"

    def erase_copy(self, copy: Copy) -> None:
        if not (self.asked and self.looked):
            self.hasty.append(copy)
        self.erased.append(copy)

    def report(self, to: str, text: str) -> None:
        self.sent.append((to, text, len(self.erased)))

    def verify(self) -> str | None:
        """What is wrong with the outcome, or `None` if nothing is."""
        for copy in self.copies:
            if self.erased.count(copy) != 1:
                return f"the {copy.place} is erased {self.erased.count(copy)} times"
        leaks = [text for _, text, _ in self.sent if self.person.name in text]
        return f"a report names the person: {leaks[0]}" if leaks else None
