"""What is known of an element follows from what is known of all, and the other way round at a loop's end."""

from __future__ import annotations

from p2c_dsl.machine.elements import Elements, Fact, common_facts, equality, implication, member, of_all, of_one
from p2c_dsl.machine.facts import Body, Facts, filled
from p2c_dsl.machine.identity import UNKNOWN, Identity, bound, slot

XS, YS, X, Y, OTHER = slot(0), slot(1), slot(2), slot(3), slot(9)


def did(*keys: Identity) -> Fact:
    return ("happened", "back_up", (0,), keys)


def knowing(*facts: Fact) -> Facts:
    return Facts(elements=Elements()).learn(facts)


def test_what_holds_of_all_holds_of_each_element_whichever_is_learned_first() -> None:
    everything, one = of_all(XS, did(X), X), member(OTHER, XS)
    assert did(OTHER) in knowing(everything, one).known
    assert did(OTHER) in knowing(one, everything).known
    assert did(OTHER) not in knowing(everything, member(OTHER, YS)).known


def test_what_a_loop_s_body_did_with_its_variable_holds_of_all() -> None:
    entry = knowing()
    after = entry.after_loop(entry.learn([filled(XS), member(X, XS), did(X)]), Body(XS, 0, 2))
    assert did(OTHER) in after.learn([member(OTHER, XS)]).known


def test_what_it_did_with_its_own_other_values_is_forgotten() -> None:
    entry = knowing()
    after = entry.after_loop(entry.learn([member(X, XS), did(X, Y)]), Body(XS, 0, 2))
    assert set(after.known) == set()


def test_the_elements_of_two_levels_have_places_of_their_own() -> None:
    inner = of_all(YS, did(X, Y), Y)
    assert inner == ("all", YS, did(X, bound(0)))
    outer = of_all(XS, inner, X)
    assert outer == ("all", XS, ("all", YS, did(bound(1), bound(0))))
    assert of_one(("all", YS, did(bound(1), bound(0))), OTHER) == ("all", YS, did(OTHER, bound(0)))


def test_a_part_has_what_the_whole_has_and_not_the_other_way_round() -> None:
    part = of_all(YS, member(Y, XS), Y)
    assert did(OTHER) in knowing(part, of_all(XS, did(X), X), member(OTHER, YS)).known
    assert did(OTHER) not in knowing(part, of_all(YS, did(Y), Y), member(OTHER, XS)).known


def test_a_fact_under_a_test_waits_for_the_test() -> None:
    test = ("true", ("field", X, "new"))
    known = knowing(of_all(XS, implication(test, did(X)), X), member(OTHER, XS))
    assert did(OTHER) not in known.known
    assert did(OTHER) in known.learn([("true", ("field", OTHER, "new"))]).known


def test_equal_keys_share_what_happened_and_nothing_is_equal_to_what_is_not_known() -> None:
    assert did(Y) in knowing(did(X), equality("eq", X, Y)).known
    assert did(Y) in knowing(equality("eq", X, Y), did(X)).known
    assert ("true", Y) not in knowing(("true", X), equality("eq", X, Y)).known
    assert set(knowing(did(UNKNOWN), member(UNKNOWN, XS)).known) == set()


def test_a_map_that_maps_to_its_own_keys_ends() -> None:
    of_itself = of_all(XS, member(("item", XS, X), XS), X)
    assert member(("item", XS, OTHER), XS) in knowing(of_itself, member(OTHER, XS)).known


def test_what_is_known_of_all_that_is_written() -> None:
    known = knowing(did(X), did(Y), did(X, Y)).elements
    assert common_facts(XS, None, X, known) == {did(bound(0)), did(bound(0), Y), equality("eq", bound(0), X)}
    assert did(("item", XS, bound(0))) in common_facts(XS, X, Y, known)
    assert common_facts(XS, None, X, None) == frozenset()


def test_what_a_map_s_value_equals_given_its_key() -> None:
    known, value = knowing().elements, ("item", XS, bound(0))
    assert equality("eq", value, bound(0)) in common_facts(XS, X, X, known)
    assert equality("eq", value, ("field", bound(0), "boss")) in common_facts(XS, X, ("field", X, "boss"), known)
    assert equality("eq", value, Y) in common_facts(XS, X, Y, known)
    assert common_facts(XS, UNKNOWN, UNKNOWN, known) == frozenset()


def test_a_value_and_what_it_is_a_part_of_share_what_happened_if_they_are_equal() -> None:
    value = ("item", XS, X)
    same = equality("eq", value, X)
    assert did(value) in knowing(did(X), same).known
    assert did(X) in knowing(same, did(value)).known
    assert did(("item", XS, value)) not in knowing(did(X), same).known


def test_what_holds_of_all_holds_of_all_of_an_equal_collection() -> None:
    assert of_all(YS, did(X), X) in knowing(of_all(XS, did(X), X), equality("eq", XS, YS)).known
    assert of_all(YS, did(X, OTHER), X) not in knowing(of_all(XS, did(X, Y), X), equality("eq", Y, OTHER)).known
