"""Families of goals: each adds subtasks, lines and a sentence to a draft, and they can follow each other.

The sentence says what the rules alone do not enforce: that everybody is reached, what depends on what, and which of two
similar subtasks is meant.
"""

from __future__ import annotations

from collections.abc import Callable

from p2c_dsl.planners.small import wording
from p2c_dsl.planners.small.cast import Cast, Named
from p2c_dsl.planners.small.draft import Contract, Value
from p2c_dsl.planners.small.wording import article
from p2c_dsl.program import Test
from p2c_dsl.types import ListOf, MapOf, SetOf

Family = Callable[[Cast], None]


def act_on_each(cast: Cast) -> None:
    """Do one thing with every element; a similar subtask does another."""
    each = cast.group()
    verbs = wording.TELL if cast.chance.random() < 0.5 else wording.ACT
    deed = cast.act(each, verbs=verbs)
    _rival(cast, each)
    with cast.draft.loop(each.given()) as element:
        cast.draft.call(deed.contract, element)
    _say(cast, f"{deed.said} every {each.one}", f"{deed.said} all {each.all}", f"{deed.said} each {each.one}")


def hand_to_each(cast: Cast) -> None:
    """Look something up for every element and hand it to that very element."""
    each, paper = cast.group(), cast.paper()
    found = cast.learn(each, paper.type, paper.noun, wording.FIND, f"the {paper.one} of {article(each.one)}")
    give = cast.give(paper, each)
    with cast.draft.loop(each.given()) as element:
        held = cast.draft.call(found.contract, element)
        _call_with(cast, give.contract, element, held)
    _say(
        cast,
        f"{give.said} every {each.one} their own {paper.one}",
        f"{found.said} the {paper.one} of every {each.one} and {give.said} it to them",
    )


def ask_and_choose(cast: Cast) -> None:
    """Ask everybody, choose what suits all, and act on the choice."""
    each, wish = cast.group(), cast.something()
    many = cast.chance.random() < 0.5
    answer = SetOf(wish.type) if many else wish.type
    about = f"{article(each.one)} for their {wish.all if many else wish.one}"
    ask = cast.learn(each, answer, cast.chance.choice((each.noun, wish.noun)), wording.ASK, about)
    choose = cast.from_all(MapOf(each.type, answer), wish, wish, wording.CHOOSE)
    act = cast.act(wish)
    _rival(cast, wish)
    table = cast.draft.table(each.type, answer, ask.contract.name)
    with cast.draft.loop(each.given()) as element:
        cast.draft.put(table, element, ask.contract, element)
    chosen = cast.draft.call(choose.contract, table)
    cast.draft.call(act.contract, chosen)
    _say(
        cast,
        f"{ask.said} every {each.one}, {choose.said} one {wish.one} and {act.said} it",
        f"{act.said} one {wish.one} that suits all {each.all}",
        f"{act.said} the {wish.one} that comes out when every {each.one} was asked",
    )


def gather_and_report(cast: Cast) -> None:
    """Collect something from every element in a list, make one thing of it, and send that."""
    each, part, whole = cast.group(), cast.paper(), cast.paper()
    to = cast.single()
    about = f"the {part.one} of {article(each.one)}"
    get = cast.learn(each, part.type, part.noun, wording.FIND, about)
    merge = cast.from_all(ListOf(part.type), part, whole, wording.MERGE)
    give = cast.give(whole, to)
    items = cast.draft.items(part.type, get.contract.name)
    with cast.draft.loop(each.given()) as element:
        cast.draft.put(items, None, get.contract, element)
    made = cast.draft.call(merge.contract, items)
    _call_with(cast, give.contract, to.given(), made)
    _say(
        cast,
        f"{get.said} the {part.one} of every {each.one}, {merge.said} {article(whole.one)} "
        f"and {give.said} it to the {to.one}",
        f"{give.said} the {to.one} one {whole.one} about the {part.all} of all {each.all}",
    )


def check_each(cast: Cast) -> None:
    """Do something with those elements for which a check holds, and perhaps another thing with the others."""
    each = cast.group()
    check, says = cast.check(each)
    then, orelse = cast.act(each), cast.act(each)
    shape = cast.chance.choice(("then", "else", "both"))
    with cast.draft.loop(each.given()) as element:
        answer = cast.draft.call(check, element)
        if shape == "else":
            with cast.draft.when(answer, Test.FALSE):
                cast.draft.call(orelse.contract, element)
        else:
            with cast.draft.when(answer):
                cast.draft.call(then.contract, element)
            if shape == "both":
                with cast.draft.otherwise():
                    cast.draft.call(orelse.contract, element)
    if shape == "then":
        _say(
            cast,
            f"{then.said} every {each.one} that {says}, and no other",
            f"{then.said} only the {each.all} of which each {says}",
        )
    elif shape == "else":
        _say(
            cast,
            f"{orelse.said} every {each.one} unless it {says}",
            f"{orelse.said} each {each.one} that {says} not",
        )
    else:
        _say(
            cast,
            f"{then.said} every {each.one} that {says}, and {orelse.said} the others",
            f"if {article(each.one)} {says}, {then.said} it, otherwise {orelse.said} it",
        )


