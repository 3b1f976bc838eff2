"""What holds for all tests."""

from __future__ import annotations

import os
import signal

import pytest
from hypothesis import settings

# How long an example takes depends on what else the machine does: that is not a property.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

# Tests run side by side, one to a core: more threads in each would only wait for one another.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# A shell may start what runs in the background with interrupts ignored; what tests interrupt would go on for ever.
signal.signal(signal.SIGINT, signal.default_int_handler)

MOST_SECONDS = 600
"""After which a test hangs: some thirty times what the longest takes that is run by default."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-snapshots",
        action="store_true",
        help="write the outputs in tests/mdtest anew, then test them",
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test that hangs fails, and says where it stood, instead of taking all others with it."""
    for item in items:
        if item.get_closest_marker("slow") is None:
            item.add_marker(pytest.mark.timeout(MOST_SECONDS))


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Updates snapshots before tests are collected, and once only where they run in several processes."""
    if session.config.getoption("--update-snapshots") and "PYTEST_XDIST_WORKER" not in os.environ:
        from tests.mdtest import update

        update()
