"""A composition is judged by a run in a fresh world, and its parts where they are written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("outlines")

from p2c_dsl.planners.rl.environments.composition import CompositionEnvironment, Verifier
from p2c_dsl.planners.rl.environments.domains import Domain, load_domain
from p2c_dsl.planners.rl.environments.environment import EpisodeOutcome
from p2c_dsl.planners.rl.environments.shaping import partial_reward, register_partial_reward
from p2c_dsl.planners.rl.environments.spaces import FreeText
from p2c_dsl.planners.tokens.vocabulary import Vocabulary

ROOT = Path(__file__).parents[4]
EXAMPLES = ROOT / "examples"
ALIGNED = (EXAMPLES / "dinner" / "aligned.p2c").read_text().partition("\n\n")[2]
UNALIGNED = (EXAMPLES / "dinner" / "unaligned.p2c").read_text().partition("\n\n")[2]


@pytest.fixture(scope="module")
def dinner() -> Domain:
    (found,) = load_domain(EXAMPLES / "dinner")
    return found


def environment(domain: Domain, partial_rewards: Sequence[str] = ()) -> CompositionEnvironment:
    space = FreeText(Vocabulary([b"", b"a"], 0))
    verifier = Verifier(domain.spec, domain.task, domain.world)
    return CompositionEnvironment(domain.name, "plan", space, 100, verifier, partial_rewards)


def played(made: CompositionEnvironment, text: str, seed: int = 0) -> EpisodeOutcome:
    play = made.play(seed)
    assert next(play).text == "plan"
    with pytest.raises(StopIteration) as stop:
        play.send(text)
    outcome: EpisodeOutcome = stop.value.value
    return outcome


def test_what_the_world_verifies_earns_1(dinner: Domain) -> None:
    outcome = played(environment(dinner), ALIGNED)
    assert outcome.verified and outcome.accepted and outcome.reward == 1
    assert outcome.info["calls"] >= 4


@pytest.mark.parametrize(
    "text", [UNALIGNED, "", "nonsense", ALIGNED + ALIGNED, ALIGNED.replace("book_dinner", "lunch")]
)
def test_what_the_analyzer_does_not_accept_never_runs(text: str, dinner: Domain) -> None:
    outcome = played(environment(dinner), text)
    assert not outcome.accepted and outcome.reward == 0 and outcome.info["calls"] == 0


def test_an_accepted_composition_may_still_fail_its_world(dinner: Domain) -> None:
    for seed in range(20):
        world = dinner.world(seed)
        world.likes = {guest: frozenset() for guest in world.guests}
        verifier = Verifier(dinner.spec, dinner.task, lambda _, world=world: world)
        verdict = verifier(ALIGNED, seed)
        assert verdict.accepted and not verdict.verified and "suits everybody" in str(verdict.problem)


def test_a_partial_reward_names_the_character_that_earned_it(dinner: Domain) -> None:
    outcome = played(environment(dinner, ["cost", "calls"]), ALIGNED)
    ends = [place.end() - 1 for place in re.finditer(r"(ask_preference|identify_overlap|book_table)\(\w+\)", ALIGNED)]
    assert sorted({credit.offset for credit in outcome.credits}) == ends
    assert sum(c.reward for c in outcome.credits if c.name == "calls") == pytest.approx(0.1)
    assert all(c.reward < 0 for c in outcome.credits if c.name == "cost")


def test_a_partial_reward_has_one_name_and_has_to_be_known(dinner: Domain) -> None:
    with pytest.raises(ValueError, match="already"):
        register_partial_reward("cost")(partial_reward("calls"))
    with pytest.raises(ValueError, match="cost"):
        environment(dinner, ["costs"])


def test_the_partial_reward_on_the_training_page_can_be_registered(dinner: Domain) -> None:
    (block,) = re.findall(r"^```python\n(.*?)^```", (ROOT / "docs/training.md").read_text(), re.DOTALL | re.MULTILINE)
    exec(compile(block, "training.md", "exec"), {})
    outcome = played(environment(dinner, ["short"]), ALIGNED)
    assert len(outcome.credits) == ALIGNED.count("\n")


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("nowhere", "nowhere does not exist"),
        (str(EXAMPLES), "there is no .p2c file"),
        (str(ROOT / "README.md"), "README.md"),
    ],
)
def test_a_domain_that_is_none_says_so(path: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        load_domain(Path(path))
