"""No character makes a reviewer read another text than the analyzer does."""

from pathlib import Path

import pytest

from p2c_dsl.lint import lint_text

BIDIRECTIONAL = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
INVISIBLE = "\u00ad\u2800\ufff0\U0001d173\u200b\u2060\u2063\ufeff\U000e0041\u3164"
LINES = "\r\x0b\x0c\x85\u2028\u2029"
CONTROLS = "\x1b\x08\x7f\x9b"
HIDING = [*BIDIRECTIONAL, *INVISIBLE, *LINES, *CONTROLS]
SPEC = "type A\nsubtask f(a: A)\ntask t(a: A)\n"


def found(text: str) -> list[tuple[str, int, int]]:
    """The code, line and column of each finding."""
    diagnostics = lint_text(text, "t.p2c", Path()).diagnostics
    places = [(d, d.location.source.position(d.location.span.start)) for d in diagnostics]
    return [(d.code, place.line, place.column) for d, place in places]


@pytest.mark.parametrize("character", HIDING, ids=lambda c: f"{ord(c):04x}")
@pytest.mark.parametrize(
    ("text", "place"),
    [
        (SPEC + "compose t(a):\n    f(a)  # x{}y\n", (5, 14)),
        ("# x{}y\nsubtask f()\n", (1, 4)),
        ('subtask f():\n    """x{}y"""\n    cost 1\n', (2, 9)),
        ("record R:\n    '''One.\n\n    x{}y\n    '''\n    a: Text\n", (4, 6)),
        ('constant c: Text = "x{}y"\n', (1, 22)),
        ('subtask f as "x{}y"()\n', (1, 16)),
    ],
    ids=["a comment", "the first line", "a docstring", "its later lines", "a constant", "a name outside"],
)
def test_it_is_found_wherever_it_stands(character: str, text: str, place: tuple[int, int]) -> None:
    assert found(text.format(character)) == [("P2C120", *place)]


@pytest.mark.parametrize("character", [*BIDIRECTIONAL, *"\u200b\u2060\x1b"], ids=lambda c: f"{ord(c):04x}")
def test_in_code_it_has_that_one_finding_too(character: str) -> None:
    assert found(f"{SPEC}compose t(a):\n    f(a{character})\n") == [("P2C120", 5, 8)]


@pytest.mark.parametrize(
    "text",
    [
        "\ufefftype A  # a byte order mark begins the file\n",
        "type A\r\ntype B\r\n",
        "type A\n\f\ntype B\n",
        "# naïve, 東京, кириллица, שלום, می\u200cخواهم, 👩\u200d🔧, ✔\ufe0f\n",
        'constant c: Text = "\\u202e"\n',
    ],
    ids=["byte order mark", "CRLF", "form feed", "what people write", "escapes"],
)
def test_what_hides_nothing_is_not_found(text: str) -> None:
    assert found(text) == []


def test_a_line_is_told_once_and_the_next_again() -> None:
    assert found("# \u202ea\u202c \u2066\n# \u200b\n") == [("P2C120", 1, 3), ("P2C120", 2, 3)]


def test_it_cannot_be_suppressed() -> None:
    text = "# p2c: ignore[P2C120] a joke \u202e\n"
    assert [code for code, *_ in found(text)] == ["P2C120", "P2C914"]


def test_it_is_found_in_used_files_too(tmp_path: Path) -> None:
    (tmp_path / "spec.p2c").write_text("type A  # \u202e\n", encoding="utf-8")
    diagnostics = lint_text('use "spec.p2c"\n', "t.p2c", tmp_path).diagnostics
    assert [d.code for d in diagnostics] == ["P2C120"]


@pytest.mark.parametrize("character", ["\u200c", "\u200d", "\ufe00", "\ufe0f"])
def test_what_joins_letters_hides_something_behind_a_plain_one(character: str) -> None:
    assert found(f'constant c: Text = "yes{character}"\n') == [("P2C120", 1, 24)]
    assert found(f'constant c: Text = "❤{character}"\n') == []


def test_indentation_before_a_form_feed_hides_where_a_line_belongs() -> None:
    assert found(SPEC + "compose t(a):\n    \f    f(a)\n")[0] == ("P2C120", 5, 5)
