"""Reads standard input, and writes what a command makes."""

from __future__ import annotations

import codecs
import difflib
import sys
from pathlib import Path

import typer

from p2c_dsl.cli.failure import fail

STDIN = "-"


def stdin_text() -> str:
    """All of standard input as text, without a byte order mark; ends the command if it is not UTF-8."""
    return text_of(stdin_bytes())


def stdin_bytes() -> bytes:
    """All of standard input; ends the command if it is closed."""
    try:
        return sys.stdin.buffer.read()
    except (AttributeError, OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is closed"
        fail(f"cannot read standard input: {reason}")


def text_of(data: bytes) -> str:
    """Standard input's bytes as text, without a byte order mark; ends the command if they are not UTF-8."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        fail(f"standard input is not UTF-8: {error}")


def write(text: str, output: str | None) -> None:
    """Prints a text, or writes it to a file."""
    if output is None:
        typer.echo(text, nl=False)
        return
    try:
        Path(output).write_text(text, encoding="utf-8", errors="backslashreplace")
    except (OSError, ValueError) as error:
        fail(f"cannot write {output}: {getattr(error, 'strerror', None) or error}")


def save(text: str, path: str) -> None:
    """Rewrites a source file, keeping its byte order mark; ends the command if it cannot."""
    file = Path(path)
    try:
        file.write_bytes(marked(text, file.read_bytes()))
    except OSError as error:
        fail(f"cannot write {path}: {error.strerror or error}")


def marked(text: str, before: bytes) -> bytes:
    """A text as bytes, with a byte order mark if it had one before."""
    return (codecs.BOM_UTF8 if before.startswith(codecs.BOM_UTF8) else b"") + text.encode()


def diff(path: str, before: str, after: str, change: str) -> list[str]:
    """The unified diff of a file's text before and after a change; its lines have no line ends."""
    old, new = before.splitlines(), after.splitlines()
    return list(difflib.unified_diff(old, new, path, f"{path} ({change})", lineterm=""))
