"""The report of what was measured, a self-contained HTML file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from math import isnan, nan
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np

from p2c_dsl.planners.figure2.conditions import FLOOR
from p2c_dsl.planners.interval import UNDEFINED, Interval, wilson
from p2c_dsl.planners.measure.cells import CEILING, DRIFT, Cell, read
from p2c_dsl.planners.measure.drift_section import drifted
from p2c_dsl.planners.measure.pictures import lines
from p2c_dsl.planners.measure.statistics import (
    Table,
    estimate,
    mean_of,
    recovered,
)

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; color: #222; max-width: 1080px; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; margin: 1rem 0; font-variant-numeric: tabular-nums }
th, td { padding: .3rem .7rem; text-align: left; border-bottom: 1px solid #ddd }
thead th { border-bottom: 2px solid #888; font-weight: 600 }
pre { background: #f6f6f4; padding: .7rem; overflow-x: auto; font-size: 13px }
.harm { color: #b00020 } .quiet { color: #666 } figure { display: inline-block; margin: .5rem 1rem .5rem 0 }
figcaption { font-weight: 600 } details { margin: .4rem 0 }
"""


_ENDED, _VERIFIED = ("parts", "complete"), ("parts_verified", "complete_verified")


@dataclass(frozen=True, slots=True)
class Measured:
    """All finished cells, by label, domain and seed."""

    cells: Mapping[str, Mapping[tuple[int, str], Mapping[str, Any]]]
    domains: tuple[str, ...]
    seeds: tuple[int, ...]
    drift: Mapping[tuple[int, str], Mapping[str, Any]] = field(default_factory=dict)
    """The cells of drift, by domain and seed."""

    def table(self, label: str, number: str) -> Table:
        """One number of every cell of a condition, `(seeds, domains)`."""
        found = self.cells.get(label, {})
        rows = [[_number(found.get((s, d), {}).get(number)) for d in self.domains] for s in self.seeds]
        return np.asarray(rows, dtype=float)

    def gap(self, label: str, parts: str = "parts", complete: str = "complete") -> Table:
        """A_p − A_c of every cell."""
        return self.table(label, parts) - self.table(label, complete)


def load(folder: Path) -> Measured:
    """The finished cells of a folder. Raises `ValueError` where there are none."""
    cells: dict[str, dict[tuple[int, str], Mapping[str, Any]]] = defaultdict(dict)
    drift: dict[tuple[int, str], Mapping[str, Any]] = {}
    for cell, data in read(folder):
        if cell.condition == DRIFT:
            drift[cell.seed, _name(cell)] = data
            continue
        cells[cell.label][cell.seed, _name(cell)] = data
    keys = {key for found in cells.values() for key in found}
    if not keys:
        raise ValueError(f"{folder} has no finished cells")
    domains = tuple(sorted({domain for _, domain in keys}))
    return Measured(cells, domains, tuple(sorted({seed for seed, _ in keys})), drift)


def report(measured: Measured, command: str) -> str:
    """The report; `command` is the command that made it."""
    body = [
        "<h1>Part-to-complete generalization, measured</h1>",
        f"<p>{len(measured.domains)} domains ({', '.join(map(escape, measured.domains))}), "
        f"{len(measured.seeds)} seeds. Made by <code>{escape(command)}</code>.</p>",
        "<p>A_p: runs in which the hidden expert objects to no single call. A_c: runs in which it objects to "
        "nothing. Both are shares of the completed runs. Interquartile means over seeds and domains; in brackets, "
        "95% intervals that resample both. The gap recovered is (A_c − floor) / (ceiling − floor), with the floor "
        f"“{FLOOR}”; a dash means that it is not defined. Where a rule forbids a harm, a zero under that rule is not "
        "a finding.</p>",
        *_main_table(measured),
        *_statement(measured),
        *_by_domain(measured),
        *_harms(measured),
        *_transfer(measured),
        *_curves(measured),
        *drifted(measured.drift),
        *_examples(measured),
    ]
    return (
        '<!doctype html>\n<html lang="en"><meta charset="utf-8">'
        f"<title>Part-to-complete generalization</title><style>{_STYLE}</style>\n" + "\n".join(body) + "\n</html>\n"
    )


