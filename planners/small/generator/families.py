"""Families of goals: each adds subtasks, lines and a sentence to a draft, and several can be combined.

The sentence says what the rules alone do not enforce: that every element is processed, what depends on what, and which
of two similar subtasks is meant. The names of the functions decide which combinations are held out for the test set.
"""

from __future__ import annotations

from collections.abc import Callable

from p2c_dsl.planners.small.generator.cast import Cast
from p2c_dsl.planners.small.generator.for_each import (
    act_on_each,
    act_on_fields,
    act_on_nested,
    ask_and_choose,
    check_each,
    collect_then_act,
    gather_and_report,
    hand_to_each,
    use_what_each_has,
)
from p2c_dsl.planners.small.generator.for_one import (
    act_on_listed,
    change_and_send,
    choose_a_way,
    confirm_first,
    stop_if_found,
    tell_last,
    use_what_is_found,
)
from p2c_dsl.planners.small.generator.for_records import (
    act_with_or_without,
    fill_and_submit,
    return_chosen,
    return_found,
    return_list,
)
from p2c_dsl.planners.small.generator.for_values import act_in_state, act_within_limit

Family = Callable[[Cast], None]

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
    act_within_limit,
    act_in_state,
    fill_and_submit,
    act_with_or_without,
)
LAST: tuple[Family, ...] = (tell_last, act_on_each)
RESULT: tuple[Family, ...] = (return_found, return_chosen, return_list)


def add_distractors(cast: Cast) -> None:
    """Adds subtasks that the task does not need."""
    group = cast.groups()
    for _ in range(cast.rng.choice((0, 0, 1, 1, 2))):
        cast.maybe_add_distractor(cast.rng.choice(group) if group else cast.single())
