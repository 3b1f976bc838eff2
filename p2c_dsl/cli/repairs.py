"""What can be said of the compositions of a file that are to be repaired: for `p2c fix`, and for agents."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from p2c_dsl.diagnostics.model import Diagnostic, Severity
from p2c_dsl.syntax.text import line_end, with_line_ends

if TYPE_CHECKING:
    from p2c_dsl.planners.deadline import Deadline
    from p2c_dsl.planners.repair import Repair, RepairProgress, Stop
    from p2c_dsl.resolve import Loaded
    from p2c_dsl.syntax.nodes import ComposeDecl

READ_FIRST = "correct these errors first: a composition can only be repaired if it can be read"
_ANEW = "plan a new one with `p2c plan`"


@dataclass(frozen=True, slots=True)
class RepairLimits:
    """How far the search for each composition's repair may go; `names` are what the user calls these limits."""

    max_edits: int
    effort: int
    timeout: float | Deadline
    names: dict[str, str]

    def reached(self, stop: Stop) -> str:
        """What to do about a search that this limit has stopped."""
        from p2c_dsl.planners.repair import Stop

        match stop:
            case Stop.TIME:
                after = f" after {self.timeout:g} s" if isinstance(self.timeout, int | float) else ""
                return f"the search was stopped{after}: allow more time with {self.names['timeout']}"
            case Stop.EFFORT:
                return f"the search was stopped after {self.effort} steps: allow more with {self.names['effort']}"
            case Stop.EDITS:
                return f"allow more edits with {self.names['max_edits']}"


@dataclass(frozen=True, slots=True)
class Failure:
    """A composition for which there is no repair, and why."""

    where: str
    message: str
    diagnostics: tuple[Diagnostic, ...] = ()


@dataclass(slots=True)
class Outcomes:
    """What became of each composition.

    Attributes:
        doubts: What is not known of repairs that have been found.
        kept: The findings for which no repair was asked: how many of each kind.
        interrupted: Where and how far a search was interrupted; `None` if none was.
    """

    repairs: list[Repair] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    kept: dict[str, int] = field(default_factory=dict)
    interrupted: str | None = None
    interrupt: BaseException | None = None

    @property
    def left(self) -> str:
        """What was left alone, the empty string if nothing was."""
        kinds = [f"{n} {kind}{'s' * (n != 1)}" for kind, n in self.kept.items() if n]
        return f"left as it is: {', '.join(kinds)}" if kinds else ""


Show = Callable[[str], None]


def all_repairs(
    loaded: Loaded,
    composed: Sequence[ComposeDecl],
    limits: RepairLimits,
    *,
    wanted: Callable[[Diagnostic], bool] = lambda _: True,
    keep: Collection[str] = (),
    show: Show | None = None,
) -> Outcomes:
    """The repairs of the rejected compositions, those that cannot be repaired, and what is left alone.

    A composition whose only errors are reviewed exceptions or not `wanted` stays as it is. No repair loses an event of
    the composition that is to `keep`. An interrupt ends it with what has been found by then. `show` is told from time
    to time what is being done.
    """
    from p2c_dsl.lint import lint_loaded

    work = _Work(loaded, limits, wanted, keep, show)
    work.excepted = {s.diagnostic for s in lint_loaded(loaded, counterexamples=False).suppressed}
    for compose in composed:
        try:
            work.repair(compose)
        except KeyboardInterrupt as interrupt:
            work.interrupted(compose, interrupt)
            break
    return work.found


