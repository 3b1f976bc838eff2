"""Runs commands in this process, as `p2c` would."""

from __future__ import annotations

from collections.abc import Mapping

from click.testing import Result
from typer.testing import CliRunner

from p2c_dsl.cli.app import app

APP = app()


def p2c(*arguments: object, input: str | bytes | None = None, env: Mapping[str, str] | None = None) -> Result:
    """Runs `p2c` with arguments. An error that is not an exit is raised: no command may let one through."""
    result = CliRunner().invoke(APP, [str(a) for a in arguments], input=input, env=env)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result
