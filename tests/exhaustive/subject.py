"""What is checked: a small spec for each rule, and for each pair of rules that share facts.

A spec's file says in comments which of its subtasks each program calls (`# calls: give`), and which kinds of
lines its programs do without, to go deeper with the others (`# without: aliases, returns`), or have in addition
(`# with: comparisons`).
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from p2c_dsl.resolve import load
from p2c_dsl.spec import Spec, Task
from p2c_dsl.syntax import nodes
from tests.exhaustive.counting import Programs
from tests.exhaustive.grammar import Grammar

SPECS = Path(__file__).parent / "specs"


@dataclass(frozen=True, slots=True)
class Batch:
    """Some of the programs of one size, as many as are `taken`, evenly spread over their numbers."""

    size: int
    total: int
    taken: int

    def number(self, place: int) -> int:
        """The number of the batch's program at a place."""
        return place * self.total // self.taken


@dataclass(frozen=True)
class Subject:
    """A spec and its programs."""

    name: str
    spec: Spec
    calls: frozenset[str]
    without: frozenset[str]
    also: frozenset[str] = frozenset()

    @property
    def task(self) -> Task:
        """The spec's only task."""
        (task,) = self.spec.tasks.values()
        return task

    @cached_property
    def programs(self) -> Programs:
        """All its programs."""
        return Programs(Grammar(self.spec, self.task, self.calls, self.without, self.also))

    def program(self, batch: Batch, place: int) -> nodes.ComposeDecl:
        """One of a batch's programs."""
        return self.programs.program(batch.size, batch.number(place))

    def batches(self, pairs: int) -> Iterator[Batch]:
        """That many programs: every size as a whole while it fits, then a part of the next."""
        size = 0
        while pairs > 0:
            size += 1
            with _no_collection():
                total = self.programs.count(size)
            taken = min(total, pairs)
            pairs -= taken
            yield Batch(size, total, taken)


def names() -> list[str]:
    """The names of all subjects."""
    return sorted(path.stem for path in SPECS.glob("*.p2c"))


def subject_of(name: str) -> Subject:
    """The subject of that name. Raises `ValueError` where something is wrong with its spec."""
    path = SPECS / f"{name}.p2c"
    loaded = load(path)
    if loaded.diagnostics:
        raise ValueError(f"{path}: {loaded.diagnostics[0].message}")
    comments = [line.removeprefix("# ") for line in path.read_text().splitlines() if line.startswith("# ")]
    said = dict(comment.split(": ", 1) for comment in comments)
    without, also = (_words(said.get(word, "")) for word in ("without", "with"))
    return Subject(name, loaded.spec, _words(said["calls"]), without, also)


def _words(listed: str) -> frozenset[str]:
    return frozenset(word for word in listed.split(", ") if word)


@contextmanager
def _no_collection() -> Iterator[None]:
    """Counting makes many small objects and no cycles: looking for cycles would take most of its time."""
    gc.disable()
    yield
    gc.enable()
    gc.freeze()
