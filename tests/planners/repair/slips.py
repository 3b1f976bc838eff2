"""Compositions with one slip each: a step that is left out, doubled, moved, or given another argument."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from p2c_dsl.syntax import nodes

Block = tuple[nodes.Statement, ...]


def slips(compose: nodes.ComposeDecl) -> Iterator[nodes.ComposeDecl]:
    """All compositions that are one slip away; many are accepted, or make no sense."""
    for body in _blocks(compose.body, tuple(p.text for p in compose.parameters)):
        if body:
            yield replace(compose, body=body)


def _blocks(block: Block, names: tuple[str, ...]) -> Iterator[Block]:
    for place, statement in enumerate(block):
        before, after = block[:place], block[place + 1 :]
        yield before + after
        yield (*before, *_inside(statement), *after)
        yield (*before, statement, _again(statement), *after)
        if after:
            yield (*before, after[0], statement, *after[1:])
        for changed in _changed(statement, names):
            yield (*before, changed, *after)
        if isinstance(statement, nodes.Assign | nodes.For):
            bound = statement.target if isinstance(statement, nodes.Assign) else statement.variable
            names = (*names, bound.text)
        for inner in _within(statement, names):
            yield (*before, inner, *after)


def _inside(statement: nodes.Statement) -> Block:
    match statement:
        case nodes.For(body=body):
            return body
        case nodes.If(body=body, orelse=orelse):
            return body + orelse
    return ()


def _again(statement: nodes.Statement) -> nodes.Statement:
    if isinstance(statement, nodes.Assign):
        return replace(statement, target=nodes.Name(f"{statement.target.text}_again", statement.span))
    if isinstance(statement, nodes.For | nodes.If):
        return (
            statement
            if not isinstance(statement, nodes.For)
            else replace(statement, variable=nodes.Name("again", statement.span), body=_renamed(statement))
        )
    return statement


def _renamed(loop: nodes.For) -> Block:
    return tuple(_with(s, loop.variable.text, "again") for s in loop.body)


def _with(statement: nodes.Statement, before: str, after: str) -> nodes.Statement:
    if isinstance(statement, nodes.ExprStatement) and isinstance(statement.value, nodes.Call):
        arguments = tuple(
            nodes.Variable(nodes.Name(after, a.span)) if isinstance(a, nodes.Variable) and a.name.text == before else a
            for a in statement.value.arguments
        )
        return replace(statement, value=replace(statement.value, arguments=arguments))
    return statement


def _changed(statement: nodes.Statement, names: tuple[str, ...]) -> Iterator[nodes.Statement]:
    for name in names:
        variable = nodes.Variable(nodes.Name(name, nodes.NOWHERE))
        match statement:
            case nodes.For():
                yield replace(statement, iterable=variable)
            case nodes.If(nodes.Not(_, span)):
                yield replace(statement, condition=nodes.Not(variable, span))
            case nodes.If(condition):
                yield replace(statement, condition=nodes.Not(condition, nodes.NOWHERE))
            case nodes.Return():
                yield replace(statement, value=variable)
            case nodes.SetItem():
                yield replace(statement, key=variable)
                yield replace(statement, value=variable)
            case nodes.Append():
                yield replace(statement, value=variable)
            case nodes.Assign(value=nodes.Call() as call) | nodes.ExprStatement(value=nodes.Call() as call):
                for place in range(len(call.arguments)):
                    arguments = (*call.arguments[:place], variable, *call.arguments[place + 1 :])
                    yield replace(statement, value=replace(call, arguments=arguments))


def _within(statement: nodes.Statement, names: tuple[str, ...]) -> Iterator[nodes.Statement]:
    match statement:
        case nodes.For(body=body):
            yield from (replace(statement, body=b) for b in _blocks(body, names) if b)
        case nodes.If(body=body, orelse=orelse):
            yield from (replace(statement, body=b) for b in _blocks(body, names) if b)
            yield from (replace(statement, orelse=b) for b in _blocks(orelse, names))
