"""A service that runs on several stages, a build that may be faulty, and the people who use the service."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import ClassVar

from p2c_dsl.spec import EnumMember


@dataclass(frozen=True, order=True, slots=True, repr=False)
class Build:
    """A version of the service."""

    number: int

    def __repr__(self) -> str:
        return f"build {self.number}"


@dataclass(frozen=True, order=True, slots=True, repr=False)
class Stage:
    """Some machines, and the number of users they serve."""

    number: int
    users: int

    def __repr__(self) -> str:
        return f"stage {self.number}"


class World:
    """The service as `seed` makes it. `size` is the number of stages, by default 2 to 5.

    Of five builds, one fails the tests, and one passes them but does not work.
    """

    sizes: ClassVar[range] = range(1, 13)

    def __init__(self, seed: int, *, size: int | None = None) -> None:
        chance = Random(seed)
        count = chance.randint(2, 5) if size is None else size
        self.build = Build(chance.randint(100, 999))
        users = chance.sample(range(10, 10_000), count)
        self.stages = [Stage(i + 1, users[i]) for i in range(count)]
        self.passes, self.works = chance.choice(
            [(False, False), (True, False), (True, True), (True, True), (True, True)]
        )
        self.new: set[Stage] = set()
        """The stages that run the new build."""
        self.burnt: set[Stage] = set()
        """The stages whose old build is gone."""
        self.tested = False
        self.looked_at: set[Stage] = set()
        self.shipped: list[tuple[Stage, frozenset[Stage]]] = []
        """The stages deployed to, each with the stages whose health had been checked by then."""
        self.postponed = 0
        self.announced: list[tuple[str, frozenset[Stage]]] = []
        """The audiences informed, each with the stages that ran the new build then."""

    def inputs(self) -> Mapping[str, object]:
        """The task's inputs."""
        return {"build": self.build, "stages": list(self.stages)}

    def tools(self) -> Mapping[str, Callable[..., object]]:
        """The function for each subtask."""
        return {
            "run_tests": self.run_tests,
            "pilot": lambda stages: min(stages, key=lambda stage: stage.users),
            "others": lambda stages, done: [stage for stage in stages if stage != done],
            "deploy": self.deploy,
            "switch": self.switch,
            "healthy": self.healthy,
            "roll_back": self.roll_back,
            "postpone": self.postpone,
            "announce": self.announce,
        }

    def run_tests(self, build: Build) -> bool:
        self.tested = True
        return self.passes

    def deploy(self, build: Build, stage: Stage) -> None:
        """A stage that runs the build already is left as it is."""
        if stage in self.new:
            return
        self.shipped.append((stage, frozenset(self.looked_at)))
        self.new.add(stage)

    def switch(self, build: Build, stage: Stage) -> None:
        self.deploy(build, stage)
        self.burnt.add(stage)

    def healthy(self, stage: Stage) -> bool:
        if stage in self.new:
            self.looked_at.add(stage)
        return self.works or stage not in self.new

    def roll_back(self, stage: Stage) -> None:
        """Raises `LookupError` if the old build is gone."""
        if stage in self.burnt:
            raise LookupError(f"{stage} has no old build any more")
        self.new.discard(stage)

    def postpone(self, build: Build) -> None:
        self.postponed += 1

    def announce(self, build: Build, audience: EnumMember) -> None:
        self.announced.append((audience.member, frozenset(self.new)))

    def verify(self) -> str | None:
        """What is wrong with the outcome, or `None` if nothing is."""
        if not self.shipped:
            wrong = self.passes or not self.postponed
            return f"nobody has tried {self.build}" if wrong else None
        if not self.works:
            return f"{len(self.new)} stages run a build that does not work" if self.new else None
        missing = len(self.stages) - len(self.new)
        return f"{missing} stages still run the old build" if missing else None
