"""Compositions that are much work."""

from __future__ import annotations

from tests.generators.nasty.draft import DEEP, Draft, Shape


def calls(draft: Draft, room: int) -> None:
    call = draft.random.choice(("f(x)", "two(x, None)", "two(None, x)", "f(g(x))", "f(secret())"))
    draft.body += [call] * (room // 13)


def nested_calls(draft: Draft, room: int) -> None:
    draft.body += [f"f({'g(' * DEEP}x{')' * DEEP})"] * (room // 110)


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
        for depth in range(DEEP):
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
        names = [f"a{draft.next()}" for _ in range(DEEP)]
        for depth, name in enumerate(names):
            draft.body.append(f"{'    ' * depth}for {name} in {draft.random.choice(('xs', 'ls(x)'))}:")
        draft.body.append(f"{'    ' * DEEP}f({names[-1]})")


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


def guarded(draft: Draft, room: int) -> None:
    """What rules ask for and what they ask it after, each under a test of its own or under one and the same."""
    first, second = draft.random.choice((("ok(x)", "ok(x)"), ("same", "same"), ("ok(x)", "x == y"), ("x != y", "same")))
    draft.body += ["same = ok(x)", "y = g(x)"]
    for _ in range(room // 70):
        draft.body += [f"if {first}:", "    f(x)", f"if {second}:", f"    y{draft.next()} = g(y)"]


def gathered(draft: Draft, room: int) -> None:
    """Lists and maps of all elements of one collection, each with all that is known of the others."""
    map_ = draft.random.random() < 0.5
    for _ in range(room // 130):
        i = draft.next()
        draft.body += [f"l{i} = {'{}' if map_ else '[]'}", f"for a{i} in xs:", f"    f(a{i})"]
        draft.body.append(f"    l{i}[a{i}] = a{i}" if map_ else f"    l{i}.append(a{i})")
        read = f"l{i}[b{i}]" if map_ else f"b{i}"
        draft.body += [f"for b{i} in l{i}:", f"    c{i} = g({read})"]


def compared(draft: Draft, room: int) -> None:
    """Values that are all equal to each other, or all differ."""
    test = draft.random.choice(("!=", "=="))
    draft.body.append("z = g(x)")
    before = "z"
    for _ in range(room // 65):
        name = f"z{draft.next()}"
        draft.body += [f"{name} = g(x)", f"if {name} {test} {before}:", "    return", f"f({name})"]
        before = name


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


BODIES: tuple[Shape, ...] = (
    *(calls, nested_calls, ifs, nested_ifs, choices, loops, nested_loops, ifs_in_loops),
    *(maps, open_maps, growing, aliases, parts, mistakes),
)

KEYED_BODIES: tuple[Shape, ...] = (guarded, gathered, compared)
"""Those that are much work under rules that ask about each key."""
