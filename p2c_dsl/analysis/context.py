"""The state of one walk over a composition, and how it reports findings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from p2c_dsl.analysis.narrator import TextNarrator
from p2c_dsl.analysis.scope import Scope
from p2c_dsl.diagnostics.model import Diagnostic, Location, Note, Severity, Verdict
from p2c_dsl.machine import Machine, State, Violations
from p2c_dsl.machine.facet import AnyFacet, Violation
from p2c_dsl.names import did_you_mean
from p2c_dsl.program import Program, Step
from p2c_dsl.rules.base import AnyRule, Rule
from p2c_dsl.rules.enforced import Enforced, EnforcedFinding
from p2c_dsl.source import Source, Span
from p2c_dsl.spec import Spec, Task

MOST_FINDINGS = 200
"""How many findings are explained: each of many rules may object to each of many steps."""
_MOST_SUGGESTIONS = 100


@dataclass(frozen=True, slots=True)
class Finding:
    """A diagnostic, and the rule that it reports a violation of (`None` for any other diagnostic)."""

    diagnostic: Diagnostic
    rule: AnyRule | None = None


@dataclass(frozen=True, slots=True)
class Analysis:
    """The analyzer's result for one composition.

    `program` can run up to the first error in the text (`None` if there is no such task).
    """

    program: Program | None
    findings: tuple[Finding, ...]

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """The findings as diagnostics, in the order of the text."""
        return tuple(f.diagnostic for f in self.findings)

    @property
    def accepted(self) -> bool:
        """Whether no run can break a rule (style findings do not reject)."""
        return not any(d.severity is Severity.ERROR for d in self.diagnostics)


class Context:
    """The walk's position: the machine's state, the names in scope, and what it has found and built."""

    def __init__(
        self,
        spec: Spec,
        task: Task,
        rules: Sequence[AnyRule],
        source: Source,
        most: int = MOST_FINDINGS,
        *,
        enforced: bool = True,
    ) -> None:
        self.spec, self.task, self.source = spec, task, source
        self._most = most
        self._enforced = enforced
        self._suggested = 0
        self.unlisted: Severity | None = None
        """How serious the objections are that are not explained, because there are too many."""
        self.constants = spec.constants_of(task)
        listing = (replace(rule, listing=True) if isinstance(rule, Enforced) else rule for rule in rules)
        self.machine = Machine(spec, task, tuple(listing))
        self.state: State = self.machine.start()
        self.scope = Scope()
        self.names: dict[int, str] = {}
        self.named: dict[Span, str] = {}
        """The names of what steps make, by the steps' spans."""
        self.narrator = TextNarrator(self.names)
        self.steps: list[list[Step]] = [[]]
        self.findings: list[Finding] = []
        self.reported: set[str] = set()
        self.attempted: set[Span] = set()
        """The places of accumulators that some line tried to write to, whether or not that was allowed."""

    def report(
        self,
        code: str,
        span: Span,
        message: str,
        help: str | None = None,
        *,
        notes: Sequence[tuple[str, Span]] = (),
        severity: Severity = Severity.ERROR,
    ) -> None:
        """Reports a finding that does not come from a rule."""
        diagnostic = Diagnostic(code, message, self._at(span), severity, notes=self._notes(notes), help=help)
        self.findings.append(Finding(diagnostic))

    def object(self, out: Violations, span: Span, arguments: Mapping[int, Span] | None = None) -> None:
        """Explains each of the machine's objections to the step at `span`."""
        for violation in out:
            left = self._enforced and isinstance(violation, EnforcedFinding) and violation.left
            severity = Severity.NOTE if left else Severity.ERROR
            if len(self.findings) >= self._most:
                self.unlisted = Severity.ERROR if self.unlisted is Severity.ERROR else severity
                continue
            place = span if violation.argument is None else (arguments or {}).get(violation.argument, span)
            said = violation.explain(self.narrator)
            rule = violation.facet if isinstance(violation.facet, Rule) else None
            diagnostic = Diagnostic(
                violation.code,
                said.message,
                self._at(place),
                severity,
                None if rule is None or left else _verdict(violation, rule),
                rule=None if rule is None else rule.text,
                notes=self._notes(said.notes),
                help=said.help,
            )
            self.findings.append(Finding(diagnostic, rule))

    def closest(self, name: str, known: Iterable[str]) -> str | None:
        """A suggestion for an unknown name. After many unknown names, no more suggestions are made."""
        self._suggested += 1
        return did_you_mean(name, known) if self._suggested <= _MOST_SUGGESTIONS else None

    def add(self, step: Step) -> None:
        """The program's next step."""
        self.steps[-1].append(step)

    def _at(self, span: Span) -> Location:
        return Location(self.source, span)

    def _notes(self, notes: Sequence[tuple[str, Span]]) -> tuple[Note, ...]:
        return tuple(Note(message, self._at(span)) for message, span in notes)


def _verdict(violation: Violation[AnyFacet | None], rule: AnyRule) -> Verdict:
    """What is known without a run that breaks the rule."""
    certain = isinstance(violation, EnforcedFinding) and not violation.left
    return Verdict.VIOLATED if certain or rule.textual else Verdict.UNPROVEN
