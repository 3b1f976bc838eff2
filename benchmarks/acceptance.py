"""Whether every sample under the mask is accepted by lint, ends within its budget, and never meets a dead end.

    python benchmarks/acceptance.py [--each 25] [--specs 200] [--temperatures 1 2] [--steps 5] [--seed 0] [--json FILE]
    python benchmarks/acceptance.py --model FOLDER --specs 20 --each 4
    python benchmarks/acceptance.py --own
    python benchmarks/acceptance.py --engine jump-forward --spelling canonical

For the domains in examples/ and for generated specs (from `tests/generators`, with up to three random rules each), a
model writes compositions in batches: by default a small Llama with random weights, which has no tendency to write
anything sensible, and a byte-level BPE trained on the examples. `--model` takes any causal model for transformers,
`--own` uses the project's own. Each composition is linted; a row without allowed tokens is a dead end.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from p2c_dsl.lint import lint_text  # noqa: E402
from p2c_dsl.planners import Unplannable  # noqa: E402
from p2c_dsl.planners.automaton.automaton import EFFORT  # noqa: E402
from p2c_dsl.planners.engines.generation import undisturbed  # noqa: E402
from p2c_dsl.planners.engines.jump_forward import write  # noqa: E402
from p2c_dsl.planners.engines.numpy_processor import NumpyLogitsProcessor  # noqa: E402
from p2c_dsl.planners.language_model import prompt  # noqa: E402
from p2c_dsl.planners.tokens.canonical import ANY, TOKENIZATIONS, token_automaton  # noqa: E402
from p2c_dsl.planners.tokens.masks import SemanticMask  # noqa: E402
from p2c_dsl.planners.tokens.processors import SemanticLogitsProcessor  # noqa: E402
from p2c_dsl.planners.tokens.requests import RequestMasks  # noqa: E402
from p2c_dsl.planners.tokens.sampling import Sampler  # noqa: E402
from p2c_dsl.planners.tokens.token_automaton import automaton_in_tokens  # noqa: E402
from p2c_dsl.planners.tokens.vocabulary import Vocabulary, vocabulary_of  # noqa: E402
from p2c_dsl.resolve import load  # noqa: E402
from p2c_dsl.rules.steps import Steps  # noqa: E402
from p2c_dsl.spec import Spec, Task  # noqa: E402
from p2c_dsl.spec_data import to_data, to_text  # noqa: E402

SPARE = 60
"""How many more tokens a composition may have than the shortest known one."""


@dataclass
class Count:
    """The results over all samples."""

    specs: int = 0
    without_any: int = 0
    sampled: int = 0
    accepted: int = 0
    in_time: int = 0
    dead_ends: int = 0
    different: int = 0
    tokens: int = 0
    seconds: float = 0.0


def random_model(seed: int) -> tuple[Any, Any]:
    """A Llama with random weights, and a byte-level BPE of the examples, whose tokens can span lexemes and lines."""
    import transformers
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    made.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=800, special_tokens=["<end>", "<pad>"], initial_alphabet=alphabet, show_progress=False
    )
    made.train_from_iterator([p.read_text() for p in sorted((ROOT / "examples").rglob("*.p2c"))], trainer)
    tokenizer = transformers.PreTrainedTokenizerFast(tokenizer_object=made, eos_token="<end>", pad_token="<pad>")
    torch.manual_seed(seed)
    config = transformers.LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        max_position_embeddings=8192,
        initializer_range=0.5,
    )
    return transformers.LlamaForCausalLM(config), tokenizer


def cases(specs: int, seed: int) -> Iterator[tuple[str, Spec, Task]]:
    """The domains' tasks, and the tasks of this many generated specs."""
    from tests.properties.soundness import random_case

    for path in sorted((ROOT / "examples").glob("*/*.p2c")):
        if path.stem == path.parent.name:
            spec = load(path).spec
            for task in spec.tasks.values():
                yield f"{path.stem}.{task.name}", spec, task
    for number in range(specs):
        case = random_case(seed + number, rules=3)
        yield f"generated {seed + number}", case.spec, case.task


@torch.no_grad()
def sample(
    model: Any, ids: list[int], mask: SemanticMask, budget: int, batch: int, temperature: float
) -> tuple[list[list[int]], int]:
    """Token rows sampled under the mask, including the end token, and how many met a dead end."""
    tokens, end = mask.tokens, mask.tokens.vocabulary.end
    rows: list[list[int]] = [[] for _ in range(batch)]
    states: list[int | None] = [tokens.start] * batch
    fed, cache, dead = torch.tensor([ids] * batch), None, 0
    for left in range(budget, 0, -1):
        out = model(input_ids=fed, past_key_values=cache, use_cache=True)
        cache = out.past_key_values
        try:
            logits = mask.masked(out.logits[:, -1].float(), states, left)
        except ValueError:
            return rows, dead + sum(state is not None for state in states)
        chosen = torch.multinomial(torch.softmax(logits / temperature, -1), 1)
        for place, token in enumerate(chosen.flatten().tolist()):
            state = states[place]
            if state is not None:
                rows[place].append(token)
                states[place] = None if token == end else tokens.step(state, token)
        if all(state is None for state in states):
            break
        fed = chosen
    return rows, dead


