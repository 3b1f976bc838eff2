"""A task in the making: its spec and, line by line, a composition of it in canonical form."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random

from p2c_dsl.naming import free, stem_of
from p2c_dsl.planners.small.wording import Words
from p2c_dsl.program import Test
from p2c_dsl.types import TEXT, Enum, ListOf, MapOf, NewType, Nominal, Optional, Record, SetOf, Type, show

_TESTS = {Test.TRUE: "{}", Test.FALSE: "not {}", Test.SOME: "{} is not None", Test.NONE: "{} is None"}


@dataclass(frozen=True, slots=True)
class DraftValue:
    """What a composition can name: its text, its type, and the subtask or input that it comes from."""

    text: str
    type: Type
    source: str

    def item(self, key: DraftValue) -> DraftValue:
        """What a map holds under a key."""
        assert isinstance(self.type, MapOf)
        return DraftValue(f"{self.text}[{key.text}]", self.type.value, self.source)


@dataclass(frozen=True, slots=True)
class DraftSubtask:
    """A subtask: its parameters, its result, its docstring, and its effect with the parameters that key it."""

    name: str
    parameters: tuple[tuple[str, Type], ...]
    result: Type | None
    doc: str
    effect: str | None = None
    keys: tuple[str, ...] = ()

    def text(self) -> str:
        """The subtask as a spec writes it."""
        inputs = ", ".join(f"{name}: {show(of)}" for name, of in self.parameters)
        result = "" if self.result is None else f" -> {show(self.result)}"
        keys = f"({', '.join(self.keys)})" if self.keys else ""
        does = "" if self.effect is None else f"\n    does {self.effect}{keys}"
        return f'subtask {self.name}({inputs}){result}:\n    """{self.doc}"""{does}\n'


@dataclass(frozen=True, slots=True)
class Called:
    """A call that the composition makes: with what, under which loops, and under the truth of which check."""

    contract: DraftSubtask
    arguments: tuple[DraftValue, ...]
    loops: int
    guards: tuple[Called, ...]
    conditional: bool


@dataclass(slots=True)
class Draft:
    """Collects declarations, calls and what the task's docstring says of them."""

    chance: Random
    words: Words
    declarations: list[str] = field(default_factory=list)
    effects: dict[str, str] = field(default_factory=dict)
    contracts: dict[str, DraftSubtask] = field(default_factory=dict)
    constants: list[str] = field(default_factory=list)
    inputs: list[DraftValue] = field(default_factory=list)
    sentences: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    calls: list[Called] = field(default_factory=list)
    branches: int = 0
    deepest: int = 0
    ended: bool = False
    _visible: list[str] = field(default_factory=list)
    _loops: int = 0
    _depth: int = 1
    _guards: tuple[Called, ...] = ()
    _conditions: int = 0

    # ------------------------------------------------------------ declarations

    def kind(self, noun: str, *, text: bool = False) -> Type:
        """A new type for a noun, over `Text` where that is wanted."""
        name = "".join(part.capitalize() for part in noun.split("_"))
        self.declarations.append(f"type {name} = Text" if text else f"type {name}")
        return NewType(name, TEXT) if text else Nominal(name)

    def record(self, noun: str, fields: Sequence[tuple[str, Type]]) -> Type:
        """A new record."""
        name = "".join(part.capitalize() for part in noun.split("_"))
        body = "".join(f"\n    {field}: {show(of)}" for field, of in fields)
        self.declarations.append(f"record {name}:{body}")
        return Record(name)

    def enum(self, noun: str, members: Sequence[str]) -> Enum:
        """A new enum."""
        name = noun.capitalize()
        self.declarations.append(f"enum {name}:" + "".join(f"\n    {member}" for member in members))
        return Enum(name, tuple(members))

    def constant(self, name: str, of: Type, value: str) -> DraftValue:
        """A new constant of a kind of text."""
        self.constants.append(f'constant {name}: {show(of)} = "{value}"')
        return DraftValue(name, of, "constants")

    def input(self, name: str, of: Type) -> DraftValue:
        """A new input of the task."""
        self.inputs.append(DraftValue(name, of, name))
        self._visible.append(name)
        return self.inputs[-1]

    def effect(self, names: Sequence[str], keys: Sequence[Type], *, irreversible: bool = False) -> str:
        """A new effect, by the first of the names that is free."""
        name = free(next((n for n in names if n not in self._events()), names[0]), self._events())
        typed = f"({', '.join(map(show, keys))})" if keys else ""
        self.effects[name] = f"effect {name}{typed}{' irreversible' if irreversible else ''}"
        return name

    def contract(self, made: DraftSubtask) -> DraftSubtask:
        """A new subtask; its name gets a number where it is taken."""
        name = free(made.name, self._events())
        own = DraftSubtask(name, made.parameters, made.result, made.doc, made.effect, made.keys)
        self.contracts[name] = own
        return own

    def _events(self) -> set[str]:
        return {*self.effects, *self.contracts}

    # ------------------------------------------------------------ the composition

    def call(self, contract: DraftSubtask, *arguments: DraftValue) -> DraftValue:
        """A line that calls a subtask; its result, if it has one, in a variable."""
        self._calls(contract, arguments)
        written = f"{contract.name}({', '.join(a.text for a in arguments)})"
        if contract.result is None:
            self._write(written)
            return DraftValue("", TEXT, contract.name)
        name = self._fresh(stem_of(contract.result))
        self._write(f"{name} = {written}")
        return DraftValue(name, contract.result, contract.name)

    def table(self, key: Type, value: Type, source: str) -> DraftValue:
        """A line that begins a map."""
        name = self._fresh("table")
        self._write(f"{name} = {{}}")
        return DraftValue(name, MapOf(key, value), source)

    def items(self, element: Type, source: str) -> DraftValue:
        """A line that begins a list."""
        name = self._fresh("items")
        self._write(f"{name} = []")
        return DraftValue(name, ListOf(element), source)

    def put(
        self, into: DraftValue, key: DraftValue | None, contract: DraftSubtask, *arguments: DraftValue
    ) -> None:
        """A line that writes a call's result into an accumulator."""
        self._calls(contract, arguments)
        written = f"{contract.name}({', '.join(a.text for a in arguments)})"
        self._write(
            f"{into.text}.append({written})" if key is None else f"{into.text}[{key.text}] = {written}"
        )

    @contextmanager
    def loop(self, over: DraftValue) -> Iterator[DraftValue]:
        """A loop over a collection; its variable."""
        match over.type:
            case SetOf(element) | ListOf(element) | MapOf(element, _):
                name = free(stem_of(element), self._taken())
            case _:
                raise TypeError(f"{over.text} is no collection")
        self._write(f"for {name} in {over.text}:")
        self._loops += 1
        self.deepest = max(self.deepest, self._loops)
        with self._block(name):
            yield DraftValue(name, element, over.source)
        self._loops -= 1

    @contextmanager
    def when(self, tested: DraftValue, test: Test = Test.TRUE) -> Iterator[DraftValue]:
        """A branch on what the last call has given; that value, as it is known in there."""
        guards = self._guards
        if test is Test.TRUE:
            self._guards = (*guards, self.calls[-1])
        self._write(f"if {_TESTS[test].format(tested.text)}:")
        inner = tested.type.inner if isinstance(tested.type, Optional) else tested.type
        self.branches = max(self.branches, self._conditions + 1)
        self._conditions += 1
        with self._block():
            yield DraftValue(tested.text, inner, tested.source)
        self._conditions -= 1
        self._guards = guards

    @contextmanager
    def otherwise(self) -> Iterator[None]:
        """The other arm of the branch before."""
        self._write("else:")
        self._conditions += 1
        with self._block():
            yield
        self._conditions -= 1

    def stop(self) -> None:
        """An early return."""
        self._write("return")

    def _calls(self, contract: DraftSubtask, arguments: tuple[DraftValue, ...]) -> None:
        self.calls.append(Called(contract, arguments, self._loops, self._guards, self._conditions > 0))

    def _taken(self) -> set[str]:
        return {*self._visible, *self.contracts}

    def _fresh(self, stem: str) -> str:
        name = free(stem, self._taken())
        self._visible.append(name)
        return name

    def _write(self, line: str) -> None:
        self.lines.append(f"{'    ' * self._depth}{line}")

    @contextmanager
    def _block(self, *names: str) -> Iterator[None]:
        before = list(self._visible)
        self._visible += names
        self._depth += 1
        yield
        self._depth -= 1
        self._visible = before
