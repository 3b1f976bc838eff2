"""A lower bound on what a composition still needs, from the calls that nothing can replace."""

from __future__ import annotations

from collections.abc import Iterator

from p2c_dsl.machine import Accumulator, LoopFrame, Machine, State
from p2c_dsl.planners.completion.contents import may_hold
from p2c_dsl.planners.lines.node import Node
from p2c_dsl.planners.lines.pattern import NEVER
from p2c_dsl.spec import Subtask
from p2c_dsl.types import Enum, ListOf, MapOf, Optional, SetOf, Type, is_subtype

NEW_MAP, NEW_LIST = "{}", "[]"
_NEW = {NEW_MAP: 5, NEW_LIST: 4}
"""New accumulators among the landmarks, and what creating one and writing into it costs without the value."""
_NO_TYPE: frozenset[Type] = frozenset()


class LowerBound:
    """A lower bound on the lexemes still needed."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        subtasks = machine.spec.subtasks.values()
        self._subtasks = {s.name: s for s in subtasks}
        self._cost = _NEW | {s.name: statement_cost(s) for s in subtasks}
        self._makers: dict[Type | None, frozenset[str]] = {}
        self._holds: dict[tuple[Type, Type | None], bool] = {}
        self._had: dict[frozenset[Type], dict[Type, bool]] = {}
        self._tables: dict[frozenset[Type], dict[Type, frozenset[Type]]] = {}
        every = {t for s in subtasks for t in required(s)}
        self._asked: tuple[State, tuple[frozenset[str], ...]] | None = None
        self._made = [t for t in every if not isinstance(t, Optional | ListOf | MapOf) and self.producers(t)]
        start, limiting = machine.start(), machine.having("exhausted")
        self._hoping = machine.having("hopeless")
        self._limiting = {s.name: [(at, f) for at, f in limiting if f.limits(s)] for s in subtasks}
        # What asks for nothing at the start never asks for anything.
        self._asking = {
            s.name: [(at, f) for at, f in machine.placed if f.prerequisites(at, start, s)] for s in subtasks
        }
        self._bringing = machine.having("brings")
        self.relevant = self._relevant()
        """The subtasks that a shortest completion may call: from what the task needs, back to what that may need."""

    def _relevant(self) -> frozenset[str]:
        start = self.machine.start()
        facets = list(zip(self.machine.facets, start.facets, strict=True))
        # A collection may be needed only to be looped over.
        relevant = set(self.producers(None))
        for facet, own in facets:
            relevant.update(*facet.needed(own, start))
        if self.machine.task.result is not None:
            relevant.update(self.makers_of(self.machine.task.result))
        pending = list(relevant)
        while pending:
            subtask = self._subtasks[pending.pop()]
            before = {
                s
                for at, facet in self.machine.placed
                for group in facet.prerequisites(at, start, subtask)
                for s in group
            }
            before.update(*(self.makers_of(p.type) for p in subtask.parameters))
            before.update(*(facet.brings(subtask) for _, facet in self._bringing))
            pending.extend(before - relevant)
            relevant |= before
        return frozenset(relevant)

    def makers_of(self, wanted: Type) -> frozenset[str]:
        """The subtasks whose results may hold a value of a type, or values to make a collection of that type."""
        makers = self.producers(wanted)
        match wanted:
            case ListOf(part) | SetOf(part) | Optional(part):
                return makers | self.makers_of(part)
            case MapOf(key, value):
                return makers | self.makers_of(key) | self.makers_of(value)
        return makers

    def of(self, node: Node) -> int:
        """The bound at a node."""
        state = node.state
        if any(self._unfillable(state, a) for a in state.accumulators.values()):
            return NEVER
        if any(facet.hopeless(at.state(state)) for at, facet in self._hoping):
            return NEVER
        landmarks = [frozenset(s for s in m if self.may_call(s, state)) for m in self.landmarks(state)]
        if not all(landmarks):
            return NEVER
        chosen: list[frozenset[str]] = []
        for landmark in sorted(landmarks, key=lambda s: (len(s), sorted(s))):
            if all(landmark.isdisjoint(other) for other in chosen):
                chosen.append(landmark)
        calls = sum(min(self._cost[name] for name in landmark) for landmark in chosen)
        loop = any(not landmark.isdisjoint(_NEW) for landmark in chosen) or _waiting(state)
        end = self._return(state)
        if len(chosen) + loop + (end > 0) > self._room(state):
            return NEVER
        writes = [3 if a.is_map else 2 for a in state.accumulators.values() if not a.filled]
        new = sum(not landmark.isdisjoint(_NEW) for landmark in chosen)
        # A written value takes at least one word, unless it is a call, which then needs no name for its result.
        written = len(writes) + new
        values = written - 2 * min(written, sum(map(self._gives, chosen)))
        # The first line of a block may be one of the calls or writes that are counted already.
        line = self._line(state) if node.empty and not chosen and not writes else 0
        return calls + 3 * loop + sum(writes) + values + max(line, end)

    def _line(self, state: State) -> int:
        """The lexemes of the shortest line: a `return` without a value, where there may be one, or `f()`."""
        return 1 if self.machine.task.result is None and state.frames and not state.loops else 2

    def _return(self, state: State) -> int:
        """The lexemes of the `return` that a task with a result still needs."""
        return 2 if self.machine.task.result is not None and not state.returned else 0

    def _gives(self, landmark: frozenset[str]) -> bool:
        """Whether a landmark may be a call whose result can be written straight into an accumulator."""
        return any(name not in _NEW and self._subtasks[name].result is not None for name in landmark)

    def _room(self, state: State) -> int:
        """How many steps a rule leaves; each landmark is one, and so is a loop that is still needed."""
        rooms = (f.room(own) for f, own in zip(self.machine.facets, state.facets, strict=True))
        return min((room for room in rooms if room is not None), default=NEVER)

    def _unfillable(self, state: State, acc: Accumulator) -> bool:
        """Whether an accumulator waits for a loop that may not come."""
        if acc.filled or acc.loop is not None:
            return False
        outer = sum(isinstance(f, LoopFrame) for f in state.frames[: acc.depth])
        return any(f.forbids_loop(outer) for f in self.machine.facets)

    def may_call(self, name: str, state: State) -> bool:
        """Whether no rule forbids all further calls of a subtask."""
        if name in _NEW:
            return True
        subtask = self._subtasks[name]
        return not any(facet.exhausted(at.state(state), state, subtask) for at, facet in self._limiting[name])

    def landmarks(self, state: State, more: frozenset[Type] = _NO_TYPE) -> set[frozenset[str]]:
        """Sets of subtasks and new accumulators: something of each still has to come.

        Of the types in `more`, values may come otherwise.
        """
        machine = self.machine
        if state.returned or state.unreached:
            return set()
        needed = set(self.needed(state))
        types = self.types(state) | more
        if machine.task.result is not None:
            needed |= self._for(machine.task.result, state, types)
        landmarks: set[frozenset[str]] = set()
        pending = list(needed)
        while pending:
            landmark = pending.pop()
            if landmark in landmarks or not landmark:
                continue
            landmarks.add(landmark)
            if landmark.isdisjoint(_NEW):
                pending.extend(self._behind(landmark, types))
                pending.extend(self._after(landmark, state))
            if len(landmark) == 1:
                (name,) = landmark
                if name in _NEW:
                    continue
                pending.extend(self._before(self._subtasks[name], state, types))
        return landmarks

    def needed(self, state: State) -> tuple[frozenset[str], ...]:
        """Sets of subtasks: some rule still asks for a call of one of each.

        The search asks about the same state twice, one right after the other.
        """
        if self._asked is None or self._asked[0] is not state:
            facets = zip(self.machine.facets, state.facets, strict=True)
            self._asked = state, tuple(group for facet, own in facets for group in facet.needed(own, state))
        return self._asked[1]

    def _after(self, landmark: frozenset[str], state: State) -> Iterator[frozenset[str]]:
        """What has to be called after any of some subtasks."""
        for _, facet in self._bringing:
            brought = [facet.brings(self._subtasks[name]) for name in landmark]
            if all(brought) and not facet.spares(state):
                yield frozenset[str]().union(*brought)

    def _behind(self, landmark: frozenset[str], types: frozenset[Type]) -> set[frozenset[str]]:
        """What must be called before any of some subtasks: the makers of the types that all ways to them need."""
        table = self._type_landmarks(types)
        wanted = [
            frozenset[Type]().union(*(table.get(t, _NO_TYPE) for t in required(self._subtasks[name])))
            for name in landmark
        ]
        return {self.producers(t) for t in frozenset.intersection(*wanted)}

    def _type_landmarks(self, types: frozenset[Type]) -> dict[Type, frozenset[Type]]:
        """For each type that is to be made, itself and the types that all ways to it make first.

        The greatest solution of LM(t) = {t} ∪ ⋂ over its makers ⋃ over what they take LM (Keyder, Richter and Helmert
        2010), on types.
        """
        table = self._tables.get(types)
        if table is None:
            lacking = [t for t in self._made if not self.has(t, types)]
            table = {t: frozenset(lacking) for t in lacking}
            changed = True
            while changed:
                changed = False
                for t in lacking:
                    ways = [
                        frozenset[Type]().union(*(table.get(w, _NO_TYPE) for w in required(self._subtasks[s])))
                        for s in self.producers(t)
                    ]
                    common = frozenset.intersection(*ways) | {t}
                    if common != table[t]:
                        table[t], changed = common & table[t], True
            self._tables[types] = table
        return table

    def _before(self, subtask: Subtask, state: State, types: frozenset[Type]) -> Iterator[frozenset[str]]:
        for at, facet in self._asking[subtask.name]:
            yield from facet.prerequisites(at, state, subtask)
        for wanted in required(subtask):
            yield from self._for(wanted, state, types)

    def _for(self, wanted: Type, state: State, types: frozenset[Type]) -> set[frozenset[str]]:
        """What must be called to get a value of a type; nothing if there may be one already."""
        if isinstance(wanted, Optional) or self.has(wanted, types):
            return set()
        producers = self.producers(wanted)
        if not isinstance(wanted, ListOf | MapOf):
            return {producers} if producers else set()
        if producers:
            # A subtask may make it, and so may an accumulator.
            return set()
        is_map = isinstance(wanted, MapOf)
        waiting = any(a.is_map == is_map and not a.filled for a in state.accumulators.values())
        landmarks = set() if waiting else {frozenset({NEW_MAP if is_map else NEW_LIST})}
        return landmarks | self._for(wanted.value if isinstance(wanted, MapOf) else wanted.element, state, types)

    def types(self, state: State) -> frozenset[Type]:
        """The types of what is in scope and can be read."""
        values = {value.type for value in state.values.values()}
        return frozenset(values | {acc.type for acc in state.accumulators.values() if acc.filled})

    def has(self, wanted: Type, types: frozenset[Type]) -> bool:
        """Whether a value of a type may be available without a call, given the types in scope."""
        answers = self._had.setdefault(types, {})
        answer = answers.get(wanted)
        if answer is None:
            answer = any(self.may_hold(t, wanted) for t in types) or self.is_declared(wanted)
            answers[wanted] = answer
        return answer

    def is_declared(self, wanted: Type) -> bool:
        """Whether a constant or a member of an enum is a value of a type."""
        spec = self.machine.spec
        constants = spec.constants_of(self.machine.task).values()
        return any(is_subtype(c.type, wanted) for c in constants) or (
            isinstance(wanted, Enum) and wanted in spec.types.values()
        )

    def producers(self, wanted: Type | None) -> frozenset[str]:
        """The subtasks whose results may hold a value of a type, or any collection."""
        if wanted not in self._makers:
            self._makers[wanted] = frozenset(
                s.name for s in self._subtasks.values() if s.result is not None and self.may_hold(s.result, wanted)
            )
        return self._makers[wanted]

    def may_hold(self, of: Type, wanted: Type | None) -> bool:
        """Whether a value of one type may be, or hold, one of another (`None`: any collection)."""
        if (of, wanted) not in self._holds:
            self._holds[of, wanted] = may_hold(of, wanted, self.machine)
        return self._holds[of, wanted]


def call_cost(subtask: Subtask) -> int:
    """The lexemes of the shortest call: `f(` and `)`, the arguments that it needs, and the commas between them."""
    return 2 + subtask.required + max(subtask.required - 1, 0)


def statement_cost(subtask: Subtask) -> int:
    """The lexemes of the shortest call as a line of its own, with the name for its result."""
    return call_cost(subtask) + (subtask.result is not None)


def required(subtask: Subtask) -> list[Type]:
    """The types that a call needs in scope: literals can always be written."""
    return [p.type for p in subtask.parameters[: subtask.required] if not p.literal]


def _waiting(state: State) -> bool:
    """Whether some accumulator waits for a loop."""
    return any(a.loop is None and not a.filled for a in state.accumulators.values())
