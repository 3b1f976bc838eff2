"""Every stable code, gathered from the modules that report them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from p2c_dsl import claims, rules, suppress
from p2c_dsl.analysis import codes as analysis_codes
from p2c_dsl.diagnostics.codes import Code
from p2c_dsl.feasibility import codes as feasibility_codes
from p2c_dsl.resolve import codes as resolve_codes
from p2c_dsl.rules import codes as rules_codes
from p2c_dsl.syntax import codes as syntax_codes


@cache
def all_codes() -> Mapping[str, Code]:
    """All codes in order, by their names. Raises `ValueError` when two modules claim one code."""
    gathered: dict[str, Code] = {}
    modules = (syntax_codes, rules_codes, resolve_codes, feasibility_codes, analysis_codes, suppress, claims)
    own = [code for module in modules for code in module.CODES]
    rule_codes = [code for rule in rules.DOCUMENTED for code in rule.codes]
    for code in sorted((*own, *rule_codes), key=lambda c: c.code):
        if gathered.setdefault(code.code, code) is not code:
            raise ValueError(f"{code.code} is declared twice")
    return gathered
