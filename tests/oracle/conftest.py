"""A fresh recorder for each test."""

from __future__ import annotations

import pytest

from tests.oracle.recorder import Run


@pytest.fixture
def run() -> Run:
    return Run()
