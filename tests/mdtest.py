"""Golden tests as prose: markdown whose `p2c` blocks say on each line what is wrong with it.

A line that ends in `# error: [P2C162] "part of the message"` has that error (`warning:` and `note:` are its
milder forms, the message may be left out, and several marks may follow each other). A mark on a line of its own
speaks of the line below, for lines that cannot end with a comment. A line without a mark is clean.
A block opened as ```` ```p2c other.p2c ```` is a file that the section's other blocks can `use`.

A block opened as ```` ```output ```` right below a file holds everything that `p2c lint` prints about that file, in a
terminal 100 columns wide. Such a file needs no marks; if it has some, they must hold as well.
`python -m pytest tests/test_mdtest.py --update-snapshots` writes all of these outputs anew.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import chdir
from dataclasses import dataclass, field
from difflib import unified_diff
from pathlib import Path
from tempfile import TemporaryDirectory

from p2c_dsl.diagnostics.model import Diagnostic
from p2c_dsl.lint import lint_file
from tests.cli.commands import p2c

PAGES = sorted((Path(__file__).parent / "mdtest").glob("*.md"))
UPDATE = "python -m pytest tests/test_mdtest.py --update-snapshots"
_WIDTH = "100"
_FENCE = re.compile(
    r"^```p2c *(?P<name>\S*)\n(?P<text>.*?)^```$(?:\n\s*^```output\n(?P<output>.*?)^```$)?",
    re.MULTILINE | re.DOTALL,
)
_OUTPUT = re.compile(r"^```output", re.MULTILINE)
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
    output: str | None = None
    """What `p2c lint` prints about the file, where the page says so."""

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
    return (block for block, _ in _read(page.name, page.read_text(encoding="utf-8")))


def _read(page: str, text: str) -> Iterator[tuple[Block, tuple[int, int]]]:
    """The blocks of a page's text, each with the span of its output."""
    headings = list(_HEADING.finditer(text))
    outputs = 0
    for this, following in zip(headings, [*headings[1:], None], strict=True):
        end = following.start() if following else len(text)
        fences = list(_FENCE.finditer(text, this.end(), end))
        beside = {f["name"]: f["text"] for f in fences if f["name"]}
        for fence in fences:
            line = text.count("\n", 0, fence.start("text")) + 1
            name = fence["name"] or "main.p2c"
            outputs += fence["output"] is not None
            yield (
                Block(page, this[1], line, fence["text"], name, beside, fence["output"]),
                fence.span("output"),
            )
    if outputs != len(_OUTPUT.findall(text)):
        raise ValueError(f"{page}: an output does not stand right below a file")


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
    expected = marks(block.text)
    if block.output is not None and not expected:
        return []
    _write(block, folder)
    path = folder / block.name
    report = lint_file(path, counterexamples=False)
    here = [d for d in report.diagnostics if d.location.source.name == str(path)]
    return list(_compare(block, expected, here))


def printed(block: Block, folder: Path) -> str:
    """Everything that `p2c lint` prints about a block; `folder` is for the files."""
    _write(block, folder)
    (folder / "pyproject.toml").touch()
    with chdir(folder):
        return p2c("lint", block.name, env={"COLUMNS": _WIDTH}).stdout


def changes(block: Block, folder: Path) -> str:
    """How the output in the page differs from what `p2c lint` prints; empty if it does not."""
    assert block.output is not None
    lines = block.output.splitlines(), printed(block, folder).splitlines()
    return "\n".join(unified_diff(*lines, f"{block.page}:{block.line}", "p2c lint", n=1000, lineterm=""))


def updated(page: str, text: str) -> str:
    """A page's text with all its outputs written anew."""
    parts, copied = [], 0
    for block, (start, end) in _read(page, text):
        if block.output is not None:
            with TemporaryDirectory() as folder:
                parts += [text[copied:start], printed(block, Path(folder))]
            copied = end
    return "".join([*parts, text[copied:]])


def update() -> None:
    """Writes the outputs in all pages anew."""
    for page in PAGES:
        page.write_text(updated(page.name, page.read_text(encoding="utf-8")), encoding="utf-8")


def _write(block: Block, folder: Path) -> None:
    for name, text in {**block.beside, block.name: block.text}.items():
        (folder / name).write_text(text, encoding="utf-8")


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
