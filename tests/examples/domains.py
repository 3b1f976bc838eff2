"""Where the example domains are, and how to run a composition in one."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from p2c_dsl.analysis import Analysis, analyze
from p2c_dsl.program import Program
from p2c_dsl.resolve import load
from p2c_dsl.runtime.domain import load_expert, load_world
from p2c_dsl.runtime.interpreter import Run, run
from p2c_dsl.runtime.monitor import RuleMonitor
from p2c_dsl.runtime.trace import CallStarted
from p2c_dsl.runtime.values import thaw
from p2c_dsl.runtime.world import sizes_of
from p2c_dsl.syntax.nodes import ComposeDecl

EXAMPLES = Path(__file__).parents[2] / "examples"
DOMAINS = sorted(folder.name for folder in EXAMPLES.iterdir() if (folder / "world.py").is_file())


def compositions(kind: str) -> list[str]:
    """The compositions in the domains' folders of that name, by their paths below `examples/`."""
    return sorted(str(path.relative_to(EXAMPLES)) for path in EXAMPLES.glob(f"*/{kind}/*.p2c"))


ACCEPTED = [*compositions("accepted"), "dinner/aligned.p2c"]
REJECTED = compositions("rejected")


@cache
def world_class(domain: str) -> type[Any]:
    """The class of a domain's worlds."""
    return load_world(EXAMPLES / domain)


@cache
def expert_class(domain: str) -> type[Any]:
    """The class of a domain's experts."""
    return load_expert(EXAMPLES / domain)


def world(domain: str, seed: int, **options: Any) -> Any:
    """A domain's world."""
    return world_class(domain)(seed, **options)


def sizes(domain: str) -> range:
    """The sizes of a domain's worlds."""
    return sizes_of(load_world(EXAMPLES / domain))


def expert(domain: str, of: Any, seed: int) -> Any:
    """A domain's expert, who looks at that world."""
    return expert_class(domain)(of, seed)


def analysis(name: str) -> Analysis:
    """The analysis of the one composition in a file."""
    loaded = load(EXAMPLES / name)
    [composition] = [d for d in loaded.root.declarations if isinstance(d, ComposeDecl)]
    return analyze(loaded.spec, composition, loaded.root.source)


def run_in(of: Any, analyzed: Analysis, *, monitored: bool = True) -> Run:
    """Runs an analyzed composition in a world."""
    assert analyzed.program is not None
    observer = RuleMonitor(analyzed.program) if monitored else None
    return run(analyzed.program, of.inputs(), of.tools(), observer)


def parts_of(run: Run, analyzed: Analysis) -> list[tuple[str, dict[str, object]]]:
    """The calls of a run, with their arguments by name."""
    assert analyzed.program is not None
    return calls_of(run, analyzed.program)


def calls_of(run: Run, program: Program) -> list[tuple[str, dict[str, object]]]:
    """The calls of a program's run, with their arguments by name."""
    found = []
    for event in run.trace.events:
        if isinstance(event, CallStarted):
            names = [p.name for p in program.spec.subtasks[event.subtask].parameters]
            given = zip(names, event.arguments, strict=True)
            found.append((event.subtask, {name: thaw(value.value) for name, value in given if value is not None}))
    return found
