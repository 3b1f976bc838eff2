"""What the commands that train and measure share."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from p2c_dsl.cli import EXIT_INTERRUPTED
from p2c_dsl.cli.failure import fail, need_extra, report

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress


def need_training(*modules: str) -> None:
    """Ends the command without the extra for training, and turns on the garbage collector.

    The other commands are short and do without it; a graph of tensors has cycles.
    """
    need_extra("train", "torch", "transformers", "llguidance", *modules)
    gc.enable()


@contextmanager
def training_errors(advice: Callable[[], str] | None = None) -> Iterator[None]:
    """Ends the command with what went wrong, or, when it is interrupted, with advice on how to continue."""
    from p2c_dsl.planners import Unplannable
    from p2c_dsl.planners.rl.checkpoint import CheckpointError
    from p2c_dsl.runtime.domain import DomainError
    from p2c_dsl.runtime.interpreter import BindingError

    try:
        yield
    except (ValueError, OSError, Unplannable, CheckpointError, DomainError, BindingError) as error:
        fail(str(error))
    except KeyboardInterrupt:
        if advice is None:
            raise
        report(f"interrupted; {advice()}")
        raise typer.Exit(EXIT_INTERRUPTED) from None


def check_unused(folder: Path, file: str) -> None:
    """Ends the command if the output folder holds a run already, which has this file."""
    if (folder / file).exists():
        fail(f"{folder} already holds a run: continue it with --resume, or choose another --output")


def given(**settings: Any) -> dict[str, Any]:
    """The settings that were given on the command line: those that are not `None`."""
    return {name: value for name, value in settings.items() if value is not None}


def progress_bar(word: str, console: Console) -> Progress:
    """A bar for rounds of training, shown on a terminal only."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    return Progress(
        TextColumn(word),
        BarColumn(bar_width=20),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}"),
        console=console,
        disable=not console.is_terminal,
    )
