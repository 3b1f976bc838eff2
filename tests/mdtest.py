"""Golden tests as prose: markdown whose `p2c` blocks say on each line what is wrong with it.

A line that ends in `# error: [P2C162] "part of the message"` has that error (`warning:` and `note:` are its
milder forms, the message may be left out, and several marks may follow each other). A mark on a line of its own
speaks of the line below, for lines whose end is no place for a comment. A line without a mark is clean.
A block opened as ```` ```p2c other.p2c ```` is a file that the section's other blocks can `use`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from p2c_dsl.diagnostics.model import Diagnostic
from p2c_dsl.lint import lint_file

_FENCE = re.compile(r"^```p2c *(?P<name>\S*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^##? +(.+)$", re.MULTILINE)
_MARK = re.compile(r'# (?P<severity>error|warning|note): \[(?P<code>P2C\d+)\](?: "(?P<part>[^"]*)")?')


@dataclass(frozen=True)
class Block:
    """A file to lint, where it stands in its page, and the files beside it."""

    page: str
    heading: str
    line: int
    text: str
    name: str = "main.p2c"
    beside: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.page}:{self.line} {self.heading}"


@dataclass(frozen=True)
class Mark:
    """One expected diagnostic."""

    line: int
    severity: str
    code: str
    part: str

    def meets(self, diagnostic: Diagnostic) -> bool:
        """Whether a diagnostic is the expected one."""
        location = diagnostic.location
        line = location.source.position(location.span.start).line
        found = (line, str(diagnostic.severity), diagnostic.code)
        return found == (self.line, self.severity, self.code) and self.part in diagnostic.message


def blocks(page: Path) -> Iterator[Block]:
    """The blocks of a page; a section's named ones stand beside its others."""
    text = page.read_text(encoding="utf-8")
    headings = list(_HEADING.finditer(text))
    for this, following in zip(headings, [*headings[1:], None], strict=True):
        end = following.start() if following else len(text)
        fences = list(_FENCE.finditer(text, this.end(), end))
        beside = {f["name"]: f["text"] for f in fences if f["name"]}
        for fence in fences:
            line = text.count("\n", 0, fence.start("text")) + 1
            name = fence["name"] or "main.p2c"
            yield Block(page.name, this[1], line, fence["text"], name, beside)


def marks(text: str) -> list[Mark]:
    """What the lines of a block say about themselves."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        below = line.lstrip().startswith("#")
        for mark in _MARK.finditer(line):
            found.append(Mark(number + below, mark["severity"], mark["code"], mark["part"] or ""))
    return found


def disagreements(block: Block, folder: Path) -> list[str]:
    """What lint says and the block does not, and the other way round; `folder` is for the files."""
    for name, text in {**block.beside, block.name: block.text}.items():
        (folder / name).write_text(text, encoding="utf-8")
    path = folder / block.name
    report = lint_file(path, counterexamples=False)
    here = [d for d in report.diagnostics if d.location.source.name == str(path)]
    return list(_compare(block, marks(block.text), here))


def _compare(block: Block, expected: list[Mark], diagnostics: Iterable[Diagnostic]) -> Iterator[str]:
    missing = list(expected)
    for diagnostic in diagnostics:
        met = next((m for m in missing if m.meets(diagnostic)), None)
        if met is not None:
            missing.remove(met)
            continue
        line = diagnostic.location.source.position(diagnostic.location.span.start).line
        shown = f'{diagnostic.severity}: [{diagnostic.code}] "{diagnostic.message}"'
        yield f"{block.page}:{block.line + line - 1}: unexpected {shown}"
    for mark in missing:
        place = f"{block.page}:{block.line + mark.line - 1}"
        yield f'{place}: missing {mark.severity}: [{mark.code}] "{mark.part}"'
