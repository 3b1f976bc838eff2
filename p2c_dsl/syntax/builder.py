"""From the grammar's rules to nodes: one callback for each rule, called with the parts that the rule keeps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from p2c_dsl.source import Span
from p2c_dsl.syntax import nodes
from p2c_dsl.syntax.building import Items, items
from p2c_dsl.syntax.compositions import Compositions
from p2c_dsl.syntax.declarations import Declarations
from p2c_dsl.syntax.lexer import Lexeme
from p2c_dsl.syntax.nodes import Name
from p2c_dsl.syntax.overrides import Overrides


class Builder(Declarations, Overrides, Compositions):
    """The callbacks, named as the grammar's rules and aliases are; each takes its span and its parts."""

    def callback(self, name: str) -> Callable[..., Any]:
        """The method for a rule."""
        result: Callable[..., Any] = getattr(self, name)
        return result

    def start(self, span: Span, declarations: Items) -> tuple[nodes.Declaration, ...]:
        return items(declarations)

    def bad_line(self, span: Span, bad: Lexeme) -> None:
        return None

    def name(self, span: Span, word: Lexeme) -> Name:
        return Name(word.text, span)

    label = name
