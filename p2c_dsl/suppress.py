"""`# p2c: ignore[P2C401] reason`: findings that the author has decided to accept.

A suppression applies to the statement on one of whose lines it is, or, on a line of its own, to the next statement.
For a `for` or an `if`, the statement is the header. A suppression changes only the report of lint: planners and
monitors still keep every rule. Errors that leave a file without a meaning (syntax, names and types: families 1 and 2)
cannot be suppressed, and neither can errors in suppressions.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from p2c_dsl.diagnostics.codes import Code
from p2c_dsl.diagnostics.model import Diagnostic, Location, Severity, Suppressed
from p2c_dsl.source import Source, Span
from p2c_dsl.syntax.lines import LogicalLines, logical_lines
from p2c_dsl.syntax.nodes import Comment, File

_MARK = re.compile(r"#\s*p2c\s*:\s*(?P<rest>.*)", re.IGNORECASE)
_FORM = re.compile(r"ignore\s*\[(?P<codes>[^\]]*)\](?P<reason>.*)")
_MEANING = ("P2C1", "P2C2")
_FIRM = (*_MEANING, "P2C91")
_ELSEWHERE = ("P2C441",)
"""Codes that are found only when another file is linted, so a suppression of them is never unused in its own file."""
_NAMED = ("P2C121", "P2C122")
"""Codes about the look of names, which do not leave a file without a meaning."""

CODES = (
    Code(
        "P2C910",
        "a suppression without a reason",
        "A suppression must say why the finding is acceptable, for later readers.",
        rejected="book(r)  # p2c: ignore[P2C401]",
        accepted="book(r)  # p2c: ignore[P2C401] the caller bounds the guests",
    ),
    Code(
        "P2C911",
        "a suppression of an unknown code",
        "Lint does not report the code in the brackets.",
    ),
    Code(
        "P2C912",
        "an unused suppression",
        "The statement no longer has this finding. Remove the suppression.",
    ),
    Code(
        "P2C913",
        "a malformed suppression",
        "Write `# p2c: ignore[CODE] reason`. Separate several codes with commas.",
    ),
    Code(
        "P2C914",
        "a suppression of a code that cannot be suppressed",
        "A file with errors in its syntax, names or types has no meaning, so these errors must be fixed. "
        "Errors in suppressions must also be fixed.",
    ),
)


@dataclass(frozen=True, slots=True)
class Suppression:
    """The findings to report, including errors in the suppressions themselves, and the suppressed findings."""

    reported: tuple[Diagnostic, ...]
    suppressed: tuple[Suppressed, ...]


@dataclass(frozen=True, slots=True)
class _Suppression:
    """A comment that suppresses `codes` in a statement (`None` after the last one), for a reason."""

    comment: Comment
    source: Source
    statement: Span | None
    codes: tuple[str, ...]
    reason: str


def apply(files: Sequence[File], diagnostics: Sequence[Diagnostic], known: Collection[str]) -> Suppression:
    """Applies the suppressions of `files` to what was found in them; `known` are all codes.

    Unused suppressions are reported in the last file only, because compositions in the files that it uses are not
    checked. They are not reported if the file has no meaning.
    """
    wrong: list[Diagnostic] = []
    reported: list[Diagnostic] = []
    suppressed: list[Suppressed] = []
    used: set[tuple[_Suppression, str]] = set()
    # Files without suppressions do not need to be split into statements.
    lines = {f.source.name: logical_lines(f.source) for f in files if any(map(_marked, f.comments))}
    found = [
        suppression
        for f in files
        if f.source.name in lines
        for suppression in _SuppressionReader(f.source, lines[f.source.name], known, wrong).read(f.comments)
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
                unused = (c for c in suppression.codes if (suppression, c) not in used and c not in _ELSEWHERE)
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


@dataclass(frozen=True, slots=True)
class _SuppressionReader:
    """Reads the suppressions of a file; what is wrong with them goes into `wrong`."""

    source: Source
    lines: LogicalLines
    known: Collection[str]
    wrong: list[Diagnostic]

    def read(self, comments: Iterable[Comment]) -> Iterator[_Suppression]:
        """The suppressions that can be applied."""
        for comment in comments:
            mark = _MARK.search(comment.text)
            if mark is not None:
                suppression = self._read(mark["rest"], comment)
                if suppression is not None:
                    yield suppression

    def _read(self, text: str, comment: Comment) -> _Suppression | None:
        form = _FORM.match(text)
        listed = [c.strip() for c in form["codes"].split(",") if c.strip()] if form else []
        if form is None or not listed:
            help_ = "write `# p2c: ignore[P2C401] reason`"
            self._object("P2C913", comment, "invalid suppression comment", help_)
            return None
        codes = tuple(code for code in dict.fromkeys(listed) if self._may_silence(code, comment))
        reason = form["reason"].strip()
        if not reason:
            help_ = "state after the bracket why this finding is acceptable"
            self._object("P2C910", comment, "a suppression needs a reason", help_)
            return None
        return _Suppression(comment, self.source, self.lines.of(comment), codes, reason)

    def _may_silence(self, code: str, comment: Comment) -> bool:
        if code not in self.known:
            self._object("P2C911", comment, f"there is no code `{code}`", "`p2c explain` lists all codes")
            return False
        if code.startswith(_FIRM) and code not in _NAMED:
            self._object("P2C914", comment, f"{code} cannot be suppressed", "fix the error itself")
            return False
        return True

    def _object(self, code: str, comment: Comment, message: str, help: str) -> None:
        self.wrong.append(_diagnostic(code, comment, self.source, message, help))


def _unused(suppression: _Suppression, code: str) -> Diagnostic:
    message = f"there is no {code} to suppress here"
    return _diagnostic("P2C912", suppression.comment, suppression.source, message, "remove the suppression")


def _diagnostic(code: str, comment: Comment, source: Source, message: str, help: str) -> Diagnostic:
    return Diagnostic(code, message, Location(source, comment.span), Severity.WARNING, help=help)
