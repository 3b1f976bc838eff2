"""Line charts as SVG text, for a report in a single file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from math import isnan

_WIDTH, _HEIGHT, _LEFT, _BOTTOM, _LEGEND = 420, 240, 40, 30, 170
_COLOURS = ("#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377", "#777777", "#000000", "#994455")


def lines(series: Mapping[str, Sequence[float]], along: str, marked: int | None = None) -> str:
    """A line chart of series of numbers, named in a legend; `marked` is a place with a vertical line.

    A missing number (`nan`) breaks its line.
    """
    known = [y for values in series.values() for y in values if not isnan(y)]
    low, high = min([0.0, *known]), max([1.0, *known])
    count = max((len(values) for values in series.values()), default=1)
    parts = [f'<svg width="{_WIDTH + _LEGEND}" height="{_HEIGHT}" role="img" font-size="12" font-family="sans-serif">']

    def x(place: float) -> float:
        return _LEFT + place * (_WIDTH - _LEFT - 10) / max(count - 1, 1)

    def y(value: float) -> float:
        return 10 + (high - value) * (_HEIGHT - _BOTTOM - 10) / (high - low)

    for tick in (low, (low + high) / 2, high):
        parts.append(f'<line x1="{_LEFT}" x2="{_WIDTH - 10}" y1="{y(tick):.1f}" y2="{y(tick):.1f}" stroke="#ddd"/>')
        parts.append(f'<text x="{_LEFT - 6}" y="{y(tick) + 4:.1f}" text-anchor="end">{tick:.1f}</text>')
    parts.append(f'<text x="{_WIDTH - 10}" y="{_HEIGHT - 8}" text-anchor="end">{escape(along)} {count}</text>')
    parts.append(f'<text x="{_LEFT}" y="{_HEIGHT - 8}">1</text>')
    if marked is not None:
        parts.append(
            f'<line x1="{x(marked):.1f}" x2="{x(marked):.1f}" y1="10" y2="{_HEIGHT - _BOTTOM}" '
            'stroke="#888" stroke-dasharray="4"/>'
        )
    for number, (name, values) in enumerate(series.items()):
        colour = _COLOURS[number % len(_COLOURS)]
        for run in _runs(values):
            points = " ".join(f"{x(place):.1f},{y(value):.1f}" for place, value in run)
            parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>')
        height = 20 + 17 * number
        parts.append(f'<rect x="{_WIDTH}" y="{height - 9}" width="10" height="10" fill="{colour}"/>')
        parts.append(f'<text x="{_WIDTH + 16}" y="{height}">{escape(name)}</text>')
    return "".join(parts) + "</svg>"


def _runs(values: Sequence[float]) -> list[list[tuple[int, float]]]:
    """The stretches without missing numbers."""
    found: list[list[tuple[int, float]]] = [[]]
    for place, value in enumerate(values):
        if isnan(value):
            found.append([])
        else:
            found[-1].append((place, value))
    return [run for run in found if run]
