"""A stable code. `p2c_dsl.codes` gathers all of them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Code:
    """A stable code, what it means, and, where short ones say more than words, two examples."""

    code: str
    title: str
    explanation: str
    rejected: str = ""
    accepted: str = ""
