"""Random rule lines with keys: `per K`, `in S`, `then`, `unless`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random

from p2c_dsl.spec import Spec, Task
from p2c_dsl.syntax import nodes
from p2c_dsl.types import ListOf, MapOf, Optional, Record, SetOf, Type, element_of, may_share, show
from tests.oracle.keys import labels


def per(first: str, second: str, spec: Spec, random: Random) -> str | None:
    """Keys that two events share; `None` where they share none."""
    pairs = [
        (a, b)
        for a, one in _words(first, spec)
        for b, other in _words(second, spec)
        if may_share(one, other) and not isinstance(one, ListOf | SetOf | MapOf)
    ]
    if not pairs:
        return None
    chosen = random.sample(pairs, min(len(pairs), random.choice((1, 1, 1, 2))))
    return ", ".join(a if a == b else f"{a} = {b}" for a, b in chosen)


def of_elements(event: str, collection: tuple[str, Type], spec: Spec, random: Random) -> str | None:
    """`E per K in S` for a collection, `None` where no key can be one of its elements."""
    path, of = collection
    inner = of.inner if isinstance(of, Optional) else of
    element = element_of(inner) or inner
    if isinstance(element, ListOf | SetOf | MapOf):
        return None
    fitting = [word for word, of_key in _words(event, spec) if may_share(element, of_key)]
    return f"{event} per {random.choice(fitting)} in {path}" if fitting else None


def collections(spec: Spec, task: Task, called: Sequence[str]) -> Iterator[tuple[str, Type]]:
    """What `in` can name: inputs, fields of them, and what is called."""
    for parameter in task.parameters:
        yield parameter.name, parameter.type
        if isinstance(parameter.type, Record):
            yield from ((f"{parameter.name}.{f}", t) for f, t in spec.records[parameter.type.name].items())
    for name in called:
        result = spec.subtasks[name].result
        if result is not None:
            yield name, result


def looped_over(loop: nodes.For) -> str | None:
    """How a rule names what a loop goes over, if it can be an input, a field of one, or a call."""
    match loop.iterable:
        case nodes.Variable(name):
            return name.text
        case nodes.Attribute(nodes.Variable(base), field):
            return f"{base.text}.{field.text}"
        case nodes.Call(function):
            return function.text
    return None


def key_of_type(event: str, of: Type, spec: Spec, random: Random) -> str | None:
    """How a rule names a key of an event that can be of a type; `None` if there is none."""
    fitting = [word for word, of_key in _words(event, spec) if may_share(of, of_key)]
    return random.choice(fitting) if fitting else None


def _words(event: str, spec: Spec) -> Iterator[tuple[str, Type]]:
    """The names of an event's keys, or their types where these say which is meant."""
    keys = labels(event, spec)
    for name, of in keys:
        if name is not None:
            yield name, of
        elif show(of).isidentifier() and [show(t) for _, t in keys].count(show(of)) == 1:
            yield show(of), of
