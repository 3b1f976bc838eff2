"""Findings about a file, as data. Renderers turn them into text, JSON or SARIF."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from p2c_dsl.source import Source, Span


class Severity(StrEnum):
    """How serious a diagnostic is: an error rejects the file, a warning reports a problem, a note only informs."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Verdict(StrEnum):
    """What the analyzer knows: a run breaks the rule, or it could not prove that none does."""

    VIOLATED = "violated"
    UNPROVEN = "cannot prove"


@dataclass(frozen=True, slots=True)
class Location:
    """A span in a named source."""

    source: Source
    span: Span

    def holds(self, other: Location) -> bool:
        """Whether another place lies inside this one."""
        inside = self.span.start <= other.span.start and other.span.end <= self.span.end
        return self.source == other.source and inside


@dataclass(frozen=True, slots=True)
class Note:
    """A secondary span and what it adds to the explanation."""

    message: str
    location: Location


@dataclass(frozen=True, slots=True)
class CounterexampleStep:
    """One line of a breaking run: `book_table(restaurant#1)`, where it stands in the program."""

    text: str
    location: Location | None
    offending: bool = False


@dataclass(frozen=True, slots=True)
class Counterexample:
    """The smallest inputs and the run of calls that breaks a rule; `brief` is the same run, shortened for people."""

    inputs: tuple[tuple[str, str], ...]
    steps: tuple[CounterexampleStep, ...]
    brief: Counterexample | None = None


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding.

    `code` is stable (`P2C301`); its family is the first digit: 1 syntax and names, 2 types,
    3 shape, 4 effects, 5 order and guards, 6 provenance and flow, 7 budgets, 8 left to the run, 9 style.
    """

    code: str
    message: str
    location: Location
    severity: Severity = Severity.ERROR
    verdict: Verdict | None = None
    rule: str | None = None
    notes: tuple[Note, ...] = ()
    help: str | None = None
    counterexample: Counterexample | None = None
    tried: int | None = None
    """How many small worlds were tried if no run that breaks the rule was found."""

    @property
    def search(self) -> str | None:
        """The result of the search for a run that breaks the rule, if it found none."""
        match self.tried:
            case None:
                return None
            case 0:
                return "no run was searched for: even the smallest worlds are too large to try"
            case 1:
                return "no run that breaks the rule was found in one small world"
        return f"no run that breaks the rule was found in {self.tried} small worlds"


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A finding that is not reported, and the reason that its suppression gives."""

    diagnostic: Diagnostic
    reason: str


@dataclass(frozen=True, slots=True)
class ApprovalPoint:
    """A call of a composition before which a run asks for approval, and the rules by which it does."""

    location: Location
    subtask: str
    rules: tuple[str, ...]
