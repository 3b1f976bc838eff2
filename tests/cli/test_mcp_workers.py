"""The processes that work on requests: none holds up another, and none outlives whoever waits for it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable

import pytest

from p2c_dsl.cli.mcp_fork_server import Limits
from p2c_dsl.cli.mcp_texts import Refused
from p2c_dsl.cli.mcp_workers import Workers
from p2c_dsl.cli.planner_options import ModelOptions

SPEC = "type A\nsubtask f(a: A)\ntask t(a: A):\n    at least 1 f\n"
MUCH = {"text": SPEC + "compose t(a):\n" + "    f(a)\n" * 50_000}
"""A second of work, and a hundred megabytes."""
LITTLE = {"text": "type A\n"}


def with_workers(work: Callable[[Workers], Awaitable[None]], seconds: float = 60, megabytes: int = 1024) -> None:
    async def run() -> None:
        with Workers(Limits(seconds, megabytes), ModelOptions()) as workers:
            await work(workers)

    asyncio.run(run())


def test_a_request_is_answered_beside_one_that_takes_long() -> None:
    async def work(workers: Workers) -> None:
        long = asyncio.create_task(workers.ask("lint", MUCH))
        assert '"diagnostics": []' in await workers.ask("lint", LITTLE)
        assert not long.done()
        assert '"diagnostics": []' in await long

    with_workers(work)


def test_more_requests_than_are_worked_on_at_once_wait_for_their_turn() -> None:
    async def work(workers: Workers) -> None:
        answers = await asyncio.gather(*(workers.ask("lint", LITTLE) for _ in range(20)))
        assert len(set(answers)) == 1

    with_workers(work)


def test_a_request_that_nobody_waits_for_makes_room() -> None:
    async def work(workers: Workers) -> None:
        await workers.ask("lint", LITTLE)
        given_up = [asyncio.create_task(workers.ask("lint", MUCH)) for _ in range(20)]
        await asyncio.sleep(0.1)
        for task in given_up:
            task.cancel()
        assert '"diagnostics": []' in await workers.ask("lint", LITTLE)
        done = await asyncio.gather(*given_up, return_exceptions=True)
        assert {type(one) for one in done} == {asyncio.CancelledError}

    with_workers(work)


@pytest.mark.parametrize(
    ("seconds", "megabytes", "told"),
    [
        (0.3, 1024, "the request took longer than it may (0.3 s)"),
        (60, 16, "the request used more memory than it may"),
    ],
)
def test_what_spends_its_budget_is_told_so_and_the_next_begins_afresh(
    seconds: float, megabytes: int, told: str
) -> None:
    async def work(workers: Workers) -> None:
        for _ in range(3):
            with pytest.raises(Refused, match=re.escape(told)):
                await workers.ask("lint", MUCH)
        assert "P2C404" in await workers.ask("explain", {"code": "P2C404"})

    with_workers(work, seconds, megabytes)
