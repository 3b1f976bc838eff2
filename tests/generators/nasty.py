"""Texts made to be much work: each is small, and multiplies, nests or repeats one of the language's means."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from random import Random

HEAD = """\
type U
type V < U
record R:
    u: U
    n: Int
effect e
effect k(U)
effect p(U, U)
subtask f(u: U):
    does e
    does k(u)
    cost 3
subtask g(u: U) -> U:
    may k(u)
subtask two(a: Optional[U], b: Optional[U]):
    does e
subtask ok(u: U) -> Bool
subtask us(u: U) -> Set[U] <= 9
subtask ls(u: U) -> List[U]
subtask opt(u: U) -> Optional[U]
subtask rec(u: U) -> R
subtask secret() -> V
"""
RULES = (
    "at most {n} e",
    "at most {n} k per U",
    "at most {n} two per a, b",
    "at least {n} e",
    "exactly {n} f",
    "g before f",
    "ok before e",
    "no g after f",
    "not both f, two",
    "f only if ok(u)",
    "k only if ok(u)",
    "f.u from g, x",
    "no flow from V to f",
    "no flow from ok to k except via g",
    "cost <= {n}",
    "steps <= {n}",
    "loops <= {n}",
    "branches <= {n}",
    "shape tree",
)
"""One line of each kind of rule."""
_DEEP = 34


@dataclass(slots=True)
class Draft:
    """A text in the making: what is declared, the task's rules, and the body of its composition."""

    random: Random
    declared: list[str] = field(default_factory=list)
    rules: list[str] = field(default_factory=list)
    body: list[str] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=count)

    def next(self) -> int:
        """A number for a name that nothing else has."""
        return next(self.numbers)

    def text(self, most: int) -> str:
        """The text, cut behind a whole line where it is longer than `most`."""
        rules = self.rules or ["shape dag"]
        lines = [*self.declared, "task t(x: U, xs: Set[U] <= 9):", *(f"    {r}" for r in rules)]
        lines += ["compose t(x, xs):", *(f"    {line}" for line in self.body or ["f(x)"])]
        text = HEAD + "\n".join(lines) + "\n"
        return (
            text if len(text.encode()) <= most else text.encode()[:most].rpartition(b"\n")[0].decode() + "\n"
        )


Shape = Callable[[Draft, int], None]
"""Adds what takes about so many bytes."""


# ---------------------------------------------------------------- bodies


