"""The lines that may come next: every canonical line that the machine has nothing against.

A line is a tuple of lexemes, the words that a planner chooses one by one. Canonical programs have no
nested calls and no aliases, positional arguments, optional ones as a prefix, every result assigned or written
straight into an accumulator, and names that follow from `p2c_dsl.naming`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from p2c_dsl.machine import Machine, State, Violation
from p2c_dsl.machine.facts import tested
from p2c_dsl.machine.typing import fits, lookup_type
from p2c_dsl.naming import free, names, reserved, stem_of, visible
from p2c_dsl.planners.moves import (
    BranchMove,
    CallMove,
    CreateMove,
    ElseMove,
    LoopMove,
    Move,
    ReturnMove,
    WriteMove,
)
from p2c_dsl.planners.node import Node, after_else, closings
from p2c_dsl.program import ConstantOf, FieldOf, ItemOf, Operand, Test, Var
from p2c_dsl.spec import EnumMember, Parameter, Subtask
from p2c_dsl.types import (
    BOOL,
    FLOAT,
    INT,
    NONE,
    TEXT,
    Enum,
    ListOf,
    MapOf,
    Optional,
    Record,
    SetOf,
    Type,
    allows_literal,
    element_of,
    is_subtype,
)

Lexemes = tuple[str, ...]
INDENT = "    "
_MOST_FIELDS = 2
_FREE = (ConstantOf("", TEXT, free=True), ConstantOf(0, INT, free=True), ConstantOf(0.0, FLOAT, free=True),
         ConstantOf(True, BOOL, free=True), ConstantOf(False, BOOL, free=True))  # fmt: skip
"""Free literals stand for all of their type where a parameter takes them: only a language model has more to say."""


@dataclass(frozen=True, slots=True)
class Term:
    """An operand with the words that name it and its type."""

    operand: Operand
    words: Lexemes
    type: Type


@dataclass(frozen=True, slots=True)
class Line:
    """A line and the node after it; its first lexeme carries the line break and the indentation."""

    words: Lexemes
    node: Node
    closes: int
    """How many open blocks it closes first."""
    move: Move


Found = tuple[Lexemes, Move, Node]


class Lines:
    """Finds the lines that may follow a node."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        spec, task = machine.spec, machine.task
        self._taken = reserved(spec, task)
        self._constants = tuple(
            Term(machine.named(c), (c.name,), c.type) for c in spec.constants_of(task).values()
        ) + tuple(
            Term(ConstantOf(EnumMember(t.name, m), t), (f"{t.name}.{m}",), t)
            for t in spec.types.values()
            if isinstance(t, Enum)
            for m in t.members
        )
        self._none = Term(ConstantOf(None, NONE), ("None",), NONE)
        self._free = tuple(Term(c, (repr(c.value) if c.value != "" else '""',), c.type) for c in _FREE)

    def after(self, node: Node) -> Iterator[Line]:
        """All lines that may follow, in the node's block or, closing blocks, further out."""
        levels = closings(self.machine, node)
        for closes, level in enumerate(levels):
            if not level.state.returned:
                for words, move, after in self._statements(level.state):
                    yield Line(_indented(words, level.depth), after, closes, move)
        for closes, level in enumerate(levels):
            inner = after_else(self.machine, level)
            if inner is not None:
                yield Line(_indented(("else:",), level.depth - 1), inner, closes, ElseMove())

    # ------------------------------------------------------------ statements

    def _statements(self, state: State) -> Iterator[Found]:
        self._names = names(state, self.machine.task, self._taken)
        terms = self._terms(state)
        yield from self._calls(state, terms)
        yield from self._writes(state, terms)
        yield from self._creations(state)
        yield from self._loops(state, terms)
        yield from self._branches(state, terms)
        yield from self._returns(state, terms)

    def _calls(self, state: State, terms: Sequence[Term]) -> Iterator[Found]:
        for subtask in self.machine.spec.subtasks.values():
            target: Lexemes = ()
            if subtask.result is not None:
                target = (f"{self._fresh(stem_of(subtask.result))} = ",)
            for words, move, after in self._called(state, subtask, terms):
                yield (*target, *words), move, Node(after, False)

    def _called(
        self, state: State, subtask: Subtask, terms: Sequence[Term]
    ) -> Iterator[tuple[Lexemes, CallMove, State]]:
        choices = [self._fitting(state, p, terms) for p in subtask.parameters]
        for count in range(subtask.required, len(subtask.parameters) + 1):
            for chosen in product(*choices[:count]):
                padding = (None,) * (len(subtask.parameters) - count)
                move = CallMove(subtask, (*(t.operand for t in chosen), *padding))
                after = self._after(state, move)
                if after is not None:
                    yield (f"{subtask.name}(", *_separated(chosen), ")"), move, after

    def _writes(self, state: State, terms: Sequence[Term]) -> Iterator[Found]:
        for slot in state.writable:
            acc = state.accumulators[slot]
            if acc.loop is None:
                continue
            name = self._names[slot]
            keys: Sequence[Term | None] = terms if acc.is_map else [None]
            for key in keys:
                opening = (f"{name}.append(",) if key is None else (f"{name}[", *key.words, "] = ")
                closing = (")",) if key is None else ()
                at = None if key is None else key.operand
                for words, value, call in self._written(state, terms):
                    move = WriteMove(slot, at, value, call)
                    after = self._after(state, move)
                    if after is not None:
                        yield (*opening, *words, *closing), move, Node(after, False)

    def _written(
        self, state: State, terms: Sequence[Term]
    ) -> Iterator[tuple[Lexemes, Operand | None, CallMove | None]]:
        for term in terms:
            yield term.words, term.operand, None
        for subtask in self.machine.spec.subtasks.values():
            if subtask.result is not None:
                for words, move, _ in self._called(state, subtask, terms):
                    yield words, None, move

    def _creations(self, state: State) -> Iterator[Found]:
        if any(f.forbids_loop(len(state.loops)) for f in self.machine.facets):
            return
        for is_map, stem, empty in ((True, "table", "{}"), (False, "items", "[]")):
            move = CreateMove(is_map)
            after = self._after(state, move)
            if after is not None:
                yield (f"{self._fresh(stem)} = ", empty), move, Node(after, False)

    def _loops(self, state: State, terms: Sequence[Term]) -> Iterator[Found]:
        for term in terms:
            element = element_of(term.type)
            if element is None:
                continue
            move = LoopMove(term.operand)
            after = self._after(state, move)
            if after is not None:
                yield (f"for {self._fresh(stem_of(element))} in ", *term.words, ":"), move, Node(after, True)

    def _branches(self, state: State, terms: Sequence[Term]) -> Iterator[Found]:
        for term in terms:
            tests: tuple[tuple[Test, Lexemes, str], ...]
            if is_subtype(term.type, BOOL):
                tests = ((Test.TRUE, ("if ",), ":"), (Test.FALSE, ("if ", "not "), ":"))
            elif isinstance(term.type, Optional):
                tests = ((Test.SOME, ("if ",), " is not None:"), (Test.NONE, ("if ",), " is None:"))
            else:
                continue
            identity = self.machine.value(state, term.operand).identity
            known = state.facts.known
            if tested(tests[0][0], identity) in known or tested(tests[1][0], identity) in known:
                continue
            for test, opening, closing in tests:
                move = BranchMove(term.operand, test)
                after = self._after(state, move)
                if after is not None:
                    yield (*opening, *term.words, closing), move, Node(after, True)

    def _returns(self, state: State, terms: Sequence[Term]) -> Iterator[Found]:
        if state.loops:
            return
        if self.machine.task.result is None:
            options: Sequence[Term | None] = [None] if state.frames else []
        else:
            options = [*terms, *self._constants, self._none]
        for term in options:
            move = ReturnMove(None if term is None else term.operand)
            after = self._after(state, move)
            if after is not None:
                yield ("return",) if term is None else ("return ", *term.words), move, Node(after, False)

    def _after(self, state: State, move: Move) -> State | None:
        return tried(self.machine, state, move)

    # ------------------------------------------------------------ operands

    def _fresh(self, stem: str) -> str:
        return free(stem, {*self._taken, *self._names.values()})

    def _fitting(self, state: State, parameter: Parameter, terms: Sequence[Term]) -> list[Term]:
        found = [t for t in terms if is_subtype(t.type, parameter.type)]
        found += [t for t in self._constants if is_subtype(t.type, parameter.type)]
        if isinstance(parameter.type, Optional):
            found.append(self._none)
        if parameter.literal or allows_literal(parameter.type):
            found += [
                t for t in self._free if fits(self.machine.value(state, t.operand), t.operand, parameter)
            ]
        return found

    def _terms(self, state: State) -> list[Term]:
        """All variables, their fields, and what maps hold under a variable or a field."""
        plain = [
            Term(Var(slot), (self._names[slot],), self._type(state, Var(slot))) for slot in visible(state)
        ]
        terms = [t for term in plain for t in self._with_fields(state, term, _MOST_FIELDS)]
        keys = [t for t in terms if not isinstance(t.type, ListOf | SetOf | MapOf)]
        for holder in [t for t in terms if isinstance(t.type, MapOf)]:
            for key in keys:
                if lookup_type(holder.type, key.type) is None:
                    continue
                operand = ItemOf(holder.operand, key.operand)
                item = Term(
                    operand, (*_joined(holder.words, "["), *key.words, "]"), self._type(state, operand)
                )
                terms.extend(self._with_fields(state, item, 1))
        return terms

    def _with_fields(self, state: State, term: Term, depth: int) -> Iterator[Term]:
        yield term
        if depth and isinstance(term.type, Record):
            for name in self.machine.spec.records[term.type.name]:
                operand = FieldOf(term.operand, name)
                part = Term(operand, _joined(term.words, f".{name}"), self._type(state, operand))
                yield from self._with_fields(state, part, depth - 1)

    def _type(self, state: State, operand: Operand) -> Type:
        return self.machine.value(state, operand).type


def tried(machine: Machine, state: State, move: Move) -> State | None:
    """The state after a move, `None` if the machine objects or an accumulator is closed unfilled."""
    out: list[Violation] = []
    after = move.apply(machine, state, out)
    return after if not out and _readable(after) else None


def _readable(state: State) -> bool:
    """Whether no accumulator has been closed before anything was written into it: none is left empty."""
    return all(a.filled or not a.frozen for a in state.accumulators.values())


def _joined(words: Lexemes, suffix: str) -> Lexemes:
    """The words with a suffix on the last: a longer operand must not begin with all the words of a shorter one."""
    return (*words[:-1], words[-1] + suffix)


def _separated(terms: Sequence[Term]) -> Iterator[str]:
    for index, term in enumerate(terms):
        if index:
            yield ", "
        yield from term.words


def _indented(words: Lexemes, depth: int) -> Lexemes:
    return ("\n" + INDENT * (depth + 1) + words[0], *words[1:])
