"""No text makes the parser fail, or take long: what cannot be read is told, each at its place."""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from p2c_dsl.source import Source
from p2c_dsl.syntax.formatter import format_file
from p2c_dsl.syntax.lexer import MOST_ERRORS
from p2c_dsl.syntax.nodes import Comment
from p2c_dsl.syntax.parser import ParseResult, parse

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").rglob("*.p2c"))
SECONDS = 5
PIECES = (
    *(
        "use",
        "type",
        "record",
        "enum",
        "constant",
        "effect",
        "subtask",
        "rules",
        "task",
        "compose",
        "does",
        "cost",
    ),
    *(
        "for",
        "in",
        "if",
        "elif",
        "else",
        "return",
        "not",
        "is",
        "None",
        "True",
        "literal",
        "while",
        "def",
        "lambda",
    ),
    *(
        "x",
        "f",
        "users",
        "Set",
        "Text",
        "3",
        "2.5",
        "1e400",
        '"text"',
        '"""',
        "'",
        '"',
        "#",
        "\\",
        "$",
        "é",
        "\ufeff",
    ),
    *(
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        ":",
        "=",
        "==",
        "->",
        "<=",
        ">=",
        "<",
        ",",
        ".",
        "-",
        "+=",
        ";",
        "\0",
        "\f",
    ),
    *("\n", "\n    ", "\n        ", "\n\t", "\r\n", "\r", " ", "  ", "\u2028", "\x85", "\ud800"),
)


def checked(text: str) -> ParseResult:
    """Parses a text and checks what must hold whatever it is."""
    source = Source("any.p2c", text)
    result = parse(source)
    assert len(result.diagnostics) <= MOST_ERRORS
    for d in result.diagnostics:
        assert 0 <= d.location.span.start <= d.location.span.end <= len(text) + 1, d
        assert d.message and d.help != ""
    lines = [source.position(d.location.span.start).line for d in result.diagnostics]
    assert lines == sorted(set(lines)), "one error a line, in order"
    assert list(result.file.comments) == sorted(result.file.comments, key=lambda c: c.span)
    if not result.diagnostics:
        formatted = format_file(result.file)
        again = parse(Source("any.p2c", formatted))
        assert not again.diagnostics, (text, formatted)
        assert sorted(map(_words, again.file.comments)) == sorted(map(_words, result.file.comments))
        assert format_file(again.file) == formatted
    return result


def _words(comment: Comment) -> str:
    return comment.text


def mutated(rng: random.Random, text: str) -> str:
    """A file with a few pieces cut out, doubled, swapped or put in."""
    for _ in range(rng.randint(1, 4)):
        start = rng.randrange(len(text) + 1)
        end = min(len(text), start + rng.choice((0, 1, 1, 2, 5, 20, 100)))
        match rng.randrange(4):
            case 0:
                text = text[:start] + text[end:]
            case 1:
                text = text[:start] + rng.choice(PIECES) + text[end:]
            case 2:
                text = text[:end] + text[start:end] + text[end:]
            case _:
                text = text[:start] + text[start:end][::-1] + text[end:]
    return text


def soup(rng: random.Random) -> str:
    """Pieces of the language in no order."""
    return "".join(rng.choice(PIECES) + rng.choice(("", " ")) for _ in range(rng.randint(1, 60)))


def noise(rng: random.Random) -> str:
    """Characters of any kind."""
    return "".join(chr(rng.choice((rng.randrange(128), rng.randrange(0x3000)))) for _ in range(rng.randint(1, 80)))


def fuzz(seed: int) -> None:
    rng = random.Random(seed)
    kind = rng.choice(("example", "example", "soup", "noise"))
    if kind == "example":
        checked(mutated(rng, rng.choice(EXAMPLES).read_text(encoding="utf-8")))
    else:
        checked(soup(rng) if kind == "soup" else noise(rng))


@pytest.mark.parametrize("batch", range(4))
def test_no_text_fails(batch: int) -> None:
    for seed in range(batch * 250, (batch + 1) * 250):
        fuzz(seed)


@pytest.mark.slow
@pytest.mark.parametrize("batch", range(50))
def test_no_text_fails_at_full_size(batch: int) -> None:
    for seed in range(1000 + batch * 1000, 1000 + (batch + 1) * 1000):
        fuzz(seed)


HEAD = "compose t(x):\n"


