"""Mistakes in what decisions earn."""

from __future__ import annotations

from tests.mutants.mutate import Mutant
from tests.planners.rl import test_credit as tests
from tests.planners.rl.mistakes.mistake import Mistake

_RL = "p2c_dsl.planners.rl."

MISTAKES: tuple[Mistake, ...] = (
    (
        Mutant(
            "a row is in its own baseline",
            _RL + "advantages:leave_one_out_baseline",
            ".fill_diagonal_(False)",
            "",
        ),
        tests.test_the_mean_of_the_others_of_a_prompt_is_a_baseline,
    ),
    (
        Mutant(
            "advantages forget to decay",
            _RL + "advantages:generalized_advantages",
            "discount * decay * following",
            "discount * following",
        ),
        tests.test_advantages_are_those_of_the_definition,
    ),
    (
        Mutant(
            "a forced move takes time",
            _RL + "advantages:generalized_advantages",
            "following = torch.where(here, advantage, following)",
            "following = torch.where(here, advantage, following * discount * decay)",
        ),
        tests.test_advantages_are_those_of_the_definition,
    ),
    (
        Mutant(
            "an episode that has ended goes on",
            _RL + "ppo:prepare",
            "bootstrap * cut",
            "bootstrap",
        ),
        tests.test_what_is_cut_off_goes_on_and_what_has_ended_does_not,
    ),
    (
        Mutant(
            "an episode that is cut off has ended",
            _RL + "ppo:prepare",
            "bootstrap * cut",
            "bootstrap * 0",
        ),
        tests.test_what_is_cut_off_goes_on_and_what_has_ended_does_not,
    ),
    (
        Mutant(
            "what is earned at forced moves is lost",
            _RL + "advantages:credited",
            "scatter_add(1, target, rewards)",
            "scatter_add(1, places, rewards)",
        ),
        tests.test_what_tokens_earn_adds_up_to_the_reward_the_partial_rewards_and_the_kl,
    ),
    (
        Mutant(
            "the KL is a reward",
            _RL + "ppo:prepare",
            "- settings.kl_weight * kl",
            "+ settings.kl_weight * kl",
        ),
        tests.test_what_tokens_earn_adds_up_to_the_reward_the_partial_rewards_and_the_kl,
    ),
    (
        Mutant(
            "partial rewards are credited at the end",
            _RL + "batch:rewards_of",
            "rewards[row, part.start + place] += credit.reward",
            "rewards[row, len(episode.tokens) - 1] += credit.reward",
        ),
        tests.test_a_partial_reward_is_credited_to_the_decision_at_its_place,
    ),
    (
        Mutant(
            "partial rewards are all credited to the first turn",
            _RL + "batch:rewards_of",
            "rewards[row, part.start + place]",
            "rewards[row, place]",
        ),
        tests.test_a_partial_reward_of_an_earlier_turn_is_credited_there,
    ),
    (
        Mutant(
            "the penalty for the KL is not scaled with the rewards",
            _RL + "ppo:prepare",
            "rewards = (credited(earned, decisions) - settings.kl_weight * kl) / divisor",
            "rewards = credited(earned, decisions) / divisor - settings.kl_weight * kl",
        ),
        tests.test_the_penalty_for_a_nat_is_in_the_units_of_the_reward_whatever_the_scale,
    ),
    (
        Mutant(
            "small differences between advantages are made large",
            _RL + "advantages:normalised",
            "deviation.float().clamp(min=LEAST_DEVIATION)",
            "deviation.float().clamp(min=1e-8)",
        ),
        tests.test_advantages_that_hardly_differ_are_not_stretched,
    ),
    (
        Mutant(
            "a prompt that was tried once teaches nothing",
            _RL + "advantages:informative",
            " | (same.sum(1) == 1)",
            "",
        ),
        tests.test_a_prompt_teaches_something_where_its_returns_differ_or_it_was_tried_once,
    ),
    (
        Mutant(
            "advantages are normalised over padding",
            _RL + "advantages:normalised",
            "advantages[decisions].double()",
            "advantages.flatten().double()",
        ),
        tests.test_normalised_advantages_know_no_padding,
    ),
)
