from __future__ import annotations

import ast
from pathlib import Path

import pytest

from p2c_dsl.planners.preferences.comparison import LEFT, RIGHT
from p2c_dsl.planners.preferences.humans.drift import Slow, Step
from p2c_dsl.planners.preferences.humans.oracle import Oracle
from p2c_dsl.planners.preferences.humans.simulated import SimulatedHuman, drawn_values
from tests.planners.preferences.people import asked, drawn_pairs, solution, solutions

ROOT = Path(__file__).parents[4]
CHEAP, DEAR = solution(0, 0, 0, 0), solution(3, 0, 0, 0)


def test_without_noise_the_better_one_is_preferred_on_either_side() -> None:
    human = SimulatedHuman({"fee": -1.0}, temperature=0)
    assert human.compare(CHEAP, DEAR, 0) == LEFT and human.compare(DEAR, CHEAP, 0) == RIGHT


def test_with_noise_answers_come_as_often_as_bradley_terry_says() -> None:
    human = SimulatedHuman({"fee": -1.0}, temperature=2.0)
    expected = Oracle(human).probability((CHEAP, DEAR), 0)
    answers = [human.compare(CHEAP, DEAR, time) == LEFT for time in range(4000)]
    assert expected == pytest.approx(1 / (1 + 2.718281828 ** (-1.5)))
    assert sum(answers) / 4000 == pytest.approx(expected, abs=0.02)


def test_the_same_question_at_the_same_time_has_one_answer_in_either_order() -> None:
    human = SimulatedHuman({"fee": -1.0}, temperature=5.0)
    for time in range(50):
        assert human.compare(CHEAP, DEAR, time) == 1 - human.compare(DEAR, CHEAP, time)  # type: ignore[operator]


def test_people_of_other_seeds_err_elsewhere() -> None:
    pairs = drawn_pairs(solutions(30), 200)
    one, other = (SimulatedHuman({"fee": -1.0}, temperature=5.0, seed=seed) for seed in (1, 2))
    assert [c.preferred for c in asked(one, pairs)] != [c.preferred for c in asked(other, pairs)]


def test_whom_it_is_all_one_does_not_answer() -> None:
    human = SimulatedHuman({"fee": -1.0}, indifference=2.0)
    assert human.compare(CHEAP, solution(1, 9, 9, 9), 0) is None
    assert human.compare(CHEAP, DEAR, 0) is not None


def test_values_step_at_their_time_and_answers_with_them() -> None:
    human = SimulatedHuman({"fee": -1.0}, {"fee": 1.0}, Step(10), temperature=0)
    assert human.compare(CHEAP, DEAR, 9) == LEFT and human.compare(CHEAP, DEAR, 10) == RIGHT


def test_the_oracle_sees_the_values_on_their_way() -> None:
    oracle = Oracle(SimulatedHuman({"fee": -1.0}, {"leaks": 2.0}, Slow(0, 4)))
    assert oracle.values(1) == {"fee": -0.75, "leaks": 0.5}


def test_the_best_accuracy_is_what_noise_allows() -> None:
    pairs = drawn_pairs(solutions(40), 3000)
    human = SimulatedHuman(drawn_values(solutions(40), 1), temperature=1.0)
    oracle = Oracle(human)
    agree = [(oracle.probability((c.left, c.right), 0) > 0.5) == (c.preferred == LEFT) for c in asked(human, pairs)]
    assert sum(agree) / len(agree) == pytest.approx(oracle.best_accuracy(pairs, 0), abs=0.02)
    assert oracle.best_accuracy(pairs, 0) < 0.97


def test_drawn_values_are_of_the_spread_that_is_asked_for() -> None:
    among = solutions(200)
    oracle = Oracle(SimulatedHuman(drawn_values(among, 3, spread=4.0)))
    values = [oracle.value(s, 0) for s in among]
    mean = sum(values) / len(values)
    assert (sum((v - mean) ** 2 for v in values) / len(values)) ** 0.5 == pytest.approx(4.0)
    with pytest.raises(ValueError, match="do not differ"):
        drawn_values([CHEAP, CHEAP], 0)


def test_a_feature_that_solutions_do_not_have_cannot_be_valued() -> None:
    with pytest.raises(ValueError, match="no feature `beauty`"):
        SimulatedHuman({"beauty": 1.0}).compare(CHEAP, DEAR, 0)


def test_only_what_measures_looks_into_a_simulated_person() -> None:
    for path in (ROOT / "planners").rglob("*.py"):
        place = path.relative_to(ROOT).as_posix()
        if place.startswith(("planners/preferences/humans/oracle", "planners/measure")):
            continue
        tree = ast.parse(path.read_text())
        imported = {n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)} | {
            a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names
        }
        assert not any("humans.oracle" in (module or "") for module in imported), place
        private = {"_weights", "_value", "_chance"} if place != "planners/preferences/humans/simulated.py" else set()
        if "humans.simulated" in path.read_text():
            assert not private & {n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute)}, place
