"""Specs and compositions as `.p2c` text, written plainly and without the formatter."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from p2c_dsl.spec import ConstantValue, EffectUse, EnumMember, Parameter, RuleText, Spec, Subtask, Task
from p2c_dsl.syntax import nodes
from p2c_dsl.types import Enum, NewType, Nominal, show


def file_text(spec: Spec, composes: Iterable[nodes.ComposeDecl] = ()) -> str:
    """A whole file: the spec, then the compositions."""
    return "\n".join([*_spec(spec), *(compose_text(c) for c in composes)]) + "\n"


def compose_text(compose: nodes.ComposeDecl) -> str:
    """A composition."""
    header = f"compose {compose.task.text}({', '.join(n.text for n in compose.parameters)}):"
    return "\n".join([header, *_block(compose.body)])


def rule_text(rule: RuleText) -> str:
    """A rule's line."""
    return " ".join(token.text for token in rule.tokens)


def _spec(spec: Spec) -> Iterator[str]:
    for name, of in spec.types.items():
        match of:
            case Nominal(_, parent):
                yield f"type {name}" + (f" < {parent.name}" if parent else "")
            case NewType(_, base, literal):
                yield f"type {name} = {'literal ' if literal else ''}{show(base)}"
            case Enum(_, members):
                yield "\n    ".join([f"enum {name}:", *members])
    for name, fields in spec.records.items():
        yield "\n    ".join([f"record {name}:", *(f"{f}: {show(t)}" for f, t in fields.items())])
    for constant in spec.constants.values():
        yield f"constant {constant.name}: {show(constant.type)} = {_constant(constant.value)}"
    for effect in spec.effects.values():
        end = " irreversible" if effect.irreversible else ""
        yield f"effect {effect.name}({', '.join(show(t) for t in effect.keys)}){end}"
    for subtask in spec.subtasks.values():
        yield _subtask(subtask)
    for task in spec.tasks.values():
        yield _task(task)


def _subtask(subtask: Subtask) -> str:
    body = [_use(use, subtask) for use in subtask.effects if not use.anything]
    body += ["may anything"] if any(use.anything for use in subtask.effects) else []
    body += [f"cost {subtask.cost}"] if subtask.cost else []
    head = f"subtask {subtask.name}{_signature(subtask)}"
    return "\n    ".join([f"{head}:", *body]) if body else head


def _task(task: Task) -> str:
    rules = [rule_text(rule) for rule in task.rules] or ["shape dag"]
    return "\n    ".join([f"task {task.name}{_signature(task)}:", *rules])


def _signature(declared: Subtask | Task) -> str:
    result = "" if declared.result is None else f" -> {show(declared.result)}"
    return f"({', '.join(_parameter(p) for p in declared.parameters)}){result}"


def _parameter(parameter: Parameter) -> str:
    literal = "literal " if parameter.literal else ""
    default = f" = {_constant(parameter.default)}" if parameter.optional else ""
    return f"{parameter.name}: {literal}{show(parameter.type)}{default}"


def _use(use: EffectUse, subtask: Subtask) -> str:
    paths = [".".join((subtask.parameters[p.parameter].name, *p.fields)) for p in use.arguments if p]
    return f"{'does' if use.certain else 'may'} {use.effect.name}({', '.join(paths)})"


def _constant(value: ConstantValue) -> str:
    if isinstance(value, EnumMember):
        return f"{value.enum}.{value.member}"
    return json.dumps(value) if isinstance(value, str) else repr(value)


def _block(statements: Iterable[nodes.Statement]) -> Iterator[str]:
    for statement in statements:
        for line in _statement(statement):
            yield "    " + line


def _statement(statement: nodes.Statement) -> Iterator[str]:
    match statement:
        case nodes.Assign(target, value):
            yield f"{target.text} = {_expr(value)}"
        case nodes.SetItem(target, key, value):
            yield f"{target.text}[{_expr(key)}] = {_expr(value)}"
        case nodes.Append(target, value):
            yield f"{target.text}.append({_expr(value)})"
        case nodes.ExprStatement(value):
            yield _expr(value)
        case nodes.For(variable, iterable, body):
            yield f"for {variable.text} in {_expr(iterable)}:"
            yield from _block(body)
        case nodes.If():
            yield from _if(statement, "if")
        case nodes.Return(value):
            yield "return" if value is None else f"return {_expr(value)}"


def _if(statement: nodes.If, word: str) -> Iterator[str]:
    yield f"{word} {_expr(statement.condition)}:"
    yield from _block(statement.body)
    match statement.orelse:
        case (nodes.If(is_elif=True) as inner,):
            yield from _if(inner, "elif")
        case ():
            pass
        case orelse:
            yield "else:"
            yield from _block(orelse)


def _expr(expr: nodes.Expr) -> str:
    match expr:
        case nodes.Variable(name):
            return name.text
        case nodes.Literal(value):
            return _constant(value)
        case nodes.Call(function, arguments, keywords):
            given = [*map(_expr, arguments), *(f"{n.text}={_expr(v)}" for n, v in keywords)]
            return f"{function.text}({', '.join(given)})"
        case nodes.Attribute(base, name):
            return f"{_expr(base)}.{name.text}"
        case nodes.Subscript(base, key):
            return f"{_expr(base)}[{_expr(key)}]"
        case nodes.EmptyMap():
            return "{}"
        case nodes.EmptyList():
            return "[]"
        case nodes.ListDisplay(elements):
            return f"[{', '.join(map(_expr, elements))}]"
        case nodes.Not(operand):
            return f"not {_grouped(operand)}"
        case nodes.IsNone(operand, negated):
            return f"{_expr(operand)} is {'not ' if negated else ''}None"
        case nodes.Compare(left, operator, right):
            return f"{_expr(left)} {operator} {_expr(right)}"
        case nodes.And(operands):
            return " and ".join(map(_grouped, operands))
        case nodes.Or(operands):
            return " or ".join(map(_grouped, operands))


def _grouped(condition: nodes.Expr) -> str:
    """A condition within another one."""
    in_brackets = isinstance(condition, nodes.Not | nodes.IsNone | nodes.Compare | nodes.And | nodes.Or)
    return f"({_expr(condition)})" if in_brackets else _expr(condition)
