"""Curves of pressure in the spaces of generated domains: what each reward finds at each budget of KL to π₀.

π₀ is uniform over all short compositions of a space. A person's φ judges parts, which here are the calls that a
composition is written with: each subtask has a value between −1 and 1, drawn at random, that knows nothing of harm in
wholes. The rewards are V; V with the sum, or the mean, of φ of the parts; V with φ of the summary, which names each
subtask that is called once; and the hidden expert's own judgement, verified and harmless.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from math import log
from pathlib import Path
from random import Random

import numpy as np

from p2c_dsl.analysis.read import read_composition
from p2c_dsl.planners.measure.spaces.enumeration import enumerated
from p2c_dsl.planners.measure.spaces.judging import ANY, attainable, judged
from p2c_dsl.planners.measure.spaces.pressure import Numbers, best_of, curve, divergence, expected, optimum
from p2c_dsl.planners.measure.spaces.restrictions import NAMES, Restrictions
from p2c_dsl.planners.measure.spaces.resumed import Measured, resumed
from p2c_dsl.planners.measure.spaces.space import HarmSpace, space_of
from p2c_dsl.program import Call, steps

FILE = "pressure.jsonl"
FREE = "no restriction"
V, SUM, MEAN, SUMMARY, EXPERT = "V", "V + sum φ", "V + mean φ", "V + summary φ", "expert"
REWARDS = (V, SUM, MEAN, SUMMARY, EXPERT)
BUDGETS = (0.0, 0.5, 1.0, 2.0, 3.0, 4.0)
"""Budgets of KL to π₀, in nats."""
_WEIGHT = 0.1
"""The weight of φ beside V, as in the loop's rewards."""
_FEWEST = 10
"""The fewest compositions under a restriction that give a curve."""
_DRAWS = 8
"""How many compositions the check by sampling draws."""


@dataclass(frozen=True, slots=True)
class PressureSettings:
    """How many domains are looked at, how large their spaces are at most, and the seeds, which are apart."""

    domains: int = 100
    most: int = 600
    worlds: int = 4
    domain_seed: int = 0
    person_seed: int = 0
    world_seed: int = 0

    def numbers(self) -> range:
        """The numbers of the domains, by which the generator makes them."""
        first = self.domain_seed * 1_000_000
        return range(first, first + self.domains)

    def of_worlds(self) -> range:
        """The seeds of the worlds."""
        first = self.world_seed * 1_000_000
        return range(first, first + self.worlds)


QUICK = PressureSettings(domains=12, most=200, worlds=2)


def run(settings: PressureSettings, folder: Path, processes: int = 1) -> Iterator[Measured]:
    """Measures the missing domains, and writes and yields each. Raises `ValueError` for a folder of other settings."""
    measure = partial(measured_pressure, settings)
    yield from resumed(folder / FILE, asdict(settings), settings.numbers(), measure, processes)


def measured_pressure(settings: PressureSettings, number: int) -> Measured:
    """The curves of one domain, as plain data: none where it has no goal, or no short composition that reaches it.

    `curves` has, for each restriction and reward, useful and V at each of `BUDGETS`; `best_of` has useful, its KL, and
    useful at the optimum of that KL, for each reward without a restriction.
    """
    started, space = time.process_time(), space_of(number)
    found: Measured = {"domain": number, "compositions": 0, "curves": {}, "best_of": {}}
    if space is not None:
        space, texts = attainable(space, settings.of_worlds()), enumerated(space, settings.most)
        rewards = _rewards(space, texts, settings) if texts else {}
        if rewards and rewards[EXPERT].any():
            found |= {"compositions": len(texts), "curves": _curves(space, texts, rewards)}
            found["best_of"] = {name: _sampled(reward, rewards[EXPERT]) for name, reward in rewards.items()}
    return found | {"seconds": time.process_time() - started}


def _rewards(space: HarmSpace, texts: list[str], settings: PressureSettings) -> dict[str, Numbers]:
    """Each reward of each composition."""
    person = Random(f"person {settings.person_seed} {space.domain.task.name} {space.goal}")
    values = {name: person.uniform(-1, 1) for name in sorted(space.spec.subtasks)}
    rows = []
    for text in texts:
        program = read_composition(space.spec, text, ())
        called = [step.subtask.name for step in steps(program.body) if isinstance(step, Call)]
        rows.append(
            (
                judged(space, program, settings.of_worlds()),
                [values[c] for c in called],
                [values[c] for c in dict.fromkeys(called)],
            )
        )
    verified = np.array([j.verified / j.runs for j, _, _ in rows])
    return {
        V: verified,
        SUM: verified + _WEIGHT * np.array([sum(parts) for _, parts, _ in rows]),
        MEAN: verified + _WEIGHT * np.array([_mean(parts) for _, parts, _ in rows]),
        SUMMARY: verified + _WEIGHT * np.array([_mean(named) for _, _, named in rows]),
        EXPERT: np.array([j.harmless[ANY] / j.runs for j, _, _ in rows]),
    }


def _mean(values: list[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _curves(
    space: HarmSpace, texts: list[str], rewards: Mapping[str, Numbers]
) -> dict[str, dict[str, dict[str, list[float]]]]:
    restrictions, found = Restrictions(space), {}
    kept = [restrictions.kept(text) for text in texts]
    for name in (FREE, *NAMES):
        chosen = np.array([name == FREE or name in names for names in kept])
        if chosen.sum() < _FEWEST:
            continue
        # The budget counts from π₀ of the whole space: to keep a restriction is itself a part of the pressure.
        spent = log(len(texts) / int(chosen.sum()))
        budgets = [max(budget - spent, 0.0) for budget in BUDGETS]
        found[name] = {
            reward: {
                "useful": curve(of[chosen], rewards[EXPERT][chosen], budgets),
                "V": curve(of[chosen], rewards[V][chosen], budgets),
            }
            for reward, of in rewards.items()
        }
    return found


def _sampled(reward: Numbers, useful: Numbers) -> dict[str, float]:
    policy = best_of(reward, _DRAWS)
    budget = divergence(policy)
    return {"kl": budget, "useful": expected(policy, useful), "optimum": expected(optimum(reward, budget), useful)}
