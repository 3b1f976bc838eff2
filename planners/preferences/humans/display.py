"""A pair of solutions as the page shows it: words with their classes, and which lines differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from typing import Any

from p2c_dsl.grammar.tables import KEYWORDS
from p2c_dsl.planners.preferences.comparison import Pair
from p2c_dsl.planners.preferences.humans.store import pair_id
from p2c_dsl.planners.preferences.solution import PartialSolution, performers
from p2c_dsl.source import Source
from p2c_dsl.syntax.lexer import lex

Words = list[tuple[str, str]]
_LITERALS = frozenset({"STRING", "INT", "FLOAT"})


def displayed(pair: Pair) -> dict[str, Any]:
    """As JSON for the page. All of it is text: the page never reads markup."""
    left, right = pair
    return {
        "id": pair_id(pair),
        "subtask": left.subtask,
        "left": _side(left, right),
        "right": _side(right, left),
    }


def _side(solution: PartialSolution, other: PartialSolution) -> dict[str, Any]:
    does = performers(solution.effects)
    lines = solution.program.splitlines()
    differing = _only_here(lines, other.program.splitlines())
    words = _lines(list(_words(solution.program, does)))
    return {
        "program": [{"words": row, "differs": n in differing} for n, row in enumerate(words[: len(lines)])],
        "effects": [{"text": line, "final": any(performers([line]).values())} for line in solution.effects],
    }


def _only_here(lines: list[str], others: list[str]) -> frozenset[int]:
    """The numbers of the lines that the other side does not have."""
    matcher = SequenceMatcher(None, lines, others, autojunk=False)
    changed = (range(i, j) for tag, i, j, _, _ in matcher.get_opcodes() if tag != "equal")
    return frozenset(number for span in changed for number in span)


def _words(text: str, does: Mapping[str, bool]) -> Iterator[tuple[str, str]]:
    """All of a program's text in order, each piece with its class, which is empty for most."""
    place = 0
    for lexeme in lex(Source("", text)).lexemes:
        if lexeme.end > lexeme.start:
            yield "", text[place : lexeme.start]
            yield _kind(lexeme.type, lexeme.text, does), text[lexeme.start : lexeme.end]
            place = lexeme.end
    yield "", text[place:]


def _kind(terminal: str, word: str, does: Mapping[str, bool]) -> str:
    if KEYWORDS.get(word) == terminal:
        return "keyword"
    if terminal in _LITERALS:
        return "literal"
    if word in does:
        return "final" if does[word] else "does"
    return ""


def _lines(words: Words) -> list[Words]:
    """The words, line by line."""
    lines: list[Words] = [[]]
    for kind, text in words:
        first, *further = text.split("\n")
        if first:
            lines[-1].append((kind, first))
        for part in further:
            lines.append([(kind, part)] if part else [])
    return lines
