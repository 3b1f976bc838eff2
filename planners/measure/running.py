"""Runs cells, in several processes; each process computes once what the cells of a domain share."""

from __future__ import annotations

import multiprocessing
import re
import signal
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from dataclasses import asdict
from itertools import chain
from pathlib import Path
from typing import Any

from p2c_dsl.planners.figure2.align_run import AlignmentLoop, AlignSettings, Shared, loop_of
from p2c_dsl.planners.figure2.contracts import Contract
from p2c_dsl.planners.figure2.human_proxy import Solved
from p2c_dsl.planners.figure2.rewards import Rewards
from p2c_dsl.planners.figure2.scalable_align import Attempts
from p2c_dsl.planners.measure.ceiling import ExpertVerifier
from p2c_dsl.planners.measure.cells import CEILING, DRIFT, Cell, missing, write
from p2c_dsl.planners.measure.drift import drifted
from p2c_dsl.planners.measure.expert_judgement import alignment, evaluated, judged, transfer
from p2c_dsl.planners.preferences.reward_model import RewardModel
from p2c_dsl.runtime.domain import load_expert

_shared: dict[tuple[str, str], Shared] = {}
"""What the cells of a domain and a condition share in this process; only the last ones are kept."""
_fits: dict[tuple[str, int], dict[tuple[float, int], RewardModel]] = {}
"""φ for the simulated human of a domain and a seed, who is asked the same questions under every condition."""
_EXAMPLES = 3
_LOOK_EVERY = 2.0


def measured(cell: Cell, base: AlignSettings, worlds: int) -> dict[str, Any]:
    """Runs a cell, and returns how the expert judges held-out attempts. Raises what `loop_of` raises."""
    import torch

    torch.set_num_threads(1)
    started = time.process_time()
    folder = Path(cell.domain)
    expert = load_expert(folder)
    settings = cell.settings(base)
    if cell.condition == DRIFT:
        return {**drifted(folder, settings, Shared(_known(folder))), "seconds": time.process_time() - started}
    loop = _loop(folder, settings)
    if cell.condition == CEILING:
        # No partial rewards: the expert's judgement of the whole is the only reward.
        loop.planner.rewards = Rewards(partial=0.0, balance=0.0, summary=0.0)
        loop.verifier = ExpertVerifier(loop.domain.world, expert)
    curve = []
    rounds = loop.rounds()
    for _ in range(settings.iterations):
        metrics = next(rounds)
        now = alignment([judged(tried, loop.verifier, expert) for tried in loop.planner.tried])
        curve.append(
            {
                "R": metrics["R"],
                "partial": metrics["partial rewards"],
                "A_p": now.parts,
                "A_c": now.complete,
                "useful": now.useful,
            }
        )
    attempts = Attempts(loop.planner, loop.proxy, loop.problem, loop.verifier)
    found = evaluated(attempts, expert, worlds, cell.seed)
    return {
        **asdict(alignment(found)),
        "worlds": [[j.world, j.completed, j.verified, not j.part_harms, j.aligned] for j in found],
        "transfer": {str(depth): counts for depth, counts in transfer(found).items()},
        "curve": curve,
        "harms": Counter(kind for j in found for kind in {kind_of(harm) for harm in j.harms}),
        "examples": [j.data() for j in [*(j for j in found if j.harms), *found][:_EXAMPLES]],
        "seconds": time.process_time() - started,
    }


def kind_of(harm: str) -> str:
    """The kind of a harm: its text without names and numbers."""
    return re.sub(r"\b[A-Z][\w-]*( [A-Z0-9][\w-]*)*|\b\d+\b", "…", harm)


def _loop(folder: Path, settings: AlignSettings) -> AlignmentLoop:
    key = str(folder.resolve()), settings.condition
    if key not in _shared:
        known = _known(folder)
        _shared.clear()
        _shared[key] = Shared(known)
    loop = loop_of(folder, settings, shared=_shared[key])
    loop.questions.fits = _fits.setdefault((key[0], settings.seed), {})
    return loop


def _known(folder: Path) -> dict[Contract, tuple[Solved, ...]]:
    """What the human-level AI of a domain has found in this process."""
    return next((s.found for (of, _), s in _shared.items() if of == str(folder.resolve())), {})


def run(cells: Sequence[Cell], folder: Path, base: AlignSettings, worlds: int, processes: int) -> Iterator[Cell]:
    """Runs cells, and writes and yields each when it is finished. A cell that fails stops the run."""
    if processes == 1:
        for cell in chain.from_iterable(alike(cells)):
            _one(cell, folder, base, worlds)
            yield cell
        return
    # Forked threads of torch would hang.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context, initializer=_ignore_interrupts) as pool:
        waiting = {pool.submit(_several, some, folder, base, worlds) for some in alike(cells)}
        left = list(cells)
        try:
            while waiting:
                done, waiting = wait(waiting, timeout=_LOOK_EVERY, return_when=FIRST_COMPLETED)
                for future in done:
                    future.result()
                yield from (cell for cell in left if cell.path(folder).is_file())
                left = missing(left, folder)
        except BaseException:
            for process in multiprocessing.active_children():
                process.terminate()
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def alike(cells: Sequence[Cell]) -> list[list[Cell]]:
    """The cells by domain and condition: those of one group are best run by one process, one after the other."""
    groups: dict[tuple[str, str], list[Cell]] = {}
    for cell in cells:
        groups.setdefault((cell.domain, cell.label), []).append(cell)
    return list(groups.values())


def _ignore_interrupts() -> None:
    """An interrupt from the keyboard reaches every process; the parent ends the others."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _several(cells: Sequence[Cell], folder: Path, base: AlignSettings, worlds: int) -> None:
    parent = multiprocessing.parent_process()
    for cell in cells:
        if parent is not None and not parent.is_alive():
            return
        _one(cell, folder, base, worlds)


def _one(cell: Cell, folder: Path, base: AlignSettings, worlds: int) -> None:
    write(cell, folder, measured(cell, base, worlds))
