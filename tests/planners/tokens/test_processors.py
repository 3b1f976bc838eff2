"""The rules as an Outlines logits processor: in whatever way Outlines or transformers use it, all rows are accepted."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("torch")
pytest.importorskip("outlines")
pytest.importorskip("llguidance")

import outlines
import torch
import transformers
from tokenizers import Tokenizer, models

from p2c_dsl.planners.prompt import prompt
from p2c_dsl.planners.tokens.processors import SemanticLogitsProcessor
from p2c_dsl.planners.tokens.token_automaton import TokenAutomaton
from p2c_dsl.planners.tokens.vocabulary import vocabulary_of
from tests.planners import tiny
from tests.planners.forms import EXAMPLES
from tests.planners.tiny import accepted, domain_of

BUDGET = 120
PROMPTS = ["a", "a longer prompt than the first one\n", prompt(*domain_of("dinner"))]


@pytest.fixture(scope="module")
def tokens() -> TokenAutomaton:
    return TokenAutomaton(*domain_of("dinner"), vocabulary_of(tiny.tokenizer()), 256, effort=300)


@pytest.fixture
def processor(tokens: TokenAutomaton) -> SemanticLogitsProcessor:
    return SemanticLogitsProcessor(tokens, BUDGET)


def generated(processor: SemanticLogitsProcessor, prompts: list[str], **options: Any) -> list[str]:
    """What transformers writes, with the processor alone."""
    words = tiny.tokenizer()
    ids = words(prompts, return_tensors="pt", padding=True)
    ids.pop("token_type_ids", None)
    made = tiny.model().generate(**ids, max_new_tokens=BUDGET, logits_processor=[processor], **options)
    return list(words.batch_decode(made[:, ids["input_ids"].shape[1] :], skip_special_tokens=True))


def test_a_tokenizer_s_tokens_write_its_texts() -> None:
    words = vocabulary_of(tiny.tokenizer())
    text = (EXAMPLES / "dinner" / "aligned.p2c").read_text()
    assert b"".join(words.tokens[i] for i in tiny.tokenizer().encode(text)) == text.encode()
    assert any(b"\n" in t.strip() for t in words.tokens)


@pytest.mark.parametrize(
    "sampling",
    [
        {"do_sample": False},
        {"do_sample": True, "top_k": 0},
        {"do_sample": True, "top_k": 1},
        {"do_sample": True, "top_k": 0, "top_p": 0.01},
        {"do_sample": True, "top_k": 0, "min_p": 0.9},
        {"do_sample": True, "temperature": 0.01},
        {"do_sample": True, "temperature": 50.0, "top_k": 3, "top_p": 0.5},
    ],
    ids=lambda options: " ".join(f"{name}={value}" for name, value in options.items()),
)
def test_a_batch_of_prompts_of_different_lengths_however_it_is_sampled(
    sampling: dict[str, Any], processor: SemanticLogitsProcessor
) -> None:
    torch.manual_seed(0)
    model = outlines.from_transformers(tiny.model(), tiny.tokenizer())
    generator = outlines.Generator(model, processor=processor)
    texts = generator.batch(PROMPTS, max_new_tokens=BUDGET, **sampling)
    assert len(texts) == 3 and all(accepted("dinner", text) for text in texts), texts


def test_several_sequences_for_each_prompt(processor: SemanticLogitsProcessor) -> None:
    torch.manual_seed(0)
    model = outlines.from_transformers(tiny.model(), tiny.tokenizer())
    generator = outlines.Generator(model, processor=processor)
    options = {"max_new_tokens": BUDGET, "do_sample": True, "top_k": 0, "num_return_sequences": 2}
    (first, second), (third, fourth) = generator.batch(PROMPTS[:2], **options)
    assert all(accepted("dinner", text) for text in (first, second, third, fourth))


@pytest.mark.parametrize(
    "options",
    [
        {"num_beams": 4},
        {"num_beams": 3, "num_return_sequences": 3},
        {"num_beams": 3, "do_sample": True, "top_k": 0},
    ],
)
def test_beams_that_change_places(options: dict[str, Any], processor: SemanticLogitsProcessor) -> None:
    torch.manual_seed(0)
    for text in generated(processor, ["plan", "a plan for this"], **options):
        assert accepted("dinner", text), text


SPECULATION: dict[str, Any] = {
    "prompt lookup": {"prompt_lookup_num_tokens": 3},
    "an assistant": {"assistant_model": tiny.model_for(tiny.tokenizer())},
    "an assistant of other weights": {"assistant_model": tiny.model_for(tiny.tokenizer(), seed=1)},
}


@pytest.mark.parametrize("options", SPECULATION.values(), ids=SPECULATION)
def test_speculation_writes_what_is_written_without_it(
    options: dict[str, Any], processor: SemanticLogitsProcessor
) -> None:
    (plain,) = generated(processor, ["plan"], do_sample=False)
    (speculative,) = generated(processor, ["plan"], do_sample=False, **options)
    assert speculative == plain and accepted("dinner", plain)


@pytest.mark.parametrize("options", SPECULATION.values(), ids=SPECULATION)
def test_speculation_with_sampling(options: dict[str, Any], processor: SemanticLogitsProcessor) -> None:
    torch.manual_seed(0)
    for _ in range(3):
        (text,) = generated(processor, ["plan"], do_sample=True, top_k=0, **options)
        assert accepted("dinner", text), text


def test_tokens_written_without_a_mask_are_refused(tokens: TokenAutomaton, processor: SemanticLogitsProcessor) -> None:
    """As by an engine that speculates on its own."""
    one = tokens.allowed(tokens.start)[0]
    other = tokens.allowed(tokens.step(tokens.start, one))[0]
    prompt, logits = [5, 6, 7], torch.zeros(1, len(tiny.tokenizer()))
    processor(torch.tensor([prompt]), logits)
    with pytest.raises(ValueError, match="grown by 2 tokens"):
        processor(torch.tensor([[*prompt, one, other]]), logits)


@pytest.mark.parametrize("prompts", [["plan", "another plan", "x"], ["plan"], ["a much longer prompt than before"]])
def test_further_generations_without_a_reset(prompts: list[str], processor: SemanticLogitsProcessor) -> None:
    torch.manual_seed(0)
    generated(processor, ["plan"], do_sample=True, top_k=0)
    for text in generated(processor, prompts, do_sample=True, top_k=0):
        assert accepted("dinner", text), text


def test_an_engine_that_passes_only_what_it_has_written(processor: SemanticLogitsProcessor) -> None:
    """Such an engine begins with rows of no tokens."""
    torch.manual_seed(0)
    words = tiny.tokenizer()
    ids = torch.zeros((3, 0), dtype=torch.long)
    ended = torch.zeros(3, dtype=torch.bool)
    for _ in range(2):
        processor.reset()
        ids, ended = ids[:, :0], torch.zeros(3, dtype=torch.bool)
        while not ended.all():
            logits = processor(ids, torch.randn(3, len(words)))
            chosen = torch.distributions.Categorical(logits=logits).sample()
            ids = torch.cat([ids, chosen.unsqueeze(1)], 1)
            ended |= chosen == words.eos_token_id
        assert ids.shape[1] <= BUDGET
        for text in words.batch_decode(ids, skip_special_tokens=True):
            assert accepted("dinner", text), text


def test_an_engine_that_passes_single_rows(processor: SemanticLogitsProcessor) -> None:
    words = tiny.tokenizer()
    written: list[int] = []
    while not written or written[-1] != words.eos_token_id:
        logits = processor(torch.tensor(written, dtype=torch.long), torch.randn(len(words)))
        written.append(int(logits.argmax()))
    assert accepted("dinner", words.decode(written, skip_special_tokens=True))


def test_the_budget_is_a_promise_down_to_the_least(tokens: TokenAutomaton) -> None:
    least = tokens.needed(tokens.start)
    torch.manual_seed(0)
    (text,) = generated(SemanticLogitsProcessor(tokens, least), ["plan"], do_sample=True, top_k=0)
    assert accepted("dinner", text)
    with pytest.raises(ValueError, match=f"takes {least} tokens"):
        SemanticLogitsProcessor(tokens, least - 1)


def test_a_tokenizer_without_an_end_is_refused() -> None:
    bare = transformers.PreTrainedTokenizerFast(tokenizer_object=Tokenizer(models.BPE()))
    with pytest.raises(ValueError, match="end-of-sequence"):
        vocabulary_of(bare)
