"""What the restriction gains: the same model and budget with free text, under a grammar, and under all rules.

    python benchmarks/restriction.py examples/relief --seeds 5 --updates 20 --json found.json --plot restriction.svg

All runs with a seed start from the same random weights. Text that is not an accepted composition earns −0.1 (the syntax
penalty), whether it was written freely or under the grammar; a verified composition earns 1. With all rules, a lexeme
can be written in any tokens, as under the grammar, or only in its canonical ones, as `p2c train` does from random
weights. A run ends once 90% of an update's episodes are verified; the table shows the episodes and seconds until then,
or that the run did not get there.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from p2c_dsl.planners.grammar_export.grammar import spec_to_lark
from p2c_dsl.planners.rl.environments.composition import CompositionEnvironment, CompositionVerdict
from p2c_dsl.planners.rl.environments.domains import Domain, load_domain
from p2c_dsl.planners.rl.environments.environment import EpisodeOutcome, Space
from p2c_dsl.planners.rl.environments.spaces import FreeText, semantic_space
from p2c_dsl.planners.rl.policy.models import codec_of
from p2c_dsl.planners.rl.settings import PRESETS
from p2c_dsl.planners.rl.trainer import Trainer
from p2c_dsl.planners.small import fresh
from p2c_dsl.planners.tokens.bitmask import width
from p2c_dsl.planners.tokens.canonical import ANY, CANONICAL
from p2c_dsl.planners.tokens.vocabulary import vocabulary_of

CONDITIONS = ("free text", "grammar", "all rules, any tokens", "all rules")
PENALTY, GOAL = -0.1, 0.9


class GrammarSpace:
    """The texts that a task's grammar allows, by llguidance's matcher."""

    start = 0

    def __init__(self, domain: Domain, tokenizer: Any) -> None:
        from llguidance import LLMatcher
        from llguidance.hf import from_tokenizer

        grammar = LLMatcher.grammar_from_lark(spec_to_lark(domain.spec, domain.task))
        self._matchers: list[Any] = [LLMatcher(from_tokenizer(tokenizer), grammar)]
        self._after: dict[tuple[int, int], int] = {}
        self._rows: dict[bytes, int] = {}
        self._of: dict[int, int] = {}
        self._end = tokenizer.eos_token_id
        self._width = width(len(tokenizer))
        self.digest = f"grammar {domain.name}"

    @property
    def table(self) -> NDArray[np.int32]:
        return np.stack([np.frombuffer(mask, np.int32)[: self._width] for mask in self._rows])

    def row(self, state: int, left: int) -> int:
        found = self._of.get(state)
        if found is None:
            mask = bytes(self._matchers[state].compute_bitmask())
            found = self._of[state] = self._rows.setdefault(mask, len(self._rows))
        return found

    def step(self, state: int, token: int) -> int | None:
        if token == self._end:
            return None
        after = self._after.get((state, token))
        if after is None:
            matcher = self._matchers[state].deep_copy()
            if not matcher.consume_token(token):
                raise KeyError(f"token {token} is not allowed here")
            after = self._after[state, token] = len(self._matchers)
            self._matchers.append(matcher)
        return after


class Penalised(CompositionEnvironment):
    """Penalises rejected text."""

    def outcome(self, verdict: CompositionVerdict) -> EpisodeOutcome:
        outcome = super().outcome(verdict)
        return outcome if verdict.accepted else replace(outcome, reward=PENALTY)


def environment(condition: str, domain: Domain, tokenizer: Any) -> Penalised:
    masked, budget = semantic_space(
        domain.spec, domain.task, tokenizer, 0, 300, ANY if condition == CONDITIONS[2] else CANONICAL
    )
    space: Space = masked
    if condition == "free text":
        space = FreeText(vocabulary_of(tokenizer))
    elif condition == "grammar":
        space = GrammarSpace(domain, tokenizer)
    like = domain.environment_in(space, tokenizer, budget)
    return Penalised(like.name, like.prompt, space, budget, like.verifier)


def run(condition: str, domain: Domain, seed: int, updates: int, episodes: int) -> dict[str, Any]:
    """One run: the verified and accepted shares of each update, and when the goal was reached."""
    model, tokenizer = fresh(seed)
    settings = PRESETS["cpu"].changed(seed=seed, updates=updates, episodes=episodes)
    made = environment(condition, domain, tokenizer)
    started = time.perf_counter()
    trainer = Trainer(model, codec_of(tokenizer), [made], settings)
    verified, accepted = [], []
    for _ in range(updates):
        metrics = trainer.update()
        verified.append(metrics["charts/verified"])
        accepted.append(metrics["charts/accepted"])
        if verified[-1] >= GOAL:
            break
    reached = verified[-1] >= GOAL
    return {
        "condition": condition,
        "domain": domain.name,
        "seed": seed,
        "verified": verified,
        "accepted": accepted,
        "episodes": trainer.episodes if reached else None,
        "seconds": time.perf_counter() - started if reached else None,
    }


def table(runs: list[dict[str, Any]], updates: int, episodes: int) -> str:
    """A row per condition, over the seeds."""
    lines = ["| condition | reached 90% | episodes | seconds | verified at the end | accepted at the end |"]
    lines.append("| --- | --- | --- | --- | --- | --- |")
    for condition in CONDITIONS:
        own = [found for found in runs if found["condition"] == condition]
        if not own:
            continue
        came = [found for found in own if found["episodes"] is not None]
        cells = ["more than " + str(updates * episodes), ""]
        if came:
            cells = [
                f"{statistics.median(f[key] for f in came):.0f} ({min(f[key] for f in came):.0f} to "
                f"{max(f[key] for f in came):.0f})"
                for key in ("episodes", "seconds")
            ]
        ends = [statistics.mean(found[key][-1] for found in own) for key in ("verified", "accepted")]
        lines.append(
            f"| {condition} | {len(came)} of {len(own)} | {cells[0]} | {cells[1]} | {ends[0]:.1%} | {ends[1]:.1%} |"
        )
    return "\n".join(lines)


def plot(runs: list[dict[str, Any]], episodes: int, path: Path) -> None:
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "p2c"
    from matplotlib import pyplot

    figure, axis = pyplot.subplots(figsize=(6, 3.2), layout="constrained")
    for number, condition in enumerate(CONDITIONS):
        for place, found in enumerate(f for f in runs if f["condition"] == condition):
            counts = [episodes * (update + 1) for update in range(len(found["verified"]))]
            axis.plot(counts, found["verified"], f"C{number}.-", label=None if place else condition, linewidth=1)
    axis.set(xlabel="episodes", ylabel="verified", ylim=(-0.03, 1.03))
    axis.legend(frameon=False)
    figure.savefig(path, metadata={"Date": None})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("domain", type=Path)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--updates", type=int, default=20)
    parser.add_argument("--episodes", type=int, default=64)
    parser.add_argument("--conditions", nargs="+", default=list(CONDITIONS), choices=CONDITIONS)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--plot", type=Path)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    (domain, *_) = load_domain(options.domain)
    runs = []
    for seed in range(options.seeds):
        for condition in options.conditions:
            runs.append(run(condition, domain, seed, options.updates, options.episodes))
            print(json.dumps(runs[-1]), flush=True)
            if options.json:
                options.json.write_text(json.dumps(runs, indent=1) + "\n")
    print(table(runs, options.updates, options.episodes))
    if options.plot:
        plot(runs, options.episodes, options.plot)


if __name__ == "__main__":
    main()
