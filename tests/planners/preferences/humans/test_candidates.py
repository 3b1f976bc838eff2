from __future__ import annotations

from pathlib import Path

from p2c_dsl.lint import lint_text
from p2c_dsl.planners.preferences.humans.candidates import candidates, pairs
from p2c_dsl.planners.preferences.solution import PartialSolution
from tests.planners.preferences.domain import SPEC, spec
from tests.planners.preferences.people import solution


def found() -> list[PartialSolution]:
    domain = spec()
    return candidates(domain, domain.tasks["invite"], 12)


def test_candidates_are_accepted_and_some_feature_tells_each_apart(tmp_path: Path) -> None:
    solutions = found()
    assert len(solutions) == 12 == len({s.features for s in solutions})
    for one in solutions:
        assert lint_text(SPEC + "\n" + one.program, "invite.p2c", tmp_path, counterexamples=False).accepted


def test_what_candidates_do_to_the_world_differs_first() -> None:
    effects = [s.effects for s in found()]
    distinct = len(set(effects))
    assert distinct >= 6 and len(set(effects[:distinct])) == distinct


def test_pairs_are_of_different_solutions_and_each_pair_comes_once() -> None:
    solutions = found()
    asked = pairs(solutions)
    assert len(asked) == 12 * 11 // 2 == len({frozenset((a.key, b.key)) for a, b in asked})
    assert pairs(solutions, 5, seed=1) == pairs(solutions, seed=1)[:5] != pairs(solutions, 5, seed=2)


def test_neither_side_is_the_usual_one() -> None:
    solutions = found()
    order = {s.key: place for place, s in enumerate(solutions)}
    first = [order[a.key] < order[b.key] for a, b in pairs(solutions)]
    assert 0.3 < sum(first) / len(first) < 0.7


def test_what_no_feature_tells_apart_is_not_asked_about() -> None:
    assert pairs([solution(1, 1, 1, 1), solution(1, 1, 1, 1), solution(0, 1, 1, 1)]) != []
    alike = solution(1, 1, 1, 1)
    renamed = type(alike)(alike.subtask, alike.program + "# again", (), alike.features, alike.feature_names)
    assert pairs([alike, renamed]) == []
