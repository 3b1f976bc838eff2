"""Looks for compositions that kill mutants, and keeps a small one for each.

    python -m tests.mutants.search [--seeds N] [NAME …]

Each mutant without a killer (or named on the command line) is looked for among random compositions; what is found
is shrunk and written into its section of its page. What chance does not find is written by hand.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from tests.mutants.killing import kills, shows, shrunk
from tests.mutants.mutate import Mutant
from tests.mutants.pages import PAGES, entries, keep_killer
from tests.properties.soundness import Case, accepted_part, random_case

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


def main(words: Sequence[str] | None = None, pages: Sequence[Path] = PAGES) -> None:
    """The command. Raises `ValueError` when a page is malformed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("names", nargs="*", help="parts of the mutants' names")
    parser.add_argument("--seeds", type=int, default=2000)
    options = parser.parse_args(words)
    wanted = [entry for page in pages for entry in entries(page)]
    if options.names:
        wanted = [entry for entry in wanted if any(name in str(entry) for name in options.names)]
    else:
        wanted = [entry for entry in wanted if entry.killer is None]
    among = candidates(options.seeds)
    for entry in wanted:
        case = found(entry.mutant, among)
        if case is not None:
            keep_killer(entry.page, entry.mutant.name, case.text)
        print(f"{'killed' if case else 'ALIVE':7} {entry}", flush=True)


if __name__ == "__main__":
    main()
