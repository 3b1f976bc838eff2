"""The machine's own objections to how accumulators are written and read."""

from __future__ import annotations

from dataclasses import dataclass

from p2c_dsl.machine.defects import Defect
from p2c_dsl.machine.facet import Explanation, Narrator
from p2c_dsl.machine.identity import Identity
from p2c_dsl.machine.state import Value
from p2c_dsl.names import listing

_MOST_TOLD = 4


@dataclass(frozen=True, slots=True, eq=False)
class ReadEarly(Defect):
    """A read of an accumulator while its loop is still filling it."""

    fixed = "P2C170"

    def explain(self, narrator: Narrator) -> Explanation:
        return Explanation(
            "this accumulator is read while it is still being filled", "read it after the loop that fills it"
        )


@dataclass(frozen=True, slots=True, eq=False)
class WrittenOutside(Defect):
    """A write outside the loop that fills the accumulator."""

    fixed = "P2C171"
    is_map: bool

    def explain(self, narrator: Narrator) -> Explanation:
        listed = "" if self.is_map else ", or write the list out: `xs = [a, b]`"
        return Explanation(
            "an accumulator can only be written to in the first loop that follows it",
            f"move this write into that loop, or create the accumulator just before the loop that fills it{listed}",
        )


@dataclass(frozen=True, slots=True, eq=False)
class WrittenLate(Defect):
    """A write into an accumulator that is closed."""

    fixed = "P2C172"

    def explain(self, narrator: Narrator) -> Explanation:
        return Explanation(
            "this accumulator is closed: it has been read, or the loop that fills it has ended",
            "use a new accumulator",
        )


@dataclass(frozen=True, slots=True, eq=False)
class WrongKind(Defect):
    """A map written as a list, or a list as a map."""

    fixed = "P2C173"
    is_map: bool

    def explain(self, narrator: Narrator) -> Explanation:
        written = "`m[key] = value`" if self.is_map else "`xs.append(value)`"
        return Explanation(f"write to this accumulator with {written}")


@dataclass(frozen=True, slots=True, eq=False)
class NeverFound(Defect):
    """A look-up of a constant under which nothing is written; `found` stands for what it would give."""

    fixed = "P2C247"
    found: Value
    written: frozenset[Identity]

    def explain(self, narrator: Narrator) -> Explanation:
        keys = [narrator.name(self.found._replace(identity=key)) for key in sorted(self.written, key=repr)]
        only = f"only under {listing(keys[:_MOST_TOLD], 'and')}" if keys else "not at all"
        if len(keys) > _MOST_TOLD:
            only = "only under other constants"
        return Explanation(
            f"{narrator.name(self.found)} is never there: the map is written {only}, so every run ends here",
            "look up a key that is written",
        )
