"""Specs of policies that others have published, and how their rules and compositions are numbered."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
SPECS = sorted(HERE.glob("*.p2c"))
COMPOSITIONS = sorted((HERE / "compositions").glob("*.p2c"))

_NUMBERS = re.compile(r" *# ([A-Z]\d+(?:, [A-Z]\d+)*)$")
_VERDICT = re.compile(r"# (?P<numbers>[A-Z]\d+(?:, [A-Z]\d+)*) (?:kept|broken: (?P<code>P2C\d+))$", re.MULTILINE)


@dataclass(frozen=True)
class Case:
    """A composition that keeps the sentences with these numbers, or breaks the only one: then with the code."""

    page: str
    numbers: tuple[str, ...]
    code: str | None
    text: str

    def __str__(self) -> str:
        return f"{', '.join(self.numbers)} {self.code or 'kept'}"


def rules_of(spec: Path) -> dict[str, list[str]]:
    """The rules that show a sentence, by its number: those below a comment with it, up to the next comment."""
    found: dict[str, list[str]] = defaultdict(list)
    numbers: list[str] = []
    for line in spec.read_text().splitlines():
        if marked := _NUMBERS.match(line):
            numbers = marked[1].split(", ")
        elif not line.strip() or line.lstrip().startswith("#"):
            numbers = []
        for number in numbers if not marked else ():
            found[number].append(line.strip())
    return found


def cases_of(page: Path) -> Iterator[Case]:
    """The compositions of a page, each a text of its own under the page's spec."""
    text = page.read_text()
    heads = list(_VERDICT.finditer(text))
    ends = [head.start() for head in heads[1:]] + [len(text)]
    for head, end in zip(heads, ends, strict=True):
        body = text[: heads[0].start()] + text[head.end() : end]
        yield Case(page.stem, tuple(head["numbers"].split(", ")), head["code"], body)
