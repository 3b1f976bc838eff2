"""What the parser reads, where it says it stands, and what it says about what it cannot read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest

from p2c_dsl.syntax import nodes
from p2c_dsl.syntax.nodes import Name
from p2c_dsl.syntax.parser import parse
from p2c_dsl.syntax.span import Source, Span

EXAMPLES = Path(__file__).parents[2] / "examples"
EVERYTHING = '''\
# everything
use "other.p2c"
type User
type Guest < User
type Email = literal Text
record Order:
    """An order."""
    customer: User
    from: Map[User, Set[Email]] <= 20
enum Channel:
    mail
    phone
constant office: Email = "office@example.org"
effect contact(User)
effect reserve(User, Email) irreversible
effect tick
subtask ask(user: User, type: Text = "plain", task: Int = -3, cost: Channel = Channel.mail) -> Set[User] >= 1 <= 5:
    """Ask."""
    does contact(user)
    may reserve(user.self, type)
    cost 3
subtask now() -> Int
rules:
    loops <= 1
task greet(users: Set[User], limit: Optional[Int]) -> List[Text]:
    """Greet."""
    constant most: Int = 20
    at most 1 contact per User
    ask.user from users, now
    reserve only if ask(_, x)
compose greet(users, limit):
    texts = []
    prefs = {}
    for user in users:
        prefs[user] = ask(user, type="x", cost=Channel.phone,)
        texts.append(write(prefs[user].first, 2.5))
    if limit is None:
        now()
    elif not known(limit):
        return
    else:
        return texts  # the end
'''


def file_of(text: str) -> nodes.File:
    result = parse(Source("t.p2c", text))
    assert result.diagnostics == ()
    return result.file


def body_of(*lines: str) -> tuple[nodes.Statement, ...]:
    (compose,) = file_of("compose t(x):\n    " + "\n    ".join(lines) + "\n").declarations
    assert isinstance(compose, nodes.ComposeDecl)
    return compose.body


def errors(text: str) -> list[tuple[int, int, str, str]]:
    """Line, column, message and help of each error."""
    source = Source("t.p2c", text)
    found = parse(source).diagnostics
    return [(*source.position(d.location.span.start), d.message, d.help or "") for d in found]


def error_in(*lines: str) -> tuple[str, str]:
    """The one error's message and help, in a composition of these lines."""
    (found,) = errors("compose t(x):\n    " + "\n    ".join(lines) + "\n")
    return found[2:]


def spans(node: object) -> Iterator[tuple[object, Span]]:
    """Every part of a tree that has a place."""
    if isinstance(node, (list, tuple)) and not isinstance(node, (Name, Span, nodes.Token, nodes.Comment)):
        for part in node:
            yield from spans(part)
    elif isinstance(node, (Name, nodes.Token, nodes.Comment)):
        yield node, node.span
    elif is_dataclass(node) and not isinstance(node, Source):
        if hasattr(node, "span"):
            yield node, node.span
        for field in fields(node):
            yield from spans(getattr(node, field.name))


# ---------------------------------------------------------------- what is read


def test_a_file_of_everything() -> None:
    declared = file_of(EVERYTHING).declarations
    assert [type(d).__name__.removesuffix("Decl") for d in declared] == [
        *("Use", "Type", "Type", "Type", "Record", "Enum", "Constant", "Effect", "Effect", "Effect"),
        *("Subtask", "Subtask", "Rules", "Task", "Compose"),
    ]


