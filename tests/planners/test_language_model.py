"""Language models under the rules: whatever the weights, what is written is accepted, and it ends in time."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")
pytest.importorskip("outlines")
pytest.importorskip("llguidance")

import torch
import transformers

from p2c_dsl.planners import FewerPlans, NoContinuation, Unplannable
from p2c_dsl.planners.language_model import LanguageModelPlanner, prompt
from p2c_dsl.planners.tokens.token_automaton import TokenAutomaton
from p2c_dsl.planners.tokens.vocabulary import vocabulary_of
from tests.planners import tiny
from tests.planners.tiny import STEPS, accepted, all_accepted, domain_of, spec_of

BUDGET = 120

BEGUN = "compose book_dinner(users):\n    table = {}\n    for user in users:\n"

FEW = """\
type A
subtask f() -> A
subtask g() -> A
task t() -> A:
    steps <= 2
"""
"""Two compositions: `a = f()` or `a = g()`, and `return a`."""


def planner(**settings: Any) -> LanguageModelPlanner:
    return LanguageModelPlanner(tiny.model(), tiny.tokenizer(), **{"budget": BUDGET, **settings})


@pytest.mark.parametrize("temperature", [1.0, 2.0, 1e-30, 1e30])
@pytest.mark.parametrize("name", STEPS)
def test_random_weights_write_accepted_compositions_that_end(name: str, temperature: float) -> None:
    for candidate in planner(temperature=temperature, best_of=4).candidates(*domain_of(name)):
        assert accepted(name, candidate.text), candidate.text
        assert len(candidate.tokens) <= BUDGET


def test_equal_seeds_give_equal_plans_and_other_seeds_others() -> None:
    one, same, other = ([*planner(seed=seed).plans(*domain_of("deletion"), 2)] for seed in (7, 7, 9))
    assert one == same != other


def test_the_random_numbers_of_others_are_left_alone() -> None:
    made = planner()
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    made.plan(*domain_of("dinner"))
    assert torch.equal(torch.rand(3), expected)


def test_a_candidate_does_not_depend_on_how_many_there_are() -> None:
    few, many = (planner(best_of=k).candidates(*domain_of("deletion")) for k in (2, 3))
    assert [c.text for c in many[:2]] == [c.text for c in few]


def test_at_temperature_0_each_token_is_the_likeliest_that_is_allowed() -> None:
    one, other = (planner(temperature=0, seed=seed).plan(*domain_of("deletion")) for seed in (1, 2))
    assert one == other
    with pytest.warns(FewerPlans, match="found 1 of 2"):
        assert list(planner(temperature=0).plans(*domain_of("deletion"), 2)) == [one]


def test_plans_are_different_and_it_is_told_when_there_are_no_more() -> None:
    with pytest.warns(FewerPlans, match="found 2 of 5 different plans: 10 further draws"):
        plans = list(planner(temperature=5.0).plans(*spec_of(FEW), 5))
    assert len(set(plans)) == 2 and all_accepted(FEW, plans)


def test_plans_go_on_until_there_are_no_more() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(list(planner(temperature=5.0).plans(*spec_of(FEW)))) == 2


# ---------------------------------------------------------------- the best of several
def log_probability(spec_text: str, ids: Sequence[int]) -> float:
    """What the model gives a row of tokens, masked and renormalised, by one forward pass."""
    spec, task = spec_of(spec_text)
    words = tiny.tokenizer()
    tokens = TokenAutomaton(spec, task, vocabulary_of(words), BUDGET)
    asked = words(prompt(spec, task))["input_ids"]
    with torch.no_grad():
        logits = tiny.model()(torch.tensor([[*asked, *ids]])).logits[0, len(asked) - 1 : -1]
    total, state = 0.0, tokens.start
    for place, token in enumerate(ids):
        allowed = list(tokens.within(state, BUDGET - place))
        total += float(logits[place, token] - logits[place, allowed].logsumexp(0))
        state = tokens.step(state, token) if token != words.eos_token_id else state
    return total


@pytest.mark.parametrize("temperature", [0.0, 1.0, 3.0])
def test_log_probabilities_are_those_of_the_masked_model(temperature: float) -> None:
    for candidate in planner(best_of=4, temperature=temperature, spelling="any").candidates(*spec_of(FEW)):
        assert candidate.log_probability == pytest.approx(log_probability(FEW, candidate.tokens), abs=1e-3)
        assert candidate.per_token == candidate.log_probability / len(candidate.tokens)
        assert tiny.tokenizer().decode(candidate.tokens[:-1]) == candidate.text.rstrip("\n")


def test_plans_can_be_drawn_as_the_model_has_them_and_it_says_where_that_is_not_exact() -> None:
    said, written = list[str](), list[str]()
    made = planner(sample="conditional", best_of=2, note=said.append, watch=written.append)
    candidates = made.candidates(*domain_of("deletion"))
    assert all(accepted("deletion", candidate.text) for candidate in candidates)
    assert len(said) == sum(candidate.effective is not None for candidate in candidates)
    assert all("only about" in line for line in said)
    assert written == [candidates[0].text.rstrip("\n")] or written == [candidates[0].text]
    assert [c.text for c in planner(sample="conditional", best_of=2).candidates(*domain_of("deletion"))] == [
        c.text for c in candidates
    ]


def test_the_best_is_the_likeliest_or_what_a_scorer_likes_best() -> None:
    wanted = {"best_of": 6, "temperature": 3.0}
    candidates = planner(**wanted).candidates(*domain_of("deletion"))
    texts = [c.text for c in candidates]
    assert len(set(texts)) > 1
    best = max(candidates, key=lambda c: c.log_probability)
    assert planner(**wanted).plan(*domain_of("deletion")) == best.text
    per_token = max(candidates, key=lambda c: c.per_token)
    assert planner(**wanted, length_normalised=True).plan(*domain_of("deletion")) == per_token.text
    longest = planner(**wanted, scorer=lambda text: len(text)).plan(*domain_of("deletion"))
    assert len(longest) == max(map(len, texts))


# ---------------------------------------------------------------- while it writes
def test_a_stream_is_the_plan_in_pieces() -> None:
    pieces = list(planner(seed=3).stream(*domain_of("dinner")))
    assert len(pieces) > 10
    assert "".join(pieces) == planner(seed=3).plan(*domain_of("dinner"))


def test_a_stream_can_be_left_early_and_raises_what_planning_raises() -> None:
    stream = planner().stream(*domain_of("dinner"))
    assert "compose".startswith(next(stream)[:7])
    stream.close()
    with pytest.raises(Unplannable):
        next(planner(budget=10).stream(*domain_of("dinner")))
    assert accepted("dinner", planner().plan(*domain_of("dinner")))


def test_who_watches_is_told_the_text_so_far() -> None:
    told: list[str] = []
    plan = planner(watch=told.append, best_of=2, scorer=lambda text: 0.0).plan(*domain_of("dinner"))
    assert told == sorted(told, key=len) and told[-1].rstrip() == plan.rstrip()


# ---------------------------------------------------------------- from a beginning
def test_it_goes_on_from_a_beginning() -> None:
    for candidate in planner(best_of=3).candidates(*domain_of("dinner"), BEGUN):
        assert candidate.text.startswith(BEGUN.rstrip()) and accepted("dinner", candidate.text)
    pieces = list(planner().stream(*domain_of("dinner"), BEGUN))
    assert "".join(pieces) == planner().plan(*domain_of("dinner"), BEGUN)


def test_a_whole_composition_is_only_ended_or_gone_on_with() -> None:
    whole = planner().plan(*domain_of("dinner"))
    assert accepted("dinner", planner().plan(*domain_of("dinner"), whole))


def test_a_beginning_that_breaks_a_rule_is_refused() -> None:
    with pytest.raises(NoContinuation, match="line 4"):
        planner().plan(*domain_of("dinner"), BEGUN + "        for user2 in users:\n")


def test_within_a_word_too() -> None:
    cut = BEGUN + "        table[user] = ask_pre"
    told: list[str] = []
    plan = planner(watch=told.append).plan(*domain_of("dinner"), cut)
    assert plan.startswith(cut) and accepted("dinner", plan) and all(text.startswith(cut) for text in told)


# ---------------------------------------------------------------- what has been found out before
def test_what_has_been_found_out_is_kept_in_a_file(tmp_path: Path) -> None:
    cache = tmp_path / "dinner.cache"
    first = planner(cache=cache, seed=2).plan(*domain_of("dinner"))
    size = cache.stat().st_size
    assert planner(cache=cache, seed=2).plan(*domain_of("dinner")) == first and cache.stat().st_size == size
    assert planner(seed=2).plan(*domain_of("dinner")) == first
    for other in ("deletion", "dinner"):
        with pytest.raises(ValueError, match="another spec, task"):
            planner(cache=cache, budget=BUDGET + 1).plan(*domain_of(other))
    cache.write_text("my notes")
    with pytest.raises(ValueError, match="not a cache"):
        planner(cache=cache).plan(*domain_of("dinner"))
    assert cache.read_text() == "my notes"


# ---------------------------------------------------------------- odd models, tokenizers and specs
def test_the_least_budget_is_enough_and_less_is_told() -> None:
    tokens = TokenAutomaton(*domain_of("dinner"), vocabulary_of(tiny.tokenizer()), 256, effort=300)
    least = tokens.needed(tokens.start)
    assert accepted("dinner", planner(budget=least, temperature=2.0).plan(*domain_of("dinner")))
    for budget in (least // 2, 1):
        with pytest.raises(Unplannable, match="budget"):
            planner(budget=budget).plan(*domain_of("dinner"))


@pytest.mark.parametrize(
    "settings",
    [
        {"temperature": -1.0},
        {"temperature": float("nan")},
        {"temperature": float("inf")},
        {"best_of": 0},
        {"budget": 0},
        {"sample": "fair"},
        {"sample": "conditional", "temperature": 0},
    ],
)
def test_settings_out_of_range_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"temperature|at least 1|masked or conditional"):
        planner(**settings)


def test_a_model_s_own_settings_for_generation_change_nothing() -> None:
    model = tiny.model_for(tiny.tokenizer())
    plain = LanguageModelPlanner(model, tiny.tokenizer(), BUDGET).plan(*domain_of("dinner"))
    own = transformers.GenerationConfig(
        min_new_tokens=110, repetition_penalty=9.0, suppress_tokens=[0], num_beams=2, do_sample=True, top_k=2
    )
    model.generation_config = own
    model.train()
    assert LanguageModelPlanner(model, tiny.tokenizer(), BUDGET).plan(*domain_of("dinner")) == plain
    assert model.generation_config is own and model.training


def test_a_model_may_have_more_logits_than_there_are_tokens_or_lack_special_ones() -> None:
    words = tiny.tokenizer()
    more = copy.deepcopy(words)
    more.add_special_tokens({"additional_special_tokens": ["<one>", "<two>"]})
    for tokenizer, width in ((words, len(words) + 64), (more, len(words))):
        odd = LanguageModelPlanner(tiny.model_for(words, width=width), tokenizer, BUDGET, temperature=2.0)
        assert accepted("dinner", odd.plan(*domain_of("dinner")))


def test_a_tokenizer_of_another_model_is_refused() -> None:
    words = tiny.tokenizer()
    with pytest.raises(ValueError, match="they do not belong together"):
        LanguageModelPlanner(tiny.model_for(words, width=300), words).plan(*domain_of("dinner"))


def test_a_model_that_gives_no_numbers_is_told_so() -> None:
    broken = tiny.model_for(tiny.tokenizer())
    broken.lm_head.weight.data.fill_(float("nan"))
    with pytest.raises(FloatingPointError, match="not finite"):
        LanguageModelPlanner(broken, tiny.tokenizer(), BUDGET).plan(*domain_of("dinner"))


def test_specs_in_other_scripts_and_tasks_without_inputs() -> None:
    text = (
        'type Straße\n\nsubtask größe_ändern() -> Straße:\n    """Ändert die Größe 🙂."""\n\n'
        'subtask 道(straße: Straße) -> Straße\n\ntask 計画() -> Straße:\n    """Geh «schnell»."""\n    steps <= 3\n'
    )
    told: list[str] = []
    unicode = planner(watch=told.append, temperature=4.0, budget=200)
    plans = list(unicode.plans(*spec_of(text), 3))
    assert len(set(plans)) == 3 and all_accepted(text, plans)
    assert not any("�" in piece for piece in told)
    assert "".join(unicode.stream(*spec_of(text))) == plans[0]


def test_the_core_is_read_without_torch() -> None:
    assert "torch" not in (Path(__file__).parents[2] / "planners" / "tokens" / "token_automaton.py").read_text()
