"""Tokens a second with and without jump-forward, and what canonical spelling costs and brings.

    python benchmarks/jump_forward.py [--model FOLDER] [--domains dinner hiring] [--each 4] [--rows 1 4]
                                      [--budget 400] [--steps 0] [--seed 0] [--json FILE]

A model (by default the project's own; `--model` takes any causal model for transformers) writes the same compositions
twice in one run, from the same seeds: asked for each token, and asked only where several are allowed. Both begin with
nothing known of the task, so that the search for masks is part of both; it is also given alone. Compositions in
canonical spelling are compared with those in any spelling: how many tokens they take and how many of
them are forced, how likely the model itself finds the texts (nats a byte, in the tokenizer's own spelling, without
masks), and how many of them the domain's world verifies.

Times are CPU seconds of this process. Set OMP_NUM_THREADS=1 for one core.
"""

from __future__ import annotations

import argparse
import gc
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from p2c_dsl.planners.automaton.automaton import EFFORT
from p2c_dsl.planners.engines.generation import undisturbed
from p2c_dsl.planners.engines.jump_forward import can_feed, write
from p2c_dsl.planners.models import load_model, load_own
from p2c_dsl.planners.prompt import prompt
from p2c_dsl.planners.tokens.canonical import ANY, CANONICAL, token_automaton
from p2c_dsl.planners.tokens.masks import SemanticMask
from p2c_dsl.planners.tokens.requests import RequestMasks
from p2c_dsl.planners.tokens.sampling import SampledRow, Sampler
from p2c_dsl.planners.tokens.token_automaton import automaton_in_tokens
from p2c_dsl.planners.tokens.vocabulary import Vocabulary, vocabulary_of
from p2c_dsl.planners.verified import verify_candidates
from p2c_dsl.resolve import load
from p2c_dsl.rules.steps import Steps
from p2c_dsl.runtime.domain import load_world
from p2c_dsl.spec import Spec, Task

EXAMPLES = Path(__file__).parents[1] / "examples"
WORLDS = 3


@dataclass
class Written:
    """What one way has written.

    Attributes:
        seconds: CPU time, of which `model` in the model's forward passes.
        verified: Compositions that are right in every one of `WORLDS` worlds; `None` if not asked.
        surprise: Nats that the model itself gives the texts, all in all.
    """

    compositions: int = 0
    tokens: int = 0
    forced: int = 0
    calls: int = 0
    seconds: float = 0.0
    model: float = 0.0
    verified: int = 0
    surprise: float = 0.0
    size: int = 0


class Timed:
    """A model whose forward passes are counted and timed."""

    def __init__(self, model: Any) -> None:
        self.model, self.calls, self.seconds = model, 0, 0.0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.model, name)

    def __call__(self, **given: Any) -> Any:
        started = time.process_time()
        out = self.model(**given)
        self.seconds += time.process_time() - started
        self.calls += 1
        return out


@contextmanager
def frozen() -> Iterator[None]:
    """No pauses of the garbage collector, which belong to neither way."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def measured(
    model: Any, ids: list[int], masks: RequestMasks, seeds: list[str], temperature: float, jump: bool, into: Written
) -> list[SampledRow]:
    """Writes rows, and adds to what is known of this way."""
    timed, sampler = Timed(model), Sampler(masks, temperature, seeds)
    with undisturbed(model, masks.tokens.vocabulary.end), frozen():
        started = time.process_time()
        write(timed, ids, sampler, jump)
        into.seconds += time.process_time() - started
    into.calls += timed.calls
    into.model += timed.seconds
    for row in sampler.rows:
        at = masks.begin
        for token in row.ids:
            into.forced += masks.forced(at) is not None
            at = masks.after(at, token)
        into.tokens += len(row.ids)
        into.compositions += 1
    return sampler.rows


@torch.inference_mode()
def surprise(model: Any, tokenizer: Any, asked: list[int], text: str) -> float:
    """Nats that a model gives a text after a prompt, in the tokenizer's own spelling, its end included."""
    ids = [*tokenizer(text, add_special_tokens=False)["input_ids"], tokenizer.eos_token_id]
    logits = model(input_ids=torch.tensor([asked + ids])).logits[0, len(asked) - 1 : -1].float()
    return -float(logits.log_softmax(-1).gather(1, torch.tensor(ids).unsqueeze(1)).sum())


