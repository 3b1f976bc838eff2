"""What can be loaded as a planner's model, and what is said of what cannot."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")
pytest.importorskip("outlines")

import torch
import transformers
from tokenizers import Tokenizer
from tokenizers.models import BPE

from p2c_dsl.planners import models
from p2c_dsl.planners.language_model import LanguageModelPlanner
from p2c_dsl.planners.models import ModelProblem, load_model
from tests.planners import tiny
from tests.planners.tiny import accepted, domain_of


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.saved(tmp_path_factory.mktemp("model"))


@pytest.fixture
def copy(folder: Path, tmp_path: Path) -> Path:
    for path in folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    return tmp_path


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)


def edited(path: Path, **changes: Any) -> None:
    data = json.loads(path.read_text())
    data.update(changes)
    path.write_text(json.dumps({k: v for k, v in data.items() if v is not None}))


def test_a_folder_s_model_plans_as_the_one_in_memory(folder: Path) -> None:
    settings: dict[str, Any] = {"budget": 120, "seed": 5}
    loaded = LanguageModelPlanner.from_pretrained(folder, **settings)
    in_memory = LanguageModelPlanner(tiny.model(), tiny.tokenizer(), **settings)
    assert loaded.plan(*domain_of("dinner")) == in_memory.plan(*domain_of("dinner"))


@pytest.mark.parametrize("dtype", ["bfloat16", "float32"])
def test_weights_can_have_another_type(dtype: str, folder: Path) -> None:
    loaded = LanguageModelPlanner.from_pretrained(folder, device="cpu", dtype=dtype, budget=120)
    assert loaded.model.dtype == getattr(torch, dtype)
    assert accepted("dinner", loaded.plan(*domain_of("dinner")))


def test_the_end_that_only_the_model_names_is_the_tokenizer_s_too(copy: Path) -> None:
    edited(copy / "tokenizer_config.json", eos_token=None)
    _, tokenizer = load_model(copy)
    assert tokenizer.eos_token == "<end>"


def test_an_adapter_is_merged_into_the_weights(folder: Path, tmp_path: Path) -> None:
    peft = pytest.importorskip("peft")
    base = tiny.model_for(tiny.tokenizer())
    torch.manual_seed(1)
    adapted = peft.get_peft_model(
        base, peft.LoraConfig(task_type="CAUSAL_LM", target_modules=["q_proj"], init_lora_weights=False)
    )
    adapted.save_pretrained(tmp_path)
    model, _ = load_model(folder, adapter=tmp_path)
    assert isinstance(model, transformers.LlamaForCausalLM)
    ids = torch.tensor([[5, 6, 7]])
    plain, _ = load_model(folder)
    with torch.no_grad():
        assert torch.allclose(model(ids).logits, adapted.eval()(ids).logits, atol=1e-4)
        assert not torch.allclose(model(ids).logits, plain(ids).logits, atol=1e-4)


def test_without_the_libraries_the_extra_is_named(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    real = models.find_spec
    monkeypatch.setattr(models, "find_spec", lambda name: None if name == "outlines" else real(name))
    with pytest.raises(ModelProblem, match=r"pip install 'p2c-dsl\[planner\]'"):
        load_model(folder)
    monkeypatch.setattr(models, "find_spec", lambda name: None if name == "peft" else real(name))
    with pytest.raises(ModelProblem, match=r"pip install 'p2c-dsl\[train\]'"):
        load_model(folder, adapter=folder)


def test_what_is_no_model_is_told(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "empty").mkdir()
    for path, told in (
        ("./missing", "there is no folder `./missing`"),
        (tmp_path / "missing", "there is no folder"),
        ("a/b/c", "there is no folder `a/b/c`"),
        (tmp_path / "file", "is a file: give the folder"),
        (tmp_path / "empty", "a folder without config.json"),
        ("nobody/nothing-there", "hub cannot be reached or does not know it"),
        ("nothing-there", "hub cannot be reached or does not know it"),
    ):
        with pytest.raises(ModelProblem, match=told):
            load_model(path)


def test_a_model_that_cannot_write_from_left_to_right_is_refused(copy: Path) -> None:
    config = transformers.BertConfig(
        vocab_size=600, hidden_size=16, num_hidden_layers=1, num_attention_heads=1, intermediate_size=16
    )
    transformers.BertForMaskedLM(config).save_pretrained(copy)
    with pytest.raises(ModelProblem, match="not a causal language model: it is a BertForMaskedLM"):
        load_model(copy)
    edited(copy / "config.json", model_type="t5", architectures=["T5ForConditionalGeneration"])
    with pytest.raises(ModelProblem, match="not a causal language model: it is a T5ForConditionalGeneration"):
        load_model(copy)


def test_damaged_folders_are_told(copy: Path) -> None:
    weights = copy / "model.safetensors"
    whole = weights.read_bytes()
    weights.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ModelProblem, match="cannot be loaded as a causal language model: "):
        load_model(copy)
    weights.unlink()
    with pytest.raises(ModelProblem, match=r"cannot be loaded as a causal .*model\.safetensors"):
        load_model(copy)
    (copy / "config.json").write_text("{")
    with pytest.raises(ModelProblem, match="cannot be loaded"):
        load_model(copy)


def test_weights_that_are_missing_are_not_made_up(copy: Path) -> None:
    edited(copy / "config.json", num_hidden_layers=3)
    with pytest.raises(ModelProblem, match=r"lacks \d+ of the model's weights"):
        load_model(copy)


def test_a_folder_without_a_usable_tokenizer_is_refused(copy: Path) -> None:
    bare = transformers.PreTrainedTokenizerFast(tokenizer_object=Tokenizer(BPE()))
    edited(copy / "config.json", eos_token_id=None)
    bare.save_pretrained(copy)
    with pytest.raises(ModelProblem, match="no end-of-sequence token"):
        load_model(copy)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (copy / name).unlink()
    with pytest.raises(ModelProblem, match="tokenizer"):
        load_model(copy)


def test_devices_and_types_that_are_none_are_told(folder: Path) -> None:
    with pytest.raises(ModelProblem, match="there is no device `abacus`"):
        load_model(folder, device="abacus")
    for dtype in ("float33", "int8", "nn"):
        with pytest.raises(ModelProblem, match=f"`{dtype}` is not a data type"):
            load_model(folder, dtype=dtype)