def calls(draft: Draft, room: int) -> None:
    call = draft.random.choice(("f(x)", "two(x, None)", "two(None, x)", "f(g(x))", "f(secret())"))
    draft.body += [call] * (room // 13)


def nested_calls(draft: Draft, room: int) -> None:
    draft.body += [f"f({'g(' * _DEEP}x{')' * _DEEP})"] * (room // 110)


def ifs(draft: Draft, room: int) -> None:
    """Conditions one after the other: all different, all alike, or with arms that return."""
    kind = draft.random.choice(("new", "same", "return", "else", "none"))
    draft.body.append("same = ok(x)")
    for _ in range(room // 60):
        name = f"c{draft.next()}"
        match kind:
            case "same":
                draft.body += ["if same:", "    f(x)"]
            case "none":
                draft.body += [f"{name} = opt(x)", f"if {name} is not None:", f"    f({name})"]
            case _:
                draft.body += [
                    f"{name} = ok(x)",
                    f"if {name}:",
                    "    return" if kind == "return" else "    f(x)",
                ]
        if kind == "else":
            draft.body += ["else:", "    two(x, x)"]


def nested_ifs(draft: Draft, room: int) -> None:
    for _ in range(max(room // 4_000, 1)):
        for depth in range(_DEEP):
            draft.body.append(f"{'    ' * depth}if ok(x):")
            draft.body.append(f"{'    ' * depth}    f(x)")


def choices(draft: Draft, room: int) -> None:
    draft.body += ["if ok(x):", "    f(x)"]
    for _ in range(room // 30):
        draft.body += ["elif ok(x):", "    f(x)"]


def loops(draft: Draft, room: int) -> None:
    over = draft.random.choice(("xs", "us(x)", "ls(x)"))
    for _ in range(room // 45):
        name = f"a{draft.next()}"
        draft.body += [f"for {name} in {over}:", f"    f({name})"]


def nested_loops(draft: Draft, room: int) -> None:
    for _ in range(max(room // 5_000, 1)):
        names = [f"a{draft.next()}" for _ in range(_DEEP)]
        for depth, name in enumerate(names):
            draft.body.append(f"{'    ' * depth}for {name} in {draft.random.choice(('xs', 'ls(x)'))}:")
        draft.body.append(f"{'    ' * _DEEP}f({names[-1]})")


def ifs_in_loops(draft: Draft, room: int) -> None:
    for depth in range(12):
        draft.body.append(f"{'    ' * depth}for b{depth} in xs:")
    for _ in range(room // 180):
        draft.body += [f"{'    ' * 12}if ok(b{draft.random.randrange(12)}):", f"{'    ' * 13}f(x)"]


def maps(draft: Draft, room: int) -> None:
    for _ in range(room // 110):
        i = draft.next()
        draft.body += [f"m{i} = {{}}", f"for a{i} in xs:", f"    m{i}[a{i}] = ok(a{i})"]
        draft.body += [f"for b{i} in xs:", f"    if m{i}[b{i}]:", f"        f(b{i})"]


def open_maps(draft: Draft, room: int) -> None:
    """Many accumulators, none of them closed, and conditions that have to look at them all."""
    names = [f"m{draft.next()}" for _ in range(room // 40)]
    draft.body += [f"{name} = {{}}" for name in names] + ["for a in xs:"]
    for name in names:
        draft.body += ["    if ok(a):", f"        {name}[a] = x"]


def growing(draft: Draft, room: int) -> None:
    """Lists that are each as long as the square of the one before."""
    before = "xs"
    for _ in range(room // 90):
        i = draft.next()
        draft.body += [f"l{i} = []", f"for a{i} in {before}:", f"    for b{i} in {before}:"]
        draft.body.append(f"        l{i}.append(a{i})")
        before = f"l{i}"
    draft.body += [f"for z in {before}:", "    f(z)"]


def aliases(draft: Draft, room: int) -> None:
    before = "x"
    for _ in range(room // 20):
        name = f"y{draft.next()}"
        draft.body.append(f"{name} = {before}")
        before = name
    draft.body.append(f"f({before})")


def parts(draft: Draft, room: int) -> None:
    draft.body += ["r = rec(x)", *["f(r.u)"] * (room // 12)]


def mistakes(draft: Draft, room: int) -> None:
    wrong = (
        "f(nobody)",
        "x = g(x)",
        "f(1)",
        "nobody(x)",
        "f(xs)",
        "g",
        "f(x.u)",
        "for x in x:",
        "return 3",
        "f(x",
    )
    draft.body += [draft.random.choice(wrong) for _ in range(room // 14)]


# ---------------------------------------------------------------- declarations


def shared_records(draft: Draft, room: int) -> None:
    """Records each of which holds the next one twice, so that values have exponentially many parts."""
    depth = room // 35
    for i in range(depth):
        draft.declared += [f"record D{i}:", f"    a: D{i + 1}", f"    b: D{i + 1}"]
    draft.declared += [
        f"record D{depth}:",
        "    u: V",
        "subtask make() -> D0",
        "subtask take(d: D0):",
        "    does e",
    ]
    draft.body += ["d = make()", "take(d)", "take(d)"]


def record_chain(draft: Draft, room: int) -> None:
    length = room // 22
    for i in range(length):
        draft.declared += [f"record C{i}:", f"    a: C{i + 1}"]
    draft.declared += [
        f"record C{length}:",
        "    u: V",
        "subtask start() -> C0",
        "subtask end(c: C0):",
        "    does e",
    ]
    draft.body += ["c = start()", "end(c)", f"f(c{'.a' * 60}.u)"]


def endless_records(draft: Draft, room: int) -> None:
    length = room // 30
    held = draft.random.choice(("{}", "Set[{}] >= 1", "Map[Text, {}] >= 2", "Optional[{}]"))
    for i in range(length):
        draft.declared += [f"record E{i}:", f"    a: {held.format(f'E{(i + 1) % length}')}"]
    draft.declared += ["subtask whole() -> E0", "subtask use(v: E0):", "    does e"]
    draft.body += ["v = whole()", "use(v)"]


def wide(draft: Draft, room: int) -> None:
    """One thing with very many parts: an enum, a record, a subtask, an effect."""
    number = room // 60
    draft.declared += ["enum Big:", *(f"    big{i}" for i in range(number))]
    draft.declared += ["record Wide:", *(f"    w{i}: Big" for i in range(number)), "subtask wide() -> Wide"]
    parameters = ", ".join(f"p{i}: Optional[Big] = None" for i in range(number // 2))
    draft.declared.append(f"subtask many({parameters})")
    draft.body += ["w = wide()", *(["many(w.w0)"] * (room // 60)), "f(w)"]


def effects(draft: Draft, room: int) -> None:
    draft.declared += [f"effect e{i}(U)" for i in range(room // 30)]
    draft.declared += ["subtask anything(u: U):", "    may anything"]
    draft.body += ["anything(x)"] * (room // 30)


def keys(draft: Draft, room: int) -> None:
    """A rule for each combination of many keys, and calls with a mixture of values."""
    number = draft.random.randrange(4, 20)
    draft.declared.append(f"subtask keyed({', '.join(f'q{i}: Optional[U]' for i in range(number))})")
    draft.rules.append(f"at most 99999 keyed per {', '.join(f'q{i}' for i in range(number))}")
    draft.body += ["o = opt(x)", "s = secret()", "y = g(x)"]
    for _ in range(room // (3 * number + 12)):
        draft.body.append(f"keyed({', '.join(draft.random.choice('xosy') for _ in range(number))})")


def large(draft: Draft, room: int) -> None:
    number = "9" * draft.random.choice((1, 6, 17, 18, 30, 4_500))
    of = draft.random.choice(
        ("List[U] >= {}", "Set[U] >= {}", "Map[U, List[U] >= {}]", "List[U] <= {}", "Set[Bool] >= {}")
    )
    draft.declared += [f"subtask huge() -> {of.format(number)}", f"constant c: Int = {number}"]
    draft.rules += [f"at most {number} e", f"cost <= {number}", f"at least {number} f"]
    draft.body += ["for h in huge():", "    f(h)", "    for i in huge():", "        f(i)"]


def deep(draft: Draft, room: int) -> None:
    draft.declared.append(f"subtask deep() -> {'List[' * _DEEP}U{']' * _DEEP}")
    draft.declared.append(f"subtask deeper() -> {'Map[U, ' * _DEEP}U{']' * _DEEP}")
    draft.declared += ["subtask described():", '    """' + "x\n      y" * (room // 40) + '"""']
    draft.body += ["q = deep()", "q0 = deeper()"]
    for depth in range(12):
        draft.body.append(f"{'    ' * depth}for z{depth} in {f'z{depth - 1}' if depth else 'q'}:")
    draft.body.append(f"{'    ' * 12}f(x)")


def tasks(draft: Draft, room: int) -> None:
    """Many tasks under many rules: each of the rules holds for each of the tasks."""
    kinds = ("at most {n} e", "f.u from g, x", "no flow from x to f", "g before f", "at most {n} nobody")
    draft.declared += [
        "rules:",
        *(f"    {draft.random.choice(kinds).format(n=i)}" for i in range(room // 40)),
    ]
    for i in range(room // 60):
        draft.declared += [f"task t{i}(x: U):", "    cost <= 9", f"compose t{i}(x):", "    f(x)"]


def bad_rules(draft: Draft, room: int) -> None:
    """Rules that cannot be read, and names that nothing has."""
    wrong = (
        "at msot {n} e",
        "at most {n} nobody{n}",
        "f.q{n} from g",
        "{n} {n} {n}",
        "f{n} beefore g",
        "no flow from s{n} to f",
    )
    draft.rules += [draft.random.choice(wrong).format(n=draft.next()) for _ in range(room // 22)]
    draft.body += [f"unknown{draft.next()}(x)" for _ in range(room // 60)]


def files(draft: Draft, room: int) -> None:
    draft.declared[:0] = [f'use "nowhere{i}.p2c"' for i in range(room // 25)]


def letters(draft: Draft, room: int) -> None:
    """Names and texts from all over Unicode."""
    alphabet = "äßéλжक中あ𝔘ﬁ\u0301\u200d\u202e\ufeff'\"\\#0_ "
    for _ in range(room // 60):
        noise = "".join(draft.random.choice(alphabet) for _ in range(12))
        draft.declared.append(
            draft.random.choice(("type {}", "effect {}(U)", "# {}", 'constant k: Text = "{}"')).format(noise)
        )
        draft.body.append(draft.random.choice(("{}(x)", "f({})", "{} = g(x)", "x.{}")).format(noise))


BODIES: tuple[Shape, ...] = (
    *(calls, nested_calls, ifs, nested_ifs, choices, loops, nested_loops, ifs_in_loops),
    *(maps, open_maps, growing, aliases, parts, mistakes),
)
DECLARATIONS: tuple[Shape, ...] = (
    *(
        shared_records,
        record_chain,
        endless_records,
        wide,
        effects,
        keys,
        large,
        deep,
        tasks,
        bad_rules,
        files,
        letters,
    ),
)
SHAPES = BODIES + DECLARATIONS


def rules(draft: Draft, room: int) -> None:
    """Many rules of a few kinds, so that each step is judged by all of them."""
    kinds = draft.random.sample(RULES, draft.random.randrange(1, 4))
    draft.rules += [
        draft.random.choice(kinds).format(n=draft.random.randrange(400)) for _ in range(room // 20)
    ]


def nasty(random: Random, most: int = 10_000) -> str:
    """A text of up to `most` bytes of one to three shapes under a few rules, or under very many."""
    draft = Draft(random)
    shapes = random.sample(SHAPES, random.randrange(1, 4))
    share = (most - len(HEAD)) // (len(shapes) + 1)
    for shape in shapes:
        shape(draft, share)
    if random.random() < 0.5:
        rules(draft, share)
    draft.rules += [random.choice(RULES).format(n=random.randrange(9)) for _ in range(4)]
    return draft.text(most)


def of_shape(shape: Shape, seed: int, rule: str | None = None, most: int = 10_000) -> str:
    """A text of one shape alone, under one rule or under many."""
    draft = Draft(Random(seed))
    room = most - len(HEAD) - 100
    shape(draft, room if rule is not None else room // 2)
    if rule is None:
        rules(draft, room // 2)
    else:
        draft.rules.append(rule)
    return draft.text(most)
