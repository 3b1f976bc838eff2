"""What people can be asked about: accepted programs of a task, and pairs of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from itertools import combinations, islice, zip_longest
from random import Random

from p2c_dsl.planners.automaton.automaton import DEFAULT_BUDGET
from p2c_dsl.planners.preferences.comparison import Pair
from p2c_dsl.planners.preferences.features import Features
from p2c_dsl.planners.preferences.solution import PartialSolution, solution_of
from p2c_dsl.planners.search import SearchPlanner
from p2c_dsl.spec import Spec, Task

_LOOKED_AT = 10
"""How many programs are considered for each that is wanted: most differ in no feature that a value could be about."""


def candidates(
    spec: Spec, task: Task, count: int, features: Features | None = None, budget: int = DEFAULT_BUDGET
) -> list[PartialSolution]:
    """Up to `count` accepted programs of a task, no two with the same features.

    They are chosen among the shortest, so that what they do to the world differs as much as it can: the shortest
    program of each list of effects comes first, then the second of each, and so on.
    Raises `Unplannable` if there is no accepted program within a budget of lexemes.
    """
    features = features or Features(spec)
    found: dict[tuple[float, ...], PartialSolution] = {}
    for text in islice(SearchPlanner(budget).plans(spec, task), count * _LOOKED_AT):
        solution = solution_of(spec, text, features)
        found.setdefault(solution.features, solution)
    groups: dict[tuple[str, ...], list[PartialSolution]] = defaultdict(list)
    for solution in found.values():
        groups[solution.effects].append(solution)
    in_turn = (solution for turn in zip_longest(*groups.values()) for solution in turn)
    return list(islice((solution for solution in in_turn if solution is not None), count))


def pairs(solutions: Iterable[PartialSolution], count: int | None = None, seed: int = 0) -> list[Pair]:
    """Pairs of solutions of the same subtask, at most `count`, in random order and on random sides.

    Solutions with the same features are not paired: nothing can be learned from the answer.
    """
    by_subtask: dict[str, dict[str, PartialSolution]] = defaultdict(dict)
    for solution in solutions:
        by_subtask[solution.subtask][solution.key] = solution
    found = (
        pair
        for group in by_subtask.values()
        for pair in combinations(group.values(), 2)
        if pair[0].features != pair[1].features
    )
    return shuffled(found, count, seed)


def shuffled(pairs: Iterable[Pair], count: int | None = None, seed: int = 0) -> list[Pair]:
    """At most `count` of some pairs, in random order and on random sides; equal seeds give equal lists."""
    random, found = Random(f"pairs {seed}"), list(pairs)
    random.shuffle(found)
    return [pair if random.random() < 0.5 else (pair[1], pair[0]) for pair in found[:count]]
