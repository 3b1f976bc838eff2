"""A task under construction: its spec and, line by line, a composition in canonical form."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from random import Random

from p2c_dsl.naming import free, stem_of
from p2c_dsl.planners.small.generator.phrasing import Sentence
from p2c_dsl.planners.small.generator.style import OWN, Style
from p2c_dsl.planners.small.generator.wording import Words
from p2c_dsl.program import Test
from p2c_dsl.types import INT, TEXT, Enum, ListOf, MapOf, NewType, Nominal, Optional, Record, SetOf, Type, show

_TESTS = {Test.TRUE: "{}", Test.FALSE: "not {}", Test.SOME: "{} is not None", Test.NONE: "{} is None"}


@dataclass(frozen=True, slots=True)
class DraftValue:
    """A value that a composition can name: its text, its type, and the subtask or input that it comes from."""

    text: str
    type: Type
    source: str

    def item(self, key: DraftValue) -> DraftValue:
        """The value of a map at a key."""
        assert isinstance(self.type, MapOf)
        return DraftValue(f"{self.text}[{key.text}]", self.type.value, self.source)


@dataclass(frozen=True, slots=True)
class DraftSubtask:
    """A subtask: its parameters, its result, its docstring, and its effect with the parameters that are its keys.

    Attributes:
        optional: Parameters with a type and a default, after the others.
        uncertain: Whether it may have any effect, as a tool that nobody has signed off.
    """

    name: str
    parameters: tuple[tuple[str, Type], ...]
    result: Type | None
    doc: str
    effect: str | None = None
    keys: tuple[str, ...] = ()
    optional: tuple[tuple[str, Type, str], ...] = ()
    uncertain: bool = False

    def names(self) -> Iterator[str]:
        """The names of all parameters, in the order in which a call gives them."""
        yield from (name for name, _ in self.parameters)
        yield from (name for name, _, _ in self.optional)

    def text(self) -> str:
        """The subtask as a spec writes it."""
        given = [f"{name}: {show(of)}" for name, of in self.parameters]
        inputs = ", ".join([*given, *(f"{name}: {show(of)} = {default}" for name, of, default in self.optional)])
        result = "" if self.result is None else f" -> {show(self.result)}"
        keys = f"({', '.join(self.keys)})" if self.keys else ""
        does = "" if self.effect is None else f"\n    does {self.effect}{keys}"
        does += "\n    may anything" if self.uncertain else ""
        return f'subtask {self.name}({inputs}){result}:\n    """{self.doc}"""{does}\n'


@dataclass(frozen=True, slots=True)
class DraftCall:
    """A call in the composition: its arguments, the loops around it, and the checks that must have been true."""

    subtask: DraftSubtask
    arguments: tuple[DraftValue, ...]
    loops: int
    guards: tuple[DraftCall, ...]
    conditional: bool


@dataclass(slots=True)
class Draft:
    """Collects declarations, calls, and the sentences of the task's docstring."""

    rng: Random
    words: Words
    style: Style = OWN
    rules: list[str] = field(default_factory=list)
    result: Type | None = None
    made: set[Type] = field(default_factory=set)
    declarations: list[str] = field(default_factory=list)
    effects: dict[str, str] = field(default_factory=dict)
    subtasks: dict[str, DraftSubtask] = field(default_factory=dict)
    constants: list[str] = field(default_factory=list)
    inputs: list[DraftValue] = field(default_factory=list)
    sentences: list[Sentence] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    calls: list[DraftCall] = field(default_factory=list)
    branches: int = 0
    loop_depth: int = 0
    ended: bool = False
    _fields: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _visible: list[str] = field(default_factory=list)
    _loops: int = 0
    _depth: int = 1
    _guards: tuple[DraftCall, ...] = ()
    _conditions: int = 0

    # ------------------------------------------------------------ declarations

    def new_type(self, noun: str, *, text: bool = False) -> Type:
        """A new type for a noun, over `Text` if `text` is true; where tools are imported, perhaps `Text` itself."""
        if self.style.imported and self.rng.random() < self.style.plain_text:
            return TEXT
        text = text or self.style.imported
        name = "".join(part.capitalize() for part in f"{noun}{self.style.suffix}".split("_"))
        self.declarations.append(f"type {name} = Text" if text else f"type {name}")
        return NewType(name, TEXT) if text else Nominal(name)

    def new_record(self, noun: str, fields: Sequence[tuple[str, Type]]) -> Type:
        """A new record."""
        name = "".join(part.capitalize() for part in noun.split("_"))
        body = "".join(f"\n    {field}: {show(of)}" for field, of in fields)
        self.declarations.append(f"record {name}:{body}")
        self._fields[name] = tuple(field for field, _ in fields)
        return Record(name)

    def fields_of(self, record: Record, among: Collection[str]) -> list[str]:
        """Those of the names `among` that are fields of a record, in its order."""
        return [name for name in self._fields[record.name] if name in among]

    def new_enum(self, noun: str, members: Sequence[str]) -> Enum:
        """A new enum."""
        name = "".join(part.capitalize() for part in noun.split("_"))
        self.declarations.append(f"enum {name}:" + "".join(f"\n    {member}" for member in members))
        return Enum(name, tuple(members))

    def new_constant(self, name: str, of: Type, value: str) -> DraftValue:
        """A new constant of a text type."""
        self.constants.append(f'constant {name}: {show(of)} = "{value}"')
        return DraftValue(name, of, "constants")

    def new_number(self, name: str, of: Type, value: int) -> DraftValue:
        """A new constant that is a number."""
        self.constants.append(f"constant {name}: {show(of)} = {value}")
        return DraftValue(name, of, "constants")

    def new_number_type(self, noun: str) -> Type:
        """A new type of whole numbers."""
        name = "".join(part.capitalize() for part in noun.split("_"))
        self.declarations.append(f"type {name} = Int")
        return NewType(name, INT)

    def new_input(self, name: str, of: Type) -> DraftValue:
        """A new input of the task."""
        self.inputs.append(DraftValue(name, of, name))
        self._visible.append(name)
        return self.inputs[-1]

    def new_effect(self, names: Sequence[str], keys: Sequence[Type], *, irreversible: bool = False) -> str:
        """A new effect, under the first free name."""
        name = free(next((n for n in names if n not in self._events()), names[0]), self._events())
        typed = f"({', '.join(map(show, keys))})" if keys else ""
        self.effects[name] = f"effect {name}{typed}{' irreversible' if irreversible else ''}"
        return name

    def new_subtask(self, made: DraftSubtask) -> DraftSubtask:
        """A new subtask; its name gets a number if it is taken."""
        name = free(made.name, self._events())
        own = replace(made, name=name)
        self.subtasks[name] = own
        return own

    def _events(self) -> set[str]:
        return {*self.effects, *self.subtasks}

    # ------------------------------------------------------------ the composition

    def call(self, subtask: DraftSubtask, *arguments: DraftValue) -> DraftValue:
        """Adds a call of a subtask, and returns its result, if any, as a new variable."""
        self._record_call(subtask, arguments)
        written = f"{subtask.name}({', '.join(a.text for a in arguments)})"
        if subtask.result is None:
            self._write(written)
            return DraftValue("", TEXT, subtask.name)
        name = self._new_name(stem_of(subtask.result))
        self._write(f"{name} = {written}")
        return DraftValue(name, subtask.result, subtask.name)

    def new_map(self, key: Type, value: Type, source: str) -> DraftValue:
        """Adds an empty map."""
        name = self._new_name("table")
        self._write(f"{name} = {{}}")
        return DraftValue(name, MapOf(key, value), source)

    def new_list(self, element: Type, source: str) -> DraftValue:
        """Adds an empty list."""
        name = self._new_name("items")
        self._write(f"{name} = []")
        return DraftValue(name, ListOf(element), source)

    def store(self, into: DraftValue, key: DraftValue | None, subtask: DraftSubtask, *arguments: DraftValue) -> None:
        """Adds a line that stores a call's result in a map or list."""
        self._record_call(subtask, arguments)
        written = f"{subtask.name}({', '.join(a.text for a in arguments)})"
        self._write(f"{into.text}.append({written})" if key is None else f"{into.text}[{key.text}] = {written}")

    @contextmanager
    def loop(self, over: DraftValue) -> Iterator[DraftValue]:
        """Adds a loop over a collection, and yields its variable."""
        match over.type:
            case SetOf(element) | ListOf(element) | MapOf(element, _):
                name = free(stem_of(element), self._taken())
            case _:
                raise TypeError(f"{over.text} is not a collection")
        self._write(f"for {name} in {over.text}:")
        self._loops += 1
        self.loop_depth = max(self.loop_depth, self._loops)
        with self._block(name):
            yield DraftValue(name, element, over.source)
        self._loops -= 1

    @contextmanager
    def branch(self, tested: DraftValue, test: Test = Test.TRUE) -> Iterator[DraftValue]:
        """Adds a branch on the last call's result, and yields that result with its type inside the branch."""
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
    def branch_where(self, condition: str) -> Iterator[None]:
        """Adds a branch on a comparison."""
        self._write(f"if {condition}:")
        self.branches = max(self.branches, self._conditions + 1)
        self._conditions += 1
        with self._block():
            yield
        self._conditions -= 1

    @contextmanager
    def else_branch(self) -> Iterator[None]:
        """Adds the `else` of the last branch."""
        self._write("else:")
        self._conditions += 1
        with self._block():
            yield
        self._conditions -= 1

    def make_record(self, of: Record, fields: Sequence[tuple[str, DraftValue]]) -> DraftValue:
        """Adds a line that makes a record."""
        self.made.add(of)
        name = self._new_name(stem_of(of))
        self._write(f"{name} = {of.name}({', '.join(f'{field}={value.text}' for field, value in fields)})")
        return DraftValue(name, of, fields[0][1].source)

    def return_value(self, value: DraftValue) -> None:
        """Adds the line that returns the task's result."""
        self.result = value.type
        self._write(f"return {value.text}")

    def early_return(self) -> None:
        """Adds an early return."""
        self._write("return")

    def _record_call(self, subtask: DraftSubtask, arguments: tuple[DraftValue, ...]) -> None:
        self.calls.append(DraftCall(subtask, arguments, self._loops, self._guards, self._conditions > 0))

    def _taken(self) -> set[str]:
        return {*self._visible, *self.subtasks}

    def _new_name(self, stem: str) -> str:
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
