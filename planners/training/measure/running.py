"""Runs cells, in several processes; what the cells of a domain have in common is thought of once in each."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict
from pathlib import Path
from typing import Any

from p2c_dsl.planners.training.align_run import AlignSettings, Loop, loop_of
from p2c_dsl.planners.training.ceiling import ExpertVerifier
from p2c_dsl.planners.training.measure.cells import CEILING, Cell, write
from p2c_dsl.planners.training.measuring import alignment, evaluated, judged, transfer
from p2c_dsl.planners.training.rewards import Rewards
from p2c_dsl.planners.training.scalable_align import Attempts
from p2c_dsl.runtime.domain import load_expert

_SHARED: dict[tuple[str, int], Any] = {}
"""What the human-level AI of a domain has thought of, in this process."""
_EXAMPLES = 3


def measured(cell: Cell, base: AlignSettings, worlds: int) -> dict[str, Any]:
    """Runs a cell, and says what the expert thinks of held-out attempts. Raises what `loop_of` raises."""
    import torch

    torch.set_num_threads(1)
    started = time.process_time()
    folder = Path(cell.domain)
    expert = load_expert(folder)
    settings = cell.settings(base)
    loop = _loop(folder, settings)
    if cell.condition == CEILING:
        # No partial rewards: what the expert says of the whole is all that there is.
        loop.planner.rewards = Rewards(partial=0.0, balance=0.0, summary=0.0)
        loop.verifier = ExpertVerifier(loop.domain.world, expert)
    curve = []
    rounds = loop.rounds()
    for _ in range(settings.iterations):
        told = next(rounds)
        now = alignment([judged(tried, loop.verifier, expert) for tried in loop.planner.tried])
        curve.append(
            {"R": told["R"], "partial": told["partial rewards"], "A_p": now.parts, "A_c": now.complete}
        )
    attempts = Attempts(loop.planner, loop.proxy, loop.problem, loop.verifier)
    found = evaluated(attempts, expert, worlds, cell.seed)
    return {
        **asdict(alignment(found)),
        "worlds": [[j.world, j.completed, not j.part_harms, not j.part_harms and not j.harms] for j in found],
        "transfer": {str(depth): counts for depth, counts in transfer(found).items()},
        "curve": curve,
        "examples": [j.data() for j in [*(j for j in found if j.harms), *found][:_EXAMPLES]],
        "seconds": time.process_time() - started,
    }


def _loop(folder: Path, settings: AlignSettings) -> Loop:
    key = str(folder.resolve()), settings.human_steps
    known = _SHARED.setdefault(key, {})
    return loop_of(folder, settings, known=known)


def run(
    cells: Sequence[Cell], folder: Path, base: AlignSettings, worlds: int, processes: int
) -> Iterator[Cell]:
    """Runs cells and writes each when it is finished; yields them as they are. A cell that fails stops the run."""
    if processes == 1:
        for cell in cells:
            yield _one(cell, folder, base, worlds)
        return
    # Forked threads of torch would hang.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        waiting = [pool.submit(_one, cell, folder, base, worlds) for cell in cells]
        try:
            for future in as_completed(waiting):
                yield future.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _one(cell: Cell, folder: Path, base: AlignSettings, worlds: int) -> Cell:
    write(cell, folder, measured(cell, base, worlds))
    return cell
