"""What some rules allow at all: the subtasks that can be called, and the state of a line of calls."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from typing import NamedTuple

from p2c_dsl.feasibility.chances import filled
from p2c_dsl.feasibility.hand import Hand, Hands, Level, Means
from p2c_dsl.machine.facet import Origin
from p2c_dsl.rules import AnyRule
from p2c_dsl.rules.multiplicity import Count
from p2c_dsl.rules.worst_run import Chance, Purity
from p2c_dsl.spec import Parameter, Spec, Subtask, Task
from p2c_dsl.types import NONE, Enum, Type, allows_literal, is_subtype

_RESULT = ("", 0)
"""What is returned, among the parameters that rules judge."""


class Undecided(Exception):
    """The search has taken too many steps: nothing is proved."""


class LineState(NamedTuple):
    """A line of calls, as far as anything depends on it.

    Attributes:
        called: The subtasks that have been called.
        hands: What is at hand, and then for each rule that judges where values come from, what is pure for it.
        owns: The rules' own states.
    """

    called: frozenset[str]
    hands: tuple[Hand, ...]
    owns: tuple[Hashable, ...]


class RunKind:
    """One kind of run, the worst or any, under some rules."""

    def __init__(
        self,
        asked: Asked,
        rules: Sequence[AnyRule],
        worst: bool,
        elsewhere: Sequence[Hand] = (),
        *,
        loops: bool = True,
    ) -> None:
        self.asked, self.rules, self.worst = asked, tuple(rules), worst
        self.branches = not any(r.forbids_branch(0) for r in rules)
        self.checked = not worst and self.branches
        self.loops = loops and not any(r.forbids_loop(0) for r in rules)
        self._judged, self.judges = _judges(asked, self.rules)
        self._hands: list[Hands] = []
        self._makers: dict[Type, tuple[str, ...]] = {}
        for place, judges in enumerate(((), *self.judges)):
            other = elsewhere[place] if elsewhere else None
            means = Means(asked.spec, self.loops, self.checked, worst, elsewhere=other)
            self._hands.append(Hands(_with_constants(means, asked, judges)))
        self._needs = {
            s.name: tuple(group for r in rules for group in r.line_needs(s, checked=self._is_checked(r)))
            for s in asked.spec.subtasks.values()
        }
        # Looked up for each call that the search looks at, so worked out before.
        self._wanted = {
            (s.name, index): tuple(self._wanted_in(s, index))
            for s in asked.spec.subtasks.values()
            for index in range(len(s.parameters))
        }
        self._required = {
            s.name: tuple(dict.fromkeys(w for index in range(s.required) for w in self._wanted[s.name, index]))
            for s in asked.spec.subtasks.values()
        }
        self._starters = [
            [of for name, of in asked.given if all(_is_pure(judge, asked, name, of) for judge in judges)]
            for judges in ((), *self.judges)
        ]

    def _is_checked(self, rule: AnyRule) -> bool:
        """Whether a check that a rule waits for may have said yes."""
        return self.checked or (self.branches and not self.asked.yes.isdisjoint(rule.line_checks()))

    def needs(self, subtask: Subtask) -> tuple[frozenset[str], ...]:
        """Groups of subtasks: one of each group must have been called before."""
        return self._needs[subtask.name]

    @cached_property
    def gives(self) -> dict[str, frozenset[Type]]:
        """For each subtask with a result, the types of the result and of what can be taken out of it."""
        return {
            name: frozenset(part for of in results for part, _ in self._hands[0].means.parts(of, Level.OUTSIDE))
            for name, results in self.asked.results.items()
            if results
        }

    def makers(self, wanted: Type) -> tuple[str, ...]:
        """The subtasks whose results are or hold values of a type."""
        if wanted not in self._makers:
            having_one = (n for n, parts in self.gives.items() if any(is_subtype(p, wanted) for p in parts))
            self._makers[wanted] = tuple(having_one)
        return self._makers[wanted]

    def start(self, starts: tuple[Hashable, ...] = ()) -> LineState:
        """The line before the first call."""
        plain = self._hands[0].of(self._starters[0])
        pure = zip(self._hands[1:], self._starters[1:], strict=True)
        return LineState(frozenset(), (plain, *(made.of(types, plain.around) for made, types in pure)), starts)

    def level(self, line: LineState, subtask: Subtask) -> Level | None:
        """Where a subtask can be called next, as far as values and what must come before are concerned."""
        self.asked.work()
        for group in self._needs[subtask.name]:
            if line.called.isdisjoint(group):
                return None
        return _furthest(line, self._required[subtask.name])

    def argument(self, line: LineState, subtask: Subtask, index: int) -> Level | None:
        """Where a parameter can be given a value."""
        return _furthest(line, self._wanted[subtask.name, index])

    def _wanted_in(self, subtask: Subtask, index: int) -> Iterator[tuple[int, Type]]:
        """What a parameter needs at hand: the places of hands, each with a type; nothing where a literal will do."""
        parameter = subtask.parameters[index]
        for place in (0, *self._judged.get((subtask.name, index), ())):
            if not self._is_literal(self.judges[place - 1] if place else (), parameter):
                yield place, parameter.type

    def _is_literal(self, judges: tuple[AnyRule, ...], parameter: Parameter) -> bool:
        """Whether a free literal will do for a parameter."""
        if not (parameter.literal or allows_literal(parameter.type)):
            return False
        return all(j.pure_source(Origin.LITERAL, None, parameter.type, self.asked.spec) for j in judges)

    def plus(self, line: LineState, made: Sequence[tuple[Subtask, Level]]) -> LineState:
        """The line after calls at these levels, without the rules' states."""
        line = line._replace(called=line.called.union([s.name for s, _ in made]))
        results = [(s, of, level) for s, level in made for of in self.asked.results[s.name]]
        if not results:
            return line
        plain = self._hands[0].plus(line.hands[0], tuple((of, level) for _, of, level in results))
        hands = [plain]
        for place, judges in enumerate(self.judges, 1):
            pure = tuple((of, level) for s, of, level in results if self._gives_pure(line, judges, s))
            hands.append(self._hands[place].plus(line.hands[place], pure, plain.around))
        return line._replace(hands=tuple(hands))

    def _gives_pure(self, line: LineState, judges: tuple[AnyRule, ...], subtask: Subtask) -> bool:
        """Whether a call's result is pure for each of some rules, each by itself."""
        return all(self._gives_pure_for(line, judge, subtask) for judge in judges)

    def _gives_pure_for(self, line: LineState, judge: AnyRule, subtask: Subtask) -> bool:
        pure = judge.pure_result(subtask, self.asked.spec)
        if pure is not Purity.IF_ARGUMENTS:
            return pure is Purity.ALWAYS
        needed, hand = subtask.parameters[: subtask.required], line.hands[self.judges.index((judge,)) + 1]
        return all(self._is_literal((judge,), p) or hand.level(p.type) is not None for p in needed)

    def returns(self, line: LineState) -> bool:
        """Whether the task's result is at hand where it can be returned."""
        result = self.asked.task.result
        places = (0, *self._judged.get(_RESULT, ()))
        return result is None or all(line.hands[place].level(result) is Level.OUTSIDE for place in places)

    def closure(self, subtasks: Iterable[Subtask], line: LineState | None = None) -> LineState:
        """The line after all calls of these subtasks that can be made, whatever their order and number."""
        line = line or self.start()
        pending = list(subtasks)
        while True:
            made = [(s, level) for s in pending if (level := self.level(line, s)) is not None]
            after = self.plus(line, made)
            if after == line:
                return line
            line = after
            if not self.judges:
                # No call can give more than it has given outside loops.
                given = {s.name for s, level in made if level is Level.OUTSIDE}
                pending = [s for s in pending if s.name not in given]

    def sizes(self, line: LineState, level: Level) -> tuple[Count, ...]:
        """How often one call can happen."""
        if level is Level.OUTSIDE:
            return (Count(1, 1),)
        return tuple(Count(size.low, size.high) for size in line.hands[0].around.sizes)


