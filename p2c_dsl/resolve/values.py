"""The values of constants and of parameter defaults."""

from __future__ import annotations

from collections.abc import Mapping

from p2c_dsl.resolve.reporter import Reporter
from p2c_dsl.source import Source
from p2c_dsl.spec import ConstantValue, EnumMember, LiteralValue
from p2c_dsl.syntax import nodes
from p2c_dsl.types import (
    BOOL,
    FLOAT,
    INT,
    NONE,
    TEXT,
    UNKNOWN,
    Bounded,
    Enum,
    NewType,
    Optional,
    Type,
    is_subtype,
    show,
    supertypes,
)

_EXAMPLES = {BOOL: "`True`", INT: "`3`", FLOAT: "`0.5`", TEXT: '`"text"`'}


def writable(of: Type) -> bool:
    """Whether a literal can stand for a value of the type."""
    match of:
        case Optional(inner) | NewType(_, inner) | Bounded(inner):
            return writable(inner)
    return of in _EXAMPLES or of == UNKNOWN


def fits(literal: LiteralValue, of: Type) -> bool:
    """Whether a literal is a value of the type."""
    return _literal_fits(nodes.Literal(literal, nodes.NOWHERE), of)


def value(expr: nodes.Expr, of: Type, source: Source, types: Mapping[str, Type], reporter: Reporter) -> ConstantValue:
    """The written value, which must have the type; a mismatch is reported."""
    written = _read(expr, source, types, reporter)
    if isinstance(written, nodes.Literal):
        if not _literal_fits(written, of):
            message = f"expected {show(of)}, but this is {_described(written, of)}"
            reporter.report("P2C208", source, expr.span, message, _what_to_write(of))
        return written.value
    if written is not None and not is_subtype(types[written.enum], of):
        message = f"expected {show(of)}, but this is {written.enum}"
        reporter.report("P2C208", source, expr.span, message, _what_to_write(of))
    return written


def _read(
    expr: nodes.Expr, source: Source, types: Mapping[str, Type], reporter: Reporter
) -> nodes.Literal | EnumMember | None:
    match expr:
        case nodes.Literal():
            return expr
        case nodes.Attribute(nodes.Variable(enum), member):
            declared = types.get(enum.text)
            if isinstance(declared, Enum) and member.text in declared.members:
                return EnumMember(enum.text, member.text)
            if isinstance(declared, Enum):
                message = f"`{enum.text}` has no member `{member.text}`"
                reporter.unknown("P2C139", source, member.span, message, member.text, declared.members)
            else:
                enums = [t.name for t in types.values() if isinstance(t, Enum)]
                message = f"there is no enum `{enum.text}`"
                help_ = "write a string, a number, `True`, `False`, `None` or an enum member"
                reporter.unknown("P2C139", source, enum.span, message, enum.text, enums, help_)
    return None


def _type_of(literal: nodes.Literal) -> Type:
    """A literal's own type; a literal of a base type also fits new types over it."""
    match literal.value:
        case None:
            return NONE
        case bool():
            return BOOL
        case int():
            return INT
        case float():
            return FLOAT
    return TEXT


def _described(literal: nodes.Literal, of: Type) -> str:
    """A literal's type, or itself where only the bounds of the wanted type are in its way."""
    inner = of.inner if isinstance(of, Optional) else of
    base = next((t.base for t in reversed(supertypes(inner)) if isinstance(t, Bounded)), None)
    is_number = base is not None and literal.value is not None and _literal_fits(literal, base)
    return str(literal.value) if is_number else show(_type_of(literal))


def _literal_fits(literal: nodes.Literal, of: Type) -> bool:
    match of:
        case Bounded(base, range_):
            return _literal_fits(literal, base) and literal.value in range_
        case Optional(inner):
            return literal.value is None or _literal_fits(literal, inner)
        case NewType(_, base):
            return _literal_fits(literal, base)
    return is_subtype(_type_of(literal), of)


def _what_to_write(of: Type) -> str:
    match of:
        case Bounded(base, range_):
            return f"write a number from its bounds, such as `{range_.nearest}`"
        case Enum(name, members):
            return f"write a member: `{name}.{members[0]}`" if members else "the enum has no members"
        case NewType(_, base):
            return _what_to_write(base)
        case Optional(inner) if writable(inner) or isinstance(inner, Enum):
            return f"write `None`, or {_what_to_write(inner).removeprefix('write ')}"
        case Optional():
            return "write `None`"
    example = next((e for base, e in _EXAMPLES.items() if of == base), None)
    if example is None:
        return f"{show(of)} has no literals: make it an input of the task instead"
    return f"write a value such as {example}"
