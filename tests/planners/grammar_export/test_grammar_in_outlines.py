"""The exported grammar in Outlines: any model writes what parses, and that is not what is accepted."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("torch")
pytest.importorskip("outlines")
pytest.importorskip("llguidance")

import outlines
import torch
import transformers
from tokenizers import Tokenizer, decoders, models, pre_tokenizers

from p2c_dsl.lint import lint_text
from p2c_dsl.planners.grammar_export.grammar import spec_to_lark
from p2c_dsl.source import Source
from p2c_dsl.syntax.parser import parse
from tests.planners.forms import EXAMPLES, domain

MOST = 160
SAMPLES = 12


@pytest.fixture(scope="module")
def model() -> Any:
    """A model of random weights that writes byte by byte, for Outlines."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    made = Tokenizer(models.BPE({token: i for i, token in enumerate(["<end>", *alphabet])}, []))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    made.decoder = decoders.ByteLevel()
    tokenizer = transformers.PreTrainedTokenizerFast(tokenizer_object=made, eos_token="<end>", pad_token="<end>")
    torch.manual_seed(0)
    config = transformers.LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=16,
        intermediate_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=None,
    )
    return outlines.from_transformers(transformers.LlamaForCausalLM(config).eval(), tokenizer)


@pytest.mark.parametrize("name", ["dinner", "deletion"])
def test_what_a_model_writes_under_the_grammar_parses_and_is_mostly_rejected(name: str, model: Any) -> None:
    loaded, task = domain(name)
    generator = outlines.Generator(model, outlines.types.CFG(spec_to_lark(loaded.spec, task)))
    torch.manual_seed(0)
    # llguidance would compile the application of its masks, which takes half a minute.
    with torch.compiler.set_stance("force_eager"):
        texts = [generator("plan", max_new_tokens=MOST, do_sample=True, top_k=0) for _ in range(SAMPLES)]
    ended = [text for text in texts if len(text.encode()) < MOST]
    assert len(ended) > SAMPLES / 4
    assert [parse(Source("plan", text + "\n")).diagnostics for text in ended] == [()] * len(ended)
    spec = (EXAMPLES / name / f"{name}.p2c").read_text()
    verdicts = [
        lint_text(f"{spec}\n{text}\n", "plan.p2c", EXAMPLES / name, counterexamples=False).accepted for text in ended
    ]
    assert sum(verdicts) < len(ended) / 4
