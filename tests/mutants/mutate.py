"""Small faults put into the analyzer's own source, and taken out again."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from types import CodeType, FunctionType
from typing import Any

from tests.caches import forget_all


@dataclass(frozen=True, slots=True)
class Mutant:
    """A fault: in the source of the function `target` (`module:Class.method`), `old` becomes `new`.

    A `strict` mutant makes the analyzer reject what it should accept; any other makes it accept too much.
    """

    name: str
    target: str
    old: str
    new: str
    strict: bool = False


@contextmanager
def mutated(mutant: Mutant) -> Iterator[None]:
    """Runs with the fault in place. Raises `ValueError` when the source does not have `old` exactly once."""
    function = _function(mutant.target)
    original = function.__code__
    function.__code__ = _changed(function, mutant)
    forget_all()
    try:
        yield
    finally:
        function.__code__ = original
        forget_all()


def _function(target: str) -> FunctionType:
    module, path = target.split(":")
    found: Any = import_module(module)
    for name in path.split("."):
        found = inspect.getattr_static(found, name)
    if isinstance(found, property):
        found = found.fget
    if isinstance(found, classmethod | staticmethod):
        found = found.__func__
    found = inspect.unwrap(found)
    assert isinstance(found, FunctionType)
    return found


def _changed(function: FunctionType, mutant: Mutant) -> CodeType:
    source = textwrap.dedent(inspect.getsource(function))
    if source.count(mutant.old) != 1:
        raise ValueError(f"{mutant.name}: {mutant.target} has {mutant.old!r} {source.count(mutant.old)} times")
    lines = source.replace(mutant.old, mutant.new).splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("def "))
    namespace: dict[str, Any] = {}
    future = "from __future__ import annotations\n"
    exec(compile(future + "\n".join(lines[start:]), mutant.target, "exec"), function.__globals__, namespace)
    changed = namespace[function.__name__]
    assert isinstance(changed, FunctionType)
    return changed.__code__