def test_a_subtask_keeps_names_defaults_effects_and_cost() -> None:
    ask = next(d for d in file_of(EVERYTHING).declarations if isinstance(d, nodes.SubtaskDecl))
    assert [p.name.text for p in ask.parameters] == ["user", "type", "task", "cost"]
    user, plain, three, mail = (p.default for p in ask.parameters)
    assert user is None
    assert isinstance(plain, nodes.Literal) and plain.value == "plain"
    assert isinstance(three, nodes.Literal) and three.value == -3
    assert isinstance(mail, nodes.Attribute) and mail.name.text == "mail"
    assert [(e.effect.text, e.certain, len(e.arguments)) for e in ask.effects] == [
        ("contact", True, 1),
        ("reserve", False, 2),
    ]
    assert (ask.doc, ask.cost) == ("Ask.", 3)
    assert ask.result is not None and [(b.op, b.value) for b in ask.result.bounds] == [(">=", 1), ("<=", 5)]


def test_rules_are_lines_of_tokens() -> None:
    task = next(d for d in file_of(EVERYTHING).declarations if isinstance(d, nodes.TaskDecl))
    assert [[t.text for t in rule.tokens] for rule in task.rules] == [
        ["at", "most", "1", "contact", "per", "User"],
        ["ask", ".", "user", "from", "users", ",", "now"],
        ["reserve", "only", "if", "ask", "(", "_", ",", "x", ")"],
    ]
    assert [t.kind for t in task.rules[2].tokens] == [
        "name",
        "name",
        "name",
        "name",
        "op",
        "name",
        "op",
        "name",
        "op",
    ]


def test_every_part_knows_its_place() -> None:
    file = file_of(EVERYTHING)
    for node, span in spans(file):
        written = EVERYTHING[span.start : span.end]
        assert 0 <= span.start < span.end, node
        match node:
            case nodes.Name(text) | nodes.Token(_, text) | nodes.Comment(text):
                assert written == text
            case nodes.Variable(name):
                assert written == name.text
            case nodes.For() | nodes.ComposeDecl():
                assert (
                    written.startswith(("for ", "compose ")) and written.endswith(":") and "\n" not in written
                )
            case nodes.If(is_elif=is_elif):
                assert written.startswith("elif " if is_elif else "if ") and written.endswith(":")
            case nodes.Call() | nodes.Append():
                assert written.endswith(")")
    assert [c.text for c in file.comments] == ["# everything", "# the end"]
    assert [c.own_line for c in file.comments] == [True, False]


def test_figure_one_reads_verbatim() -> None:
    for name in ("aligned", "unaligned"):
        text = (EXAMPLES / "dinner" / f"{name}.p2c").read_text(encoding="utf-8")
        (compose,) = [d for d in file_of(text).declarations if isinstance(d, nodes.ComposeDecl)]
        assert compose.task.text == "book_dinner"


def test_brackets_may_be_broken_and_end_in_a_comma() -> None:
    broken = body_of("f(  # first", "    x,", "", "  # second", "    y=[],", ")")
    (call,) = broken
    assert isinstance(call, nodes.ExprStatement) and isinstance(call.value, nodes.Call)
    assert len(call.value.arguments) == 1 and len(call.value.keywords) == 1


def test_a_line_goes_on_behind_a_backslash() -> None:
    assert body_of("y = \\", "  f(x)") == body_of("y = \\", "  f(x)") != ()


@pytest.mark.parametrize(
    "word", ["type", "task", "cost", "use", "does", "irreversible", "literal", "match", "rules"]
)
def test_our_keywords_are_names_elsewhere(word: str) -> None:
    (assign,) = body_of(f"{word} = f({word}, {word}={word}.{word})")
    assert isinstance(assign, nodes.Assign) and assign.target.text == word


@pytest.mark.parametrize("word", ["from", "class", "in", "is", "not", "import", "None"])
def test_a_parameter_or_field_may_have_any_name(word: str) -> None:
    file_of(f"subtask f({word}: A):\n    does e({word}, {word}.{word})\nrecord R:\n    {word}: A\n")
    file_of(f"task t({word}: A):\n    f.{word} from {word}, g\n")


