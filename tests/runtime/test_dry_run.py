"""A dry run shows the calls that a composition would make; no tool is called, and a seed names it."""

from __future__ import annotations

from p2c_dsl.runtime.dry_run import dry_run
from p2c_dsl.runtime.monitor import RuleMonitor
from p2c_dsl.runtime.story import story_lines
from p2c_dsl.runtime.trace import CallStarted, InputGiven
from tests.runtime.texts import DINNER, program

BOOKING = program(DINNER)


def test_values_are_placeholders() -> None:
    events = [e for seed in range(20) for e in dry_run(BOOKING, seed).trace.events]
    shown = {repr(v) for e in events if isinstance(e, InputGiven) for v in e.instance.value}  # type: ignore[attr-defined]
    assert shown == {"user#1", "user#2"}


def test_a_seed_names_its_run() -> None:
    assert dry_run(BOOKING, 3) == dry_run(BOOKING, 3)
    assert len({str(list(story_lines(BOOKING, dry_run(BOOKING, seed).trace))) for seed in range(20)}) > 5


def test_every_run_is_one_that_could_be() -> None:
    for seed in range(20):
        done = dry_run(BOOKING, seed)
        assert done.completed
        assert [e.subtask for e in done.trace.events if isinstance(e, CallStarted)][-2:] == [
            "identify_overlap",
            "book_table",
        ]


def test_the_monitor_watches_it_too() -> None:
    twice = program(DINNER.replace("    return r", "    book_table(r)\n    return r"))
    done = dry_run(twice, 0, RuleMonitor(twice))
    assert done.error is not None and done.error.startswith("stopped by `at most 1 reserve`")
