"""Families of goals for all elements of a collection."""

from __future__ import annotations

from p2c_dsl.planners.small import wording
from p2c_dsl.planners.small.cast import Cast
from p2c_dsl.planners.small.draft import DraftValue
from p2c_dsl.planners.small.wording import article
from p2c_dsl.program import Test
from p2c_dsl.types import ListOf, MapOf, SetOf


def act_on_each(cast: Cast) -> None:
    """Do one thing with every element; a similar subtask does another."""
    each = cast.group()
    verbs = wording.TELL if cast.chance.random() < 0.5 else wording.ACT
    deed = cast.act(each, verbs=verbs)
    cast.rival(each)
    with cast.draft.loop(each.given()) as element:
        cast.draft.call(deed.contract, element)
    cast.say(f"{deed.said} every {each.one}", f"{deed.said} all {each.all}", f"{deed.said} each {each.one}")


def hand_to_each(cast: Cast) -> None:
    """Look something up for every element and hand it to that very element."""
    each, paper = cast.group(), cast.paper()
    found = cast.learn(each, paper.type, paper.noun, wording.FIND, f"the {paper.one} of {article(each.one)}")
    give = cast.give(paper, each)
    with cast.draft.loop(each.given()) as element:
        held = cast.draft.call(found.contract, element)
        cast.hand(give.contract, element, held)
    cast.say(
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
    cast.rival(wish)
    table = cast.draft.table(each.type, answer, ask.contract.name)
    with cast.draft.loop(each.given()) as element:
        cast.draft.put(table, element, ask.contract, element)
    chosen = cast.draft.call(choose.contract, table)
    cast.draft.call(act.contract, chosen)
    cast.say(
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
    cast.hand(give.contract, to.given(), made)
    cast.say(
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
        cast.say(
            f"{then.said} every {each.one} that {says}, and no other",
            f"{then.said} only the {each.all} of which each {says}",
        )
    elif shape == "else":
        cast.say(
            f"{orelse.said} every {each.one} unless it {says}",
            f"{orelse.said} each {each.one} that {says} not",
        )
    else:
        cast.say(
            f"{then.said} every {each.one} that {says}, and {orelse.said} the others",
            f"if {article(each.one)} {says}, {then.said} it, otherwise {orelse.said} it",
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
    cast.say(
        f"{act.said} the {found.one} of every {each.one} that has one",
        f"for each {each.one}, {find.said} the {found.one} and {act.said} it, if there is one",
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
    cast.say(
        f"{act.said} every {part.one} of every {each.one}",
        f"for each {each.one}, {find.said} the {part.all} and {act.said} all of them",
    )


def act_on_fields(cast: Cast) -> None:
    """Do something for whom each record names."""
    owner = cast.somebody()
    each = cast.group(of=cast.book(owner))
    deed = cast.act(owner, verbs=wording.TELL)
    cast.rival(owner)
    with cast.draft.loop(each.given()) as element:
        held = DraftValue(f"{element.text}.{owner.noun}", owner.type, element.source)
        cast.draft.call(deed.contract, held)
    cast.say(
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
    cast.say(
        f"first {get.said} the {part.one} of every {each.one}, then {act.said} them all",
        f"{act.said} the {part.all} of all {each.all} once all are found",
    )
