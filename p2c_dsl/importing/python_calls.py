"""Calls Python functions as the tools that they were imported as, with values as JSON."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ConfigDict, ValidationError, validate_call
from pydantic_core import PydanticSerializationError, to_jsonable_python

from p2c_dsl.runtime.external_tools import Call
from p2c_dsl.runtime.values import WrongValue


def calling(functions: Mapping[str, Callable[..., Any]]) -> Call:
    """Calls functions by their names, as a tool server would be called.

    Arguments become what the type hints say (dataclasses, enums, dates); a parameter that is left out keeps the
    function's own default. A coroutine is run to its end. The call raises `WrongValue` for arguments that do not fit
    the hints and for a result that is not JSON, and everything that the function raises.
    """
    config = ConfigDict(arbitrary_types_allowed=True)
    typed = {name: validate_call(config=config)(function) for name, function in functions.items()}

    def call(name: str, arguments: dict[str, Any]) -> Any:
        named = dict(arguments)
        by_position = [named.pop(p) for p in _positional_only(functions[name]) if p in named]
        try:
            result = typed[name](*by_position, **named)
        except ValidationError as error:
            raise WrongValue(_complaint(error)) from None
        if inspect.iscoroutine(result):
            result = asyncio.run(result)
        try:
            return to_jsonable_python(result)
        except PydanticSerializationError as error:
            raise WrongValue(f"the result cannot be written as JSON: {error}") from None

    return call


def _positional_only(function: Callable[..., Any]) -> list[str]:
    parameters = inspect.signature(function).parameters.values()
    return [p.name for p in parameters if p.kind is inspect.Parameter.POSITIONAL_ONLY]


def _complaint(error: ValidationError) -> str:
    return "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
