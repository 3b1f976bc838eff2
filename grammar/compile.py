"""Compiles the grammar into parse tables: `python -m p2c_dsl.grammar.compile` writes `tables.py`.

lark builds the LALR(1) tables. They are kept as a Python module, so that `p2c` neither imports lark
nor builds tables when it starts; a test checks that the module is what the grammar gives.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
_HEADER = '"""Generated from p2c.lark by `python -m p2c_dsl.grammar.compile`: do not edit."""\n\n# fmt: off'


def compile_tables() -> str:
    """The text of `tables.py`. Raises `lark.exceptions.GrammarError` for a grammar that is not LALR(1)."""
    from lark import Lark
    from lark.parsers.lalr_analysis import Shift

    lark = Lark(
        (FOLDER / "p2c.lark").read_text(encoding="utf-8"), parser="lalr", lexer="basic", strict=False,
        maybe_placeholders=True, keep_all_tokens=False,
    )  # fmt: skip
    table: Any = lark.parser.parser._parse_table
    ordered = sorted(lark.rules, key=lambda rule: (str(rule.origin.name), [s.name for s in rule.expansion]))
    rules = {rule: index for index, rule in enumerate(ordered)}
    numbers = _numbered(table, Shift)
    states = {
        number: {
            symbol: numbers[argument] if action is Shift else ~rules[argument]
            for symbol, (action, argument) in _row(table, state)
        }
        for state, number in numbers.items()
    }
    terminals = {t.name: t.pattern for t in lark.terminals}
    keywords = {p.value: name for name, p in terminals.items() if p.type == "str" and p.value.isidentifier()}
    operators = {p.value: name for name, p in terminals.items() if p.type == "str" and not p.value.isidentifier()}
    patterns = {n: p.to_regexp() for n, p in terminals.items() if p.type == "re"}
    lines = [
        _HEADER,
        f"START = {numbers[table.start_states['start']]}",
        f"END = {numbers[table.end_states['start']]}",
        f"KEYWORDS = {keywords!r}",
        f"OPERATORS = {operators!r}",
        f"PATTERNS = {patterns!r}",
        "RULES: tuple[tuple[str, int, str, tuple[int, ...]], ...] = (",
        *(f"    {_rule(rule, frozenset(keywords.values()))!r}," for rule in ordered),
        ")",
        "STATES: dict[int, dict[str, int]] = {",
        *(f"    {number}: {row!r}," for number, row in states.items()),
        "}",
    ]
    return "\n".join(lines) + "\n"


def _row(table: Any, state: int) -> list[tuple[str, Any]]:
    return sorted(((str(s), entry) for s, entry in table.states[state].items()), key=lambda item: item[0])


def _numbered(table: Any, shift: Any) -> dict[int, int]:
    """The states in the order of a walk from the start, for lark's own numbers differ from run to run."""
    numbers = {table.start_states["start"]: 0}
    for state in (queue := list(numbers)):
        for _, (action, argument) in _row(table, state):
            if action is shift and argument not in numbers:
                numbers[argument] = len(numbers)
                queue.append(argument)
    return numbers


def _rule(rule: Any, keywords: frozenset[str]) -> tuple[str, int, str, tuple[int, ...]]:
    """What a rule produces, from how many symbols, by which callback, from which of them (-1: left out)."""
    kept: list[int] = []
    empty = rule.options.empty_indices
    gaps = [len(ones) for ones in "".join(str(int(e)) for e in empty).split("0")] if empty else None
    for index, symbol in enumerate(rule.expansion):
        kept.extend([-1] * (gaps[index] if gaps else 0))
        silent = symbol.is_term and (symbol.filter_out or symbol.name in keywords)
        if rule.options.keep_all_tokens or not silent:
            kept.append(index)
    if gaps:
        kept.extend([-1] * gaps[-1])
    passes = rule.options.expand1 and len(kept) == 1 and not rule.alias
    callback = "" if passes else (rule.alias or rule.origin.name)
    return str(rule.origin.name), len(rule.expansion), str(callback), tuple(kept)


if __name__ == "__main__":
    (FOLDER / "tables.py").write_text(compile_tables(), encoding="utf-8")
