"""Python's type hints as JSON Schemas.

Containers, classes with fields and new types are handled here, so that a new type keeps its name everywhere.
Everything else that has a schema (dates, addresses, constraints) is left to pydantic.
"""

from __future__ import annotations

import collections.abc
import dataclasses
import types
import typing
from collections.abc import Iterator
from enum import Enum
from typing import (
    Annotated,
    Any,
    Literal,
    NewType,
    NotRequired,
    Required,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

from p2c_dsl.importing.json_schema.schemas import NEW_TYPE

_SCALARS = {str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null"}
_LISTS = (list, collections.abc.Sequence, collections.abc.Iterable, collections.abc.Collection)
_SETS = (set, frozenset, collections.abc.Set)
_MAPS = (dict, collections.abc.Mapping, collections.abc.MutableMapping)
_CONSTRAINTS = {
    *("minItems", "maxItems", "minLength", "maxLength", "pattern", "format"),
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
}

Field = tuple[str, Any, bool]
"""A class's field: its name, its type, and whether every value has it."""


class Hints:
    """The schemas of hints; those of classes stand in `definitions`, once each."""

    def __init__(self) -> None:
        self.definitions: dict[str, Any] = {}
        self._named: dict[type, str] = {}

    def schema(self, hint: Any) -> dict[str, Any]:
        """The schema of a hint, empty if nothing is known about it."""
        if hint is None:
            return {"type": "null"}
        if isinstance(hint, NewType):
            base = self.schema(hint.__supertype__)
            return {**base, NEW_TYPE: hint.__name__} if isinstance(base.get("type"), str) else base
        origin, arguments = get_origin(hint), get_args(hint)
        if origin is not None and arguments:
            return self._generic(origin, arguments, hint)
        hint = origin or hint
        if isinstance(hint, type) and hint in _SCALARS:
            return {"type": _SCALARS[hint]}
        if isinstance(hint, type) and (issubclass(hint, Enum) or _has_fields(hint)):
            return {"$ref": f"#/$defs/{self._name(hint)}"}
        if hint in _LISTS or hint in _SETS:
            return {"type": "array", "uniqueItems": hint in _SETS}
        return _asked(hint)

    def _generic(self, origin: Any, arguments: tuple[Any, ...], hint: Any) -> dict[str, Any]:
        if origin is Annotated:
            constraints = {k: v for k, v in _asked(hint).items() if k in _CONSTRAINTS}
            return {**constraints, **self.schema(arguments[0])}
        if origin in (Union, types.UnionType):
            return {"anyOf": [self.schema(one) for one in arguments]}
        if origin is Literal:
            return {"enum": [one.value if isinstance(one, Enum) else one for one in arguments]}
        if origin in _LISTS or origin in _SETS:
            return {"type": "array", "items": self.schema(arguments[0]), "uniqueItems": origin in _SETS}
        if origin is tuple:
            same = len(arguments) == 2 and arguments[1] is Ellipsis
            if same:
                return {"type": "array", "items": self.schema(arguments[0])}
            size = {"minItems": len(arguments), "maxItems": len(arguments)}
            return {"type": "array", "prefixItems": [self.schema(one) for one in arguments], **size}
        if origin in _MAPS:
            # Keys of JSON objects are strings; keys in Python need not be.
            keys = self.schema(arguments[0])
            return {"type": "object"} | (
                {"additionalProperties": self.schema(arguments[1])} if keys == {"type": "string"} else {}
            )
        return _asked(hint)

    def _name(self, of: type) -> str:
        """The definition of a class; of two classes with the same name, the second is prefixed with its module."""
        if of not in self._named:
            short = of.__name__
            name = short if short not in self.definitions else f"{of.__module__}_{of.__qualname__}"
            self._named[of] = name
            self.definitions[name] = {}
            self.definitions[name] = self._class(of)
        return self._named[of]

    def _class(self, of: type) -> dict[str, Any]:
        if issubclass(of, Enum):
            return {"enum": [member.value for member in of]}
        fields = list(_fields(of))
        return {
            "type": "object",
            "properties": {name: self.schema(hint) for name, hint, _ in fields},
            "required": [name for name, _, always in fields if always],
        }


def _has_fields(of: type) -> bool:
    return dataclasses.is_dataclass(of) or typing.is_typeddict(of) or _is_model(of)


def _is_model(of: type) -> bool:
    return hasattr(of, "model_fields") and not getattr(of, "__pydantic_root_model__", False)


def _fields(of: Any) -> Iterator[Field]:
    """The fields of a class's values. An object has a field even if the caller may omit it."""
    if _is_model(of):
        for name, field in of.model_fields.items():
            hint = Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation
            yield field.alias or name, hint, True
    elif typing.is_typeddict(of):
        marked = get_type_hints(of, include_extras=True)
        for name, hint in get_type_hints(of).items():
            # `__required_keys__` ignores markers in annotations that are strings.
            mark = get_origin(marked[name])
            always = mark is Required or (mark is not NotRequired and name in of.__required_keys__)
            yield name, hint, always
    else:
        hints = get_type_hints(of, include_extras=True)
        for entry in dataclasses.fields(of):
            yield entry.name, hints[entry.name], True


def _asked(hint: Any) -> dict[str, Any]:
    """The schema from pydantic; a dangling reference with the hint's name if pydantic does not know the type."""
    from pydantic import PydanticUserError, TypeAdapter
    from pydantic.errors import PydanticInvalidForJsonSchema

    try:
        found = TypeAdapter(hint).json_schema()
    except (PydanticUserError, PydanticInvalidForJsonSchema, TypeError, ValueError, NameError):
        return {"$ref": f"#/$defs/{getattr(hint, '__name__', 'Value')}"}
    return found if not {"$defs", "$ref"} & found.keys() else {}
