"""`no flow from A to B [except via C]`: which instances, and which calls, depend on A."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from p2c_dsl.runtime.trace import (
    AccumulatorCreated,
    AccumulatorWritten,
    BranchEntered,
    BranchLeft,
    CallFinished,
    CallStarted,
    ConstantRead,
    Derived,
    InputGiven,
    Instance,
    ListMade,
    LoopEntered,
    LoopLeft,
    RecordMade,
    RoundStarted,
    Trace,
)
from p2c_dsl.source import Span
from p2c_dsl.spec import EnumMember, Spec, Task
from p2c_dsl.types import (
    BASES,
    ListOf,
    MapOf,
    Nominal,
    Optional,
    Record,
    SetOf,
    Type,
    element_of,
    is_subtype,
)
from tests.oracle.contents import Contents
from tests.oracle.events import performs
from tests.oracle.places import Path, Places
from tests.oracle.values import atoms


@dataclass(frozen=True, slots=True)
class FlowRule:
    """The rule's names: a source, a sink (`parameter` for `f.p`), and what may stand between."""

    source: str
    sink: str
    parameter: str | None
    via: str | None


class _Flow:
    def __init__(self, rule: FlowRule, spec: Spec, task: Task) -> None:
        self.rule, self.spec, self.task = rule, spec, task
        self.source_type = spec.types.get(rule.source) or BASES.get(rule.source)
        self.types: dict[int, Type | None] = {}
        self.depends: set[int] = set()
        self.by_keys: set[int] = set()
        self.by_type: set[int] = set()
        self.contents, self.places = Contents(), Places()
        self.looked_up: set[tuple[object, object]] = set()
        self.put_in: dict[tuple[int, str], int] = {}
        self.elements: dict[int, tuple[int, Path]] = {}
        self.collections: list[int] = []
        self.control: list[bool] = []
        self.past = False

    def appears(
        self, instance: Instance, of: Type | None, depends: bool, keys: bool | None = None, *, in_typed: bool = False
    ) -> None:
        """A value comes up. `keys` says whether it depends on A which keys it has, where not all of it does.

        `in_typed` says that it is an element or a map's value of something that depends on A by its type alone.
        """
        written = self.contents.original(instance.id)
        if written != instance.id:
            of = self.types[written]
        self.types[instance.id] = of
        typed = self.of_source_type(instance.value, of)
        if depends or typed or in_typed:
            self.depends.add(instance.id)
        if not depends and not self.is_source(of) and (typed or (in_typed and self.stands_in(of, frozenset()))):
            self.by_type.add(instance.id)
        if (depends if keys is None else keys) or written in self.by_keys or self.keyed_by_source(instance, of):
            self.by_keys.add(instance.id)

    def is_known(self, base: int, field: str) -> bool:
        """Whether a field is that of a record that was made, that is still at hand and that is not the source's."""
        return (base, field) in self.put_in and not self.is_source(self.types[base])

    def is_as(self, instance: Instance, put_in: int) -> None:
        """A field comes up of a record that was made and is still at hand: it is what was put in."""
        self.types[instance.id] = self.types[put_in]
        for known in (self.depends, self.by_keys, self.by_type):
            if put_in in known:
                known.add(instance.id)

    def keyed_by_source(self, instance: Instance, of: Type | None) -> bool:
        """Whether a map's keys are, or hold, values of the source type; of other values, whether they do."""
        if self.source_type is None:
            return False
        of = of.inner if isinstance(of, Optional) else of
        value = instance.value
        if isinstance(value, Mapping):
            key_type = of.key if isinstance(of, MapOf) else None
            return any(self.of_source_type(key, key_type) for key in value) or (self.of_source_type(None, key_type))
        return self.of_source_type(value, of)

    def look_up(self, base: Instance, key: Instance, instance: Instance) -> None:
        """It succeeds; whether it could have failed depends on the key, and on which keys there are."""
        looked_up = self.places.of(base.id), self.places.of(key.id)
        cannot_fail = self.elements.get(key.id) == looked_up[0] or looked_up in self.looked_up
        self.looked_up.add(looked_up)
        self.past |= not cannot_fail and (key.id in self.depends or base.id in self.by_keys)
        by_key = key.id in self.depends
        keys = by_key or base.id in self.by_keys
        in_typed = base.id in self.by_type
        depends = by_key or (base.id in self.depends and not in_typed)
        self.appears(instance, self.part_type(base.id, None), depends, keys, in_typed=in_typed)

    def of_source_type(self, value: object, of: Type | None) -> bool:
        """Whether a value is, or holds, one of the source type: by its declared type, or as it turns out."""
        if self.source_type is None:
            return False
        declared = of is not None and self.contains(of, frozenset())
        return declared or any(is_subtype(self.spec.types[a.type], self.source_type) for a in atoms(value))

    def is_source(self, of: Type | None) -> bool:
        """Whether a value's own type is the source type, so that all its parts are the source's."""
        return self.source_type is not None and (of.inner if isinstance(of, Optional) else of) == self.source_type

    def stands_in(self, of: Type | None, seen: frozenset[str]) -> bool:
        """Whether values of a type may be, or hold, values of the source type."""
        if of is None or self.source_type is None:
            return False
        if is_subtype(of, self.source_type) or (isinstance(of, Nominal) and is_subtype(self.source_type, of)):
            return True
        match of:
            case ListOf(element) | SetOf(element) | Optional(element):
                return self.stands_in(element, seen)
            case MapOf(key, value):
                return self.stands_in(key, seen) or self.stands_in(value, seen)
            case Record(name) if name not in seen:
                return any(self.stands_in(t, seen | {name}) for t in self.spec.records[name].values())
        return False

    def contains(self, of: Type, seen: frozenset[str]) -> bool:
        """Whether values of a type are, or hold, values of the source type."""
        assert self.source_type is not None
        if is_subtype(of, self.source_type):
            return True
        match of:
            case ListOf(element) | SetOf(element) | Optional(element):
                return self.contains(element, seen)
            case MapOf(key, value):
                return self.contains(key, seen) or self.contains(value, seen)
            case Record(name) if name not in seen:
                fields = self.spec.records[name].values()
                return any(self.contains(t, seen | {name}) for t in fields)
        return False

    def constant_type(self, name: str | None, value: object) -> Type | None:
        if name is not None and name in self.spec.constants_of(self.task):
            return self.spec.constants_of(self.task)[name].type
        if isinstance(value, EnumMember):
            return self.spec.types[value.enum]
        for python, base in ((bool, "Bool"), (int, "Int"), (float, "Float"), (str, "Text")):
            if isinstance(value, python):
                return BASES[base]
        return None

    def part_type(self, base: int, field: str | None) -> Type | None:
        whole = self.types[base]
        whole = whole.inner if isinstance(whole, Optional) else whole
        if isinstance(whole, Record) and field is not None:
            return self.spec.records[whole.name][field]
        return whole.value if isinstance(whole, MapOf) else None

    def element_type(self, base: int) -> Type | None:
        whole = self.types[base]
        whole = whole.inner if isinstance(whole, Optional) else whole
        return None if whole is None else element_of(whole)

    def reaches_sink(self, name: str, arguments: tuple[Instance | None, ...]) -> bool:
        subtask, rule = self.spec.subtasks[name], self.rule
        if rule.parameter is None:
            if not performs(subtask, rule.sink):
                return False
            judged = arguments
        else:
            if name != rule.sink:
                return False
            judged = (arguments[[p.name for p in subtask.parameters].index(rule.parameter)],)
        return self.controlled(judged)

    def controlled(self, judged: tuple[Instance | None, ...]) -> bool:
        by_argument = any(a is not None and a.id in self.depends for a in judged)
        return by_argument or any(self.control) or self.past


