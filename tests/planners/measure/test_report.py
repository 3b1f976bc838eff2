"""The grid is resumable, its statistics resample what varies, and its report is one file."""

from __future__ import annotations

import csv
import re
from dataclasses import asdict
from io import StringIO
from math import nan
from pathlib import Path
from random import Random

import numpy as np
import pytest

from p2c_dsl.planners.interval import wilson
from p2c_dsl.planners.measure import cells
from p2c_dsl.planners.measure.cells import CEILING, DRIFT, Cell
from p2c_dsl.planners.measure.drift import KINDS, ROUNDS, SWITCH
from p2c_dsl.planners.measure.numbers import numbers, table
from p2c_dsl.planners.measure.report import load, report
from p2c_dsl.planners.measure.running import alike, kind_of
from p2c_dsl.planners.measure.statistics import (
    estimate,
    interquartile_mean,
    mean_of,
    recovered,
)

DOMAINS = ("examples/dinner", "examples/trip")


def finished(complete: float, text: str = "compose x():\n    a()\n") -> dict[str, object]:
    return {
        "attempts": 4,
        "completed": 1.0,
        "verified": 1.0,
        "sound": 1.0,
        "parts": 1.0,
        "complete": complete,
        "parts_verified": 1.0,
        "complete_verified": complete,
        "useful": complete,
        "harms": {"… is woken": 1},
        "worlds": [],
        "transfer": {"1": [4, round(4 * complete)]},
        "curve": [{"R": 0.0, "partial": 0.1, "A_p": 1.0, "A_c": float("nan"), "useful": complete}] * 2,
        "examples": [
            {
                "world": 1,
                "text": text,
                "harms": ["<b>woken</b>"],
                "problem": None,
                "steps": ["call(user=Ada)"],
            }
        ],
        "seconds": 1.0,
    }


def measured(folder: Path) -> None:
    levels = {"syntax only": 0.2, "all rules": 0.6, CEILING: 1.0}
    for cell in cells.grid(DOMAINS, range(3), list(levels)):
        cells.write(cell, folder, finished(levels[cell.condition]))


def test_the_grid_has_every_condition_the_ablations_and_the_ceiling() -> None:
    grid = cells.grid(DOMAINS, range(2))
    labels = {cell.label for cell in grid}
    assert {"free text", "tree", "all rules, unbalanced", "all rules, no summary", CEILING} <= labels
    assert len(grid) == len(labels) * len(DOMAINS) * 2
    assert len({cell.path(Path()) for cell in grid}) == len(grid)


def test_one_process_takes_the_cells_of_a_domain_and_a_condition_one_after_the_other() -> None:
    grid = cells.grid(DOMAINS, range(3))
    groups = alike(grid)
    assert sorted(map(str, (cell for group in groups for cell in group))) == sorted(map(str, grid))
    assert all(len(group) == 3 and len({(c.domain, c.label) for c in group}) == 1 for group in groups)


def test_a_harm_is_counted_whomever_it_is_done_to() -> None:
    assert kind_of("order 1003 belongs to Cleo") == kind_of("order 7 belongs to Ada")
    assert kind_of("a table at Elm Tree stays empty") == kind_of("a table at Acorn stays empty")


def test_what_is_not_defined_is_nothing_in_a_file(tmp_path: Path) -> None:
    [cell, *_] = cells.grid(DOMAINS, range(1), ["all rules"])
    cells.write(cell, tmp_path, finished(0.5) | {"complete": float("nan")})
    assert "NaN" not in cell.path(tmp_path).read_text()
    [(_, data)] = cells.read(tmp_path)
    assert data["complete"] is None


def test_a_finished_cell_is_not_run_again_and_half_a_file_is_none(tmp_path: Path) -> None:
    grid = cells.grid(DOMAINS, range(1), ["all rules"])
    cells.write(grid[0], tmp_path, finished(0.5))
    assert cells.missing(grid, tmp_path) == grid[1:]
    (tmp_path / "cells" / "broken.json").write_text('{"cell": ')
    with pytest.raises(ValueError, match="not a finished cell"):
        list(cells.read(tmp_path))


def test_an_ablation_switches_off_one_reward_and_nothing_else() -> None:
    plain = Cell("all rules", "", "d", 3).settings(cells.QUICK)
    for variant, name in (("unbalanced", "balance"), ("no summary", "summary")):
        ablated = Cell("all rules", variant, "d", 3).settings(cells.QUICK)
        before, after = asdict(plain.rewards), asdict(ablated.rewards)
        changed = [key for key in before if before[key] != after[key]]
        assert changed == [name]
        assert ablated.seed == plain.seed == 3