@pytest.mark.parametrize("word", ["from", "class", "in", "lambda", "True"])
def test_pythons_words_name_nothing_in_a_composition(word: str) -> None:
    assert errors(f"compose t(x):\n    {word} = f(x)\n")
    assert errors(f"compose t(x):\n    f({word}=x)\n")


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ('"a"', "a"),
        ("'a\"b'", 'a"b'),
        ('"""a\nb"""', "a\nb"),
        (r'"\n\u00e9\\"', "\n\u00e9\\"),
        ("0", 0),
        ("-7", -7),
        ("2.50", 2.5),
        ("-1e3", -1000.0),
        ("True", True),
        ("None", None),
    ],
)
def test_literals(written: str, value: object) -> None:
    (constant,) = file_of(f"constant c: T = {written}\n").declarations
    assert isinstance(constant, nodes.ConstantDecl) and isinstance(constant.value, nodes.Literal)
    assert constant.value.value == value and type(constant.value.value) is type(value)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_line_ends_marks_and_form_feeds_change_nothing(end: str) -> None:
    text = "\ufefftype A\n\f\ncompose t(x):\n    f(x)\n\f\n    g(x)".replace("\n", end)
    _, compose = file_of(text).declarations
    assert isinstance(compose, nodes.ComposeDecl) and len(compose.body) == 2


def test_an_empty_file_is_a_file() -> None:
    assert file_of("").declarations == file_of("\n\n  \n# nothing\n").declarations == ()


# ---------------------------------------------------------------- what is not


def test_several_errors_are_told_in_one_run_and_the_rest_is_read() -> None:
    text = (
        "typ A\ntype B\nsubtask f(x B) -> B\nsubtask g(y: B)\ncompose t(x):\n    f(x\n    while x:\n"
        "        f(x)\n    g(x)\n    if g(x) == x:\n        f(x)\n    y = 1 + 2\n"
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
        ("for y in x", "`:` is missing", "add it"),
        ("while x:", "`while`", "loop over a collection"),
        ("def f(x):", "`def`", "`subtask name(…) -> Type:`"),
        ("import json", "`import`", 'use "other.p2c"'),
        ("from json import x", "`from`", 'use "other.p2c"'),
        ("try:", "`try`", "ends the run"),
        ("y = lambda: x", "`lambda`", "call a subtask"),
        ("y = [f(z) for z in x]", "`for`", "fill `xs = []` in a loop"),
        ("y = {z: f(z) for z in x}", "`for`", "fill `m = {}` in a loop"),
        ("y = {z for z in f(x)}", "`for`", "no comprehensions"),
        ("y = [f(z), g([w for w in x])]", "`]`", "only the empty `[]`"),
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
        ("if x && y:", "`&&`", "one `if` into the other"),
        ("if x || y:", "`||`", "two `if`s"),
        ("if x is True:", "`True`", "only `None`"),
        ("if (y := f(x)):", "`:=`", "line of its own"),
        ("if x then", "`then`", "behind a `:`"),
        ("if f(x): g(x)", "`g`", "lines of its own"),
        ("y = f(x)[1:2]", "`:`", "no slices"),
        ("y: Text = f(x)", "`:`", "not written"),
        ("y, z = f(x)", "`,`", "no tuples"),
        ("y = z = f(x)", "`=`", "one name"),
        ("x.y = f(x)", "`=`", "never changed"),
        ("y = -x", "`x`", "call a subtask"),
        ('y = "a" "b"', '`"b"`', "not joined"),
        ('"""What it is for."""', "expected a value", "stands in its task"),
        ("y = 0x10", "`x10`", "decimal"),
        ("type A", "`A`", "at the top of the file"),
        ("...", "`.`", "leave out"),
        ("pass", "`pass`", "leave out"),
        ("y = f(z for z in x)", "`for`", "no comprehensions"),
        ("y += 1", "`+=`", "xs.append(value)"),
        ("y = x + 1", "`+`", "call a subtask"),
        ("if x == 1:", "`==`", "returns Bool"),
        ("if x = 1:", "`=`", "returns Bool"),
        ("if x > 1:", "`>`", "returns Bool"),
        ("if x and y:", "`and`", "one `if` into the other"),
        ("if not x is None:", "`is`", "`x is not None`"),
        ("for k, v in x:", "`in`", "m[key]"),
        ("for y of x:", "`in`", "for x in collection"),
        ("y = a if x else b", "`if`", "with blocks"),
        ("y = {x: 1}", "`}`", "only the empty `{}`"),
        ("y = [x]", "`]`", "only the empty `[]`"),
        ('y = f"{x}"', "`f`", "letter"),
        ("f(x); g(x)", "`;`", "one statement a line"),
        ("y = x.lower()", "`lower`", "call a subtask"),
        ("x.sort()", "`sort`", "call a subtask"),
        ("xs.append()", "takes one value", "xs.append(value)"),
        ("f(x)(x)", "only subtasks", "by its name"),
        ("a.b[x] = x", "accumulator's own name", "m[key]"),
        ("y = f(x", "`(` is never closed", "add `)`"),
        ("y = f(x))", "`)` closes nothing", "remove it"),
        ("y = f(x]", "`]` stands where `)`", "remove it"),
        ('y = "abc', "never closed", "on its line"),
        ("y = ", "a value", ""),
        ("y = f(x,, x)", "`,`", ""),
        ("return x is None", "`is`", "`if` and `elif` only"),
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
        ["if x == 1:", "    f(x)", "elif g(x):", "    f(x)", "else:", "    g(x)"],
        ["if f(x): g(x)", "else: h(x)"],
        ["for y in x:", "    f(y)", "else:", "    g(x)"],
        ["for y, z in x:", "    f(y)"],
        ["y = f(x", "     and g(x))"],
        ["if f(x) and (g(x)", "            or h(x)):", "    f(x)"],
    ],
    ids=lambda lines: lines[0],
)
def test_what_other_languages_have_is_one_error_however_long_it_is(lines: list[str]) -> None:
    error_in(*lines, "g(x)")


