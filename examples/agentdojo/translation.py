"""From AgentDojo's ground-truth calls to compositions, mechanically.

An argument is a constant if the user's request contains it, else a literal if the overlay allows free text there, and
otherwise a value that a model has read from an earlier result. Reading is a subtask of its own (`text_from_read_file`),
so that rules can say which tool's results may decide what. Successive calls that differ only in one value that was
read become a loop over the set of these values.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from examples.agentdojo.plans import Argument, Call, Origin, Plan, Reader, Statement, Translation
from p2c_dsl.spec import Parameter, Spec, Subtask
from p2c_dsl.syntax.text import quote
from p2c_dsl.types import Base, Enum, ListOf, NewType, Optional, Type, show


@dataclass(frozen=True, slots=True)
class Source:
    """An earlier result that can be read: its name, its tool, its type and its text."""

    name: str
    tool: str
    of: str
    text: str


Choose = Callable[[Subtask, Parameter, Sequence[Source]], Source | None]
"""Which result an argument is read from; `None` makes it a literal."""


def translate(plan: Plan, spec: Spec, start: Translation | None = None, choose: Choose | None = None) -> Translation:
    """The plan's calls as statements, after those of `start` if given.

    `choose` picks the result from which values outside the request are read; by default, the first that contains them.
    """
    return _Translator(plan, spec, start or Translation(plan), choose).translated()


@dataclass(slots=True)
class _Translator:
    plan: Plan
    spec: Spec
    out: Translation
    choose: Choose | None
    sources: list[Source] = field(default_factory=list)

    def translated(self) -> Translation:
        tools = {self.spec.original(name): subtask for name, subtask in self.spec.subtasks.items()}
        for statement in self.out.statements:
            self._remember(statement, tools[statement.call.function])
        rest = self.plan.calls
        while rest:
            subtask = tools[rest[0].function]
            varied, values = self._varied(rest) if rest[0].writes and not self.choose else ("", ())
            statement = self._statement(rest[0], subtask, varied, values)
            self.out = replace(self.out, statements=(*self.out.statements, statement))
            self._remember(statement, subtask)
            rest = rest[max(1, len(values)) :]
        return self.out

    def _remember(self, statement: Statement, subtask: Subtask) -> None:
        if statement.result is not None and subtask.result is not None:
            source = Source(statement.result, subtask.name, show(subtask.result), statement.call.result)
            self.sources.append(source)

    def _varied(self, rest: Sequence[Call]) -> tuple[str, Sequence[str]]:
        """The only parameter in which the next calls differ, and its values if they were read."""
        first, name, values = rest[0], "", [""]
        for call in rest[1:]:
            if call.function != first.function or call.args.keys() != first.args.keys():
                break
            differing = [k for k in first.args if call.args[k] != first.args[k]]
            if len(differing) != 1 or differing[0] != (name or differing[0]):
                break
            name = differing[0]
            values = [*(values if values[0] else [first.args[name]]), call.args[name]]
        readable = all(isinstance(v, str) and not mentions(self.plan.prompt, v) for v in values)
        if not name or not readable or len(set(values)) < len(values) or self._holding(values) is None:
            return "", ()
        return name, values

    def _statement(self, call: Call, subtask: Subtask, varied: str, values: Sequence[Any]) -> Statement:
        arguments: list[Argument] = []
        reads: list[tuple[str, str]] = []
        for parameter in subtask.parameters:
            original = self.spec.original(subtask.name, parameter.name)
            value = call.args.get(original)
            if original == varied:
                arguments.append(Argument(parameter.name, "each", Origin.LOOP, values))
            elif value is not None:
                argument = self._argument(subtask, parameter, value)
                if varied and argument.origin is Origin.READ:
                    reads.append((f"h{len(self.out.replies)}", argument.text))
                    argument = replace(argument, text=reads[-1][0])
                arguments.append(argument)
        # The set of a loop is read last, as when the composition runs.
        over = self._read(list(values), "Set[Text]", self._holding(values)) if varied else None
        result = f"r{len(self.out.statements)}" if subtask.result is not None and over is None else None
        return Statement(call, subtask.name, tuple(arguments), result, over, tuple(reads))

    def _argument(self, subtask: Subtask, parameter: Parameter, value: Any) -> Argument:
        of = parameter.type.inner if isinstance(parameter.type, Optional) else parameter.type
        if isinstance(of, ListOf) and value and all(map(self._is_given, value)):
            given = ", ".join(self._constant(of.element, v) for v in value)
            return Argument(parameter.name, f"[{given}]", Origin.CONSTANT, value)
        if isinstance(of, Enum):
            member = next(m for m in of.members if self.spec.original(of.name, m) == value)
            return Argument(parameter.name, f"{of.name}.{member}", Origin.CONSTANT, value)
        if isinstance(of, Base | NewType):
            if self._is_given(value):
                return Argument(parameter.name, self._constant(of, value), Origin.CONSTANT, value)
            if parameter.literal or not self.sources:
                return Argument(parameter.name, _literal(value), Origin.LITERAL, value)
        if self.choose is None:
            source = self._holding(value if isinstance(value, list) else [value])
        else:
            source = self.choose(subtask, parameter, self.sources)
            if source is None:
                text = f"[{_literal(value[0])}]" if isinstance(value, list) else _literal(value)
                return Argument(parameter.name, text, Origin.LITERAL, value)
        return Argument(parameter.name, self._read(value, show(of), source), Origin.READ, value)

    def _is_given(self, value: Any) -> bool:
        """Whether the request contains the value. Booleans count as given: they interpret the request."""
        return isinstance(value, bool) or (isinstance(value, str | int | float) and mentions(self.plan.prompt, value))

    def _constant(self, of: Type, value: Any) -> str:
        text = _literal(float(value) if show(of) == "Float" else value)
        for name, known, written in self.out.constants:
            if (known, written) == (show(of), text):
                return name
        name = f"given_{len(self.out.constants)}"
        self.out = replace(self.out, constants=(*self.out.constants, (name, show(of), text)))
        return name

    def _read(self, value: Any, of: str, source: Source | None) -> str:
        """A reader's call on a result, by default on the latest."""
        source = source or self.sources[-1]
        reader = Reader(source.tool, source.of, of)
        self.out = replace(self.out, readers=self.out.readers | {reader}, replies=(*self.out.replies, value))
        return f"{reader.name}({source.name})"

    def _holding(self, values: Sequence[Any]) -> Source | None:
        """The first result that contains all the values in quotes, or else the first that mentions them."""
        for found in (quotes, mentions):
            for source in self.sources:
                if all(found(source.text, v) for v in values):
                    return source
        return None


def quotes(text: str, value: Any) -> bool:
    """Whether a text contains a value in quotes."""
    return repr(str(value)) in text


def mentions(text: str, value: Any) -> bool:
    """Whether a text contains a value as a word or number of its own."""
    if isinstance(value, dict | list) or value == "":
        return False
    forms = {str(value)}
    if isinstance(value, int | float):
        forms |= {f"{value:g}", f"{value:.2f}"}
    return any(re.search(rf"(?<![\w.]){re.escape(form)}(?!\w)", text) for form in forms)


def _literal(value: Any) -> str:
    return quote(value) if isinstance(value, str) else repr(value)
