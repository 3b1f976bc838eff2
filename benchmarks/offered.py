"""How much of what is legal the decoder offers, where what is legal is known by exhaustive search.

    python benchmarks/offered.py [--seconds 30] [--spare 8] [--effort 100] [--search 4000] [--specs 20] [--seed 0]
    python benchmarks/offered.py --only dinner deletion

For the eight example domains and generated specs (`tests/generators`, with up to three random rules each), the budget
is that of a shortest composition and a few lexemes more, so that all lines can be tried. Along uniform random walks
each lexeme that continues a line is searched for until a completion is found or none is left. Then the decoder, with
its bounded effort, is asked twice at each position: for all legal lexemes at once (*masked*), and whether one of them,
drawn at random, is legal (*drawn*). What even the long search neither finds nor excludes is not counted, but reported
(*open*). Where the decoder does not know the walk's next lexeme, the rest of the walk is taught to it.

The budget limits what the figures say: near a shortest composition less is legal, and less is hard to find. And the
long search is the decoder's own, with more effort: what it refuses for a reason other than its effort, right or wrong,
does not count as legal. A new reason has to be measured beside a long search without it.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from p2c_dsl.planners import Automaton, Unplannable  # noqa: E402
from p2c_dsl.planners.automaton.automaton import EFFORT, Position  # noqa: E402
from p2c_dsl.planners.automaton.protocol import END  # noqa: E402
from p2c_dsl.resolve import load  # noqa: E402
from p2c_dsl.spec import Spec, Task  # noqa: E402

DOMAINS = ("clinic", "deletion", "dinner", "hiring", "refunds", "relief", "rollout", "trip")
HEAD = "| task | budget | positions | legal | masked | drawn | open |\n" + "| --- " * 7 + "|"


@dataclass(frozen=True)
class Tally:
    """Of some positions: the legal lexemes, those offered in a mask, the positions whose drawn one is, and the rest."""

    positions: int = 0
    legal: int = 0
    masked: int = 0
    drawn: int = 0
    open: int = 0

    def row(self, name: str, budget: int | str) -> str:
        """The line of a table."""
        masked, drawn = 100 * self.masked / self.legal, 100 * self.drawn / self.positions
        return f"| {name} | {budget} | {self.positions} | {self.legal} | {masked:.2f}% | {drawn:.2f}% | {self.open} |"

    def plus(self, other: Tally) -> Tally:
        """Both together."""
        return Tally(*(getattr(self, name) + getattr(other, name) for name in self.__dataclass_fields__))


class Long:
    """An automaton that searches for long: what is legal, apart from what is still open then."""

    def __init__(self, spec: Spec, task: Task, budget: int, search: int) -> None:
        self.automaton = Automaton(spec, task, budget, effort=search)

    def legal(self, position: Position) -> tuple[list[str], int]:
        """The lexemes with a completion, and how many others are not excluded."""
        found, left_open, completions = list[str](), 0, self.automaton.completions
        for lexeme in self.automaton.candidates(position):
            given_up = completions.given_up
            if self.automaton.is_legal(position, lexeme):
                found.append(lexeme)
            else:
                left_open += completions.given_up > given_up
        return found, left_open


def cases(specs: int, seed: int, only: list[str]) -> Iterator[tuple[str, Spec, Task]]:
    """The domains' tasks, and those of generated specs."""
    from tests.properties.soundness import random_case

    for name in only or DOMAINS:
        spec = load(ROOT / "examples" / name / f"{name}.p2c").spec
        yield name, spec, next(iter(spec.tasks.values()))
    for number in range(0 if only else specs):
        case = random_case(seed + number, rules=3)
        yield f"generated {seed + number}", case.spec, case.task


def measure(spec: Spec, task: Task, options: argparse.Namespace) -> tuple[Tally, int]:
    """The tally of one task along random walks, and the budget. Raises `Unplannable`."""
    first = Automaton(spec, task)
    budget = first.cost(first.start) + options.spare
    long = Long(spec, task, budget, options.search)
    masking, drawing = (Automaton(spec, task, budget, effort=options.effort) for _ in range(2))
    random, tally, seen, begun = Random(options.seed), Tally(), set[object](), time.process_time()
    while time.process_time() - begun < options.seconds and tally.positions < options.positions:
        before = tally.positions
        tally = tally.plus(_walk(long, masking, drawing, random, seen))
        if tally.positions == before:
            break
    return tally, budget


def _walk(long: Long, masking: Automaton, drawing: Automaton, random: Random, seen: set[object]) -> Tally:
    """The tally along one walk, apart from the positions seen before."""
    position, tally = long.automaton.start, Tally()
    while not position.ended:
        legal, left_open = long.legal(position)
        word = random.choice(legal)
        key = long.automaton.key(position), position.left
        if key not in seen:
            seen.add(key)
            masked, drawn = set(masking.legal(position)), drawing.is_legal(position, word)
            tally = replace(
                tally,
                positions=tally.positions + 1,
                legal=tally.legal + len(legal),
                masked=tally.masked + len(masked & set(legal)),
                drawn=tally.drawn + drawn,
                open=tally.open + left_open,
            )
            if word not in masked or not drawn:
                _teach(long.automaton, position, word, [masking, drawing])
        position = long.automaton.step(position, word)
    return tally


def _teach(long: Automaton, position: Position, word: str, taught: list[Automaton]) -> None:
    """Gives other automata the completion that is known behind a lexeme."""
    rest = () if word == END else (word, *long.completion(long.step(position, word)))
    for automaton in taught:
        with suppress(ValueError):
            automaton.learn(position, rest)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=30, help="CPU seconds for the walks of a task")
    parser.add_argument("--positions", type=int, default=200, help="positions of a task at most")
    parser.add_argument("--spare", type=int, default=8, help="lexemes more than a shortest composition has")
    parser.add_argument("--effort", type=int, default=EFFORT)
    parser.add_argument("--search", type=int, default=4_000, help="lines after which a lexeme counts as open")
    parser.add_argument("--specs", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", nargs="*", default=[])
    options = parser.parse_args()
    total, missing = Tally(), 0
    print(HEAD)
    for name, spec, task in cases(options.specs, options.seed, options.only):
        try:
            tally, budget = measure(spec, task, options)
        except Unplannable:
            missing += 1
            continue
        print(tally.row(name, budget), flush=True)
        total = total.plus(tally)
    print(total.row("all", ""))
    print(f"{missing} without a composition")


if __name__ == "__main__":
    main()
