"""`C(x, g(x))` in a rule's line: a check, and what its arguments are compared with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from p2c_dsl.program import Test
from p2c_dsl.rules.base import Names, RuleError
from p2c_dsl.rules.parts import ArgumentPath
from p2c_dsl.rules.pattern import Tokens, span_of
from p2c_dsl.spec import Parameter, Subtask
from p2c_dsl.syntax.nodes import Token
from p2c_dsl.types import BOOL, Optional, Type, is_subtype, show

OPEN = "_"
Shown = Callable[[str], str]
"""How the argument for a parameter is shown."""


@dataclass(frozen=True, slots=True)
class OwnArgument:
    """`x.f`: an argument of the call that does the event, or a field of it."""

    parameter: str
    fields: tuple[str, ...] = ()

    def text(self, shown: Shown) -> str:
        """How it is written where arguments are shown like this."""
        return ".".join((shown(self.parameter), *self.fields))

    def path(self, subtask: Subtask) -> ArgumentPath:
        """The same by the place of the parameter in a subtask."""
        return ArgumentPath([parameter.name for parameter in subtask.parameters].index(self.parameter), self.fields)


@dataclass(frozen=True, slots=True)
class ReadFor:
    """`g(x, _)`: what a call of a subtask has returned, whose arguments at these positions are of the call's own."""

    subtask: str
    positions: tuple[int, ...]
    of: tuple[OwnArgument, ...]

    def text(self, shown: Shown) -> str:
        """How it is written where arguments are shown like this."""
        return _call_text(self.subtask, self.positions, [one.text(shown) for one in self.of], 1)


Subject = OwnArgument | ReadFor


@dataclass(frozen=True, slots=True)
class Alternative:
    """`[not] C(x, _)`: that a check of the values of `x` has been found true (or false).

    `positions` are the check's parameters that are compared, `subjects` what they have to equal. `listed` is how many
    parameters are shown.
    """

    check: str
    positions: tuple[int, ...]
    subjects: tuple[Subject, ...]
    outcome: Test = Test.TRUE
    listed: int = 1

    @property
    def parameters(self) -> tuple[str, ...]:
        """The parameters of the call that does the event whose arguments matter."""
        parts = [part for subject in self.subjects for part in own_arguments(subject)]
        return tuple(dict.fromkeys(part.parameter for part in parts))

    def text(self, shown: Shown) -> str:
        """As a condition, where arguments are shown like this."""
        texts = [subject.text(shown) for subject in self.subjects]
        call = _call_text(self.check, self.positions, texts, self.listed)
        return call if self.outcome is Test.TRUE else f"not {call}"


def own_arguments(subject: Subject) -> tuple[OwnArgument, ...]:
    """The arguments of the call that does the event which a subject is about."""
    return subject.of if isinstance(subject, ReadFor) else (subject,)


def _call_text(name: str, positions: Sequence[int], texts: Sequence[str], least: int) -> str:
    shown = dict(zip(positions, texts, strict=True))
    number = max(least, max(positions, default=0) + 1)
    return f"{name}({', '.join(shown.get(i, OPEN) for i in range(number))})"


def read_check(tokens: Tokens, names: Names) -> tuple[Subtask, tuple[tuple[int, Token], ...]]:
    """The check, and the place and the name of each parameter that is not left open by `_`. Raises `RuleError`."""
    name, *arguments = tokens
    check = _check_of(name, names)
    _no_more_than(check, [(token,) for token in arguments])
    return check, tuple((index, token) for index, token in enumerate(arguments) if token.text != OPEN)


def read_alternatives(tokens: Tokens, performers: Sequence[Subtask], names: Names) -> tuple[Alternative, ...]:
    """`[not] C(x, g(x)) or [not] D(y)`, about the parameters of these subtasks. Raises `RuleError`."""
    return tuple(dict.fromkeys(_alternative(part, performers, names) for part in _parts(tokens, "or")))