def change_and_send(cast: Cast) -> None:
    """Turn one thing into another, and that into a third, and act on the last."""
    start, middle, last = cast.single(), cast.paper(), cast.paper()
    first = cast.learn(
        start, middle.type, middle.noun, wording.FIND, f"the {middle.one} of {article(start.one)}"
    )
    about = f"{article(middle.one)} into {article(last.one)}"
    second = cast.learn(middle, last.type, middle.noun, wording.CHANGE, about)
    act = cast.give(last, start) if cast.chance.random() < 0.5 else cast.act(last)
    one = cast.draft.call(first.contract, start.given())
    other = cast.draft.call(second.contract, one)
    if len(act.contract.parameters) == 2:
        _call_with(cast, act.contract, start.given(), other)
        done = f"{act.said} it to the {start.one}"
    else:
        cast.draft.call(act.contract, other)
        done = f"{act.said} it"
    _say(
        cast,
        f"{first.said} the {middle.one} of the {start.one}, {second.said} it and {done}",
        f"{second.said} the {middle.one} of the {start.one} into {article(last.one)} and {done}",
    )


def choose_a_way(cast: Cast) -> None:
    """Do one thing or another, as a check of the one input says."""
    one = cast.single()
    check, says = cast.check(one)
    then, orelse = cast.act(one), cast.act(one)
    answer = cast.draft.call(check, one.given())
    with cast.draft.when(answer):
        cast.draft.call(then.contract, one.given())
    with cast.draft.otherwise():
        cast.draft.call(orelse.contract, one.given())
    _say(
        cast,
        f"{then.said} the {one.one} if it {says}, and {orelse.said} it otherwise",
        f"if the {one.one} {says}, {then.said} it; if not, {orelse.said} it",
    )


def use_what_is_found(cast: Cast) -> None:
    """Look for something, and act on it only where there is one."""
    one, found = cast.single(), cast.something()
    find = cast.maybe(one, found)
    act = cast.act(found)
    other = cast.act(one) if cast.chance.random() < 0.5 else None
    result = cast.draft.call(find.contract, one.given())
    with cast.draft.when(result, Test.SOME) as present:
        cast.draft.call(act.contract, present)
    if other is None:
        _say(
            cast,
            f"{act.said} the {found.one} of the {one.one}, if there is one",
            f"{find.said} the {found.one} of the {one.one} and {act.said} it, if any",
        )
        return
    with cast.draft.otherwise():
        cast.draft.call(other.contract, one.given())
    _say(
        cast,
        f"{act.said} the {found.one} of the {one.one}; if there is none, {other.said} the {one.one}",
        f"{find.said} the {found.one} and {act.said} it, or {other.said} the {one.one} where there is none",
    )


def use_what_each_has(cast: Cast) -> None:
    """Look for something for every element, and act where there is one."""
    each, found = cast.group(), cast.something()
    find = cast.maybe(each, found)
    act = cast.act(found)
    with cast.draft.loop(each.given()) as element:
        result = cast.draft.call(find.contract, element)
        with cast.draft.when(result, Test.SOME) as present:
            cast.draft.call(act.contract, present)
    _say(
        cast,
        f"{act.said} the {found.one} of every {each.one} that has one",
        f"for each {each.one}, {find.said} the {found.one} and {act.said} it, if there is one",
    )


def act_on_listed(cast: Cast) -> None:
    """List what belongs to the one input, and act on all of it."""
    one, part = cast.single(), cast.something()
    collection = (SetOf if cast.chance.random() < 0.7 else ListOf)(part.type)
    find = cast.learn(
        one, collection, wording.plural(part.noun), wording.LIST, f"the {part.all} of {article(one.one)}"
    )
    act = cast.act(part)
    _rival(cast, part)
    found = cast.draft.call(find.contract, one.given())
    with cast.draft.loop(found) as element:
        cast.draft.call(act.contract, element)
    _say(
        cast,
        f"{act.said} all {part.all} of the {one.one}",
        f"{find.said} the {part.all} of the {one.one} and {act.said} each",
    )


def act_on_nested(cast: Cast) -> None:
    """For every element, act on all that belongs to it."""
    each, part = cast.group(), cast.something()
    about = f"the {part.all} of {article(each.one)}"
    find = cast.learn(each, SetOf(part.type), wording.plural(part.noun), wording.LIST, about)
    act = cast.act(part)
    with cast.draft.loop(each.given()) as element:
        found = cast.draft.call(find.contract, element)
        with cast.draft.loop(found) as inner:
            cast.draft.call(act.contract, inner)
    _say(
        cast,
        f"{act.said} every {part.one} of every {each.one}",
        f"for each {each.one}, {find.said} the {part.all} and {act.said} all of them",
    )


