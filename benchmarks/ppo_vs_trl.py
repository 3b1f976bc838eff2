"""One rollout and one update: this trainer compared with TRL's GRPO, on the same tiny model.

    python benchmarks/ppo_vs_trl.py --cycles 10

Needs `trl` in addition to the package. (TRL no longer has PPO; GRPO does the same work without a value head.) Both
sample 64 answers of varying length, up to 48 tokens, to prompts of 16, and take one AdamW step on them. Each runs in a
separate process, since two thread pools in one process compete for cores. Cycles alternate, so that other work on the
machine affects both; CPU time covers all threads of a process.
"""

from __future__ import annotations

import argparse
import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

import torch
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast, TrainerCallback

from p2c_dsl.planners.rl.environments.environment import EpisodeOutcome, Play, Turn
from p2c_dsl.planners.rl.environments.spaces import FreeText
from p2c_dsl.planners.rl.episode import Codec
from p2c_dsl.planners.rl.settings import TrainingSettings
from p2c_dsl.planners.rl.trainer import Trainer
from p2c_dsl.planners.tokens.vocabulary import Vocabulary

WORDS, PROMPT, LONGEST, ROWS, END = 512, 16, 48, 64, 0
PROMPT_TEXT = " ".join(f"w{number}" for number in range(1, PROMPT + 1))


def tiny_model() -> Any:
    """Four layers of width 128, with a head that ends an answer after 24 tokens on average."""
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=WORDS,
        hidden_size=128,
        intermediate_size=352,
        num_hidden_layers=4,
        num_attention_heads=4,
        num_key_value_heads=4,
        max_position_embeddings=128,
        eos_token_id=END,
        pad_token_id=END,
        bos_token_id=None,
    )
    model = LlamaForCausalLM(config)
    head = torch.nn.Linear(128, WORDS)
    head.weight.data = model.lm_head.weight.data.clone()
    head.bias.data.zero_()
    head.bias.data[END] = torch.log(torch.tensor(WORDS / 24))
    model.lm_head = head
    return model


class Sums:
    """Free text, rewarded for certain words."""

    name = digest = "sums"

    def __init__(self) -> None:
        self.space = FreeText(Vocabulary([b"", *(f" w{number}".encode() for number in range(1, WORDS))], END))

    def play(self, seed: int) -> Play:
        text = yield Turn(PROMPT_TEXT, self.space, LONGEST)
        return EpisodeOutcome(reward(text), verified=True)


def reward(text: str) -> float:
    """The share of words with a 7 in their number."""
    words = text.split()
    return sum("7" in word for word in words) / max(len(words), 1)


@dataclass(frozen=True, slots=True)
class Cycle:
    """How long a cycle took, in seconds."""

    wall: float
    cpu: float


class Watch:
    """Measures time from its creation."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def cycle(self) -> Cycle:
        return Cycle(time.perf_counter() - self._wall, time.process_time() - self._cpu)


def ours(requests: Connection, cycles: int) -> None:
    """Runs cycles of this trainer, one per request."""
    settings = TrainingSettings(
        episodes=ROWS, epochs=1, minibatches=1, microbatch=ROWS, learning_rate=1e-6, target_kl=0.0
    )
    sums = Sums()

    def encode(text: str) -> list[int]:
        return [int(word[1:]) for word in text.split()]

    tokens = [b"", *(f" w{number}".encode() for number in range(1, WORDS))]
    trainer = Trainer(tiny_model(), Codec(encode, encode, tokens, END), [sums], settings)
    for _ in range(cycles):
        requests.recv()
        watch = Watch()
        trainer.update()
        requests.send(watch.cycle())


def theirs(requests: Connection, cycles: int) -> None:
    """Runs cycles of TRL's GRPO, one per request."""
    from datasets import Dataset
    from trl import GRPOConfig, GRPOTrainer

    vocabulary = {"<end>": END, **{f"w{number}": number for number in range(1, WORDS)}}
    made = Tokenizer(models.WordLevel(vocabulary, unk_token="w1"))
    made.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=made, eos_token="<end>", pad_token="<end>", padding_side="left"
    )

    class Clock(TrainerCallback):
        def on_step_begin(self, *_: Any, **__: Any) -> None:
            requests.recv()
            self.watch = Watch()

        def on_step_end(self, *_: Any, **__: Any) -> None:
            requests.send(self.watch.cycle())

    with tempfile.TemporaryDirectory() as folder:
        config = GRPOConfig(
            output_dir=folder,
            per_device_train_batch_size=ROWS,
            num_generations=8,
            max_completion_length=LONGEST,
            max_steps=cycles,
            learning_rate=1e-6,
            beta=0.0,
            report_to="none",
            save_strategy="no",
            logging_strategy="no",
            use_cpu=True,
            bf16=False,
            gradient_checkpointing=False,
            disable_tqdm=True,
        )
        GRPOTrainer(
            model=tiny_model(),
            reward_funcs=lambda completions, **_: [reward(text) for text in completions],
            args=config,
            train_dataset=Dataset.from_dict({"prompt": [PROMPT_TEXT] * 4096}),
            processing_class=tokenizer,
            callbacks=[Clock()],
        ).train()


SIDES = {"TRL GRPO": theirs, "this": ours}


def serve(name: str, requests: Connection, cycles: int, threads: int) -> None:
    torch.set_num_threads(threads)
    SIDES[name](requests, cycles)


def by_turns(cycles: int, threads: int) -> list[list[Cycle]]:
    """Pairs of cycles, one of each side, run one after the other."""
    made = multiprocessing.get_context("spawn")
    ends = list[Connection]()
    for name in SIDES:
        ours_end, end = made.Pipe()
        made.Process(target=serve, args=(name, end, cycles, threads), daemon=True).start()
        end.close()
        ends.append(ours_end)
    found = list[list[Cycle]]()
    for _ in range(cycles):
        found.append([])
        for end in ends:
            end.send(None)
            found[-1].append(end.recv())
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cycles", type=int, default=10)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    # The first cycle of each is a warm-up and is not reported.
    pairs = by_turns(options.cycles + 1, options.threads)[1:]
    for kind in ("wall", "cpu"):
        times = [[getattr(cycle, kind) for cycle in pair] for pair in pairs]
        for name, found in zip(SIDES, zip(*times, strict=True), strict=True):
            print(f"{kind:4} {name:9} {_summary(found)} s")
        print(f"{kind:4} ratio     {_summary([a / b for a, b in times])}")


def _summary(numbers: Sequence[float]) -> str:
    return f"median {statistics.median(numbers):.3f}, {min(numbers):.3f} to {max(numbers):.3f}"


if __name__ == "__main__":
    main()
