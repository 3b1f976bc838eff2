"""Holds the analyzer against all small worlds of many small programs.

    python -m tests.exhaustive [--pairs N] [--jobs N] [--spec NAME] [--show]

prints, for each spec and size, how many programs there are and how many were checked; then what was found
unsound (an accepted program that breaks a rule, made as small as it gets), and for each rule the share of
rejected programs that no world breaks. The exit status is 1 if anything is unsound.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterable

from tests.exhaustive.checking import Checker
from tests.exhaustive.checks import check
from tests.exhaustive.smaller import smallest
from tests.exhaustive.subject import Subject, names, subject_of
from tests.exhaustive.tally import Found, Tally
from tests.generators.text import compose_text


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--pairs", type=int, default=20_000, help="how many pairs of program and spec, in all")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--spec", help="this one alone, by its file's name")
    parser.add_argument("--show", action="store_true", help="show an undeserved rejection for each rule")
    options = parser.parse_args()
    chosen = names() if options.spec is None else [options.spec]
    started, total = time.monotonic(), Tally()
    for name in chosen:
        total.merge(_checked(subject_of(name), -(-options.pairs // len(chosen)), options.jobs))
    print(f"{total}; {time.monotonic() - started:.0f} s with {options.jobs} jobs\n\n{total.table()}")
    if options.show:
        _print("is never broken by", total.strict.values())
    sys.exit(bool(total.unsound))


def _checked(subject: Subject, pairs: int, jobs: int) -> Tally:
    tally = Tally()
    for batch in subject.batches(pairs):
        part = check(subject, batch, jobs)
        programs = "programs, all" if batch.taken == batch.total else "programs, a part"
        print(f"{subject.name}, size {batch.size}: {batch.total} {programs}: {part}", flush=True)
        tally.merge(part)
    _print("is accepted, and broken by", {_smallest(subject, found): None for found in tally.breaches})
    return tally


def _smallest(subject: Subject, found: Found) -> Found:
    checker = Checker(subject.spec)
    return Found(found.subject, found.rule, smallest(found.compose, lambda c: checker.is_unsound(c, found.rule)))


def _print(what: str, founds: Iterable[Found]) -> None:
    for found in founds:
        print(f"\n{found.subject}: `{found.rule}` {what}\n{compose_text(found.compose)}", flush=True)


if __name__ == "__main__":
    main()
