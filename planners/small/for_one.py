"""Families of goals for one thing."""

from __future__ import annotations

from p2c_dsl.planners.small import wording
from p2c_dsl.planners.small.cast import Cast, Named
from p2c_dsl.planners.small.draft import DraftValue
from p2c_dsl.planners.small.wording import article
from p2c_dsl.program import Test
from p2c_dsl.types import ListOf, SetOf


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
        cast.hand(act.contract, start.given(), other)
        done = f"{act.said} it to the {start.one}"
    else:
        cast.draft.call(act.contract, other)
        done = f"{act.said} it"
    cast.say(
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
    cast.say(
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
        cast.say(
            f"{act.said} the {found.one} of the {one.one}, if there is one",
            f"{find.said} the {found.one} of the {one.one} and {act.said} it, if any",
        )
        return
    with cast.draft.otherwise():
        cast.draft.call(other.contract, one.given())
    cast.say(
        f"{act.said} the {found.one} of the {one.one}; if there is none, {other.said} the {one.one}",
        f"{find.said} the {found.one} and {act.said} it, or {other.said} the {one.one} where there is none",
    )


def act_on_listed(cast: Cast) -> None:
    """List what belongs to the one input, and act on all of it."""
    one, part = cast.single(), cast.something()
    collection = (SetOf if cast.chance.random() < 0.7 else ListOf)(part.type)
    find = cast.learn(
        one, collection, wording.plural(part.noun), wording.LIST, f"the {part.all} of {article(one.one)}"
    )
    act = cast.act(part)
    cast.rival(part)
    found = cast.draft.call(find.contract, one.given())
    with cast.draft.loop(found) as element:
        cast.draft.call(act.contract, element)
    cast.say(
        f"{act.said} all {part.all} of the {one.one}",
        f"{find.said} the {part.all} of the {one.one} and {act.said} each",
    )


def confirm_first(cast: Cast) -> None:
    """Do one thing with the one input before all else."""
    one = cast.single()
    deed = cast.act(one, verbs=(*wording.TELL, *wording.ASK))
    cast.draft.call(deed.contract, one.given())
    cast.say(f"{deed.said} the {one.one} first", f"begin with this: {deed.said} the {one.one}")


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
        text = DraftValue(f"{enum.name}.{member}", enum, "constants")
        about = f"the {noun} {wording.spoken(member)}"
    deed = cast.give(Named(noun, text.type), one)
    cast.hand(deed.contract, one.given(), text)
    cast.say(f"in the end {deed.said} the {one.one} {about}", f"last, {deed.said} {about} to the {one.one}")


def stop_if_found(cast: Cast) -> None:
    """Where something is found, act on it and do nothing else."""
    one, found = cast.single(), cast.something()
    find = cast.maybe(one, found)
    act = cast.act(one, [found])
    result = cast.draft.call(find.contract, one.given())
    with cast.draft.when(result, Test.SOME) as present:
        cast.draft.call(act.contract, one.given(), present)
        cast.draft.stop()
    cast.say(
        f"if {article(found.one)} is found for the {one.one}, only {act.said} the {one.one}",
        f"{act.said} the {one.one} and stop if there is {article(found.one)}",
    )
