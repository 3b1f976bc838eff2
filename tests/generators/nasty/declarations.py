"""Specs that are much work."""

from __future__ import annotations

from tests.generators.nasty.draft import DEEP, Draft, Shape


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
    draft.declared.append(f"subtask deep() -> {'List[' * DEEP}U{']' * DEEP}")
    draft.declared.append(f"subtask deeper() -> {'Map[U, ' * DEEP}U{']' * DEEP}")
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


DECLARATIONS: tuple[Shape, ...] = (
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
)
