"""The table of commands."""

from __future__ import annotations

import typer

from p2c_dsl.cli import (
    align,
    explain,
    fix,
    fmt,
    grammar,
    graph,
    import_,
    label,
    lint,
    mcp,
    measure,
    new,
    plan,
    rules,
    run,
    train,
)
from p2c_dsl.cli import eval as eval_

app = typer.Typer(
    name="p2c",
    help="Plans that cannot break their rules: write a task spec, lint, draw, plan and run its compositions.",
    epilog="Start with `p2c new my_domain`, or `p2c plan examples/dinner/dinner.p2c --run`.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _show_version(wanted: bool) -> None:
    if wanted:
        from p2c_dsl import __version__

        typer.echo(f"p2c {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: bool = typer.Option(
        False, "--version", "-V", callback=_show_version, is_eager=True, help="Print the version and exit."
    ),
) -> None: ...


for _name, _function in (
    ("lint", lint.lint),
    ("fix", fix.fix),
    ("fmt", fmt.fmt),
    ("explain", explain.explain),
    ("rules", rules.rules),
    ("graph", graph.graph),
    ("grammar", grammar.grammar),
    ("plan", plan.plan),
    ("run", run.run),
    ("new", new.new),
    ("train", train.train),
    ("eval", eval_.evaluate),
    ("align", align.align),
    ("measure", measure.measure),
    ("mcp", mcp.mcp),
    ("label", label.label),
):
    app.command(_name)(_function)
app.add_typer(import_.app, name="import")