@pytest.mark.parametrize(
    ("text", "message", "help_"),
    [
        ("tpye A\n", "`tpye`", "did you mean `type`"),
        ("prefs = {}\n", "`prefs`", "stand in a composition"),
        ("  type A\n", "opens a block", "line it up"),
        ("type A < B C\n", "`C`", ""),
        ("type A = B | C\n", "`|`", "Optional[T]"),
        ("effect e(A) irreversibel\n", "`irreversibel`", "irreversible"),
        ("subtask f(x: A):\n    cost 1\n    cost 2\n", "one cost", "remove"),
        ("record R:\n    x\n", "`:`", ""),
        ("constant c: Int = 12345678901234567890\n", "18 digits", "smaller"),
        ("constant c: Float = 1e999\n", "too large", "smaller"),
        ('use "a\\q"\n', "cannot be read", "backslash"),
        ('task t():\n    "a\\q"\n    loops <= 1\n', "cannot be read", "backslash"),
        ("compose t(x):\n\tf(x)\n", "tab", "spaces only"),
        ("compose t(x):\nf(x)\ng(x)\n", "block that begins here is missing", "indent"),
        ("record R:\n    x: A = 1\n", "`=`", "no default"),
        ("record R(A):\n    x: A\n", "expected `:`", ""),
        ("for x in y:\n    f(x)\n", "`for`", "stand in a composition"),
        ("enum E:\n    a = 1\n", "`=`", "no value"),
        ("compose t(x):\n        f(x)\n    g(x)\n", "fits no block", "indent it by"),
    ],
)
def test_a_slip_in_a_spec(text: str, message: str, help_: str) -> None:
    ((_, _, found, found_help),) = errors(text)
    assert message in found and help_ in found_help


def test_errors_end_somewhere() -> None:
    result = parse(Source("t.p2c", "compose t(x):\n" + "    x x\n" * 500))
    assert len(result.diagnostics) == 50
    assert "further errors" in result.diagnostics[-1].notes[-1].message
