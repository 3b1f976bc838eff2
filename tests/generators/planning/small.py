"""Small specs, so small that all their compositions can be tried; many of them have none."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from random import Random

from p2c_dsl.diagnostics.model import Severity
from p2c_dsl.lint import lint_text

BUDGET = 40
"""The most lexemes that a composition of a small spec is searched with."""

_PLAIN = ("A", "A", "B", "B", "C")
_KEYS = {"e": "A", "f": "B", "g": "", "h": "A"}


def small_spec(seed: int, *, goals: bool = False) -> str:
    """The text of a spec with one task, `job`, of a few subtasks and rules, which can all be read.

    With `goals`, some rules ask for something for some keys, or after something else.
    """
    for tried in count():
        text = _drawn(Random(f"{'goals' if goals else 'small'} {seed} {tried}"), goals)
        if not any(d.severity is Severity.ERROR for d in lint_text(text, "small", Path()).diagnostics):
            return text
    raise AssertionError


def _drawn(random: Random, goals: bool) -> str:
    lines = ["type A", "type B", "type C < A" if random.random() < 0.2 else "type C"]
    lines += ["record R:", "    a: A", "    b: Optional[B]", "    ok: Bool"]
    if random.random() < 0.2:
        lines += ["enum K:", "    one", "    two"]
    if random.random() < 0.2:
        lines.append('constant some: N = "x"')
        lines.insert(0, "type N = Text")
    lines += [f"effect {name}({key})" if key else f"effect {name}" for name, key in _KEYS.items()]
    has_enum, has_text = "enum K:" in lines, "type N = Text" in lines
    subtasks = [_subtask(random, f"s{i}", has_enum, has_text) for i in range(random.randint(2, 5))]
    if random.random() < 0.25:
        twin = random.choice(subtasks)
        subtasks.append((f"s{len(subtasks)}", *twin[1:]))
    lines += [line for subtask in subtasks for line in _text(*subtask)]
    lines.append(f"subtask chk(p0: {random.choice('AAB')}) -> Bool")
    more = ("A", "B", "R", "Set[A] >= 1", "Set[B]", "List[A] >= 1", "Set[R] <= 3", "Optional[A]", "Map[A, B]", "Bool")
    inputs = ["x: A", *(["y: B"] if random.random() < 0.7 else [])]
    if random.random() < 0.8:
        inputs.append(random.choice(("zs: Set[A] >= 1 <= 4", "zs: Set[A]", "zs: Set[B] >= 2", "zs: List[A] >= 1")))
    inputs += [f"i{j}: {random.choice(more)}" for j in range(random.randint(0, 2))]
    results = ("C", "C", "Map[A, B]", "Map[A, C]", "List[A]", "List[B] >= 1", "Set[A]", "R", "B", "Optional[B]", "Bool")
    result = random.choice(results) if random.random() < (0.15 if goals else 0.4) else None
    lines.append(f"task job({', '.join(inputs)})" + (f" -> {result}" if result else "") + ":")
    rules = _rules(random, subtasks)
    if goals:
        # What is to be done for many takes a loop, and several steps.
        rules = random.sample(rules[3:], min(len(rules[3:]), random.choice((0, 0, 1, 2))))
        rules += [f"loops <= {random.choice((1, 1, 2))}", f"steps <= {random.choice((4, 5, 6, 7))}"]
        rules = list(dict.fromkeys([*_goals(random, subtasks, inputs, result), *rules]))
    return "\n".join([*lines, *(f"    {rule}" for rule in rules)]) + "\n"


_Subtask = tuple[str, list[str], str | None, list[str]]


def _subtask(random: Random, name: str, has_enum: bool, has_text: bool) -> _Subtask:
    wide: tuple[str, ...] = ("A", "B", "C", "R", "Map[A, B]", "List[A]", "Set[B]", "Set[A] >= 1", "Optional[B]")
    if has_enum:
        wide = (*wide, "K")
    if has_text:
        wide = (*wide, "N")
    arity = random.choice((0, 1, 1, 1, 2, 2))
    parameters = [random.choice(wide if random.random() < 0.35 else _PLAIN) for _ in range(arity)]
    if random.random() < 0.15:
        parameters.append(random.choice(("Optional[B] = None", "Int = 3", "Bool = True")))
    result = random.choice(
        ("A", "B", "C", "R", "Set[A]", "Set[B] >= 1", "Bool", "Map[A, B]", "Optional[A]", None, None)
    )
    clauses = []
    for effect in random.sample(list(_KEYS), random.choice((0, 1, 1, 1, 2))):
        key = _KEYS[effect]
        place = parameters.index(key) if key in parameters else 0
        path = f"p{place}"
        if key and key not in parameters:
            if "R" not in parameters or key != "A":
                continue
            path = f"p{parameters.index('R')}.a"
        verb = "may" if random.random() < 0.15 else "does"
        clauses.append(f"{verb} {effect}({path})" if key else f"{verb} {effect}")
    if random.random() < 0.2:
        clauses.append(f"cost {random.randint(1, 3)}")
    return name, parameters, result, clauses


def _text(name: str, parameters: list[str], result: str | None, clauses: list[str]) -> list[str]:
    listed = ", ".join(f"p{i}: {of}" for i, of in enumerate(parameters))
    head = f"subtask {name}({listed})" + (f" -> {result}" if result else "")
    return [head + ":", *(f"    {clause}" for clause in clauses)] if clauses else [head]


def _rules(random: Random, subtasks: list[_Subtask]) -> list[str]:
    events = [*_KEYS, *_KEYS, *(name for name, *_ in subtasks), "chk"]
    rules = [f"loops <= {random.choice((0, 1, 1, 1))}", f"branches <= {random.choice((0, 1, 1))}"]
    rules.append(f"steps <= {random.choice((2, 3, 3, 4, 4, 5))}")
    if random.random() < 0.8:
        sure = [c.split()[1].split("(")[0] for *_, clauses in subtasks for c in clauses if c.startswith("does")]
        wanted = random.choice([*sure, *sure, *(name for name, *_ in subtasks), "e"])
        rules.append(f"{random.choice(('at least', 'exactly'))} {random.choice((1, 1, 1, 2))} {wanted}")
    for _ in range(random.randint(1, 3)):
        a, b = random.sample(events, 2)
        if a == b:
            continue
        times = random.choice((1, 1, 1, 2))
        rules.append(
            random.choice((
                f"at least {times} {a}",
                f"at least 1 {a}",
                f"exactly {times} {a}",
                f"at most {random.randint(0, 2)} {a}",
                f"{a} before {b}",
                f"{a} before {b}",
                f"no {b} after {a}",
                f"not both {a}, {b}",
                "at most 1 e per A",
                "at most 1 f per B",
                f"no flow from {random.choice((a, 'A', 'B', 'x'))} to {b}",
                f"no flow from {a} to {b} except via {random.choice(subtasks)[0]}",
                f"cost <= {random.randint(0, 4)}",
                f"shape {random.choice(('tree', 'sequence'))}",
            ))
        )  # fmt: skip
    if random.random() < 0.4:
        rules.append(f"{random.choice('ehg')} only if chk(p0)" if random.random() < 0.8 else "e only if chk(_)")
    with_parameters = [name for name, parameters, *_ in subtasks if parameters]
    if with_parameters and random.random() < 0.3:
        source = random.choice([*(name for name, *_ in subtasks), "x", "inputs", "inputs, constants"])
        rules.append(f"{random.choice(with_parameters)}.p0 from {source}")
    return list(dict.fromkeys(rules))


def _goals(random: Random, subtasks: list[_Subtask], inputs: list[str], result: str | None) -> list[str]:
    """One to three rules with keys, or that ask for something."""
    asked = [_asked(random, subtasks, inputs)] if random.random() < 0.7 else []
    further = [_further(random, subtasks, result) for _ in range(random.randint(1 - len(asked), 2))]
    return [*asked, *further]


def _having(subtasks: list[_Subtask], of: str) -> list[str]:
    """The events that have a key of a type, and no other one of it; those that somebody does come often."""
    done = [clause.split()[1].split("(")[0] for *_, clauses in subtasks for clause in clauses]
    effects = [name for name in [*_KEYS, *done, *done, *done] if _KEYS.get(name) == of]
    called = [name for name, parameters, *_ in subtasks if parameters.count(of) == 1]
    return [*effects, *called, *called]


def _asked(random: Random, subtasks: list[_Subtask], inputs: list[str]) -> str:
    """Something for each element of an input, or of what a subtask gives."""
    makers = [f"{name}: {result}" for name, _, result, _ in subtasks if result and result != "Bool"]
    name, given = random.choice([*inputs, *inputs, *makers]).split(": ")
    path, of = (f"{name}.a", "A") if given == "R" else (name, given.split("[")[-1].split(",")[0].split("]")[0])
    events = _having(subtasks, of)
    event = random.choice(events or ["e"])
    rule = f"{random.choice(('at least 1', 'at least 1', 'exactly 1', 'at least 2'))} {event} per {of} in {path}"
    return _waived(random, rule, events)


def _further(random: Random, subtasks: list[_Subtask], result: str | None) -> str:
    of = random.choice("AAB")
    events = _having(subtasks, of)
    a, b = random.choice(events), random.choice(events)
    plain = random.choice([*_KEYS, *(name for name, *_ in subtasks)])
    rules = [f"{a} before {b} per {of}", f"{a} before {b} per {of}", _waived(random, f"{a} then {b} per {of}", events)]
    rules += [f"{plain} then {b}", _waived(random, f"chk(p0) then {a}", events), f"chk(_) then {plain}"]
    if result:
        sources = random.sample([*(name for name, *_ in subtasks), "inputs"], 2)
        rules.append(f"return from {', '.join(sources[: random.randint(1, 2)])}")
    return random.choice(rules)


def _waived(random: Random, rule: str, events: list[str]) -> str:
    return f"{rule} unless {random.choice([*events, 'g'])}" if random.random() < 0.25 else rule
