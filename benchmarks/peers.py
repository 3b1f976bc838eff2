"""Accepted compositions per second: free text, grammar engines, a grammar with rejection, and ours, in one run.

    python benchmarks/peers.py [--model FOLDER] [--domains dinner …] [--batch 1] [--budget 128] [--rounds 8]

All ways use the same model, prompts, token budget and sampling. In each round every way writes one batch in each
domain, with the round's seed. Each way is warmed up by one call of a few tokens, whose time is reported separately.
Times are this process's CPU time, so that other work on the machine counts little, for whole calls, including the
prompt. Rejection draws from llguidance's grammar until lint accepts, so an accepted composition costs the time of all
its draws and of linting them.
Without --model, the model is a tiny one with random weights.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import warnings
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
import transformers
from decoding import WAYS, Domain, accepted, domains, model_of, sampling, verified

from p2c_dsl.planners.interval import wilson

REJECTION = "llguidance and rejection"
WORLDS = range(3)
A_FEW = 8


@dataclass(slots=True)
class Tally:
    """The results of one way in one domain."""

    way: str
    domain: str
    first_s: float
    samples: int = 0
    accepted: int = 0
    verified: int = 0
    seconds: float = 0.0
    lint_s: float = 0.0

    def judge(self, domain: Domain, texts: Sequence[str], seconds: float) -> None:
        """Counts a batch."""
        started = time.process_time()
        fine = [text for text in texts if accepted(domain, text)]
        self.lint_s += time.process_time() - started
        self.samples += len(texts)
        self.accepted += len(fine)
        self.seconds += seconds
        self.verified += sum(verified(domain, text, WORLDS) for text in fine)


def written(generator: Any, prompt: str, batch: int, options: dict[str, Any]) -> list[str]:
    """A batch of answers."""
    if batch == 1:
        return [generator(prompt, **options)]
    answers: list[str] = generator.batch([prompt] * batch, **options)
    return answers


def prepared(model: Any, options: argparse.Namespace) -> list[tuple[Any, Domain, Tally]]:
    """Every way in every domain, warmed up; ways that are not installed are reported and skipped."""
    found = []
    for domain in domains(options.domains):
        for name, way in WAYS.items():
            started = time.process_time()
            try:
                generator = way(model, domain, options.budget)
            except ImportError as error:
                print(f"{name}: not installed ({error})", flush=True)
                continue
            torch.manual_seed(options.seed - 1)
            written(generator, domain.prompt, options.batch, sampling(A_FEW, options.temperature))
            tally = Tally(name, domain.name, time.process_time() - started)
            found.append((generator, domain, tally))
            print(f"{domain.name}, {name}: built and called once in {tally.first_s:.2f} s", flush=True)
    return found


def measure(prepared: list[tuple[Any, Domain, Tally]], options: argparse.Namespace) -> None:
    """Runs all rounds."""
    for number in range(options.rounds):
        for generator, domain, tally in prepared:
            torch.manual_seed(options.seed + number)
            started = time.process_time()
            texts = written(generator, domain.prompt, options.batch, sampling(options.budget, options.temperature))
            tally.judge(domain, texts, time.process_time() - started)
            print(f"round {number}: {tally}", file=sys.stderr, flush=True)
            if options.show:
                print(*texts, sep="\n---\n", file=sys.stderr, flush=True)


def with_rejection(tallies: list[Tally]) -> list[Tally]:
    """The tallies, and those of rejection: llguidance's draws, with the time of lint added."""
    found = []
    for tally in tallies:
        found.append(tally)
        if "llguidance" in tally.way:
            found.append(Tally(**{**asdict(tally), "way": REJECTION, "seconds": tally.seconds + tally.lint_s}))
    return found


def row(name: str, tallies: list[Tally]) -> str:
    """A line of the table."""
    samples, fine = sum(t.samples for t in tallies), sum(t.accepted for t in tallies)
    good, seconds = sum(t.verified for t in tallies), sum(t.seconds for t in tallies)
    each = f"{seconds / fine:.2f} s" if fine else f"none in {seconds:.0f} s"
    return (
        f"| {name} | {fine} of {samples} ({_interval(fine, samples)}) | {good} of {samples} "
        f"({_interval(good, samples)}) | {fine / seconds:.3f} | {each} |"
    )


def _interval(hits: int, of: int) -> str:
    _, low, high = wilson(hits, of)
    return f"{100 * low:.1f} to {100 * high:.1f}%"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", help="a folder that `save_pretrained` wrote")
    parser.add_argument("--domains", nargs="+")
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--budget", type=int, default=128)
    parser.add_argument("--temperature", type=float, default=1.0)
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--dtype", default="float32", help="of the model in --model")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--show", action="store_true", help="print the answers")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    transformers.logging.set_verbosity_error()
    warnings.filterwarnings("ignore")
    torch.set_num_threads(options.threads)
    name = options.model or "random weights"
    print(f"model {name} ({options.dtype}, {options.threads} threads), batch {options.batch},", end=" ")
    print(
        f"budget {options.budget} tokens, temperature {options.temperature}, worlds {list(WORLDS)}",
        flush=True,
    )
    ready = prepared(model_of(options.model, options.dtype, options.seed), options)
    measure(ready, options)
    tallies = with_rejection([tally for _, _, tally in ready])
    print(f"\n{options.rounds} rounds, seeds {options.seed} to {options.seed + options.rounds - 1}\n")
    print("| way | accepted (95%) | verified (95%) | accepted a CPU second | CPU time for one |\n" + "| --- " * 5 + "|")
    for way in dict.fromkeys(t.way for t in tallies):
        of_way = [t for t in tallies if t.way == way]
        for tally in of_way:
            print(row(f"{way}, {tally.domain}", [tally]))
        print(row(f"{way}, all", of_way), flush=True)
    if options.json:
        options.json.write_text(json.dumps([asdict(t) for t in tallies], indent=1))


if __name__ == "__main__":
    main()