TRAPS: dict[str, Callable[[int], str]] = {
    "one long name": lambda size: "x" * size,
    "one long line of names": lambda size: HEAD + "    " + "x " * (size // 2),
    "one long line of calls": lambda size: HEAD + "    f(" + "g(x), " * (size // 6) + "x)",
    "open brackets": lambda size: HEAD + "    f" + "(" * size,
    "open brackets on lines of their own": lambda size: HEAD + "    f(\n" + "    (\n" * (size // 6),
    "an open bracket and empty lines": lambda size: HEAD + "    f(" + "\n" * size,
    "an open bracket and comments": lambda size: HEAD + "    f(" + "\n# c" * (size // 4),
    "closing brackets": lambda size: HEAD + "    f" + ")" * size,
    "blocks": lambda size: HEAD + "".join(f"{' ' * i}if x:\n" for i in range(1, 1400)),
    "branches": lambda size: HEAD + "    if x:\n        f()\n" + "    elif x:\n        f()\n" * (size // 24),
    "fields": lambda size: HEAD + "    y = x" + ".x" * (size // 2),
    "look-ups": lambda size: HEAD + "    y = x" + "[x]" * (size // 3),
    "bounds": lambda size: "type A = Set[B]" + " <= 3" * (size // 5),
    "quotes": lambda size: '"' * size,
    "open texts": lambda size: HEAD + '    x = "a\n' * (size // 12),
    "an open text of escapes": lambda size: HEAD + '    x = "' + "\\a" * (size // 2),
    "an open text in triple quotes": lambda size: 'use """' + 'a"' * (size // 2),
    "a long text": lambda size: 'use "' + "a" * size + '"\n',
    "a long docstring": lambda size: 'record A:\n    """' + "a\n" * (size // 2) + '"""\n    x: X\n',
    "digits": lambda size: "constant x: Int = " + "9" * size,
    "junk": lambda size: "$?" * (size // 2),
    "junk lines": lambda size: "$\n" * (size // 2),
    "wrong lines": lambda size: HEAD + "    x x\n" * (size // 8),
    "missing blocks": lambda size: "record A:\n" * (size // 10),
    "uneven lines": lambda size: HEAD + "".join(f"{' ' * (i % 7)}f()\n" for i in range(size // 8)),
    "indented lines": lambda size: "\n".join(f"{' ' * (i % 2)}type A" for i in range(size // 8)),
    "NUL": lambda size: "\0" * size,
    "blanks": lambda size: " " * size,
    "continued lines": lambda size: HEAD + "    f(x)" + "\\\n" * (size // 2),
    "carriage returns": lambda size: "\r" * size,
    "a long comment": lambda size: "#" * size,
}
"""Texts of about that many characters, each a trap for careless loops."""


def takes(text: str) -> float:
    """The seconds that it takes to parse a text."""
    started = time.process_time()
    result = parse(Source("large.p2c", text))
    assert len(result.diagnostics) <= MOST_ERRORS
    return time.process_time() - started


@pytest.mark.parametrize("name", TRAPS)
def test_four_times_the_text_takes_about_four_times_as_long(name: str) -> None:
    """Whatever the machine's speed; what is quadratic would take sixteen times as long."""
    shorter, longer = TRAPS[name](20_000), TRAPS[name](80_000)
    assert min(takes(longer) for _ in range(2)) < 8 * max(takes(shorter) for _ in range(2)) + 0.1


@pytest.mark.slow
@pytest.mark.parametrize("name", TRAPS)
def test_a_megabyte_takes_no_time(name: str) -> None:
    assert takes(TRAPS[name](1_000_000)) < SECONDS


@pytest.mark.parametrize("depth", [100, 1_000, 10_000])
def test_deep_nesting_is_told_and_not_followed(depth: int) -> None:
    assert depth * 2 > sys.getrecursionlimit() or depth == 100
    for text in (
        f"{HEAD}    {'f(' * depth}x{')' * depth}\n",
        f"type A = {'List[' * depth}Int{']' * depth}\n",
        f"{HEAD}    y = x{'[x' * depth}{']' * depth}\n",
        f"{HEAD}    y = x{'.x' * depth * 2}\n",
        HEAD + "".join(f"{' ' * i}if x:\n" for i in range(1, min(depth, 1_000))),
        f"{HEAD}    if x:\n        f()\n" + "    elif x:\n        f()\n" * depth * 2,
    ):
        assert [d.code for d in checked(text).diagnostics][:1] == ["P2C109"]
