"""The mutants: for every rule, and for what the rules share, the mistakes that are easy to make."""

from __future__ import annotations

from tests.mutants.mutate import Mutant

_RULES = "p2c_dsl.rules."
_MACHINE = "p2c_dsl.machine."

_COUNTS = (
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

_KEYS = (
    Mutant(
        "per key: a list's elements are taken to differ",
        _MACHINE + "machine:Machine.enter_loop",
        "distinct=value.distinct",
        "distinct=True",
    ),
    Mutant(
        "per key: any loop is taken to bring a new key",
        _RULES + "at_most_per:AtMostPer.call",
        "f.first != key_class.loop",
        "False",
    ),
    Mutant(
        "per key: other types never share keys",
        _RULES + "at_most_per:_covers",
        "is_subtype(key.type, other.type)",
        "key.type == other.type",
    ),
    Mutant(
        "per key: types with common values are told apart",
        _RULES + "at_most_per:_covers",
        "may_share(key.type, other.type)",
        "False",
    ),
    Mutant(
        "per key: a constant never equals a variable",
        _RULES + "at_most_per:_covers",
        "key.constant is not None and other.constant is not None",
        "key.constant is not None or other.constant is not None",
    ),
    Mutant(
        "per key: another constant is another key",
        _RULES + "at_most_per:_covers",
        "key.constant == other.constant",
        "False",
    ),
    Mutant(
        "per key: calls before the loop are forgotten after it",
        _RULES + "at_most_per:AtMostPer.exit_loop",
        "for key, often in own.most:",
        "for key, often in own.most[:1]:",
    ),
    Mutant(
        "per key: the arms' keys in a loop are not told apart",
        _RULES + "at_most_per:_class_of",
        "identity if is_constant else None, loop)",
        "identity if is_constant else None, None)",
        strict=True,
    ),
    Mutant(
        "per key: an excess that two arms add up to is not told",
        _RULES + "at_most_per:AtMostPer.finish",
        "not own.told",
        "False",
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

_ORDER = (
    Mutant(
        "before: what one arm did counts after the branch",
        _MACHINE + "facts:Facts.after_branch",
        "in_then & in_else",
        "in_then | in_else",
    ),
    Mutant(
        "before: may is taken for does",
        _RULES + "before:Before.gains",
        "self.first.surely(call.subtask)",
        "self.first.happens(call.subtask)",
    ),
    Mutant(
        "before: only what surely happens needs it",
        _RULES + "before:Before.call",
        "self.second.happens(call.subtask)",
        "self.second.surely(call.subtask)",
    ),
    Mutant(
        "before: a loop is taken to run",
        _MACHINE + "machine:Machine.exit_loop",
        "frame.size.low > 0",
        "True",
    ),
    Mutant(
        "before: a loop's body is known after it",
        _MACHINE + "facts:Facts.after_loop",
        "if runs or filled(collection) in self.known",
        "if True",
    ),
    Mutant(
        "facts: what one arm implies is implied after the branch",
        _MACHINE + "facts:Facts.after_branch",
        "after.implied.get(fact, NOTHING) & after.implied",
        "after.implied.get(fact, NOTHING) | after.implied",
    ),
    Mutant(
        "facts: another collection that is not empty will do",
        _MACHINE + "facts:filled",
        '("filled", identity)',
        '("filled", None)',
    ),
    Mutant(
        "facts: any write's facts hold for all elements",
        _MACHINE + "accumulators:written",
        "acc.witness & known",
        "acc.witness | known",
    ),
    Mutant(
        "facts: writes of two arms are mixed up",
        _MACHINE + "accumulators:_merged",
        "one.witness & two.witness",
        "one.witness | two.witness",
    ),
    Mutant(
        "no after: the second round is ignored",
        _RULES + "history:History.in_round",
        "if frame.repeats",
        "if False",
    ),
    Mutant(
        "no after: a loop is taken to run once",
        _MACHINE + "state:LoopFrame.repeats",
        "self.size.high > 1",
        "self.size.high > 2",
    ),
    Mutant(
        "no after: an event in a loop is forgotten after it",
        _RULES + "history:History.exit_loop",
        "self.past",
        "NO_PAST",
    ),
    Mutant(
        "no after: what the then arm did is forgotten after the branch",
        _RULES + "history:History.join",
        "self.past | orelse.past",
        "orelse.past",
    ),
    Mutant(
        "no after: what the else arm did is forgotten after the branch",
        _RULES + "history:History.join",
        "self.past | orelse.past",
        "self.past",
    ),
    Mutant(
        "no after: one call that does both is not repeated",
        _RULES + "no_after:NoAfter.call",
        "(is_second and _repeats(state))",
        "False",
    ),
    Mutant(
        "no after: an event's conditions outlive their loop",
        _RULES + "history:History.record",
        "outliving(conditions, frame.first)",
        "conditions",
    ),
    Mutant(
        "not both: two arms in a loop exclude each other",
        _RULES + "history:History.enter_else",
        "self.rounds",
        "before.rounds",
    ),
    Mutant(
        "not both: one call that does both is fine",
        _RULES + "not_both:NotBoth.call",
        "len(happening) == 2 or",
        "",
    ),
    Mutant(
        "not both: only the order of the rule is looked at",
        _RULES + "not_both:NotBoth.call",
        "self.events[event is self.events[0]]",
        "self.events[1]",
    ),
    Mutant(
        "not both: the then arm is remembered in the else arm",
        _RULES + "history:History.enter_else",
        "before.past",
        "before.past | self.past",
        strict=True,
    ),
)

_TYPES = (
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
        "accumulators: written after the loop that fills them",
        _MACHINE + "accumulators:after_loop",
        "acc = replace(acc, frozen=True)",
        "pass",
    ),
    Mutant(
        "accumulators: read while being filled",
        _MACHINE + "typing:check_write",
        "elif acc.frozen:",
        "elif False:",
    ),
)

_GUARDS = (
    Mutant(
        "only if: any outcome of the test will do",
        _RULES + "only_if:OnlyIf.learns",
        "test is Test.TRUE and",
        "",
    ),
    Mutant(
        "only if: a check of anything will do",
        _RULES + "only_if:OnlyIf.call",
        "needed not in state.facts.known",
        "not any(f[:2] == needed[:2] for f in state.facts.known)",
    ),
    Mutant(
        "only if: only the first position is compared",
        _RULES + "only_if:OnlyIf._fact",
        "tuple(identities)",
        "tuple(identities[:1])",
    ),
    Mutant(
        "only if: what may happen needs no check",
        _RULES + "only_if:OnlyIf.call",
        "self.event.happens",
        "self.event.surely",
    ),
    Mutant(
        "only if: a map's answers outlive what they were about",
        _RULES + "only_if:OnlyIf.outlive",
        "return None if mentions_slot_from(mark[-1], first) else mark",
        "return mark",
    ),
    Mutant(
        "only if: answers of several checks are one",
        _RULES + "only_if:OnlyIf.merge",
        "one if one == other else None",
        "one",
    ),
    Mutant(
        "only if: an answer is about its key, whatever was asked",
        _RULES + "only_if:_with",
        "identity == old",
        "not isinstance(identity, tuple)",
    ),
)

_PROVENANCE = (
    Mutant(
        "from: every subtask is a source",
        _RULES + "provenance:Provenance.result",
        "name in self.sources",
        "self.sources",
    ),
    Mutant(
        "from: every input is a source",
        _RULES + "provenance:Provenance.source",
        '"inputs" in self.sources or name in self.sources',
        "True",
    ),
    Mutant(
        "from: constants are always sources",
        _RULES + "provenance:Provenance.source",
        'NONE if "constants" in self.sources else',
        "NONE if self.sources else",
    ),
    Mutant(
        "from: a free literal comes from nowhere",
        _RULES + "provenance:Provenance.source",
        'frozenset({"a free literal"})',
        "NONE",
    ),
    Mutant(
        "from: a map's keys are as its values",
        _RULES + "provenance:Provenance.part",
        "mark.keys if part is Part.ELEMENT else mark.values",
        "mark.values",
    ),
    Mutant(
        "from: a map's values are as its keys",
        _RULES + "provenance:Provenance.part",
        "mark.keys if part is Part.ELEMENT else mark.values",
        "mark.keys",
    ),
    Mutant(
        "from: only the last write counts",
        _RULES + "provenance:Provenance.gather",
        "_join(mark.values, value.marks[self.index])",
        "value.marks[self.index]",
    ),
    Mutant(
        "from: only the else arm's writes count",
        _RULES + "provenance:Provenance.merge",
        "_join(one, other)",
        "other",
    ),
    Mutant(
        "from: what comes out of an accumulator is free",
        _RULES + "provenance:Provenance.part",
        "if not isinstance(mark, Gathered):",
        "if isinstance(mark, Gathered):",
    ),
)

_FLOW = (
    Mutant(
        "flow: control is dropped",
        _RULES + "flow:NoFlow.call",
        "[f for f in state.frames if f.control.marks[self.index]]",
        "[]",
    ),
    Mutant(
        "flow: a branch that returned is forgotten",
        _RULES + "flow:NoFlow.resume",
        "own or any(",
        "own and any(",
    ),
    Mutant(
        "flow: only the else arm's returns count",
        _RULES + "flow:NoFlow.join",
        "then or orelse",
        "orelse",
    ),
    Mutant(
        "flow: every subtask washes",
        _RULES + "flow:NoFlow.result",
        "passed and subtask.name != self.via",
        "False",
    ),
    Mutant(
        "flow: a key carries nothing into a map",
        _RULES + "flow:NoFlow.gather",
        "(key is not None and key.marks[self.index])",
        "False",
    ),
    Mutant(
        "flow: a write under control carries nothing",
        _RULES + "flow:NoFlow.gather",
        "self._controlled(state)",
        "False",
    ),
    Mutant(
        "flow: a part does not depend on what its whole does",
        _RULES + "flow:NoFlow.part",
        "mark or",
        "",
    ),
    Mutant(
        "flow: a source that may happen is none",
        _RULES + "flow:NoFlow.result",
        "event.happens(subtask)",
        "event.surely(subtask)",
    ),
    Mutant(
        "flow: records are not looked into",
        _RULES + "flow:contains",
        "if name not in seen",
        "if False",
    ),
    Mutant(
        "flow: subtypes of the source are none",
        _RULES + "flow:contains",
        "is_subtype(of, wanted)",
        "of == wanted",
    ),
    Mutant(
        "flow: another parameter is judged",
        _RULES + "flow:NoFlow.call",
        "(call.arguments[self.parameter],)",
        "call.arguments[:1]",
    ),
    Mutant(
        "flow: an accumulator merged from two arms depends on the else arm's writes only",
        _RULES + "flow:NoFlow.merge",
        "one or other",
        "other",
    ),
)

_SHAPE = (
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

MUTANTS = (*_COUNTS, *_KEYS, *_ORDER, *_GUARDS, *_PROVENANCE, *_FLOW, *_SHAPE, *_TYPES)
