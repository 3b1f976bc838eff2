"""Faults in shape, size, types and accumulators."""

from __future__ import annotations

from tests.mutants.mutate import Mutant

_RULES = "p2c_dsl.rules."
_MACHINE = "p2c_dsl.machine."

SHAPE = (
    Mutant(
        "sequence: nested calls are fine",
        _RULES + "shape:Shape.call",
        "call.nested",
        "False",
    ),
    Mutant(
        "sequence: branches are fine",
        _RULES + "shape:Shape.enter_branch",
        'self.kind == "sequence"',
        "False",
    ),
    Mutant(
        "tree: a loop consumes what is outside once",
        _RULES + "shape:Shape.consume",
        "if f.repeats and",
        "if False and",
    ),
    Mutant(
        "tree: any map's value is another one each round",
        _RULES + "shape:_once_a_round",
        "identity[2] == frame.first and frame.collection.distinct",
        "True",
    ),
    Mutant(
        "tree: a list's keys look up another value each round",
        _RULES + "shape:_once_a_round",
        "and frame.collection.distinct",
        "",
    ),
    Mutant(
        "tree: what the else arm consumed is forgotten",
        _RULES + "shape:Consumed.join",
        "joined = other",
        "joined = self",
    ),
    Mutant(
        "tree: what the then arm consumed is forgotten",
        _RULES + "shape:Consumed.join",
        "joined = joined.add(identity)",
        "pass",
    ),
    Mutant(
        "tree: the whole may be consumed after its part",
        _RULES + "shape:Consumed.conflicts",
        "identity in self.touched",
        "identity in self.wholes",
    ),
    Mutant(
        "tree: a part may be consumed after its whole",
        _RULES + "shape:Consumed.conflicts",
        "any(whole in self.wholes for whole in _wholes(identity))",
        "identity in self.wholes",
    ),
    Mutant(
        "tree: two keys are never equal",
        _RULES + "shape:_collapsed",
        'return ("item", _collapsed(base))',
        "return identity",
    ),
    Mutant(
        "tree: a produced key does not make its map produced",
        _RULES + "shape:Shape.gather",
        "(key is not None and key.marks[self.index])",
        "False",
    ),
    Mutant(
        "tree: parts of what is produced are free",
        _RULES + "shape:Shape.part",
        "return mark",
        "return False",
    ),
    Mutant(
        "tree: a name's slot stays consumed when another name takes it",
        _RULES + "shape:Shape.forget",
        "own.forget(before, first)",
        "own",
        strict=True,
    ),
    Mutant(
        "loops: one deeper",
        _RULES + "loops:Loops.enter_loop",
        "len(outer) == self.most",
        "len(outer) == self.most + 1",
    ),
    Mutant(
        "branches: one deeper",
        _RULES + "branches:Branches.enter_branch",
        "len(outer) == self.most",
        "len(outer) == self.most + 1",
    ),
    Mutant(
        "branches: loops count as branches",
        _RULES + "branches:Branches.enter_branch",
        "isinstance(f, BranchFrame)",
        "True",
        strict=True,
    ),
    Mutant(
        "steps: one more",
        _RULES + "steps:Steps.step",
        "own == self.most",
        "own == self.most + 1",
    ),
    Mutant(
        "steps: only one arm counts",
        _RULES + "steps:Steps.enter_else",
        "return then",
        "return before",
    ),
    Mutant(
        "steps: an arm that returned does not count",
        _RULES + "steps:Steps.resume",
        "return last",
        "return own",
    ),
    Mutant(
        "steps: writes are free",
        _MACHINE + "machine:Machine.write",
        "if not direct:",
        "if False:",
    ),
)

TYPES = (
    Mutant(
        "types: arguments are not checked",
        _MACHINE + "typing:check_argument",
        "not is_subtype(value.type, parameter.type)",
        "False",
    ),
    Mutant(
        "types: any test shows that a value is not None",
        _MACHINE + "machine:Machine._narrowed",
        "tested(Test.SOME, value.identity) in known",
        "True",
    ),
    Mutant(
        "types: a narrowed value stays narrow after the branch",
        _MACHINE + "facts:outliving",
        "not mentions_slot_from(f, first)",
        "True",
    ),
    Mutant(
        "types: an accumulator's size is not multiplied",
        _MACHINE + "accumulators:rounds_of",
        "high *= bound",
        "high = bound",
    ),
    Mutant(
        "types: a second write into a list does not count",
        _MACHINE + "accumulators:_grown",
        "acc.size.high + rounds.high",
        "max(acc.size.high, rounds.high)",
    ),
    Mutant(
        "types: map keys written twice count as two entries",
        _MACHINE + "accumulators:_grown",
        "low = rounds.low if is_loop_variable else min(rounds.low, 1)",
        "low = rounds.low",
    ),
    Mutant(
        "types: sizes of two arms take the greater lower bound",
        _MACHINE + "accumulators:_merged",
        "min(one.size.low, two.size.low)",
        "max(one.size.low, two.size.low)",
    ),
    Mutant(
        "accumulators: read while being filled",
        _MACHINE + "typing:check_write",
        "elif acc.frozen:",
        "elif False:",
    ),
)
