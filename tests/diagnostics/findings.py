"""Findings made by hand, for what shows them."""

from __future__ import annotations

from dataclasses import replace

from p2c_dsl.diagnostics.model import (
    Counterexample,
    CounterexampleStep,
    Diagnostic,
    Location,
    Note,
    Severity,
    Verdict,
)
from p2c_dsl.source import Source, Span

TEXT = "compose t(users):\n    for u in users:\n        book(u)\n"
SOURCE = Source("plans/t.p2c", TEXT)


def at(part: str, source: Source = SOURCE) -> Location:
    """Where a part of the text stands first."""
    start = source.text.index(part)
    return Location(source, Span(start, start + len(part)))


def finding(part: str = "book(u)", text: str = TEXT, name: str = "plans/t.p2c") -> Diagnostic:
    """An error without anything optional."""
    return Diagnostic("P2C401", "`book` can happen |users| times", at(part, Source(name, text)))


WARNING = Diagnostic("P2C901", "nothing is ever written", at("users"), Severity.WARNING)

FULL = Diagnostic(
    code="P2C401",
    message="`book` can happen |users| times",
    location=at("book(u)"),
    verdict=Verdict.VIOLATED,
    rule="at most 1 book",
    notes=(Note("this loop has no bound", at("for u in users:")),),
    help="bound the collection",
    counterexample=Counterexample(
        inputs=(("users", "{user#1, user#2}"),),
        steps=(
            CounterexampleStep("book(user#1)", at("book(u)")),
            CounterexampleStep("book(user#2)", at("book(u)"), offending=True),
        ),
    ),
)

UNPROVEN = Diagnostic("P2C402", "perhaps", at("book(u)"), verdict=Verdict.UNPROVEN)

WITHOUT_CALLS = Diagnostic("P2C403", "`book` need not happen", at("users"), counterexample=Counterexample((), ()))

SEARCHED = replace(UNPROVEN, tried=12)

LONG = Diagnostic(
    "P2C404",
    "a key twice",
    at("book(u)"),
    counterexample=Counterexample(
        inputs=(("users", "{User(id=1, name='a')}"),),
        steps=(CounterexampleStep("book(User(id=1, name='a'))", at("book(u)"), offending=True),),
        brief=Counterexample(
            inputs=(("users", "{User(id=1, …)}"),),
            steps=(CounterexampleStep("book(User(id=1, …))", at("book(u)"), offending=True),),
        ),
    ),
)

ALL = (FULL, WARNING, UNPROVEN, WITHOUT_CALLS, SEARCHED, LONG)
