"""Small random specs, many of which no composition satisfies."""

from __future__ import annotations

from random import Random

_TYPES = ("A", "B", "C", "R")
_GIVEN = (
    "A", "B", "C", "R", "Set[A]", "Set[A] >= 1", "Set[A] >= 2 <= 2", "Set[B]", "Set[B] >= 1 <= 3", "List[C] >= 1",
    "List[B]", "Optional[A]", "Optional[B]", "Map[A, B]", "Map[A, C] >= 1", "Colour", "Set[R] <= 3",
)  # fmt: skip
_TAKEN = (*_TYPES, *_TYPES, "List[A]", "List[B] >= 1", "Map[A, B]", "Optional[C]", "Colour", "List[C] >= 2")
_MADE = ("A", "B", "C", "R", "Bool", "Set[A]", "Set[B] >= 1", "Map[A, B]", "Optional[C]", "List[C]", None, None)
_KEYS = {"e": "A", "f": "B"}
_HEAD = """type A
type B
type C
enum Colour:
    red
    blue
record R:
    a: A
    b: Optional[B]
    ok: Bool
effect e(A)
effect f(B)
effect g
"""


def small_spec(random: Random, *, bounded: bool = True) -> str:
    """A spec with the task `t`; `bounded` compositions have few steps, so that all of them can be tried."""
    names = [f"s{i}" for i in range(random.randint(2, 5))]
    subtasks = [_subtask(random, name) for name in names]
    given = {f"i{j}": random.choice(_GIVEN) for j in range(random.randint(0, 3))}
    inputs = ", ".join(f"{name}: {of}" for name, of in given.items())
    result = random.choice((None, None, None, "C", "B", "Map[A, B]", "List[A]", "List[B] >= 1", "Optional[C]"))
    head = f"task t({inputs})" + (f" -> {result}" if result else "") + ":"
    rules = [_rule(random, names) for _ in range(random.randint(1, 5))]
    if random.random() < 0.4:
        rules.append(_keyed(random, subtasks, given))
    if bounded:
        rules += [f"steps <= {random.randint(3, 6)}", "loops <= 1", "branches <= 1"]
    lines = [*subtasks, "subtask chk(p0: A) -> Bool", head, *(f"    {rule}" for rule in dict.fromkeys(rules))]
    return _HEAD + "\n".join(lines) + "\n"


def _subtask(random: Random, name: str) -> str:
    taken = [random.choice(_TAKEN) for _ in range(random.randint(0, 2))]
    made = random.choice(_MADE)
    body = [f"    {_does(random, effect, taken)}" for effect in ("e", "f", "g") if random.random() < 0.35]
    body = [line for line in body if line.strip()]
    if random.random() < 0.3:
        body.append(f"    cost {random.randint(1, 3)}")
    parameters = [f"p{i}: {of}" for i, of in enumerate(taken)]
    if random.random() < 0.15:
        parameters.append("last: Optional[B] = None")
    head = f"subtask {name}({', '.join(parameters)})" + (f" -> {made}" if made else "")
    return "\n".join([head + ":", *body]) if body else head


def _does(random: Random, effect: str, taken: list[str]) -> str:
    verb = "may" if random.random() < 0.2 else "does"
    if effect not in _KEYS:
        return f"{verb} {effect}"
    if _KEYS[effect] in taken:
        return f"{verb} {effect}(p{taken.index(_KEYS[effect])})"
    if "R" in taken and effect == "e":
        return f"{verb} e(p{taken.index('R')}.a)"
    return ""


def _keyed(random: Random, subtasks: list[str], given: dict[str, str]) -> str:
    """A rule with keys, of an effect or of a subtask that has one such parameter."""
    of = random.choice("AB")
    takers = [line.split("(")[0].removeprefix("subtask ") for line in subtasks if line.count(f": {of}") == 1]
    takers += [effect for effect, key in _KEYS.items() if key == of]
    a, b = random.choice(takers), random.choice(takers)
    begins = (f"Set[{of}]", f"Map[{of},", f"Optional[{of}]")
    of_inputs = [name for name, t in given.items() if t == of or t.startswith(begins)]
    lines = [f"{a} before {b} per {of}", f"{a} then {b} per {of}", f"{a} then {b}"]
    lines += [f"at least {random.randint(1, 2)} {a} per {of} in {name}" for name in of_inputs] * 2
    line = random.choice(lines)
    return f"{line} unless {b}" if " before " not in line and random.random() < 0.2 else line


def _rule(random: Random, names: list[str]) -> str:
    events = ["e", "f", "g", *names]
    a, b = random.sample(events, 2)
    n = random.randint(1, 3)
    first, second = random.choice(names), random.choice(names)
    return random.choice(
        (
            f"at least {n} {a}",
            f"at least 1 {a}",
            f"at least 1 {a}",
            f"exactly {n} {a}",
            f"exactly 1 {a}",
            f"at most {n} {a}",
            f"at most {random.randint(0, 1)} {a}",
            f"{a} before {b}",
            f"{a} before {b}",
            f"no {b} after {a}",
            f"not both {a}, {b}",
            "at most 1 e per A",
            "at most 1 f per B",
            "e only if chk(p0)",
            f"{first}.p0 from {second}",
            f"{first}.p0 from inputs, {second}",
            f"no flow from {random.choice('ABC')} to {first}",
            f"no flow from {second} to {first}",
            f"no flow from A to {first} except via {second}",
            f"cost <= {random.randint(0, 4)}",
            f"steps <= {random.randint(1, 4)}",
            "loops <= 0",
            "branches <= 0",
            "shape sequence",
            "shape tree",
        )
    )