def act_on_fields(cast: Cast) -> None:
    """Do something for whom each record names."""
    owner = cast.somebody()
    each = cast.group(of=cast.book(owner))
    deed = cast.act(owner, verbs=wording.TELL)
    _rival(cast, owner)
    with cast.draft.loop(each.given()) as element:
        held = Value(f"{element.text}.{owner.noun}", owner.type, element.source)
        cast.draft.call(deed.contract, held)
    _say(
        cast,
        f"{deed.said} the {owner.one} of every {each.one}",
        f"for each {each.one}, {deed.said} its {owner.one}",
    )


def collect_then_act(cast: Cast) -> None:
    """Collect something for every element first, then act on each with what was collected for it."""
    each, part = cast.group(fresh=True), cast.something()
    get = cast.learn(each, part.type, part.noun, wording.FIND, f"the {part.one} of {article(each.one)}")
    act = cast.act(part)
    table = cast.draft.table(each.type, part.type, get.contract.name)
    with cast.draft.loop(each.given()) as element:
        cast.draft.put(table, element, get.contract, element)
    with cast.draft.loop(table) as key:
        cast.draft.call(act.contract, table.item(key))
    _say(
        cast,
        f"first {get.said} the {part.one} of every {each.one}, then {act.said} them all",
        f"{act.said} the {part.all} of all {each.all} once all are found",
    )


def confirm_first(cast: Cast) -> None:
    """Do one thing with the one input before all else."""
    one = cast.single()
    deed = cast.act(one, verbs=(*wording.TELL, *wording.ASK))
    cast.draft.call(deed.contract, one.given())
    _say(cast, f"{deed.said} the {one.one} first", f"begin with this: {deed.said} the {one.one}")


def tell_last(cast: Cast) -> None:
    """Say in fixed words, or with a member of an enum, that it is done."""
    one = cast.single()
    chance = cast.chance
    if chance.random() < 0.5:
        noun = cast.words.paper()
        text = cast.draft.constant(f"final_{noun}", cast.draft.kind(noun, text=True), f"The {noun} is ready.")
        about = f"the {wording.spoken(text.text)}"
    else:
        noun = cast.words.paper()
        members = [cast.words.trait() for _ in range(chance.choice((2, 3)))]
        enum = cast.draft.enum(noun, members)
        member = chance.choice(members)
        text = Value(f"{enum.name}.{member}", enum, "constants")
        about = f"the {noun} {wording.spoken(member)}"
    deed = cast.give(Named(noun, text.type), one)
    _call_with(cast, deed.contract, one.given(), text)
    _say(cast, f"in the end {deed.said} the {one.one} {about}", f"last, {deed.said} {about} to the {one.one}")


def stop_if_found(cast: Cast) -> None:
    """Where something is found, act on it and do nothing else."""
    one, found = cast.single(), cast.something()
    find = cast.maybe(one, found)
    act = cast.act(one, [found])
    result = cast.draft.call(find.contract, one.given())
    with cast.draft.when(result, Test.SOME) as present:
        cast.draft.call(act.contract, one.given(), present)
        cast.draft.stop()
    _say(
        cast,
        f"if {article(found.one)} is found for the {one.one}, only {act.said} the {one.one}",
        f"{act.said} the {one.one} and stop if there is {article(found.one)}",
    )


FIRST: tuple[Family, ...] = (confirm_first, stop_if_found)
MAIN: tuple[Family, ...] = (
    act_on_each,
    hand_to_each,
    ask_and_choose,
    gather_and_report,
    check_each,
    change_and_send,
    choose_a_way,
    use_what_is_found,
    use_what_each_has,
    act_on_listed,
    act_on_nested,
    act_on_fields,
    collect_then_act,
)
LAST: tuple[Family, ...] = (tell_last, act_on_each)


def distract(cast: Cast) -> None:
    """Subtasks that nobody asks for."""
    group = cast.members()
    for _ in range(cast.chance.choice((0, 0, 1, 1, 2))):
        _rival(cast, cast.chance.choice(group) if group else cast.single())


def _rival(cast: Cast, on: Named) -> None:
    if cast.chance.random() < 0.5:
        cast.act(on, verbs=cast.chance.choice((wording.ACT, wording.ACT, wording.TELL)))


def _call_with(cast: Cast, contract: Contract, to: Value, what: Value) -> None:
    """A call of a subtask that hands `what` to `to`, in whichever order it takes them."""
    arguments = (to, what) if contract.parameters[0][1] == to.type else (what, to)
    cast.draft.call(contract, *arguments)


def _say(cast: Cast, *ways: str) -> None:
    cast.draft.sentences.append(cast.chance.choice(ways))
