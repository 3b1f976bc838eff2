"""Shared by the decoding benchmarks: a model, the domains, ways to decode, and the evaluation of an answer.

Every way is an Outlines generator over the same model, with the same prompts, budget and sampling.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import outlines
import torch
import transformers
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from p2c_dsl.analysis import analyze
from p2c_dsl.lint import lint_text
from p2c_dsl.planners.grammar_export.grammar import spec_to_gbnf, spec_to_lark
from p2c_dsl.planners.language_model import prompt
from p2c_dsl.planners.tokens.processors import SemanticLogitsProcessor
from p2c_dsl.planners.tokens.token_automaton import TokenAutomaton
from p2c_dsl.planners.tokens.vocabulary import vocabulary_of
from p2c_dsl.resolve import load, load_text
from p2c_dsl.runtime.domain import load_world
from p2c_dsl.runtime.trial import try_out
from p2c_dsl.source import Source
from p2c_dsl.spec import Spec, Task
from p2c_dsl.syntax.nodes import ComposeDecl
from p2c_dsl.syntax.parser import parse

EXAMPLES = Path(__file__).parents[1] / "examples"
EFFORT = 300
"""How long our decoder searches for a completion before it leaves a lexeme out: the planner's default."""


@dataclass(frozen=True, slots=True)
class Domain:
    """An example with a world; `text` is its spec's."""

    name: str
    spec: Spec
    task: Task
    folder: Path
    text: str

    @property
    def prompt(self) -> str:
        """The prompt, the same for every way."""
        return prompt(self.spec, self.task)


def domains(names: Sequence[str] | None = None) -> list[Domain]:
    """The examples with these names, or all that have a world."""
    found = []
    for folder in sorted(EXAMPLES.iterdir()):
        if (folder / "world.py").is_file() and (names is None or folder.name in names):
            path = folder / f"{folder.name}.p2c"
            spec = load(path).spec
            found.append(Domain(folder.name, spec, next(iter(spec.tasks.values())), folder, path.read_text()))
    return found


# ---------------------------------------------------------------- models


def model_of(folder: str | None, dtype: str, seed: int) -> Any:
    """A model for Outlines: one from a folder, or a tiny one with random weights that needs no download."""
    if folder is not None:
        loaded = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=getattr(torch, dtype)).eval()
        tokenizer = transformers.AutoTokenizer.from_pretrained(folder, padding_side="left")
        return outlines.from_transformers(loaded, tokenizer)
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=2048,
        special_tokens=["<end>", "<pad>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    made.train_from_iterator([p.read_text() for p in sorted(EXAMPLES.rglob("*.p2c"))], trainer)
    tokenizer = transformers.PreTrainedTokenizerFast(
        tokenizer_object=made, eos_token="<end>", pad_token="<pad>", padding_side="left"
    )
    torch.manual_seed(seed)
    config = transformers.LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=2,
        max_position_embeddings=4096,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=None,
    )
    return outlines.from_transformers(transformers.LlamaForCausalLM(config).eval(), tokenizer)


# ---------------------------------------------------------------- ways to decode

Way = Callable[[Any, Domain, int], Any]
"""An Outlines generator for a model, a domain and a token budget. Raises `ImportError` if a library is missing."""


def free(model: Any, domain: Domain, budget: int) -> Any:
    """No constraint."""
    return outlines.Generator(model)


def llguidance(model: Any, domain: Domain, budget: int) -> Any:
    """Outlines' own `CFG`, which llguidance enforces."""
    grammar = spec_to_lark(domain.spec, domain.task)
    return outlines.Generator(model, outlines.types.CFG(grammar), backend="llguidance")


def xgrammar(model: Any, domain: Domain, budget: int) -> Any:
    """Outlines' `CFG` with XGrammar as its backend."""
    grammar = spec_to_gbnf(domain.spec, domain.task)
    return outlines.Generator(model, outlines.types.CFG(grammar), backend="xgrammar")


def ours(model: Any, domain: Domain, budget: int) -> Any:
    """All the rules."""
    words = vocabulary_of(model.hf_tokenizer)
    tokens = TokenAutomaton(domain.spec, domain.task, words, budget, effort=EFFORT)
    return outlines.Generator(model, processor=SemanticLogitsProcessor(tokens, budget))


WAYS: dict[str, Way] = {
    "free text": free,
    "Outlines CFG, llguidance": llguidance,
    "Outlines CFG, XGrammar": xgrammar,
    "ours": ours,
}


def sampling(budget: int, temperature: float) -> dict[str, Any]:
    """The same for every way. By default, transformers would sample only from the 50 most likely tokens."""
    return {
        "max_new_tokens": budget,
        "do_sample": True,
        "temperature": temperature,
        "top_k": 0,
        "top_p": 1.0,
    }


# ---------------------------------------------------------------- evaluation


def composition_in(text: str) -> str:
    """The composition in an answer: from `compose` to a code fence or the end."""
    lines = text.splitlines()
    first = next((i for i, line in enumerate(lines) if line.startswith("compose ")), 0)
    last = next((i for i in range(first, len(lines)) if lines[i].startswith("```")), len(lines))
    return "\n".join(lines[first:last]) + "\n"


def accepted(domain: Domain, answer: str) -> bool:
    """Whether an answer holds exactly one composition of the task and nothing else, and lint accepts it."""
    text = composition_in(answer)
    read = parse(Source("<answer>", text))
    if read.diagnostics or [type(d) for d in read.file.declarations] != [ComposeDecl]:
        return False
    whole = f"{domain.text}\n{text}"
    return lint_text(whole, "<answer>", domain.folder, counterexamples=False).accepted


def verified(domain: Domain, answer: str, seeds: Sequence[int]) -> bool:
    """Whether an accepted answer completes in each of these worlds, under the monitors, and the world verifies it."""
    loaded = load_text(f"{domain.text}\n{composition_in(answer)}", "<answer>", domain.folder)
    [composition] = [d for d in loaded.root.declarations if isinstance(d, ComposeDecl)]
    program = analyze(loaded.spec, composition, loaded.root.source).program
    assert program is not None
    for seed in seeds:
        world = load_world(domain.folder)(seed)
        if not try_out(program, world).verified:
            return False
    return True
