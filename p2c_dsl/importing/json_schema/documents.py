"""The document that the references of a schema point into."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

_DEFINITIONS = ("$defs", "definitions")


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """A JSON document with schemas in it.

    Attributes:
        root: The document. A tool's own schema is the document of what it refers to.
        shared: Whether many tools refer to it, so that a reference alone says which schema is meant.
    """

    root: Any
    shared: bool = False

    def find(self, target: Any) -> Any:
        """The schema at a reference (`#/$defs/Entry`); `None` if there is none, or it is in another document."""
        if not isinstance(target, str) or not target.startswith("#"):
            return None
        found = self.root
        for step in _steps(target):
            found = self._inside(found, step)
            if found is None:
                return None
        return found

    def _inside(self, of: Any, step: str) -> Any:
        if isinstance(of, list):
            return of[int(step)] if step.isdecimal() and int(step) < len(of) else None
        if not isinstance(of, Mapping):
            return None
        if of is self.root and step in _DEFINITIONS and not self.shared:
            # Old and new schemas call them differently, and some tools mix both.
            return {name: s for word in reversed(_DEFINITIONS) for name, s in _mapping(of.get(word)).items()}
        return of.get(step, of.get(unquote(step)))

    def reachable(self, schema: Any) -> dict[str, Any]:
        """What a schema refers to, directly or not, by its references."""
        result: dict[str, Any] = {}
        todo = [schema]
        while todo:
            for target in references(todo.pop()):
                found = self.find(target)
                if found is not None and target not in result:
                    result[target] = found
                    todo.append(found)
        return result

    def identity(self, schema: Any) -> str:
        """Equal for two schemas, also of different documents, if they mean the same."""
        parts = {} if self.shared else self.reachable(schema)
        return json.dumps([schema, parts], sort_keys=True, default=str)

    def needs(self, schema: Any, target: str) -> bool:
        """Whether every value of a schema contains a value of the one at `target`."""
        todo, seen = [schema], set[str]()
        while todo:
            part = todo.pop()
            if not isinstance(part, Mapping):
                continue
            reference = part.get("$ref")
            if reference == target:
                return True
            if isinstance(reference, str) and reference not in seen:
                seen.add(reference)
                todo.append(self.find(reference))
            properties, required = _mapping(part.get("properties")), part.get("required")
            if isinstance(required, list) and part.get("nullable") is not True:
                todo += [properties[name] for name in required if isinstance(name, str) and name in properties]
            todo += part["allOf"] if isinstance(part.get("allOf"), list) else []
        return False


def references(schema: Any) -> Iterator[str]:
    """The references in a schema."""
    todo = [schema]
    while todo:
        part = todo.pop()
        if isinstance(part, Mapping):
            if isinstance(part.get("$ref"), str):
                yield part["$ref"]
            todo += part.values()
        elif isinstance(part, list):
            todo += part


def definition_name(target: Any) -> str:
    """The name of the definition that a reference names."""
    steps = _steps(target) if isinstance(target, str) and target.startswith("#") else [str(target).rsplit("/", 1)[-1]]
    return steps[-1] if steps else "Root"


def is_definition(target: Any) -> bool:
    """Whether a reference names a definition, and not just some place in the document."""
    steps = _steps(target) if isinstance(target, str) else []
    return len(steps) > 1 and steps[-2] in (*_DEFINITIONS, "schemas")


def _steps(target: str) -> list[str]:
    steps = target[1:].split("/")[1:]
    return [step.replace("~1", "/").replace("~0", "~") for step in steps]


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
