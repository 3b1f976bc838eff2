"""A run over domains can be stopped anywhere, and its contrasts are those of the definition."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("scipy")

from p2c_dsl.planners.interval import Interval
from p2c_dsl.planners.measure.spaces import records
from p2c_dsl.planners.measure.spaces.contrasts import Contrast, Contrasted, contrasts, matched
from p2c_dsl.planners.measure.spaces.records import CompositionRecord, SpaceRecord, SpaceSettings
from p2c_dsl.planners.measure.spaces.tables import numbers, tables

SETTINGS = SpaceSettings(domains=4, compositions=6, worlds=2)


def timeless(found: list[SpaceRecord]) -> list[SpaceRecord]:
    return [replace(record, seconds=0.0) for record in found]


def test_a_stopped_run_goes_on_with_the_missing_domains(tmp_path: Path) -> None:
    whole = list(records.run(SETTINGS, tmp_path / "whole"))
    assert [record.domain for record in whole] == [0, 1, 2, 3]
    list(islice(records.run(SETTINGS, tmp_path / "cut"), 2))
    with (tmp_path / "cut" / records.FILE).open("a") as file:
        file.write('{"domain":2,"fam')
    assert [record.domain for record in records.run(SETTINGS, tmp_path / "cut")] == [2, 3]
    assert timeless(records.read(tmp_path / "cut")) == timeless(whole)


def test_two_processes_find_what_one_finds(tmp_path: Path) -> None:
    one, two = (timeless(list(records.run(SETTINGS, tmp_path / str(p), p))) for p in (1, 2))
    assert one == two


def test_each_seed_changes_something_and_other_settings_are_refused(tmp_path: Path) -> None:
    plain = records.measured(3, SETTINGS)
    for change in ({"drawing_seed": 1}, {"world_seed": 1}):
        other = records.measured(3, replace(SETTINGS, compositions=20, **change))
        assert other.compositions != records.measured(3, replace(SETTINGS, compositions=20)).compositions
    assert set(replace(SETTINGS, domain_seed=1).numbers()).isdisjoint(SETTINGS.numbers())
    list(islice(records.run(SETTINGS, tmp_path), 1))
    with pytest.raises(ValueError, match="compositions"):
        list(records.run(replace(SETTINGS, compositions=7), tmp_path))
    assert plain.compositions


def composition(depth: int, length: int, verified: int, harmless: int) -> CompositionRecord:
    return CompositionRecord(depth, length, (), verified, verified, {"count": harmless, "any": harmless})


DEPTHS = Contrast("depth", "count", lambda c: c.depth == 1, lambda c: c.depth == 2)


def test_groups_are_compared_at_equal_lengths() -> None:
    """Deep compositions are longer here, and longer ones worse: at equal length there is no difference."""
    found = [composition(1, 3, 30, 27), composition(1, 9, 10, 2), composition(2, 3, 10, 9), composition(2, 9, 30, 6)]
    assert matched(found, DEPTHS) == pytest.approx(0.0)


def test_the_weight_of_a_length_is_that_of_mantel_and_haenszel() -> None:
    found = [composition(1, 3, 10, 10), composition(2, 3, 30, 15), composition(1, 4, 20, 10), composition(2, 4, 20, 8)]
    weights = 10 * 30 / 40, 20 * 20 / 40
    expected = (weights[0] * 0.5 + weights[1] * 0.1) / sum(weights)
    assert matched(found, DEPTHS) == pytest.approx(expected)


def test_a_domain_with_few_verified_runs_on_a_side_or_no_common_length_does_not_count() -> None:
    assert matched([composition(1, 3, 19, 19), composition(2, 3, 90, 0)], DEPTHS) is None
    assert matched([composition(1, 3, 40, 40), composition(2, 4, 40, 0)], DEPTHS) is None


@pytest.mark.parametrize(
    ("expected", "low", "high", "verdict"),
    [
        ("+", 0.01, 0.2, "supported"),
        ("+", -0.01, 0.2, "undecided"),
        ("+", -0.2, -0.01, "contradicted"),
        ("0", -0.04, 0.04, "supported"),
        ("0", 0.01, 0.2, "undecided"),
        ("0", 0.06, 0.2, "contradicted"),
        ("0", -0.2, -0.06, "contradicted"),
    ],
)
def test_the_verdict_is_read_from_the_interval(expected: str, low: float, high: float, verdict: str) -> None:
    contrast = replace(DEPTHS, expected=expected)
    assert Contrasted(contrast, Interval((low + high) / 2, low, high), 140).verdict == verdict


def test_the_contrasts_are_those_of_the_preregistered_page() -> None:
    page = (Path(__file__).parents[4] / "docs" / "measured" / "preregistered.md").read_text()
    assert f"there are {len(contrasts())}" in page
    for contrast in contrasts():
        written = {"sequence − no restriction": "`shape sequence` − ", "tree − no restriction": "`shape tree` − "}
        start = contrast.name.split(" − no restriction")[0].replace("all rules", "the domain's own rules")
        assert written.get(contrast.name, start) in page.replace("`loops <= 1`", "loops <= 1")


def test_the_numbers_of_a_run_add_up() -> None:
    found = [records.measured(number, SETTINGS) for number in (3, 4)]
    header, *lines = (line.split(",") for line in numbers(found).splitlines())
    place = header.index("verified")
    assert sum(int(line[place]) for line in lines) == sum(c.verified for r in found for c in r.compositions)
    assert "2 of 2 domains" in tables(found)
