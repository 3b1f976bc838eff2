"""What was measured of a space, one line of JSON a domain: a run that was stopped goes on with the missing ones."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from random import Random

from p2c_dsl.analysis.read import read_composition
from p2c_dsl.planners.figure2.rules_on_parts.solution_facts import loop_depth
from p2c_dsl.planners.measure.spaces.drawing import drawn
from p2c_dsl.planners.measure.spaces.judging import judged, length
from p2c_dsl.planners.measure.spaces.restrictions import Restrictions
from p2c_dsl.planners.measure.spaces.resumed import Measured, finished, resumed
from p2c_dsl.planners.measure.spaces.space import space_of

FILE = "spaces.jsonl"


@dataclass(frozen=True, slots=True)
class SpaceSettings:
    """How much is drawn of how many domains, and the seeds of each, which are apart.

    Attributes:
        domains: How many generated domains are looked at; those without a goal are left out.
        compositions: How many compositions are drawn in each.
        worlds: In how many worlds each of them is run.
        domain_seed, drawing_seed, world_seed: What the generator, the drawing and the worlds start from.
    """

    domains: int = 300
    compositions: int = 400
    worlds: int = 8
    domain_seed: int = 0
    drawing_seed: int = 0
    world_seed: int = 0

    def numbers(self) -> range:
        """The numbers of the domains, by which the generator makes them."""
        first = self.domain_seed * 1_000_000
        return range(first, first + self.domains)


QUICK = SpaceSettings(domains=24, compositions=60, worlds=4)
"""Some minutes on one core."""


@dataclass(frozen=True, slots=True)
class CompositionRecord:
    """One composition: its shape, the restrictions that it keeps, and what `JudgedComposition` says of its runs."""

    depth: int
    length: int
    kept: tuple[str, ...]
    runs: int
    verified: int
    harmless: dict[str, int]


@dataclass(frozen=True, slots=True)
class SpaceRecord:
    """A domain's compositions, none where it has no goal. `seconds` are those of the CPU."""

    domain: int
    families: tuple[str, ...]
    compositions: tuple[CompositionRecord, ...]
    seconds: float


def measured(number: int, settings: SpaceSettings) -> SpaceRecord:
    """Draws and judges the compositions of one domain."""
    started, space = time.process_time(), space_of(number)
    if space is None:
        return SpaceRecord(number, (), (), time.process_time() - started)
    restrictions, found = Restrictions(space), []
    worlds = range(settings.world_seed * 1_000_000, settings.world_seed * 1_000_000 + settings.worlds)
    for text in drawn(space, settings.compositions, Random(f"{settings.drawing_seed} {number}")):
        program = read_composition(space.spec, text, ())
        judgement = judged(space, program, worlds)
        found.append(
            CompositionRecord(
                loop_depth(program),
                length(program),
                restrictions.kept(text),
                judgement.runs,
                judgement.verified,
                dict(judgement.harmless),
            )
        )
    return SpaceRecord(number, space.domain.families, tuple(found), time.process_time() - started)


def run(settings: SpaceSettings, folder: Path, processes: int = 1) -> Iterator[SpaceRecord]:
    """Measures the missing domains, and writes and yields each. Raises `ValueError` for a folder of other settings."""
    measure = partial(_measured, settings)
    yield from map(_record, resumed(folder / FILE, asdict(settings), settings.numbers(), measure, processes))


def read(folder: Path) -> list[SpaceRecord]:
    """The domains that are finished, by number."""
    return list(map(_record, finished(folder / FILE)))


def _measured(settings: SpaceSettings, number: int) -> Measured:
    return asdict(measured(number, settings))


def _record(data: Measured) -> SpaceRecord:
    rows = tuple(CompositionRecord(**{**row, "kept": tuple(row["kept"])}) for row in data["compositions"])
    return SpaceRecord(data["domain"], tuple(data["families"]), rows, data["seconds"])
