"""Which planner a command uses, and with which language model."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from p2c_dsl.cli import EXIT_FINDINGS
from p2c_dsl.cli.failure import fail, report

if TYPE_CHECKING:
    from p2c_dsl.planners import Planner
    from p2c_dsl.planners.anytime.limits import SearchProgress
    from p2c_dsl.planners.language_model import LanguageModelPlanner
    from p2c_dsl.spec import Spec, Task

PLANNERS = ("search", "random", "lm")
Watch = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class ModelOptions:
    """Which language model, and how it samples; `None` leaves it to the planner."""

    model: str | None = None
    adapter: str | None = None
    device: str | None = None
    dtype: str | None = None
    temperature: float | None = None
    best_of: int | None = None
    shorten: bool | None = None
    cache: str | None = None
    sample: str | None = None

    def load(self) -> tuple[Any, Any]:
        """The model and its tokenizer: those at a path, or the project's own. Raises `ModelProblem`."""
        from p2c_dsl.planners.models import ModelProblem, load_model, load_own, quiet

        quiet()
        if self.model is not None:
            return load_model(self.model, self.adapter, self.device, self.dtype)
        if self.adapter is not None:
            raise ModelProblem("--adapter needs --model: the model that the adapter was trained for")
        return load_own(self.device)

    def planner(
        self, loaded: tuple[Any, Any], seed: int, budget: int | None, watch: Watch | None = None
    ) -> LanguageModelPlanner:
        """The planner with a model that has been loaded. Raises `ValueError` for settings out of range."""
        from p2c_dsl.planners.language_model import LanguageModelPlanner

        settings: dict[str, Any] = {
            "budget": budget,
            "temperature": self.temperature,
            "best_of": self.best_of,
            "shorten": self.shorten,
            "cache": None if self.cache is None else Path(self.cache),
            "sample": self.sample,
        }
        given = {name: value for name, value in settings.items() if value is not None}
        return LanguageModelPlanner(*loaded, seed=seed, watch=watch, note=report, **given)

    def first_given(self) -> str | None:
        """The first of these options that was given, if one was."""
        given = (f.name for f in fields(self) if getattr(self, f.name) is not None)
        return next((f"--{name.replace('_', '-')}" for name in given), None)


@dataclass(frozen=True, slots=True)
class SearchOptions:
    """How many seconds the search without a model may take, by default 10, and whom it tells about its progress."""

    timeout: float | None = None
    watch: Callable[[SearchProgress], None] | None = None


def planner_of(
    name: str,
    seed: int,
    budget: int | None,
    model: ModelOptions | None = None,
    watch: Watch | None = None,
    search: SearchOptions | None = None,
) -> Planner:
    """The planner of that name. Raises `ModelProblem`, and `ValueError` for wrong names and settings."""
    from p2c_dsl.planners import RandomPlanner, SearchPlanner

    model = model or ModelOptions()
    if name == "lm":
        return model.planner(model.load(), seed, budget, watch)
    if name not in PLANNERS:
        raise ValueError(f"there is no planner `{name}`: choose search, random or lm")
    option = model.first_given()
    if option is not None:
        raise ValueError(f"{option} needs --planner lm")
    limit: dict[str, Any] = {} if budget is None else {"budget": budget}
    if name == "random":
        return RandomPlanner(seed, **limit)
    search = search or SearchOptions()
    planner = SearchPlanner(**limit, watch=search.watch)
    return planner if search.timeout is None else replace(planner, timeout=search.timeout)


def plans_of(planner: Planner, spec: Spec, task: Task, count: int | None, beginning: str) -> Iterator[str]:
    """Up to `count` plans, `None` for all, as they are found; the caller says if there are fewer."""
    from p2c_dsl.planners.distinct import FewerPlans

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FewerPlans)
        yield from planner.plans(spec, task, count, beginning)


@contextmanager
def planning_errors() -> Iterator[None]:
    """Ends the command if there is no plan, or if the planner cannot be used."""
    from p2c_dsl.planners import NoContinuation, Unplannable
    from p2c_dsl.planners.models import ModelProblem

    try:
        yield
    except (Unplannable, NoContinuation) as error:
        fail(str(error), EXIT_FINDINGS)
    except (ModelProblem, ValueError, FloatingPointError, OSError) as error:
        fail(str(error))
    except RuntimeError as error:
        if "out of memory" not in str(error):
            raise
        fail(f"the model does not fit into memory: try a smaller --best-of, or --device cpu ({error})")