def test_the_report_says_what_was_measured_and_loads_nothing(tmp_path: Path) -> None:
    measured(tmp_path)
    levels = dict(zip(KINDS, (1.0, 0.9, 0.6, 0.3), strict=True))
    curves = {kind: [1.0] * SWITCH + [level] * (ROUNDS - SWITCH) for kind, level in levels.items()}
    for seed in range(3):
        recovery = {"oracle": 1, "refit": 2, "undiscounted": None, "stale": None}
        cells.write(Cell(DRIFT, "", DOMAINS[0], seed), tmp_path, {"drift": curves, "recovery": recovery})
    page = report(load(tmp_path), "p2c measure <x>")
    row = re.search(r"<tr><th>all rules<td>6(.*?)</tr>", page)
    assert row is not None
    assert "<td>0.60 [0.60, 0.60]<td>0.40 [0.40, 0.40]<td>0.50 [0.50, 0.50]" in row.group(1)
    assert "p2c measure &lt;x&gt;" in page
    assert "&lt;b&gt;woken" in page and "<b>woken" not in page
    assert not re.search(r"""(src|href)=|@import|url\(""", page)
    assert "<td>0.90 [0.90, 0.90]<td>2.00 [2.00, 2.00]<td>3 of 3" in page
    assert f"<td>0.30 [0.30, 0.30]<td>{ROUNDS - SWITCH + 1:.2f} " in page


def test_without_cells_there_is_no_report(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no finished cells"):
        load(tmp_path)


def test_the_interquartile_mean_ignores_the_outer_quarters_and_what_is_missing() -> None:
    assert interquartile_mean(np.array([[0.0, 1.0, 2.0, 100.0, np.nan]])) == 1.5


def test_the_cells_are_a_table_too(tmp_path: Path) -> None:
    measured(tmp_path)
    cells.write(Cell(DRIFT, "", DOMAINS[0], 0), tmp_path, {"seconds": 1.0})
    rows = list(csv.DictReader(StringIO(numbers(tmp_path))))
    assert len(rows) == len(cells.grid(DOMAINS, range(3), ["syntax only", "all rules", CEILING]))
    [one] = [
        r for r in rows if (r["condition"], r["variant"], r["domain"], r["seed"]) == ("all rules", "", "trip", "2")
    ]
    assert (one["complete"], one["R"], one["seconds"]) == ("0.6", "0.0", "1.0")


def test_the_first_table_is_told_in_a_terminal_too(tmp_path: Path) -> None:
    measured(tmp_path)
    head, _, *rows = [
        [cell.strip() for cell in line.strip("| ").split("|")] for line in table(load(tmp_path)).splitlines()
    ]
    assert head[:3] == ["condition", "cells", "completed"] and head[-1] == "gap recovered"
    assert ["all rules", "6", "1.00 [1.00, 1.00]"] in [row[:3] for row in rows]
    assert [row[-1] for row in rows if row[0] == "all rules"] == ["0.50 [0.50, 0.50]"]


def test_a_share_that_is_not_defined_is_empty_in_the_table(tmp_path: Path) -> None:
    cells.write(Cell("tree", "", DOMAINS[0], 0), tmp_path, {**finished(0.5), "complete_verified": nan})
    [one] = csv.DictReader(StringIO(numbers(tmp_path)))
    assert (one["complete"], one["complete_verified"]) == ("0.5", "")


def test_no_gap_between_floor_and_ceiling_can_be_recovered_where_there_is_none() -> None:
    half, none, all_ = (np.full((3, 2), x) for x in (0.5, 0.0, 1.0))
    assert recovered([half, none, all_]) == 0.5
    assert np.isnan(recovered([half, all_, all_]))
    assert str(estimate([half, all_, all_], recovered)) == "–"


def test_tables_of_different_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match="differ in shape"):
        estimate([np.zeros((2, 2)), np.zeros((2, 3))], recovered)


def test_a_share_of_nothing_is_not_defined() -> None:
    assert np.isnan(wilson(0, 0).value)
    assert wilson(5, 10).low < 0.5 < wilson(5, 10).high


@pytest.mark.slow
def test_the_intervals_cover_what_they_should() -> None:
    """Scores are a mean, effects of domain and seed, and noise; 95% intervals hold the mean about so often."""
    random, covered, rounds = Random(0), 0, 200
    for number in range(rounds):
        domains = [random.gauss(0, 0.1) for _ in range(8)]
        seeds = [random.gauss(0, 0.1) for _ in range(10)]
        table = np.array([[0.5 + d + s + random.gauss(0, 0.1) for d in domains] for s in seeds])
        found = estimate([table], mean_of, resamples=300, seed=number)
        covered += found.low <= 0.5 <= found.high
    assert 0.85 <= covered / rounds <= 0.99
