"""The codes of text that cannot be read."""

from __future__ import annotations

from p2c_dsl.diagnostics.codes import Code

_LOOP = "compose tell(users):\n    for user in users:\n        call(user)\n"
_CALL = "compose tell(users):\n    call(users)\n"

READING = (
    Code(
        "P2C101",
        "a tab in the indentation",
        "Lines are indented with spaces, so that they look alike to everybody.",
        rejected="compose tell(users):\n\tcall(users)\n",
        accepted=_CALL,
    ),
    Code(
        "P2C102",
        "wrong indentation",
        "The lines of a block are indented alike, and only a line that ends in a colon opens a deeper one.",
        rejected="compose tell(users):\n    call(users)\n      call(users)\n",
        accepted="compose tell(users):\n    call(users)\n    call(users)\n",
    ),
    Code(
        "P2C103",
        "an open bracket",
        "A bracket is closed before its statement ends. Inside brackets a statement may go on in further "
        "lines, which are indented deeper or begin with the closing bracket.",
        rejected="compose tell(users):\n    call(users\n    call(users)\n",
        accepted="compose tell(users):\n    call(\n        users\n    )\n",
    ),
    Code(
        "P2C104",
        "a bracket that closes nothing",
        "There is no open bracket of its kind before it.",
        rejected="compose tell(users):\n    call(users))\n",
        accepted=_CALL,
    ),
    Code(
        "P2C105",
        "an unfinished text",
        "A text in single quotes ends on its line, one in triple quotes anywhere.",
        rejected='constant office: Text = "Main Street\n',
        accepted='constant office: Text = "Main Street"\n',
    ),
    Code(
        "P2C106",
        "a character without meaning",
        "No token begins with this character.",
        rejected="compose tell(users):\n    call($users)\n",
        accepted=_CALL,
    ),
    Code(
        "P2C107",
        "a literal that cannot be read",
        "A backslash sequence or a number that means nothing.",
        rejected='constant folder: Text = "C:\\data"\n',
        accepted='constant folder: Text = "C:\\\\data"\n',
    ),
    Code(
        "P2C108",
        "a missing colon",
        "A line that opens a block ends in a colon.",
        rejected="compose tell(users):\n    for user in users\n        call(user)\n",
        accepted=_LOOP,
    ),
    Code(
        "P2C109",
        "nested too deeply",
        "Brackets, blocks and the parts of one value have a bound, so that all tools stay fast on any file.",
        rejected=f"compose tell(users):\n    {'call(' * 50}users{')' * 50}\n",
        accepted="compose tell(users):\n    called = call(users)\n    call(called)\n",
    ),
    Code(
        "P2C110",
        "unexpected text",
        "Something else is expected here.",
        rejected="compose tell(users):\n    for user of users:\n        call(user)\n",
        accepted=_LOOP,
    ),
    Code(
        "P2C111",
        "what cannot be called or written",
        "Subtasks are called; accumulators are written into.",
        rejected="compose tell(users):\n    users.sort()\n",
        accepted="compose tell(users):\n    sort(users)\n",
    ),
    Code(
        "P2C112",
        "arguments out of order",
        "Arguments without a name come before those with one.",
        rejected="compose tell(users):\n    call(users=users, 3)\n",
        accepted="compose tell(users):\n    call(3, users=users)\n",
    ),
    Code(
        "P2C113",
        "not part of the language",
        "A composition is a small part of Python: calls, loops over collections, and branches. It computes nothing "
        "itself, so that its runs can be foreseen.",
        rejected="compose tell(users):\n    while users:\n        call(users)\n",
        accepted=_LOOP,
    ),
    Code(
        "P2C114",
        "an `else` without an `if`",
        "An `else` or `elif` is indented like its `if`, and follows its block.",
        rejected="compose tell(users):\n    call(users)\n    else:\n        call(users)\n",
        accepted="compose tell(users):\n    if known(users):\n        call(users)\n    else:\n        find(users)\n",
    ),
    Code(
        "P2C115",
        "a missing block",
        "A line that ends in a colon is followed by lines that are indented deeper.",
        rejected="compose tell(users):\n    for user in users:\n    call(user)\n",
        accepted=_LOOP,
    ),
)
"""What cannot be read."""

UNSEEN = (
    Code(
        "P2C120",
        "a character that hides what is read",
        "Controls of the writing direction show a line in another order than it is read in; others cannot be seen, "
        "look like the end of a line, or are obeyed by a terminal. A reviewer reads another text than the "
        "analyzer. They are findings anywhere, also in comments and texts.",
    ),
    Code(
        "P2C121",
        "a name that looks like another",
        "Two names differ only in letters that look alike, such as a Latin and a Cyrillic one (by Unicode's "
        "UTS 39), or `l`, `I` and `1`. Who reads one takes it for the other.",
        rejected="subtask pay(to: Text)\nsubtask p\u0430y(to: Text)\n",
        accepted="subtask pay(to: Text)\nsubtask send(to: Text)\n",
    ),
    Code(
        "P2C122",
        "a name that is not what it seems",
        "A name mixes letters of several scripts, as nobody writes a word, or has letters that stand for plain ones.",
        rejected="subtask p\u0430y(to: Text)\n",
        accepted="subtask pay(to: Text)\n",
    ),
)
"""What can be read, and is not what a person reads."""

CODES = (*READING, *UNSEEN)
