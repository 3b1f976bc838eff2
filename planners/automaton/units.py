"""A composition as a sequence of units: its steps and the ends of its blocks, and the lines that they stand on.

The machine's slots are used anew after each block. Here every variable has a number of its own, its *definition*,
so that a step can be carried over to another place; operands in a unit's move name definitions, not slots.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import Enum, auto

from p2c_dsl.machine.moves import (
    BranchMove,
    CallMove,
    CreateMove,
    ListMove,
    LoopMove,
    Move,
    RecordMove,
    ReturnMove,
    WriteMove,
    defines,
    operands_of,
    renumbered,
    used_by,
)
from p2c_dsl.planners.automaton.expressions import (
    arguments_of,
    bound,
    inside,
    key_and_value,
    mentioned,
    names_in,
    tested,
)
from p2c_dsl.program import (
    Branch,
    Call,
    Create,
    FieldOf,
    Hole,
    ItemOf,
    Loop,
    MakeList,
    MakeRecord,
    Operand,
    Program,
    Return,
    Step,
    Var,
    Write,
    variables,
)
from p2c_dsl.source import Span
from p2c_dsl.syntax import nodes

_NEW = (nodes.EmptyMap, nodes.EmptyList, nodes.ListDisplay, nodes.Call)


class Kind(Enum):
    """What a unit is: a step, a second name for a value, or the place where a block's arm or body ends."""

    STEP = auto()
    ALIAS = auto()
    ELSE = auto()
    END = auto()


@dataclass(frozen=True, slots=True)
class Unit:
    """One step of a composition, or the end of a block.

    `head` is, of a block's `else` and end, the index of its head; `statement` is the index of the statement that it
    stands in; `direct` and `nested` are as in the program's steps. `inner` marks a call that has no line of its own,
    but stands in another step's; `by_name` are the parameters that its text names. `again` marks a call that an
    earlier one with the same arguments has made already.
    """

    kind: Kind
    statement: int
    move: Move | None = None
    aliased: Operand | None = None
    defines: int | None = None
    nested: bool = False
    direct: bool = False
    has_else: bool = False
    head: int = -1
    inner: bool = False
    by_name: frozenset[str] = frozenset()
    again: bool = False

    @property
    def uses(self) -> frozenset[int]:
        """The definitions that it reads or writes into."""
        if self.move is not None:
            return frozenset(used_by(self.move))
        return frozenset() if self.aliased is None else frozenset(variables(self.aliased))


@dataclass(frozen=True, slots=True)
class StatementText:
    """A statement or an `else:` as it stands in the text; `mentions` are the names in it."""

    span: Span
    binds: str | None = None
    mentions: frozenset[str] = frozenset()
    is_elif: bool = False


@dataclass(frozen=True, slots=True)
class Original:
    """A composition, unit by unit. `names` are the definitions' names, where they have one."""

    units: tuple[Unit, ...]
    statements: tuple[StatementText, ...]
    names: dict[int, str]
    inputs: int


def original(compose: nodes.ComposeDecl, program: Program) -> Original:
    """The units of a composition, from its text and its resolved steps."""
    reader = _Reader(compose)
    reader.block(compose.body, deque(program.body))
    return Original(tuple(reader.units), tuple(reader.statements), reader.names, len(compose.parameters))


