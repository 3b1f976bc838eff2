"""A planner so small that hundreds of runs of the loop fit into hours: a tenth of the small planner's weights."""

from __future__ import annotations

from typing import Any

TINY = "tiny"


def tiny(seed: int) -> tuple[Any, Any]:
    """A causal model with random weights and its tokenizer; equal seeds give equal weights."""
    from p2c_dsl.planners.small.model import shaped

    return shaped(seed, width=64, inner=128, layers=2, heads=2)
