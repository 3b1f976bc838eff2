"""`# p2c: ignore[P2C401] reason`: findings that somebody has decided to live with.

A suppression concerns the statement on one of whose lines it stands, or, alone on its line, the next statement.
Of a `for` or an `if` that is the header. It changes what lint says; planners and monitors keep every rule all
the same. What leaves a file without a meaning (syntax, names and types: families 1 and 2) cannot be lived with,
and nor can a suppression that is itself wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from p2c_dsl.diagnostics.model import Diagnostic, Location, Severity
from p2c_dsl.syntax.lines import LogicalLines, logical_lines
from p2c_dsl.syntax.nodes import Comment, File
from p2c_dsl.syntax.span import Source, Span

_MARK = re.compile(r"#\s*p2c\s*:\s*(?P<rest>.*)", re.IGNORECASE)
_FORM = re.compile(r"ignore\s*\[(?P<codes>[^\]]*)\](?P<reason>.*)")
_MEANING = ("P2C1", "P2C2")
_FIRM = (*_MEANING, "P2C91")
_ELSEWHERE = ("P2C441",)
"""What is found when another file is linted: its suppression has nothing to do in its own."""
_NAMED = ("P2C121", "P2C122")
"""How names look: a file with them has a meaning."""


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A finding that is not reported, and the reason that its suppression gives."""

    diagnostic: Diagnostic
    reason: str


@dataclass(frozen=True, slots=True)
class Suppression:
    """What there is to report, the suppressions' own defects included, and what was silenced."""

    reported: tuple[Diagnostic, ...]
    suppressed: tuple[Suppressed, ...]


@dataclass(frozen=True, slots=True)
class _Suppression:
    """A comment that silences `codes` in a statement (`None` behind the last one), for a reason."""

    comment: Comment
    source: Source
    statement: Span | None
    codes: tuple[str, ...]
    reason: str


def apply(files: Sequence[File], diagnostics: Sequence[Diagnostic]) -> Suppression:
    """Applies the suppressions of `files` to what was found in them.

    Unused ones are reported in the last file only: nothing is known about compositions in the files it uses, and
    nothing about this one either where it has no meaning.
    """
    wrong: list[Diagnostic] = []
    reported: list[Diagnostic] = []
    suppressed: list[Suppressed] = []
    used: set[tuple[_Suppression, str]] = set()
    # Where a statement begins and ends is asked only in files that suppress something.
    lines = {f.source.name: logical_lines(f.source) for f in files if any(map(_marked, f.comments))}
    found = [
        s for f in files if f.source.name in lines for s in _suppressions(f, lines[f.source.name], wrong)
    ]
    at = _by_statement(found)
    for diagnostic in diagnostics:
        here = at.get(_statement(diagnostic, lines), ())
        suppression = next((s for s in here if diagnostic.code in s.codes), None)
        if suppression is None:
            reported.append(diagnostic)
        else:
            used.add((suppression, diagnostic.code))
            suppressed.append(Suppressed(diagnostic, suppression.reason))
    if not any(d.code.startswith(_MEANING) and d.severity is Severity.ERROR for d in diagnostics):
        for suppression in found:
            if suppression.source is files[-1].source:
                unused = (
                    c for c in suppression.codes if (suppression, c) not in used and c not in _ELSEWHERE
                )
                wrong += (_unused(suppression, code) for code in unused)
    return Suppression((*reported, *wrong), tuple(suppressed))


_Place = tuple[str, Span | None]


def _by_statement(suppressions: Iterable[_Suppression]) -> dict[_Place, list[_Suppression]]:
    places: dict[_Place, list[_Suppression]] = {}
    for suppression in suppressions:
        if suppression.statement is not None:
            places.setdefault((suppression.source.name, suppression.statement), []).append(suppression)
    return places


def _statement(diagnostic: Diagnostic, lines: Mapping[str, LogicalLines]) -> _Place:
    name = diagnostic.location.source.name
    return name, lines[name].at(diagnostic.location.span.start) if name in lines else None


def _marked(comment: Comment) -> bool:
    return _MARK.search(comment.text) is not None


def _suppressions(file: File, lines: LogicalLines, wrong: list[Diagnostic]) -> Iterator[_Suppression]:
    """The suppressions of a file that can be applied; what is wrong with the others goes into `wrong`."""
    for comment in file.comments:
        mark = _MARK.search(comment.text)
        if mark is not None:
            suppression = _read(mark["rest"], comment, file.source, lines, wrong)
            if suppression is not None:
                yield suppression


def _read(
    text: str, comment: Comment, source: Source, lines: LogicalLines, wrong: list[Diagnostic]
) -> _Suppression | None:
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
    return _Suppression(comment, source, lines.of(comment), codes, reason)


def _may_silence(code: str, comment: Comment, source: Source, wrong: list[Diagnostic]) -> bool:
    from p2c_dsl.diagnostics.codes import all_codes

    if code not in all_codes():
        help_ = "`p2c explain` lists all codes"
        wrong.append(_diagnostic("P2C911", comment, source, f"there is no code `{code}`", help_))
        return False
    if code.startswith(_FIRM) and code not in _NAMED:
        help_ = "correct what it says"
        wrong.append(_diagnostic("P2C914", comment, source, f"{code} cannot be ignored", help_))
        return False
    return True


def _unused(suppression: _Suppression, code: str) -> Diagnostic:
    message = f"there is no {code} to ignore here"
    return _diagnostic("P2C912", suppression.comment, suppression.source, message, "remove it")


def _diagnostic(code: str, comment: Comment, source: Source, message: str, help: str) -> Diagnostic:
    return Diagnostic(code, message, Location(source, comment.span), Severity.WARNING, help=help)
