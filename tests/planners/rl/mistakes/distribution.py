"""Mistakes in the one distribution under the mask."""

from __future__ import annotations

from tests.mutants.mutate import Mutant
from tests.planners.rl import test_distribution as tests
from tests.planners.rl.mistakes.mistake import Mistake

_RL = "p2c_dsl.planners.rl."
_SCORE = "log_probs, legal = self.distribution(deciding, masks[decisions])"
_DECIDING = "deciding = hidden[packing.flat(torch.cat([decisions, none], 1))]"

MISTAKES: tuple[Mistake, ...] = (
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
            "if number == NO_MASK:",
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
            "the update's tokens look at those that follow them",
            _RL + "policy.key_values:PromptCache.whole",
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
)
