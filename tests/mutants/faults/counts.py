"""Faults in counting: in all, and for each key."""

from __future__ import annotations

from tests.mutants.mutate import Mutant

_RULES = "p2c_dsl.rules."
_MACHINE = "p2c_dsl.machine."

COUNTS = (
    Mutant(
        "at most: bound off by one",
        _RULES + "multiplicity:exceeds",
        "high > limit",
        "high > limit + 1",
    ),
    Mutant(
        "at most: no bound passes for zero",
        _RULES + "multiplicity:exceeds",
        "high is None or",
        "high is not None and",
    ),
    Mutant(
        "counts: the lesser of two arms",
        _RULES + "multiplicity:greatest",
        "max(a, b)",
        "min(a, b)",
    ),
    Mutant(
        "counts: an unbounded arm is forgotten",
        _RULES + "multiplicity:greatest",
        "None if a is None or b is None else max(a, b)",
        "b if a is None else a if b is None else max(a, b)",
    ),
    Mutant(
        "counts: the greater lower bound of two arms",
        _RULES + "multiplicity:Count.join",
        "min(self.low, other.low)",
        "max(self.low, other.low)",
    ),
    Mutant(
        "counts: loops add up instead of multiplying",
        _RULES + "multiplicity:rounds",
        "total = times(total, frame.size.high)",
        "total = frame.size.high",
    ),
    Mutant(
        "counts: a loop is taken to run at least once",
        _RULES + "multiplicity:rounds",
        "low *= frame.size.low",
        "low *= max(frame.size.low, 1)",
    ),
    Mutant(
        "counts: lower bounds ignore outer loops",
        _RULES + "multiplicity:rounds",
        "low *= frame.size.low",
        "low = frame.size.low",
    ),
    Mutant(
        "counts: only the innermost loop counts",
        _RULES + "counted:Counted.call",
        "rounds(loops)",
        "rounds(loops[-1:])",
    ),
    Mutant(
        "counts: loops are forgotten",
        _RULES + "counted:Counted.call",
        "rounds(loops)",
        "rounds(())",
    ),
    Mutant(
        "at most: only certain effects count",
        _RULES + "counted:Counted.weight",
        "len(occurrences))",
        "sum(o.certain for o in occurrences))",
    ),
    Mutant(
        "at most: an effect done twice by one call counts once",
        _RULES + "counted:Counted.weight",
        "len(occurrences))",
        "min(len(occurrences), 1))",
    ),
    Mutant(
        "at least: may is taken for does",
        _RULES + "counted:Counted.weight",
        "sum(o.certain for o in occurrences)",
        "len(occurrences)",
    ),
    Mutant(
        "at least: off by one",
        _RULES + "counted:Counted.finish",
        "own.low < self.least",
        "own.low + 1 < self.least",
    ),
    Mutant(
        "at least: the end is not looked at",
        _RULES + "counted:Counted.finish",
        "own.low < self.least",
        "False",
    ),
    Mutant(
        "exactly: the upper half is forgotten",
        _RULES + "exactly:Exactly.__init__",
        "event, count, count",
        "event, count, None",
    ),
    Mutant(
        "exactly: the lower half is forgotten",
        _RULES + "exactly:Exactly.__init__",
        "event, count, count",
        "event, None, count",
    ),
    Mutant(
        "cost: every call costs at most one",
        _RULES + "cost:Cost.weight",
        "subtask.cost)",
        "subtask.cost > 0)",
    ),
    Mutant("counts: arms are added", _RULES + "multiplicity:greatest", "max(a, b)", "a + b", strict=True),
    Mutant(
        "at most: one less", _RULES + "multiplicity:exceeds", "high > limit", "high >= limit", strict=True
    ),
)

KEYS = (
    Mutant(
        "per key: a list's elements are taken to differ",
        _MACHINE + "machine:Machine.enter_loop",
        "distinct=value.distinct",
        "distinct=True",
    ),
    Mutant(
        "per key: any loop is taken to bring a new key",
        _RULES + "at_most_per:AtMostPer.call",
        "f.first not in own_loops",
        "False",
    ),
    Mutant(
        "per key: types with common values are told apart",
        _RULES + "keys:KeyClass.covers",
        "may_share(key.type, self.type) and not is_subtype(self.type, key.type)",
        "False",
    ),
    Mutant(
        "per key: a constant never equals a variable",
        _RULES + "keys:KeyClass.covers",
        "if key.constant is not None:\n        return may_share(key.type, self.type)",
        "if key.constant is not None:\n        return False",
    ),
    Mutant(
        "per key: another constant is another key",
        _RULES + "keys:Counts.plus",
        "add(before, often)",
        "often",
    ),
    Mutant(
        "per key: calls before the loop are forgotten after it",
        _RULES + "keys:Counts.after_loop",
        "often) for keys, often in self.classes]",
        "often) for keys, often in self.classes if keys[0].loop == first]",
    ),
    Mutant(
        "per key: the arms' keys in a loop are not told apart",
        _RULES + "keys:class_of",
        "identity if is_constant else None, loop)",
        "identity if is_constant else None, None)",
        strict=True,
    ),
    Mutant(
        "per key: an excess that two arms add up to is not told",
        _RULES + "at_most_per:AtMostPer.finish",
        "if own.told:",
        "if True:",
    ),
    Mutant(
        "per key: an accumulator's keys stay distinct whatever is written",
        _MACHINE + "accumulators:written",
        "distinct=acc.witness is None and is_loop_variable",
        "distinct=True",
    ),
    Mutant(
        "per key: a list filled in two places stays distinct",
        _MACHINE + "accumulators:written",
        "distinct=acc.witness is None and is_loop_variable",
        "distinct=is_loop_variable",
    ),
    Mutant(
        "per key: a list filled in nested loops is distinct",
        _MACHINE + "accumulators:written",
        "len(loops) == 1 and own.identity == loops[0].first",
        "own.identity == loops[0].first",
    ),
)
