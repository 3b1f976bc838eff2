"""Families of goals for all elements of a collection."""

from __future__ import annotations

from p2c_dsl.planners.small.generator import wording
from p2c_dsl.planners.small.generator.cast import Cast
from p2c_dsl.planners.small.generator.draft import DraftValue
from p2c_dsl.planners.small.generator.wording import article
from p2c_dsl.program import Test
from p2c_dsl.types import ListOf, MapOf, SetOf


def act_on_each(cast: Cast) -> None:
    """Act on every element; a similar subtask is a distractor."""
    each = cast.group()
    verbs = wording.TELL if cast.rng.random() < 0.5 else wording.ACT
    action = cast.act(each, verbs=verbs)
    cast.maybe_add_distractor(each)
    with cast.draft.loop(each.require_value()) as element:
        cast.draft.call(action.subtask, element)
    cast.describe(
        f"{action.phrase} every {each.singular}",
        f"{action.phrase} all {each.plural}",
        f"{action.phrase} each {each.singular}",
        f"no {each.singular} is left out: {action.phrase} them all",
        f"there are some {each.plural}, and all of them are to be served: {action.phrase} each",
        vague=f"do what is due for the {each.plural}",
        event=action.subtask.effect if action.subtask.keys else None,
    )


def hand_to_each(cast: Cast) -> None:
    """Look up a document for every element and send it to that element."""
    each, document = cast.group(), cast.document()
    found = cast.lookup(
        each,
        document.type,
        document.noun,
        wording.FIND,
        f"the {document.singular} of {article(each.singular)}",
    )
    give = cast.give(document, each)
    with cast.draft.loop(each.require_value()) as element:
        held = cast.draft.call(found.subtask, element)
        cast.call_give(give.subtask, element, held)
    cast.describe(
        f"{give.phrase} every {each.singular} their own {document.singular}",
        f"{found.phrase} the {document.singular} of every {each.singular} and {give.phrase} it to them",
        f"each {each.singular} gets its own {document.singular}: {found.phrase} it and {give.phrase} it",
        vague=f"serve the {each.plural} with their {document.plural}",
        event=give.subtask.effect,
    )


def ask_and_choose(cast: Cast) -> None:
    """Ask everyone, choose what suits all, and act on the choice."""
    each, wish = cast.group(), cast.thing()
    many = cast.rng.random() < 0.5
    answer = SetOf(wish.type) if many else wish.type
    about = f"{article(each.singular)} for their {wish.plural if many else wish.singular}"
    ask = cast.lookup(each, answer, cast.rng.choice((each.noun, wish.noun)), wording.ASK, about)
    choose = cast.aggregate(MapOf(each.type, answer), wish, wish, wording.CHOOSE)
    act = cast.act(wish)
    cast.maybe_add_distractor(wish)
    table = cast.draft.new_map(each.type, answer, ask.subtask.name)
    with cast.draft.loop(each.require_value()) as element:
        cast.draft.store(table, element, ask.subtask, element)
    chosen = cast.draft.call(choose.subtask, table)
    cast.draft.call(act.subtask, chosen)
    cast.describe(
        f"{ask.phrase} every {each.singular}, {choose.phrase} one {wish.singular} and {act.phrase} it",
        f"{act.phrase} one {wish.singular} that suits all {each.plural}",
        f"{act.phrase} the {wish.singular} that comes out when every {each.singular} was asked",
    )


def gather_and_report(cast: Cast) -> None:
    """Collect a document from every element in a list, merge the list, and send the result."""
    each, part, whole = cast.group(), cast.document(), cast.document()
    to = cast.single()
    about = f"the {part.singular} of {article(each.singular)}"
    get = cast.lookup(each, part.type, part.noun, wording.FIND, about)
    merge = cast.aggregate(ListOf(part.type), part, whole, wording.MERGE)
    give = cast.give(whole, to)
    items = cast.draft.new_list(part.type, get.subtask.name)
    with cast.draft.loop(each.require_value()) as element:
        cast.draft.store(items, None, get.subtask, element)
    made = cast.draft.call(merge.subtask, items)
    cast.call_give(give.subtask, to.require_value(), made)
    cast.describe(
        f"{get.phrase} the {part.singular} of every {each.singular}, {merge.phrase} {article(whole.singular)} "
        f"and {give.phrase} it to the {to.singular}",
        f"{give.phrase} the {to.singular} one {whole.singular} about the {part.plural} of all {each.plural}",
    )


