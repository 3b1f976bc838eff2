"""A repair as lines of text: the text of each action, before and after, under the names that the user chose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from p2c_dsl.machine import Machine
from p2c_dsl.machine.moves import BranchMove, CallMove, ListMove, LoopMove, RecordMove, defines, used_by
from p2c_dsl.naming import accumulator_stem, free, reserved, stem_of
from p2c_dsl.planners.automaton.units import Kind, Original, Unit
from p2c_dsl.planners.repair.layout import AS_WRITTEN, Item
from p2c_dsl.planners.repair.points import Action, EditPath, Op
from p2c_dsl.program_text import Variables, line_of, value_text

_INLINE = (CallMove, ListMove, RecordMove)
"""What may stand in another step's line."""


@dataclass
class _Step:
    """An action that is a step, with what later actions do with its result."""

    action: Action
    unit: Unit | None
    index: int
    slots: int
    name: str | None = None
    stem: str = ""
    users: list[int] = field(default_factory=list)
    reads: frozenset[int] = frozenset()
    """The indices of the steps whose results it uses, inputs apart."""
    text: str | None = None


class Items:
    """Turns an edit path into items."""

    def __init__(self, machine: Machine, original: Original, path: EditPath, *, inline: bool = True) -> None:
        self.machine, self.original, self.path, self.inline = machine, original, path, inline
        self._steps: dict[int, _Step] = {}
        self._edit_of: dict[int, int] = {}
        """Of each action that belongs to an edit, the edit: the index of the first action of its statement."""
        self._groups: dict[int, list[int]] = {}
        """Of each statement of the original, the actions on its units."""
        self._definers: dict[int, int] = {}
        """Of each of the original's definitions, the action that makes it."""
        self._lost: set[str] = set()
        """Second names that are dropped, or stand for two things in one block."""
        self._silent: set[int] = set()
        """The actions that keep such a second name, but write nothing."""
        self._follow()
        self._number()
        self._name()

    def all(self) -> tuple[Item, ...]:
        """The items in the order of the text."""
        items: list[Item] = []
        opened: list[int] = []
        heads: dict[int, int] = {}
        for index, action in enumerate(self.path.actions):
            unit = None if action.unit is None else self.original.units[action.unit]
            match action.op, unit:
                case Op.ELSE, _:
                    block = opened[-1]
                    items.append(Item(Kind.ELSE, self._edit(block), new="else:", block=block, opens_new=True))
                case Op.CLOSE, _:
                    block = opened.pop()
                    items.append(Item(Kind.END, self._edit(block), block=block, opens_new=True))
                case _, Unit(kind=Kind.ELSE | Kind.END):
                    assert unit is not None
                    block = heads[unit.head]
                    if unit.kind is Kind.END and opened and opened[-1] == block:
                        opened.pop()
                    items.append(self._bracket(unit, block))
                case _:
                    item = self._item(index, action, unit)
                    items.append(item)
                    if item.opens_old and action.unit is not None:
                        heads[action.unit] = index
                    if item.opens_new:
                        opened.append(index)
        return tuple(items)

    def _bracket(self, unit: Unit, block: int) -> Item:
        action = self.path.actions[block]
        stays = action.op is not Op.DROP
        old = unit.statement if unit.kind is Kind.ELSE and unit.statement >= 0 else None
        new = AS_WRITTEN if stays and unit.kind is Kind.ELSE else None
        return Item(unit.kind, self._edit(block), old, new, block, True, stays)

    def _edit(self, index: int) -> int | None:
        return self._edit_of.get(index)

    # ------------------------------------------------------------ who uses what

    def _follow(self) -> None:
        """Which step's result stands in which slot, step by step."""
        here: dict[int, int] = {}
        for index, action in enumerate(self.path.actions):
            before, after = (self.path.points[i].node.state for i in (index, index + 1))
            here = {s: i for s, i in here.items() if s < before.slots}
            unit = None if action.unit is None else self.original.units[action.unit]
            if action.op in (Op.ELSE, Op.CLOSE) or (unit is not None and unit.kind in (Kind.ELSE, Kind.END)):
                continue
            step = self._steps[index] = _Step(action, unit, index, before.slots)
            if action.move is not None:
                step.reads = frozenset(here[s] for s in used_by(action.move) if s in here)
                for source in step.reads:
                    self._steps[source].users.append(index)
                if defines(action.move):
                    here[before.slots] = index
                    accumulator = after.accumulators.get(before.slots)
                    if accumulator is not None:
                        step.stem = accumulator_stem(accumulator.is_map)
                    else:
                        step.stem = stem_of(after.values[before.slots].type)
        for index, step in self._steps.items():
            if step.unit is not None:
                self._groups.setdefault(step.unit.statement, []).append(index)
                if step.unit.defines is not None:
                    self._definers[step.unit.defines] = index
                if step.unit.kind is Kind.ALIAS and step.action.op is Op.DROP:
                    self._lost.add(self.original.statements[step.unit.statement].binds or "")

    def _number(self) -> None:
        """The actions on one statement are one edit, and so is a call with the write that takes its result."""
        first: dict[int, int] = {}
        for index, step in self._steps.items():
            if step.action.op is Op.KEEP:
                continue
            place = None if step.unit is None else step.unit.statement
            own = index if place is None else first.setdefault(place, index)
            if step.action.direct:
                call = self._steps[index - 1].unit
                if call is None:
                    own = self._edit_of[index - 1]
                elif call.statement != place:
                    own = first.setdefault(call.statement, own)
                if place is not None:
                    first[place] = own
            self._edit_of[index] = own
        for place, own in first.items():
            self._edit_of.update(dict.fromkeys(self._groups[place], own))

    # ------------------------------------------------------------ names

    def _name(self) -> None:
        spec, task = self.machine.spec, self.machine.task
        taken = set(reserved(spec, task)) | {w.binds for w in self.original.statements if w.binds}
        visible: dict[int, str] = {}
        aliases: list[tuple[int, str]] = []
        for index, action in enumerate(self.path.actions):
            state = self.path.points[index].node.state
            depth = len(state.frames) - self._is_else(index)
            aliases = [(d, n) for d, n in aliases if d <= depth]
            visible = {s: n for s, n in visible.items() if s < state.slots}
            known = {*visible.values(), *(n for _, n in aliases)}
            step = self._steps.get(index)
            if step is None or action.op is Op.DROP:
                continue
            if step.unit is not None and step.unit.kind is Kind.ALIAS:
                name = self.original.statements[step.unit.statement].binds or ""
                if name in known:
                    # The block that kept two second names apart is gone: what they stand for is written instead.
                    self._lost.add(name)
                    self._silent.add(index)
                aliases.append((depth, name))
                continue
            if not defines(action.move):
                continue
            chosen = None
            if step.unit is not None and step.unit.defines is not None:
                chosen = self.original.names.get(step.unit.defines)
            if chosen is None and not step.users and isinstance(action.move, CallMove):
                continue
            if chosen is None or chosen in known:
                chosen = free(step.stem, taken | known)
            step.name = chosen
            visible[step.slots] = chosen

    def _is_else(self, index: int) -> bool:
        """Whether one arm ends here and the other starts."""
        before, after = (self.path.points[i].node.state.frames for i in (index, index + 1))
        return len(before) == len(after) > 0 and before[-1] is not after[-1]

    # ------------------------------------------------------------ text

    def _item(self, index: int, action: Action, unit: Unit | None) -> Item:
        step = self._steps[index]
        group = self._group(step)
        is_main = group[-1] == index
        edit = self._edit(index)
        opens_old = unit is not None and isinstance(unit.move, LoopMove | BranchMove)
        opens_new = action.op is not Op.DROP and isinstance(action.move, LoopMove | BranchMove)
        old = unit.statement if unit is not None and is_main else None
        new: str | int | None
        if action.op is Op.DROP or index in self._silent:
            new = None
        elif unit is not None and unit.kind is Kind.ALIAS:
            new = AS_WRITTEN
        elif self._as_written(group):
            new = AS_WRITTEN if is_main else None
        else:
            new = None if self._is_inlined(index) else self._text(index)
        needs = self._needs(index, unit)
        return Item(Kind.STEP, edit, old, new, index, opens_old, opens_new, needs)

    def _group(self, step: _Step) -> list[int]:
        """The actions on the units of a step's statement."""
        return [step.index] if step.unit is None else self._groups[step.unit.statement]

    def _as_written(self, group: Sequence[int]) -> bool:
        """Whether a statement can stay letter for letter."""
        steps = [self._steps[i] for i in group]
        if group[-1] - group[0] != len(group) - 1 or any(s.action.op is not Op.KEEP for s in steps):
            return False
        if any(user not in group for s in steps[:-1] for user in s.users) or any(map(self._is_merged, group)):
            return False
        statement = self.original.statements[steps[-1].unit.statement if steps[-1].unit else 0]
        if not statement.mentions.isdisjoint(self._lost):
            return False
        defined = {d for s in steps if s.unit for d in s.unit.uses} | {self._main(steps[-1])}
        return all(
            self._steps[self._definers[d]].name == self.original.names.get(d)
            for d in defined
            if d in self._definers and self._definers[d] not in group[:-1]
        )

    def _main(self, step: _Step) -> int:
        """The definition that a statement makes, -1 if it makes none."""
        return -1 if step.unit is None or step.unit.defines is None else step.unit.defines

    def _is_named(self, step: _Step) -> bool:
        return step.unit is not None and step.unit.defines in self.original.names

    def _is_merged(self, index: int) -> bool:
        """Whether a call's result is written straight into an accumulator by an inserted action."""
        following = self._steps.get(index + 1)
        if following is None or not following.action.direct:
            return False
        own, other = self._steps[index].unit, following.unit
        return own is None or other is None or own.statement != other.statement or following.action.op is not Op.KEEP

    def _is_inlined(self, index: int) -> bool:
        """Whether a call has no line of its own, but stands in the line of the next step."""
        step, following = self._steps[index], self._steps.get(index + 1)
        if following is None or not isinstance(step.action.move, _INLINE):
            return False
        if following.action.direct:
            return True
        if not self.inline or step.unit is None or following.unit is None or self._is_named(step):
            return False
        move = following.action.move
        if move is None or step.unit.statement != following.unit.statement or step.users != [index + 1]:
            return False
        return list(used_by(move)).count(step.slots) == 1

    def _text(self, index: int) -> str:
        step = self._steps[index]
        assert step.action.move is not None
        return line_of(step.action.move, step.name, self._variables(index), self._named(index))

    def _named(self, index: int) -> frozenset[str]:
        """The parameters that the user has named in a call whose text is new."""
        unit = self._steps[index].unit
        return frozenset() if unit is None else unit.by_name

    def _variables(self, index: int) -> Variables:
        """How a step's line writes the variable in a slot: by its name, or as the call that it stands for."""
        sources = {self._steps[source].slots: source for source in self._steps[index].reads}

        def written(slot: int) -> str:
            source = sources.get(slot)
            if source is None:
                return self.original.names[slot]
            step = self._steps[source]
            if source == index - 1 and self._is_inlined(source) and isinstance(step.action.move, _INLINE):
                return value_text(step.action.move, self._variables(source), self._named(source))
            assert step.name is not None
            return step.name

        return written

    # ------------------------------------------------------------ what hangs together

    def _needs(self, index: int, unit: Unit | None) -> frozenset[int]:
        """If this is undone: what uses an inserted step, and what the original's step used."""
        needs: set[int | None] = set()
        if unit is None:
            needs |= {self._edit(user) for user in self._steps[index].users}
        else:
            used = (self._definers[d] for d in unit.uses if d in self._definers)
            needs |= {self._edit(i) for i in used if self._steps[i].action.op is Op.DROP}
        return frozenset(e for e in needs if e is not None)
