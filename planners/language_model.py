"""A language model as a planner: it writes what it likes, among what is accepted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from p2c_dsl.planners.tokens import TokenAutomaton
from p2c_dsl.spec import Spec, Task

INSTRUCTION = "Compose the task from the subtasks, so that all of its rules hold on every run."


@dataclass(frozen=True, slots=True)
class LanguageModelPlanner:
    """Any causal model of transformers, with its tokenizer, decoding under the rules through Outlines.

    Attributes:
        budget: Tokens that a composition may have, the end token included.
        temperature: Of sampling; 0 takes the likeliest token that is allowed.
        effort: How long to look for a completion before a lexeme is left out.
    """

    model: Any
    tokenizer: Any
    budget: int = 256
    temperature: float = 1.0
    seed: int = 0
    effort: int = 300

    def plan(self, spec: Spec, task: Task) -> str:
        """An accepted composition, as text. Raises `Unplannable`, or `ValueError` if none fits the budget."""
        return next(self.plans(spec, task, 1))

    def plans(self, spec: Spec, task: Task, n: int) -> Iterator[str]:
        """`n` accepted compositions, sampled independently; equal seeds give equal plans."""
        import outlines
        import torch

        from p2c_dsl.planners.masks import SemanticLogitsProcessor
        from p2c_dsl.planners.vocabulary import vocabulary_of

        tokens = TokenAutomaton(spec, task, vocabulary_of(self.tokenizer), self.budget, effort=self.effort)
        processor = SemanticLogitsProcessor(tokens, self.budget)
        generator = outlines.Generator(
            outlines.from_transformers(self.model, self.tokenizer), processor=processor
        )
        sampling: dict[str, Any] = {"do_sample": False}
        if self.temperature:
            # transformers would sample from the 50 likeliest alone.
            sampling = {"do_sample": True, "temperature": self.temperature, "top_k": 0, "top_p": 1.0}
        question = prompt(spec, task)
        for number in range(n):
            torch.manual_seed(self.seed + number)
            written = generator(question, max_new_tokens=self.budget, **sampling)
            yield str(written).rstrip("\n") + "\n"


def prompt(spec: Spec, task: Task) -> str:
    """What the model is asked: the spec's own text, and what to do."""
    from p2c_dsl.spec_data import to_data, to_text

    return f"{to_text(to_data(spec))}\n# {INSTRUCTION}\n# {task.doc or task.name}\n"
