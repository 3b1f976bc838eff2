"""`p2c grammar`."""

from __future__ import annotations

from typing import Annotated

from typer import Argument, Option

from p2c_dsl.cli.failure import fail
from p2c_dsl.cli.options import Output, TaskName, choice
from p2c_dsl.cli.specs import load_spec, task_of
from p2c_dsl.cli.text_files import write

FORMATS = ("lark", "gbnf")


def grammar(
    spec: Annotated[str, Argument(help="The file with the task's spec.")],
    task: TaskName = None,
    format: Annotated[str, choice(FORMATS, "lark for Outlines, llguidance; gbnf for XGrammar, llama.cpp.")] = "lark",
    deepest: Annotated[
        int | None, Option(help="How deep blocks may nest if no rule limits them.", min=0, max=8)
    ] = None,
    output: Output = None,
) -> None:
    """Print a task's grammar, for engines that only support grammars.

    The grammar contains everything that planners may write: it fixes the layout, the names, the numbers of arguments
    and how deep blocks nest. It does not cover types, scope and the other rules, so lint may reject what a model
    writes under it: check it with `p2c lint`, or let `p2c plan` enforce everything.

    Examples:

      p2c grammar examples/dinner/dinner.p2c --output dinner.lark

      p2c grammar examples/refunds/refunds.p2c --format gbnf
    """
    from p2c_dsl.planners.grammar_export.grammar import DEEPEST, spec_to_gbnf, spec_to_lark

    loaded = load_spec(spec)
    wanted = task_of(loaded, task)
    export = spec_to_lark if format == "lark" else spec_to_gbnf
    try:
        text = export(loaded.spec, wanted, DEEPEST if deepest is None else deepest)
    except ValueError as error:
        fail(str(error))
    write(text, output)