def sample_with(
    engine: str, model: Any, ids: list[int], mask: SemanticMask, budget: int, batch: int, temperature: float, seed: str
) -> tuple[list[list[int]], int]:
    """The same through one of the adapters that run here."""
    end = mask.tokens.vocabulary.end
    try:
        if engine == "jump-forward":
            sampler = Sampler(RequestMasks(mask, budget), temperature, [f"{seed}/{row}" for row in range(batch)])
            write(model, ids, sampler)
            return [row.ids for row in sampler.rows], 0
        if engine == "numpy":
            return [by_numpy(ids, mask, budget, temperature, f"{seed}/{row}") for row in range(batch)], 0
        processor = SemanticLogitsProcessor(mask.tokens, budget)
        options = {"max_new_tokens": budget, "do_sample": True, "temperature": temperature, "top_k": 0, "top_p": 1.0}
        with undisturbed(model, end):
            asked = torch.tensor([ids] * batch)
            written = model.generate(asked, logits_processor=[processor], **options)[:, len(ids) :].tolist()
        return [row[: row.index(end) + 1] if end in row else row for row in written], 0
    except ValueError as error:
        print(f"DEAD END: {error}", file=sys.stderr)
        return [], batch


def by_numpy(ids: list[int], mask: SemanticMask, budget: int, temperature: float, seed: str) -> list[int]:
    """One row from random scores, as llama-cpp-python calls for masks."""
    processor, draw, written = NumpyLogitsProcessor(mask.tokens, budget), np.random.default_rng([*seed.encode()]), []
    while len(written) < budget and (not written or written[-1] != mask.tokens.vocabulary.end):
        scores = draw.normal(0, 3, len(mask.tokens.vocabulary)).astype(np.float32)
        masked = processor(np.array([*ids, *written], np.intc), scores) / temperature
        weights = np.exp(masked - masked.max())
        written.append(int(draw.choice(len(weights), p=weights / weights.sum())))
    return written


def measure(
    name: str,
    spec: Spec,
    task: Task,
    model: Any,
    tokenizer: Any,
    vocabulary: Vocabulary,
    options: argparse.Namespace,
    count: Count,
) -> None:
    """Samples compositions of one task and judges them, into `count`."""
    limit = Steps(options.steps, text=f"steps <= {options.steps}")
    try:
        automaton = automaton_in_tokens(spec, task, vocabulary, options.budget, [limit], options.effort)
        tokens = token_automaton(options.spelling).over(automaton, vocabulary)
    except (Unplannable, ValueError):
        count.without_any += 1
        return
    count.specs += 1
    mask = SemanticMask(tokens)
    least = tokens.needed(tokens.start)
    budget = min(least + SPARE, options.budget)
    asked = prompt(spec, task) if options.model or options.own else ""
    ids = tokenizer.encode(asked) or [vocabulary.end]
    source, texts = to_text(to_data(spec)), set[str]()
    for temperature in options.temperatures:
        if options.engine == "plain":
            rows, dead = sample(model, ids, mask, budget, options.each, temperature)
        else:
            seed = f"{options.seed}/{name}/{temperature}"
            rows, dead = sample_with(options.engine, model, ids, mask, budget, options.each, temperature, seed)
        count.dead_ends += dead
        for row in rows:
            ended = bool(row) and row[-1] == vocabulary.end
            text = b"".join(vocabulary.tokens[t] for t in row if t != vocabulary.end).decode(errors="replace")
            report = lint_text(f"{source}\n{text}\n", name, Path(), counterexamples=False)
            count.sampled += 1
            count.tokens += len(row)
            count.in_time += ended and len(row) <= budget
            count.accepted += ended and report.accepted and len(report.analyses) == 1
            if not (ended and report.accepted):
                print(f"NOT ACCEPTED ({name}):\n{text}", file=sys.stderr)
            texts.add(text)
    count.different += len(texts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--each", type=int, default=25, help="samples per spec and temperature")
    parser.add_argument("--specs", type=int, default=200)
    parser.add_argument("--temperatures", type=float, nargs="+", default=[1.0, 2.0])
    parser.add_argument("--steps", type=int, default=5)
    parser.add_argument("--budget", type=int, default=400)
    parser.add_argument("--effort", type=int, default=EFFORT)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--model", help="a causal model for transformers")
    parser.add_argument("--own", action="store_true", help="the project's own planner")
    parser.add_argument(
        "--engine",
        choices=["plain", "jump-forward", "transformers", "numpy"],
        default="plain",
        help="through which adapter; `numpy` draws from random scores instead of a model's",
    )
    parser.add_argument("--spelling", choices=TOKENIZATIONS, default=ANY)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    if options.own:
        from p2c_dsl.planners import small

        model, tokenizer = small.load()
    elif options.model:
        import transformers

        model = transformers.AutoModelForCausalLM.from_pretrained(options.model)
        tokenizer = transformers.AutoTokenizer.from_pretrained(options.model)
    else:
        model, tokenizer = random_model(options.seed)
    model.eval()
    torch.manual_seed(options.seed)
    vocabulary = vocabulary_of(tokenizer)
    count, started_at = Count(), time.perf_counter()
    for number, (name, spec, task) in enumerate(cases(options.specs, options.seed)):
        measure(name, spec, task, model, tokenizer, vocabulary, options, count)
        count.seconds = time.perf_counter() - started_at
        if number % 5 == 4:
            print(f"{number + 1} specs: {asdict(count)}", file=sys.stderr, flush=True)
    print("  ".join(f"{key} {value:.6g}" for key, value in asdict(count).items()))
    if options.json:
        options.json.write_text(json.dumps(asdict(count) | {"seed": options.seed}, indent=1))
    if count.accepted < count.sampled or count.dead_ends:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
