"""Faults in where values come from and where they go."""

from __future__ import annotations

from tests.mutants.mutate import Mutant

_RULES = "p2c_dsl.rules."
_MACHINE = "p2c_dsl.machine."

PROVENANCE = (
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
        "mark.keys if part is Part.ELEMENT else mark.values",
        "NONE",
    ),
)

FLOW = (
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
    Mutant(
        "flow: a value of a wider type is none of the source's",
        _RULES + "flow:contains",
        "(isinstance(of, Nominal) and is_subtype(wanted, of))",
        "False",
    ),
)
