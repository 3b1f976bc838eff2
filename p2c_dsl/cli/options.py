"""Options that several commands have."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import click
from typer import Option


def choice(values: Sequence[str], help: str, *names: str) -> Any:
    """An option that takes one of several values."""
    return Option(*names, click_type=click.Choice(values), help=help)


TaskName = Annotated[str | None, Option(help="The task, if the spec has several.")]
OnlyTask = Annotated[str | None, Option(help="Only the compositions of this task.")]
Output = Annotated[str | None, Option("--output", "-o", help="Write to this file.")]
TextOrJson = Annotated[str, choice(("text", "json"), "How to print the result.")]
Timeout = Annotated[float, Option(help="How many seconds to wait for each answer of the server.")]

StdinFilename = Annotated[str | None, Option(help="With -: the name of the file whose text it is.")]
ForceExclude = Annotated[
    bool, Option("--force-exclude/--no-force-exclude", help="Skip excluded files even if they are named.")
]

ModelName = Annotated[
    str | None, Option(help="For lm: the folder or hub name of a causal model; by default the built-in one.")
]
AdapterName = Annotated[str | None, Option(help="A LoRA adapter for the model.")]
Device = Annotated[str | None, Option(help="Where to run the model; by default on a GPU if there is one.")]

Preset = Annotated[str, choice(("cpu", "gpu"), "The settings to start from.")]
Minutes = Annotated[float | None, Option(help="Stop after this many minutes.", min=0)]
Resume = Annotated[bool, Option("--resume", help="Continue from the checkpoint in the output folder.")]
