"""Checkpoints: replaced atomically, and complete enough to continue bit for bit."""

from __future__ import annotations

import os
import random
from pathlib import Path
from typing import Any

import numpy as np
import torch

from p2c_dsl.planners.rl import atomic

NAME = "checkpoint.pt"
FORMAT = 2
"""The version of `Trainer.state` and of the numbering of episodes: another version would continue differently."""


class CheckpointError(Exception):
    """No usable checkpoint; the message says why."""


def save(folder: Path, state: dict[str, Any]) -> None:
    """Replaces the last checkpoint: a crash at any moment leaves one of the two. Raises `OSError`."""
    try:
        with atomic.replacing(folder / NAME) as file:
            torch.save(state, file)
    except (OSError, RuntimeError) as error:
        # torch reports a full disk as a RuntimeError.
        raise OSError(f"{folder / NAME} cannot be written; the last checkpoint is kept: {error}") from error


def load(folder: Path) -> dict[str, Any]:
    """The checkpoint of a run. Raises `CheckpointError`."""
    path = folder / NAME
    if not path.is_file():
        raise CheckpointError(f"{folder} does not hold a checkpoint: {path} does not exist")
    try:
        # Random states stay on the CPU; modules and optimizers move their tensors to their own device.
        state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        raise CheckpointError(f"{path} cannot be read: {error}") from error
    if not isinstance(state, dict) or state.get("format") != FORMAT:
        raise CheckpointError(
            f"{path} is not a checkpoint of a run, or was written by another version: start a new run"
        )
    return state


def random_state() -> dict[str, Any]:
    """The state of all global random number generators."""
    version, numbers, gauss = random.getstate()
    name, keys, position, has_gauss, cached = np.random.get_state(legacy=True)
    state: dict[str, Any] = {
        "python": [version, list(numbers), gauss],
        "numpy": [name, torch.from_numpy(np.asarray(keys).astype(np.int64)), position, has_gauss, cached],
        "torch": torch.get_rng_state(),
    }
    if torch.cuda.is_available():
        state["cuda"] = torch.cuda.get_rng_state_all()
    return state


def restore_random_state(state: dict[str, Any]) -> None:
    """Restores the state of all global random number generators."""
    version, numbers, gauss = state["python"]
    random.setstate((version, tuple(numbers), gauss))
    name, keys, position, has_gauss, cached = state["numpy"]
    np.random.set_state((name, keys.numpy().astype(np.uint32), position, has_gauss, cached))
    torch.set_rng_state(state["torch"])
    if "cuda" in state and torch.cuda.is_available():
        torch.cuda.set_rng_state_all(state["cuda"])


def save_model(folder: Path, model: Any, tokenizer: Any) -> None:
    """Saves the model as a folder that transformers can load; adapters are merged into a copy."""
    import shutil

    temporary = folder / ".model.new"
    shutil.rmtree(temporary, ignore_errors=True)
    merged(model).save_pretrained(temporary)
    tokenizer.save_pretrained(temporary)
    for file in sorted(temporary.iterdir()):
        os.replace(file, folder / file.name)
    temporary.rmdir()


def merged(model: Any) -> Any:
    """A copy of the model with its adapters merged into its weights; without adapters, the model itself."""
    if not hasattr(model, "merge_and_unload"):
        return model
    from copy import deepcopy

    return deepcopy(model).merge_and_unload()
