"""A baseline: the findings from when a project started to use lint, so that only new ones are reported."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from p2c_dsl.diagnostics.model import Diagnostic
from p2c_dsl.source import Source
from p2c_dsl.syntax.lexer import Lexeme, lex
from p2c_dsl.syntax.lines import LogicalLines, logical_lines
from p2c_dsl.syntax.text import unquote

VERSION = 1


class BaselineError(Exception):
    """A file that is not a baseline, or cannot be read; the message says why."""


class Entry(NamedTuple):
    """A finding identified by the tokens of its statement, so that it does not depend on the position in the file."""

    file: str
    code: str
    rule: str
    text: str


@dataclass(frozen=True, slots=True)
class Baseline:
    """The known findings with their number of occurrences. Their files are relative to `folder`."""

    folder: Path
    known: Mapping[Entry, int]

    def split(self, found: Iterable[Diagnostic]) -> tuple[list[Diagnostic], Counter[Entry]]:
        """The findings that are not in the baseline, and the entries for these files that are no longer found."""
        left = Counter(self.known)
        new = []
        entries = _Entries(self.folder)
        for diagnostic in found:
            entry = entries.of(diagnostic)
            if left[entry] > 0:
                left[entry] -= 1
            else:
                new.append(diagnostic)
        return new, +left

    def with_findings(self, found: Sequence[Diagnostic], files: Iterable[str]) -> Baseline:
        """The baseline with these findings in place of its entries for these files."""
        entries = _Entries(self.folder)
        judged = {_relative(file, self.folder) for file in files}
        kept = {entry: count for entry, count in self.known.items() if entry.file not in judged}
        return Baseline(self.folder, {**kept, **Counter(map(entries.of, found))})

    def about(self, entries: Counter[Entry], files: Iterable[str]) -> Counter[Entry]:
        """The entries for these files, or for files that no longer exist."""
        judged = {_relative(file, self.folder) for file in files}
        return Counter({e: n for e, n in entries.items() if e.file in judged or not (self.folder / e.file).exists()})

    def text(self) -> str:
        """The baseline as a JSON document."""
        listed = [{**e._asdict(), "count": count} for e, count in sorted(self.known.items())]
        return json.dumps({"version": VERSION, "findings": listed}, indent=2) + "\n"


def read_baseline(path: Path) -> Baseline:
    """Reads a baseline. Raises `BaselineError`."""
    try:
        if path.exists() and not path.is_file():
            raise BaselineError(f"{path} is not a regular file")
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BaselineError(f"{path} cannot be read: {error.strerror or error}") from None
    except (ValueError, RecursionError) as error:
        raise BaselineError(f"{path} is not JSON: {error}") from None
    try:
        if document["version"] != VERSION:
            raise BaselineError(f"{path} has version {document['version']!r}, but only version {VERSION} is supported")
        known = Counter({_entry(listed): _count(listed) for listed in document["findings"]})
    except (KeyError, TypeError, ValueError):
        raise BaselineError(f"{path} is not a baseline; create one with --write-baseline") from None
    return Baseline(_folder(path), known)


def empty_baseline(path: Path) -> Baseline:
    """An empty baseline, to be filled and written to a file."""
    return Baseline(_folder(path), {})


def _entry(listed: Mapping[str, object]) -> Entry:
    parts = [listed[name] for name in Entry._fields]
    if not all(isinstance(part, str) for part in parts):
        raise ValueError(parts)
    return Entry(*map(str, parts))


def _count(listed: Mapping[str, object]) -> int:
    count = listed["count"]
    if not isinstance(count, int) or count < 1:
        raise ValueError(count)
    return count


def _folder(path: Path) -> Path:
    return Path(os.path.abspath(path)).parent


def _relative(file: str, folder: Path) -> str:
    return Path(os.path.relpath(file, folder)).as_posix()


class _Entries:
    """Makes the entries of findings; each file is split into statements once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lines: dict[str, LogicalLines] = {}

    def of(self, diagnostic: Diagnostic) -> Entry:
        source, span = diagnostic.location.source, diagnostic.location.span
        lines = self._lines.get(source.name)
        if lines is None:
            lines = self._lines[source.name] = logical_lines(source)
        statement = lines.at(span.start)
        if statement is None:
            text = source.line(source.position(span.start).line).strip()
        else:
            text = _words(source.text[statement.start : statement.end])
        return Entry(_relative(source.name, self._folder), diagnostic.code, diagnostic.rule or "", text)


def _words(statement: str) -> str:
    """A statement's tokens, which do not depend on its layout."""
    lexemes = [lexeme for lexeme in lex(Source("", statement)).lexemes if lexeme.text]
    following = [*lexemes[1:], None]
    kept = (x for x, after in zip(lexemes, following, strict=True) if not _trailing_comma(x, after))
    return " ".join(map(_word, kept))


def _trailing_comma(lexeme: Lexeme, after: Lexeme | None) -> bool:
    return lexeme.text == "," and after is not None and after.text in (")", "]")


def _word(lexeme: Lexeme) -> str:
    if lexeme.type != "STRING":
        return lexeme.text
    try:
        return repr(unquote(lexeme.text))
    except ValueError:
        return lexeme.text
