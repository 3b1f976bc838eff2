"""What the fuzzer starts from, and the words that it puts in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from p2c_dsl.codes import all_codes
from p2c_dsl.grammar.tables import KEYWORDS, OPERATORS
from p2c_dsl.rules import RULES
from tests.mdtest import blocks

ROOT = Path(__file__).parents[2]
_USE = re.compile(r'^use "(?P<path>[^"]+)"\n', re.MULTILINE)


def seeds() -> Iterator[str]:
    """All examples, golden tests, and what rules and codes are explained with; each stands alone."""
    for path in sorted((ROOT / "examples").rglob("*.p2c")):
        yield _whole(path)
    for page in sorted((ROOT / "tests" / "mdtest").glob("*.md")):
        for block in blocks(page):
            beside = block.beside
            yield _USE.sub(lambda use, beside=beside: beside.get(use["path"], ""), block.text)
    for explained in (*RULES, *all_codes().values()):
        yield from filter(None, (explained.accepted, explained.rejected))


def words() -> list[str]:
    """The words of the language, and those of its rules."""
    of_rules = {word for rule in RULES for word in re.findall(r"[a-z_]+", rule.syntax)}
    return sorted({*KEYWORDS, *OPERATORS, *of_rules, "\n    ", "\n        ", "# p2c: ignore", "Set[", "Map["})


def _whole(path: Path) -> str:
    """A file's text, with what it uses in the place where it uses it."""

    def used(use: re.Match[str]) -> str:
        target = path.parent / use["path"]
        return _whole(target) if target.is_file() else use[0]

    return _USE.sub(used, path.read_text(encoding="utf-8"))
