"""Where the values of a run come from, and what they depend on, tracked exactly from its trace.

This implements provenance, flow and consumption of `docs/semantics.md` for one run. Definitions of rules judge by
it. The work for one event does not grow with the length of the run.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from p2c_dsl.program import Program
from p2c_dsl.rules.definition import InformationSource, Origin, Producer, RunCall
from p2c_dsl.runtime.trace import Instance
from p2c_dsl.runtime.traced import NOTHING, Contents, Place, Sources, Traced, held_types, may_be_one
from p2c_dsl.runtime.values import comparable
from p2c_dsl.spec import EnumMember
from p2c_dsl.types import (
    BASES,
    NONE,
    TEXT,
    UNKNOWN,
    MapOf,
    Optional,
    Record,
    Type,
    element_of,
)


class _Loop(NamedTuple):
    collection: Traced
    elements: Sequence[Traced] | None
    """The instances that an accumulator holds, `None` for any other collection."""


class Lineage:
    """Tracks a run, value by value.

    `sources` are those whose flow is tracked. `depends` are the sources that decide whether the run gets here.
    """

    def __init__(self, program: Program, sources: Iterable[InformationSource]) -> None:
        self._spec, self._task = program.spec, program.task
        self._sources = tuple(sources)
        self._constants = program.spec.constants_of(program.task)
        self._types: dict[Type, Sources] = {}
        self._traced: dict[int, Traced] = {}
        self._contents: dict[int, Contents] = {}
        self._loops: list[tuple[_Loop, int]] = []
        self._control: list[Sources] = [NOTHING]
        self._past: Sources = NOTHING
        self._found: set[tuple[Place, Place]] = set()

    @property
    def depends(self) -> Sources:
        """The sources that decide whether the run gets here, through open or earlier loops and branches."""
        return self._control[-1] | self._past

    def of(self, instance: Instance) -> Traced:
        """What is known about an instance."""
        traced = self._traced[instance.id]
        return replace(traced, held=instance.value) if instance.id == traced.accumulator else traced

    # ------------------------------------------------------------ where values come from

    def given(self, name: str, instance: Instance) -> None:
        """A task input."""
        of = next(p.type for p in self._task.parameters if p.name == name)
        own = frozenset(s for s in self._sources if s.is_input(name))
        self._add(instance, of, own, (Producer.INPUT, name))

    def constant(self, name: str | None, free: bool, instance: Instance) -> None:
        """A constant, enum member, `None` or free literal."""
        of = self._constant_type(name, instance.value)
        self._add(instance, of, NOTHING, (Producer.LITERAL if free else Producer.CONSTANT, ""))
        # It is the same value wherever it is written.
        same = replace(self._traced[instance.id], place=("constant", comparable(instance.value)))
        self._traced[instance.id] = same

    def result(self, call: RunCall, instance: Instance) -> None:
        """Records the result of a call."""
        of = call.subtask.result
        assert of is not None
        passed = NOTHING.union(*(a.depends for a in call.arguments if a is not None))
        name = call.subtask.name
        own = frozenset(s for s in self._sources if s.gives(call.subtask) or (s in passed and s.via != name))
        self._add(instance, of, own, (Producer.SUBTASK, name), call)

    def field(self, base: Instance, name: str, instance: Instance) -> None:
        """A record's field."""
        whole = self.of(base)
        of = self._field_type(whole.type, name)
        contents = self._held(whole)
        within = None if contents is None else contents.fields.get(name)
        if within is not None and whole.place == (whole.accumulator,):
            self._traced[instance.id] = self._put_in(instance, whole, name, within)
            return
        # A field does not depend on a type because something else in its record is of that type.
        inherited = replace(whole, depends=whole.depends - whole.typed)
        place = (*whole.place, name)
        self._traced[instance.id] = self._part(instance, inherited, of, place, within, inherited.depends)

    def _put_in(self, instance: Instance, whole: Traced, name: str, within: Traced) -> Traced:
        """A field of a record that was made and is still at hand: what was put in, or a part of a source."""
        source = self._typed(whole.type) - self._beside(whole.type)
        return replace(
            within,
            held=instance.value,
            place=(*whole.place, name),
            depends=within.depends | source,
            typed=within.typed - source,
            keys=within.keys | source,
            produced=whole.produced,
            element_of=None,
        )

    def item(self, base: Instance, key: Instance, instance: Instance) -> None:
        """Records the value of a map for a key. That a missing key ends the run is tracked separately."""
        whole, at = self.of(base), self.of(key)
        if at.element_of != whole.place and (whole.place, at.place) not in self._found:
            self._past |= at.depends | whole.keys
            self._found.add((whole.place, at.place))
        contents = self._held(whole)
        within = None if contents is None else contents.entries[at.value][1]
        of = _inner(whole.type)
        value = of.value if isinstance(of, MapOf) else UNKNOWN
        place = (*whole.place, ("item", at.value))
        found = self._part(instance, whole, value, place, within, whole.keys | at.depends)
        depends, typed = found.depends | at.depends, found.typed - at.depends
        self._traced[instance.id] = replace(found, depends=depends, typed=typed)

    # ------------------------------------------------------------ blocks

    def enter_loop(self, collection: Instance) -> None:
        """A loop begins."""
        whole = self.of(collection)
        contents = self._held(whole)
        elements: Sequence[Traced] | None = None
        if contents is not None:
            elements = [key for key, _ in contents.entries.values()] or contents.values
        self._loops.append((_Loop(whole, elements), 0))
        self._open(whole.depends)

    def start_round(self, instance: Instance) -> None:
        """An iteration of the innermost loop; the instance is that of its variable."""
        (loop, number) = self._loops[-1]
        self._loops[-1] = loop, number + 1
        whole = loop.collection
        within = None if loop.elements is None else loop.elements[number]
        of = element_of(_inner(whole.type)) or UNKNOWN
        element = self._part(instance, whole, of, (instance.id,), within, whole.depends)
        self._traced[instance.id] = replace(element, element_of=whole.place)

    def leave_loop(self, ends: bool) -> None:
        """The innermost loop has ended; `ends` says whether one of its iterations could have ended the run."""
        self._loops.pop()
        self._leave(ends)

    def enter_branch(self, tested: Iterable[Instance]) -> None:
        """A condition on these values was tested."""
        self._open(NOTHING.union(*(self.of(instance).depends for instance in tested)))

    def leave_branch(self, ends: bool) -> None:
        """The innermost branch has ended; `ends` says whether one of its arms could have ended the run."""
        self._leave(ends)

    def _leave(self, ends: bool) -> None:
        # The fact that the run continues reveals which way the block went, or how often.
        if ends:
            self._past |= self._control[-1]
        self._control.pop()

    def _open(self, depends: Sources) -> None:
        self._control.append(self._control[-1] | depends)

    # ------------------------------------------------------------ accumulators

    def create(self, is_map: bool, instance: Instance) -> None:
        """A new accumulator."""
        of = MapOf(UNKNOWN, UNKNOWN) if is_map else UNKNOWN
        self._traced[instance.id] = Traced(None, (instance.id,), of, accumulator=instance.id)
        self._contents[instance.id] = Contents()

    def write(self, accumulator: int, key: Traced | None, value: Traced) -> None:
        """A write into an accumulator."""
        before, contents = self._traced[accumulator], self._contents[accumulator]
        contents.write(key, value)
        control = self._control[-1] | (NOTHING if key is None else key.depends)
        self._traced[accumulator] = replace(
            before,
            origins=contents.made_by(),
            depends=before.depends | control | value.depends,
            keys=before.keys | control | (value.depends if key is None else NOTHING),
            produced=before.produced or value.produced or (key is not None and key.produced),
        )

    def make(self, record: str | None, parts: Sequence[tuple[str | None, Instance]], instance: Instance) -> None:
        """A list (`record` is `None`) or a record of these parts."""
        of = UNKNOWN if record is None else self._spec.types[record]
        contents = self._contents[instance.id] = Contents()
        traced = [self.of(part) for _, part in parts]
        depends = NOTHING.union(*(part.depends for part in traced))
        for (name, _), part in zip(parts, traced, strict=True):
            contents.put_in(name, part)
        self._traced[instance.id] = Traced(
            instance.value,
            (instance.id,),
            of,
            origins=contents.made_by(),
            depends=depends | self._typed(of),
            typed=self._beside(of) - depends,
            keys=depends | self._keys_typed(of),
            produced=any(part.produced for part in traced),
            accumulator=instance.id,
        )

    # ------------------------------------------------------------ helpers

    def _held(self, whole: Traced) -> Contents | None:
        """What an accumulator holds, as it was written; `None` for any other value."""
        return None if whole.accumulator is None else self._contents[whole.accumulator]

    def _add(self, instance: Instance, of: Type, own: Sources, origin: Origin, answers: RunCall | None = None) -> None:
        """A value that is not part of another: an input, a constant, or the result of a call."""
        self._traced[instance.id] = Traced(
            instance.value,
            (instance.id,),
            of,
            frozenset({origin}),
            depends=own | self._typed(of),
            typed=self._beside(of) - own,
            keys=own | self._keys_typed(of),
            produced=answers is not None,
            answers=answers,
        )

    def _part(
        self,
        instance: Instance,
        whole: Traced,
        of: Type,
        place: tuple[Hashable, ...],
        within: Traced | None,
        keys: Sources,
    ) -> Traced:
        """A part of a whole; `within` is the value that was written, if the whole is an accumulator."""
        if within is not None:
            of, keys = within.type, keys | within.keys
        return Traced(
            instance.value,
            place,
            of,
            origins=whole.origins if within is None else within.origins,
            depends=whole.depends | self._typed(of),
            typed=self._beside(of) - (whole.depends - whole.typed),
            keys=keys | self._keys_typed(of),
            produced=whole.produced,
            answers=None if within is None else within.answers,
            accumulator=None if within is None else within.accumulator,
        )

    def _typed(self, of: Type) -> Sources:
        """The sources that are types of which a value of this type may be or contain an instance."""
        result = self._types.get(of)
        if result is None:
            held = held_types(of, self._spec)
            result = frozenset(s for s in self._sources if s.type is not None and may_be_one(held, s.type))
            self._types[of] = result
        return result

    def _beside(self, of: Type) -> Sources:
        """The sources that are types in a value's type, but not of the value itself: a field may stand beside them."""
        own = {_inner(of)}
        return frozenset(s for s in self._typed(of) if s.type is not None and not may_be_one(own, s.type))

    def _keys_typed(self, of: Type) -> Sources:
        """The sources that the keys of a value of a type depend on, judged by the map's key type."""
        return self._typed(of.key if isinstance(of, MapOf) else of)

    def _field_type(self, of: Type, name: str) -> Type:
        record = _inner(of)
        return self._spec.records[record.name].get(name, UNKNOWN) if isinstance(record, Record) else UNKNOWN

    def _constant_type(self, name: str | None, value: object) -> Type:
        if name is not None and name in self._constants:
            return self._constants[name].type
        if isinstance(value, EnumMember):
            return self._spec.types[value.enum]
        return NONE if value is None else BASES.get(type(value).__name__.capitalize(), TEXT)


def _inner(of: Type) -> Type:
    return of.inner if isinstance(of, Optional) else of
