"""A spec and a hidden composition that keeps it, drawn together: what is called is declared as it is called."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random

from tests.generators.planning.parts import Parts, subtask_text
from tests.generators.planning.words import LIST, MAKE, Words, noun_of, type_name

_OPTIONAL = ("limit: Int = 10", "language: Optional[Text] = None", "dry: Bool = False")


@dataclass(frozen=True)
class Value:
    """Something that the composition has in hand: how it is written, its type, and the call that made it."""

    text: str
    type: str
    maker: str = ""
    sure: bool = False
    """A collection that is never empty."""

    @property
    def head(self) -> str:
        """`Set` of `Set[User] >= 1`; empty for what is not a collection, a map or an `Optional`."""
        found = re.match(r"(\w+)\[", self.type)
        return found[1] if found else ""

    @property
    def inside(self) -> str:
        """The type of an element, of a map's keys, or of what is not `None`."""
        return self.type.split("[", 1)[1].split(",")[0].split("]")[0]


@dataclass(frozen=True)
class Called:
    """A call of the hidden composition."""

    subtask: str
    parameters: tuple[str, ...]
    arguments: tuple[Value, ...]
    effects: tuple[str, ...]
    blocks: tuple[int, ...]
    cost: int


@dataclass
class Draft:
    """What has been declared and written so far."""

    random: Random
    declarations: list[str] = field(default_factory=list)
    subtasks: list[str] = field(default_factory=list)
    inputs: list[str] = field(default_factory=list)
    effects: dict[str, tuple[str, ...]] = field(default_factory=dict)
    records: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    called: list[Called] = field(default_factory=list)
    result: str | None = None
    wanted: list[Value] = field(default_factory=list)
    """Values that the composition was built for and has not used yet."""
    musts: list[list[str]] = field(default_factory=list)
    """Rules that make the plan necessary, each with weaker ones to fall back on."""
    extras: list[list[str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.words = Words(self.random)
        self._scopes: list[list[Value]] = [[]]
        self._blocks: list[int] = []
        self._variables: list[set[str]] = [set()]
        self._count = 0

    # ------------------------------------------------------------ declarations

    def type(self) -> str:
        """A new type: mostly one of which nothing is known."""
        name = type_name(self.words.noun())
        kind = self.random.random()
        if kind < 0.7:
            self.declarations.append(f"type {name}")
        elif kind < 0.85:
            self.declarations.append(f"type {name} = {self.random.choice(('Text', 'Int'))}")
        else:
            self.record(name)
        return name

    def record(self, name: str = "") -> str:
        """A new type with fields."""
        name = name or type_name(self.words.noun())
        count = self.random.randint(1, 3)
        fields = [(self.words.noun(), "Bool" if self.random.random() < 0.2 else "") for _ in range(count)]
        known = [d.split()[1] for d in self.declarations if d.startswith("type")]
        typed: list[tuple[str, str]] = []
        for label, of in fields:
            inner = of or (self.random.choice(known) if known and self.random.random() < 0.4 else "Text")
            typed.append((label, f"Optional[{inner}]" if self.random.random() < 0.15 else inner))
        self.records[name] = typed
        self.declarations.append("\n    ".join([f"record {name}:", *(f"{label}: {of}" for label, of in typed)]))
        return name

    def effect(self, keys: Sequence[str] = ()) -> str:
        """A new effect with keys of these types."""
        name = self.words.effect()
        self.effects[name] = tuple(keys)
        listed = f"({', '.join(keys)})" if keys else ""
        self.declarations.append(f"effect {name}{listed}" + (" irreversible" if self.random.random() < 0.2 else ""))
        return name

    def input(self, of: str, bounds: str = "") -> Value:
        """A new input of the task."""
        stem = noun_of(of) + ("s" if "[" in of and not of.startswith("Optional") else "")
        name = self._variable(stem)
        self.inputs.append(f"{name}: {of}{bounds}")
        value = Value(name, of, name, ">= 1" in bounds or ">= 2" in bounds)
        self._scopes[0] += self.with_fields(value)
        return value

    # ------------------------------------------------------------ values

    def with_fields(self, value: Value) -> list[Value]:
        """A value and its fields, two deep."""
        found = [value]
        if value.text.count(".") < 2:
            for label, of in self.records.get(value.type, ()):
                found += self.with_fields(Value(f"{value.text}.{label}", of, value.maker))
        return found

    def visible(self) -> list[Value]:
        """What can be used here."""
        return [value for scope in self._scopes for value in scope]

    def thing(self) -> Value:
        """A value to go on from: one that is there, mostly what was made last, or a new input."""
        there = [v for v in self.visible() if not v.head and v.type not in ("Bool", "Text")]
        recent = [v for v in self.wanted if v in there]
        if recent and self.random.random() < 0.6:
            chosen = self.random.choice(recent)
            self.wanted.remove(chosen)
            return chosen
        if there and self.random.random() < 0.7:
            return self.random.choice(there[-4:])
        return self.input(self.type())

    def collection(self) -> Value:
        """A collection to walk through: one that is there, or a new input, or what a call gives."""
        there = [v for v in self.visible() if v.head in ("Set", "List")]
        if there and self.random.random() < 0.4:
            return self.random.choice(there)
        of = f"{self.random.choice(('Set', 'Set', 'List'))}[{self.type()}]"
        bounds = self.random.choice(("", " >= 1", " >= 1 <= 8", " >= 1 <= 20", " <= 20", " >= 2 <= 12"))
        if self.random.random() < 0.6:
            return self.input(of, bounds)
        made = self.call(LIST, [self.thing()], of + bounds)
        assert made is not None
        return made

    def made(self, arguments: Sequence[Value], of: str = "") -> Value:
        """What a new subtask makes of some values: something of a new type unless another is asked for."""
        value = self.call(MAKE, arguments, of or self.type())
        assert value is not None
        return value

    # ------------------------------------------------------------ statements

    def call(
        self,
        verbs: tuple[str, ...],
        arguments: Sequence[Value],
        result: str | None = None,
        effects: Sequence[tuple[str, Sequence[int]]] = (),
        store: str = "",
    ) -> Value | None:
        """Declares a subtask and calls it. `effects` are names with the places of their keys; `store` is a target."""
        plainly = result in (None, "Bool", "Int", "Text") and arguments
        name = self.words.verb(verbs, noun_of(arguments[0].type if plainly else result or "all"))
        labels = self._labels(arguments)
        parameters = [f"{label}: {v.type}" for label, v in zip(labels, arguments, strict=True)]
        given = [v.text for v in arguments]
        if self.random.random() < 0.08:
            parameters.append("remark: literal Text")
            given.append('""')
        if self.random.random() < 0.12:
            parameters.append(self.random.choice(_OPTIONAL))
        clauses = [f"does {e}({', '.join(labels[i] for i in keys)})" if keys else f"does {e}" for e, keys in effects]
        cost = self.random.choice((0, 0, 0, 1, 1, 2, 3))
        about = f"{name.replace('_', ' ').capitalize()}." if self.random.random() < 0.6 else ""
        self.subtasks.append(subtask_text(name, parameters, result, clauses, cost, about))
        self.called.append(
            Called(name, tuple(labels), tuple(arguments), tuple(e for e, _ in effects), tuple(self._blocks), cost)
        )
        text = f"{name}({', '.join(given)})"
        if store:
            self.write(store.format(text))
            return None
        if result is None:
            self.write(text)
            return None
        plain = re.sub(r" [<>]=.*", "", result)
        value = Value(self._variable(noun_of(result)), plain, name, ">= 1" in result or ">= 2" in result)
        self.write(f"{value.text} = {text}")
        self._scopes[-1] += self.with_fields(value)
        return value

    def write(self, line: str) -> None:
        """Adds a line to the block."""
        self.lines.append("    " * (len(self._blocks) + 1) + line)

    def accumulator(self, empty: str) -> str:
        """Starts a map or a list, and gives its name."""
        name = self._variable("table" if empty == "{}" else "items")
        self.write(f"{name} = {empty}")
        return name

    def filled(self, value: Value) -> Value:
        """Notes an accumulator that is complete now."""
        self._scopes[-1].append(value)
        return value

    @contextmanager
    def block(self, head: str, *known: Value) -> Iterator[None]:
        """A block, in which these values are there."""
        self.write(head)
        self._count += 1
        self._blocks.append(self._count)
        self._scopes.append([part for value in known for part in self.with_fields(value)])
        self._variables.append({value.text for value in known})
        yield
        inner = self._scopes.pop()
        self.wanted = [v for v in self.wanted if v not in inner]
        self._blocks.pop()
        self._variables.pop()

    @contextmanager
    def loop(self, over: Value) -> Iterator[Value]:
        """A loop, and its variable."""
        name = self._variable(noun_of(over.inside))
        element = Value(name, over.inside, over.maker)
        with self.block(f"for {name} in {over.text}:", element):
            yield element

    def parts(self, rules: Sequence[str] = ()) -> Parts:
        """The spec so far."""
        return Parts(
            tuple(self.declarations), tuple(self.subtasks), tuple(self.inputs), self.result, tuple(rules), self.effects
        )

    @property
    def plan(self) -> str:
        """The hidden composition."""
        names = ", ".join(text.split(":")[0] for text in self.inputs)
        return "\n".join([f"compose job({names}):", *self.lines]) + "\n"

    def _variable(self, stem: str) -> str:
        taken = set[str]().union(*self._variables)
        name, number = stem, 1
        while name in taken:
            number += 1
            name = f"{stem}{number}"
        self._variables[-1].add(name)
        return name

    def _labels(self, arguments: Sequence[Value]) -> list[str]:
        labels: list[str] = []
        for value in arguments:
            stem = noun_of(value.type)
            labels.append(stem if stem not in labels else f"{stem}_{len(labels)}")
        return labels
