"""Language models under the rules: whatever the weights, what is written is accepted, and it ends in time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")
pytest.importorskip("outlines")
pytest.importorskip("llguidance")

import outlines
import torch
import transformers
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from p2c_dsl.lint import lint_text
from p2c_dsl.planners.language_model import LanguageModelPlanner, prompt
from p2c_dsl.planners.masks import SemanticLogitsProcessor, SemanticMask
from p2c_dsl.planners.tokens import TokenAutomaton
from p2c_dsl.planners.vocabulary import vocabulary_of
from p2c_dsl.resolve import load_text
from p2c_dsl.spec import Spec, Task
from tests.planners.forms import EXAMPLES

# How long a composition may be is a rule here: without one, random weights wander far, and looking ahead takes long.
STEPS = {"dinner": 5, "deletion": 4}


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    """A byte-level BPE of the examples, whose tokens straddle lexemes and lines."""
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.Sequence([])
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    made.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=600,
        special_tokens=["<end>", "<pad>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    made.train_from_iterator([p.read_text() for p in sorted(EXAMPLES.rglob("*.p2c"))], trainer)
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=made, eos_token="<end>", pad_token="<pad>", padding_side="left"
    )


@pytest.fixture(scope="module")
def model(tokenizer: Any) -> Any:
    """A small model of random weights: it has no reason to write anything sensible."""
    torch.manual_seed(0)
    config = transformers.LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        max_position_embeddings=4096,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=None,
    )
    return transformers.LlamaForCausalLM(config).eval()


def spec_text(name: str) -> str:
    """An example's spec, with one more rule."""
    text = (EXAMPLES / name / f"{name}.p2c").read_text()
    return text.rstrip() + f"\n    steps <= {STEPS[name]}\n"


def domain_of(name: str) -> tuple[Spec, Task]:
    spec = load_text(spec_text(name), f"{name}.p2c", EXAMPLES / name).spec
    return spec, next(iter(spec.tasks.values()))


def tokens_of(name: str, tokenizer: Any) -> TokenAutomaton:
    return TokenAutomaton(*domain_of(name), vocabulary_of(tokenizer), 256, effort=300)


def accepted(name: str, text: str) -> bool:
    whole = f"{spec_text(name)}\n{text}\n"
    return lint_text(whole, "plan.p2c", EXAMPLES / name, counterexamples=False).accepted


def test_a_tokenizer_s_tokens_write_its_texts(tokenizer: Any) -> None:
    words = vocabulary_of(tokenizer)
    text = (EXAMPLES / "dinner" / "aligned.p2c").read_text()
    assert b"".join(words.tokens[i] for i in tokenizer.encode(text)) == text.encode()
    assert any(b"\n" in t.strip() for t in words.tokens)


@pytest.mark.parametrize("temperature", [1.0, 2.0])
@pytest.mark.parametrize("name", STEPS)
def test_random_weights_write_accepted_compositions_that_end(
    name: str, temperature: float, model: Any, tokenizer: Any
) -> None:
    planner = LanguageModelPlanner(model, tokenizer, budget=120, temperature=temperature)
    for text in planner.plans(*domain_of(name), 5):
        assert accepted(name, text), text
        assert len(tokenizer.encode(text.rstrip("\n"))) <= 120


def test_equal_seeds_give_equal_plans(model: Any, tokenizer: Any) -> None:
    planner = LanguageModelPlanner(model, tokenizer, 120, seed=7)
    one, other = (planner.plan(*domain_of("dinner")) for _ in range(2))
    assert one == other


def test_a_batch_of_prompts_of_different_lengths(model: Any, tokenizer: Any) -> None:
    processor = SemanticLogitsProcessor(tokens_of("dinner", tokenizer), 120)
    generator = outlines.Generator(outlines.from_transformers(model, tokenizer), processor=processor)
    prompts = ["a", "a longer prompt than the first one\n", prompt(*domain_of("dinner"))]
    for text in generator.batch(prompts, max_new_tokens=120, do_sample=True, top_k=0):
        assert accepted("dinner", text), text


@pytest.mark.parametrize("options", [{"num_beams": 4}, {"num_beams": 3, "num_return_sequences": 3}])
def test_beams_that_change_places(options: dict[str, int], model: Any, tokenizer: Any) -> None:
    processor = SemanticLogitsProcessor(tokens_of("dinner", tokenizer), 140)
    ids = tokenizer(["plan", "a plan for this"], return_tensors="pt", padding=True)
    ids.pop("token_type_ids", None)
    made = model.generate(**ids, max_new_tokens=140, do_sample=False, logits_processor=[processor], **options)
    for text in tokenizer.batch_decode(made[:, ids["input_ids"].shape[1] :], skip_special_tokens=True):
        assert accepted("dinner", text), text


def test_a_second_generation_without_a_reset(model: Any, tokenizer: Any) -> None:
    processor = SemanticLogitsProcessor(tokens_of("dinner", tokenizer), 120)
    for _ in range(2):
        ids = tokenizer("plan", return_tensors="pt")["input_ids"]
        made = model.generate(ids, max_new_tokens=120, do_sample=True, top_k=0, logits_processor=[processor])
        assert accepted("dinner", tokenizer.decode(made[0, ids.shape[1] :], skip_special_tokens=True))


def test_the_budget_is_a_promise_down_to_the_least(model: Any, tokenizer: Any) -> None:
    tokens = tokens_of("dinner", tokenizer)
    least = tokens.needed(tokens.start)
    text = LanguageModelPlanner(model, tokenizer, least, temperature=2.0).plan(*domain_of("dinner"))
    assert accepted("dinner", text)
    with pytest.raises(ValueError, match=f"takes {least} tokens"):
        SemanticLogitsProcessor(tokens, least - 1)


def test_what_is_not_allowed_has_no_probability_and_the_rest_keeps_its_logits(tokenizer: Any) -> None:
    tokens = tokens_of("dinner", tokenizer)
    logits = torch.randn(3, len(tokenizer))
    masked = SemanticMask(tokens).masked(logits, [tokens.start, None, tokens.start], 100)
    allowed = torch.zeros(len(tokenizer), dtype=torch.bool)
    allowed[list(tokens.allowed(tokens.start))] = True
    assert torch.equal(masked[0, allowed], logits[0, allowed]) and torch.isinf(masked[0, ~allowed]).all()
    assert torch.isfinite(masked[1]).nonzero().tolist() == [[tokenizer.eos_token_id]]


def test_a_tokenizer_without_an_end_is_refused() -> None:
    bare = transformers.PreTrainedTokenizerFast(tokenizer_object=Tokenizer(models.BPE()))
    with pytest.raises(ValueError, match="end-of-sequence"):
        vocabulary_of(bare)


def test_the_core_is_read_without_torch() -> None:
    assert "torch" not in (Path(__file__).parents[2] / "planners" / "tokens.py").read_text()
