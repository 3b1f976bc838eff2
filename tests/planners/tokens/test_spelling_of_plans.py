"""In which tokens a planner writes: canonical ones, unless the model was trained otherwise or its own law is wanted."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

pytest.importorskip("torch")
pytest.importorskip("outlines")
pytest.importorskip("llguidance")

from p2c_dsl.planners.language_model import LanguageModelPlanner
from p2c_dsl.planners.models import load_own
from p2c_dsl.planners.tokens.canonical import ANY, SETTING, CanonicalTokens, for_planning
from p2c_dsl.planners.tokens.token_automaton import TokenAutomaton
from p2c_dsl.planners.tokens.vocabulary import vocabulary_of
from tests.planners import tiny
from tests.planners.tiny import accepted, domain_of


def test_compositions_drawn_as_a_whole_keep_every_spelling() -> None:
    assert for_planning(tiny.model(), None, whole=True) is TokenAutomaton
    assert for_planning(tiny.model(), None, whole=False) is CanonicalTokens


def test_the_small_planner_keeps_every_spelling() -> None:
    """It was trained on compositions in its tokenizer's own cuts."""
    assert for_planning(load_own()[0], None, whole=False) is TokenAutomaton


def test_a_lexeme_is_spelled_in_one_way_unless_the_model_was_trained_otherwise() -> None:
    """For a model that nobody has trained on compositions, any other cut is a choice about nothing."""
    told, trained = tiny.model_for(tiny.tokenizer()), tiny.model_for(tiny.tokenizer())
    setattr(trained.config, SETTING, ANY)
    canonical = CanonicalTokens(*domain_of("dinner"), vocabulary_of(tiny.tokenizer()), 256, effort=300)
    for model, settings, one_way in ((told, {}, True), (trained, {}, False), (told, {"spelling": ANY}, False)):
        made = LanguageModelPlanner(model, tiny.tokenizer(), 120, best_of=4, **settings)
        for candidate in made.candidates(*domain_of("dinner")):
            assert accepted("dinner", candidate.text)
            assert spelled_by(canonical, candidate.tokens) == one_way


def spelled_by(tokens: TokenAutomaton, ids: Sequence[int]) -> bool:
    """Whether an automaton has these tokens."""
    state = tokens.start
    for token in ids[:-1]:
        if token not in tokens.allowed(state):
            return False
        state = tokens.step(state, token)
    return True