MAIN = ("completed", "verified", "A_p", "A_c", "P2C gap", "gap recovered")


def main_numbers(measured: Measured, label: str) -> list[Interval]:
    """The numbers of a condition that `MAIN` names."""
    names = ("completed", "verified", "parts", "complete")
    shown = [estimate([measured.table(label, name)], mean_of) for name in names]
    return [*shown, estimate([measured.gap(label)], mean_of), _recovered(measured, "complete", label)]


def _main_table(measured: Measured) -> Iterator[str]:
    yield "<h2>Conditions</h2><table><thead><tr><th>condition<th>cells"
    yield "".join(f"<th>{name}" for name in MAIN) + "</tr></thead>"
    for label in measured.cells:
        yield _row(label, measured, main_numbers(measured, label))
    yield "</table><h3>The same for verified runs</h3>"
    yield "<p>Useful: of all attempts, those that V verifies and to which the expert does not object.</p>"
    yield "<table><thead><tr><th>condition<th>cells<th>useful<th>useful, gap recovered<th>A_p<th>A_c<th>P2C gap"
    yield "</tr></thead>"
    for label in measured.cells:
        shown = [estimate([measured.table(label, "useful")], mean_of), _recovered(measured, "useful", label)]
        names = ("parts_verified", "complete_verified")
        shown += [estimate([measured.table(label, n)], mean_of) for n in names]
        shown.append(estimate([measured.gap(label, *names)], mean_of))
        yield _row(label, measured, shown)
    yield "</table>"


def _row(label: str, measured: Measured, shown: Sequence[Interval]) -> str:
    cells = "".join(f"<td>{_shown(e)}" for e in shown)
    return f"<tr><th>{escape(label)}<td>{len(measured.cells[label])}{cells}</tr>"


def _recovered(measured: Measured, number: str, label: str) -> Interval:
    if FLOOR not in measured.cells or CEILING not in measured.cells:
        return UNDEFINED
    return estimate([measured.table(of, number) for of in (label, FLOOR, CEILING)], recovered)


def _statement(measured: Measured) -> Iterator[str]:
    """Which conditions close the gap, by the interval of the difference from the floor of the same seed and domain."""
    yield "<h2>Which conditions close the gap</h2>"
    if FLOOR not in measured.cells:
        yield f"<p>The floor, “{FLOOR}”, was not measured.</p>"
        return
    for title, names in (("completed runs", _ENDED), ("verified runs", _VERIFIED)):
        yield f"<p>P2C gap minus that of “{FLOOR}”, of {title}; below 0 means a smaller gap.</p><table>"
        for label in measured.cells:
            if label == FLOOR:
                continue
            found = estimate([measured.gap(label, *names) - measured.gap(FLOOR, *names)], mean_of)
            yield f"<tr><th>{escape(label)}<td>{_shown(found)}<td>{_verdict(found)}</tr>"
        yield "</table>"


def _verdict(difference: Interval) -> str:
    if isnan(difference.low):
        return "nothing to compare"
    if difference.high < 0:
        return "smaller"
    return "larger" if difference.low > 0 else "no difference shown"


def _harms(measured: Measured) -> Iterator[str]:
    """Kinds of harm by condition: one that only occurs without the rules may be forbidden by them."""
    yield "<h2>Harms by kind</h2><p>The percentage of all held-out attempts that did each harm.</p>"
    for domain in measured.domains:
        counts = {
            label: [data for (_, d), data in found.items() if d == domain] for label, found in measured.cells.items()
        }
        kinds = sorted({kind for cells in counts.values() for data in cells for kind in data["harms"]})
        yield f"<details><summary>{escape(domain)}</summary><table><thead><tr><th>harm"
        yield "".join(f"<th>{escape(label)}" for label in counts) + "</tr></thead>"
        for kind in kinds:
            yield (f"<tr><th>{escape(kind)}" + "".join(f"<td>{_often(c, kind)}" for c in counts.values()) + "</tr>")
        yield "</table></details>"


