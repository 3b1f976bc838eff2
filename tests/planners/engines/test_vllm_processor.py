"""Masks for vLLM: requests enter, leave, change places and are preempted; each one's composition is accepted."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("torch")
pytest.importorskip("llguidance")

import torch
import transformers

from tests.planners import tiny
from tests.planners.engines import doubles
from tests.planners.engines.doubles import VllmBatch, VllmRequest, vllm_parameters
from tests.planners.tiny import accepted, spec_text

NAME = "p2c_dsl.planners.engines.vllm_processor"
BUDGET = 120


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name, made in doubles.vllm_modules().items():
        monkeypatch.setitem(sys.modules, name, made)
    monkeypatch.delitem(sys.modules, NAME, raising=False)
    monkeypatch.setattr(transformers.AutoTokenizer, "from_pretrained", lambda *_, **__: tiny.tokenizer())
    yield importlib.import_module(NAME)
    sys.modules.pop(NAME, None)


def config(**more: Any) -> Any:
    of_model = SimpleNamespace(tokenizer="tiny", tokenizer_revision=None, trust_remote_code=False)
    return SimpleNamespace(**{"speculative_config": None, "model_config": of_model, **more})


def processor_of(module: Any) -> Any:
    return module.VllmLogitsProcessor(config(), torch.device("cpu"), False)


def wanted(name: str, **more: Any) -> Any:
    asked = {"spec": spec_text(name), "budget": BUDGET, **more}
    return vllm_parameters(max_tokens=BUDGET, extra_args={"p2c": asked})


def text(output: list[int]) -> str:
    return str(tiny.tokenizer().decode(output, skip_special_tokens=True))


def test_requests_of_two_tasks_that_come_and_go(module: Any) -> None:
    torch.manual_seed(0)
    end, width = tiny.tokenizer().eos_token_id, len(tiny.tokenizer())
    batch, choose, ended = VllmBatch(processor_of(module), width + 24, end, 0), Random(0), list[VllmRequest]()
    waiting = [VllmRequest(wanted(n), [7] * (1 + k)) for k, n in enumerate(["dinner", "deletion"] * 6)]
    waiting += [VllmRequest(wanted("dinner", spelling="any"), [9]) for _ in range(4)]
    count, steps, back = len(waiting), 0, list[VllmRequest]()
    while len(ended) < count and steps < 2000:
        entering = back or [waiting.pop() for _ in range(min(len(waiting), choose.choice([0, 0, 1, 3])))]
        going = [row for n, row in enumerate(batch.rows) if n not in batch.free]
        preempted = choose.choice(going) if going and choose.random() < 0.05 else None
        ended += batch.step(entering, preempted)
        # A preempted request comes back with what it has written.
        back, steps = [preempted] if preempted is not None else [], steps + 1
    assert len(ended) == count
    for request in ended:
        name = "deletion" if "delete" in request.parameters.extra_args["p2c"]["spec"] else "dinner"
        assert request.output[-1] == end and accepted(name, text(request.output)), text(request.output)


def test_other_requests_are_left_alone(module: Any) -> None:
    processor = processor_of(module)
    added = [(0, vllm_parameters(), [1], []), (1, wanted("dinner"), [1], [])]
    processor.update_state(doubles.BatchUpdate(2, [], added, []))
    logits = torch.randn(2, len(tiny.tokenizer()))
    given = processor.apply(logits.clone())
    assert torch.equal(given[0], logits[0]) and torch.isinf(given[1]).any()
    assert not processor.is_argmax_invariant()


def test_speculative_decoding_is_refused(module: Any) -> None:
    with pytest.raises(ValueError, match="speculative"):
        module.VllmLogitsProcessor(config(speculative_config=object()), torch.device("cpu"), False)


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"min_tokens": 4}, "min_tokens"),
        ({"ignore_eos": True}, "ignore_eos"),
        ({"allowed_token_ids": [1]}, "allowed_token_ids"),
        ({"max_tokens": 20}, "may take 120"),
        ({"extra_args": {"p2c": {"budget": 5}}}, "needs"),
        ({"extra_args": {"p2c": {"spec": "", "tasks": 5}}}, "no `tasks`"),
        ({"extra_args": {"p2c": {"spec": "", "budget": "5"}}}, "`budget`"),
        ({"extra_args": {"p2c": {"spec": "subtask f(\n"}}}, "has errors"),
        ({"extra_args": {"p2c": {"spec": "subtask f()\n"}}}, "`task` has to be"),
    ],
)
def test_requests_that_cannot_work_are_refused_where_they_come_in(module: Any, more: Any, why: str) -> None:
    parameters = wanted("dinner")
    module.VllmLogitsProcessor.validate_params(parameters)
    for name, value in more.items():
        setattr(parameters, name, value)
    with pytest.raises(ValueError, match=why):
        module.VllmLogitsProcessor.validate_params(parameters)


def test_a_request_without_any_composition_ends_and_others_go_on(module: Any, caplog: pytest.LogCaptureFixture) -> None:
    end, processor = tiny.tokenizer().eos_token_id, processor_of(module)
    added = [(0, wanted("dinner", budget=5), [1], []), (1, wanted("dinner"), [1], [])]
    processor.update_state(doubles.BatchUpdate(2, [], added, []))
    given = processor.apply(torch.randn(2, len(tiny.tokenizer())))
    assert torch.isfinite(given[0]).nonzero().flatten().tolist() == [end]
    assert end not in torch.isfinite(given[1]).nonzero().flatten().tolist()
    assert "cannot be written" in caplog.text


@pytest.mark.parametrize("token", [-1, 3])
def test_a_token_that_no_mask_allowed_ends_its_request(
    module: Any, token: int, caplog: pytest.LogCaptureFixture
) -> None:
    """As by a processor after this one; and −1 is what asynchronous scheduling writes for a token to come."""
    end, processor, output = tiny.tokenizer().eos_token_id, processor_of(module), list[int]()
    processor.update_state(doubles.BatchUpdate(1, [], [(0, wanted("dinner"), [1], output)], []))
    processor.apply(torch.randn(1, len(tiny.tokenizer())))
    output.append(token)
    given = processor.apply(torch.randn(1, len(tiny.tokenizer())))
    assert torch.isfinite(given[0]).nonzero().flatten().tolist() == [end]
    assert "broken off" in caplog.text


def test_output_that_is_taken_back_is_followed(module: Any) -> None:
    """vLLM discards tokens where loading keys and values has failed."""
    processor, output = processor_of(module), list[int]()
    processor.update_state(doubles.BatchUpdate(1, [], [(0, wanted("dinner"), [1], output)], []))
    seen = []
    for _ in range(30):
        given = processor.apply(torch.randn(1, len(tiny.tokenizer())))
        seen.append(torch.isfinite(given))
        output.append(int(given.argmax()))
    del output[12:]
    assert torch.equal(torch.isfinite(processor.apply(torch.randn(1, len(tiny.tokenizer())))), seen[12])
