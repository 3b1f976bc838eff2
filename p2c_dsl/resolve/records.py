"""Records that have no values, because each value would contain another one endlessly."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from p2c_dsl.types import ListOf, MapOf, Record, SetOf, Type

Records = Mapping[str, Mapping[str, Type]]


def endless(records: Records) -> Iterator[str]:
    """One record of each cycle, found without recursion because chains of records may be long."""
    done: set[str] = set()
    for name in records:
        path = {name: _held(name, records)}
        while path and name not in done:
            last = next(reversed(path))
            inner = next(path[last], None)
            if inner is None:
                del path[last]
                done.add(last)
            elif inner in path:
                yield inner
                done.update(path)
            elif inner not in done:
                path[inner] = _held(inner, records)


def _held(name: str, records: Records) -> Iterator[str]:
    """The records that a value always contains; an Optional or a collection may contain none."""
    for of in records.get(name, {}).values():
        pending = [of]
        while pending:
            match pending.pop():
                case Record(inner):
                    yield inner
                case ListOf(element, size) | SetOf(element, size) if size.low:
                    pending.append(element)
                case MapOf(key, held, size) if size.low:
                    pending += (key, held)
