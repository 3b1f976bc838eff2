"""Mistakes in the update."""

from __future__ import annotations

from tests.mutants.mutate import Mutant
from tests.planners.rl import test_update as tests
from tests.planners.rl.mistakes.mistake import Mistake

_RL = "p2c_dsl.planners.rl."

MISTAKES: tuple[Mistake, ...] = (
    (
        Mutant(
            "the ratio is clipped without looking at the advantage",
            _RL + "ppo:losses",
            "-torch.minimum(ratio * advantage, clipped_ratio * advantage)",
            "-clipped_ratio * advantage",
        ),
        tests.test_the_losses_are_those_of_the_definition,
    ),
    (
        Mutant(
            "the smaller of the two value losses",
            _RL + "ppo:losses",
            "torch.maximum(value_loss",
            "torch.minimum(value_loss",
        ),
        tests.test_the_losses_are_those_of_the_definition,
    ),
    (
        Mutant(
            "the approximate KL is that of the other direction",
            _RL + "ppo:losses",
            "(ratio - 1) - log_ratio",
            "-log_ratio",
        ),
        tests.test_the_losses_are_those_of_the_definition,
    ),
    (
        Mutant(
            "each rank normalises for itself",
            _RL + "advantages:normalised",
            "reduce(own)",
            "own",
        ),
        tests.test_advantages_are_normalised_over_all_ranks,
    ),
    (
        Mutant(
            "ranks average their own means",
            _RL + "ppo:gradients",
            "count = reduce(batch.rollout.decisions[rows].sum().double())",
            "count = 2 * (batch.rollout.decisions[rows].sum().double())",
        ),
        tests.test_the_gradient_of_two_ranks_is_that_of_one_big_batch,
    ),
    (
        Mutant(
            "ranks keep their gradients to themselves",
            _RL + "ppo:add_up",
            "whole = reduce(torch.cat([p.grad.flatten() for p in found if p.grad is not None]))",
            "whole = torch.cat([p.grad.flatten() for p in found])",
        ),
        tests.test_the_gradient_of_two_ranks_is_that_of_one_big_batch,
    ),
    (
        Mutant(
            "each microbatch divides by its own decisions",
            _RL + "ppo:gradients",
            "/ count.to(found.policy.dtype)",
            "/ piece.decisions.sum()",
        ),
        tests.test_microbatches_add_up_to_one_batch,
    ),
    (
        Mutant(
            "the old log-probabilities are those of the reference",
            _RL + "ppo:prepare",
            "return Batch(rollout, old,",
            "return Batch(rollout, old * 0.9,",
        ),
        tests.test_without_a_learning_rate_nothing_moves,
    ),
    (
        Mutant(
            "prompts whose returns are all the same take part",
            _RL + "ppo:update",
            "rows = minibatch[batch.informative[minibatch]]",
            "rows = minibatch",
        ),
        tests.test_a_prompt_whose_words_earn_the_same_adds_nothing_to_the_update_of_others,
    ),
    (
        Mutant(
            "a step is taken without any row",
            _RL + "ppo:update",
            "if not reduce(rows.new_tensor(len(rows))):",
            "if False:",
        ),
        lambda: tests.test_where_every_word_earns_the_same_no_weight_moves(0.4),
    ),
    (
        Mutant(
            "the update never ends early",
            _RL + "ppo:update",
            'found["losses/approx_kl"] > settings.target_kl',
            "False",
        ),
        tests.test_an_update_ends_once_the_policy_has_moved_far,
    ),
)
