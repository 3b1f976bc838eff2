"""Models to train: the small planner, or any causal model of transformers, in full or with adapters."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from p2c_dsl.planners.rl.episode import Codec
from p2c_dsl.planners.tokens.canonical import CANONICAL, SETTING, tokenization_of
from p2c_dsl.planners.tokens.vocabulary import vocabulary_of

FRESH, SMALL = "fresh", "small"


AUTO = "auto"


def load_model(name: str, seed: int, lora: int = 0, tokenization: str = AUTO) -> tuple[Any, Any]:
    """A model and its tokenizer.

    Args:
        name: `fresh` for the small planner with random weights, `small` for the trained one, or a folder that
            transformers can load.
        seed: The seed of random weights.
        lora: The rank of adapters that are trained instead of the weights, 0 for none (LoRA, Hu et al., 2021,
            arXiv 2106.09685).
        tokenization: What its configuration will say; `auto` for canonical if the weights are random, and for what it
            says already if they are not.

    Raises `ValueError` for a model that cannot be loaded.
    """
    model, tokenizer = _loaded(name, seed)
    if tokenization == AUTO:
        tokenization = CANONICAL if name == FRESH else tokenization_of(model)
    setattr(model.config, SETTING, tokenization)
    if lora:
        import torch
        from peft import LoraConfig, get_peft_model

        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            config = LoraConfig(r=lora, lora_alpha=2 * lora, lora_dropout=0.0, target_modules="all-linear")
            model = get_peft_model(model, config)
    return model, tokenizer


def codec_of(tokenizer: Any) -> Codec:
    """The codec of a tokenizer of transformers. Raises `ValueError` for a tokenizer without an end token."""
    vocabulary = vocabulary_of(tokenizer)
    return Codec(
        encode=lambda text: list(tokenizer.encode(text, add_special_tokens=False)),
        encode_prompt=lambda text: list(tokenizer.encode(text)),
        tokens=vocabulary.tokens,
        end=vocabulary.end,
    )


def _loaded(name: str, seed: int) -> tuple[Any, Any]:
    from p2c_dsl.planners.models import ModelProblem
    from p2c_dsl.planners.models import load_model as from_folder
    from p2c_dsl.planners.small import fresh, load

    if name == FRESH:
        return fresh(seed)
    try:
        if name == SMALL:
            return load()
        if not Path(name).is_dir():
            raise ValueError(f"there is no folder {name}: name a folder with a model, or {FRESH} or {SMALL}")
        # The trainer or the evaluation decides on the device.
        return from_folder(name, device="cpu", dtype="float32")
    except (ModelProblem, OSError) as error:
        raise ValueError(f"cannot load a model from {name}: {error}") from error