def domain(name: str, steps: int) -> tuple[Spec, Task, list[Any]]:
    """A domain's spec and first task, with one more rule where `steps` is not 0: random plans are long without."""
    spec = load(EXAMPLES / name / f"{name}.p2c").spec
    return spec, next(iter(spec.tasks.values())), [Steps(steps, text=f"steps <= {steps}")] if steps else []


def run(name: str, model: Any, tokenizer: Any, words: Vocabulary, options: argparse.Namespace, found: Any) -> None:
    """All ways for one domain, into `found`."""
    spec, task, rules = domain(name, options.steps)
    asked = tokenizer(prompt(spec, task))["input_ids"]
    for rows in options.rows:
        for spelling, jump in WAYS:
            automaton = automaton_in_tokens(spec, task, words, options.budget, rules, EFFORT)
            masks = RequestMasks(SemanticMask(token_automaton(spelling).over(automaton, words)), options.budget)
            into = found.setdefault(f"{spelling}, rows {rows}, {'jump' if jump else 'each token'}", Written())
            for number in range(max(1, options.each // rows)):
                seeds = [f"{options.seed}/{number}/{row}" for row in range(rows)]
                done = measured(model, asked, masks, seeds, options.temperature, jump, into)
                if not jump:
                    continue
                texts = [b"".join(words.tokens[t] for t in row.ids[:-1]).decode() for row in done]
                into.size += sum(len(text.encode()) + 1 for text in texts)
                into.surprise += sum(surprise(model, tokenizer, asked, text) for text in texts)
                into.verified += sum(verified(name, spec, text) for text in texts)


WAYS = ((CANONICAL, False), (CANONICAL, True), (ANY, False), (ANY, True))


def verified(name: str, spec: Spec, text: str) -> bool:
    """Whether the domain's world finds a composition right in each of some worlds."""
    found = verify_candidates(iter([text]), spec, load_world(EXAMPLES / name), range(WORLDS), timeout=10)
    return found.plan is not None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model")
    parser.add_argument("--domains", nargs="+", default=["dinner", "hiring", "refunds", "deletion"])
    parser.add_argument("--each", type=int, default=4, help="compositions of a domain and way")
    parser.add_argument("--rows", type=int, nargs="+", default=[1, 4], help="how many are written at a time")
    parser.add_argument("--budget", type=int, default=400)
    parser.add_argument("--steps", type=int, default=0, help="one more rule, `steps <= N`; 0 for none")
    parser.add_argument("--temperature", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    model, tokenizer = load_model(options.model) if options.model else load_own()
    if not can_feed(model):
        raise SystemExit("this model has to be asked for each token")
    words, found = vocabulary_of(tokenizer), dict[str, Written]()
    for name in options.domains:
        run(name, model, tokenizer, words, options, found)
        for way, count in found.items():
            shown = f"{count.tokens / count.seconds:7.1f} tokens/s, {count.forced / count.tokens:.0%} forced"
            shown += f", {count.calls} calls, masks {1 - count.model / count.seconds:.0%} of the time"
            if count.size:
                shown += f", {count.surprise / count.size:.3f} nats/byte"
                shown += f", {count.verified}/{count.compositions} verified"
            print(f"{name} and before; {way}: {shown}", flush=True)
    if options.json:
        options.json.write_text(json.dumps({way: asdict(count) for way, count in found.items()}, indent=1))


if __name__ == "__main__":
    main()
