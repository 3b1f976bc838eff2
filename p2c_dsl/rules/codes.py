"""The codes of rule lines that cannot be read."""

from __future__ import annotations

from p2c_dsl.diagnostics.codes import Code

CODES = (
    Code("P2C145", "no such rule", "No rule begins with these words. `p2c rules` lists all that there are."),
    Code(
        "P2C146",
        "a malformed rule",
        "The line begins like a rule, but goes on otherwise than that rule does.",
    ),
    Code(
        "P2C147",
        "a rule that can mean nothing",
        "The rule names what does not exist, or what it cannot be about.",
    ),
)
