"""`p2c explain`."""

from __future__ import annotations

from typing import Annotated

import typer
from typer import Argument

from p2c_dsl.cli.failure import fail
from p2c_dsl.names import did_you_mean


def explain(
    code: Annotated[str | None, Argument(help="A code such as P2C401, or the name of a rule.")] = None,
) -> None:
    """Explain a code or a rule; without one, list all codes.

    Examples:

      p2c explain P2C401

      p2c explain only-if
    """
    from p2c_dsl.codes import all_codes

    if code is None:
        for known in all_codes().values():
            typer.echo(f"{known.code}  {known.title}")
        return
    try:
        typer.echo(explained(code))
    except LookupError as error:
        fail(str(error.args[0]))


def explained(code: str) -> str:
    """What a code or a rule means. Raises `LookupError` for any other name."""
    from p2c_dsl.codes import all_codes
    from p2c_dsl.rules import RULES

    codes = all_codes()
    by_name = {rule.name: rule for rule in RULES}
    rule = by_name.get(code) or next((r for r in RULES if code.upper() in {c.code for c in r.codes}), None)
    if rule is not None:
        from p2c_dsl.cli.rules import page

        return page(rule)
    found = codes.get(code.upper())
    if found is None:
        close = did_you_mean(code.upper(), codes) if code[:1] in "pP" else did_you_mean(code, by_name)
        raise LookupError(f"there is no code or rule `{code}`: {close}")
    text = f"{found.code}: {found.title}\n\n{found.explanation}"
    for word, example in (("rejected", found.rejected), ("accepted", found.accepted)):
        if example:
            shown = "\n".join(f"    {line}" for line in example.strip().splitlines())
            text += f"\n\n{word}:\n\n{shown}"
    return text
