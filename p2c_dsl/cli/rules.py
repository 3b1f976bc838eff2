"""`p2c rules`."""

from __future__ import annotations

import inspect
import json
from typing import Annotated

import typer
from typer import Argument

from p2c_dsl.cli.failure import fail
from p2c_dsl.cli.options import TextOrJson
from p2c_dsl.names import did_you_mean
from p2c_dsl.rules import DOCUMENTED, AnyRule


def rules(
    name: Annotated[str | None, Argument(help="The name of a rule, to read its page.")] = None,
    format: TextOrJson = "text",
) -> None:
    """List the rules that a task can have, or show one rule's page.

    Examples:

      p2c rules

      p2c rules only-if

      p2c rules --format json
    """
    if name is not None:
        by_name = {rule.name: rule for rule in DOCUMENTED}
        if name not in by_name:
            fail(f"there is no rule `{name}`: {did_you_mean(name, by_name)}")
        typer.echo(page(by_name[name]))
    elif format == "json":
        typer.echo(json.dumps([_data(rule) for rule in DOCUMENTED], indent=2, ensure_ascii=False))
    else:
        width = max(len(rule.syntax) for rule in DOCUMENTED)
        for rule in DOCUMENTED:
            typer.echo(f"{rule.syntax:<{width}}  {rule.summary}")
        typer.echo("\n`p2c rules NAME` shows a rule's page; the names are:")
        typer.echo(", ".join(rule.name for rule in DOCUMENTED))


def page(rule: type[AnyRule]) -> str:
    """A rule's documentation with its examples."""
    codes = "\n".join(f"{c.code}: {c.title}. {c.explanation}" for c in rule.codes)
    parts = [f"{rule.syntax}\n", inspect.getdoc(rule) or "", *(["\n" + codes] if codes else [])]
    for word, example in (("accepted", rule.accepted), ("rejected", rule.rejected)):
        if not example:
            continue
        shown = "\n".join(f"    {line}".rstrip() for line in example.strip().splitlines())
        parts.append(f"\n{word}:\n\n{shown}")
    return "\n".join(parts)


def _data(rule: type[AnyRule]) -> dict[str, object]:
    return {
        "name": rule.name,
        "syntax": rule.syntax,
        "summary": rule.summary,
        "codes": [c.code for c in rule.codes],
    }
