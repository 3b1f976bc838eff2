"""Families of goals for a single entity."""

from __future__ import annotations

from p2c_dsl.planners.small.generator import wording
from p2c_dsl.planners.small.generator.cast import Cast, Entity
from p2c_dsl.planners.small.generator.draft import DraftValue
from p2c_dsl.planners.small.generator.wording import article
from p2c_dsl.program import Test
from p2c_dsl.types import ListOf, SetOf


def change_and_send(cast: Cast) -> None:
    """Look up a document, convert it to another, and act on the result."""
    start, middle, last = cast.single(), cast.document(), cast.document()
    first = cast.lookup(
        start, middle.type, middle.noun, wording.FIND, f"the {middle.singular} of {article(start.singular)}"
    )
    about = f"{article(middle.singular)} into {article(last.singular)}"
    second = cast.lookup(middle, last.type, middle.noun, wording.CHANGE, about)
    act = cast.give(last, start) if cast.rng.random() < 0.5 else cast.act(last)
    one = cast.draft.call(first.subtask, start.require_value())
    other = cast.draft.call(second.subtask, one)
    if len(act.subtask.parameters) == 2:
        cast.call_give(act.subtask, start.require_value(), other)
        done = f"{act.phrase} it to the {start.singular}"
    else:
        cast.draft.call(act.subtask, other)
        done = f"{act.phrase} it"
    cast.describe(
        f"{first.phrase} the {middle.singular} of the {start.singular}, {second.phrase} it and {done}",
        f"{second.phrase} the {middle.singular} of the {start.singular} into {article(last.singular)} and {done}",
    )


def choose_a_way(cast: Cast) -> None:
    """Act on the input in one of two ways, depending on a check."""
    one = cast.single()
    check, says = cast.check(one)
    then, orelse = cast.act(one), cast.act(one)
    answer = cast.draft.call(check, one.require_value())
    with cast.draft.branch(answer):
        cast.draft.call(then.subtask, one.require_value())
    with cast.draft.else_branch():
        cast.draft.call(orelse.subtask, one.require_value())
    cast.describe(
        f"{then.phrase} the {one.singular} if it {says}, and {orelse.phrase} it otherwise",
        f"if the {one.singular} {says}, {then.phrase} it; if not, {orelse.phrase} it",
    )


def use_what_is_found(cast: Cast) -> None:
    """Search for something, and act on it only if it is found."""
    one, found = cast.single(), cast.thing()
    find = cast.optional_lookup(one, found)
    act = cast.act(found)
    other = cast.act(one) if cast.rng.random() < 0.5 else None
    result = cast.draft.call(find.subtask, one.require_value())
    with cast.draft.branch(result, Test.SOME) as present:
        cast.draft.call(act.subtask, present)
    if other is None:
        cast.describe(
            f"{act.phrase} the {found.singular} of the {one.singular}, if there is one",
            f"{find.phrase} the {found.singular} of the {one.singular} and {act.phrase} it, if any",
        )
        return
    with cast.draft.else_branch():
        cast.draft.call(other.subtask, one.require_value())
    cast.describe(
        f"{act.phrase} the {found.singular} of the {one.singular}; if there is none, {other.phrase} the {one.singular}",
        f"{find.phrase} the {found.singular} and {act.phrase} it, "
        f"or {other.phrase} the {one.singular} where there is none",
    )


def act_on_listed(cast: Cast) -> None:
    """List what belongs to the input, and act on all of it."""
    one, part = cast.single(), cast.thing()
    collection = (SetOf if cast.rng.random() < 0.7 else ListOf)(part.type)
    find = cast.lookup(
        one,
        collection,
        wording.plural(part.noun),
        wording.LIST,
        f"the {part.plural} of {article(one.singular)}",
    )
    act = cast.act(part)
    cast.maybe_add_distractor(part)
    found = cast.draft.call(find.subtask, one.require_value())
    with cast.draft.loop(found) as element:
        cast.draft.call(act.subtask, element)
    cast.describe(
        f"{act.phrase} all {part.plural} of the {one.singular}",
        f"{find.phrase} the {part.plural} of the {one.singular} and {act.phrase} each",
    )


def confirm_first(cast: Cast) -> None:
    """Act on the input before anything else."""
    one = cast.single()
    action = cast.act(one, verbs=(*wording.TELL, *wording.ASK))
    cast.draft.call(action.subtask, one.require_value())
    cast.describe(f"{action.phrase} the {one.singular} first", f"begin with this: {action.phrase} the {one.singular}")


def tell_last(cast: Cast) -> None:
    """Send a final message: a constant text or a member of an enum."""
    one = cast.single()
    rng = cast.rng
    if rng.random() < 0.5:
        noun = cast.words.document()
        text = cast.draft.new_constant(f"final_{noun}", cast.draft.new_type(noun, text=True), f"The {noun} is ready.")
        about = f"the {wording.in_prose(text.text)}"
    else:
        noun = cast.words.document()
        members = [cast.words.trait() for _ in range(rng.choice((2, 3)))]
        enum = cast.draft.new_enum(noun, members)
        member = rng.choice(members)
        text = DraftValue(f"{enum.name}.{member}", enum, "constants")
        about = f"the {noun} {wording.in_prose(member)}"
    action = cast.give(Entity(noun, text.type), one)
    cast.call_give(action.subtask, one.require_value(), text)
    cast.describe(
        f"in the end {action.phrase} the {one.singular} {about}",
        f"last, {action.phrase} {about} to the {one.singular}",
    )


def stop_if_found(cast: Cast) -> None:
    """If something is found, act on it and do nothing else."""
    one, found = cast.single(), cast.thing()
    find = cast.optional_lookup(one, found)
    act = cast.act(one, [found])
    result = cast.draft.call(find.subtask, one.require_value())
    with cast.draft.branch(result, Test.SOME) as present:
        cast.draft.call(act.subtask, one.require_value(), present)
        cast.draft.early_return()
    cast.describe(
        f"if {article(found.singular)} is found for the {one.singular}, only {act.phrase} the {one.singular}",
        f"{act.phrase} the {one.singular} and stop if there is {article(found.singular)}",
    )
