"""`p2c eval`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from p2c_dsl.cli.files import fail, for_training

if TYPE_CHECKING:
    from p2c_dsl.planners.rl.evaluate import Evaluation


def evaluate(
    domains: Annotated[
        list[str],
        typer.Argument(
            help="Folders of domains, or spec files with a world.py; `generated` for unseen specs."
        ),
    ],
    model: Annotated[str, typer.Option(help="A run's folder, any causal model's, or fresh, or small.")],
    episodes: Annotated[int, typer.Option(help="Worlds for each domain.", min=1)] = 100,
    budget: Annotated[
        int | None, typer.Option(help="Tokens that a composition may have; by default the run's.", min=1)
    ] = None,
    temperature: Annotated[
        float, typer.Option(help="Of sampling; 0 takes the likeliest token.", min=0)
    ] = 1.0,
    seed: Annotated[int, typer.Option(help="Of sampling, and which held-out worlds.", min=0)] = 0,
    format: Annotated[str, typer.Option(help="text or json.")] = "text",
) -> None:
    """Verify a planner's plans on held-out worlds.

    Examples:

      p2c eval examples/dinner --model runs/dinner

      p2c eval examples/dinner examples/refunds --model small --format json

      p2c eval generated --model small --episodes 200
    """
    for_training("accelerate", "peft", "tensorboard")
    if format not in ("text", "json"):
        fail(f"there is no format `{format}`: choose text or json")
    from p2c_dsl.planners import Unplannable
    from p2c_dsl.planners.rl import run
    from p2c_dsl.planners.rl.checkpoint import CheckpointError
    from p2c_dsl.planners.rl.evaluate import together
    from p2c_dsl.runtime.domain import DomainError
    from p2c_dsl.runtime.interpreter import BindingError

    try:
        found = run.evaluated(domains, model, budget, episodes, seed, temperature)
    except (ValueError, OSError, Unplannable, CheckpointError, DomainError, BindingError) as error:
        fail(str(error))
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
