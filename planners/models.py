"""Causal language models and their tokenizers, from a folder or the hub, and what is wrong where one is unusable."""

from __future__ import annotations

import contextlib
import os
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

EXTRA = "language models need the extra `planner`: pip install 'p2c-dsl[planner]'"
_ADAPTER = "adapter_config.json"


class ModelProblem(Exception):
    """A model cannot be used as a planner; the message says why and what to do."""


def require() -> None:
    """Raises `ModelProblem` if a library that language models need is missing."""
    for name in ("torch", "transformers", "outlines", "llguidance"):
        if find_spec(name) is None:
            raise ModelProblem(EXTRA)


def quiet() -> None:
    """Keeps the libraries from showing their own progress bars and warnings. Raises `ModelProblem`."""
    require()
    hub: Any = import_module("huggingface_hub.utils.logging")
    own: Any = import_module("transformers.utils.logging")
    own.disable_progress_bar()
    own.set_verbosity_error()
    hub.set_verbosity_error()


def load_model(
    path: str | Path, adapter: str | Path | None = None, device: str | None = None, dtype: str | None = None
) -> tuple[Any, Any]:
    """A causal model of transformers, ready to decode, and its tokenizer.

    Args:
        path: A folder, or the name of a model on the hub.
        adapter: A LoRA adapter's folder or name; it is merged into the weights if its kind allows that.
        device: Where to put the model, by default a GPU if there is one.
        dtype: The weights' type (`bfloat16`), by default the checkpoint's own.

    Raises `ModelProblem`.
    """
    require()
    import torch
    import transformers

    name = _named(path, "config.json")
    where, kind = device_of(device), _dtype(torch, dtype)
    with _reported_as(f"`{path}` cannot be loaded as a causal language model"):
        config = transformers.AutoConfig.from_pretrained(name, trust_remote_code=False)
    _check_causal(config, path)
    with _reported_as(f"`{path}` has no tokenizer that can be used"):
        tokenizer = transformers.AutoTokenizer.from_pretrained(name, trust_remote_code=False)
    with _reported_as(f"`{path}` cannot be loaded as a causal language model"):
        loaded: Any = transformers.AutoModelForCausalLM.from_pretrained(
            name, dtype=kind, trust_remote_code=False, output_loading_info=True
        )
    model, report = loaded
    missing = sorted(report["missing_keys"])
    if missing:
        raise ModelProblem(
            f"`{path}` lacks {len(missing)} of the model's weights ({missing[0]}, …), so it is not a "
            "complete causal language model"
        )
    if adapter is not None:
        model = _adapted(model, adapter)
    _check_tokenizer(tokenizer, config, path)
    with _reported_as(f"`{path}` cannot be moved to `{where}`"):
        return model.to(where).eval(), tokenizer


def load_own(device: str | None = None) -> tuple[Any, Any]:
    """The small planner that comes with the project, and its tokenizer. Raises `ModelProblem`."""
    require()
    from p2c_dsl.planners.small import load

    try:
        model, tokenizer = load()
    except FileNotFoundError as error:
        raise ModelProblem(f"{error}, or choose another model") from None
    return model.to(device_of(device)), tokenizer


def _named(path: str | Path, needed: str) -> str:
    """The path of a folder if there is one, else the name on the hub."""
    text = os.path.expanduser(str(path))
    folder = Path(text)
    if folder.is_dir():
        if not (folder / needed).is_file():
            raise ModelProblem(f"`{path}` is a folder without {needed}: `save_pretrained` writes one")
        return text
    if folder.exists():
        raise ModelProblem(f"`{path}` is a file: give the folder that `save_pretrained` wrote")
    if folder.is_absolute() or text.startswith(".") or text.endswith("/") or len(folder.parts) > 2:
        raise ModelProblem(f"there is no folder `{path}` (a model on the hub is named OWNER/NAME)")
    return text


@contextlib.contextmanager
def _reported_as(what: str) -> Any:
    """Reports any error that other people's code raises for other people's files in one line."""
    try:
        yield
    except Exception as error:  # safetensors, tokenizers and models each raise exceptions of their own.
        reason = str(error).strip().split("\n")[0] or type(error).__name__
        if _is_offline(error):
            reason = "there is no such folder, and the hub cannot be reached or does not know it"
        raise ModelProblem(f"{what}: {reason}") from error


def _is_offline(error: Exception) -> bool:
    text = str(error)
    return isinstance(error, OSError) and ("huggingface.co" in text or "offline" in text.lower())


def device_of(wanted: str | None) -> Any:
    """The device of that name, by default a GPU if there is one. Raises `ModelProblem`."""
    import torch

    if wanted is None:
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(wanted)
        torch.empty(0, device=device)
    except Exception as error:  # Which exception a missing device raises depends on its kind.
        raise ModelProblem(f"there is no device `{wanted}` here: {str(error).splitlines()[0]}") from None
    return device


def _dtype(torch: Any, wanted: str | None) -> Any:
    if wanted is None:
        return "auto"
    found = getattr(torch, wanted, None)
    if not isinstance(found, torch.dtype) or not found.is_floating_point:
        raise ModelProblem(f"`{wanted}` is not a data type for weights: use float32, bfloat16 or float16")
    return found


def _check_causal(config: Any, path: str | Path) -> None:
    from transformers.models.auto.modeling_auto import MODEL_FOR_CAUSAL_LM_MAPPING_NAMES as CAUSAL

    named = config.architectures or []
    known = set(CAUSAL.values())
    # A masked model would load as a causal one, and see the future.
    if config.is_encoder_decoder or config.model_type not in CAUSAL or (named and not known & set(named)):
        what = ", ".join(named) or config.model_type
        raise ModelProblem(f"`{path}` is not a causal language model: it is a {what}")


def _adapted(model: Any, adapter: str | Path) -> Any:
    if find_spec("peft") is None:
        raise ModelProblem("adapters need the extra `train`: pip install 'p2c-dsl[train]'")
    import peft

    name = _named(adapter, _ADAPTER)
    with _reported_as(f"the adapter `{adapter}` does not fit the model"):
        adapted = peft.PeftModel.from_pretrained(model, name)
        # Merged weights decode as fast as the model's own; prompt tuning has no weights to merge.
        return adapted.merge_and_unload() if hasattr(adapted, "merge_and_unload") else adapted


def _check_tokenizer(tokenizer: Any, config: Any, path: str | Path) -> None:
    if not getattr(tokenizer, "is_fast", False):
        raise ModelProblem(f"the tokenizer of `{path}` has no tokenizer.json: only fast tokenizers are supported")
    if tokenizer.eos_token_id is None:
        end = getattr(config, "eos_token_id", None)
        end = end[0] if isinstance(end, list) and end else end
        token = tokenizer.convert_ids_to_tokens(end) if isinstance(end, int) else None
        if token is None:
            raise ModelProblem(
                f"the tokenizer of `{path}` has no end-of-sequence token: set `eos_token` and save it again"
            )
        tokenizer.eos_token = token
