"""The classic mistakes of training under a mask, put into the trainer's source: each is noticed by a test."""

from __future__ import annotations

from collections.abc import Callable

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

from tests.mutants.mutate import Mutant, mutated
from tests.planners.rl import test_ppo as tests

_RL = "p2c_dsl.planners.rl."
_SCORE = "log_probs, legal = self.distribution(deciding, masks[decisions])"
_DECIDING = "deciding = hidden[packing.flat(torch.cat([decisions, none], 1))]"
Check = Callable[[], None]

MISTAKES: tuple[tuple[Mutant, Check], ...] = (
    (
        Mutant(
            "the mask is used in sampling and forgotten in the loss",
            _RL + "policy.policy:Policy.score",
            _SCORE,
            "legal = self.masks.legal(masks[decisions])\n"
            "    log_probs = self._base.get_output_embeddings()(deciding).log_softmax(-1)",
        ),
        tests.test_the_first_ratio_is_1,
    ),
    (
        Mutant(
            "the update's masks are those of the token before",
            _RL + "policy.policy:Policy.score",
            _SCORE,
            _SCORE.replace("masks[decisions]", "masks.roll(1, 1)[decisions].clamp(min=1)"),
        ),
        tests.test_the_first_ratio_is_1,
    ),
    (
        Mutant(
            "a token is scored by the state that follows it",
            _RL + "policy.policy:Policy.score",
            _DECIDING,
            _DECIDING.replace("decisions, none", "none, decisions"),
        ),
        tests.test_the_probabilities_of_all_words_add_up_to_1,
    ),
    (
        Mutant(
            "dropout is on in the update",
            _RL + "policy.policy:Policy.train",
            "nn.Module.train(self, False)",
            "nn.Module.train(self, mode)",
        ),
        tests.test_the_first_ratio_is_1_whatever_mode_the_model_is_in,
    ),
    (
        Mutant(
            "the reference is asked without the mask",
            _RL + "ppo:prepare",
            "expected = piece.score(reference).log_probs",
            "expected = piece.score(reference).log_probs - 1.0",
        ),
        tests.test_the_kl_to_the_reference_is_0_at_first,
    ),
    (
        Mutant(
            "a row is in its own baseline",
            _RL + "advantages:of_the_others",
            ".fill_diagonal_(False)",
            "",
        ),
        tests.test_the_mean_of_the_others_of_a_prompt_is_a_baseline,
    ),
    (
        Mutant(
            "the KL is to the policy itself",
            _RL + "ppo:prepare",
            "piece.score(reference)",
            "piece.score(policy)",
        ),
        tests.test_the_kl_to_the_reference_is_that_of_what_is_legal,
    ),
    (
        Mutant(
            "probabilities are masked and not renormalised",
            _RL + "policy.masking:masked_log_probs",
            "torch.log_softmax(logits.to(exact).masked_fill(~legal, -torch.inf), -1)",
            "torch.log_softmax(logits.float(), -1).masked_fill(~legal, -torch.inf)",
        ),
        tests.test_the_probabilities_of_all_words_add_up_to_1,
    ),
    (
        Mutant(
            "masked logits are taken into the softmax's gradient",
            _RL + "policy.masking:masked_log_probs",
            "torch.log_softmax(logits.to(exact).masked_fill(~legal, -torch.inf), -1)",
            "torch.log_softmax(logits.float(), -1).masked_fill(~legal, -torch.inf)",
        ),
        tests.test_a_masked_logit_has_no_gradient_at_all,
    ),
    (
        Mutant(
            "masked logits are lowered, not taken out",
            _RL + "policy.masking:masked_log_probs",
            "logits.to(exact).masked_fill(~legal, -torch.inf)",
            "logits.float() - 10.0 * ~legal",
        ),
        tests.test_what_is_masked_has_no_probability,
    ),
    (
        Mutant(
            "an empty set of legal tokens passes",
            _RL + "policy.masking:masked_log_probs",
            "elif not some:",
            "elif False:",
        ),
        tests.test_an_empty_set_of_legal_tokens_is_an_error,
    ),
    (
        Mutant(
            "a mask without a token is let in",
            _RL + "policy.masking:MaskTable.number",
            "if not len(legal):",
            "if False:",
        ),
        tests.test_a_mask_without_a_token_is_an_error,
    ),
    (
        Mutant(
            "the entropy is that over the whole vocabulary",
            _RL + "policy.masking:entropy",
            "log_probs.masked_fill(~legal, 0.0)",
            "log_probs.masked_fill(~legal, -20.0) + 0.01",
        ),
        tests.test_the_entropy_of_uniform_logits_is_the_logarithm_of_how_many_are_legal,
    ),
    (
        Mutant(
            "the entropy has 0 times minus infinity in it",
            _RL + "policy.masking:entropy",
            "log_probs.masked_fill(~legal, 0.0)",
            "log_probs",
        ),
        tests.test_a_masked_logit_has_no_gradient_at_all,
    ),
    (
        Mutant(
            "a forced move has a little entropy",
            _RL + "policy.masking:entropy",
            ".sum(-1)",
            ".sum(-1) + 1e-6",
        ),
        tests.test_a_forced_move_has_log_probability_and_entropy_0,
    ),
    (
        Mutant(
            "forced moves count as decisions",
            _RL + "policy.masking:MaskTable.decides",
            "number != NO_MASK and self.forced[number] is None",
            "number != NO_MASK",
        ),
        tests.test_forced_moves_and_context_are_no_decisions,
    ),
    (
        Mutant(
            "context counts as decisions",
            _RL + "policy.masking:MaskTable.decides",
            "number != NO_MASK and self.forced[number] is None",
            "self.forced[number] is None",
        ),
        tests.test_forced_moves_and_context_are_no_decisions,
    ),
    (
        Mutant(
            "losses are divided by all tokens",
            _RL + "ppo:gradients",
            "reduce(batch.rollout.decisions[rows].sum().double())",
            "reduce(batch.rollout.lengths[rows].sum().double())",
        ),
        tests.test_only_decisions_are_divided_by,
    ),
    (
        Mutant(
            "the sign of the policy's loss",
            _RL + "ppo:losses",
            "-torch.minimum(ratio * advantage",
            "torch.minimum(ratio * advantage",
        ),
        tests.test_the_gradient_is_that_of_the_expected_reward,
    ),
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
            "advantages are normalised over padding",
            _RL + "advantages:normalised",
            "advantages[decisions].double()",
            "advantages.flatten().double()",
        ),
        tests.test_normalised_advantages_know_no_padding,
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
            "the update never ends early",
            _RL + "ppo:update",
            'found["losses/approx_kl"] > settings.target_kl',
            "False",
        ),
        tests.test_an_update_ends_once_the_policy_has_moved_far,
    ),
    (
        Mutant(
            "positions of cached steps are off by one",
            _RL + "policy.policy:Policy.step",
            "at.prefix.lengths[at.rows][packing.row] + steps.place",
            "at.prefix.lengths[at.rows][packing.row] + steps.place + 1",
        ),
        tests.test_rows_that_leave_change_nothing_for_those_that_stay,
    ),
    (
        Mutant(
            "a token of a run looks at those that follow it",
            _RL + "policy.key_values:OwnTokens.next",
            "torch.arange(width, device=device) > place.unsqueeze(-1)",
            "torch.arange(width, device=device) >= width + 0 * place.unsqueeze(-1)",
        ),
        tests.test_rows_that_leave_change_nothing_for_those_that_stay,
    ),
    (
        Mutant(
            "a run of tokens overwrites the last one",
            _RL + "policy.key_values:OwnTokens.next",
            "torch.tensor(self._filled, device=device)[packing.row] + packing.slot",
            "(torch.tensor(self._filled, device=device)[packing.row] + packing.slot - 1).clamp(min=0)",
        ),
        tests.test_rows_that_leave_change_nothing_for_those_that_stay,
    ),
    (
        Mutant(
            "the update's tokens look at those that follow them",
            _RL + "policy.key_values:Prefix.whole",
            ".tril()",
            "",
        ),
        tests.test_the_probabilities_of_all_words_add_up_to_1,
    ),
    (
        Mutant(
            "rows of other lengths are given each other's places",
            _RL + "policy.attention:Packing.of",
            "for place in range(count)",
            "for place in range(count)[::-1]",
        ),
        tests.test_the_probabilities_of_all_words_add_up_to_1,
    ),
    (
        Mutant(
            "the last decision of a row is cut off",
            _RL + "batch:pieces",
            "lengths=tuple(max(lengths[row] - (not whole), 0) for row in group)",
            "lengths=tuple(max(lengths[row] - 2, 0) for row in group)",
        ),
        tests.test_the_first_ratio_is_1,
    ),
    (
        Mutant(
            "sampling prefers tokens with high numbers",
            _RL + "rollout:_sample",
            "drawn * sums[:, -1:]",
            "drawn.sqrt() * sums[:, -1:]",
        ),
        tests.test_sampling_follows_the_probabilities,
    ),
    (
        Mutant(
            "rows read the prompt of another",
            _RL + "policy.key_values:Prefix.separate",
            "enumerate(starts)",
            "list(enumerate(starts))[::-1]",
        ),
        tests.test_rows_that_leave_change_nothing_for_those_that_stay,
    ),
    (
        Mutant(
            "padding on the left shifts positions",
            _RL + "policy.policy:Policy.prefix",
            "(torch.arange(width, device=device) - (width - lengths).unsqueeze(-1)).clamp(min=0)",
            "torch.arange(width, device=device).expand(len(prompts), -1)",
        ),
        tests.test_padding_changes_nothing,
    ),
    (
        Mutant(
            "padding on the left is read",
            _RL + "policy.key_values:Prefix.mask",
            "places >= (self.width - self.lengths[rows]).unsqueeze(-1)",
            "(places >= 0).expand(len(rows), -1)",
        ),
        tests.test_padding_changes_nothing,
    ),
    (
        Mutant(
            "rows that stay get the keys of rows that left",
            _RL + "policy.policy:Stepping.keep",
            "self.own.keep(kept)",
            "self.own.keep(range(len(kept)))",
        ),
        tests.test_rows_that_leave_change_nothing_for_those_that_stay,
    ),
)


@pytest.mark.parametrize(("mutant", "check"), MISTAKES, ids=[mutant.name for mutant, _ in MISTAKES])
def test_the_mistake_is_noticed(mutant: Mutant, check: Check) -> None:
    noticed = (AssertionError, pytest.fail.Exception, ValueError, IndexError, RuntimeError)
    with mutated(mutant), pytest.raises(noticed):
        check()
