"""Codes of errors in rule lines."""

from __future__ import annotations

from p2c_dsl.diagnostics.codes import Code

CODES = (
    Code("P2C145", "no such rule", "There is no rule of this form. `p2c rules` lists all rules."),
    Code(
        "P2C146",
        "a malformed rule",
        "The line starts like a rule, but does not match the syntax of that rule.",
    ),
    Code(
        "P2C147",
        "a rule without a meaning",
        "The rule names something that does not exist, or that it cannot be applied to.",
    ),
    Code(
        "P2C903",
        "a rule about two events without a key",
        "The two events have a key of the same type, but the rule does not compare their keys: what has been done for "
        "one thing counts for another, too. Add `per` with the key, or suppress the finding if that is meant.",
        rejected="back_up before erase",
        accepted="back_up before erase per File",
    ),
)
