"""Masks for SGLang: a grammar object for each request, which is copied, rolled back and asked about drafts."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

pytest.importorskip("torch")
pytest.importorskip("llguidance")

import torch

from tests.planners import tiny
from tests.planners.engines import doubles
from tests.planners.engines.doubles import sglang_draft, sglang_generate
from tests.planners.tiny import accepted, spec_text

NAME = "p2c_dsl.planners.engines.sglang_backend"
BUDGET = 120
WIDTH = 640
"""Logits of a model are often more than its tokens."""


@pytest.fixture
def backend(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    modules = doubles.sglang_modules()
    for name, made in modules.items():
        monkeypatch.setitem(sys.modules, name, made)
    monkeypatch.delitem(sys.modules, NAME, raising=False)
    importlib.import_module(NAME).register()
    registry: Any = modules["sglang.srt.constrained.base_grammar_backend"]
    yield registry.REGISTRY["p2c"](None, tiny.tokenizer(), WIDTH, {tiny.tokenizer().eos_token_id})
    sys.modules.pop(NAME, None)


def key(name: str, **more: Any) -> str:
    return json.dumps({"spec": spec_text(name), "budget": BUDGET, **more})


def text(output: list[int]) -> str:
    return str(tiny.tokenizer().decode(output, skip_special_tokens=True))


def test_a_batch_of_requests_beside_one_without_a_grammar(backend: Any) -> None:
    torch.manual_seed(0)
    names = ["dinner", "deletion", "dinner", "dinner"]
    grammars = [backend.get(key(name, spelling=spelling)) for name in names for spelling in ("canonical", "any")]
    outputs = sglang_generate([*grammars, None], WIDTH, BUDGET)
    for grammar, name, output in zip(grammars, [n for n in names for _ in "12"], outputs, strict=False):
        assert grammar.is_terminated() and accepted(name, text(output)), text(output)


def test_a_copy_goes_its_own_way(backend: Any) -> None:
    torch.manual_seed(1)
    first = backend.get(key("dinner"))
    sglang_generate([first], WIDTH, 40)
    other = first.copy()
    sglang_generate([first], WIDTH, BUDGET)
    assert first.is_terminated() and not other.is_terminated()


def test_a_draft_is_judged_token_by_token_and_taken_back(backend: Any) -> None:
    torch.manual_seed(2)
    (output,) = sglang_generate([backend.get(key("dinner"))], WIDTH, BUDGET)
    grammar, choose, at = backend.get(key("dinner")), Random(0), 0
    while at < len(output):
        right = output[at : at + choose.randint(1, 6)]
        wrong = choose.randrange(len(tiny.tokenizer()))
        taken, masks = sglang_draft(grammar, [*right, wrong], WIDTH)
        assert taken >= len(right)
        # What comes after is as if nothing had been asked.
        again = sglang_draft(grammar, right, WIDTH)[1]
        assert torch.equal(masks[: len(right)], again[: len(right)])
        for token in right:
            grammar.accept_token(token)
        at += len(right)
    assert grammar.is_terminated()
    grammar.rollback(len(output))
    assert not grammar.is_terminated()
    with pytest.raises(ValueError, match="cannot be taken back"):
        grammar.rollback(1)


def test_forced_tokens_can_be_jumped_over(backend: Any) -> None:
    torch.manual_seed(3)
    (output,) = sglang_generate([backend.get(key("dinner"))], WIDTH, BUDGET)
    grammar, at, jumped = backend.get(key("dinner")), 0, 0
    while at < len(output):
        helper = grammar.try_jump_forward(tiny.tokenizer())
        run = output[at : at + 1] if helper is None else helper[0]
        assert run == output[at : at + len(run)] and run
        for token in run:
            grammar.accept_token(token)
        at, jumped = at + len(run), jumped + (len(run) if helper else 0)
    assert jumped > len(output) / 2
    grammar.jump_and_retokenize(output, output[:10], -1)
    assert not grammar.is_terminated()


def test_a_token_that_is_not_allowed_is_refused(backend: Any) -> None:
    with pytest.raises(ValueError, match="not allowed"):
        backend.get(key("dinner")).accept_token(3)


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ("compose", "Expecting value"),
        ("[]", "needs"),
        (json.dumps({"spec": "subtask f(\n"}), "has errors"),
        (key("dinner", budget=5), "budget"),
        (key("dinner", spelling="free"), "spelling"),
    ],
)
def test_a_request_that_cannot_be_met_gets_an_invalid_grammar_with_the_reason(
    backend: Any, asked: str, why: str
) -> None:
    assert why in backend.get(asked).error_message