def flows(rule: FlowRule, trace: Trace, spec: Spec, task: Task, ending: frozenset[Span]) -> bool:
    """Whether a call of the sink depends on the source; `ending` are the blocks in which it may end."""
    flow = _Flow(rule, spec, task)
    given: tuple[Instance | None, ...] = ()
    blocks: list[Span] = []
    inputs = {p.name: p.type for p in task.parameters}
    for event in trace.events:
        flow.contents.see(event)
        flow.places.see(event)
        match event:
            case InputGiven(name, instance):
                flow.appears(instance, inputs[name], name == rule.source)
            case ConstantRead(name, _, instance):
                flow.appears(instance, flow.constant_type(name, instance.value), False)
            case Derived(base, None, Instance() as key, instance):
                flow.look_up(base, key, instance)
            case Derived(Instance(base), str(field), _, instance) if flow.is_known(base, field):
                flow.is_as(instance, flow.put_in[base, field])
            case Derived(Instance(base), field, _, instance):
                depends = base in flow.depends and base not in flow.by_type
                flow.appears(instance, flow.part_type(base, field), depends)
            case ListMade(elements, instance):
                flow.appears(instance, None, any(part.id in flow.depends for part in elements))
            case RecordMade(record, fields, instance):
                flow.put_in.update({(instance.id, name): part.id for name, part in fields})
                flow.appears(instance, spec.types[record], any(part.id in flow.depends for _, part in fields))
            case LoopEntered(Instance(id_), span):
                flow.collections.append(id_)
                flow.control.append(id_ in flow.depends)
                blocks.append(span)
            case RoundStarted(instance):
                collection = flow.collections[-1]
                flow.elements[instance.id] = flow.places.of(collection)
                in_typed = collection in flow.by_type
                depends = collection in flow.depends and not in_typed
                keys = collection in flow.depends
                flow.appears(instance, flow.element_type(collection), depends, keys, in_typed=in_typed)
            case LoopLeft():
                flow.collections.pop()
                flow.past |= blocks.pop() in ending and any(flow.control)
                flow.control.pop()
            case BranchEntered(tests, span):
                flow.control.append(any(instance.id in flow.depends for test in tests for instance in test.of))
                blocks.append(span)
            case BranchLeft():
                flow.past |= blocks.pop() in ending and any(flow.control)
                flow.control.pop()
            case AccumulatorCreated(_, Instance(id_)):
                flow.types[id_] = None
            case AccumulatorWritten(accumulator, key, value):
                written = {value.id} if key is None else {key.id, value.id}
                if written & flow.depends or any(flow.control):
                    flow.depends.add(accumulator)
                if any(flow.control) or (key is not None and key.id in flow.depends):
                    flow.by_keys.add(accumulator)
            case CallStarted(name, given):
                if flow.reaches_sink(name, given):
                    return True
            case CallFinished(name, _, Instance() as instance):
                subtask = spec.subtasks[name]
                own = performs(subtask, rule.source)
                passed = name != rule.via and any(a is not None and a.id in flow.depends for a in given)
                flow.appears(instance, subtask.result, own or passed)
    return False
