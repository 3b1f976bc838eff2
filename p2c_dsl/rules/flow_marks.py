"""The marks of `no flow`: which values depend on the source."""

from __future__ import annotations

from dataclasses import dataclass

from p2c_dsl.containment import contains, holds_record, may_be
from p2c_dsl.machine.facet import CallSite, FieldPart, ItemPart, MadeOf, Origin, Part
from p2c_dsl.machine.guidance import Place
from p2c_dsl.machine.state import Frame, State, Value
from p2c_dsl.rules.base import Names, Rule, RuleError
from p2c_dsl.rules.definition import InformationSource
from p2c_dsl.rules.dependence import TAINTED, Mark, Reach, Tainted, taken_out, worst
from p2c_dsl.rules.worst_run import Purity
from p2c_dsl.spec import Spec, Subtask
from p2c_dsl.syntax.nodes import Token
from p2c_dsl.types import BASES, MapOf, Type


def read_source(names: Names, token: Token) -> InformationSource:
    """What a rule names as its source. Raises `RuleError`."""
    spec, text = names.spec, token.text
    if (text in spec.types or text in BASES) and text in {p.name for p in names.task.parameters}:
        raise RuleError(f"`{text}` is both a type and an input of the task", token.span, "rename one of them")
    if text in spec.effects or text in spec.subtasks:
        return InformationSource(text, event=names.event(token))
    if text in spec.types or text in BASES:
        return InformationSource(text, type=spec.types.get(text) or BASES[text])
    if text in {p.name for p in names.task.parameters}:
        return InformationSource(text)
    inputs = [p.name for p in names.task.parameters]
    raise names.unknown("subtask, effect, type or input", token, [*spec.subtasks, *spec.effects, *spec.types, *inputs])


@dataclass(frozen=True, eq=False)
class FlowMarks(Rule[Reach, Mark]):
    """A rule that marks the values which depend on a source."""

    origin: InformationSource

    # ------------------------------------------------------------ marks: whether a value depends on A

    def source(self, origin: Origin, name: str | None, of: Type, spec: Spec) -> Mark:
        if origin is Origin.INPUT and name is not None and self.origin.is_input(name):
            return TAINTED
        return self._typed(of, spec)

    def result(self, at: Place[Reach, Mark], call: CallSite, spec: Spec) -> Mark:
        passed = any(at.mark(a) for a in call.arguments if a is not None) and call.subtask.name != self.origin.via
        if passed or self.origin.gives(call.subtask):
            return TAINTED
        return None if call.subtask.result is None else self._typed(call.subtask.result, spec)

    def part(self, at: Place[Reach, Mark], mark: Mark, part: Part, of: Type, spec: Spec) -> Mark:
        own = self._typed(of, spec)
        by_key = TAINTED if isinstance(part, ItemPart) and at.mark(part.key) else None
        return worst(worst(self._inherited(mark, part, own), by_key), own)

    def _inherited(self, mark: Mark, part: Part, own: Mark) -> Mark:
        """What a part has from its whole; `own` is what it has by its type."""
        if mark is None or (mark.typed and isinstance(part, FieldPart)):
            return None
        if isinstance(part, FieldPart):
            # What was left out depends on what the record does.
            return dict(mark.fields).get(part.name, TAINTED)
        if isinstance(part, ItemPart) and not mark.keys:
            return mark.inner
        return Tainted(typed=mark.typed and own is not None)

    def made(self, at: Place[Reach, Mark], parts: MadeOf, of: Type, spec: Spec) -> Mark:
        put_in = tuple((name, taken_out(at.mark(part))) for name, part in parts)
        own = self._typed(of, spec)
        if not any(mark for _, mark in put_in):
            return own
        if own is not None and not own.typed:
            return TAINTED
        return Tainted(fields=tuple((name, mark) for name, mark in put_in if name is not None))

    def empty(self) -> Mark:
        return None

    def gather(self, at: Place[Reach, Mark], state: State, mark: Mark, key: Value | None, value: Value) -> Mark:
        if (key is not None and at.mark(key)) or self._controls(at, state.frames):
            return TAINTED
        inner = at.mark(value)
        if inner is None:
            return mark
        return worst(mark, TAINTED if key is None else Tainted(False, inner.written()))

    def merge(self, one: Mark, other: Mark) -> Mark:
        return worst(one, other)

    def _typed(self, of: Type, spec: Spec) -> Mark:
        source = self.origin.type
        if source is None or not contains(of, source, spec):
            return None
        if isinstance(of, MapOf) and not contains(of.key, source, spec):
            return Tainted(False, self._typed(of.value, spec), typed=True)
        # What is an A depends on A in all its parts.
        return Tainted(typed=not may_be(of, source))

    def _controls(self, at: Place[Reach, Mark], frames: tuple[Frame, ...]) -> tuple[Frame, ...]:
        """The open loops and branches that depend on A."""
        return tuple(frame for frame in frames if any(map(at.mark, frame.controls)))

    # ------------------------------------------------------------ in the worst run: what does not depend on A

    def pure_source(self, origin: Origin, name: str | None, of: Type, spec: Spec) -> bool:
        return self._has_pure(self.source(origin, name, of, spec), of)

    def pure_result(self, subtask: Subtask, spec: Spec) -> Purity:
        of = subtask.result
        if self.origin.gives(subtask) or (of is not None and not self._has_pure(self._typed(of, spec), of)):
            return Purity.NEVER
        return Purity.ALWAYS if subtask.name == self.origin.via else Purity.IF_ARGUMENTS

    def _has_pure(self, mark: Mark, of: Type) -> bool:
        """Whether a value may be pure, or a field in it."""
        return mark is None or (mark.typed and holds_record(of))