def check_each(cast: Cast) -> None:
    """Act on the elements for which a check holds, or on the others, or differently on each kind."""
    each = cast.group()
    check, says = cast.check(each)
    then, orelse = cast.act(each), cast.act(each)
    shape = cast.rng.choice(("then", "else", "both"))
    with cast.draft.loop(each.require_value()) as element:
        answer = cast.draft.call(check, element)
        if shape == "else":
            with cast.draft.branch(answer, Test.FALSE):
                cast.draft.call(orelse.subtask, element)
        else:
            with cast.draft.branch(answer):
                cast.draft.call(then.subtask, element)
            if shape == "both":
                with cast.draft.else_branch():
                    cast.draft.call(orelse.subtask, element)
    if shape == "then":
        cast.describe(
            f"{then.phrase} every {each.singular} that {says}, and no other",
            f"{then.phrase} only the {each.plural} of which each {says}",
        )
    elif shape == "else":
        cast.describe(
            f"{orelse.phrase} every {each.singular} unless it {says}",
            f"{orelse.phrase} each {each.singular} that {says.replace('is ', 'is not ', 1)}",
        )
    else:
        cast.describe(
            f"{then.phrase} every {each.singular} that {says}, and {orelse.phrase} the others",
            f"if {article(each.singular)} {says}, {then.phrase} it, otherwise {orelse.phrase} it",
        )


def use_what_each_has(cast: Cast) -> None:
    """Search for something for every element, and act on it if it is found."""
    each, found = cast.group(), cast.thing()
    find = cast.optional_lookup(each, found)
    act = cast.act(found)
    with cast.draft.loop(each.require_value()) as element:
        result = cast.draft.call(find.subtask, element)
        with cast.draft.branch(result, Test.SOME) as present:
            cast.draft.call(act.subtask, present)
    cast.describe(
        f"{act.phrase} the {found.singular} of every {each.singular} that has one",
        f"for each {each.singular}, {find.phrase} the {found.singular} and {act.phrase} it, if there is one",
    )


def act_on_nested(cast: Cast) -> None:
    """For every element, act on everything that belongs to it."""
    each, part = cast.group(), cast.thing()
    about = f"the {part.plural} of {article(each.singular)}"
    find = cast.lookup(each, SetOf(part.type), wording.plural(part.noun), wording.LIST, about)
    act = cast.act(part)
    with cast.draft.loop(each.require_value()) as element:
        found = cast.draft.call(find.subtask, element)
        with cast.draft.loop(found) as inner:
            cast.draft.call(act.subtask, inner)
    cast.describe(
        f"{act.phrase} every {part.singular} of every {each.singular}",
        f"for each {each.singular}, {find.phrase} the {part.plural} and {act.phrase} all of them",
    )


def act_on_fields(cast: Cast) -> None:
    """Act on the owner that each record names."""
    owner = cast.person_or_thing()
    each = cast.group(of=cast.record_about(owner))
    action = cast.act(owner, verbs=wording.TELL)
    cast.maybe_add_distractor(owner)
    with cast.draft.loop(each.require_value()) as element:
        held = DraftValue(f"{element.text}.{owner.noun}", owner.type, element.source)
        cast.draft.call(action.subtask, held)
    cast.describe(
        f"{action.phrase} the {owner.singular} of every {each.singular}",
        f"for each {each.singular}, {action.phrase} its {owner.singular}",
    )


def collect_then_act(cast: Cast) -> None:
    """First collect something for every element, then act on everything collected."""
    each, part = cast.group(fresh=True), cast.thing()
    get = cast.lookup(each, part.type, part.noun, wording.FIND, f"the {part.singular} of {article(each.singular)}")
    act = cast.act(part)
    table = cast.draft.new_map(each.type, part.type, get.subtask.name)
    with cast.draft.loop(each.require_value()) as element:
        cast.draft.store(table, element, get.subtask, element)
    with cast.draft.loop(table) as key:
        cast.draft.call(act.subtask, table.item(key))
    cast.describe(
        f"first {get.phrase} the {part.singular} of every {each.singular}, then {act.phrase} them all",
        f"{act.phrase} the {part.plural} of all {each.plural} once all are found",
    )
