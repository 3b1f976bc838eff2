"""The operands that a line may use as values: variables, their fields, what maps hold, constants, literals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil

from p2c_dsl.machine import Machine, State, Violations
from p2c_dsl.machine.typing import fits, lookup_type
from p2c_dsl.naming import visible
from p2c_dsl.program import ConstantOf, FieldOf, ItemOf, Operand, Var
from p2c_dsl.program_text import constant_text
from p2c_dsl.spec import EnumMember, Parameter
from p2c_dsl.types import (
    BOOL,
    FLOAT,
    INT,
    NONE,
    TEXT,
    Enum,
    MapOf,
    Optional,
    Record,
    Type,
    allows_literal,
    is_comparable,
    is_subtype,
    range_of,
)

Lexemes = tuple[str, ...]
_MOST_FIELDS = 2


@dataclass(frozen=True, slots=True)
class Term:
    """An operand with the words that name it and its type."""

    operand: Operand
    words: Lexemes
    type: Type


class Terms:
    """Finds the operands that a state offers."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        spec, task = machine.spec, machine.task
        enums = [t for t in spec.types.values() if isinstance(t, Enum)]
        members = [ConstantOf(EnumMember(enum.name, member), enum) for enum in enums for member in enum.members]
        named = [machine.named(c) for c in spec.constants_of(task).values()]
        self.constants = tuple(map(_constant, [*named, *members]))
        self.none = _constant(ConstantOf(None, NONE))

    def readable(self, state: State, names: Mapping[int, str]) -> list[Term]:
        """All variables, their fields, and what maps hold under a variable or a field.

        An accumulator comes in when it is filled and its loop is over: to read it earlier breaks the rules of scope.
        """
        plain = [
            Term(Var(slot), (names[slot],), self._type(state, Var(slot)))
            for slot in visible(state)
            if _is_readable(state, slot)
        ]
        terms = [t for term in plain for t in self._with_fields(state, term, _MOST_FIELDS)]
        keys = [t for t in terms if is_comparable(t.type)]
        for holder in [t for t in terms if isinstance(t.type, MapOf)]:
            for key in keys:
                if lookup_type(holder.type, key.type) is None:
                    continue
                operand = ItemOf(holder.operand, key.operand)
                words = (*joined(holder.words, "["), *key.words, "]")
                terms.extend(self._with_fields(state, Term(operand, words, self._type(state, operand)), 1))
        return terms

    def usable(self, state: State, terms: Sequence[Term]) -> list[Term]:
        """The terms that can be used without an objection from any rule."""
        usable = []
        for term in terms:
            out: Violations = []
            self.machine.consume(state, self.machine.value(state, term.operand), out, 0)
            if not out:
                usable.append(term)
        return usable

    def fitting(self, state: State, parameter: Parameter, terms: Sequence[Term]) -> tuple[Term, ...]:
        """What may be passed for a parameter."""
        chosen = [t for t in terms if is_subtype(t.type, parameter.type)]
        chosen += [t for t in self.constants if is_subtype(t.type, parameter.type)]
        if isinstance(parameter.type, Optional):
            chosen.append(self.none)
        if parameter.literal or allows_literal(parameter.type):
            free = map(_constant, _free(parameter.type))
            chosen += [t for t in free if fits(self.machine.value(state, t.operand), t.operand, parameter)]
        return tuple(chosen)

    def _with_fields(self, state: State, term: Term, depth: int) -> Iterator[Term]:
        yield term
        if depth and isinstance(term.type, Record):
            for name in self.machine.spec.records[term.type.name]:
                operand = FieldOf(term.operand, name)
                part = Term(operand, joined(term.words, f".{name}"), self._type(state, operand))
                yield from self._with_fields(state, part, depth - 1)

    def _type(self, state: State, operand: Operand) -> Type:
        return self.machine.value(state, operand).type


def _free(of: Type) -> tuple[ConstantOf, ...]:
    """One free literal of each type, which stands for all of them, where a parameter of a type takes literals."""
    number = range_of(of.inner if isinstance(of, Optional) else of).nearest
    whole, decimal = ceil(number), float(number)
    free = (("", TEXT), (whole, INT), (decimal, FLOAT), (True, BOOL), (False, BOOL))
    return tuple(ConstantOf(value, base, free=True) for value, base in free)


def _constant(constant: ConstantOf) -> Term:
    return Term(constant, (constant_text(constant),), constant.type)


def joined(words: Lexemes, suffix: str) -> Lexemes:
    """The words with a suffix on the last: a longer operand must not start with all the words of a shorter one."""
    return (*words[:-1], words[-1] + suffix)


def _is_readable(state: State, slot: int) -> bool:
    acc = state.accumulators.get(slot)
    return acc is None or (acc.filled and (acc.frozen or acc.loop is None))
