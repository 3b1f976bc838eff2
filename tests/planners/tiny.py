"""A tiny model of random weights and a tokenizer made for tests: it has no reason to write anything sensible."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import torch
import transformers
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from p2c_dsl.lint import lint_text
from p2c_dsl.resolve import load_text
from p2c_dsl.spec import Spec, Task
from tests.planners.forms import EXAMPLES

# How long a composition may be is a rule here: without one, random weights wander far, and looking ahead takes long.
STEPS = {"dinner": 5, "deletion": 4}


@cache
def tokenizer() -> Any:
    """A byte-level BPE of the examples, whose tokens straddle lexemes and lines."""
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    made.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=600,
        special_tokens=["<end>", "<pad>", "<begin>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    made.train_from_iterator([p.read_text() for p in sorted(EXAMPLES.rglob("*.p2c"))], trainer)
    return wrapped(made)


def wrapped(made: Tokenizer, **more: Any) -> Any:
    """A tokenizer as transformers has it, with an end and a pad token."""
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=made, eos_token="<end>", pad_token="<pad>", padding_side="left", **more
    )


@cache
def model(context: int = 4096) -> Any:
    """A Llama of random weights for `tokenizer()`."""
    return model_for(tokenizer(), context)


def model_for(words: Any, context: int = 4096, width: int | None = None, seed: int = 0) -> Any:
    """A Llama of random weights, with as many logits as there are tokens or as `width` says."""
    torch.manual_seed(seed)
    config = transformers.LlamaConfig(
        vocab_size=width or len(words),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        max_position_embeddings=context,
        eos_token_id=words.eos_token_id,
        pad_token_id=words.pad_token_id,
        bos_token_id=None,
    )
    return transformers.LlamaForCausalLM(config).eval()


def saved(folder: Path) -> Path:
    """The tiny model and its tokenizer, in a folder."""
    model().save_pretrained(folder)
    tokenizer().save_pretrained(folder)
    return folder


def spec_text(name: str) -> str:
    """An example's spec, with one more rule."""
    text = (EXAMPLES / name / f"{name}.p2c").read_text()
    return text.rstrip() + f"\n    steps <= {STEPS[name]}\n"


def domain_of(name: str) -> tuple[Spec, Task]:
    """The spec of that text, and its task."""
    return spec_of(spec_text(name))


def spec_of(text: str) -> tuple[Spec, Task]:
    """The spec of a text, and its first task."""
    loaded = load_text(text, "spec.p2c", EXAMPLES)
    assert not loaded.diagnostics, loaded.diagnostics
    return loaded.spec, next(iter(loaded.spec.tasks.values()))


def accepted(name: str, text: str) -> bool:
    """Whether lint accepts a composition of an example's task."""
    return all_accepted(spec_text(name), [text])


def all_accepted(spec: str, texts: Sequence[str]) -> bool:
    """Whether lint accepts some compositions."""
    whole = "\n".join([spec, *texts]) + "\n"
    return lint_text(whole, "plan.p2c", EXAMPLES, counterexamples=False).accepted
