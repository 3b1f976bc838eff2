"""Checkpoints: written whole or not at all, and enough to go on bit for bit."""

from __future__ import annotations

import os
import random
from pathlib import Path
from typing import Any

import numpy as np
import torch

NAME = "checkpoint.pt"
FORMAT = 2
"""Of the state that `Trainer.state` gives, and of how episodes are numbered: another version goes on differently."""


class CheckpointError(Exception):
    """There is no usable checkpoint; the message says why."""


def save(folder: Path, state: dict[str, Any]) -> None:
    """Writes a checkpoint over the last one: a crash at any moment leaves one of the two. Raises `OSError`."""
    temporary = folder / f".{NAME}.new"
    try:
        with open(temporary, "wb") as file:
            torch.save(state, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, folder / NAME)
    except (OSError, RuntimeError) as error:
        # A full disk is a RuntimeError of torch's.
        temporary.unlink(missing_ok=True)
        raise OSError(f"{folder / NAME} cannot be written, the last one is kept: {error}") from error


def load(folder: Path) -> dict[str, Any]:
    """The checkpoint of a run. Raises `CheckpointError`."""
    path = folder / NAME
    if not path.is_file():
        raise CheckpointError(f"{folder} holds no checkpoint: there is no {path}")
    try:
        # Random states stay on the CPU; modules and optimizers take their tensors to where they are.
        state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        raise CheckpointError(f"{path} cannot be read: {error}") from error
    if not isinstance(state, dict) or state.get("format") != FORMAT:
        raise CheckpointError(f"{path} is no checkpoint of a run, or another version's: start a new run")
    return state


def random_state() -> dict[str, Any]:
    """All generators that a library may draw from."""
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
    """Sets them as they were."""
    version, numbers, gauss = state["python"]
    random.setstate((version, tuple(numbers), gauss))
    name, keys, position, has_gauss, cached = state["numpy"]
    np.random.set_state((name, keys.numpy().astype(np.uint32), position, has_gauss, cached))
    torch.set_rng_state(state["torch"])
    if "cuda" in state and torch.cuda.is_available():
        torch.cuda.set_rng_state_all(state["cuda"])


def save_model(folder: Path, model: Any, tokenizer: Any) -> None:
    """The model as a folder that transformers loads, each file replaced whole; adapters are merged into a copy."""
    import shutil

    temporary = folder / ".model.new"
    shutil.rmtree(temporary, ignore_errors=True)
    merged(model).save_pretrained(temporary)
    tokenizer.save_pretrained(temporary)
    for file in sorted(temporary.iterdir()):
        os.replace(file, folder / file.name)
    temporary.rmdir()


def merged(model: Any) -> Any:
    """The model with its adapters added to its weights, the original untouched; or itself, without any."""
    if not hasattr(model, "merge_and_unload"):
        return model
    from copy import deepcopy

    return deepcopy(model).merge_and_unload()
