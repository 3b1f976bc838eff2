"""Reads a file and all files that it uses, each once."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from p2c_dsl.diagnostics.model import Diagnostic, Location, Severity
from p2c_dsl.resolve.declarations import resolve
from p2c_dsl.resolve.files import Unreadable, read, real
from p2c_dsl.source import Source, Span
from p2c_dsl.spec import Spec
from p2c_dsl.syntax.nodes import File, Use
from p2c_dsl.syntax.parser import parse

MOST_FILES = 1000
SUFFIX = ".p2c"


@dataclass(frozen=True, slots=True)
class Loaded:
    """A file, all files that it uses (itself last), the spec that they form, and the errors in them."""

    root: File
    files: tuple[File, ...]
    spec: Spec
    diagnostics: tuple[Diagnostic, ...]
    readable: bool = True
    """Whether the file itself could be read at all."""
    whole: bool = True
    """Whether all parts of the spec could be read. If not, missing names may be in the unreadable parts."""


def load(path: Path) -> Loaded:
    """Reads and resolves a file. Does not raise: errors are in the diagnostics."""
    source = read_source(path)
    if isinstance(source, Diagnostic):
        empty = File(source.location.source, (), ())
        return Loaded(empty, (), Spec(), (source,), readable=False, whole=False)
    return load_text(source.text, source.name, path.parent, path)


def read_source(path: Path) -> Source | Diagnostic:
    """A file's text, or a diagnostic if it cannot be read. Does not raise."""
    try:
        return Source(str(path), read(path))
    except Unreadable as error:
        place = Span(error.offset, error.offset + 1 if error.text else 0)
        location = Location(Source(str(path), error.text), place)
        return Diagnostic(error.code, error.reason, location, help=error.help)


def load_text(text: str, name: str, base: Path, path: Path | None = None, *, confined: bool = False) -> Loaded:
    """Resolves a text called `name`; `use` is relative to the folder `base`. Does not raise.

    `confined` is for a text from a caller who may only see the `.p2c` files in `base`, even through symbolic links.
    """
    loader = _Loader(real(base) if confined else None)
    root = loader.parse(Source(name, text))
    loader.follow(root, base, [real(path)] if path is not None else [])
    files = (*loader.files, root)
    spec, diagnostics = resolve(files)
    whole = loader.all_used and all(file.whole for file in files)
    found = (*loader.diagnostics, *diagnostics) if whole else tuple(loader.diagnostics)
    return Loaded(root, files, spec, found, whole=whole)


class _Loader:
    """The files read so far, each after the files that it uses, and the folder that they must be in."""

    def __init__(self, within: Path | None) -> None:
        self._within = within
        self.files: list[File] = []
        self.diagnostics: list[Diagnostic] = []
        self.all_used = True
        self._seen: set[Path] = set()

    def parse(self, source: Source) -> File:
        result = parse(source)
        self.diagnostics.extend(result.diagnostics)
        return result.file

    def follow(self, root: File, base: Path, path: list[Path]) -> None:
        """Reads the files that a file uses, depth first and without recursion, because chains may be long."""
        stack = [(root, base, _uses(root))]
        opened = dict.fromkeys(path)
        while stack:
            file, folder, uses = stack[-1]
            use = next(uses, None)
            if use is None:
                stack.pop()
                if file is not root:
                    self.files.append(file)
                    opened.popitem()
                continue
            target = real(folder / use.path)
            if target in opened:
                self._report_circle(file, use, [*opened, target])
            elif target not in self._seen:
                self._seen.add(target)
                used = self._used(file, use, target)
                if used is not None:
                    opened[target] = None
                    stack.append((used, target.parent, _uses(used)))

    def _used(self, file: File, use: Use, target: Path) -> File | None:
        if len(self._seen) > MOST_FILES:
            if len(self._seen) == MOST_FILES + 1:
                message = f"more than {MOST_FILES} files are used"
                self._report(file, use, "P2C133", message, "merge some of them into larger files")
            return None
        if "://" in use.path:
            message = f"`{use.path}` is not the path of a file"
            self._report(file, use, "P2C133", message, "save it next to this file, and use that copy")
            return None
        try:
            source = Source(os.path.normpath(Path(file.source.name).parent / use.path), self._read(target))
            return self.parse(source) if self._within is None else self._parse_confined(source)
        except Unreadable as error:
            help_ = error.help if error.code == "P2C131" else "the path is relative to this file's folder"
            self._report(file, use, "P2C133", f"`{use.path}` cannot be used: {error.reason}", help_)
            return None

    def _read(self, target: Path) -> str:
        """The text of a used file. Raises `Unreadable`, without revealing whether a file outside the folder exists."""
        if self._within is None:
            return read(target, regular=True)
        if not (target.suffix == SUFFIX and target.is_relative_to(self._within)):
            raise Unreadable("P2C133", f"it is not a {SUFFIX} file in the folder of this text", "")
        try:
            return read(target, regular=True)
        except Unreadable as error:
            # The position of an invalid byte would also reveal content.
            reason = "it is not a text file" if error.code == "P2C131" else error.reason
            raise Unreadable(error.code, reason, error.help) from None

    def _parse_confined(self, source: Source) -> File:
        """A file in the language. Raises `Unreadable` for any other, because a syntax error could quote any content."""
        result = parse(source)
        wrong = next((d for d in result.diagnostics if d.severity is Severity.ERROR), None)
        if wrong is not None:
            line = source.position(wrong.location.span.start).line
            raise Unreadable("P2C131", f"there is an error in line {line}", f"run `p2c lint {source.name}` to see it")
        self.diagnostics.extend(result.diagnostics)
        return result.file

    def _report_circle(self, file: File, use: Use, opened: list[Path]) -> None:
        circle = " uses ".join(f"`{p.name}`" for p in opened[opened.index(opened[-1]) :])
        message = f"files use each other in a circle: {circle}"
        self._report(file, use, "P2C132", message, "move what they share into a third file")

    def _report(self, file: File, use: Use, code: str, message: str, help: str) -> None:
        self.all_used = False
        self.diagnostics.append(Diagnostic(code, message, Location(file.source, use.span), help=help))


def _uses(file: File) -> Iterator[Use]:
    return (d for d in file.declarations if isinstance(d, Use))
