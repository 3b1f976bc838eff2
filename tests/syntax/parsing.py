"""What the parser makes of a text, and what it says about it."""

from __future__ import annotations

from p2c_dsl.source import Source
from p2c_dsl.syntax import nodes
from p2c_dsl.syntax.parser import parse


def file_of(text: str) -> nodes.File:
    result = parse(Source("t.p2c", text))
    assert result.diagnostics == ()
    return result.file


def body_of(*lines: str) -> tuple[nodes.Statement, ...]:
    (compose,) = file_of("compose t(x):\n    " + "\n    ".join(lines) + "\n").declarations
    assert isinstance(compose, nodes.ComposeDecl)
    return compose.body


def errors(text: str) -> list[tuple[int, int, str, str]]:
    """Line, column, message and help of each error."""
    source = Source("t.p2c", text)
    found = parse(source).diagnostics
    return [(*source.position(d.location.span.start), d.message, d.help or "") for d in found]
