"""Tools for a program's subtasks, and inputs for its task, checked before anything runs."""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from p2c_dsl.program import Branch, Call, Loop, Program, Step
from p2c_dsl.runtime.values import Freezer, WrongValue, shown
from p2c_dsl.runtime.values.display import described
from p2c_dsl.spec import Subtask

Tool = Callable[..., Any]
"""A plain Python callable, synchronous or not, that takes a subtask's parameters in their order."""

_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


class LeftOut(Enum):
    """In the place of an argument that the composition leaves out, for a `SparseTool`."""

    LEFT_OUT = "left out"


class SparseTool(ABC):
    """A tool that distinguishes an argument that is left out from one that equals the default.

    It gets `LeftOut.LEFT_OUT` for what the composition leaves out, where any other tool gets the default.
    """

    @abstractmethod
    def __call__(self, *values: object) -> object:
        """Calls the tool with a value for each parameter."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The reply of a tool that also reports which of its `may` effects happened.

    If a tool returns a plain result, or `None` for `happened`, it is unknown which effects happened. Each then counts
    against the plan: as having happened if a rule limits it, and as not having happened if a rule requires it.

    Attributes:
        happened: The names of those that happened, as a set.
    """

    value: object = None
    happened: frozenset[str] | None = frozenset()


def reported(reply: object) -> tuple[object, frozenset[str] | None]:
    """A tool's result, and which of its `may` effects happened, if the tool reports that.

    Raises `WrongValue` for an invalid `Outcome`.
    """
    if not issubclass(type(reply), Outcome):
        return reply, None
    try:
        value, happened = (getattr(Outcome, name).__get__(reply) for name in ("value", "happened"))
    except AttributeError:
        raise WrongValue("it returned an `Outcome` without a value") from None
    if happened is None:
        return value, None
    if type(happened) not in (frozenset, set) or not all(type(name) is str for name in happened):
        raise WrongValue(f"`happened` must be a set of effect names, not {shown(happened)}")
    return value, frozenset(happened)


class BindingError(Exception):
    """Tools or inputs do not fit the program; the message lists all errors."""


def bind_tools(program: Program, source: object) -> dict[str, Tool]:
    """A tool for each subtask that the program calls, by its name from a mapping, a module or an object.

    Raises `BindingError` for those that are missing, or cannot take their subtask's arguments.
    """
    result: dict[str, Tool] = {}
    wrong: list[str] = []
    for subtask in {s.name: s for s in _called(program.body)}.values():
        tool = _named(source, subtask.name)
        complaint = _complaint(subtask, tool)
        if complaint is not None:
            wrong.append(complaint)
        elif callable(tool):
            result[subtask.name] = tool
    if wrong:
        raise BindingError("; ".join(wrong))
    return result


def bind_inputs(program: Program, inputs: Mapping[str, object], freezer: Freezer | None = None) -> dict[str, object]:
    """The task's inputs as values of a run (`p2c_dsl.runtime.values.frozen`).

    Raises `BindingError` for those that are missing, unknown, or of another type.
    """
    freezer = freezer or Freezer(program.spec)
    try:
        given = dict(inputs)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        raise BindingError(f"the inputs are not a mapping of names to values: {described(error)}") from None
    result: dict[str, object] = {}
    wrong: list[str] = []
    for parameter in program.task.parameters:
        if parameter.name not in given:
            wrong.append(f"the input `{parameter.name}` is missing")
            continue
        try:
            result[parameter.name] = freezer(given[parameter.name], parameter.type)
        except WrongValue as error:
            wrong.append(f"the input `{parameter.name}`: {error}")
    known = {p.name for p in program.task.parameters}
    wrong += [
        f"unknown input `{name if isinstance(name, str) else shown(name)}`" for name in given if name not in known
    ]
    if wrong:
        raise BindingError("; ".join(wrong))
    return result


def _named(source: object, name: str) -> object:
    try:
        return source.get(name) if isinstance(source, Mapping) else getattr(source, name, None)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        raise BindingError(f"cannot get the tool for `{name}`: {described(error)}") from None


def _called(steps: Sequence[Step]) -> Iterator[Subtask]:
    for step in steps:
        match step:
            case Call():
                yield step.subtask
            case Loop():
                yield from _called(step.body)
            case Branch():
                yield from _called(step.body)
                yield from _called(step.orelse)


def _complaint(subtask: Subtask, tool: object) -> str | None:
    """The error in a tool, as far as its signature can be read."""
    if tool is None:
        return f"there is no tool for `{subtask.name}`"
    if not callable(tool):
        return f"the tool for `{subtask.name}` is not a function"
    try:
        signature = inspect.signature(tool)
    except Exception:
        # Some built-in functions have no readable signature, and foreign ones may have a wrong one.
        return None
    names = [p.name for p in subtask.parameters]
    of = f"the tool for `{subtask.name}({', '.join(names)})`"
    try:
        signature.bind(*names)
    except TypeError as error:
        return f"{of} does not accept these arguments: {error}"
    own = [p.name for p in signature.parameters.values() if p.kind in _POSITIONAL]
    if own != names and sorted(own) == sorted(names):
        return f"{of} takes the arguments in a different order: {', '.join(own)}"
    return None
