"""Random rule lines about what a composition does, of every kind and mostly with sensible arguments."""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

from p2c_dsl.source import Span
from p2c_dsl.spec import RuleText, Spec, Subtask, Task
from p2c_dsl.syntax.nodes import ComposeDecl, For, If, Statement, Token
from p2c_dsl.types import BOOL, Type, is_subtype, show
from tests.generators import keyed_rules, value_rules
from tests.generators.specs import HERE
from tests.oracle.events import performs
from tests.oracle.text import calls_in, expressions, statements


def rule(line: str) -> RuleText:
    """A rule's line, cut into tokens."""
    tokens = []
    for found in re.finditer(r"\w+|<=|>=|==|!=|[^\s\w]", line):
        text = found.group()
        kind = "int" if text.isdigit() else "name" if re.fullmatch(r"\w+", text) else "op"
        tokens.append(Token(kind, text, Span(*found.span())))
    return RuleText(tuple(tokens), HERE)


def called_in(block: tuple[Statement, ...], spec: Spec) -> list[str]:
    """The names of what is called in a block, in the order of the text (a nested call after its outer one)."""
    return [
        call.function.text
        for statement in statements(block)
        for expr in expressions(statement)
        for call in calls_in(expr)
        if call.function.text not in spec.types
    ]


class _Author:
    def __init__(self, spec: Spec, task: Task, compose: ComposeDecl, random: Random) -> None:
        self.spec, self.task, self.random = spec, task, random
        names = called_in(compose.body, spec)
        self.called = [name for name in dict.fromkeys(names) if name in spec.subtasks]
        self.in_order = [event for name in names for event in self._events_of(name)]
        effects = {use.effect.name for name in self.called for use in spec.subtasks[name].effects}
        self.events = [*self.called, *sorted(effects) * 2]
        self.arms = [
            (called_in(s.body, spec), called_in(s.orelse, spec)) for s in statements(compose.body) if isinstance(s, If)
        ]
        self.collections = dict(keyed_rules.collections(spec, task, self.called))
        loops = [s for s in statements(compose.body) if isinstance(s, For)]
        bodies = [(keyed_rules.looped_over(loop), called_in(loop.body, spec)) for loop in loops]
        self.loops = [(path, body) for path, body in bodies if path in self.collections and body]

    def _events_of(self, name: str) -> list[str]:
        subtask = self.spec.subtasks.get(name)
        return [] if subtask is None else [name, *(use.effect.name for use in subtask.effects)]

    def event(self) -> str:
        return self.random.choice(self.events)

    def called_subtask(self) -> Subtask:
        return self.spec.subtasks[self.random.choice(self.called)]

    def pair(self) -> tuple[str, str]:
        """Two events, mostly in the order in which the text has them."""
        if len(self.in_order) < 2 or self.random.random() < 0.3:
            return self.event(), self.event()
        first, second = sorted(self.random.sample(range(len(self.in_order)), 2))
        return self.in_order[first], self.in_order[second]

    # ------------------------------------------------------------ one method a rule

    def at_most(self) -> str:
        return f"at most {self.random.randrange(0, 5)} {self.event()}"

    def at_least(self) -> str:
        return f"at least {self.random.choice((1, 1, 2))} {self.event()}{self.unless()}"

    def exactly(self) -> str:
        return f"exactly {self.random.choice((0, 1, 1, 1, 2))} {self.event()}{self.unless()}"

    def at_most_per(self) -> str | None:
        event = self.event()
        if event in self.spec.effects:
            keys = [show(t) for t in self.spec.effects[event].keys]
        else:
            keys = [p.name for p in self.spec.subtasks[event].parameters]
        keys = [k for k in keys if keys.count(k) == 1 and k.isidentifier()]
        if not keys:
            return None
        named = self.random.sample(keys, self.random.choice((1, 1, min(2, len(keys)))))
        return f"at most {self.random.choice((1, 1, 1, 2, 3))} {event} per {', '.join(named)}"

    def before(self) -> str:
        first, second = self.pair()
        return f"{first} before {second}"

    def before_per(self) -> str | None:
        first, second = self.pair()
        keys = keyed_rules.per(first, second, self.spec, self.random)
        return None if keys is None else f"{first} before {second} per {keys}"

    def no_after_per(self) -> str | None:
        first, second = self.pair()
        keys = keyed_rules.per(first, second, self.spec, self.random)
        return None if keys is None else f"no {first} after {second} per {keys}"

    def not_both_per(self) -> str | None:
        first, second = self.pair()
        keys = keyed_rules.per(first, second, self.spec, self.random)
        return None if keys is None or first == second else f"not both {first}, {second} per {keys}"

    def then(self) -> str:
        first, second = self.pair()
        keys = keyed_rules.per(first, second, self.spec, self.random) if self.random.random() < 0.8 else None
        return f"{first} then {second}" + (f" per {keys}" if keys else "") + self.unless()

    def per_element(self) -> str | None:
        path, event = self.random.choice(list(self.collections)) if self.collections else "", self.event()
        if self.loops and self.random.random() < 0.7:
            path, body = self.random.choice(self.loops)
            event = self.random.choice(self._events_of(self.random.choice(body)) or [event])
        if not path:
            return None
        asked = keyed_rules.of_elements(event, (path, self.collections[path]), self.spec, self.random)
        often = self.random.choice(("at least 1", "at least 1", "at least 2", "exactly 1", "exactly 1", "exactly 2"))
        return None if asked is None else f"{often} {asked}{self.unless()}"

    def check_then(self) -> str | None:
        guarded = [name for then, _ in self.arms for name in then]
        event = self.random.choice([e for name in guarded for e in self._events_of(name)] or self.events)
        checks = [s for s in self.spec.subtasks.values() if s.result == BOOL and s.name in self.called]
        if not checks:
            return None
        check = self.random.choice(checks)
        keys = [keyed_rules.key_of_type(event, p.type, self.spec, self.random) for p in check.parameters]
        names = [key if key and self.random.random() < 0.85 else "_" for key in keys]
        if all(name == "_" for name in names):
            return None
        negated = "not " if self.random.random() < 0.3 else ""
        return f"{negated}{check.name}({', '.join(names)}) then {event}{self.unless()}"

    def return_from(self) -> str | None:
        if self.task.result is None:
            return None
        producers = [s.name for s in self.spec.subtasks.values() if s.result is not None]
        pool = [*producers, *(p.name for p in self.task.parameters), "inputs", "constants"]
        some = dict.fromkeys(self.random.choice(pool) for _ in range(self.random.randrange(1, 6)))
        return f"return from {', '.join(some)}"

    def unless(self) -> str:
        return f" unless {self.event()}" if self.random.random() < 0.25 else ""

    def no_after(self) -> str:
        first, second = self.pair()
        return f"no {first} after {second}"

    def not_both(self) -> str | None:
        one, other = self.event(), self.event()
        arms = [(then, orelse) for then, orelse in self.arms if then and orelse]
        if arms and self.random.random() < 0.8:
            then, orelse = self.random.choice(arms)
            one = self.random.choice(self._events_of(self.random.choice(then)))
            other = self.random.choice(self._events_of(self.random.choice(orelse)))
        return None if one == other else f"not both {one}, {other}"

    def cost(self) -> str:
        return f"cost <= {self.random.choice((0, 1, 2, 3, 4, 6, 8))}"

    def only_if(self) -> str | None:
        guarded = [self._events_of(name) for then, _ in self.arms for name in then]
        event = self.random.choice([e for es in guarded for e in es] or self.events)
        performers = [s for s in self.spec.subtasks.values() if performs(s, event)]
        checks = [s for s in self.spec.subtasks.values() if s.result == BOOL and s.parameters]
        often = self.random.choice((1, 1, 2, 3))
        outcomes = dict.fromkeys(self._outcome(checks, performers) for _ in range(often)) if checks else {None: None}
        return None if None in outcomes else f"{event} only if {' or '.join(map(str, outcomes))}"

    def _outcome(self, checks: list[Subtask], performers: list[Subtask]) -> str | None:
        """`[not] C(x, _)`."""
        check = self.random.choice([c for c in checks if c.name in self.called] or checks)
        names = [self._guarded(p.type, performers) for p in check.parameters]
        if all(name == "_" for name in names):
            return None
        negated = "not " if self.random.random() < 0.3 else ""
        return f"{negated}{check.name}({', '.join(names)})"

    def _guarded(self, of: Type, performers: list[Subtask]) -> str:
        fitting = [
            {p.name for p in s.parameters if is_subtype(p.type, of) or is_subtype(of, p.type)} for s in performers
        ]
        common = sorted(set.intersection(*fitting))
        return self.random.choice(common) if common and self.random.random() < 0.85 else "_"

    def provenance(self) -> str | None:
        subtask = self.called_subtask()
        if not subtask.parameters:
            return None
        parameter = self.random.choice(subtask.parameters)
        producers = [s.name for s in self.spec.subtasks.values() if s.result is not None and s.result != BOOL]
        pool = [*producers, *(p.name for p in self.task.parameters), "inputs", "constants", "constants"]
        some = dict.fromkeys(self.random.choice(pool) for _ in range(self.random.randrange(1, 6)))
        sink = "*" if self.random.random() < 0.2 else subtask.name
        return f"{sink}.{parameter.name} from {', '.join(some)}"

    def argument_value(self) -> str | None:
        return value_rules.argument_value(self.called_subtask(), self.spec, self.random)

    def flow(self) -> str:
        types = ["A", "B", "A1", "Mail", "Case", "Kind"]
        inputs = [p.name for p in self.task.parameters]
        source = self.random.choice([self.event(), self.event(), *inputs, self.random.choice(types)])
        sink = self.event()
        if sink in self.spec.subtasks and self.spec.subtasks[sink].parameters and self.random.random() < 0.5:
            sink += "." + self.random.choice(self.spec.subtasks[sink].parameters).name
        via = f" except via {self.random.choice(self.called)}" if self.random.random() < 0.3 else ""
        return f"no flow from {source} to {sink}{via}"

    def approval(self) -> str:
        return f"{self.event()} needs approval"

    def shape(self) -> str:
        return f"shape {self.random.choice(('tree', 'tree', 'sequence', 'dag'))}"

    def bounds(self) -> str:
        return self.random.choice(
            (
                f"loops <= {self.random.randrange(0, 3)}",
                f"branches <= {self.random.randrange(0, 3)}",
                f"steps <= {self.random.randrange(1, 12)}",
            )
        )


def random_rules(spec: Spec, task: Task, compose: ComposeDecl, random: Random, number: int) -> tuple[RuleText, ...]:
    """Rule lines over what the composition calls; none when it calls nothing."""
    author = _Author(spec, task, compose, random)
    if not author.called:
        return ()
    writers: list[Callable[[], str | None]] = [
        author.at_most,
        author.at_most_per,
        author.at_most_per,
        author.at_least,
        author.exactly,
        author.before,
        author.before,
        author.before_per,
        author.before_per,
        author.no_after_per,
        author.no_after_per,
        author.not_both_per,
        author.then,
        author.then,
        author.per_element,
        author.per_element,
        author.per_element,
        author.check_then,
        author.check_then,
        author.return_from,
        author.no_after,
        author.not_both,
        author.not_both,
        author.not_both,
        author.cost,
        author.only_if,
        author.only_if,
        author.provenance,
        author.provenance,
        author.argument_value,
        author.argument_value,
        author.flow,
        author.flow,
        author.approval,
        author.shape,
        author.bounds,
    ]
    lines = {random.choice(writers)() for _ in range(number)} - {None}
    return tuple(rule(line) for line in sorted(filter(None, lines)))
