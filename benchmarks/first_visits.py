"""The first look at a position: how long it takes, and how much of what is legal it offers.

    python benchmarks/first_visits.py walks WALKS.json [--walks 6] [--budget 120] [--effort 400] [--seed 0]
    python benchmarks/first_visits.py replay WALKS.json OFFERED.json [--effort 100]
    python benchmarks/first_visits.py draw [--walks 6] [--budget 120] [--effort 100] [--seed 0]
    python benchmarks/first_visits.py compare OFFERED.json …

`walks` makes uniform random walks through the eight example domains and writes them down. `replay` walks them again
with the code as it is, and times each first `legal` in CPU time; where the walk's next word is not offered, the rest of
the walk is taught to the automaton, and the walk goes on. `draw` makes such walks with lexemes that are judged when
they are drawn, and times each draw. `compare` takes what several replays have offered, of any
commits and efforts, and reports for each the share of the union of all: no replay knows everything that is legal.
"""

from __future__ import annotations

import argparse
import gc
import json
import random
import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from p2c_dsl.planners.automaton.automaton import EFFORT, Automaton, Position
from p2c_dsl.planners.automaton.collection import collector_paused
from p2c_dsl.planners.automaton.protocol import END
from p2c_dsl.resolve import load

EXAMPLES = Path(__file__).parents[1] / "examples"
DOMAINS = ("clinic", "deletion", "dinner", "hiring", "refunds", "relief", "rollout", "trip")
HEAD = "| domain | positions | median, ms | p95 | p99 | max | CPU, s |\n" + "| --- " * 7 + "|"


class Visit(NamedTuple):
    """The first look at a position, with the words before it, the CPU time in milliseconds, and what was offered."""

    before: tuple[str, ...]
    ms: float
    offered: tuple[str, ...]


def automaton_of(domain: str, budget: int, effort: int) -> Automaton:
    """The automaton of a domain's task."""
    spec = load(EXAMPLES / domain / f"{domain}.p2c").spec
    return Automaton(spec, next(iter(spec.tasks.values())), budget, effort=effort)


def walk(automaton: Automaton, rng: random.Random) -> list[str]:
    """The words of a uniform random walk."""
    position, words = automaton.start, list[str]()
    while not position.ended:
        words.append(rng.choice(automaton.legal(position)))
        position = automaton.step(position, words[-1])
    return words


def visits(automaton: Automaton, words: list[str], seen: set[tuple[Any, int]]) -> Iterator[Visit]:
    """The first looks along a walk, apart from the positions that have been looked at."""
    position = automaton.start
    for place, word in enumerate(words):
        if (key := (automaton.key(position), position.left)) not in seen:
            seen.add(key)
            begun = time.process_time()
            offered = automaton.legal(position)
            yield Visit(tuple(words[:place]), 1000 * (time.process_time() - begun), offered)
            if word not in offered:
                _teach(automaton, position, words[place:])
        position = automaton.step(position, word)


def _teach(automaton: Automaton, position: Position, words: list[str]) -> None:
    automaton.learn(position, words[:-1] if words[-1] == END else words)


def make_walks(path: Path, walks: int, budget: int, effort: int, seed: int) -> None:
    """Writes the walks of all domains down."""
    made = {}
    for domain in DOMAINS:
        automaton, rng = automaton_of(domain, budget, effort), random.Random(f"{seed} {domain}")
        made[domain] = [walk(automaton, rng) for _ in range(walks)]
        print(f"{domain}: {sum(map(len, made[domain]))} words in {walks} walks", flush=True)
    path.write_text(json.dumps({"budget": budget, "seed": seed, "walks": made}))


def replay(path: Path, output: Path, effort: int) -> None:
    """Walks them again, prints the times, and writes down what was offered."""
    given, offered, all_ms = json.loads(path.read_text()), dict[str, dict[str, list[str]]](), list[float]()
    print(HEAD)
    for domain, walks in given["walks"].items():
        automaton, seen, ms = automaton_of(domain, given["budget"], effort), set[tuple[Any, int]](), list[float]()
        offered[domain] = {}
        for words in walks:
            gc.collect()
            for visit in visits(automaton, words, seen):
                ms.append(visit.ms)
                offered[domain]["".join(visit.before)] = sorted(visit.offered)
        print(f"| {domain} | {_times(ms)} |", flush=True)
        all_ms += ms
    print(f"| all | {_times(all_ms)} |")
    output.write_text(json.dumps(offered))


def draw(walks: int, budget: int, effort: int, seed: int) -> None:
    """Prints the times of draws along random walks, each position's first."""
    print(HEAD)
    all_ms = list[float]()
    for domain in DOMAINS:
        automaton, rng, ms, seen = automaton_of(domain, budget, effort), random.Random(f"{seed} {domain}"), [], set()
        for _ in range(walks):
            position = automaton.start
            with collector_paused():
                while not position.ended:
                    key, begun = (automaton.key(position), position.left), time.process_time()
                    word = automaton.drawn(position, rng)
                    if key not in seen:
                        ms.append(1000 * (time.process_time() - begun))
                        seen.add(key)
                    position = automaton.step(position, word)
        print(f"| {domain} | {_times(ms)} |", flush=True)
        all_ms += ms
    print(f"| all | {_times(all_ms)} |")


def _times(ms: list[float]) -> str:
    cuts, median, total = statistics.quantiles(ms, n=100), statistics.median(ms), sum(ms) / 1000
    return f"{len(ms)} | {median:.2f} | {cuts[94]:.1f} | {cuts[98]:.1f} | {max(ms):.0f} | {total:.1f}"


def compare(paths: list[Path]) -> None:
    """Prints the share of the union of all that each has offered."""
    told = [json.loads(path.read_text()) for path in paths]
    print("| domain | union |" + "".join(f" {path.stem} |" for path in paths) + "\n" + "| --- " * (2 + len(told)) + "|")
    totals = [0] * (1 + len(told))
    for domain in told[0]:
        counts = [0] * (1 + len(told))
        for text in set.intersection(*(set(one[domain]) for one in told)):
            sets = [set(one[domain][text]) for one in told]
            counts = [a + len(b) for a, b in zip(counts, [set.union(*sets), *sets], strict=True)]
        print(_shares(domain, counts))
        totals = [a + b for a, b in zip(totals, counts, strict=True)]
    print(_shares("all", totals))


def _shares(name: str, counts: list[int]) -> str:
    return f"| {name} | {counts[0]} |" + "".join(f" {100 * one / counts[0]:.2f}% |" for one in counts[1:])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["walks", "replay", "draw", "compare"])
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--walks", type=int, default=6)
    parser.add_argument("--budget", type=int, default=120)
    parser.add_argument("--effort", type=int)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    if given.what == "walks":
        make_walks(given.files[0], given.walks, given.budget, given.effort or 4 * EFFORT, given.seed)
    elif given.what == "replay":
        replay(given.files[0], given.files[1], given.effort or EFFORT)
    elif given.what == "draw":
        draw(given.walks, given.budget, given.effort or EFFORT, given.seed)
    else:
        compare(given.files)


if __name__ == "__main__":
    main()