@dataclass
class _Reader:
    compose: nodes.ComposeDecl
    units: list[Unit] = field(default_factory=list)
    statements: list[StatementText] = field(default_factory=list)
    names: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._count = len(self.compose.parameters)
        self._slots = {slot: slot for slot in range(self._count)}
        self._scope: dict[str, Operand] = {}
        self._made: dict[Move, int] = {}
        self._same: dict[int, int] = dict(self._slots)
        for slot, name in enumerate(self.compose.parameters):
            self.names[slot] = name.text
            self._scope[name.text] = Var(slot)

    def block(self, statements: Iterable[nodes.Statement], steps: deque[Step]) -> None:
        for statement in statements:
            self._statement(statement, steps)

    def _statement(self, statement: nodes.Statement, steps: deque[Step]) -> None:
        is_elif = isinstance(statement, nodes.If) and statement.is_elif
        mentions = frozenset(mentioned(statement))
        self.statements.append(StatementText(statement.span, bound(statement), mentions, is_elif))
        place, main = len(self.statements) - 1, None
        first = len(self.units)
        while steps and inside(steps[0].span, statement.span):
            main = steps.popleft()
            self._step(main, statement, place)
        is_alias = isinstance(statement, nodes.Assign) and not isinstance(statement.value, _NEW)
        for index in range(first, len(self.units) - (not is_alias)):
            self.units[index] = replace(self.units[index], inner=True)
        match statement, main:
            case nodes.Assign(target), _ if not is_alias:
                defined = self.units[-1].defines
                if defined is not None:
                    self._name(target.text, defined)
            case nodes.Assign(target, value), _:
                aliased = self._operand(value)
                self._scope[target.text] = aliased
                self.units.append(Unit(Kind.ALIAS, place, aliased=aliased))
            case nodes.For(variable, body=body), Loop(body=inner):
                head = len(self.units) - 1
                self._name(variable.text, self.units[head].defines or 0)
                self.block(body, deque(inner))
                self.units.append(Unit(Kind.END, place, head=head))
            case nodes.If(), Branch():
                self._arms(statement, main, place)

    def _arms(self, statement: nodes.If, branch: Branch, place: int) -> None:
        head = len(self.units) - 1
        self.block(statement.body, deque(branch.body))
        if statement.orelse:
            first = statement.orelse[0]
            place_ = -1
            if not (isinstance(first, nodes.If) and first.is_elif):
                start = statement.else_span.start
                self.statements.append(StatementText(Span(start, start + len("else"))))
                place_ = len(self.statements) - 1
            self.units.append(Unit(Kind.ELSE, place_, head=head))
            self.block(statement.orelse, deque(branch.orelse))
        self.units.append(Unit(Kind.END, place, head=head))

    def _name(self, text: str, defined: int) -> None:
        self.names[defined] = text
        self._scope[text] = Var(defined)

    # ------------------------------------------------------------ steps

    def _step(self, step: Step, statement: nodes.Statement, place: int) -> None:
        match step:
            case Call(subtask, arguments, slot, nested, span):
                given = arguments_of(statement, span, [p.name for p in subtask.parameters])
                moved = tuple(None if a is None else self._moved(a, e) for a, e in zip(arguments, given, strict=True))
                by_name = names_in(statement, span)
                unit = Unit(Kind.STEP, place, CallMove(subtask, moved), nested=nested, by_name=by_name)
                self._add(self._marked(unit), slot)
            case Create(slot, is_map):
                self._add(Unit(Kind.STEP, place, CreateMove(is_map)), slot)
            case MakeList(slot, elements):
                self._add(Unit(Kind.STEP, place, ListMove(tuple(self._moved(e, None) for e in elements))), slot)
            case MakeRecord(slot, record, fields):
                given_ = tuple((name, self._moved(operand, None)) for name, operand in fields)
                self._add(Unit(Kind.STEP, place, RecordMove(record, given_)), slot)
            case Write(slot, key, value, direct):
                at, new = key_and_value(statement)
                move = WriteMove(
                    self._slots[slot], None if key is None else self._moved(key, at), self._moved(value, new)
                )
                self._add(Unit(Kind.STEP, place, move, direct=direct), None)
            case Loop(collection, slot):
                iterable = statement.iterable if isinstance(statement, nodes.For) else None
                self._add(Unit(Kind.STEP, place, LoopMove(self._moved(collection, iterable))), slot)
            case Branch(condition, _, orelse):
                exprs = tested(statement.condition) if isinstance(statement, nodes.If) else iter(())
                move_ = BranchMove(condition.map(lambda operand: self._moved(operand, next(exprs, None))))
                self._add(Unit(Kind.STEP, place, move_, has_else=bool(orelse)), None)
            case Return(value):
                expr = statement.value if isinstance(statement, nodes.Return) else None
                moved_ = None if value is None else self._moved(value, expr)
                self._add(Unit(Kind.STEP, place, ReturnMove(moved_)), None)

    def _add(self, unit: Unit, slot: int | None) -> None:
        if slot is not None:
            self._slots[slot] = self._count
            self._same.setdefault(self._count, self._count)
            unit = replace(unit, defines=self._count)
            self._count += 1
        self.units.append(unit)

    def _marked(self, unit: Unit) -> Unit:
        """The unit, `again` if an equal call has been made; then its result equals that call's."""
        assert unit.move is not None
        like = renumbered(unit.move, self._same.__getitem__)
        if Hole() in operands_of(like) or like not in self._made:
            self._made[like] = self._count
            return unit
        if defines(like):
            self._same[self._count] = self._made[like]
        return replace(unit, again=True)

    def _moved(self, operand: Operand, expr: nodes.Expr | None) -> Operand:
        """The operand, its variables by definition. What did not resolve here may resolve elsewhere."""
        if isinstance(operand, Hole):
            return Hole() if expr is None else self._operand(expr)
        return operand.map(lambda slot: Var(self._slots[slot]))

    def _operand(self, expr: nodes.Expr) -> Operand:
        match expr:
            case nodes.Variable(name):
                return self._scope.get(name.text, Hole())
            case nodes.Attribute(base, name):
                return _whole(FieldOf(self._operand(base), name.text))
            case nodes.Subscript(base, key):
                return _whole(ItemOf(self._operand(base), self._operand(key)))
            case nodes.Call() | nodes.ListDisplay():
                defined = self.units[-1].defines if self.units else None
                return Hole() if defined is None else Var(defined)
        return Hole()


def _whole(operand: FieldOf | ItemOf) -> Operand:
    parts = (operand.base, operand.key) if isinstance(operand, ItemOf) else (operand.base,)
    return Hole() if any(isinstance(p, Hole) for p in parts) else operand
