"""The expert stays out of training: planners cannot name it, and no world leads to it."""

from __future__ import annotations

import ast
import gc
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.examples.domains import DOMAINS, EXAMPLES, expert, world

ROOT = EXAMPLES.parent
MEASURING = ("planners/measure",)
"""The modules that may ask the expert, by the beginnings of their paths: those that judge finished runs, and the
measure's upper bound, which is trained on the expert's judgement and named for it. No other planner may."""
NAMES = ("load_expert", "Expert")
IMPORTERS = ("_class", "_module", "import_module", "__import__", "getattr")


def mentions(source: str) -> Iterator[str]:
    """Where a module's code gets at the expert: names, attributes, imports and texts that could import it."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) if name in NAMES:
                yield f"line {node.lineno}: {name}"
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                base = getattr(node, "module", None) or ""
                for alias in names:
                    path = f"{base}.{alias.name}".split(".")
                    if "expert" in path or set(path) & set(NAMES):
                        yield f"line {node.lineno}: import of {'.'.join(path)}"
            case ast.Constant(value=str(text)) if text in ("expert.py", *NAMES) or text.endswith(".expert"):
                yield f"line {node.lineno}: {text!r}"
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=given) if name in IMPORTERS:
                words = [word for a in given if isinstance(a, ast.Constant) and (word := a.value) == "expert"]
                yield from (f"line {node.lineno}: {name}({word!r})" for word in words)


def modules() -> list[Path]:
    """The planners' modules, but those that measure."""
    found = sorted((ROOT / "planners").rglob("*.py"))
    return [p for p in found if not str(p.relative_to(ROOT)).startswith(MEASURING)]


def importers_of(measuring: tuple[str, ...], source: str) -> Iterator[str]:
    """Where a module imports one that measures."""
    dotted = tuple(f"p2c_dsl.{prefix.replace('/', '.')}" for prefix in measuring)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            paths = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            paths = [base, *(f"{base}.{alias.name}" for alias in node.names)]
        else:
            continue
        yield from (f"line {node.lineno}: import of {p}" for p in paths if p.startswith(dotted))


def test_there_is_something_to_look_at() -> None:
    assert len(modules()) > 20


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(ROOT)))
def test_no_planner_asks_the_expert_or_who_does(path: Path) -> None:
    source = path.read_text()
    assert list(mentions(source)) == []
    assert list(importers_of(MEASURING, source)) == []


@pytest.mark.parametrize(
    "leak",
    [
        "from p2c_dsl.runtime.domain import load_expert",
        "from p2c_dsl.runtime import domain\njudge = domain.load_expert(folder)",
        "from p2c_dsl.runtime.world import Expert as Judge",
        "from examples.dinner.expert import Expert",
        "import examples.dinner.expert",
        "importlib.import_module('examples.dinner.expert')",
        "domain._class(folder, 'expert', 'Judge', ())",
        "from examples.dinner import expert",
        "getattr(domain, 'load_expert')(folder)",
        "importlib.util.spec_from_file_location('x', folder / 'expert.py')",
    ],
)
def test_a_leak_would_be_seen(leak: str) -> None:
    assert list(mentions(leak))


@pytest.mark.parametrize(
    "leak",
    [
        "from p2c_dsl.planners.measure import judged",
        "from p2c_dsl.planners.measure import ceiling",
        "from p2c_dsl.planners.measure.expert_judgement import judged",
        "import p2c_dsl.planners.measure.report",
    ],
)
def test_a_detour_through_who_measures_would_be_seen(leak: str) -> None:
    assert list(importers_of(MEASURING, leak))


def reachable(start: object) -> Iterator[object]:
    """Whatever objects lead to, through attributes, containers and closures; modules and classes left aside."""
    seen: set[int] = set()
    pending = [start]
    while pending:
        found = pending.pop()
        if id(found) in seen or isinstance(found, type(ast) | type):
            continue
        seen.add(id(found))
        yield found
        # A function leads to its closure and defaults; its globals are its module, not something it was given.
        held = gc.get_referents(found)
        pending += [h for h in held if h is not getattr(found, "__globals__", None)]


def experts_behind(start: object) -> list[object]:
    """The experts that an object leads to."""
    return [found for found in reachable(start) if type(found).__name__ == "Expert"]


@pytest.mark.parametrize("domain", DOMAINS)
def test_no_world_leads_to_the_expert_who_looks_at_it(domain: str) -> None:
    place = world(domain, 1)
    judge = expert(domain, place, 1)
    place.inputs(), place.tools(), judge.whole()
    assert experts_behind(place) == []
    assert experts_behind(place.tools()) == []


def test_a_world_that_held_its_expert_would_be_found_out() -> None:
    place = world("dinner", 1)
    judge = expert("dinner", place, 1)
    place.friend = [lambda: judge]
    assert experts_behind(place) == [judge]
    assert experts_behind({"ask": place.friend[0]}) == [judge]


@pytest.mark.parametrize("domain", DOMAINS)
def test_a_world_s_module_does_not_know_its_expert(domain: str) -> None:
    assert list(mentions((EXAMPLES / domain / "world.py").read_text())) == []
