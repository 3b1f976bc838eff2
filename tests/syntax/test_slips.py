"""What the parser says about what it cannot read, and what it reads nevertheless."""

from __future__ import annotations

import pytest

from p2c_dsl.source import Source
from p2c_dsl.syntax import nodes
from p2c_dsl.syntax.parser import parse
from tests.syntax.parsing import errors


def error_in(*lines: str) -> tuple[str, str]:
    """The one error's message and help, in a composition of these lines."""
    (found,) = errors("compose t(x):\n    " + "\n    ".join(lines) + "\n")
    return found[2:]


def test_several_errors_are_told_in_one_run_and_the_rest_is_read() -> None:
    text = (
        "typ A\ntype B\nsubtask f(x B) -> B\nsubtask g(y: B)\ncompose t(x):\n    f(x\n    while x:\n"
        "        f(x)\n    g(x)\n    if g(x) & x:\n        f(x)\n    y = 1 + 2\n"
    )
    source = Source("t.p2c", text)
    result = parse(source)
    assert [source.position(d.location.span.start) for d in result.diagnostics] == [
        *((1, 1), (3, 13), (6, 6), (7, 5), (10, 13), (12, 11)),
    ]
    read = [type(d) for d in result.file.declarations]
    assert read == [nodes.TypeDecl, nodes.SubtaskDecl, nodes.ComposeDecl]


def test_a_missing_block_costs_nothing_else() -> None:
    text = "record A:\ntype B\ntype C\n"
    result = parse(Source("t.p2c", text))
    assert [d.code for d in result.diagnostics] == ["P2C115"]
    assert [type(d) for d in result.file.declarations][-2:] == [nodes.TypeDecl, nodes.TypeDecl]


@pytest.mark.parametrize(
    ("line", "message", "help_"),
    [
        ("for y in x", "expected `:`", "add it"),
        ("while x:", "`while`", "use `for` over a collection"),
        ("def f(x):", "`def`", "`subtask name(…) -> Type:`"),
        ("import json", "`import`", 'use "other.p2c"'),
        ("from json import x", "`from`", 'use "other.p2c"'),
        ("try:", "`try`", "ends the run"),
        ("y = lambda: x", "`lambda`", "call a subtask"),
        ("y = [f(z) for z in x]", "`for`", "fill `xs = []` in a loop"),
        ("y = {z: f(z) for z in x}", "`for`", "fill `m = {}` in a loop"),
        ("y = {z for z in f(x)}", "`for`", "no comprehensions"),
        ("y = [f(z), g([w for w in x])]", "`for`", "fill"),
        ("do:", "`do`", "every run ends"),
        ("match x:", "`match`", "`if` and `elif`"),
        ("switch (x) {", "`switch`", "`if` and `elif`"),
        ("match.x + 1", "`+`", "call a subtask"),
        ("case(x) + 1", "`+`", "call a subtask"),
        ("let y = f(x)", "`let`", "x = f(y)"),
        ("unless x:", "`unless`", "if not x:"),
        ("@f", "`@`", "no decorators"),
        ("f(*x)", "`*`", "one by one"),
        ("f(**x)", "`**`", "one by one"),
        ("if x in y:", "`in`", "returns Bool"),
        ("if x not in y:", "`not`", "returns Bool"),
        ("if x && y:", "`&&`", "write `and`"),
        ("if x || y:", "`||`", "write `or`"),
        ("if x is True:", "`True`", "only tests for `None`"),
        ("if (y := f(x)):", "`:=`", "line of its own"),
        ("if x then", "`then`", "starts with a `:`"),
        ("if f(x): g(x)", "`g`", "on its own lines"),
        ("y = f(x)[1:2]", "`:`", "no slices"),
        ("y: Text = f(x)", "`:`", "no type annotations"),
        ("y, z = f(x)", "`,`", "no tuples"),
        ("y = z = f(x)", "`=`", "one name"),
        ("x.y = f(x)", "`=`", "cannot be changed"),
        ("y = -x", "`x`", "call a subtask"),
        ('y = "a" "b"', '`"b"`', "not joined"),
        ('"""What it is for."""', "expected a value", "describe the task"),
        ("y = 0x10", "`x10`", "decimal"),
        ("type A", "`A`", "at the top level of the file"),
        ("...", "`.`", "no empty blocks"),
        ("pass", "`pass`", "no empty blocks"),
        ("y = f(z for z in x)", "`for`", "no comprehensions"),
        ("y += 1", "`+=`", "xs.append(value)"),
        ("y = x + 1", "`+`", "call a subtask"),
        ("y = x == 1", "`==`", "only allowed in `if` and `elif`"),
        ("if x = 1:", "`=`", "write `==`"),
        ("if x < 1 < y:", "`<`", "two sides"),
        ("if x <> y:", "`<>`", "write `!=`"),
        ("y = x and y", "`and`", "only allowed in `if` and `elif`"),
        ("for k, v in x:", "`in`", "m[key]"),
        ("for y of x:", "`in`", "for x in collection"),
        ("y = a if x else b", "`if`", "with blocks"),
        ("y = {x: 1}", "`}`", "only an empty `{}`"),
        ('y = f"{x}"', "`f`", "prefix"),
        ("f(x); g(x)", "`;`", "one statement per line"),
        ("y = x.lower()", "`lower`", "call a subtask"),
        ("x.sort()", "`sort`", "call a subtask"),
        ("xs.append()", "takes exactly one value", "xs.append(value)"),
        ("f(x)(x)", "only subtasks", "name of a subtask"),
        ("a.b[x] = x", "only an accumulator can be written to, by its own name", "m[key]"),
        ("y = f(x", "`(` is never closed", "add `)`"),
        ("y = f(x))", "`)` does not close any bracket", "remove it"),
        ("y = f(x]", "expected `)` to close the bracket, but found `]`", "remove it"),
        ('y = "abc', "never closed", "on its line"),
        ("y = ", "a value", ""),
        ("y = f(x,, x)", "`,`", ""),
        ("return x is None", "`is`", "only allowed in `if` and `elif`"),
    ],
)
def test_a_slip_is_named_and_help_given(line: str, message: str, help_: str) -> None:
    lines = [line, "    f(x)"] if line.endswith(":") or line.startswith("for ") else [line]
    found = error_in(*lines)
    assert message in found[0] and help_ in found[1]


