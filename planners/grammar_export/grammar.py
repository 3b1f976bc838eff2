"""What a context-free grammar can say of a task's compositions, for engines that take nothing else.

In it are the canonical layout (`p2c_dsl.planners.lines.successors`), the names of the spec and of variables, how many
arguments a subtask takes, whether it has a result, and how deep the rules let loops and branches nest; each depth has
rules of its own, since a grammar cannot count indentation. Not in it are types, what is in scope, and all other
rules.
So every canonical composition that is accepted can be written (unless it has a hundred variables of one stem), and
many that are not.

llguidance reads the longest lexeme and never goes back, so lexemes are cut where none can begin with
another and what may follow that.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from p2c_dsl.machine import Machine
from p2c_dsl.naming import stem_of
from p2c_dsl.planners.grammar_export.names import (
    Expression,
    GrammarNames,
    choice,
    literals,
    optional,
    sequence,
    text,
)
from p2c_dsl.planners.lines.compared import written_tests
from p2c_dsl.planners.lines.makers import PartMaker, with_makers
from p2c_dsl.planners.lines.pattern import INDENT
from p2c_dsl.rules import read_rules
from p2c_dsl.spec import Parameter, Spec, Subtask, Task
from p2c_dsl.types import Optional

DEEPEST = 3
"""How deep loops and branches nest where no rule says."""
_NAME = re.compile(r'"(?:[^"\\]|\\.)*"|\b([A-Za-z]\w*)\b')


@dataclass(frozen=True, slots=True)
class _Dialect:
    """How an engine wants its grammar: the first rule's name, the sign of definition, and what differs in patterns."""

    start: str
    sign: str
    patterns: Mapping[str, str]


_LARK = _Dialect(
    "start",
    ":",
    {
        "NUMBER": "/[2-9]|[1-9][0-9]/",
        "TEXT": r'/"[^"\\\n\r]*"/',
        "INTEGER": "/-?[0-9]+/",
        "FLOAT": r"/-?[0-9]+\.[0-9]+/",
        "TRUTH": '"True" | "False"',
    },
)
_GBNF = _Dialect(
    "root",
    " ::=",
    {
        "NUMBER": "[2-9] | [1-9] [0-9]",
        "TEXT": r'"\"" [^"\\\n\r]* "\""',
        "INTEGER": '"-"? [0-9]+',
        "FLOAT": '"-"? [0-9]+ "." [0-9]+',
        "TRUTH": '"True" | "False"',
    },
)


def spec_to_lark(spec: Spec, task: Task, deepest: int = DEEPEST) -> str:
    """The grammar in llguidance's dialect of Lark, as `outlines.types.CFG` takes it.

    `deepest` bounds the nesting of loops, and of branches, where no rule does. Raises `ValueError` for rules
    that cannot be read, and where nothing can be written at all.
    """
    return _Grammar(spec, task, deepest).written(_LARK)


def spec_to_gbnf(spec: Spec, task: Task, deepest: int = DEEPEST) -> str:
    """The same grammar in GBNF, as XGrammar and llama.cpp take it. Raises what `spec_to_lark` does."""
    return _Grammar(spec, task, deepest).written(_GBNF)


