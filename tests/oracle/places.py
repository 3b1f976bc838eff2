"""Where each instance of a trace lies in the value that it is part of."""

from __future__ import annotations

from p2c_dsl.runtime.trace import ConstantRead, Derived, Event, Instance
from tests.oracle.values import canon

Path = tuple[object, ...]


class Places:
    """Follows a trace, event by event. What is not a part of anything is a place of its own."""

    def __init__(self) -> None:
        self._places: dict[int, tuple[int, Path]] = {}

    def of(self, id_: int) -> tuple[int, Path]:
        """The value that an instance is part of, and the way to it."""
        return self._places.get(id_, (id_, ()))

    def see(self, event: Event) -> None:
        """The trace's next event."""
        match event:
            case ConstantRead(_, _, Instance(id_, value)):
                # Wherever it is written, it is the same value.
                self._places[id_] = (-1, ("constant", canon(value)))
            case Derived(Instance(base), field, key, Instance(id_)):
                part = ("field", field) if key is None else ("item", canon(key.value))
                root, path = self.of(base)
                self._places[id_] = (root, (*path, part))
