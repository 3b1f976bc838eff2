"""Values of a counterexample as text: in full, or as short as possible while records stay distinguishable."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field

from p2c_dsl.runtime.trace import CallFinished, CallStarted, InputGiven, ListMade, RecordMade, Trace
from p2c_dsl.runtime.values.display import shown
from p2c_dsl.runtime.values.frozen import FrozenRecord

_WHOLE = 1 << 30
_SHORT = 60


@dataclass(slots=True)
class Wording:
    """Texts of values, cached by object: a run may pass one large value to all of its calls.

    `shown_fields` says which of a record's fields are shown; dots stand for the others.
    """

    shown_fields: Callable[[FrozenRecord], Sequence[str]] = tuple
    _texts: dict[int, str] = field(default_factory=dict)

    def __call__(self, value: object) -> str:
        """The value as text. The values must live as long as this object does."""
        if not isinstance(value, Mapping | Set | list | tuple):
            return shown(value, _WHOLE)
        text = self._texts.get(id(value))
        if text is None:
            text = self._texts[id(value)] = self._text(value)
        return text

    def _text(self, value: Mapping[object, object] | Set[object] | Sequence[object]) -> str:
        match value:
            case FrozenRecord():
                names = self.shown_fields(value)
                parts = [f"{name}={self(value[name])}" for name in names]
                dots = ["…"] * (len(names) < len(value))
                return f"{value.type}({', '.join([*parts, *dots])})"
            case Mapping():
                return "{" + ", ".join(f"{self(k)}: {self(v)}" for k, v in value.items()) + "}"
            case list() | tuple():
                return "[" + ", ".join(map(self, value)) + "]"
        return "{" + ", ".join(map(self, value)) + "}"


def brief(trace: Trace) -> Wording:
    """A short wording in which different records of a run look different."""
    records: dict[str, dict[FrozenRecord, None]] = {}
    for record in _records(_values(trace)):
        records.setdefault(record.type, {})[record] = None
    shown_fields = {name: _distinguishing(list(found)) for name, found in records.items()}
    return Wording(lambda record: shown_fields[record.type])


def _distinguishing(records: Sequence[FrozenRecord]) -> tuple[str, ...]:
    """The first fields that together distinguish the records; for a single record, those that fit on a line."""
    names = tuple(records[0])
    if len(records) == 1:
        return _fitting(records[0])
    chosen: tuple[str, ...] = ()
    groups = 1
    for name in names:
        apart = {tuple(r[n] for n in (*chosen, name)) for r in records}
        if len(apart) > groups:
            chosen, groups = (*chosen, name), len(apart)
        if groups == len(records):
            break
    return chosen


def _fitting(record: FrozenRecord) -> tuple[str, ...]:
    room, names = _SHORT - len(record.type), tuple(record)
    for count, name in enumerate(names):
        room -= len(name) + len(shown(record[name])) + 3
        if room < 0:
            return names[: max(count, 1)]
    return names


def _values(trace: Trace) -> Iterator[object]:
    for event in trace.events:
        match event:
            case InputGiven(_, instance) | CallFinished(result=instance) if instance is not None:
                yield instance.value
            case ListMade(instance=instance) | RecordMade(instance=instance):
                yield instance.value
            case CallStarted(arguments=arguments):
                yield from (a.value for a in arguments if a is not None)


def _records(values: Iterable[object]) -> Iterator[FrozenRecord]:
    """The records in the values, including nested ones; each object is visited once."""
    pending, seen = list(values), set[int]()
    while pending:
        value = pending.pop()
        if id(value) in seen or not isinstance(value, Mapping | Set | list | tuple):
            continue
        seen.add(id(value))
        if isinstance(value, FrozenRecord):
            yield value
            pending += value.values()
        elif isinstance(value, Mapping):
            pending += (*value, *value.values())
        else:
            pending += value
