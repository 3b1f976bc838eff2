"""A repair and its edits."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import Literal

from p2c_dsl.diagnostics.model import Diagnostic
from p2c_dsl.program import Program
from p2c_dsl.source import Source, Span


class Stop(Enum):
    """The limit that stopped a search before it knew the nearest repair."""

    TIME = auto()
    EFFORT = auto()
    EDITS = auto()


class Unrepairable(Exception):
    """There is no repair, or none was found.

    Attributes:
        diagnostics: The errors to correct first, if they are the reason.
        stop: The limit that stopped the search, if one did.
        excluded: There is no repair within so many edits.
    """

    def __init__(
        self, message: str, diagnostics: tuple[Diagnostic, ...] = (), stop: Stop | None = None, excluded: int = 0
    ) -> None:
        super().__init__(message)
        self.diagnostics = diagnostics
        self.stop = stop
        self.excluded = excluded


class Interrupted(KeyboardInterrupt):
    """A search has been interrupted; it had excluded repairs within `excluded` edits, and may have met one."""

    def __init__(self, excluded: int, repair: Repair | None) -> None:
        super().__init__()
        self.excluded = excluded
        self.repair = repair


@dataclass(frozen=True, slots=True)
class Edit:
    """One statement that is inserted, dropped or changed.

    Attributes:
        kind: What is done with it.
        steps: How many edited steps it counts for: a statement can hold several calls.
        before: The statement as it was, `None` if it is new.
        after: What stands in its place, one line or more, `None` if nothing does.
        line: The line of the file that it stood on, `None` if it is new.
        reasons: What lint says of the repaired composition without this edit, and without those that only make
            sense together with it. Their places are in that text, not in the original.
    """

    kind: Literal["insert", "drop", "change"]
    steps: int
    before: str | None
    after: str | None
    line: int | None
    reasons: tuple[Diagnostic, ...]

    def data(self) -> dict[str, object]:
        """The edit as plain data, for JSON."""
        reasons = [{"code": r.code, "message": r.message, "rule": r.rule} for r in self.reasons]
        return {
            "kind": self.kind,
            "steps": self.steps,
            "line": self.line,
            "before": self.before,
            "after": self.after,
            "reasons": reasons,
        }


@dataclass(frozen=True, slots=True)
class Repair:
    """An accepted composition in place of a rejected one: the nearest, if the search has come to its end.

    Attributes:
        program: The accepted composition.
        source: The file that the original stands in.
        span: The lines of the original's body there.
        body: What these lines become.
        edits: What was done, in the order of the text; nothing if the original was accepted.
        excluded: No accepted composition is within so many edited steps.
        stop: The limit that stopped the search before it knew that no other repair is nearer, if one did.
    """

    program: Program
    source: Source
    span: Span
    body: str
    edits: tuple[Edit, ...]
    excluded: int = -1
    stop: Stop | None = None

    @property
    def steps(self) -> int:
        """How many steps were edited."""
        return sum(edit.steps for edit in self.edits)

    @property
    def nearest(self) -> bool:
        """Whether it is certain that no accepted composition has fewer edited steps."""
        return self.excluded >= self.steps - 1

    @property
    def text(self) -> str:
        """The whole file, repaired."""
        return self.source.text[: self.span.start] + self.body + self.source.text[self.span.end :]


def steps(number: int) -> str:
    """A number of edited steps, in words."""
    return f"{number} edited step{'s' * (number != 1)}"
