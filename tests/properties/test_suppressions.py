"""Suppressions and comments stay at their statements when a file is laid out, wherever they stand in them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from p2c_dsl.lint import Report, lint_text
from p2c_dsl.source import Source
from p2c_dsl.syntax.formatter import format_source
from p2c_dsl.syntax.lexer import NEWLINE, lex
from p2c_dsl.syntax.parser import parse
from tests.properties.soundness import random_case

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").rglob("*.p2c"))
_DEEP = " " * 60
"""An indentation that is deeper than any block's."""


def linted(text: str, base: Path = Path()) -> Report:
    return lint_text(text, "generated.p2c", base, counterexamples=False)


def verdict(report: Report) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """What is reported and what is silenced, without its place. (Of two reasons for one code either counts.)"""
    silenced = (s.diagnostic for s in report.suppressed)
    reported, excepted = (sorted((d.code, d.message) for d in f) for f in (report.diagnostics, silenced))
    return reported, excepted


def disturbed(rng: random.Random, text: str, codes: list[str]) -> str:
    """The text with lines broken in brackets, and with comments in, behind and between its statements."""
    depth, places = 0, []
    for lexeme in lex(Source("t.p2c", text)).lexemes:
        depth -= lexeme.text in tuple(")]}")
        if depth and rng.random() < 0.15:
            places.append((lexeme.start, f"{_comment(rng, codes) if rng.random() < 0.7 else ''}\n{_DEEP}"))
        if lexeme.type == NEWLINE and rng.random() < 0.3:
            behind = _comment(rng, codes) if rng.random() < 0.7 else ""
            own = f"\n{' ' * rng.choice((0, 4, 8))}{_comment(rng, codes)}" if rng.random() < 0.3 else ""
            places.append((lexeme.start, behind + own))
        depth += lexeme.text in tuple("([{")
    for place, put_in in reversed(places):
        text = text[:place] + put_in + text[place:]
    return text


def _comment(rng: random.Random, codes: list[str]) -> str:
    if rng.random() < 0.3:
        return f"  # note {rng.randrange(100)}"
    chosen = rng.sample(codes, min(len(codes), rng.randint(1, 3)))
    return f"  # p2c: ignore[{', '.join(chosen)}] reason {rng.randrange(100)}"


def laid_out_alike(rng: random.Random, text: str, base: Path = Path()) -> bool:
    """Whether a disturbed text is judged alike before and after; false where it suppresses nothing."""
    codes = sorted({d.code for d in linted(text, base).diagnostics}) or ["P2C401"]
    before = disturbed(rng, text, codes)
    assert not parse(Source("t.p2c", before)).diagnostics, before
    after = format_source(Source("t.p2c", before))
    assert verdict(linted(after, base)) == verdict(linted(before, base)), f"{before}\n----\n{after}"
    assert format_source(Source("t.p2c", after)) == after, after
    return bool(linted(before, base).suppressed)


def texts(seeds: range) -> Iterator[str]:
    """Generated files whose composition does something."""
    return (case.text for case in map(random_case, seeds) if case.compose.body)


def test_a_generated_file_is_judged_alike_before_and_after() -> None:
    silenced = sum(laid_out_alike(random.Random(seed), text) for seed, text in enumerate(texts(range(150))))
    assert silenced > 20


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.stem)
def test_an_example_is_judged_alike_before_and_after(path: Path) -> None:
    for seed in range(3):
        laid_out_alike(random.Random(seed), path.read_text(encoding="utf-8"), path.parent)


@pytest.mark.slow
def test_generated_files_are_judged_alike_at_full_size() -> None:
    for seed, text in enumerate(texts(range(150, 5000)), 150):
        laid_out_alike(random.Random(seed), text)