def _alternative(tokens: Tokens, performers: Sequence[Subtask], names: Names) -> Alternative:
    outcome = Test.FALSE if tokens[0].text == "not" else Test.TRUE
    name, *rest = tokens[outcome is Test.FALSE :]
    check = _check_of(name, names)
    listed = _arguments(rest)
    _no_more_than(check, listed)
    compared = [(i, part) for i, part in enumerate(listed) if part[0].text != OPEN]
    subjects = tuple(_subject(part, check.parameters[i], performers, names) for i, part in compared)
    return Alternative(check.name, tuple(i for i, _ in compared), subjects, outcome, len(check.parameters))


def _check_of(name: Token, names: Names) -> Subtask:
    check = names.subtask(name)
    if check.result is None or not is_subtype(check.result, BOOL):
        gives = "nothing" if check.result is None else show(check.result)
        raise RuleError(f"a check must return Bool, but `{check.name}` returns {gives}", name.span)
    return check


def _no_more_than(called: Subtask, listed: Sequence[Tokens]) -> None:
    if len(listed) > len(called.parameters):
        message = f"`{called.name}` has {len(called.parameters)} parameters, but the rule lists {len(listed)}"
        span = listed[0][0].span.to(listed[-1][-1].span)
        raise RuleError(message, span, "list one for each parameter, with `_` for any value")


def _subject(tokens: Tokens, checked: Parameter, performers: Sequence[Subtask], names: Names) -> Subject:
    if tokens[-1].text != ")":
        return _own_argument(tokens, checked, performers, names, "the check takes")
    name, *rest = tokens
    reader, listed = names.subtask(name), _arguments(rest)
    _no_more_than(reader, listed)
    given = reader.result.inner if isinstance(reader.result, Optional) else reader.result
    if given is None or not _alike(given, checked.type):
        gives = "nothing" if given is None else show(given)
        message = f"`{reader.name}` returns {gives}, but the check takes {show(checked.type)} in that position"
        raise RuleError(message, span_of(tokens), "name a subtask that returns what is checked")
    compared = [(i, part) for i, part in enumerate(listed) if part[0].text != OPEN]
    takes = f"`{reader.name}` takes"
    of = tuple(_own_argument(part, reader.parameters[i], performers, names, takes) for i, part in compared)
    return ReadFor(reader.name, tuple(i for i, _ in compared), of)


def _own_argument(
    tokens: Tokens, wanted: Parameter, performers: Sequence[Subtask], names: Names, takes: str
) -> OwnArgument:
    """Raises `RuleError` if a performer has no parameter of that name, or one of a type that does not fit."""
    name, *path = (token for token in tokens if token.text != ".")
    for performer in performers:
        _expect_signed(performer, name)
        _, parameter = names.parameter(performer, name)
        of = names.field(parameter.type, path)
        if not _alike(of, wanted.type):
            shown = ".".join(token.text for token in (name, *path))
            message = (
                f"`{performer.name}` takes {show(of)} for `{shown}`, but {takes} {show(wanted.type)} in that position"
            )
            raise RuleError(message, span_of(tokens), "list the parameters in the order of the check's parameters")
    return OwnArgument(name.text, tuple(token.text for token in path))


def _expect_signed(performer: Subtask, name: Token) -> None:
    """Raises `RuleError` where a subtask that nobody has signed off yet has no parameter of that name."""
    unsigned = any(use.anything for use in performer.effects)
    if unsigned and all(name.text != own.name for own in performer.parameters):
        message = f"`{performer.name}` may do anything, so also this, and has no parameter `{name.text}`"
        help_ = f"say what it does: `override subtask {performer.name}:` with `pure` or its effects"
        raise RuleError(message, name.span, help_)


def _alike(one: Type, other: Type) -> bool:
    return is_subtype(one, other) or is_subtype(other, one)


def _arguments(tokens: Sequence[Token]) -> list[Tokens]:
    """The arguments between a pair of brackets."""
    return list(_parts(tokens[1:-1], ","))


def _parts(tokens: Sequence[Token], separator: str) -> Iterator[Tokens]:
    """The parts between separators that stand in no brackets."""
    depth, part = 0, list[Token]()
    for token in tokens:
        depth += {"(": 1, ")": -1}.get(token.text, 0)
        if token.text == separator and not depth:
            yield tuple(part)
            part = []
        else:
            part.append(token)
    if part:
        yield tuple(part)