class _Work:
    """The repair of one composition after the other."""

    def __init__(
        self,
        loaded: Loaded,
        limits: RepairLimits,
        wanted: Callable[[Diagnostic], bool],
        keep: Collection[str],
        show: Show | None,
    ) -> None:
        self.found = Outcomes()
        self.excepted: set[Diagnostic] = set()
        self._loaded, self._limits, self._wanted, self._keep, self._show = loaded, limits, wanted, keep, show

    def repair(self, compose: ComposeDecl) -> None:
        from p2c_dsl.analysis import analyze
        from p2c_dsl.planners.repair import Unrepairable, recompose

        analysis = analyze(self._loaded.spec, compose, self._loaded.root.source)
        if analysis.program is None:
            self._failed(compose, READ_FIRST, analysis.diagnostics)
            return
        errors = [d for d in analysis.diagnostics if d.severity is Severity.ERROR]
        excepted = [d for d in errors if d in self.excepted]
        ignored = [d for d in errors if d not in self.excepted and not self._wanted(d)]
        if len(errors) == len(excepted) + len(ignored):
            self._kept("reviewed exception", len(excepted))
            self._kept("ignored finding", len(ignored))
            self._kept("warning", sum(d.severity is Severity.WARNING for d in analysis.diagnostics))
            return
        limits = self._limits
        try:
            repair = recompose(
                analysis.program,
                self._loaded.spec,
                most_edits=limits.max_edits,
                effort=limits.effort,
                timeout=limits.timeout,
                keep=self._keep,
                watch=None if self._show is None else self._watch(compose),
            )
        except Unrepairable as error:
            advice = "" if error.stop is None else f"; {limits.reached(error.stop)}, or {_ANEW}"
            self._failed(compose, f"{error}{advice}", error.diagnostics)
        else:
            self._found(compose, repair)
            if excepted or ignored:
                codes = ", ".join(dict.fromkeys(d.code for d in (*excepted, *ignored)))
                self.found.doubts.append(
                    f"{self._where(compose)}: the repair keeps every rule, so it also repairs what is a reviewed "
                    f"exception or ignored ({codes})"
                )

    def interrupted(self, compose: ComposeDecl, interrupt: KeyboardInterrupt) -> None:
        """Keeps what is known of the composition whose repair was being looked for."""
        from p2c_dsl.planners.repair import Interrupted, steps

        known = ""
        if isinstance(interrupt, Interrupted):
            if interrupt.repair is not None:
                self.found.repairs.append(interrupt.repair)
                known = f": a repair with {steps(interrupt.repair.steps)} was found, not proved to be the nearest"
            elif interrupt.excluded > 0:
                known = f": there is no repair within {steps(interrupt.excluded)}"
        self.found.interrupt = interrupt
        self.found.interrupted = f"{self._where(compose)}: interrupted while repairing `{compose.task.text}`{known}"

    def _found(self, compose: ComposeDecl, repair: Repair) -> None:
        from p2c_dsl.planners.repair import steps

        self.found.repairs.append(repair)
        if repair.stop is None:
            return
        if repair.nearest:
            known = "no repair has fewer edits, but one with as many may keep more of the text: "
        else:
            known = "this repair is not proved to be the nearest: "
            known += f"there is none within {steps(repair.excluded)}, and " if repair.excluded > 0 else ""
        self.found.doubts.append(f"{self._where(compose)}: {known}{self._limits.reached(repair.stop)}")

    def _failed(self, compose: ComposeDecl, message: str, diagnostics: tuple[Diagnostic, ...]) -> None:
        self.found.failures.append(Failure(self._where(compose), message, diagnostics))

    def _kept(self, kind: str, number: int) -> None:
        self.found.kept[kind] = self.found.kept.get(kind, 0) + number

    def _where(self, compose: ComposeDecl) -> str:
        source = self._loaded.root.source
        return f"{source.name}:{source.position(compose.span.start).line}"

    def _watch(self, compose: ComposeDecl) -> Callable[[RepairProgress], None]:
        show, start = self._show, f"repairing `{compose.task.text}` ({self._where(compose)})"
        assert show is not None

        def watch(progress: RepairProgress) -> None:
            found = "" if progress.found is None else f"; one of {progress.found} was found"
            show(f"{start}: no repair within {progress.excluded} edits{found}")

        return watch


def repaired(text: str, repairs: Sequence[Repair]) -> str:
    """A file's text with several compositions repaired."""
    end = line_end(text)
    for repair in sorted(repairs, key=lambda r: r.span, reverse=True):
        text = text[: repair.span.start] + with_line_ends(repair.body, end) + text[repair.span.end :]
    return text
