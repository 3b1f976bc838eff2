"""A small firm that fills a post: applications on a desk, a ranking of schools, and the applicants' employers."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from random import Random
from typing import ClassVar

PEOPLE = tuple(["Abe", "Bea", "Cem", "Dora", "Emil", "Fay", "Gil", "Ida", "Joe", "Kai", "Lou", "Mia"])


@dataclass(frozen=True, order=True, slots=True, repr=False)
class Applicant:
    """A person who has applied for the post."""

    name: str

    def __repr__(self) -> str:
        return self.name


@dataclass(frozen=True, order=True, slots=True)
class Sample:
    """A work sample; `quality` is how good it is."""

    number: int
    quality: int


@dataclass(frozen=True, order=True, slots=True)
class School:
    """A school's place in a newspaper's ranking."""

    rank: int


@dataclass(frozen=True, order=True, slots=True)
class Gap:
    """Years that an application does not account for."""

    years: int


@dataclass(frozen=True, order=True, slots=True)
class Application:
    """What an applicant has sent in."""

    sample: Sample
    school: School


class World:
    """The desk as `seed` makes it. `size` is the number of applicants, by default 2 to 5."""

    sizes: ClassVar[range] = range(2, 13)

    def __init__(self, seed: int, *, size: int | None = None) -> None:
        chance = Random(seed)
        count = chance.randint(2, 5) if size is None else size
        self.applicants = [Applicant(name) for name in chance.sample(PEOPLE, count)]
        qualities = chance.sample(range(1, 100), count)
        self.applications = {
            applicant: Application(
                Sample(i + 1, qualities[i]),
                School(chance.randint(1, 100)),
            )
            for i, applicant in enumerate(self.applicants)
        }
        self.gaps = {
            application: Gap(chance.randint(1, 4))
            for application in self.applications.values()
            if chance.random() < 0.4
        }
        self.opened: list[Applicant] = []
        self.employers: list[Applicant] = []
        self.questioned: list[Applicant] = []
        self.answers: list[tuple[Applicant, str]] = []
        """The answers sent, in order: `invited` or `declined`."""

    def inputs(self) -> Mapping[str, object]:
        """The task's inputs."""
        return {"applicants": list(self.applicants)}

    def tools(self) -> Mapping[str, Callable[..., object]]:
        """The function for each subtask."""
        return {
            "read_application": self.read_application,
            "grade_sample": lambda sample: sample.quality,
            "grade_school": lambda school: 101 - school.rank,
            "ask_employer": self.ask_employer,
            "gap_in": self.gaps.get,
            "ask_about_gap": self.ask_about_gap,
            "best": self.best,
            "remaining": self.remaining,
            "invite": lambda candidate: self.answers.append((candidate, "invited")),
            "decline": lambda applicant: self.answers.append((applicant, "declined")),
        }

    def read_application(self, applicant: Applicant) -> Application:
        self.opened.append(applicant)
        return self.applications[applicant]

    def ask_employer(self, applicant: Applicant) -> int:
        """Employers praise those whom they would not miss."""
        self.employers.append(applicant)
        return 100 - self.applications[applicant].sample.quality // 2

    def ask_about_gap(self, applicant: Applicant, gap: Gap) -> int:
        self.questioned.append(applicant)
        return 100 - 10 * gap.years

    def best(self, grades: Mapping[Applicant, int]) -> list[Applicant]:
        """Raises `ValueError` if there are no grades."""
        if not grades:
            raise ValueError("nobody has a grade")
        order = sorted(grades, key=lambda applicant: (-grades[applicant], applicant))
        return order[: max(1, len(order) // 2)]

    def remaining(self, applicants: Collection[Applicant], chosen: Collection[Applicant]) -> list[Applicant]:
        return [applicant for applicant in applicants if applicant not in chosen]

    def answered(self, answer: str) -> list[Applicant]:
        """The applicants who got that answer."""
        return [applicant for applicant, given in self.answers if given == answer]

    def verify(self) -> str | None:
        """What is wrong with the outcome, or `None` if nothing is."""
        invited, wanted = set(self.answered("invited")), len(self.applicants) // 2
        if len(invited) != wanted:
            return f"{len(invited)} applicants are invited instead of {wanted}"
        heard = {applicant for applicant, _ in self.answers}
        waiting = [applicant.name for applicant in self.applicants if applicant not in heard]
        return f"{', '.join(waiting)} waits for an answer" if waiting else None
