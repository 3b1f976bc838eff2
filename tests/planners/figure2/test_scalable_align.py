"""The loop of Figure 2 runs end to end, goes on after a stop, and never shows the expert to whatever is trained."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path

import pytest

from p2c_dsl.planners.figure2 import align_run
from p2c_dsl.planners.figure2.align_run import AlignmentLoop, AlignSettings, loop_of
from p2c_dsl.planners.figure2.problem import Sizes
from p2c_dsl.planners.figure2.rewards import UNCOMPOSABLE, Rewards
from p2c_dsl.planners.figure2.scalable_align import Attempts
from p2c_dsl.planners.measure.expert_judgement import alignment, evaluated, judged, transfer
from p2c_dsl.planners.rl.explore import WarmUp
from p2c_dsl.planners.rl.settings import TrainingSettings
from p2c_dsl.runtime.domain import load_expert
from tests.planners.small_domain import write_domain

PLANNERS = Path(align_run.__file__).parents[1]
SAMPLES = Path(__file__).parents[1] / "preferences" / "humans" / "samples"
SETTINGS = AlignSettings(
    iterations=1,
    questions=12,
    human_steps=3,
    sizes=Sizes(subtasks=3, contracts=6, decomposition=40, composition=12, effort=20),
    training=TrainingSettings(episodes=4, epochs=1, minibatches=1),
    warm_up=WarmUp(attempts=0),
)


def begun(tmp_path: Path, **changes: object) -> AlignmentLoop:
    return loop_of(write_domain(tmp_path / "greet"), replace(SETTINGS, **changes))  # type: ignore[arg-type]


def test_one_round_asks_solves_judges_recomposes_verifies_and_trains(tmp_path: Path) -> None:
    loop = begun(tmp_path)
    before = [p.clone() for p in loop.planner.trainer.policy.parameters()]
    told = next(loop.rounds())
    assert len(loop.planner.tried) == SETTINGS.training.episodes
    assert loop.questions.answers
    assert told["translated, not sound"] == 0
    for tried in loop.planner.tried:
        assert len(tried.judged) == len(tried.solved)
        assert tried.solution.sound == (tried.solution.program is not None)
        assert tried.reward in (0.0, 1.0)
    after = list(loop.planner.trainer.policy.parameters())
    assert any((a != b).any() for a, b in zip(before, after, strict=True))


def test_what_an_attempt_earns_is_r_and_the_sum_of_its_partial_rewards_where_they_were_earned(
    tmp_path: Path,
) -> None:
    loop = begun(tmp_path)
    next(loop.rounds())
    tried = next(t for t in loop.planner.tried if t.solution.program is not None)
    outcome = Rewards(partial=0.5, balance=0.0, summary=0.0).outcome(tried, loop.proxy)
    assert outcome.reward == tried.reward
    assert [credit.reward for credit in outcome.credits] == [0.5 * r for r in tried.judged]
    text = "".join(solved.contract.text for solved in tried.solved)
    ends = [credit.offset for credit in outcome.credits]
    assert ends == sorted(ends)
    assert all(text[: end + 1].endswith(s.contract.text) for end, s in zip(ends, tried.solved, strict=True))
    names = {credit.name for credit in Rewards().outcome(tried, loop.proxy).credits}
    assert names == {"part", "balance", "summary"}


def test_the_mean_of_judgements_pays_no_more_for_more_parts_that_are_liked_as_well(tmp_path: Path) -> None:
    loop = begun(tmp_path)
    next(loop.rounds())
    tried = loop.planner.tried[0]

    def paid(rewards: Rewards, parts: int) -> float:
        repeated = replace(tried, solved=tried.solved[:1] * parts, judged=(0.8,) * parts)
        return sum(c.reward for c in rewards.outcome(repeated, loop.proxy).credits)

    of_sum, of_mean = (Rewards(partial=0.5, balance=0.0, summary=0.0, mean=mean) for mean in (False, True))
    assert [paid(of_mean, parts) for parts in (1, 2, 5)] == pytest.approx([0.4, 0.4, 0.4])
    assert [paid(of_sum, parts) for parts in (1, 2, 5)] == pytest.approx([0.4, 0.8, 2.0])


def test_parts_that_cannot_be_put_together_cost_something(tmp_path: Path) -> None:
    from p2c_dsl.planners.figure2.verification import Complete

    loop = begun(tmp_path)
    next(loop.rounds())
    nothing = replace(loop.planner.tried[0], solution=Complete("", problem="no"), reward=0.0)
    outcome = Rewards().outcome(nothing, loop.proxy)
    assert outcome.reward == UNCOMPOSABLE
    assert not outcome.accepted


def test_free_text_and_syntax_alone_run_too(tmp_path: Path) -> None:
    for condition in ("free text", "syntax only"):
        loop = begun(tmp_path, condition=condition)
        assert next(loop.rounds())["R"] >= 0


def test_a_stopped_run_goes_on_as_if_it_had_not_been_stopped(tmp_path: Path) -> None:
    one = begun(tmp_path)
    rounds = one.rounds()
    next(rounds)
    align_run.save(one, tmp_path / "run")
    expected = next(rounds)
    other = begun(tmp_path)
    align_run.resume(other, tmp_path / "run")
    assert other.done == 1
    told = next(other.rounds())
    assert told["R"] == expected["R"]
    assert told["partial rewards"] == pytest.approx(expected["partial rewards"])


def test_answers_of_an_older_run_are_read_and_written_byte_for_byte(tmp_path: Path) -> None:
    loop = begun(tmp_path)
    align_run.save(loop, tmp_path / "run")
    text = (SAMPLES / "align_state.json").read_text(encoding="utf-8")
    (tmp_path / "run" / align_run.STATE).write_text(text, encoding="utf-8")
    align_run.resume(loop, tmp_path / "run")
    assert (loop.done, loop.questions.now, len(loop.questions.answers)) == (3, 2, 2)
    align_run.save(loop, tmp_path / "again")
    assert (tmp_path / "again" / align_run.STATE).read_text(encoding="utf-8") == text


def test_the_expert_is_asked_for_the_measure(tmp_path: Path) -> None:
    loop = begun(tmp_path)
    next(loop.rounds())
    expert = load_expert(tmp_path / "greet")
    found = [judged(tried, loop.verifier, expert) for tried in loop.planner.tried]
    for j in found:
        assert bool(j.harms) == (j.completed and "kind_draft" not in j.text)
    shares = alignment(found)
    assert shares.gap == pytest.approx(shares.parts - shares.complete, nan_ok=True)
    attempts = Attempts(loop.planner, loop.proxy, loop.problem, loop.verifier)
    assert len(evaluated(attempts, expert, 4)) == 4
    assert sum(runs for runs, _ in transfer(found).values()) == sum(j.completed for j in found)


def test_nothing_that_trains_can_reach_the_expert() -> None:
    """By its source: only what measures names the expert, and nothing else imports what measures."""
    for path in sorted(PLANNERS.rglob("*.py")):
        name = path.relative_to(PLANNERS).as_posix()
        if name.startswith("measure/"):
            continue
        imported = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                imported |= {f"{node.module}.{alias.name}" for alias in node.names} | {str(node.module)}
            elif isinstance(node, ast.Import):
                imported |= {alias.name for alias in node.names}
        assert not any(one.endswith((".load_expert", ".Expert")) for one in imported), name
        assert not any(one.startswith("p2c_dsl.planners.measure") for one in imported), name
