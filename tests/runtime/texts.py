"""Programs from text, for tests of what runs them."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from p2c_dsl.analysis import Analysis, analyze
from p2c_dsl.program import Program
from p2c_dsl.resolve import load_text
from p2c_dsl.syntax.nodes import ComposeDecl

DINNER = """
type User
type Restaurant
effect contact(User)
effect reserve(Restaurant) irreversible
subtask ask_preference(user: User) -> Set[Restaurant]:
    does contact(user)
subtask identify_overlap(prefs: Map[User, Set[Restaurant]]) -> Restaurant
subtask book_table(restaurant: Restaurant):
    does reserve(restaurant)
task book_dinner(users: Set[User]) -> Restaurant:
    at most 1 reserve

compose book_dinner(users):
    prefs = {}
    for u in users:
        prefs[u] = ask_preference(u)
    r = identify_overlap(prefs)
    book_table(r)
    return r
"""


def analysis(text: str) -> Analysis:
    """The analysis of a text with one composition, whatever it says."""
    loaded = load_text(dedent(text), "test.p2c", Path())
    assert loaded.diagnostics == (), [d.message for d in loaded.diagnostics]
    [compose] = [d for d in loaded.root.declarations if isinstance(d, ComposeDecl)]
    return analyze(loaded.spec, compose, loaded.root.source)


def program(text: str) -> Program:
    """The program of a text with one composition, though rules may object to it."""
    found = analysis(text).program
    assert found is not None
    return found
