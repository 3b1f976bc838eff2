"""`p2c eval`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer
from typer import Argument, Option

from p2c_dsl.cli.options import TextOrJson
from p2c_dsl.cli.training import need_training, training_errors

if TYPE_CHECKING:
    from p2c_dsl.planners.rl.evaluate import Evaluation


def evaluate(
    domains: Annotated[
        list[str],
        Argument(help="Folders of domains, or spec files with a world.py beside them; `generated` for unseen specs."),
    ],
    model: Annotated[str, Option(help="The folder of a run or of any causal model, or fresh, or small.")],
    episodes: Annotated[int, Option(help="How many worlds per domain.", min=1)] = 100,
    budget: Annotated[int | None, Option(help="The most tokens in a composition; by default the run's.", min=1)] = None,
    temperature: Annotated[float, Option(help="The sampling temperature; 0 is greedy.", min=0)] = 1.0,
    seed: Annotated[int, Option(help="The seed for sampling and held-out worlds.", min=0)] = 0,
    format: TextOrJson = "text",
) -> None:
    """Check a planner's plans in held-out worlds.

    Examples:

      p2c eval examples/dinner --model runs/dinner

      p2c eval examples/dinner examples/refunds --model small --format json

      p2c eval generated --model small --episodes 200
    """
    need_training("accelerate", "peft", "tensorboard")
    from p2c_dsl.planners.rl import run
    from p2c_dsl.planners.rl.evaluate import together

    with training_errors():
        found = run.evaluated(domains, model, budget, episodes, seed, temperature)
    everything = [*found, together(found)] if len(found) > 1 else found
    if format == "json":
        typer.echo(json.dumps([one.data() for one in everything], indent=2))
        return
    width = max(len(one.name) for one in everything)
    for one in everything:
        typer.echo(_line(one, width))


def _line(one: Evaluation, width: int) -> str:
    low, high = one.interval()
    accepted, cost = one.accepted / one.episodes, one.cost / one.episodes
    return (
        f"{one.name:{width}}  verified {one.share:6.1%} [{low:.1%}, {high:.1%}]  accepted {accepted:6.1%}"
        f"  cost {cost:.2f}  in {one.episodes} worlds"
    )
