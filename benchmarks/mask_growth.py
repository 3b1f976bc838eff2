"""The cost of many different masks: one set of 1,600 rows compared with eight sets of 200, in CPU time.

    python benchmarks/mask_growth.py [--rows 1600] [--sets 8] [--vocabulary 49152] [--rounds 3]

Each row is new when it is requested and is applied to logits at once, as in decoding and in a rollout, so the table
grows by one row at a time. Both sides use the same rows, and take turns in one process on one thread.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from typing import Any, cast

import numpy as np
import torch

from p2c_dsl.planners.rl.environments.environment import Space
from p2c_dsl.planners.rl.policy.masking import MaskTable
from p2c_dsl.planners.tokens.masks import SemanticMask
from p2c_dsl.planners.tokens.token_automaton import TokenAutomaton
from p2c_dsl.planners.tokens.vocabulary import Vocabulary

ALLOWED = 40
"""How many tokens a row allows."""


class Rows:
    """A stub of a token automaton, sufficient for masks: each state allows its own set of tokens."""

    def __init__(self, vocabulary: Vocabulary, first: int, last: int) -> None:
        self.vocabulary = vocabulary
        chosen = [np.random.default_rng(n).choice(len(vocabulary) - 1, ALLOWED) + 1 for n in range(first, last)]
        self._allowed = [tuple(sorted({*row.tolist()})) for row in chosen]

    def __len__(self) -> int:
        return len(self._allowed)

    def is_free(self, state: int, left: int) -> bool:
        return True

    def enough(self, state: int) -> int:
        return 1

    def allowed(self, state: int) -> tuple[int, ...]:
        return self._allowed[state]


def decoding(rows: Rows) -> None:
    """The work of a logits processor: each state's mask, applied to one row of logits."""
    mask, logits = SemanticMask(cast("TokenAutomaton", rows)), torch.zeros(1, len(rows.vocabulary))
    for state in range(len(rows)):
        mask.masked(logits, [state], 1)


def rollout(rows: Rows) -> None:
    """The work of a policy: the rows of one space in the table of all spaces, unpacked."""
    mask = SemanticMask(cast("TokenAutomaton", rows))
    table = MaskTable(len(rows.vocabulary), torch.device("cpu"))
    for state in range(len(rows)):
        row = mask.row(state, 1)
        table.legal(torch.tensor([table.number(cast("Space", mask), row)]))


def seconds(of: Callable[[Rows], None], sets: list[Rows]) -> float:
    started = time.process_time()
    for rows in sets:
        of(rows)
    return time.process_time() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1600)
    parser.add_argument("--sets", type=int, default=8)
    parser.add_argument("--vocabulary", type=int, default=49_152)
    parser.add_argument("--rounds", type=int, default=3)
    options: Any = parser.parse_args()
    torch.set_num_threads(1)
    vocabulary = Vocabulary([b"", *(f"{n:x}".encode() for n in range(1, options.vocabulary))], 0)
    each = options.rows // options.sets
    one = [Rows(vocabulary, 0, options.rows)]
    several = [Rows(vocabulary, first, first + each) for first in range(0, options.rows, each)]
    for of in (decoding, rollout):
        seconds(of, several[:1])
        pairs = [(seconds(of, one), seconds(of, several)) for _ in range(options.rounds)]
        ratios = sorted(whole / parts for whole, parts in pairs)
        whole, parts = (statistics.median(column) for column in zip(*pairs, strict=True))
        print(
            f"{of.__name__}: {options.rows} rows {whole:.2f} s, {options.sets} × {each} rows {parts:.2f} s of CPU, "
            f"ratio {statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})",
            flush=True,
        )


if __name__ == "__main__":
    main()
