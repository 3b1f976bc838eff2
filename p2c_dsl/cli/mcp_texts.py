"""The texts that agents send to `p2c mcp`: checked and loaded, or refused."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from p2c_dsl.cli.specs import spec_diagnostics
from p2c_dsl.diagnostics.model import Diagnostic, Severity

if TYPE_CHECKING:
    from p2c_dsl.resolve import Loaded

NAME = "plan.p2c"
MOST_CHARACTERS = 500_000


class Refused(Exception):
    """The agent is sent this message instead of an answer."""


def loaded_text(text: str) -> Loaded:
    """A text, with or without errors, and the files that it uses. Raises `Refused` if the served folder is gone."""
    from p2c_dsl.resolve import load_text

    try:
        folder = Path.cwd()
    except OSError:
        raise Refused("the folder that is served no longer exists") from None
    return load_text(text, NAME, folder, confined=True)


def right_text(text: str) -> Loaded:
    """A text without errors, except perhaps in its rules. Raises `Refused` for any other."""
    loaded = loaded_text(text)
    _refuse(loaded.diagnostics)
    return loaded


def with_rules(text: str) -> Loaded:
    """A text without errors, even in its rules. Raises `Refused` for any other."""
    loaded = right_text(text)
    _refuse(spec_diagnostics(loaded))
    return loaded


def _refuse(diagnostics: Iterable[Diagnostic]) -> None:
    from p2c_dsl.diagnostics.concise import render

    errors = [d for d in diagnostics if d.severity is Severity.ERROR]
    if errors:
        raise Refused(render(errors))


def check(text: str) -> None:
    """Raises `Refused` for a text that is too long, or not Unicode."""
    if len(text) > MOST_CHARACTERS:
        raise Refused(f"the text has {len(text):,} characters; the limit is {MOST_CHARACTERS:,}")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise Refused(f"character {error.start + 1:,} of the text is half of a surrogate pair") from None
