"""Statements that chance alone writes too seldom: calls under a check of their own argument."""

from __future__ import annotations

from collections.abc import Callable

from p2c_dsl.spec import Subtask
from p2c_dsl.syntax import nodes
from p2c_dsl.types import BOOL, ListOf, MapOf, Record, SetOf, element_of
from tests.generators.draft import Draft, Known


class Patterns(Draft):
    """The steps of a draft, and patterns made of several."""

    def guarded(self) -> list[nodes.Statement]:
        """`if check(x): f(x)`, where one argument of the check is an argument of what it guards."""
        checks = [s for s in self.spec.subtasks.values() if s.result == BOOL and s.parameters]
        check = self.random.choice(checks) if checks else None
        call = self.call(check) if check is not None else None
        if call is None or not call.arguments or not isinstance(call.arguments[0], nodes.Variable):
            return []
        self.depth += 1
        self.recent = [call.arguments[0].name.text] * 3
        body = self.simple()[:1]
        self.known = [k for k in self.known if not body or k.name != assigned(body[0])]
        self.depth -= 1
        if not body:
            return []
        return [nodes.If(call, tuple(body), (), False, self.span())]

    def answers(self) -> list[nodes.Statement]:
        """A map of a check's answers, and a loop that acts on those that are true."""
        checks = [s for s in self.spec.subtasks.values() if s.result == BOOL and s.required == 1]
        sets = [k for k in self.known if isinstance(k.type, SetOf)]
        if not checks or not sets:
            return []
        check, over = self.random.choice(checks), self.random.choice(sets)
        answers, asked, acted = (f"v{next(self._fresh)}" for _ in range(3))
        asking = self._round(asked, over, lambda: self._ask(check, answers, asked))
        acting = self._round(acted, over, lambda: self._act(answers, acted))
        if not asking or not acting:
            return []
        again = self.variable(self.random.choice((over.name, over.name, answers)))
        return [
            nodes.Assign(self.name(answers), nodes.EmptyMap(self.span()), self.span()),
            nodes.For(self.name(asked), self.variable(over.name), tuple(asking), self.span()),
            nodes.For(self.name(acted), again, tuple(acting), self.span()),
        ]

    def rounds(self) -> list[nodes.Statement]:
        """Something done for each element of a collection, and then something else for each, or for each gathered."""
        sets = [k for k in self.known if isinstance(k.type, SetOf | ListOf | MapOf)]
        if not sets:
            return []
        over = self.random.choice(sets)
        gathered, first, second = (f"v{next(self._fresh)}" for _ in range(3))
        gathers, again = self.random.random() < 0.4, self.random.random() < 0.5
        doing = self._round(first, over, lambda: self._do(first, gathered if gathers else None))
        after = self._round(second, over, lambda: self._do(second, None))
        if not doing or not after:
            return []
        empty = nodes.Assign(self.name(gathered), nodes.EmptyList(self.span()), self.span())
        whole = self.variable(gathered if gathers and again else over.name)
        return [
            *([empty] if gathers else []),
            nodes.For(self.name(first), self.variable(over.name), tuple(doing), self.span()),
            nodes.For(self.name(second), whole, tuple(after), self.span()),
        ]

    def _do(self, each: str, gathered: str | None) -> list[nodes.Statement]:
        """Something done for the variable of a loop, which may be gathered."""
        calling = [call for s in self.spec.subtasks.values() if (call := self._call_of(s, each)) is not None]
        if not calling:
            return []
        done: list[nodes.Statement] = [nodes.ExprStatement(self.random.choice(calling), self.span())]
        if gathered is not None:
            add = nodes.Append(self.name(gathered), self.variable(each), self.span())
            done.insert(self.random.randrange(2), add)
        fields = [k for k in self.known if k.name == each and isinstance(k.type, Record)]
        if fields and self.random.random() < 0.4:
            test = nodes.Attribute(self.variable(each), self.name("ok"), self.span())
            return [nodes.If(test, tuple(done), (), False, self.span())]
        return done

    def _call_of(self, subtask: Subtask, each: str) -> nodes.Call | None:
        """A call that has a variable as one of its arguments."""
        call = self.call(subtask)
        if call is None or not any(isinstance(a, nodes.Variable) and a.name.text == each for a in call.arguments):
            return None
        return call

    def nested_answers(self) -> list[nodes.Statement]:
        """Maps of a check's answers in a map or a list, and something done where one of them is true."""
        checks = [s for s in self.spec.subtasks.values() if s.result == BOOL and s.required == 1]
        sets = [k for k in self.known if isinstance(k.type, SetOf)]
        if not checks or not sets:
            return []
        check, over, around = self.random.choice(checks), self.random.choice(sets), self.random.choice(sets)
        outer, inner, first, second = (f"v{next(self._fresh)}" for _ in range(4))
        asking = self._round(second, over, lambda: self._ask(check, inner, second))
        key, around_key = element_of(over.type), element_of(around.type)
        if not asking or key is None or around_key is None:
            return []
        is_map = self.random.random() < 0.6
        filling: list[nodes.Statement] = [
            nodes.Assign(self.name(inner), nodes.EmptyMap(self.span()), self.span()),
            nodes.For(self.name(second), self.variable(over.name), tuple(asking), self.span()),
            nodes.SetItem(self.name(outer), self.variable(first), self.variable(inner), self.span())
            if is_map
            else nodes.Append(self.name(outer), self.variable(inner), self.span()),
        ]
        answers = MapOf(key, BOOL)
        self.known.append(Known(outer, MapOf(around_key, answers) if is_map else ListOf(answers)))
        empty = nodes.EmptyMap(self.span()) if is_map else nodes.EmptyList(self.span())
        return [
            nodes.Assign(self.name(outer), empty, self.span()),
            nodes.For(self.name(first), self.variable(around.name), tuple(filling), self.span()),
            *self._where_true(outer, first, answers, is_map=is_map),
        ]

    def _where_true(self, outer: str, each: str, answers: MapOf, *, is_map: bool) -> list[nodes.Statement]:
        """`if outer[x][y]: f(x)`, or the same with each map of a list."""
        before = len(self.known)
        if not is_map:
            self.known.append(Known(each, answers))
        whole = next(k for k in reversed(self.known) if isinstance(k.type, MapOf))
        assert isinstance(whole.type, MapOf)
        items = self._items(lambda: self.variable(whole.name), whole.type, lambda of: of == BOOL)
        test = self.random.choice(items)() if items else None
        body = self.simple()[:1]
        del self.known[before:]
        if test is None or not body:
            return []
        acting: list[nodes.Statement] = [nodes.If(test, tuple(body), (), False, self.span())]
        if is_map:
            return acting
        return [nodes.For(self.name(each), self.variable(outer), tuple(acting), self.span())]

    def _round(self, name: str, over: Known, write: Callable[[], list[nodes.Statement]]) -> list[nodes.Statement]:
        """A loop's body, in which something may happen before what it is for."""
        before = len(self.known)
        self.known.append(Known(name, element_of(over.type) or BOOL))
        self.recent = [name] * 4
        first = self.simple() if self.random.random() < 0.4 else []
        last = write()
        del self.known[before:]
        return [*first, *last] if last else []

    def _ask(self, check: Subtask, answers: str, asked: str) -> list[nodes.Statement]:
        argument = self.expression(check.parameters[0].type)
        if argument is None:
            return []
        call = nodes.Call(self.name(check.name), (argument,), (), self.span())
        return [nodes.SetItem(self.name(answers), self.variable(asked), call, self.span())]

    def _act(self, answers: str, acted: str) -> list[nodes.Statement]:
        body = self.simple()[:1]
        test = nodes.Subscript(self.variable(answers), self.variable(acted), self.span())
        return [nodes.If(test, tuple(body), (), False, self.span())] if body else []


def assigned(statement: nodes.Statement) -> str | None:
    """The name that a statement assigns."""
    return statement.target.text if isinstance(statement, nodes.Assign) else None
