"""The codes of text that cannot be read."""

from __future__ import annotations

from p2c_dsl.diagnostics.codes import Code

CODES = (
    Code(
        "P2C101",
        "a tab in the indentation",
        "Lines are indented with spaces, so that they look alike to everybody.",
    ),
    Code(
        "P2C102",
        "wrong indentation",
        "The lines of a block are indented alike, and deeper than the line that opens it.",
        rejected="for u in users:\nask(u)",
        accepted="for u in users:\n    ask(u)",
    ),
    Code(
        "P2C103",
        "an open bracket",
        "A bracket is closed before its statement ends. Inside brackets a statement may go on in further "
        "lines, which are indented deeper or begin with the closing bracket.",
    ),
    Code("P2C104", "a bracket that closes nothing", "There is no open bracket of its kind before it."),
    Code(
        "P2C105",
        "an unfinished text",
        "A text in single quotes ends on its line, one in triple quotes anywhere.",
    ),
    Code("P2C106", "a character without meaning", "No token begins with this character."),
    Code("P2C107", "a literal that cannot be read", "A backslash sequence or a number that means nothing."),
    Code("P2C108", "a missing colon", "A line that opens a block ends in a colon."),
    Code(
        "P2C109",
        "nested too deeply",
        "Brackets, blocks and the parts of one statement have a bound, so that all tools stay fast on any file.",
    ),
    Code("P2C110", "unexpected text", "Something else is expected here."),
    Code("P2C111", "what cannot be called or written", "Subtasks are called; accumulators are written into."),
    Code("P2C112", "arguments out of order", "Arguments without a name come before those with one."),
)
