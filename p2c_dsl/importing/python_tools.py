"""Python functions as tools: their signatures, type hints and docstrings."""

from __future__ import annotations

import importlib
import inspect
import sys
from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from pathlib import Path
from types import ModuleType
from typing import Any, get_type_hints

from p2c_dsl.importing.model import ImportProblem, Refusal, Tool, ToolList
from p2c_dsl.importing.python_hints import Hints

_UNKNOWN = inspect.Signature.empty


def tools_at(target: str) -> list[Tool]:
    """The tools at `package.module`, or at `package.module:object`. Raises `ImportProblem`."""
    return list_at(target).strict()


def list_at(target: str) -> ToolList:
    """The tools at a target, and the functions that cannot be declared. Raises `ImportProblem`."""
    found: list[Tool] = []
    refused: list[Refusal] = []
    for name, function in functions_at(target).items():
        try:
            found.append(tool_of(name, function))
        except ImportProblem as problem:
            refused.append(Refusal(name, str(problem)))
    return ToolList(tuple(found), tuple(refused))


def functions_at(target: str) -> dict[str, Callable[..., Any]]:
    """The public functions of a module, an object's public methods, a function, or a collection of functions.

    The module is imported, so that its code runs. Raises `ImportProblem`.
    """
    module_name, _, path = target.partition(":")
    found: Any = _module(module_name)
    for step in filter(None, path.split(".")):
        try:
            found = getattr(found, step)
        except AttributeError:
            raise ImportProblem(f"{target}: `{step}` was not found") from None
    functions = dict(_functions(found))
    if not functions:
        raise ImportProblem(f"{target}: no public functions found")
    return functions


def tool_of(name: str, function: Callable[..., Any]) -> Tool:
    """A function as a tool. Raises `ImportProblem` for one that cannot be declared."""
    try:
        signature = inspect.signature(function)
        return _read(name, function, signature, get_type_hints(function, include_extras=True))
    except (TypeError, ValueError, NameError) as error:
        raise ImportProblem(f"{name}: the signature cannot be read: {error}") from None


def _read(name: str, function: Callable[..., Any], signature: inspect.Signature, hints: Mapping[str, Any]) -> Tool:
    read = Hints()
    properties: dict[str, Any] = {}
    required: list[str] = []
    for parameter in signature.parameters.values():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            raise ImportProblem(
                f"{name}: `{parameter}` takes any number of arguments, but subtasks have a fixed number of parameters"
            )
        schema = read.schema(hints[parameter.name]) if parameter.name in hints else {}
        if parameter.default is parameter.empty:
            required.append(parameter.name)
        else:
            default = parameter.default
            schema["default"] = default.value if isinstance(default, Enum) else default
        properties[parameter.name] = schema
    returned = hints.get("return", _UNKNOWN)
    typed = returned not in (None, type(None), _UNKNOWN)
    output = read.schema(returned) if typed else {}
    return Tool(
        name=name,
        input={"type": "object", "properties": properties, "required": required, "$defs": read.definitions},
        output={**output, "$defs": read.definitions} if typed else None,
        description=inspect.getdoc(function) or "",
        untyped="anything" if returned is _UNKNOWN else "nothing",
    )


def _module(name: str) -> ModuleType:
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        return importlib.import_module(name)
    except (Exception, SystemExit) as error:
        raise ImportProblem(f"{name} cannot be imported: {type(error).__name__}: {error}") from error


def _functions(found: Any) -> Iterable[tuple[str, Callable[..., Any]]]:
    match found:
        case ModuleType():
            for name, value in vars(found).items():
                if inspect.isfunction(value) and value.__module__ == found.__name__ and name[0] != "_":
                    yield name, value
        case Mapping():
            yield from ((str(name), value) for name, value in found.items() if callable(value))
        case list() | tuple() | set():
            yield from ((value.__name__, value) for value in found if inspect.isroutine(value))
        case _ if inspect.isroutine(found):
            yield found.__name__, found
        case type():
            raise ImportProblem(f"`{found.__name__}` is a class: pass an instance of it, whose methods become tools")
        case _:
            for name, value in inspect.getmembers(found, inspect.isroutine):
                if name[0] != "_":
                    yield name, value
