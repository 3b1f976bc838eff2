"""Python's types as JSON Schemas: of annotations through pydantic, and of annotations that are strings."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from typing import Any

_CLASS = re.compile(r"^<class '([\w.]+)'>$")
_PLAIN = {"str": "string", "int": "integer", "float": "number", "bool": "boolean"}
_LISTS = ("list", "List", "tuple", "Tuple", "Sequence", "Iterable")
_SETS = ("set", "Set", "frozenset", "FrozenSet")
_MAPS = ("dict", "Dict", "Mapping")


def schema_of_text(annotation: str) -> tuple[Mapping[str, Any] | None, str]:
    """The schema of a result annotation, and what the tool returns if the schema is `None`."""
    try:
        tree = ast.parse(_CLASS.sub(r"\1", annotation.strip()), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None, "anything"
    if _name(tree) in ("None", "NoneType"):
        return None, "nothing"
    return _schema(tree), "text"


def _schema(node: ast.expr) -> dict[str, Any]:
    match node:
        case ast.Constant(value=None):
            return {"type": "null"}
        case ast.Name(id=name) if name in _PLAIN:
            return {"type": _PLAIN[name]}
        case ast.Name(id=name) if name in (*_LISTS, *_SETS):
            return {"type": "array", "uniqueItems": name in _SETS}
        case ast.Name(id=name) if name in _MAPS:
            return {"type": "object"}
        case ast.BinOp(op=ast.BitOr()):
            return {"anyOf": [_schema(part) for part in _alternatives(node)]}
        case ast.Subscript(value=ast.Name(id="Optional"), slice=inner):
            return {"anyOf": [_schema(inner), {"type": "null"}]}
        case ast.Subscript(value=ast.Name(id="Union"), slice=ast.Tuple(elts=parts)):
            return {"anyOf": [_schema(part) for part in parts]}
        case ast.Subscript(value=ast.Name(id=name), slice=inner) if name in (*_LISTS, *_SETS):
            if isinstance(inner, ast.Tuple):
                return {"type": "array", "prefixItems": []}
            return {"type": "array", "items": _schema(inner), "uniqueItems": name in _SETS}
        case ast.Subscript(value=ast.Name(id=name), slice=ast.Tuple(elts=[key, value])) if name in _MAPS:
            if _schema(key) == {"type": "string"}:
                return {"type": "object", "additionalProperties": _schema(value)}
    name = _name(node)
    return {"$ref": f"#/$defs/{name}"} if name else {}


def _alternatives(node: ast.expr) -> list[ast.expr]:
    """The parts of `a | b | c`; there may be many, so this is not recursive."""
    found: list[ast.expr] = []
    while isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        found.append(node.right)
        node = node.left
    return [node, *reversed(found)]


def _name(node: ast.expr) -> str:
    """A class's name without its module."""
    match node:
        case ast.Constant(value=None):
            return "None"
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""
