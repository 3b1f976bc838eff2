"""`p2c grammar`."""

from __future__ import annotations

from typing import Annotated

import typer

from p2c_dsl.cli.files import fail, load_spec, task_of, write

FORMATS = ("lark", "gbnf")


def grammar(
    spec: Annotated[str, typer.Argument(help="The file with the task's spec.")],
    task: Annotated[str | None, typer.Option(help="The task, where the spec has several.")] = None,
    format: Annotated[
        str, typer.Option(help="lark (Outlines, llguidance) or gbnf (XGrammar, llama.cpp).")
    ] = "lark",
    deepest: Annotated[
        int | None, typer.Option(help="How deep loops and branches nest where no rule says.", min=0, max=8)
    ] = None,
    output: Annotated[str | None, typer.Option(help="Write into this file.")] = None,
) -> None:
    """Print a task's grammar, for engines that take nothing else.

    Whatever lint accepts and planners write is in it: the layout, the names, the numbers of arguments and how
    deep blocks nest. Types, scope and the other rules are not, so what a model writes under it may be
    rejected: lint it, or let `p2c plan` enforce all of it.

    Examples:

      p2c grammar examples/dinner/dinner.p2c --output dinner.lark

      p2c grammar examples/refunds/refunds.p2c --format gbnf
    """
    if format not in FORMATS:
        fail(f"there is no format `{format}`: choose {' or '.join(FORMATS)}")
    from p2c_dsl.planners.grammar_export.grammar import DEEPEST, spec_to_gbnf, spec_to_lark

    loaded = load_spec(spec)
    wanted = task_of(loaded, task)
    export = spec_to_lark if format == "lark" else spec_to_gbnf
    try:
        text = export(loaded.spec, wanted, DEEPEST if deepest is None else deepest)
    except ValueError as error:
        fail(str(error))
    write(text, output)
