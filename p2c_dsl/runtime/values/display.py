"""Values and errors as short text, even if the `__repr__` or `__str__` of a foreign class misbehaves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set

from p2c_dsl.diagnostics.plain import plain
from p2c_dsl.spec import EnumMember

_WIDTH = 60


def shown(value: object, width: int = _WIDTH) -> str:
    """A value as short text. Only as much of it is read as fits."""
    text = ""
    try:
        for piece in _pieces(value, width):
            text += piece
            if len(text) > width:
                return text[: width - 1] + "…"
    except KeyboardInterrupt:
        raise
    except BaseException:
        return f"<{_class(value)} that cannot be shown>"
    return text


def described(error: BaseException) -> str:
    """An exception on one line: its class and its message, if it has a readable one."""
    try:
        text = str.__str__(str(error))
    except KeyboardInterrupt:
        raise
    except BaseException:
        text = "it cannot be shown"
    return plain(f"{_class(error)}: {text}" if text else _class(error))


def _class(value: object) -> str:
    return str(type.__dict__["__name__"].__get__(type(value)))


def _pieces(value: object, width: int) -> Iterator[str]:
    # A class can fake its `__class__`, so only values that are truly of a known type are inspected.
    kind = type(value)
    if kind is EnumMember:
        yield f"{value.enum}.{value.member}"  # type: ignore[attr-defined]
    elif issubclass(kind, Mapping):
        of = getattr(value, "type", None)
        names = isinstance(of, str)
        yield f"{of}(" if names else "{"
        yield from _joined((_pair(k, v, names, width) for k, v in value.items()))  # type: ignore[attr-defined]
        yield ")" if names else "}"
    elif issubclass(kind, list | tuple):
        yield "["
        yield from _joined(_pieces(v, width) for v in value)  # type: ignore[attr-defined]
        yield "]"
    elif issubclass(kind, Set):
        yield "{"
        yield from _joined(_pieces(v, width) for v in _in_order(value))  # type: ignore[arg-type]
        yield "}"
    else:
        yield from _own(value, width)


def _in_order(elements: Set[object]) -> Iterable[object]:
    return sorted(elements, key=repr) if isinstance(elements, set | frozenset) else elements


def _pair(key: object, value: object, names: bool, width: int) -> Iterator[str]:
    if names:
        yield f"{key}="
    else:
        yield from _pieces(key, width)
        yield ": "
    yield from _pieces(value, width)


def _joined(parts: Iterable[Iterator[str]]) -> Iterator[str]:
    for number, part in enumerate(parts):
        if number:
            yield ", "
        yield from part


def _own(value: object, width: int) -> Iterator[str]:
    """The value's own `repr`; only the start of a long string."""
    yield str.__str__(repr(value[: width + 1] if type(value) is str else value))
