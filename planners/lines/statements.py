"""The statements that may stand in a block: every canonical one that the machine does not object to.

There may be very many: a call of eight parameters, each with ten candidates, is 10⁸. So they come as patterns with
places, whose terms are chosen one at a time; see `p2c_dsl.planners.lines.pattern`.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from functools import cached_property

from p2c_dsl.machine.moves import (
    BranchMove,
    CallMove,
    CreateMove,
    LoopMove,
    ReturnMove,
    WriteMove,
)
from p2c_dsl.machine.state import Accumulator
from p2c_dsl.machine.typing import joinable
from p2c_dsl.naming import accumulator_stem, free, names, stem_of
from p2c_dsl.planners.lines.compared import Comparing
from p2c_dsl.planners.lines.makers import PartMaker
from p2c_dsl.planners.lines.pattern import Block, Build, Choices, Pattern
from p2c_dsl.planners.lines.terms import Lexemes, Term, Terms
from p2c_dsl.program import Operand
from p2c_dsl.program.conditions import Predicate, Test
from p2c_dsl.spec import Parameter, Subtask
from p2c_dsl.types import BOOL, Optional, Type, element_of, is_subtype

Order = Callable[[Parameter, tuple[Term, ...]], tuple[Term, ...]]
"""The order in which the candidates for a parameter are tried."""


class Statements:
    """The statements that may stand in a block, computed kind by kind and on demand."""

    def __init__(
        self, terms: Terms, comparing: Comparing, taken: frozenset[str], block: Block, order: Order | None = None
    ) -> None:
        self.machine, self.block, self.state = block.machine, block, block.state
        self._terms, self._comparing, self._taken, self._order = terms, comparing, taken, order
        self._fits: dict[tuple[Type, bool], tuple[Term, ...]] = {}
        self._arguments: dict[str, tuple[Choices, ...]] = {}
        self._made: dict[Hashable, tuple[Pattern, ...]] = {}

    @cached_property
    def _names(self) -> dict[int, str]:
        return names(self.state, self.machine.task, self._taken)

    @cached_property
    def _readable(self) -> list[Term]:
        return self._terms.readable(self.state, self._names)

    @cached_property
    def _usable(self) -> list[Term]:
        return self._terms.usable(self.state, self._readable)

    @cached_property
    def _forbids_loop(self) -> bool:
        return any(f.forbids_loop(len(self.state.loops)) for f in self.machine.facets)

    def patterns(self) -> Iterator[Pattern]:
        """All of them."""
        for subtask in self.machine.spec.subtasks.values():
            yield from self.calls(subtask)
        for slot in self.state.writable:
            yield from self.writes(slot)
        yield from self.creations()
        yield from self.loops()
        yield from self.branches()
        yield from self.returns()

    def calls(self, subtask: Subtask) -> tuple[Pattern, ...]:
        """The calls of a subtask."""
        return self._once((subtask.name,), lambda: self._calls(subtask))

    def writes(self, slot: int) -> tuple[Pattern, ...]:
        """The writes into an accumulator."""
        return self._once(slot, lambda: self._writes(slot))

    def creations(self) -> tuple[Pattern, ...]:
        """New accumulators."""
        return self._once("new", self._creations)

    def loops(self) -> tuple[Pattern, ...]:
        """The heads of loops."""
        return self._once("for", self._loops)

    def branches(self) -> tuple[Pattern, ...]:
        """The heads of branches."""
        return self._once("if", self._branches)

    def returns(self) -> tuple[Pattern, ...]:
        """The returns."""
        return self._once("return", self._returns)

    def _once(self, kind: Hashable, make: Callable[[], Iterator[Pattern]]) -> tuple[Pattern, ...]:
        made = self._made.get(kind)
        if made is None:
            made = self._made[kind] = tuple(make())
        return made

    def _calls(self, subtask: Subtask) -> Iterator[Pattern]:
        target = () if subtask.result is None else (f"{self._fresh(stem_of(subtask.result))} = ",)
        for choices in self._candidates(subtask):
            pieces = _call_pieces(subtask, len(choices), target, ())
            build = subtask.move if isinstance(subtask, PartMaker) else _call(subtask)
            yield Pattern(self.block, pieces, choices, build, subtask)

    def _candidates(self, subtask: Subtask) -> tuple[Choices, ...]:
        """The candidates for each parameter, for each number of arguments."""
        candidates = self._arguments.get(subtask.name)
        if candidates is None:
            fitting = [self._ordered(p) for p in subtask.parameters]
            counts = range(subtask.required, len(fitting) + 1)
            candidates = tuple(tuple(fitting[:count]) for count in counts if all(fitting[:count]))
            self._arguments[subtask.name] = candidates
        return candidates

    def _ordered(self, parameter: Parameter) -> tuple[Term, ...]:
        fitting = self._fitting(parameter)
        return fitting if self._order is None else self._order(parameter, fitting)

    def _fitting(self, parameter: Parameter) -> tuple[Term, ...]:
        kind = parameter.type, parameter.literal
        if kind not in self._fits:
            self._fits[kind] = self._terms.fitting(self.state, parameter, self._usable)
        return self._fits[kind]

    def _writes(self, slot: int) -> Iterator[Pattern]:
        acc = self.state.accumulators[slot]
        if acc.loop is None or acc.frozen:
            return
        name = self._names[slot]
        keys: Choices = ()
        opening: Lexemes = (f"{name}.append(",)
        closing: Lexemes = (")",)
        if acc.is_map:
            keys = (tuple(t for t in self._usable if joinable(acc, t.type, None)),)
            opening, closing = ("] = ",), ()
            if not keys[0]:
                return
        first = ((f"{name}[",),) if acc.is_map else ()
        values = tuple(t for t in self._usable if joinable(acc, None, t.type))
        if values:
            yield Pattern(self.block, (*first, opening, closing), (*keys, values), _write(slot, acc), None)
        for subtask in self.machine.spec.subtasks.values():
            if (
                subtask.result is not None
                and not isinstance(subtask, PartMaker)
                and joinable(acc, None, subtask.result)
            ):
                for choices in self._candidates(subtask):
                    own = _call_pieces(subtask, len(choices), opening, closing)
                    build = _write_call(slot, acc, subtask)
                    yield Pattern(self.block, (*first, *own), (*keys, *choices), build, subtask, len(keys))

    def _creations(self) -> Iterator[Pattern]:
        if self._forbids_loop:
            return
        for is_map, empty in ((True, "{}"), (False, "[]")):
            yield self._fixed((f"{self._fresh(accumulator_stem(is_map))} = ", empty), CreateMove(is_map))

    def _loops(self) -> Iterator[Pattern]:
        if self._forbids_loop:
            return
        stems: dict[str, list[Term]] = {}
        for term in self._usable:
            element = element_of(term.type)
            if element is not None:
                stems.setdefault(stem_of(element), []).append(term)
        for stem, terms in stems.items():
            pieces = ((f"for {self._fresh(stem)} in ",), (":",))
            yield Pattern(self.block, pieces, (tuple(terms),), _loop, None)

    def _branches(self) -> Iterator[Pattern]:
        truths = self._untested(Test.TRUE, [t for t in self._readable if is_subtype(t.type, BOOL)])
        options = self._untested(Test.SOME, [t for t in self._readable if isinstance(t.type, Optional)])
        for test, terms, pieces in (
            (Test.TRUE, truths, (("if ",), (":",))),
            (Test.FALSE, truths, (("if ", "not "), (":",))),
            (Test.SOME, options, (("if ",), (" is not None:",))),
            (Test.NONE, options, (("if ",), (" is None:",))),
        ):
            if terms:
                yield Pattern(self.block, pieces, (terms,), _branch(test), None)
        for test, one, others in self._comparing.tests(self.state, self._readable):
            yield Pattern(self.block, (("if ",), (test.text("", ""),), (":",)), ((one,), others), _branch(test), None)

    def _untested(self, test: Test, terms: Sequence[Term]) -> tuple[Term, ...]:
        outcome = self.machine.outcome
        return tuple(t for t in terms if outcome(self.state, Predicate(test, (t.operand,))) is None)

    def _returns(self) -> Iterator[Pattern]:
        state, result = self.state, self.machine.task.result
        if state.loops:
            return
        if result is None:
            if state.frames:
                yield self._fixed(("return",), ReturnMove(None))
            return
        options = [*self._usable, *self._terms.constants, self._terms.none]
        fitting = tuple(t for t in options if is_subtype(t.type, result))
        if fitting:
            yield Pattern(self.block, (("return ",), ()), (fitting,), _return, None)

    def _fixed(self, words: Lexemes, move: CreateMove | ReturnMove) -> Pattern:
        return Pattern(self.block, (words,), (), lambda _: move, None)

    def _fresh(self, stem: str) -> str:
        return free(stem, {*self._taken, *self._names.values()})


def _call_pieces(subtask: Subtask, count: int, opening: Lexemes, closing: Lexemes) -> tuple[Lexemes, ...]:
    """The words between a call's arguments."""
    if isinstance(subtask, PartMaker):
        first = subtask.before(0) if count else ""
        start, end = (*opening, subtask.opening + first), (subtask.closing, *closing)
        between = tuple((subtask.before(place),) for place in range(1, count))
    else:
        start, end = (*opening, f"{subtask.name}("), (")", *closing)
        between = ((", ",),) * (count - 1)
    return (start, *between, end) if count else ((*start, *end),)


def _call(subtask: Subtask) -> Build:
    return lambda chosen: CallMove(subtask, _padded(subtask, chosen))


def _write(slot: int, acc: Accumulator) -> Build:
    if acc.is_map:
        return lambda chosen: WriteMove(slot, chosen[0], chosen[1])
    return lambda chosen: WriteMove(slot, None, chosen[0])


def _write_call(slot: int, acc: Accumulator, subtask: Subtask) -> Build:
    if acc.is_map:
        return lambda chosen: WriteMove(slot, chosen[0], None, CallMove(subtask, _padded(subtask, chosen[1:])))
    return lambda chosen: WriteMove(slot, None, None, CallMove(subtask, _padded(subtask, chosen)))


def _loop(chosen: Sequence[Operand]) -> LoopMove:
    return LoopMove(chosen[0])


def _branch(test: Test) -> Build:
    return lambda chosen: BranchMove(Predicate(test, tuple(chosen)))


def _return(chosen: Sequence[Operand]) -> ReturnMove:
    return ReturnMove(chosen[0])


def _padded(subtask: Subtask, chosen: Sequence[Operand]) -> tuple[Operand | None, ...]:
    return (*chosen, *(None,) * (len(subtask.parameters) - len(chosen)))