def _furthest(line: LineState, wanted: Iterable[tuple[int, Type]]) -> Level | None:
    """Where a call can stand that needs all of this at hand, `None` if some of it is nowhere."""
    level = Level.OUTSIDE
    for place, of in wanted:
        found = line.hands[place].level(of)
        if found is None:
            return None
        level = max(level, found)
    return level


class Asked:
    """What is asked of a composition, apart from the rules. It remembers what any run can call.

    Attributes:
        chances: What comes out well even in the worst run.
        given: The inputs by name and type; those that have an element once more, as what they are then.
        results: The same for the results of subtasks.
        yes: The checks that say yes.
    """

    def __init__(self, spec: Spec, task: Task, chances: Sequence[Chance] = ()) -> None:
        self.spec, self.task, self.chances = spec, task, tuple(dict.fromkeys(chances))
        ranges = [chance.filled for chance in self.chances if chance.filled is not None]
        self.given = [(p.name, p.type) for p in task.parameters]
        self.given += [(range_.name, filled(range_.of)) for range_ in ranges if range_.is_input]
        self.results = {name: [] if s.result is None else [s.result] for name, s in spec.subtasks.items()}
        for range_ in ranges:
            if not range_.is_input:
                self.results[range_.name].append(filled(range_.of))
        self.yes = frozenset(chance.yes for chance in self.chances if chance.yes is not None)
        self.left = 0
        """How many more calls may be looked at."""
        self._known: dict[tuple[tuple[AnyRule, ...], tuple[str, ...]], tuple[RunKind, LineState]] = {}

    def comes_out(self, chance: Chance | None) -> bool:
        """Whether that comes out in the run that is looked at."""
        if chance is None or (chance.no is not None and chance.no not in self.yes):
            return True
        return chance.no is None and chance in self.chances

    def work(self) -> None:
        """Notes one question whether a call is possible. Raises `Undecided` after too many."""
        self.left -= 1
        if self.left < 0:
            raise Undecided

    def best(self, rules: Sequence[AnyRule], subtasks: Sequence[Subtask]) -> tuple[RunKind, LineState]:
        """Any run under some rules, and what it can have called of some subtasks."""
        key = tuple(filter(self._restricts, rules)), tuple(s.name for s in subtasks)
        if key not in self._known:
            run = RunKind(self, key[0], worst=False)
            self._known[key] = run, run.closure(subtasks)
        return self._known[key]

    def _restricts(self, rule: AnyRule) -> bool:
        """Whether a rule has a say in what can be called at all."""
        subtasks = self.spec.subtasks.values()
        if rule.forbids_loop(0) or rule.forbids_branch(0):
            return True
        return rule.judges_result() or any(rule.judged(s) or rule.line_needs(s, checked=True) for s in subtasks)


