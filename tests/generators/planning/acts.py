"""What hidden compositions are put together from. Each act calls something and says which rules ask for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tests.generators.planning.draft import Draft, Value
from tests.generators.planning.words import ACT, CHECK, LIST, MAKE, MERGE


def must_happen(draft: Draft, event: str, times: int = 1) -> None:
    """Asks for an event."""
    exactly = [f"exactly {times} {event}"] if draft.random.random() < 0.5 else []
    draft.musts.append([*exactly, f"at least {times} {event}", f"at least 1 {event}"])


def act_on(draft: Draft, value: Value, *more: Value, effect: str = "", asked: bool = True) -> str:
    """Calls something with an effect on a value, and gives the effect's name."""
    keys = [value.type] if not value.head and draft.random.random() < 0.8 else []
    if effect:
        keys = list(draft.effects[effect])
    name = effect or draft.effect(keys)
    both: list[tuple[str, Sequence[int]]] = [(name, [0] if keys else [])]
    if draft.random.random() < 0.15:
        both.append((draft.effect(), []))
    draft.call(ACT, [value, *more], None, both)
    if asked:
        must_happen(draft, name)
    return name


def chain(draft: Draft) -> None:
    """One call makes what the next one takes."""
    value = draft.thing()
    for _ in range(draft.random.choice((2, 3, 3, 4, 5, 7, 9))):
        more = [draft.thing()] if draft.random.random() < 0.3 else []
        value = draft.made([value, *more])
    draft.wanted.append(value)


def same_type(draft: Draft) -> None:
    """Steps on one kind of thing, told apart by rules of order alone."""
    first = draft.thing()
    value, before = draft.made([first]), ""
    for _ in range(draft.random.choice((2, 3, 4, 6))):
        effect = draft.effect([value.type])
        made = draft.call(MAKE, [value], value.type, [(effect, [0])])
        assert made is not None
        value = made
        must_happen(draft, effect)
        if before:
            draft.musts.append([f"{before} before {effect}"])
        before = effect
    draft.wanted.append(value)


def diamond(draft: Draft) -> None:
    """Two results of one value, brought together."""
    first = draft.made([draft.thing()])
    sides = [draft.made([first]) for _ in range(draft.random.choice((2, 2, 3)))]
    if draft.random.random() < 0.5:
        sides[0] = draft.made([sides[0]])
    whole = draft.call(MERGE, sides, draft.type())
    assert whole is not None
    draft.wanted.append(whole)


def parts_of_record(draft: Draft) -> None:
    """Something with fields is fetched, and its fields are used."""
    whole = draft.made([draft.thing()], draft.record())
    fields = [v for v in draft.with_fields(whole)[1:] if not v.head]
    used = draft.random.sample(fields, min(len(fields), draft.random.randint(1, 2))) or [whole]
    draft.wanted.append(draft.made([*used, draft.thing()] if draft.random.random() < 0.4 else used))


def if_there(draft: Draft) -> None:
    """What may be missing: one way with it, another one without it."""
    thing = draft.thing()
    inner = draft.type()
    found = draft.made([thing], f"Optional[{inner}]")
    effect = draft.effect([thing.type])
    with draft.block(f"if {found.text} is not None:", Value(found.text, inner, found.maker)):
        act_on(draft, thing, Value(found.text, inner, found.maker), effect=effect, asked=False)
    with draft.block("else:"):
        special = draft.effect()
        draft.call(ACT, [thing], None, [(effect, [0]), (special, [])])
        draft.extras.append([f"{found.maker} before {special}"])
    must_happen(draft, effect)


