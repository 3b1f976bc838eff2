"""The cost of constraints in whole generations: CPU time per token, compared with unconstrained decoding.

    python benchmarks/overhead.py [--model FOLDER] [--domain dinner] [--budget 128] [--rounds 5] [--warm 3]

In each round, every way generates with the round's seed, and then once more with the same seed, so that it meets
nothing new; each generation is followed by an unconstrained one of exactly as many tokens. The prompt is a few words,
so nearly all of the time is decoding. Times are this process's CPU time, so that other work on the machine counts
little. The logits processor is also timed by itself, which is much less noisy than the difference of two generations.
Without --model, the model is a tiny one with random weights, so that any constraint takes a large share of the time.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
import warnings
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import outlines
import torch
import transformers
from decoding import WAYS, domains, model_of, sampling

PROMPT = "Write a plan.\n"


class Timed:
    """A logits processor whose calls are counted and timed."""

    def __init__(self, inner: Any) -> None:
        self.inner, self.calls, self.seconds = inner, 0, 0.0

    def reset(self) -> None:
        """Resets the processor before each generation."""
        self.inner.reset()

    def __call__(self, input_ids: Any, logits: Any) -> Any:
        started = time.process_time()
        masked = self.inner(input_ids, logits)
        self.seconds += time.process_time() - started
        self.calls += 1
        return masked


@dataclass(frozen=True, slots=True)
class Pair:
    """A constrained generation and an unconstrained one of as many tokens, in CPU seconds."""

    way: str
    again: bool
    tokens: int
    constrained: float
    processor: float
    free: float


def pair(model: Any, name: str, generator: Any, seed: int, again: bool, options: argparse.Namespace) -> Pair:
    """One measurement."""
    timed: Timed = generator.logits_processor
    timed.calls, timed.seconds = 0, 0.0
    torch.manual_seed(seed)
    started = time.process_time()
    generator(PROMPT, **sampling(options.budget, 1.0))
    constrained = time.process_time() - started
    torch.manual_seed(seed)
    started = time.process_time()
    outlines.Generator(model)(PROMPT, min_new_tokens=timed.calls, **sampling(timed.calls, 1.0))
    return Pair(name, again, timed.calls, constrained, timed.seconds, time.process_time() - started)


def table_row(name: str, pairs: Sequence[Pair]) -> str:
    """A line of the table: medians, and the quartiles around them."""
    ratios = [p.constrained / p.free - 1 for p in pairs]
    shares = [p.processor / (p.constrained - p.processor) for p in pairs]
    each = [1000 * p.processor / p.tokens for p in pairs]
    base = [1000 * p.free / p.tokens for p in pairs]
    tokens = statistics.median(p.tokens for p in pairs)
    return (
        f"| {name} | {_spread(each, 2)} ms | {_spread(base, 1)} ms | {_spread(shares, 1, 100)}% "
        f"| {_spread(ratios, 1, 100)}% | {len(pairs)} of {tokens:.0f} |"
    )


def _spread(values: Sequence[float], digits: int, factor: float = 1.0) -> str:
    if len(values) < 2:
        return f"{factor * values[0]:.{digits}f}"
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return f"{factor * middle:.{digits}f} ({factor * low:.{digits}f} to {factor * high:.{digits}f})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", help="a folder that `save_pretrained` wrote")
    parser.add_argument("--dtype", default="float32", help="of the model in --model")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--domain", default="dinner")
    parser.add_argument("--budget", type=int, default=128)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--warm", type=int, default=3, help="warm-up generations per way before the first round")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    transformers.logging.set_verbosity_error()
    warnings.filterwarnings("ignore")
    torch.set_num_threads(options.threads)
    model = model_of(options.model, options.dtype, options.seed)
    [domain] = domains([options.domain])
    generators = {}
    for name, way in WAYS.items():
        if name == "free text":
            continue
        started = time.process_time()
        try:
            generator = way(model, domain, options.budget)
        except ImportError as error:
            print(f"{name}: not installed ({error})", flush=True)
            continue
        built = time.process_time() - started
        generator.logits_processor = Timed(generator.logits_processor)
        started = time.process_time()
        generator(PROMPT, **sampling(1, 1.0))
        first = time.process_time() - started
        print(f"{name}: built in {built:.2f} s, first call (one token) {first:.2f} s", flush=True)
        for number in range(options.warm):
            torch.manual_seed(1000 + number)
            generator(PROMPT, **sampling(options.budget, 1.0))
        generators[name] = generator
    pairs = []
    for number in range(options.rounds):
        for again in (False, True):
            for name, generator in generators.items():
                pairs.append(pair(model, name, generator, options.seed + number, again, options))
                print(pairs[-1], file=sys.stderr, flush=True)
    print(
        f"\nmodel {options.model or 'random weights'}, {options.dtype}, {options.threads} threads; {domain.name}; "
        f"seeds {options.seed} to {options.seed + options.rounds - 1}, each twice; median (quartiles), CPU time\n"
    )
    print("| way | processor, a token | unconstrained, a token | processor's share | whole generation | generations |")
    print("| --- " * 6 + "|")
    for name in generators:
        for again, words in ((False, "a new seed"), (True, "the same again")):
            print(table_row(f"{name}, {words}", [p for p in pairs if p.way == name and p.again == again]))
    if options.json:
        options.json.write_text(json.dumps([asdict(p) for p in pairs], indent=1))


if __name__ == "__main__":
    main()
