"""Folding the machine over a resolved program objects to what lint objects to."""

from __future__ import annotations

from pathlib import Path

import pytest

from p2c_dsl.analysis import analyze
from p2c_dsl.machine import Machine
from p2c_dsl.machine.fold import fold
from p2c_dsl.resolve import load
from p2c_dsl.rules import read_rules
from p2c_dsl.syntax.nodes import ComposeDecl

EXAMPLES = Path(__file__).parents[2] / "examples"
FILES = [p for folder in ("deletion", "refunds") for p in sorted((EXAMPLES / folder).glob("*ed/*.p2c"))]


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_a_program_and_its_text_are_objected_to_alike(path: Path) -> None:
    loaded = load(path)
    for declaration in loaded.root.declarations:
        if isinstance(declaration, ComposeDecl):
            analysis = analyze(loaded.spec, declaration, loaded.root.source)
            program = analysis.program
            assert program is not None
            machine = Machine(program.spec, program.task, read_rules(program.spec, program.task)[0])
            by_text = sorted((f.diagnostic.code, f.rule.text) for f in analysis.findings if f.rule is not None)
            by_steps = [(v.code, v.facet.text) for v in fold(machine, program) if v.facet in machine.facets]
            assert sorted(by_steps) == by_text
