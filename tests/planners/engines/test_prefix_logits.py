"""The logits after a prompt and some tokens, whatever was asked before."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

import torch

from p2c_dsl.planners.engines.prefix_logits import PrefixLogits
from tests.planners import tiny

PROMPT = (5, 6, 7, 8)


def test_they_are_those_of_the_whole_text() -> None:
    model = tiny.model()
    logits = PrefixLogits(model, PROMPT)
    for ids in [(), (9,), (9, 10), (9, 10, 11, 12), (9, 11), (), (9, 11, 3), (9, 11, 3), (9,), (4, 4, 4)]:
        with torch.inference_mode():
            expected = model(torch.tensor([[*PROMPT, *ids]])).logits[0, -1].numpy()
        np.testing.assert_allclose(logits(ids), expected, atol=1e-5)


def test_a_prompt_has_at_least_one_token() -> None:
    with pytest.raises(ValueError, match="at least one token"):
        PrefixLogits(tiny.model(), ())
