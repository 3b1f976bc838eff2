"""Codes of syntax errors and of misleading characters."""

from __future__ import annotations

from p2c_dsl.diagnostics.codes import Code

_LOOP = "compose tell(users):\n    for user in users:\n        call(user)\n"
_CALL = "compose tell(users):\n    call(users)\n"

READING = (
    Code(
        "P2C101",
        "a tab in the indentation",
        "Lines must be indented with spaces, so that a file looks the same in every editor.",
        rejected="compose tell(users):\n\tcall(users)\n",
        accepted=_CALL,
    ),
    Code(
        "P2C102",
        "inconsistent indentation",
        "All lines of a block must have the same indentation. Only a line that ends in a colon opens a deeper block.",
        rejected="compose tell(users):\n    call(users)\n      call(users)\n",
        accepted="compose tell(users):\n    call(users)\n    call(users)\n",
    ),
    Code(
        "P2C103",
        "an unclosed bracket",
        "A bracket must be closed before its statement ends. Inside brackets, a statement may continue on further "
        "lines that are indented more deeply or start with the closing bracket.",
        rejected="compose tell(users):\n    call(users\n    call(users)\n",
        accepted="compose tell(users):\n    call(\n        users\n    )\n",
    ),
    Code(
        "P2C104",
        "an unmatched closing bracket",
        "There is no open bracket of the same kind before it.",
        rejected="compose tell(users):\n    call(users))\n",
        accepted=_CALL,
    ),
    Code(
        "P2C105",
        "an unterminated string",
        "A string must end on the line where it starts, unless it is written in triple quotes.",
        rejected='constant office: Text = "Main Street\n',
        accepted='constant office: Text = "Main Street"\n',
    ),
    Code(
        "P2C106",
        "an unexpected character",
        "No token of the language starts with this character.",
        rejected="compose tell(users):\n    call($users)\n",
        accepted=_CALL,
    ),
    Code(
        "P2C107",
        "an invalid literal",
        "The literal contains an unknown escape sequence, or is a number that is too large.",
        rejected='constant folder: Text = "C:\\data"\n',
        accepted='constant folder: Text = "C:\\\\data"\n',
    ),
    Code(
        "P2C108",
        "a missing colon",
        "A line that opens a block must end in a colon.",
        rejected="compose tell(users):\n    for user in users\n        call(user)\n",
        accepted=_LOOP,
    ),
    Code(
        "P2C109",
        "nested too deeply",
        "Nesting of brackets and blocks, and the number of parts of one value, is limited so that all tools stay fast.",
        rejected=f"compose tell(users):\n    {'call(' * 50}users{')' * 50}\n",
        accepted="compose tell(users):\n    called = call(users)\n    call(called)\n",
    ),
    Code(
        "P2C110",
        "an unexpected token",
        "The grammar expects something else here.",
        rejected="compose tell(users):\n    for user of users:\n        call(user)\n",
        accepted=_LOOP,
    ),
    Code(
        "P2C111",
        "an invalid call or write",
        "Only subtasks can be called, and only accumulators can be written to.",
        rejected="compose tell(users):\n    users.sort()\n",
        accepted="compose tell(users):\n    sort(users)\n",
    ),
    Code(
        "P2C112",
        "a positional argument after a keyword argument",
        "Positional arguments must come before keyword arguments.",
        rejected="compose tell(users):\n    call(users=users, 3)\n",
        accepted="compose tell(users):\n    call(3, users=users)\n",
    ),
    Code(
        "P2C113",
        "not part of the language",
        "Compositions are written in a small subset of Python: calls, loops over collections, and branches. They "
        "compute nothing themselves, so that their runs can be predicted.",
        rejected="compose tell(users):\n    while users:\n        call(users)\n",
        accepted=_LOOP,
    ),
    Code(
        "P2C114",
        "an `else` without an `if`",
        "An `else` or `elif` must have the same indentation as its `if` and come right after that block.",
        rejected="compose tell(users):\n    call(users)\n    else:\n        call(users)\n",
        accepted="compose tell(users):\n    if known(users):\n        call(users)\n    else:\n        find(users)\n",
    ),
    Code(
        "P2C115",
        "a missing block",
        "A line that ends in a colon must be followed by an indented block.",
        rejected="compose tell(users):\n    for user in users:\n    call(user)\n",
        accepted=_LOOP,
    ),
)
"""Syntax errors."""

UNSEEN = (
    Code(
        "P2C120",
        "a hidden or misleading character",
        "Bidirectional controls display a line in a different order from the one that is parsed. Other characters are "
        "invisible, look like the end of a line, or are commands to a terminal. A reviewer would then see a different "
        "text from the analyzer. They are reported everywhere, including in comments and strings.",
    ),
    Code(
        "P2C121",
        "a name that looks like another",
        "Two names differ only in characters that look alike, such as a Latin and a Cyrillic letter (by Unicode's "
        "UTS 39), or `l`, `I` and `1`. A reader would take one for the other.",
        rejected="subtask pay(to: Text)\nsubtask p\u0430y(to: Text)\n",
        accepted="subtask pay(to: Text)\nsubtask send(to: Text)\n",
    ),
    Code(
        "P2C122",
        "a misleading name",
        "The name mixes letters of scripts that are not written together, or has variants of plain letters.",
        rejected="subtask p\u0430y(to: Text)\n",
        accepted="subtask pay(to: Text)\n",
    ),
)
"""Text that is parsed differently from how a person reads it."""

CODES = (*READING, *UNSEEN)
