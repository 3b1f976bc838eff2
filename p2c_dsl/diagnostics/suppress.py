"""`# p2c: ignore[P2C401] reason`: findings that somebody has decided to live with.

A suppression concerns the line it stands on, or, alone on its line, the next line of text. It changes what
lint says; planners and monitors keep every rule all the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from p2c_dsl.diagnostics.model import Diagnostic, Location, Severity
from p2c_dsl.syntax.nodes import Comment, File
from p2c_dsl.syntax.span import Source

_MARK = re.compile(r"#\s*p2c\s*:\s*(?P<rest>.*)")
_FORM = re.compile(r"ignore\[(?P<codes>[^\]]*)\](?P<reason>.*)")


@dataclass(slots=True)
class _Suppression:
    comment: Comment
    source: Source
    line: int
    codes: tuple[str, ...]
    used: set[str] = field(default_factory=set)


def apply(files: Sequence[File], diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """The findings that no suppression silences, and what is wrong with the suppressions themselves."""
    found: dict[tuple[str, int], list[_Suppression]] = {}
    wrong: list[Diagnostic] = []
    for file in files:
        for comment in file.comments:
            suppression = _read(comment, file.source, wrong)
            if suppression is not None:
                found.setdefault((file.source.name, suppression.line), []).append(suppression)
    kept = [d for d in diagnostics if not _silenced(d, found)]
    for suppression in (s for group in found.values() for s in group):
        for code in suppression.codes:
            if code not in suppression.used:
                message = f"there is no {code} to ignore here"
                wrong.append(
                    _diagnostic("P2C912", suppression.comment, suppression.source, message, "remove it")
                )
    return (*kept, *wrong)


def _silenced(diagnostic: Diagnostic, found: dict[tuple[str, int], list[_Suppression]]) -> bool:
    location = diagnostic.location
    line = location.source.position(location.span.start).line
    for suppression in found.get((location.source.name, line), ()):
        if diagnostic.code in suppression.codes:
            suppression.used.add(diagnostic.code)
            return True
    return False


def _read(comment: Comment, source: Source, wrong: list[Diagnostic]) -> _Suppression | None:
    mark = _MARK.match(comment.text)
    if mark is None:
        return None
    form = _FORM.match(mark["rest"])
    codes = tuple(c.strip() for c in form["codes"].split(",") if c.strip()) if form else ()
    if form is None or not codes:
        help_ = "write `# p2c: ignore[P2C401] reason`"
        wrong.append(_diagnostic("P2C913", comment, source, "this suppression cannot be read", help_))
        return None
    from p2c_dsl.diagnostics.codes import all_codes

    for code in codes:
        if code not in all_codes():
            help_ = "`p2c explain` lists all codes"
            wrong.append(_diagnostic("P2C911", comment, source, f"there is no code `{code}`", help_))
    if not form["reason"].strip():
        help_ = "say behind the bracket why this finding is acceptable"
        wrong.append(_diagnostic("P2C910", comment, source, "a suppression needs a reason", help_))
        return None
    line = source.position(comment.span.start).line
    if comment.own_line:
        line = _next_line(source, line)
    return _Suppression(comment, source, line, tuple(c for c in codes if c in all_codes()))


def _next_line(source: Source, line: int) -> int:
    """The next line that is neither blank nor a comment."""
    last = len(source.line_starts)
    line += 1
    while line < last and (not source.line(line).strip() or source.line(line).lstrip().startswith("#")):
        line += 1
    return line


def _diagnostic(code: str, comment: Comment, source: Source, message: str, help: str) -> Diagnostic:
    return Diagnostic(code, message, Location(source, comment.span), Severity.WARNING, help=help)
