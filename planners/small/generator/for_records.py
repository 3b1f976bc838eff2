"""Families of goals that make a record, use a parameter that may be left out, or return a result."""

from __future__ import annotations

from p2c_dsl.planners.small.generator import shares, wording
from p2c_dsl.planners.small.generator.cast import Cast
from p2c_dsl.planners.small.generator.wording import article
from p2c_dsl.types import ListOf, MapOf, Record, SetOf


def fill_and_submit(cast: Cast) -> None:
    """Make a record of what is given and what is looked up, and submit it, for one or for each."""
    one = cast.group() if cast.rng.random() < shares.EVERY else cast.single()
    part, noun = cast.thing(), cast.words.document()
    about = f"the {part.singular} of {article(one.singular)}"
    find = cast.lookup(one, part.type, part.noun, wording.FIND, about)
    form = cast.record(noun, [(one.noun, one.type), (part.noun, part.type)])
    act = cast.act(form, verbs=wording.SUBMIT)
    assert isinstance(form.type, Record)
    with cast.element(one) as given:
        found = cast.draft.call(find.subtask, given)
        values = {one.noun: given, part.noun: found}
        made = cast.draft.make_record(
            form.type, [(name, values[name]) for name in cast.draft.fields_of(form.type, values)]
        )
        cast.draft.call(act.subtask, made)
    which = "every" if isinstance(one.require_value().type, SetOf) else "the"
    cast.describe(
        f"{act.phrase} {article(form.singular)} for {which} {one.singular} with the right {part.singular}",
        f"{find.phrase} the {part.singular} of {which} {one.singular}, and {act.phrase} {article(form.singular)} of it",
        f"for {which} {one.singular}, {act.phrase} {article(form.singular)} that names the {part.singular}",
    )


def act_with_or_without(cast: Cast) -> None:
    """Act on one or each with an extra that is given, or without it: the docstring says which."""
    each = cast.group() if cast.rng.random() < shares.EVERY else cast.single()
    extra = cast.single(fresh=True)
    wanted = cast.rng.random() < 0.6
    act = cast.act_with_option(each, extra)
    with cast.element(each) as element:
        cast.draft.call(act.subtask, element, *([extra.require_value()] if wanted else []))
    which = "every" if isinstance(each.require_value().type, SetOf) else "the"
    done = f"{act.phrase} {which} {each.singular}"
    if wanted:
        cast.describe(f"{done} with the {extra.singular}", f"{done}, and give the {extra.singular} as well")
    else:
        cast.describe(f"{done} without {article(extra.singular)}", f"{done}, but leave out the {extra.singular}")


def return_found(cast: Cast) -> None:
    """Return what is looked up."""
    one, document = cast.single(), cast.document()
    about = f"the {document.singular} of {article(one.singular)}"
    find = cast.lookup(one, document.type, document.noun, wording.FIND, about)
    cast.draft.return_value(cast.draft.call(find.subtask, one.require_value()))
    cast.describe(
        f"return the {document.singular} of the {one.singular}",
        f"the result is the {document.singular} of the {one.singular}",
        f"{find.phrase} the {document.singular} of the {one.singular} and give it back",
    )


def return_chosen(cast: Cast) -> None:
    """Return what is chosen from the answers of all."""
    each, wish = cast.group(), cast.thing()
    about = f"{article(each.singular)} for their {wish.singular}"
    ask = cast.lookup(each, wish.type, each.noun, wording.ASK, about)
    choose = cast.aggregate(MapOf(each.type, wish.type), wish, wish, wording.CHOOSE)
    table = cast.draft.new_map(each.type, wish.type, ask.subtask.name)
    with cast.element(each) as element:
        cast.draft.store(table, element, ask.subtask, element)
    cast.draft.return_value(cast.draft.call(choose.subtask, table))
    cast.describe(
        f"{ask.phrase} every {each.singular} and return one {wish.singular} that suits them",
        f"the result is the {wish.singular} that comes out when all {each.plural} were asked",
    )


def return_list(cast: Cast) -> None:
    """Return what is looked up for each, in a list."""
    each, part = cast.group(), cast.document()
    get = cast.lookup(each, part.type, part.noun, wording.FIND, f"the {part.singular} of {article(each.singular)}")
    items = cast.draft.new_list(part.type, get.subtask.name)
    with cast.element(each) as element:
        cast.draft.store(items, None, get.subtask, element)
    assert isinstance(items.type, ListOf)
    cast.draft.return_value(items)
    cast.describe(
        f"return the {part.plural} of all {each.plural}",
        f"{get.phrase} the {part.singular} of every {each.singular} and return them in a list",
    )
