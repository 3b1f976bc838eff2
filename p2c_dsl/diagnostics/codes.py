"""A stable code. `p2c_dsl.codes` gathers all of them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Code:
    """A stable code, its meaning, and two examples where short ones help."""

    code: str
    title: str
    explanation: str
    rejected: str = ""
    accepted: str = ""
