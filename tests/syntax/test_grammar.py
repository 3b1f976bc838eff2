"""The committed parse tables are what the grammar gives."""

from p2c_dsl.grammar import compile as compiling
from p2c_dsl.grammar import tables


def test_tables_are_current() -> None:
    written = (compiling.FOLDER / "tables.py").read_text(encoding="utf-8")
    assert written == compiling.compile_tables(), "run `python -m p2c_dsl.grammar.compile`"


def test_every_word_of_the_grammar_is_a_keyword_or_an_operator() -> None:
    terminals = {symbol for row in tables.STATES.values() for symbol in row}
    assert set(tables.KEYWORDS.values()) | set(tables.OPERATORS.values()) <= terminals