class _Grammar:
    """The rules of one task's grammar, by their names; terminals are in capitals.

    What is said twice in it is a rule, `line_1_2` a line inside one loop and two branches.
    """

    def __init__(self, spec: Spec, task: Task, deepest: int) -> None:
        rules, wrong = read_rules(spec, task)
        if wrong:
            raise ValueError("; ".join(d.message for d in wrong))
        facets = Machine(spec, task, rules).facets
        self._most_loops = next((k for k in range(deepest) if any(f.forbids_loop(k) for f in facets)), deepest)
        self._most_branches = next((k for k in range(deepest) if any(f.forbids_branch(k) for f in facets)), deepest)
        self._task, self._subtasks = task, list(with_makers(spec, task).subtasks.values())
        self._tests = written_tests(facets)
        self._rules: dict[str, str] = {}
        self._terminals(GrammarNames(with_makers(spec, task), task, self._most_loops > 0))
        self._calls = {s.name: self._call(number, s) for number, s in enumerate(self._subtasks, 1)}
        self._statements()
        self._whole()

    def written(self, dialect: _Dialect) -> str:
        """The rules that are used, from the first one down."""
        rules = {**self._rules, **dialect.patterns}
        found = ["start"]
        for name in found:
            found += dict.fromkeys(n for n in _NAME.findall(rules[name]) if n in rules and n not in found)
        return "".join(
            f"{dialect.start if name == 'start' else name}{dialect.sign} {rules[name]}\n"
            for name in (*filter(str.islower, found), *filter(str.isupper, found))
        )

    def _define(self, name: str, expression: Expression) -> Expression:
        """A rule; gives its name, if anything can be written by it."""
        if expression is None:
            return None
        self._rules[name] = expression
        return name

    # ------------------------------------------------------------ names and values

    def _terminals(self, names: GrammarNames) -> None:
        self._each = self._define("EACH", names.loop_variable())
        variable = self._define("VARIABLE", names.variable())
        field = self._define("FIELD", names.field())
        path = self._define("PATH", sequence(variable, optional(field), optional(field)))
        item = sequence('"["', path, '"]"', optional(field)) if names.has_maps() else None
        self._reference = self._define("reference", sequence(path, optional(item)))
        constant = self._define("CONSTANT", names.constant())
        self._argument = self._define("argument", choice([self._reference, constant]))
        self._into = {
            stem: self._define(f"INTO_{number}", f'{names.numbered(stem)} " = "')
            for number, stem in enumerate(
                dict.fromkeys(stem_of(s.result) for s in self._subtasks if s.result is not None), 1
            )
        }
        table, items = names.numbered("table"), names.numbered("items")
        self._define("CREATE", f'{table} " = {{}}" | {items} " = []"')
        self._define("SET", f'{table} "["')
        self._define("APPEND", f'{items} ".append("')

    def _call(self, number: int, subtask: Subtask) -> Expression:
        given = [self._given(p) for p in subtask.parameters]
        arguments: str | None = ""
        for place in range(len(given) - 1, -1, -1):
            before = subtask.before(place) if isinstance(subtask, PartMaker) else ", " if place else ""
            arguments = sequence(text(before) if before else "", given[place], arguments)
            if place >= subtask.required:
                arguments = optional(arguments)
        ends = (subtask.opening, subtask.closing) if isinstance(subtask, PartMaker) else (f"{subtask.name}(", ")")
        return self._define(f"call_{number}", sequence(text(ends[0]), arguments, text(ends[1])))

    def _given(self, parameter: Parameter) -> Expression:
        return choice([self._argument, *literals(parameter)])

    # ------------------------------------------------------------ statements

    def _statements(self) -> None:
        reference = self._reference
        affirmed = [sequence(reference, '(":" | " is not None:")')]
        negated = [sequence('"not "', reference, '":"'), sequence(reference, '" is None:"')]
        for test in self._tests:
            for tests, one in ((affirmed, test), (negated, test.opposite)):
                tests.append(sequence(reference, text(one.text("", "")), self._argument, '":"'))
        self._positive = self._define("positive", choice(affirmed))
        self._negative = self._define("negative", choice(negated))
        calls = [
            self._calls[s.name] if s.result is None else sequence(self._into[stem_of(s.result)], self._calls[s.name])
            for s in self._subtasks
        ]
        call = self._define("call", choice(calls))
        called = (s for s in self._subtasks if s.result is not None and not isinstance(s, PartMaker))
        results = (self._calls[s.name] for s in called)
        value = self._define("value", choice([reference, *results]))
        write = self._define(
            "write",
            choice([sequence("SET", reference, '"] = "', value), sequence("APPEND", value, '")"')]),
        )
        create = "CREATE" if self._each is not None else None
        for loops in range(self._most_loops + 1):
            made = [call, create if loops < self._most_loops else None, write if loops else None]
            self._define(f"statement_{loops}", choice(made))

    def _line(self, loops: int, branches: int) -> Expression:
        """A line with the block that it opens, inside so many loops and branches."""
        name = f"line_{loops}_{branches}"
        if name in self._rules:
            return name
        simple = f"statement_{loops}" if f"statement_{loops}" in self._rules else None
        options = [simple, self._loop(loops, branches), self._branch(loops, branches)]
        return self._define(name, sequence(_indentation(loops + branches), choice(options)))

    def _loop(self, loops: int, branches: int) -> Expression:
        if loops == self._most_loops or self._each is None:
            return None
        inner = self._lines(loops + 1, branches)
        opening = sequence('"for "', self._each, '" in "', self._reference, '":"')
        return self._define(f"loop_{loops}_{branches}", sequence(opening, inner))

    def _branch(self, loops: int, branches: int) -> Expression:
        """An `else` stands only behind a positive test whose arm goes on."""
        if branches == self._most_branches:
            return None
        block, goes_on = self._block(loops, branches + 1), self._lines(loops, branches + 1)
        orelse = sequence(_indentation(loops + branches), '"else:"', block)
        last = self._return(loops, branches + 1)
        then = choice([sequence(goes_on, optional(choice([last, orelse]))), last])
        tested = choice([sequence(self._positive, then), sequence(self._negative, block)])
        return self._define(f"branch_{loops}_{branches}", sequence('"if "', tested))

    def _block(self, loops: int, branches: int) -> Expression:
        """Lines that a `return` may follow."""
        lines, last = self._lines(loops, branches), self._return(loops, branches)
        return self._define(f"block_{loops}_{branches}", choice([sequence(lines, optional(last)), last]))

    def _lines(self, loops: int, branches: int) -> Expression:
        line = self._line(loops, branches)
        return None if line is None else f"{line}+"

    def _return(self, loops: int, branches: int) -> Expression:
        """The last line of a block; none stands in a loop."""
        if loops:
            return None
        indentation = _indentation(branches)
        if self._task.result is None:
            return self._define(f"return_{branches}", sequence(indentation, '"return"'))
        none = '"None"' if isinstance(self._task.result, Optional) else None
        value = choice([self._argument, none])
        return self._define(f"return_{branches}", sequence(indentation, '"return "', value))

    def _whole(self) -> None:
        task = self._task
        inputs = ", ".join(p.name for p in task.parameters)
        header = text(f"compose {task.name}({inputs}):")
        lines = self._lines(0, 0)
        body = lines if task.result is None else sequence(optional(lines), self._return(0, 0))
        if body is None:
            raise ValueError(f"no composition of `{task.name}` can be written: no subtask can be called")
        self._define("start", sequence(header, body, r'"\n"?'))


def _indentation(depth: int) -> str:
    return text("\n" + INDENT * (depth + 1))
