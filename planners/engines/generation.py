"""Generation by transformers itself, through Outlines: for any model, one token at a time."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from outlines import Generator
from outlines.models.transformers import Transformers, TransformersTypeAdapter
from transformers import GenerationConfig

from p2c_dsl.planners.automaton.collection import collector_paused
from p2c_dsl.planners.tokens.processors import SamplingLogitsProcessor
from p2c_dsl.planners.tokens.sampling import Sampler


@collector_paused()
def write(model: Any, tokenizer: Any, prompt: str, sampler: Sampler) -> None:
    """Writes a sampler's rows to their ends, after a prompt in the model's own format.

    Raises what `Sampler.draw` raises.
    """
    asked = Transformers(model, tokenizer)
    asked.type_adapter = TransformersTypeAdapter(tokenizer, has_chat_template=False)
    generator = Generator(asked, processor=SamplingLogitsProcessor(sampler))
    most = max(row.at.left for row in sampler.rows)
    generator.batch([prompt] * len(sampler.rows), max_new_tokens=most, do_sample=False)


@contextlib.contextmanager
def undisturbed(model: Any, end: int) -> Iterator[None]:
    """The model without its own settings for generation, which would change logits before the mask sees them."""
    settings, training = model.generation_config, model.training
    plain: Any = GenerationConfig
    model.generation_config = plain(eos_token_id=end, pad_token_id=end)
    model.eval()
    try:
        yield
    finally:
        model.generation_config = settings
        model.train(training)
