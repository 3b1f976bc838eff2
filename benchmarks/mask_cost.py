"""The cost of a mask: on the first visit of a state, on a repeated visit compared with llguidance, and on logits.

    python benchmarks/mask_cost.py [--tokenizer FOLDER] [--domains dinner deletion refunds] [--walks 20]
                                   [--budget 256] [--effort 50] [--json FILE]

Without `--tokenizer`, a byte-level BPE is trained on the repository's own texts and padded to 49,152 tokens with
strings that are never written, so that the masks have the width of a large vocabulary. In the same run, llguidance
masks the same texts under a grammar of ten rules that knows only their layout: a small one, for which it is fast.
Wall-clock times suffer from other work on the machine; the first visits are also given in CPU time.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import time
import tracemalloc
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import llguidance
import llguidance.numpy
import numpy as np
import torch
import transformers
from llguidance.hf import from_tokenizer
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from p2c_dsl.planners.automaton.automaton import EFFORT
from p2c_dsl.planners.tokens.masks import SemanticMask
from p2c_dsl.planners.tokens.token_automaton import TokenAutomaton
from p2c_dsl.planners.tokens.vocabulary import Vocabulary, vocabulary_of
from p2c_dsl.resolve import load
from p2c_dsl.spec import Spec, Task

ROOT = Path(__file__).parents[1]
SIZE = 49_152
REPEATS = 20_000


_GRAMMAR = r"""
start: "HEADER" line+
line: /\n( {4}){1,6}/ statement
statement: NAME " = " value | NAME "[" term "] = " value | NAME ".append(" value ")" | value
         | "for " NAME " in " term ":" | "if " test ":" | "else:" | "return" (" " term)?
value: term | call | "{}" | "[]"
call: NAME "(" (term (", " term)*)? ")"
test: "not " term | term " is not None" | term " is None" | term
term: NAME ("." NAME | "[" term "]")* | /[0-9.]+/ | "\"\""
NAME: /[A-Za-z_][A-Za-z_0-9]*/
"""
"""The layout of compositions, without the names in the spec: ten rules."""


def own_tokenizer() -> Any:
    """A byte-level BPE trained on this repository's texts, padded to the size of a large vocabulary."""
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=SIZE, special_tokens=["<end>"], initial_alphabet=alphabet, show_progress=False
    )
    paths = [p for kind in ("*.p2c", "*.py", "*.md") for p in sorted(ROOT.rglob(kind))]
    made.train_from_iterator((p.read_text(errors="ignore") for p in paths), trainer)
    made.add_tokens([f"unused{n}" for n in range(SIZE - made.get_vocab_size())])
    return transformers.PreTrainedTokenizerFast(tokenizer_object=made, eos_token="<end>")


def quantiles(times: Sequence[float], unit: float) -> dict[str, float]:
    ordered = sorted(times)
    at = lambda share: unit * ordered[min(int(len(ordered) * share), len(ordered) - 1)]  # noqa: E731
    return {"median": at(0.5), "p95": at(0.95), "p99": at(0.99), "max": unit * ordered[-1]}


def walk(tokens: TokenAutomaton, mask: SemanticMask, budget: int, walks: int) -> dict[str, Any]:
    """Random walks: how long the first mask of each state takes, in the order of the visits."""
    wall, cpu, paths, seen = list[float](), list[float](), list[list[int]](), set[int]()
    for seed in range(walks):
        choose, state, path = random.Random(seed), tokens.start, list[int]()
        while not path or path[-1] != tokens.vocabulary.end:
            left, started, used = budget - len(path), time.perf_counter(), time.process_time()
            mask.row(state, left)
            if state not in seen:
                cpu.append(time.process_time() - used)
                wall.append(time.perf_counter() - started)
                seen.add(state)
            path.append(choose.choice(tokens.within(state, left)))
            if path[-1] != tokens.vocabulary.end:
                state = tokens.step(state, path[-1])
        paths.append(path)
    return {"wall": wall, "cpu": cpu, "paths": paths}


def repeated(mask: SemanticMask, states: Sequence[int], budget: int) -> list[float]:
    """Seconds for the packed mask of a state visited before, written into a row of a batch."""
    out, times = np.zeros((1, mask.table.shape[1]), np.int32), []
    choose = random.Random(0)
    for _ in range(REPEATS):
        one = (choose.choice(states),)
        started = time.perf_counter()
        mask.fill_next_token_bitmask(out, one, budget)
        times.append(time.perf_counter() - started)
    return times


