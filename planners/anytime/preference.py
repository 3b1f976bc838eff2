"""Which argument a reader would expect: the one that is called like the parameter."""

from __future__ import annotations

import re

from p2c_dsl.planners.lines.terms import Term
from p2c_dsl.program import ConstantOf, Var
from p2c_dsl.spec import Parameter

_WORD = re.compile(r"[a-z]+")


def by_name(parameter: Parameter, terms: tuple[Term, ...]) -> tuple[Term, ...]:
    """The terms that may be passed for a parameter, the most fitting first.

    The fewest lexemes come first; then names that say the same as the parameter's, names that share a word with it, the
    newest variables, and constants.
    """
    return tuple(sorted(terms, key=lambda term: _rank(parameter, term)))


def _rank(parameter: Parameter, term: Term) -> tuple[int, int, int, int]:
    operand = term.operand
    likeness = _likeness(parameter.name, "".join(term.words))
    if isinstance(operand, ConstantOf):
        # A literal stands for any other one; a name says what it is for.
        likeness = 5 if operand.free else likeness if likeness < 2 or parameter.literal else 4
    elif likeness == 2:
        likeness = 3
    newest = -operand.slot if isinstance(operand, Var) else 0
    return len(term.words), likeness, "".join(term.words).count("."), newest


def _likeness(wanted: str, text: str) -> int:
    """0 for names that say the same, 1 for those that share a word, 2 for others."""
    if text.rsplit(".", 1)[-1] == wanted:
        return 0
    named, given = set(_WORD.findall(wanted.lower())), set(_WORD.findall(text.lower()))
    if named == given:
        return 0
    return 2 - bool(named & given)
