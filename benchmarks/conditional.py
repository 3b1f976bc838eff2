"""How far plans are from a model's own distribution over accepted ones: masked token by token, and drawn as wholes.

    python benchmarks/conditional.py [--draws N] [--spread S]

Ten small specs whose accepted compositions can all be written down, and a model of random weights whose logits depend
on the last three tokens (normal, with standard deviation S). For each: the Kullback-Leibler divergence of the masked
distribution from the exact conditional one (both computed), that of the draws (estimated; half of one per draw and
degree of freedom is noise), how many attempts were rejected per draw, and how often the model was asked in all.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from math import log
from random import Random

from p2c_dsl.planners.tokens.conditional import ConditionalSampler
from p2c_dsl.planners.tokens.token_automaton import TokenAutomaton
from tests.planners.enumerable import SPECS, spec_of
from tests.planners.tokens.test_conditional import (
    BUDGET,
    BYTES,
    Weights,
    all_texts,
    conditional,
    divergence,
    masked_distribution,
    masks,
)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--draws", type=int, default=20_000)
    parser.add_argument("--spread", type=float, default=0.5)
    options = parser.parse_args()
    head = f"{'spec':10} {'texts':>6} {'masked, nats':>13} {'drawn, nats':>12} {'noise':>8} {'rejected':>9}"
    print(f"{head} {'asked':>6} CPU s")
    for name in SPECS:
        _measure(name, TokenAutomaton(*spec_of(name), BYTES, BUDGET), options.draws, options.spread)


def _measure(name: str, tokens: TokenAutomaton, draws: int, spread: float) -> None:
    model = Weights(len(tokens.vocabulary), 1, spread)
    expected, masked = conditional(all_texts(tokens, model, BUDGET)), masked_distribution(tokens, model)
    model.asked.clear()
    sampler, random, started = ConditionalSampler(masks(tokens), model), Random(0), time.process_time()
    made = [sampler.draw(random, attempts=100_000) for _ in range(draws)]
    took = time.process_time() - started
    assert all(draw.exact for draw in made)
    apart = sum(p * log(p / masked[ids]) for ids, p in expected.items())
    found = divergence(Counter(draw.ids for draw in made), expected)
    noise, rejected = (len(expected) - 1) / (2 * draws), sum(draw.rejected for draw in made) / draws
    print(
        f"{name:10} {len(expected):6} {apart:13.4f} {found:12.5f} {noise:8.5f} {rejected:9.3f} "
        f"{model.asked.total():6} {took:5.1f}"
    )


if __name__ == "__main__":
    main()