def of_llguidance(tokenizer: Any, spec: Spec, task: Task, paths: Sequence[list[int]]) -> list[float]:
    """Seconds for llguidance's packed mask along the same tokens, under a grammar that knows only the layout."""
    read = from_tokenizer(tokenizer)
    grammar = _GRAMMAR.replace("HEADER", f"compose {task.name}({', '.join(p.name for p in task.parameters)}):")
    mask = llguidance.numpy.allocate_token_bitmask(1, read.vocab_size)
    times: list[float] = []
    for path in (*paths, *paths):
        matcher = llguidance.LLMatcher(read, llguidance.LLMatcher.grammar_from_lark(grammar))
        for token in path[:-1]:
            started = time.perf_counter()
            llguidance.numpy.fill_next_token_bitmask(matcher, mask)
            times.append(time.perf_counter() - started)
            if not matcher.consume_token(token):
                raise RuntimeError(f"llguidance's grammar rejects a token: {matcher.get_error()}")
    # The second pass, for which everything that llguidance builds lazily exists.
    return times[len(times) // 2 :]


def timed(of: Callable[[], object], repeat: int) -> list[float]:
    times = []
    for _ in range(repeat):
        started = time.perf_counter()
        of()
        times.append(time.perf_counter() - started)
    return times


def measure(name: str, tokenizer: Any, vocabulary: Vocabulary, options: argparse.Namespace) -> dict[str, Any]:
    """The figures for one domain."""
    spec = load(ROOT / "examples" / name / f"{name}.p2c").spec
    task = next(iter(spec.tasks.values()))

    def fresh() -> tuple[TokenAutomaton, SemanticMask]:
        tokens = TokenAutomaton(spec, task, vocabulary, options.budget, effort=options.effort)
        return tokens, SemanticMask(tokens)

    started = time.perf_counter()
    tokens, mask = fresh()
    mask.row(tokens.start, options.budget)
    cold = time.perf_counter() - started
    walked = walk(tokens, mask, options.budget, options.walks)
    free = [state for state in range(len(tokens)) if tokens.is_free(state, options.budget)]
    ours, theirs = (
        repeated(mask, free, options.budget),
        of_llguidance(tokenizer, spec, task, walked["paths"]),
    )
    logits = torch.zeros(8, len(vocabulary))
    states = [free[n % len(free)] for n in range(8)]
    applied = timed(lambda: mask.masked(logits, states, options.budget), 200)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "cache"
        mask.save(path)
        size = path.stat().st_size
        _, again = fresh()
        again.load(path)
        warm = timed(lambda: again_walk(again, walked["paths"], options.budget), 1)
    tracemalloc.start()
    tokens, counted = fresh()
    walk(tokens, counted, options.budget, min(options.walks, 3))
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return {
        "domain": name,
        "states": len(tokens),
        "first visit, ms": quantiles(walked["wall"], 1e3),
        "first visit, ms of CPU": quantiles(walked["cpu"], 1e3),
        "first visits, s": sum(walked["wall"]),
        "the same after loading, s": warm[0],
        "cache, bytes": size,
        "start and first mask, s": cold,
        "repeated, us": quantiles(ours, 1e6),
        "llguidance, us": quantiles(theirs, 1e6),
        "ratio of medians": statistics.median(theirs) / statistics.median(ours),
        "applied to 8 rows of logits, us a row": quantiles(applied, 1e6 / 8),
        "different masks": len(mask),
        "bytes a mask": mask.table.shape[1] * 4,
        "bytes a state, all in all": held / max(len(tokens), 1),
    }


def again_walk(mask: SemanticMask, paths: Sequence[list[int]], budget: int) -> None:
    """Repeats the walks."""
    for path in paths:
        state = mask.tokens.start
        for count, token in enumerate(path):
            mask.row(state, budget - count)
            if token != mask.tokens.vocabulary.end:
                state = mask.tokens.step(state, token)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tokenizer", help="the folder or name of a tokenizer for transformers")
    parser.add_argument("--domains", nargs="+", default=["dinner", "deletion", "refunds"])
    parser.add_argument("--walks", type=int, default=20)
    parser.add_argument("--budget", type=int, default=256)
    parser.add_argument("--effort", type=int, default=EFFORT)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    tokenizer = transformers.AutoTokenizer.from_pretrained(options.tokenizer) if options.tokenizer else own_tokenizer()
    started = time.perf_counter()
    vocabulary = vocabulary_of(tokenizer)
    print(f"vocabulary of {len(vocabulary)} tokens in {time.perf_counter() - started:.2f} s")
    rows = []
    for name in options.domains:
        rows.append(measure(name, tokenizer, vocabulary, options))
        for key, value in rows[-1].items():
            shown = "  ".join(f"{k} {v:.4g}" for k, v in value.items()) if isinstance(value, dict) else value
            print(f"{key}: {shown}", flush=True)
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