def if_checked(draft: Draft) -> None:
    """A check decides between two ways; at least one of its arms may only follow the right answer."""
    thing = draft.thing()
    answer = draft.call(CHECK, [thing], "Bool")
    assert answer is not None
    check, label = answer.maker, draft.called[-1].parameters[0]
    common, yes, no = draft.effect(), draft.effect([thing.type]), draft.effect()
    with draft.block(f"if {answer.text}:"):
        draft.call(ACT, [thing], None, [(common, []), (yes, [0])])
    with draft.block("else:"):
        draft.call(ACT, [thing], None, [(common, []), (no, [])])
    must_happen(draft, common)
    draft.musts.append([f"{yes} only if {check}({label})"])
    draft.extras += [[f"not both {yes}, {no}"], [f"{check} before {no}"]]


def chain_in(draft: Draft, element: Value, length: int) -> Value:
    """Calls on an element, each on what the last one gave."""
    value = element
    for _ in range(length):
        more = [draft.random.choice((element, draft.thing()))] if draft.random.random() < 0.4 else []
        value = draft.made([value, *more])
    return value


def into_map(draft: Draft, over: Value | None = None) -> Value:
    """Every element's result, made by one to four calls, in a map."""
    over = over or draft.collection()
    name = draft.accumulator("{}")
    with draft.loop(over) as element:
        value = chain_in(draft, element, draft.random.choice((0, 0, 1, 2, 3)))
        of, store = draft.type(), f"{name}[{element.text}] = {{}}"
        more = [element] if value != element and draft.random.random() < 0.5 else []
        draft.call(MAKE, [value, *more], of, store=store)
    return draft.filled(Value(name, f"Map[{over.inside}, {of}]"))


def map_result(draft: Draft) -> None:
    """A map that becomes the result, or that one call makes something of."""
    table = into_map(draft)
    if draft.result is None and draft.random.random() < 0.5:
        draft.result = table.type
        draft.wanted.append(table)
        return
    whole = draft.call(MERGE, [table], draft.type())
    assert whole is not None
    draft.wanted.append(whole)


def into_list(draft: Draft) -> None:
    """Every element's result in a list, or what is in lists of lists."""
    over = draft.collection()
    nested = draft.random.random() < 0.3
    name = draft.accumulator("[]")
    with draft.loop(over) as element:
        of = draft.type()
        if nested:
            inner = draft.call(LIST, [element], f"List[{draft.type()}]")
            assert inner is not None
            with draft.loop(inner) as part:
                draft.call(MAKE, [part, element], of, store=f"{name}.append({{}})")
        else:
            value = chain_in(draft, element, draft.random.choice((0, 1, 2)))
            draft.call(MAKE, [value], of, store=f"{name}.append({{}})")
    items = draft.filled(Value(name, f"List[{of}]"))
    whole = draft.call(MERGE, [items], draft.type())
    assert whole is not None
    draft.wanted.append(whole)


def act_on_each(draft: Draft) -> None:
    """Something is done to every element, perhaps with a guard, never twice."""
    over = draft.collection()
    with draft.loop(over) as element:
        value = chain_in(draft, element, draft.random.choice((0, 0, 1, 2)))
        common = draft.effect([element.type])
        if draft.random.random() < 0.5:
            answer = draft.call(CHECK, [element], "Bool")
            assert answer is not None
            label = draft.called[-1].parameters[0]
            guarded = draft.effect([element.type])
            with draft.block(f"if {answer.text}:"):
                more = [value] if value != element else []
                draft.call(ACT, [element, *more], None, [(common, [0]), (guarded, [0])])
            with draft.block("else:"):
                act_on(draft, element, effect=common, asked=False)
            draft.musts.append([f"{guarded} only if {answer.maker}({label})"])
            draft.extras.append([f"at most 1 {guarded} per {element.type}"])
        else:
            act_on(draft, element, *([value] if value != element else []), effect=common, asked=False)
    draft.musts.append([f"at least 1 {common}", f"at most 1 {common} per {element.type}"])
    draft.extras.append([f"at most 1 {common} per {element.type}", f"at most 2 {common} per {element.type}"])


