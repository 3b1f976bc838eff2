"""Which planner a command uses, and what it shows while it works."""

from __future__ import annotations

import contextlib
import sys
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from p2c_dsl.planners import Planner
    from p2c_dsl.planners.language_model import LanguageModelPlanner

PLANNERS = ("search", "random", "lm")


class NoSuchPlanner(ValueError):
    """There is no planner of that name, or it has no use for a setting."""


@dataclass(frozen=True, slots=True)
class Model:
    """Which language model, and how it samples; `None` is the planner's own choice."""

    path: str | None = None
    adapter: str | None = None
    device: str | None = None
    dtype: str | None = None
    temperature: float | None = None
    best_of: int | None = None
    shorten: bool | None = None

    def loaded(self) -> tuple[Any, Any]:
        """The model and its tokenizer: those of a path, or the project's own. Raises `ModelProblem`."""
        from p2c_dsl.planners.loading import ModelProblem, load_model, require

        if self.path is not None:
            return load_model(self.path, self.adapter, self.device, self.dtype)
        if self.adapter is not None:
            raise ModelProblem("--adapter goes with --model: the model that it was made for")
        require()
        return own_model(self.device)

    def settings(self) -> dict[str, Any]:
        """What is set of how it samples."""
        found = {"temperature": self.temperature, "best_of": self.best_of, "shorten": self.shorten}
        return {name: value for name, value in found.items() if value is not None}


def own_model(device: str | None) -> tuple[Any, Any]:
    """The small planner that comes with the project."""
    from p2c_dsl.planners.small import load

    model, tokenizer = load()
    return (model if device is None else model.to(device)), tokenizer


def choose(name: str, seed: int, budget: int | None, model: Model = Model()) -> Planner:  # noqa: B008
    """The planner of that name. Raises `NoSuchPlanner`, `ModelProblem`, and `ValueError` for settings out of range."""
    from p2c_dsl.planners import RandomPlanner, SearchPlanner

    limit = {} if budget is None else {"budget": budget}
    if name == "lm":
        return language_model(model.loaded(), seed, budget, model)
    given = [option for option, value in _options(model).items() if value]
    if name not in PLANNERS:
        raise NoSuchPlanner(f"there is no planner `{name}`: choose search, random or lm")
    if given:
        raise NoSuchPlanner(f"{given[0]} goes with --planner lm")
    return SearchPlanner(**limit) if name == "search" else RandomPlanner(seed, **limit)


def language_model(
    loaded: tuple[Any, Any], seed: int, budget: int | None, model: Model
) -> LanguageModelPlanner:
    """The planner with a model that has been loaded."""
    from p2c_dsl.planners.language_model import LanguageModelPlanner

    limit = {} if budget is None else {"budget": budget}
    return LanguageModelPlanner(*loaded, seed=seed, **limit, **model.settings())


def _options(model: Model) -> dict[str, object]:
    return {
        "--model": model.path,
        "--adapter": model.adapter,
        "--device": model.device,
        "--dtype": model.dtype,
        "--temperature": model.temperature is not None,
        "--best-of": model.best_of is not None,
        "--shorten": model.shorten,
    }
