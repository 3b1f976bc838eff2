"""Faults in what is known to have happened, and in guards."""

from __future__ import annotations

from tests.mutants.mutate import Mutant

_RULES = "p2c_dsl.rules."
_MACHINE = "p2c_dsl.machine."

ORDER = (
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
        "not both: what stands under opposite tests is taken to go together",
        _RULES + "history:History.record",
        "_conditions(state)",
        "NOTHING",
        strict=True,
    ),
)

GUARDS = (
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
        _RULES + "only_if:OnlyIf.gather",
        "_about(own, key.identity, _KEY)",
        "(*own[:-1], (_KEY,) * len(own[-1]))",
    ),
)
