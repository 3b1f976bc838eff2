"""The project's own small planner: a causal language model and its tokenizer, trained on generated tasks."""

from p2c_dsl.planners.small.model import CHECKPOINT, fresh, load

__all__ = ["CHECKPOINT", "fresh", "load"]
