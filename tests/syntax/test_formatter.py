"""Formatting keeps what is written: the tree, the comments, and where the author left blank lines."""

from __future__ import annotations

import ast
import random
from dataclasses import replace
from pathlib import Path

import pytest

from p2c_dsl.source import Source
from p2c_dsl.syntax import nodes
from p2c_dsl.syntax.formatter import SyntaxErrors, format_file, format_source
from p2c_dsl.syntax.layout import WIDTH
from p2c_dsl.syntax.lexer import NEWLINE, lex
from p2c_dsl.syntax.parser import parse
from tests.syntax.trees import Trees, stripped

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").rglob("*.p2c"))


def formatted(text: str) -> str:
    return format_source(Source("t.p2c", text))


def tree(text: str) -> nodes.File:
    result = parse(Source("t.p2c", text))
    assert result.diagnostics == (), (result.diagnostics, text)
    return result.file


def comments(text: str) -> list[str]:
    return [comment.text for comment in tree(text).comments]


# ---------------------------------------------------------------- properties


def with_comments(rng: random.Random, text: str) -> str:
    """A file with comments behind lines, between lines and inside brackets."""
    depth, places = 0, []
    for lexeme in lex(Source("t.p2c", text)).lexemes:
        depth += {"(": 1, ")": -1}.get(lexeme.text, 0)
        if lexeme.type == NEWLINE:
            places.append((lexeme.start, rng.choice(("# {}", "  # {}", "\n\n{}# {}", "\n{}# {}\n"))))
        elif depth and lexeme.text in ("(", ","):
            places.append((lexeme.end, f" # {{}}\n{' ' * 90}"))
    for number, (place, form) in reversed(list(enumerate(places))):
        if rng.random() < 0.2:
            words = form.replace("{}#", " " * rng.choice((0, 4, 8)) + "#").format(f"comment {number}")
            text = text[:place] + words + text[place:]
    return text


def holds(seed: int) -> None:
    """P5, on one generated file."""
    made = Trees(seed).file()
    text = format_file(made)
    read = tree(text)
    assert stripped(read) == stripped(made), text
    assert formatted(text) == text
    commented = with_comments(random.Random(seed), text)
    again = formatted(commented)
    assert stripped(tree(again)) == stripped(made), commented
    assert sorted(comments(again)) == sorted(comments(commented)), commented
    assert formatted(again) == again, commented


@pytest.mark.parametrize("batch", range(4))
def test_format_then_parse_is_identity_and_comments_survive(batch: int) -> None:
    for seed in range(batch * 250, (batch + 1) * 250):
        holds(seed)


@pytest.mark.slow
@pytest.mark.parametrize("batch", range(20))
def test_identity_at_full_size(batch: int) -> None:
    for seed in range(1000 + batch * 1000, 1000 + (batch + 1) * 1000):
        holds(seed)


def is_python(seed: int) -> None:
    """The body of each composition is Python. (Its header is not: there, inputs may share a name.)"""
    made = Trees(seed).file()
    for declared in made.declarations:
        if isinstance(declared, nodes.ComposeDecl):
            text = format_file(nodes.File(made.source, (replace(declared, parameters=()),), ()))
            ast.parse(text.replace("compose", "def", 1))


def test_a_formatted_body_is_python() -> None:
    for seed in range(500):
        is_python(seed)


@pytest.mark.slow
def test_a_formatted_body_is_python_at_full_size() -> None:
    for seed in range(500, 20_000):
        is_python(seed)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.stem)
