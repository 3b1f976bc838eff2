"""Collects the errors of one spec."""

from __future__ import annotations

from collections.abc import Iterable

from p2c_dsl.diagnostics.model import Diagnostic, Location, Note
from p2c_dsl.names import did_you_mean
from p2c_dsl.source import Source, Span
from p2c_dsl.syntax.nodes import Name

_MOST_SUGGESTIONS = 100


class Reporter:
    """Collects diagnostics for the files of one spec."""

    def __init__(self) -> None:
        self.diagnostics: list[Diagnostic] = []
        self._suggested = 0

    def report(
        self,
        code: str,
        source: Source,
        span: Span,
        message: str,
        help: str | None = None,
        notes: tuple[Note, ...] = (),
    ) -> None:
        """Reports an error."""
        self.diagnostics.append(Diagnostic(code, message, Location(source, span), help=help, notes=notes))

    def twice(self, name: Name, source: Source, earlier: Location) -> None:
        """Reports a name that is already declared."""
        message = f"`{name.text}` is declared twice"
        note = Note("first declared here", earlier)
        self.report("P2C134", source, name.span, message, "rename one of them", (note,))

    def unknown(
        self,
        code: str,
        source: Source,
        span: Span,
        message: str,
        name: str,
        known: Iterable[str],
        otherwise: str | None = None,
    ) -> None:
        """Reports an unknown name with a suggestion; `otherwise` is the help if no known name is close."""
        # Many unknown names usually have one cause, and comparing each with all known ones would be slow.
        self._suggested += 1
        help_ = did_you_mean(name, known) if self._suggested <= _MOST_SUGGESTIONS else None
        if otherwise is not None and not (help_ and help_.startswith("did you mean")):
            help_ = otherwise if help_ is None else f"{otherwise} ({help_})"
        self.report(code, source, span, message, help_)
