"""Looks for compositions that kill mutants, and keeps a small one for each.

    python -m tests.mutants.search [--seeds N] [NAME …]

Each mutant without a file in `tests/mutants/killers` (or named on the command line) is looked for among random
compositions; what is found is shrunk and written there. What chance does not find is written by hand.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from pathlib import Path

from p2c_dsl.resolve import load
from p2c_dsl.syntax.nodes import ComposeDecl
from tests.mutants.killing import kills, shows, shrunk
from tests.mutants.mutate import Mutant
from tests.mutants.table import MUTANTS
from tests.properties.soundness import Case, accepted_part, random_case

KILLERS = Path(__file__).parent / "killers"


def killer_file(mutant: Mutant) -> Path:
    """Where a mutant's killer is kept."""
    return KILLERS / (re.sub(r"\W+", "_", mutant.name).strip("_") + ".p2c")


def killer(mutant: Mutant) -> Case:
    """A mutant's killer as a case. Raises `ValueError` when its file has errors or no composition."""
    loaded = load(killer_file(mutant))
    composes = [d for d in loaded.root.declarations if isinstance(d, ComposeDecl)]
    if loaded.diagnostics or not composes:
        raise ValueError(f"{killer_file(mutant)}: {loaded.diagnostics}")
    return Case(loaded.spec, composes[0])


Candidates = Sequence[tuple[Case, Case | None]]
"""Random cases, each with what the analyzer accepts of it."""


def candidates(seeds: int) -> Candidates:
    """The cases of the first so many seeds."""
    cases = [random_case(seed) for seed in range(seeds)]
    return [(case, accepted_part(case)) for case in cases]


def found(mutant: Mutant, among: Candidates) -> Case | None:
    """A small case that kills the mutant, out of random ones."""
    for case, sound in among:
        if shows(mutant, case, sound, worlds=30):
            return shrunk(case, lambda c: kills(mutant, c))
    return None


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("names", nargs="*", help="parts of the mutants' names")
    parser.add_argument("--seeds", type=int, default=2000)
    options = parser.parse_args()
    KILLERS.mkdir(exist_ok=True)
    among = candidates(options.seeds)
    for mutant in MUTANTS:
        named = any(name in mutant.name for name in options.names)
        if not named and (options.names or killer_file(mutant).exists()):
            continue
        case = found(mutant, among)
        if case is not None:
            killer_file(mutant).write_text(case.text, encoding="utf-8")
        print(f"{'killed' if case else 'ALIVE':7} {mutant.name}", flush=True)


if __name__ == "__main__":
    main()
