"""Logical lines: one statement, or one header, on however many lines it stands."""

import pytest

from p2c_dsl.source import Source
from p2c_dsl.syntax.lines import logical_lines
from p2c_dsl.syntax.parser import parse

TEXT = """\
# above
subtask f(
    a: A  # inside
) -> A:  # behind
    \"\"\"Two
    lines.\"\"\"
    cost 1
    # last
compose t(a):
    f(
        # own
        a
    )
# end
"""


def line_of(comment: str) -> str | None:
    """The logical line that a comment of the text belongs to."""
    source = Source("t.p2c", TEXT)
    (found,) = (c for c in parse(source).file.comments if c.text == comment)
    span = logical_lines(source).of(found)
    return None if span is None else TEXT[span.start : span.end]


@pytest.mark.parametrize(
    ("comment", "begins", "ends"),
    [
        ("# above", "subtask f(", ") -> A:"),
        ("# inside", "subtask f(", ") -> A:"),
        ("# behind", "subtask f(", ") -> A:"),
        ("# last", "compose t(a):", "compose t(a):"),
        ("# own", "f(", ")"),
    ],
)
def test_a_comment_belongs_to_the_line_around_it_or_the_next(comment: str, begins: str, ends: str) -> None:
    line = line_of(comment)
    assert line is not None and line.startswith(begins) and line.endswith(ends)


def test_one_behind_the_last_line_belongs_to_none() -> None:
    assert line_of("# end") is None


def test_an_offset_lies_in_a_line_or_between_two() -> None:
    lines = logical_lines(Source("t.p2c", TEXT))
    assert lines.at(TEXT.index("lines.")) == lines.at(TEXT.index("Two"))
    assert lines.at(0) is None and lines.at(TEXT.index("# last")) is None


@pytest.mark.parametrize(
    ("text", "file", "compositions"),
    [
        ("type A\ncompose t(a):\n    f(a) == 1\ncompose t(a):\n    f(a)\n", True, [False, True]),
        ("typ A\ncompose t(a):\n    f(a)\n", False, [True]),
        ("compose t(a):\n    f(a)\ntyp A\n", False, [True]),
        ("compose t(a):\n    f($a)\n", True, [False]),
        ('compose t(a):\n    f("""a)\n', False, [False]),
        ("compose t(a):\n    f(a)\n", True, [True]),
    ],
)
def test_what_an_error_leaves_whole(text: str, file: bool, compositions: list[bool]) -> None:
    read = parse(Source("t.p2c", text)).file
    composed = [d for d in read.declarations if hasattr(d, "whole")]
    assert (read.whole, [d.whole for d in composed]) == (file, compositions)