def _judges(
    asked: Asked, rules: tuple[AnyRule, ...]
) -> tuple[dict[tuple[str, int], tuple[int, ...]], tuple[tuple[AnyRule, ...], ...]]:
    """The rules that judge where values come from, each alone, and together where they judge one argument.

    With them, for each parameter, the place of those that judge it.
    """
    judged: dict[tuple[str, int], tuple[AnyRule, ...]] = {}
    for rule in rules:
        for subtask in asked.spec.subtasks.values():
            for index in rule.judged(subtask):
                judged[subtask.name, index] = (*judged.get((subtask.name, index), ()), rule)
        if rule.judges_result():
            judged[_RESULT] = (*judged.get(_RESULT, ()), rule)
    alone = [(rule,) for rule in rules if any(rule in judges for judges in judged.values())]
    judges = tuple(dict.fromkeys([*alone, *judged.values()]))
    return {key: (judges.index(own) + 1,) for key, own in judged.items()}, judges


def _with_constants(means: Means, asked: Asked, judges: tuple[AnyRule, ...]) -> Means:
    spec = asked.spec
    named = [(name, c.type) for name, c in spec.constants_of(asked.task).items()]
    named += [(t.name, t) for t in spec.types.values() if isinstance(t, Enum) and t.members]

    def allowed(name: str | None, of: Type) -> bool:
        return all(judge.pure_source(Origin.CONSTANT, name, of, spec) for judge in judges)

    constants = frozenset(of for name, of in named if allowed(name, of))
    return replace(means, constants=constants, none=allowed(None, NONE))


def _is_pure(judge: AnyRule, asked: Asked, name: str, of: Type) -> bool:
    return judge.pure_source(Origin.INPUT, name, of, asked.spec)
