"""Engines that cannot be installed beside the tests, as their packages have them: their interfaces and call orders.

Names, signatures and the order of calls are those of vllm 0.33.0 (`vllm/v1/sample/logits_processor/interface.py`,
`vllm/v1/worker/gpu_input_batch.py`), sglang 0.5.23 (`sglang/srt/constrained/base_grammar_backend.py`,
`sglang/srt/managers/scheduler_components/batch_result_processor.py`, `sglang/srt/speculative/spec_utils.py`) and
llama-cpp-python 0.3.35 (`llama_cpp/llama.py: Llama.generate`, `_init_sampler`). What is drawn is random.
"""

from __future__ import annotations

import enum
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import torch

# ---------------------------------------------------------------- vLLM


class MoveDirectionality(enum.Enum):
    UNIDIRECTIONAL = enum.auto()
    SWAP = enum.auto()


@dataclass(frozen=True)
class BatchUpdate:
    batch_size: int
    removed: Sequence[int]
    added: Sequence[tuple[int, Any, list[int] | None, list[int]]]
    moved: Sequence[tuple[int, int, MoveDirectionality]]


class VllmInterface(ABC):
    @classmethod
    def validate_params(cls, sampling_params: Any) -> None:
        return None

    @abstractmethod
    def __init__(self, vllm_config: Any, device: torch.device, is_pin_memory: bool) -> None: ...

    @abstractmethod
    def apply(self, logits: torch.Tensor) -> torch.Tensor: ...

    @abstractmethod
    def is_argmax_invariant(self) -> bool: ...

    @abstractmethod
    def update_state(self, batch_update: BatchUpdate | None) -> None: ...


def vllm_modules() -> dict[str, ModuleType]:
    """What `import vllm.v1.sample.logits_processor` finds."""
    names = ("vllm", "vllm.v1", "vllm.v1.sample", "vllm.v1.sample.logits_processor")
    found = {name: ModuleType(name) for name in names}
    last: Any = found[names[-1]]
    last.BatchUpdate, last.LogitsProcessor, last.MoveDirectionality = BatchUpdate, VllmInterface, MoveDirectionality
    return found


def vllm_parameters(**given: Any) -> Any:
    """`vllm.SamplingParams`, as far as processors look at them."""
    known: dict[str, Any] = {"max_tokens": 256, "extra_args": None, "min_tokens": 0, "ignore_eos": False}
    known |= {"bad_words": [], "allowed_token_ids": None, "structured_outputs": None}
    return SimpleNamespace(**{**known, **given})


@dataclass
class VllmRequest:
    """A request of the persistent batch; the list of its output ids is shared with the processor."""

    parameters: Any
    prompt: list[int]
    output: list[int] = field(default_factory=list)


class VllmBatch:
    """The persistent batch of a worker: requests enter, are preempted, leave, and are moved to fill gaps.

    Indices freed by finished requests are taken by new ones first; those left over are listed as removed, and the last
    requests are moved there.
    """

    def __init__(self, processor: Any, width: int, end: int, seed: int) -> None:
        self.processor, self.width, self.end, self.random = processor, width, end, Random(seed)
        self.rows: list[VllmRequest] = []
        self.free: list[int] = []

    def step(self, entering: Sequence[VllmRequest], preempted: VllmRequest | None = None) -> list[VllmRequest]:
        """One step of the engine; returns the requests that have ended."""
        if preempted is not None:
            self.free.append(next(n for n, row in enumerate(self.rows) if row is preempted))
        removed, added, moved = sorted(self.free, reverse=True), [], []
        for request in entering:
            index = removed.pop() if removed else len(self.rows)
            self.rows[index : index + 1] = [request]
            added.append((index, request.parameters, request.prompt, request.output))
        for gap in reversed(removed):
            while self.rows and len(self.rows) - 1 in removed:
                self.rows.pop()
            if gap < len(self.rows):
                moved.append((len(self.rows) - 1, gap, MoveDirectionality.UNIDIRECTIONAL))
                self.rows[gap] = self.rows.pop()
        if len(self.rows) > 1 and self.random.random() < 0.3:
            one, other = self.random.sample(range(len(self.rows)), 2)
            moved.append((one, other, MoveDirectionality.SWAP))
            self.rows[one], self.rows[other] = self.rows[other], self.rows[one]
        self.free = []
        some = removed or added or moved
        self.processor.update_state(BatchUpdate(len(self.rows), removed, added, moved) if some else None)
        return self._sample()

    def _sample(self) -> list[VllmRequest]:
        if not self.rows:
            return []
        logits = self.processor.apply(torch.randn(len(self.rows), self.width))
        ended = []
        for index, token in enumerate(torch.distributions.Categorical(logits=logits).sample().tolist()):
            self.rows[index].output.append(token)
            if token == self.end or len(self.rows[index].output) == self.rows[index].parameters.max_tokens:
                ended.append(self.rows[index])
                self.free.append(index)
        return ended


# ---------------------------------------------------------------- SGLang


