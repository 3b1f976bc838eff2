"""Random rule lines over the values of arguments: `f.p OP v`."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from p2c_dsl.spec import Spec, Subtask
from p2c_dsl.types import BOOL, FLOAT, INT, Enum, Record, Type, is_comparable, is_subtype, may_share


def argument_value(subtask: Subtask, spec: Spec, random: Random) -> str | None:
    """A rule over an argument of a subtask, or a field of one; `None` where none can be compared."""
    paths = list(_paths(subtask, spec))
    if not paths:
        return None
    left, of = random.choice(paths)
    others = [path for path, other in paths if may_share(of, other) and path != left]
    rights = [*_named(of, spec), *others]
    if not rights:
        return None
    is_number = is_subtype(of, FLOAT)
    operator = random.choice(("<=", ">=", "<=", ">=", "==", "!=")) if is_number else random.choice(("==", "!="))
    return f"{left} {operator} {random.choice(rights)}"


def _paths(subtask: Subtask, spec: Spec) -> Iterator[tuple[str, Type]]:
    """What can be compared of a call: its arguments and their fields."""
    for parameter in subtask.parameters:
        path = f"{subtask.name}.{parameter.name}"
        own = [(path, parameter.type)]
        if isinstance(parameter.type, Record):
            own += [(f"{path}.{field}", of) for field, of in spec.records[parameter.type.name].items()]
        yield from ((found, of) for found, of in own if is_comparable(of))


def _named(of: Type, spec: Spec) -> Iterator[str]:
    """What a rule can name of a type: constants, numbers, truth values and members of enums."""
    yield from (c.name for c in spec.constants.values() if may_share(c.type, of))
    if is_subtype(of, INT):
        yield from ("0", "1")
    if of == BOOL:
        yield from ("True", "False")
    if isinstance(of, Enum):
        yield from (f"{of.name}.{member}" for member in of.members)
