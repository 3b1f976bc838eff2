"""Reads a file and all that it uses, each once."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from p2c_dsl.diagnostics.model import Diagnostic, Location
from p2c_dsl.resolve.declarations import resolve
from p2c_dsl.spec import Spec
from p2c_dsl.syntax.nodes import File, Use
from p2c_dsl.syntax.parser import parse
from p2c_dsl.syntax.span import Source, Span

MOST_FILES = 1000


@dataclass(frozen=True, slots=True)
class Loaded:
    """A file, all files that it uses (itself last), the spec that they make, and what is wrong with them."""

    root: File
    files: tuple[File, ...]
    spec: Spec
    diagnostics: tuple[Diagnostic, ...]
    readable: bool = True
    """Whether the file itself could be read at all."""


def load(path: Path) -> Loaded:
    """Reads and resolves a file. Raises nothing: what is wrong stands in the diagnostics."""
    text, reason = _read(path)
    if reason is not None:
        source = Source(str(path), "")
        code, message = reason
        help_ = "save it as UTF-8" if code == "P2C131" else "check the path"
        diagnostic = Diagnostic(code, message, Location(source, Span(0, 0)), help=help_)
        return Loaded(File(source, (), ()), (), Spec(), (diagnostic,), readable=False)
    return load_text(text, str(path), path.parent, path)


def load_text(text: str, name: str, base: Path, path: Path | None = None) -> Loaded:
    """Resolves a text called `name`; `use` is relative to the folder `base`."""
    loader = _Loader()
    root = loader.parse(Source(name, text))
    loader.follow(root, base, [_real(path)] if path is not None else [])
    files = (*loader.files, root)
    spec, diagnostics = resolve(files)
    return Loaded(root, files, spec, (*loader.diagnostics, *diagnostics))


@dataclass(slots=True)
class _Loader:
    files: list[File] = field(default_factory=list)
    seen: set[Path] = field(default_factory=set)
    diagnostics: list[Diagnostic] = field(default_factory=list)

    def parse(self, source: Source) -> File:
        result = parse(source)
        self.diagnostics.extend(result.diagnostics)
        return result.file

    def follow(self, root: File, base: Path, path: list[Path]) -> None:
        """Reads what a file uses, depth first and without recursion: chains may be long."""
        stack = [(root, base, list(_uses(root)), path)]
        while stack:
            file, folder, uses, open_files = stack[-1]
            if not uses:
                stack.pop()
                if file is not root:
                    self.files.append(file)
                continue
            use = uses.pop(0)
            found = self.used(file, use, folder, open_files)
            if found is not None:
                target, used = found
                stack.append((used, target.parent, list(_uses(used)), [*open_files, target]))

    def used(self, file: File, use: Use, folder: Path, open_files: list[Path]) -> tuple[Path, File] | None:
        target = _real(folder / use.path)
        if target in open_files:
            cycle = [*open_files[open_files.index(target) :], target]
            shown = " uses ".join(f"`{p.name}`" for p in cycle)
            self.report(
                file,
                use,
                "P2C132",
                f"these files use each other: {shown}",
                "move what they share into a third file",
            )
            return None
        if target in self.seen:
            return None
        self.seen.add(target)
        if len(self.seen) > MOST_FILES:
            self.report(
                file, use, "P2C133", f"more than {MOST_FILES} files are used", "use fewer, larger files"
            )
            return None
        text, reason = _read(target)
        if reason is not None:
            self.report(
                file, use, "P2C133", f"`{use.path}`: {reason[1]}", "give a path relative to this file"
            )
            return None
        name = os.path.normpath(Path(file.source.name).parent / use.path)
        return target, self.parse(Source(name, text))

    def report(self, file: File, use: Use, code: str, message: str, help: str) -> None:
        self.diagnostics.append(Diagnostic(code, message, Location(file.source, use.span), help=help))


def _uses(file: File) -> list[Use]:
    return [d for d in file.declarations if isinstance(d, Use)]


def _real(path: Path) -> Path:
    try:
        return path.resolve()
    except (OSError, RuntimeError, ValueError):
        return path.absolute()


def _read(path: Path) -> tuple[str, tuple[str, str] | None]:
    """A file's text, or the code and message of what is wrong with it."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return "", ("P2C130", "there is no such file")
    except IsADirectoryError:
        return "", ("P2C130", "this is a folder")
    except (OSError, ValueError) as error:
        return "", ("P2C130", f"it cannot be read: {getattr(error, 'strerror', None) or error}")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return "", ("P2C131", f"it is not UTF-8: byte 0x{data[error.start]:02x} in line {line}")
    if "\0" in text:
        return "", (
            "P2C131",
            f"there is a NUL character in line {text.count(chr(10), 0, text.index(chr(0))) + 1}",
        )
    return text, None
