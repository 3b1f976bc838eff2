"""What the parser reads, and where it says it stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest

from p2c_dsl.source import Source, Span
from p2c_dsl.syntax import nodes
from p2c_dsl.syntax.nodes import Name
from tests.syntax.parsing import body_of, errors, file_of

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
                assert written.startswith(("for ", "compose ")) and written.endswith(":") and "\n" not in written
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


@pytest.mark.parametrize("word", ["type", "task", "cost", "use", "does", "irreversible", "literal", "match", "rules"])
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
