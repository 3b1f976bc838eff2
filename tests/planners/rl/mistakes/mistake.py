"""A mistake, and the test that notices it."""

from __future__ import annotations

from collections.abc import Callable

from tests.mutants.mutate import Mutant

Mistake = tuple[Mutant, Callable[[], None]]
