"""Planners on specs that none of them was trained on: generated ones, with themes held out for the test.

    python benchmarks/held_out_specs.py fresh small RUN --specs 30 --worlds 5

Each planner (`fresh`, `small`, or a folder such as a run of `p2c train`) writes one composition for each of several
worlds of each spec, sampled at temperature 1 under the rules, in the tokenization it was trained with. Printed are the
share that is verified, with a bootstrapped interval over specs, and the mean difference to the first planner per spec.
"""

from __future__ import annotations

import argparse

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.stats import bootstrap

from p2c_dsl.planners import Unplannable
from p2c_dsl.planners.automaton.automaton import EFFORT
from p2c_dsl.planners.rl.environments.domains import Domain
from p2c_dsl.planners.rl.environments.environment import Environment
from p2c_dsl.planners.rl.evaluate import evaluate
from p2c_dsl.planners.rl.policy.masking import MaskTable
from p2c_dsl.planners.rl.policy.models import codec_of, load_model
from p2c_dsl.planners.rl.policy.policy import Policy
from p2c_dsl.planners.small.domains import unseen_domain
from p2c_dsl.planners.tokens.canonical import tokenization_of


def shares(name: str, specs: int, worlds: int) -> tuple[list[float], float]:
    """The share of worlds in which a planner's compositions are verified, for each spec; and the share accepted."""
    model, tokenizer = load_model(name, 0)
    environments = list[Environment]()
    unplannable = 0
    for seed in range(specs):
        made = unseen_domain(seed)
        domain = Domain(f"unseen {seed}", made.spec, made.task, made.world)
        try:
            tokenization = tokenization_of(model)
            environments.append(domain.environment(tokenizer, 0, EFFORT, tokenization=tokenization))
        except (Unplannable, ValueError):
            unplannable += 1
    policy = Policy(model, MaskTable(model.get_input_embeddings().num_embeddings, torch.device("cpu")))
    found = evaluate(policy, codec_of(tokenizer), environments, worlds)
    accepted = sum(one.accepted for one in found) / sum(one.episodes for one in found)
    return [one.share for one in found] + [0.0] * unplannable, accepted


def interval(values: NDArray[np.float64]) -> str:
    low, high = bootstrap((values,), np.mean, rng=np.random.default_rng(0)).confidence_interval
    return f"{values.mean():6.1%} [{low:.1%}, {high:.1%}]"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("planners", nargs="+")
    parser.add_argument("--specs", type=int, default=30)
    parser.add_argument("--worlds", type=int, default=5)
    options = parser.parse_args()
    torch.set_num_threads(1)
    first: NDArray[np.float64] | None = None
    for name in options.planners:
        found, accepted = shares(name, options.specs, options.worlds)
        values = np.array(found)
        line = f"{name}: verified {interval(values)}, accepted {accepted:.1%}"
        if first is None:
            first = values
        else:
            line += f", above the first by {interval(values - first)}"
        print(f"{line} ({options.specs} specs, {options.worlds} worlds each)", flush=True)


if __name__ == "__main__":
    main()
