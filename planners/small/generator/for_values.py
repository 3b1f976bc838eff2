"""Families of goals that depend on a number or a state of a record, under a rule that compares it."""

from __future__ import annotations

from p2c_dsl.planners.small.generator import shares, wording
from p2c_dsl.planners.small.generator.cast import Cast, DraftAction, Entity
from p2c_dsl.planners.small.generator.draft import DraftValue
from p2c_dsl.planners.small.generator.wording import article, in_prose
from p2c_dsl.types import INT, Enum, SetOf, Type


def act_within_limit(cast: Cast) -> None:
    """Act on the records whose number keeps a limit, and perhaps otherwise on the others."""
    rng, draft = cast.rng, cast.draft
    word = cast.words.verb(wording.NUMBERS)
    of = draft.new_number_type(word) if rng.random() < 0.3 else INT
    each = _records(cast, word, of)
    most, bound = rng.random() < 0.6, rng.choice((200, 250, 300, 400, 500, 600, 750, 800))
    limit = draft.new_number(f"{'max' if most else 'min'}_{word}", of, bound)
    sign, says = ("<=", "at most") if most else (">=", "at least")
    then = cast.act(each)
    orelse = cast.act(each) if rng.random() < shares.OTHERWISE else None
    draft.rules.append(f"{then.subtask.name}.{cast.parameter(each)}.{word} {sign} {limit.text}")
    with cast.element(each) as element:
        _choose(cast, f"{element.text}.{word} {sign} {limit.text}", element, then, orelse)
    where = rng.choice(
        (
            f"whose {word} is {says} {bound}",
            f"with {article(word)} of {says} {bound}",
            f"that keeps the {in_prose(limit.text)}",
        )
    )
    _describe(cast, each, where, then, orelse)


def act_in_state(cast: Cast) -> None:
    """Act on the records that are in a state, or not in one."""
    rng, draft = cast.rng, cast.draft
    word = cast.words.verb(wording.STATES)
    members = [cast.words.trait() for _ in range(rng.choice((2, 3, 4)))]
    enum: Enum = draft.new_enum(word, members)
    each = _records(cast, word, enum)
    member, equal = rng.choice(members), rng.random() < 0.7
    condition = f"{word} {'==' if equal else '!='} {enum.name}.{member}"
    then = cast.act(each)
    orelse = cast.act(each) if equal and rng.random() < shares.OTHERWISE else None
    draft.rules.append(f"{then.subtask.name}.{cast.parameter(each)}.{condition}")
    with cast.element(each) as element:
        _choose(cast, f"{element.text}.{condition}", element, then, orelse)
    said = in_prose(member)
    where = rng.choice(
        (f"whose {word} is {said}", f"with {word} {said}", f"that is {said}")
        if equal
        else (f"whose {word} is not {said}", f"with another {word} than {said}", f"that is not {said}")
    )
    _describe(cast, each, where, then, orelse)


def _records(cast: Cast, word: str, of: Type) -> Entity:
    """Records with a field, as an input of the task."""
    owner, noun = cast.person_or_thing(), cast.words.thing()
    record = cast.record(noun, [(owner.noun, owner.type), (word, of)])
    return cast.group(of=record) if cast.rng.random() < shares.EVERY else cast.single(of=record)


def _choose(cast: Cast, condition: str, on: DraftValue, then: DraftAction, orelse: DraftAction | None) -> None:
    """Adds a call where the condition holds, and perhaps another one where it does not."""
    with cast.draft.branch_where(condition):
        cast.draft.call(then.subtask, on)
    if orelse is not None:
        with cast.draft.else_branch():
            cast.draft.call(orelse.subtask, on)


def _describe(cast: Cast, each: Entity, where: str, then: DraftAction, orelse: DraftAction | None) -> None:
    """A sentence about the records `where` something holds."""
    if isinstance(each.require_value().type, SetOf):
        others = (
            ""
            if orelse is None
            else cast.rng.choice((f", and {orelse.phrase} all others", f"; {orelse.phrase} the rest"))
        )
        cast.describe(
            f"{then.phrase} every {each.singular} {where}{others}",
            f"{then.phrase} each {each.singular} {where}{others}",
            f"for any {each.singular} {where}, {then.phrase} it{others}",
        )
        return
    others = (
        ""
        if orelse is None
        else cast.rng.choice((f", and otherwise {orelse.phrase} it", f"; if not, {orelse.phrase} it"))
    )
    cast.describe(
        f"{then.phrase} the {each.singular} if it is one {where}{others}",
        f"if the {each.singular} is one {where}, {then.phrase} it{others}",
    )
