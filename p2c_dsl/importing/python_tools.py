"""Python functions as tools: their type hints, through pydantic, and their docstrings."""

from __future__ import annotations

import importlib
import inspect
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, get_type_hints

from p2c_dsl.importing.model import ImportProblem, Tool

_NO_SCHEMA: Mapping[str, Any] = {}


def tools_at(target: str) -> list[Tool]:
    """The tools at `package.module`, or at `package.module:object`. Raises `ImportProblem`."""
    return [tool_of(name, function) for name, function in functions_at(target).items()]


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
            raise ImportProblem(f"{target}: there is no `{step}` in it") from None
    functions = dict(_functions(found))
    if not functions:
        raise ImportProblem(f"{target}: there are no public functions in it")
    return functions


def tool_of(name: str, function: Callable[..., Any]) -> Tool:
    """A function as a tool. Raises `ImportProblem` for one that cannot be declared."""
    try:
        signature = inspect.signature(function)
        hints = get_type_hints(function, include_extras=True)
    except (TypeError, ValueError, NameError) as error:
        raise ImportProblem(f"{name}: its signature cannot be read: {error}") from None
    properties: dict[str, Any] = {}
    required: list[str] = []
    definitions: dict[str, Any] = {}
    for parameter in signature.parameters.values():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            raise ImportProblem(f"{name}: `{parameter}` takes any number of arguments, which no subtask can")
        schema = _schema(hints.get(parameter.name), definitions)
        if parameter.default is parameter.empty:
            required.append(parameter.name)
        else:
            schema = {**schema, "default": parameter.default}
        properties[parameter.name] = schema
    given = {"type": "object", "properties": properties, "required": required, "$defs": definitions}
    returned = hints.get("return", inspect.Signature.empty)
    nothing = returned is None or returned is type(None)
    outcome: dict[str, Any] = {}
    output = None if nothing or returned is inspect.Signature.empty else _schema(returned, outcome)
    return Tool(
        name=name,
        input=given,
        output=None if output is None else {**output, "$defs": outcome},
        description=inspect.getdoc(function) or "",
        untyped="nothing" if nothing else "anything",
    )


def _module(name: str) -> ModuleType:
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        return importlib.import_module(name)
    except Exception as error:
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
        case _:
            for name, value in inspect.getmembers(found, inspect.isroutine):
                if name[0] != "_" and (
                    not inspect.isclass(found) or isinstance(value, staticmethod | type(len))
                ):
                    yield name, value
            if inspect.isclass(found):
                raise ImportProblem(
                    f"`{found.__name__}` is a class: give an object of it, whose methods are tools"
                )


def _schema(annotation: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    """A type's JSON Schema; the schemas that it refers to go into `definitions`."""
    if annotation is None:
        return dict(_NO_SCHEMA)
    from pydantic import PydanticUserError, TypeAdapter
    from pydantic.errors import PydanticInvalidForJsonSchema

    try:
        schema = TypeAdapter(annotation).json_schema()
    except (PydanticUserError, PydanticInvalidForJsonSchema, TypeError, ValueError):
        return {"$ref": f"#/$defs/{getattr(annotation, '__name__', 'Value')}"}
    definitions.update(schema.pop("$defs", {}))
    # A class's own schema is named after it, as those that it refers to are.
    if "properties" in schema and isinstance(schema.get("title"), str):
        name = schema["title"]
        definitions[name] = schema
        return {"$ref": f"#/$defs/{name}"}
    return schema
