"""The cells as a table of numbers, for use outside the report."""

from __future__ import annotations

import csv
from io import StringIO
from pathlib import Path

from p2c_dsl.planners.measure.cells import DRIFT, read
from p2c_dsl.planners.measure.report import MAIN, Measured, main_numbers

_OF_CELL = ("condition", "variant", "domain", "seed")
_SHARES = (
    *("completed", "verified", "sound", "useful"),
    *("parts", "complete", "parts_verified", "complete_verified"),
)


def numbers(folder: Path) -> str:
    """The finished cells of a folder as CSV, one a line; those of drift have other numbers, and are left out.

    `parts` and `complete` are A_p and A_c of the completed runs, with `_verified` of the verified ones; a share that is
    not defined is empty. `R` is the reward of the last round, `seconds` the processor time. Raises `ValueError` for a
    file that is not a cell.
    """
    with StringIO() as text:
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow([*_OF_CELL, "attempts", *_SHARES, "R", "seconds"])
        for cell, data in read(folder):
            if cell.condition != DRIFT:
                own = [cell.condition, cell.variant, Path(cell.domain).name, cell.seed, data["attempts"]]
                last = data["curve"][-1]["R"] if data["curve"] else None
                shares = [_rounded(data.get(name)) for name in _SHARES]
                writer.writerow([*own, *shares, _rounded(last), round(data["seconds"], 1)])
        return text.getvalue()


def table(measured: Measured) -> str:
    """The report's first table as Markdown."""
    rows = [["condition", "cells", *MAIN], ["---"] * (2 + len(MAIN))]
    for label, cells in measured.cells.items():
        rows.append([label, str(len(cells)), *map(str, main_numbers(measured, label))])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in rows
    )


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 4)