def two_loops(draft: Draft) -> None:
    """A loop that gathers, and one after it that acts on what has been gathered: the order matters."""
    over = draft.collection()
    table = into_map(draft, over)
    gathered = draft.called[-1].subtask
    value_type = table.type.split(", ", 1)[1][:-1]
    whole: Value | None = None
    if draft.random.random() < 0.6:
        whole = draft.call(MERGE, [table], draft.type())
    second = Value(table.text, f"Set[{table.inside}]", sure=over.sure) if draft.random.random() < 0.3 else over
    with draft.loop(second) as element:
        held = Value(f"{table.text}[{element.text}]", value_type, gathered)
        effect = act_on(draft, element, held, *([whole] if whole else []), asked=False)
    draft.musts.append([f"at least 1 {effect}", f"at most 1 {effect} per {element.type}"])
    draft.extras += [[f"{whole.maker if whole else gathered} before {effect}"], [f"no {gathered} after {effect}"]]
    if whole:
        label = draft.called[-1].parameters[2]
        draft.extras.append([f"{draft.called[-1].subtask}.{label} from {whole.maker}"])


def carried(draft: Draft) -> None:
    """Values from one loop are needed in a later one, whose results are the end."""
    over = draft.collection()
    first = into_map(draft, over)
    of = first.type.split(", ", 1)[1][:-1]
    name = draft.accumulator("{}")
    result = draft.type()
    whole = draft.call(MERGE, [first], draft.type()) if draft.random.random() < 0.5 else None
    with draft.loop(over) as element:
        arguments = [Value(f"{first.text}[{element.text}]", of), *([whole] if whole else [])]
        draft.call(MAKE, arguments, result, store=f"{name}[{element.text}] = {{}}")
    table = draft.filled(Value(name, f"Map[{over.inside}, {result}]"))
    if draft.result is None:
        draft.result = table.type
        draft.wanted.append(table)
    else:
        act_on(draft, table)


def cleared(draft: Draft) -> None:
    """What is secret reaches the public only through one call."""
    secret = draft.made([draft.thing()])
    if draft.random.random() < 0.5:
        secret = draft.made([secret])
    note = draft.made([secret])
    effect = act_on(draft, note, draft.thing()) if draft.random.random() < 0.5 else act_on(draft, note)
    draft.musts.append([f"no flow from {secret.type} to {effect} except via {note.maker}"])
    draft.extras.append([f"{draft.called[-1].subtask}.{draft.called[-1].parameters[0]} from {note.maker}"])


def plain_tools(draft: Draft) -> None:
    """Tools as servers describe them: texts and numbers, one of which depends on what another one said."""
    owner, number = draft.input("Text"), draft.input("Int")
    answer = draft.made([owner, number], draft.random.choice(("Text", "Int")))
    effect = act_on(draft, owner, answer)
    name = draft.called[-1].subtask
    draft.musts.append([f"{answer.maker} before {effect}"])
    draft.extras.append([f"{name}.{draft.called[-1].parameters[1]} from {answer.maker}"])


def constant(draft: Draft) -> None:
    """A named constant or a member of an enum is an argument."""
    of = draft.type() if draft.random.random() < 0.5 else ""
    if of and f"type {of} = Text" in draft.declarations:
        name = draft.words.once(f"default_{of.lower()}")
        draft.declarations.append(f'constant {name}: {of} = "x"')
        value = Value(name, of)
    else:
        name = draft.words.once("Level")
        draft.declarations.append(f"enum {name}:\n    low\n    middle\n    high")
        value = Value(f"{name}.{draft.random.choice(('low', 'middle', 'high'))}", name)
    draft.wanted.append(draft.made([draft.thing(), value]))


ACTS: tuple[Callable[[Draft], None], ...] = (
    chain,
    same_type,
    diamond,
    parts_of_record,
    if_there,
    if_checked,
    map_result,
    into_list,
    act_on_each,
    two_loops,
    carried,
    cleared,
    plain_tools,
    constant,
)