def _often(cells: Sequence[Mapping[str, Any]], kind: str) -> str:
    attempts = sum(data["attempts"] for data in cells)
    return f"{100 * sum(data['harms'].get(kind, 0) for data in cells) / attempts:.0f}" if attempts else "–"


def _by_domain(measured: Measured) -> Iterator[str]:
    yield "<h2>The gap by domain</h2><table><thead><tr><th>condition"
    yield "".join(f"<th>{escape(d)}" for d in measured.domains) + "</tr></thead>"
    for label in measured.cells:
        columns = measured.gap(label).T
        shown = (f"<td>{_mean([x for x in column if not isnan(x)])}" for column in columns)
        yield f"<tr><th>{escape(label)}{''.join(shown)}</tr>"
    yield "</table>"


def _transfer(measured: Measured) -> Iterator[str]:
    yield "<h2>Transfer: P(complete aligned | parts aligned), by depth of loops</h2>"
    yield "<table><thead><tr><th>condition<th>no loop<th>one<th>two or more</tr></thead>"
    for label, found in measured.cells.items():
        counts = [[0, 0], [0, 0], [0, 0]]
        for data in found.values():
            for depth, (runs, aligned) in data["transfer"].items():
                place = min(int(depth), 2)
                counts[place][0] += runs
                counts[place][1] += aligned
        shown = (f"<td>{_shown(wilson(aligned, runs))} <span class=quiet>of {runs}</span>" for runs, aligned in counts)
        yield f"<tr><th>{escape(label)}{''.join(shown)}</tr>"
    yield "</table><p class=quiet>Wilson intervals over runs, too narrow: runs of one cell are not independent.</p>"


def _curves(measured: Measured) -> Iterator[str]:
    yield "<h2>Learning curves</h2>"
    for title, key in (
        ("R", "R"),
        ("judged parts", "partial"),
        ("A_c while training", "A_c"),
        ("useful", "useful"),
    ):
        series = {label: _curve([d["curve"] for d in found.values()], key) for label, found in measured.cells.items()}
        yield f"<figure><figcaption>{title}, mean over cells</figcaption>{lines(series, 'round')}</figure>"


def _curve(curves: Sequence[Sequence[Mapping[str, Any]]], key: str) -> list[float]:
    length = max(map(len, curves), default=0)
    points = [[_number(c[n][key]) for c in curves if n < len(c)] for n in range(length)]
    return [fmean(known) if (known := [x for x in p if not isnan(x)]) else nan for p in points]


def _examples(measured: Measured) -> Iterator[str]:
    yield "<h2>Examples</h2><p>Some complete solutions of each condition, first those to which the expert objects.</p>"
    for label, found in measured.cells.items():
        shown = [(d, e) for (_, d), data in found.items() for e in data["examples"] if e["text"]]
        shown.sort(key=lambda pair: not pair[1]["harms"])
        yield f"<details><summary>{escape(label)}</summary>"
        for domain, example in shown[:4]:
            harms = "".join(f"<li class=harm>{escape(harm)}" for harm in example["harms"])
            steps = "".join(f"<li><code>{escape(step)}</code>" for step in example["steps"])
            run = f"<ol>{steps}</ol>" if steps else ""
            outcome = (
                f"<ul>{harms}</ul>" if harms else f"<p class=quiet>{escape(example['problem'] or 'no objection')}</p>"
            )
            yield f"<p>{escape(domain)}, world {example['world']}</p><pre>{escape(example['text'])}</pre>{run}{outcome}"
        yield "</details>"


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else nan


def _mean(values: Sequence[float]) -> str:
    return f"{fmean(values):.2f}" if values else "–"


def _shown(estimated: Interval) -> str:
    return escape(str(estimated))


def _name(cell: Cell) -> str:
    return Path(cell.domain).name
