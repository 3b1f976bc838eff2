"""`# p2c: ignore[P2C401] reason`: findings that somebody has decided to live with.

A suppression concerns the line it stands on, or, alone on its line, the next line of text. It changes what
lint says; planners and monitors keep every rule all the same. What leaves a file without a meaning (syntax,
names and types: families 1 and 2) cannot be lived with, and nor can a suppression that is itself wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from p2c_dsl.diagnostics.model import Diagnostic, Location, Severity
from p2c_dsl.syntax.nodes import Comment, File
from p2c_dsl.syntax.span import Source

_MARK = re.compile(r"#\s*p2c\s*:\s*(?P<rest>.*)")
_FORM = re.compile(r"ignore\s*\[(?P<codes>[^\]]*)\](?P<reason>.*)")
_FIRM = ("P2C1", "P2C2", "P2C91")


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A finding that is not reported, and the reason that its suppression gives."""

    diagnostic: Diagnostic
    reason: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What there is to report, the suppressions' own defects included, and what was silenced."""

    reported: tuple[Diagnostic, ...]
    suppressed: tuple[Suppressed, ...]


@dataclass(frozen=True, slots=True)
class _Suppression:
    """A comment that silences `codes` in a line, for a reason."""

    comment: Comment
    source: Source
    line: int
    codes: tuple[str, ...]
    reason: str


def apply(files: Sequence[File], diagnostics: Iterable[Diagnostic]) -> Outcome:
    """Applies the suppressions of `files` to what was found in them.

    Unused ones are reported in the last file only: nothing is known about compositions in the files it uses.
    """
    wrong: list[Diagnostic] = []
    found = [s for file in files for s in _suppressions(file, wrong)]
    reported: list[Diagnostic] = []
    suppressed: list[Suppressed] = []
    used: set[tuple[_Suppression, str]] = set()
    at = _by_line(found)
    for diagnostic in diagnostics:
        suppression = next((s for s in at.get(_line(diagnostic), ()) if diagnostic.code in s.codes), None)
        if suppression is None:
            reported.append(diagnostic)
        else:
            used.add((suppression, diagnostic.code))
            suppressed.append(Suppressed(diagnostic, suppression.reason))
    for suppression in found:
        if suppression.source is files[-1].source:
            wrong += (_unused(suppression, c) for c in suppression.codes if (suppression, c) not in used)
    return Outcome((*reported, *wrong), tuple(suppressed))


def _by_line(suppressions: Iterable[_Suppression]) -> dict[tuple[str, int], list[_Suppression]]:
    lines: dict[tuple[str, int], list[_Suppression]] = {}
    for suppression in suppressions:
        lines.setdefault((suppression.source.name, suppression.line), []).append(suppression)
    return lines


def _line(diagnostic: Diagnostic) -> tuple[str, int]:
    source, span = diagnostic.location.source, diagnostic.location.span
    return source.name, source.position(span.start).line


def _suppressions(file: File, wrong: list[Diagnostic]) -> Iterator[_Suppression]:
    """The suppressions of a file that can be applied; what is wrong with the others goes into `wrong`."""
    for comment in file.comments:
        mark = _MARK.match(comment.text)
        if mark is not None:
            suppression = _read(mark["rest"], comment, file.source, wrong)
            if suppression is not None:
                yield suppression


def _read(text: str, comment: Comment, source: Source, wrong: list[Diagnostic]) -> _Suppression | None:
    form = _FORM.match(text)
    listed = [c.strip() for c in form["codes"].split(",") if c.strip()] if form else []
    if form is None or not listed:
        help_ = "write `# p2c: ignore[P2C401] reason`"
        wrong.append(_diagnostic("P2C913", comment, source, "this suppression cannot be read", help_))
        return None
    codes = tuple(code for code in dict.fromkeys(listed) if _may_silence(code, comment, source, wrong))
    reason = form["reason"].strip()
    if not reason:
        help_ = "say behind the bracket why this finding is acceptable"
        wrong.append(_diagnostic("P2C910", comment, source, "a suppression needs a reason", help_))
        return None
    line = source.position(comment.span.start).line
    return _Suppression(
        comment, source, _next_line(source, line) if comment.own_line else line, codes, reason
    )


def _may_silence(code: str, comment: Comment, source: Source, wrong: list[Diagnostic]) -> bool:
    from p2c_dsl.diagnostics.codes import all_codes

    if code not in all_codes():
        help_ = "`p2c explain` lists all codes"
        wrong.append(_diagnostic("P2C911", comment, source, f"there is no code `{code}`", help_))
        return False
    if code.startswith(_FIRM):
        help_ = "correct what it says"
        wrong.append(_diagnostic("P2C914", comment, source, f"{code} cannot be ignored", help_))
        return False
    return True


def _next_line(source: Source, line: int) -> int:
    """The next line that is neither blank nor a comment."""
    last = len(source.line_starts)
    line += 1
    while line < last and (not source.line(line).strip() or source.line(line).lstrip().startswith("#")):
        line += 1
    return line


def _unused(suppression: _Suppression, code: str) -> Diagnostic:
    message = f"there is no {code} to ignore here"
    return _diagnostic("P2C912", suppression.comment, suppression.source, message, "remove it")


def _diagnostic(code: str, comment: Comment, source: Source, message: str, help: str) -> Diagnostic:
    return Diagnostic(code, message, Location(source, comment.span), Severity.WARNING, help=help)
