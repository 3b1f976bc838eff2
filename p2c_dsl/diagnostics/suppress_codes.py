"""The codes of suppressions that do not do their work."""

from __future__ import annotations

from p2c_dsl.diagnostics.codes import Code

CODES = (
    Code(
        "P2C910",
        "a suppression without a reason",
        "Whoever silences a finding says why, for whoever reads it later.",
        rejected="book(r)  # p2c: ignore[P2C401]",
        accepted="book(r)  # p2c: ignore[P2C401] the caller bounds the guests",
    ),
    Code(
        "P2C911",
        "a suppression of what does not exist",
        "The code in the brackets is none that lint reports.",
    ),
    Code(
        "P2C912",
        "a suppression that suppresses nothing",
        "The statement has no such finding any more: remove it.",
    ),
    Code(
        "P2C913", "a malformed suppression", "Write `# p2c: ignore[CODE] reason`, several codes with commas."
    ),
    Code(
        "P2C914",
        "a suppression of what cannot be ignored",
        "Without its syntax, names and types a file means nothing, so there is nothing to accept. "
        "A wrong suppression is corrected, not suppressed.",
    ),
)
