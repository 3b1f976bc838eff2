"""Every stable code, gathered from the modules that report them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, slots=True)
class Code:
    """A stable code, what it means, and, where short ones say more than words, two examples."""

    code: str
    title: str
    explanation: str
    rejected: str = ""
    accepted: str = ""


@cache
def all_codes() -> Mapping[str, Code]:
    """All codes in order, by their names. Raises `ValueError` when two modules claim one code."""
    from p2c_dsl import claims, rules
    from p2c_dsl.analysis import codes as analysis_codes
    from p2c_dsl.diagnostics import suppress_codes
    from p2c_dsl.resolve import codes as resolve_codes
    from p2c_dsl.rules import codes as rules_codes
    from p2c_dsl.syntax import codes as syntax_codes

    gathered: dict[str, Code] = {}
    rule_codes = [code for rule in rules.RULES for code in rule.codes]
    own = (
        *syntax_codes.CODES,
        *rules_codes.CODES,
        *resolve_codes.CODES,
        *analysis_codes.CODES,
        *suppress_codes.CODES,
        *claims.CODES,
    )
    for code in sorted((*own, *rule_codes), key=lambda c: c.code):
        if gathered.setdefault(code.code, code) is not code:
            raise ValueError(f"{code.code} is declared twice")
    return gathered
