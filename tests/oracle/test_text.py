"""The oracle on the rules about the program, and on types."""

from __future__ import annotations

from typing import Any

import pytest

from p2c_dsl.runtime.trace import Trace
from p2c_dsl.spec import Task
from p2c_dsl.syntax import nodes
from p2c_dsl.types import MapOf, Type
from tests.generators.specs import HERE
from tests.oracle import ill_typed
from tests.oracle.recorder import HERE_SPAN, PARAMETERS, SOUP, SPEC, USER, Run


def name(text: str) -> nodes.Name:
    return nodes.Name(text, HERE_SPAN)


def call(function: str, *arguments: nodes.Expr) -> nodes.Call:
    return nodes.Call(name(function), arguments, (), HERE_SPAN)


def composed(*body: nodes.Statement) -> nodes.ComposeDecl:
    return nodes.ComposeDecl(name("t"), (), body, HERE_SPAN)


def loop(*body: nodes.Statement) -> nodes.For:
    return nodes.For(name("u"), nodes.Variable(name("users")), body, HERE_SPAN)


def branch(body: tuple[nodes.Statement, ...], orelse: tuple[nodes.Statement, ...] = ()) -> nodes.If:
    return nodes.If(nodes.Variable(name("ok")), body, orelse, False, HERE_SPAN)


def do(value: nodes.Expr) -> nodes.Statement:
    return nodes.ExprStatement(value, HERE_SPAN)


FLAT = composed(loop(do(call("settle", nodes.Variable(name("u"))))))
NESTED_CALL = composed(do(call("settle", call("find"))))
NESTED_LOOPS = composed(loop(loop(do(call("find")))))
ELIF = composed(branch((do(call("find")),), (branch((do(call("other")),)),)))


@pytest.mark.parametrize(
    ("line", "kept", "broken"),
    [
        ("shape sequence", FLAT, NESTED_CALL),
        ("shape sequence", FLAT, ELIF),
        ("loops <= 1", FLAT, NESTED_LOOPS),
        ("branches <= 1", composed(*ELIF.body[0].body, *ELIF.body[0].orelse), ELIF),  # type: ignore[attr-defined]
        ("steps <= 2", FLAT, NESTED_LOOPS),
        ("steps <= 2", NESTED_CALL, ELIF),
    ],
)
def test_rules_about_the_program_are_read_off_the_text(
    run: Run, line: str, kept: nodes.ComposeDecl, broken: nodes.ComposeDecl
) -> None:
    assert not run.breaks(line, kept)
    assert run.breaks(line, broken)


def test_steps_count_accumulators_returns_and_writes_of_what_is_no_call(run: Run) -> None:
    empty = nodes.Assign(name("xs"), nodes.EmptyList(HERE_SPAN), HERE_SPAN)
    of_call = nodes.Append(name("xs"), call("find"), HERE_SPAN)
    of_value = nodes.Append(name("xs"), nodes.Variable(name("u")), HERE_SPAN)
    compose = composed(empty, loop(of_call, of_value), nodes.Return(None, HERE_SPAN))
    assert run.breaks("steps <= 4", compose) and not run.breaks("steps <= 5", compose)


def typing_of(run: Run, result: Type | None = None) -> Any:
    task = Task("t", PARAMETERS, result, "", {}, (), HERE)
    return ill_typed(Trace(tuple(run.events)), SPEC, task)


def test_arguments_and_results_are_checked_against_their_types(run: Run) -> None:
    run.settle(run.user)
    assert typing_of(run) is None
    run.done(run.user)
    assert typing_of(run, USER) is None
    assert typing_of(run, MapOf(USER, USER)) is not None
    run.settle(run.new(SOUP))
    assert typing_of(run) is not None


def test_an_unknown_line_is_no_rule(run: Run) -> None:
    with pytest.raises(ValueError, match="no rule"):
        run.breaks("pay never happens")
