"""Suggestions for names that nothing has."""

from p2c_dsl.names import did_you_mean


def test_the_closest_name_is_suggested() -> None:
    assert did_you_mean("reserv", ["reverse", "reserve", "refund"]) == "did you mean `reserve`?"


def test_where_nothing_is_close_what_is_known_is_listed() -> None:
    assert did_you_mean("x", ["beta", "alpha"]) == "known here: `alpha`, `beta`"
    assert did_you_mean("?", [f"n{i}" for i in range(10)]) == (
        "known here: `n0`, `n1`, `n2`, `n3`, `n4`, `n5`, `n6`, `n7`, …"
    )


def test_where_nothing_is_known_nothing_is_said() -> None:
    assert did_you_mean("x", []) is None


def test_a_suggestion_is_found_among_very_many() -> None:
    many = [f"subtask_{i}" for i in range(20_000)]
    assert did_you_mean("reserv", [*many, "reserve"]) == "did you mean `reserve`?"