class SglangGrammar:
    def __init__(self) -> None:
        self._finished = False
        self.grammar_stats = None
        self.current_token = None

    def maybe_init_reasoning(self, reasoning: bool) -> None: ...

    @property
    def finished(self) -> bool:
        return self._finished

    @finished.setter
    def finished(self, finished: bool) -> None:
        self._finished = finished


class InvalidGrammarObject(SglangGrammar):
    def __init__(self, error_message: str = "Unknown grammar error") -> None:
        super().__init__()
        self.error_message = error_message


class SglangBackend:
    def __init__(self) -> None:
        self.cache: dict[tuple[str, str], Any] = {}

    def dispatch_ebnf(self, key_string: str) -> Any:
        return InvalidGrammarObject()

    def get(self, key_string: str) -> Any:
        """`get_cached_or_future_value` and `set_cache`, without their threads."""
        key = ("ebnf", key_string)
        if key not in self.cache:
            made = self.dispatch_ebnf(key_string)
            self.cache[key] = made.copy() if not isinstance(made, InvalidGrammarObject) else made
            return made
        found = self.cache[key]
        return found if isinstance(found, InvalidGrammarObject) else found.copy()


def sglang_modules() -> dict[str, ModuleType]:
    """What `import sglang.srt.constrained.base_grammar_backend` finds; its registry is `REGISTRY`."""
    names = ("sglang", "sglang.srt", "sglang.srt.constrained", "sglang.srt.constrained.base_grammar_backend")
    found = {name: ModuleType(name) for name in names}
    last: Any = found[names[-1]]
    last.BaseGrammarBackend, last.BaseGrammarObject = SglangBackend, SglangGrammar
    last.InvalidGrammarObject = InvalidGrammarObject
    last.REGISTRY = {}
    last.register_grammar_backend = last.REGISTRY.__setitem__
    return found


def sglang_generate(grammars: Sequence[Any], width: int, most: int, rows: int = 0) -> list[list[int]]:
    """Output ids of a batch of requests; requests without a grammar are `None`. `rows` are masked rows drawn ahead."""
    outputs: list[list[int]] = [[] for _ in grammars]
    for _ in range(most):
        going = [n for n, g in enumerate(grammars) if g is not None and not g.finished and not g.is_terminated()]
        if not going:
            break
        first = grammars[going[0]]
        mask = first.allocate_vocab_mask(vocab_size=width, batch_size=len(grammars), device="cpu")
        for number in going:
            grammars[number].fill_vocab_mask(mask, number)
        mask, logits = first.move_vocab_mask(mask, "cpu"), torch.randn(len(grammars), width)
        first.apply_vocab_mask(logits=logits, vocab_mask=mask)
        for number, token in enumerate(torch.distributions.Categorical(logits=logits).sample().tolist()):
            grammar = grammars[number]
            if grammar is None:
                outputs[number].append(token)
            elif number in going:
                outputs[number].append(token)
                grammar.accept_token(token)
                grammar.finished = grammar.is_terminated()
    return outputs


def sglang_draft(grammar: Any, draft: Sequence[int], width: int) -> tuple[int, torch.Tensor]:
    """How many tokens of a draft a grammar takes, with the masks asked for on the way, as `traverse_tree` does."""
    mask = grammar.allocate_vocab_mask(vocab_size=width, batch_size=len(draft) + 1, device="cpu")
    taken = 0
    grammar.fill_vocab_mask(mask, 0)
    for token in draft:
        if not int(mask[taken][token // 32]) >> token % 32 & 1:
            break
        grammar.accept_token(token)
        taken += 1
        if grammar.is_terminated():
            break
        grammar.fill_vocab_mask(mask, taken)
    for _ in range(taken):
        grammar.rollback(1)
    return taken, mask


# ---------------------------------------------------------------- llama.cpp

LlamaProcessor = Callable[[np.ndarray, np.ndarray], np.ndarray]


def llama_generate(
    processor: LlamaProcessor, prompt: list[int], width: int, end: int, most: int, random: Random, draft: int = 0
) -> list[int]:
    """Output ids of `Llama.generate`: the processor gets all ids evaluated so far, and exceptions do not reach Python.

    `draft` is how many tokens a draft model adds, which are then among the ids.
    """
    evaluated, output, drafted = np.array(prompt, np.intc), list[int](), list[int]()
    while len(output) < most:
        scores = np.array([random.gauss(0, 1) for _ in range(width)], np.single)
        try:
            scores[:] = processor(evaluated, scores)
        except Exception as error:  # Ignored by ctypes, after it has printed it.
            print("Exception ignored on calling ctypes callback function", error)
        # The sampler of llama.cpp takes nothing of probability 0.
        weights = np.exp(scores - scores.max())
        token = random.choices(range(width), weights.tolist())[0]
        output.append(token)
        if token == end:
            break
        kept = len(evaluated) - len(drafted)
        drafted = [random.randrange(width) for _ in range(draft)]
        evaluated = np.concatenate([evaluated[:kept], np.array([token, *drafted], np.intc)])
    return output
