"""The verdicts of other verifiers of agents' plans on the conformance suite.

    pip install --no-deps --target FOLDER agentproofx costwright plan-lint
    PYTHONPATH=.:FOLDER python benchmarks/conformance_peers.py [--traps]

Plans are converted to the peer's own format, and rules to the peer's check of the same meaning, if it has one (see
`conformance_adapters.py`). If a plan or one of its rules has no counterpart, the table shows a dash, not a failure. A
peer that is not installed is skipped, and the command that installs it is printed.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter, defaultdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from conformance_adapters import PEERS, Task, Verdict, verdict_of

from p2c_dsl.lint import Report, lint_text

ROOT = Path(__file__).parent.parent
US = "p2c-dsl"
RIGHT, UNSOUND, IMPRECISE, DASH = "right", "accepts a bad plan", "rejects a good one", "–"


def installed() -> dict[str, str]:
    """The versions of this project and of the installed peers."""
    versions = {US: version(US)}
    for name in PEERS:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            command = f"pip install --no-deps --target FOLDER {name}"
            print(f"{name} is not installed: {command}, and put FOLDER on PYTHONPATH", file=sys.stderr)
    return versions


def task_of(report: Report) -> Task | None:
    """The input for a peer, or `None` for a text without a valid program, since no peer reads texts."""
    (analysis,) = report.analyses
    program = analysis.program
    if program is None or any(f.rule is None for f in analysis.findings):
        return None
    rules = program.spec.rules_of(program.task)
    return Task(program, tuple([token.text for token in rule.tokens] for rule in rules))


def grade(verdict: Verdict, accepted: bool) -> str:
    """How good a verdict is, given the right one."""
    if verdict is None:
        return DASH
    return RIGHT if verdict == accepted else UNSOUND if verdict else IMPRECISE


def row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def header(versions: dict[str, str], first: str) -> str:
    names = [first, *(f"{name} {number}" for name, number in versions.items())]
    return f"{row(names)}\n{row(['---'] * len(names))}"


def summary(counts: Counter[str]) -> str:
    said = [f"{counts[kind]} {kind}" for kind in (RIGHT, UNSOUND, IMPRECISE) if counts[kind]]
    return ", ".join(said) or DASH


def main() -> None:
    sys.path.insert(0, str(ROOT))
    from tests.conformance import traps_of
    from tests.conformance.reading import LANGUAGE

    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--traps", action="store_true", help="print a line for each trap that some peer can express")
    options = parser.parse_args()
    versions = installed()
    tallies: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    lines = []
    for page in sorted((ROOT / "tests" / "conformance" / "traps").glob("*.md")):
        for trap in traps_of(page):
            report = lint_text(trap.text, "trap.p2c", ROOT, counterexamples=False)
            sensible = all(o.rule != LANGUAGE for o in trap.objections)
            task = task_of(report) if sensible else None
            said = {
                name: grade(verdict_of(name, task) if task and name != US else None, trap.accepted) for name in versions
            }
            said[US] = grade(report.accepted, trap.accepted)
            for name, kind in said.items():
                tallies[trap.topic.replace("_", " ")][name][kind] += 1
            if any(said[name] != DASH for name in versions if name != US):
                lines.append(row([str(trap), *said.values()]))
    if options.traps:
        print(header(versions, "trap"), *lines, "", sep="\n")
    print(header(versions, "topic"))
    for topic, tally in tallies.items():
        print(row([topic, *(summary(tally[name]) for name in versions)]))
    everything = [sum((tally[name] for tally in tallies.values()), Counter()) for name in versions]
    print(row(["all", *map(summary, everything)]))


if __name__ == "__main__":
    main()
