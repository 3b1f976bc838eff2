"""The report's section on drift."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

import numpy as np

from p2c_dsl.planners.measure.drift import KINDS, ROUNDS, SWITCH
from p2c_dsl.planners.measure.pictures import lines
from p2c_dsl.planners.measure.statistics import Table, estimate, mean_of

_ABOUT = {
    "oracle": "the human's own values",
    "refit": "φ, refitted each round, old answers discounted",
    "undiscounted": "φ, refitted each round, all answers alike",
    "stale": "φ as it was before the switch",
}


def drifted(cells: Mapping[tuple[int, str], Mapping[str, Any]]) -> Iterator[str]:
    """Curves, alignment after the switch and rounds to recovery, over cells by seed and domain."""
    yield "<h2>Drift</h2>"
    if not cells:
        yield "<p>Not measured.</p>"
        return
    yield (
        f"<p>Values switch in round {SWITCH + 1} of {ROUNDS}. Expert alignment of the choices that each φ makes, by "
        "the values of the round: 1 means always the best of six solutions, 0 the worst. Recovered means back at "
        "95% of the level before; a φ that has not recovered counts as one round more than there were.</p>"
    )
    curves = {kind: np.mean([data["drift"][kind] for data in cells.values()], axis=0).tolist() for kind in KINDS}
    yield f"<figure>{lines(curves, 'round', marked=SWITCH)}</figure>"
    yield "<table><thead><tr><th>φ<th>alignment after the switch<th>rounds to recovery<th>recovered</tr></thead>"
    for kind in KINDS:
        after = _table(cells, lambda data, kind=kind: float(np.mean(data["drift"][kind][SWITCH:])))
        rounds = _table(cells, lambda data, kind=kind: _rounds(data["recovery"][kind]))
        done = sum(data["recovery"][kind] is not None for data in cells.values())
        yield (
            f"<tr><th>{escape(_ABOUT[kind])}<td>{escape(str(estimate([after], mean_of)))}"
            f"<td>{escape(str(estimate([rounds], mean_of)))}<td>{done} of {len(cells)}</tr>"
        )
    yield "</table>"


def _rounds(recovery: int | None) -> float:
    return float(ROUNDS - SWITCH + 1 if recovery is None else recovery)


def _table(cells: Mapping[tuple[int, str], Mapping[str, Any]], number: Any) -> Table:
    seeds, domains = sorted({seed for seed, _ in cells}), sorted({domain for _, domain in cells})
    rows = [[number(cells[s, d]) if (s, d) in cells else np.nan for d in domains] for s in seeds]
    return np.asarray(rows, dtype=float)