def test_the_examples_are_formatted(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert formatted(text) == text


# ---------------------------------------------------------------- how it looks


def test_spaces_quotes_and_empty_brackets() -> None:
    assert formatted("use 'a.p2c'\ntype A<B\neffect e()\nconstant c :T='say \"no\"'\n") == (
        'use "a.p2c"\ntype A < B\neffect e\nconstant c: T = \'say "no"\'\n'
    )


def test_rules_are_spaced_by_what_they_mean() -> None:
    rules = "rules :\n  f . p from g ,h\n  * . p from g\n  e only  if C( x,_ )\n  loops<=1\n"
    assert formatted(rules) == ("rules:\n    f.p from g, h\n    *.p from g\n    e only if C(x, _)\n    loops <= 1\n")


def test_a_long_line_is_broken_at_its_outermost_brackets() -> None:
    argument = "x" * (WIDTH // 2)
    assert formatted(f"compose t(x):\n  y = f(g({argument}), h(a, b={argument}))\n") == (
        f"compose t(x):\n    y = f(\n        g({argument}),\n        h(a, b={argument})\n    )\n"
    )


def test_a_header_that_fits_without_its_result_is_broken_too() -> None:
    name = "x" * (WIDTH - 20)
    assert formatted(f"subtask {name}(a: A) -> List[A]\n") == f"subtask {name}(\n    a: A\n) -> List[A]\n"


def test_declarations_with_a_body_stand_apart() -> None:
    assert formatted("type A\nrecord R:\n  x: A\n# about B\ntype B\n\n\n\ntype C\n") == (
        "type A\n\nrecord R:\n    x: A\n\n# about B\ntype B\n\ntype C\n"
    )


def test_blank_lines_are_kept_singly_but_not_where_a_block_begins() -> None:
    text = "compose t(x):\n\n    f()\n\n\n    if x:\n\n        g()\n\n    else:\n        h()\n"
    assert formatted(text) == "compose t(x):\n    f()\n\n    if x:\n        g()\n    else:\n        h()\n"


def test_comments_stay_with_what_they_stand_at() -> None:
    text = (
        "# file\n\n# about f\nsubtask f(  # in\n    x: A,  # x\n    # y\n    y: B\n    # end\n):  # header\n"
        '    """Doc."""  # doc\n    cost 3  # cost\n    # last of f\n\n# about t\ncompose t(x):\n'
        "    if x:  # if\n        f()\n        # last of if\n    # before else\n    else:  # else\n        g()\n"
        "    # last of t\n# last\n"
    )
    assert formatted(text) == text.replace("(  # in\n", "(\n    # in\n")


def test_a_comment_goes_as_deep_as_its_author_indented_it() -> None:
    text = "compose t(x):\n for y in x:\n  f(y)\n  # inner\n # outer\n# file\n"
    assert formatted(text) == ("compose t(x):\n    for y in x:\n        f(y)\n        # inner\n    # outer\n# file\n")


def test_a_comment_in_an_odd_place_is_not_lost() -> None:
    once = formatted("compose t(x):\n    m[  # odd\n        x\n    ] = f(x)  # end\n")
    assert once == "compose t(x):\n    # odd\n    m[x] = f(x)  # end\n"


@pytest.mark.parametrize(
    ("text", "laid_out"),
    [
        (
            "    m[\n        # own\n        x\n    ] = f(x)\n    g()\n",
            "    # own\n    m[x] = f(x)\n    g()\n",
        ),
        ("    m[x  # a\n    ] = (f(x)  # b\n    )\n", "    # a\n    m[x] = f(x)  # b\n"),
        (
            "    f(x  # a\n      ,  # b\n      y)  # c\n",
            "    f(\n        # a\n        x,  # b\n        y\n    )  # c\n",
        ),
        ("    if f(\n        # own\n    ):\n        g()\n", "    # own\n    if f():\n        g()\n"),
    ],
    ids=["in a look-up", "behind a part", "around a comma", "in empty brackets"],
)
def test_a_comment_inside_a_statement_stays_with_it(text: str, laid_out: str) -> None:
    assert formatted(f"compose t(x, y):\n    h()\n{text}") == f"compose t(x, y):\n    h()\n{laid_out}"


def test_docstrings_are_indented_with_their_block() -> None:
    assert formatted('record R:\n  """One.\n\n    Two\n      three.\n  """\n  x: A\n') == (
        'record R:\n    """One.\n\n    Two\n      three.\n    """\n    x: A\n'
    )


def test_what_cannot_be_read_is_not_formatted() -> None:
    with pytest.raises(SyntaxErrors) as caught:
        formatted("typ A\n")
    assert [d.code for d in caught.value.diagnostics] == ["P2C110"]