@pytest.mark.parametrize(
    "lines",
    [
        ["try:", "    f(x)", "except E as e:", "    g(e)", "else:", "    h(x)", "finally:", "    g(x)"],
        ["try: f(x)", "except: g(x)"],
        ["while f(x):", "    if g(x):", "        break", "else:", "    h(x)"],
        ["def g(y):", "    return y + 1"],
        ["@cached", "def g(y):", "    return y"],
        ["class A:", "    y = 1 + 1"],
        ["async for y in x:", "    f(y)"],
        ["with f(x) as y:", "    pass"],
        ["match x:", "    case 1:", "        f(x)", "    case _:", "        g(x)"],
        ["if x & y:", "    f(x)", "elif g(x):", "    f(x)", "else:", "    g(x)"],
        ["if f(x): g(x)", "else: h(x)"],
        ["for y in x:", "    f(y)", "else:", "    g(x)"],
        ["for y, z in x:", "    f(y)"],
        ["y = f(x", "     and g(x))"],
        ["if f(x) && (g(x)", "            || h(x)):", "    f(x)"],
    ],
    ids=lambda lines: lines[0],
)
def test_what_other_languages_have_is_one_error_however_long_it_is(lines: list[str]) -> None:
    error_in(*lines, "g(x)")


@pytest.mark.parametrize(
    ("text", "message", "help_"),
    [
        ("tpye A\n", "`tpye`", "did you mean `type`"),
        ("prefs = {}\n", "`prefs`", "inside a composition"),
        ("  type A\n", "does not open a block", "like the line above"),
        ("type A < B C\n", "`C`", ""),
        ("type A = B | C\n", "`|`", "Optional[T]"),
        ("effect e(A) irreversibel\n", "`irreversibel`", "irreversible"),
        ("subtask f(x: A):\n    cost 1\n    cost 2\n", "one cost", "remove"),
        ("record R:\n    x\n", "`:`", ""),
        ("constant c: Int = 12345678901234567890\n", "18 digits", "smaller"),
        ("constant c: Float = 1e999\n", "too large", "smaller"),
        (f"task t():\n    at most {'9' * 5000} e\n", "18 digits", "smaller"),
        ("rules:\n    cost <= 1234567890123456789\n", "18 digits", "smaller"),
        (f"subtask f(xs: Set[A] <= {'9' * 5000})\n", "18 digits", "smaller"),
        (f"subtask f():\n    cost {'9' * 5000}\n", "18 digits", "smaller"),
        ('use "a\\q"\n', "invalid string", "backslash"),
        ('task t():\n    "a\\q"\n    loops <= 1\n', "invalid string", "backslash"),
        ("compose t(x):\n\tf(x)\n", "tab", "spaces only"),
        ("compose t(x):\nf(x)\ng(x)\n", "expected an indented block", "indent"),
        ("record R:\n    x: A = 1\n", "`=`", "cannot have defaults"),
        ("record R(A):\n    x: A\n", "expected `:`", ""),
        ("for x in y:\n    f(x)\n", "`for`", "inside a composition"),
        ("enum E:\n    a = 1\n", "`=`", "no value"),
        ("compose t(x):\n        f(x)\n    g(x)\n", "does not match any block", "indent it by"),
    ],
)
def test_a_slip_in_a_spec(text: str, message: str, help_: str) -> None:
    ((_, _, found, found_help),) = errors(text)
    assert message in found and help_ in found_help


def test_errors_end_somewhere() -> None:
    result = parse(Source("t.p2c", "compose t(x):\n" + "    x x\n" * 500))
    assert len(result.diagnostics) == 50
    assert "too many errors" in result.diagnostics[-1].notes[-1].message
