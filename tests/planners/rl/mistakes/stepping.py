"""Mistakes in caches, padding and rows that leave."""

from __future__ import annotations

from tests.mutants.mutate import Mutant
from tests.planners.rl import test_stepping as tests
from tests.planners.rl.mistakes.mistake import Mistake

_RL = "p2c_dsl.planners.rl."

MISTAKES: tuple[Mistake, ...] = (
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
            _RL + "policy.key_values:PromptCache.separate",
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
            _RL + "policy.key_values:PromptCache.mask",
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
