"""What holds for all tests."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

# How long an example takes depends on what else the machine does: that is not a property.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

# Tests run side by side, one to a core: more threads in each would only wait for one another.
os.environ.setdefault("OMP_NUM_THREADS", "1")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-snapshots",
        action="store_true",
        help="write the outputs in tests/mdtest anew, then test them",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Updates snapshots before tests are collected, and once only where they run in several processes."""
    if session.config.getoption("--update-snapshots") and "PYTEST_XDIST_WORKER" not in os.environ:
        from tests.mdtest import update

        update()
