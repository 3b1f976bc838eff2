"""`p2c explain`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from typer import Argument

from p2c_dsl.cli.failure import fail
from p2c_dsl.names import did_you_mean


def explain(
    code: Annotated[
        str | None, Argument(help="A code, a rule's name, or a .p2c file.", metavar="[CODE|RULE|FILE]")
    ] = None,
) -> None:
    """Explain a code, a rule, or the rules of a file.

    Without an argument, it lists all codes.

    Of a file, it shows for each rule of its tasks which calls its words mean: what does an effect, which keys are
    compared, what the elements are, and for what `unless` waives it.

    Examples:

      p2c explain P2C401

      p2c explain only-if

      p2c explain examples/dinner/dinner.p2c
    """
    from p2c_dsl.codes import all_codes

    if code is None:
        for known in all_codes().values():
            typer.echo(f"{known.code}  {known.title}")
        return
    if code.endswith(".p2c") or (code and Path(code).is_dir()):
        typer.echo("\n\n".join(_readings(code)))
        return
    try:
        typer.echo(explained(code))
    except LookupError as error:
        fail(str(error.args[0]))


def explained(code: str) -> str:
    """What a code or a rule means. Raises `LookupError` for any other name."""
    from p2c_dsl.codes import all_codes
    from p2c_dsl.rules import DOCUMENTED

    codes = all_codes()
    by_name = {rule.name: rule for rule in DOCUMENTED}
    rule = by_name.get(code) or next((r for r in DOCUMENTED if code.upper() in {c.code for c in r.codes}), None)
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


def _readings(path: str) -> Iterator[str]:
    """The tasks of a file, each with its rules and what their words mean."""
    from p2c_dsl.cli.specs import load_spec, spec_path
    from p2c_dsl.rules import read_rules

    loaded = load_spec(spec_path(path))
    for task in loaded.spec.tasks.values():
        lines: dict[str, dict[str, None]] = {}
        for rule in read_rules(loaded.spec, task)[0]:
            lines.setdefault(rule.text, {}).update(dict.fromkeys(rule.read_as(loaded.spec)))
        told = (line for text, read in lines.items() for line in (f"  {text}", *(f"      {one}" for one in read)))
        source = task.location.source
        yield "\n".join((f"task {task.name} ({source.name}:{source.position(task.location.span.start).line})", *told))
