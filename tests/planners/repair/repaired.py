"""Texts with one rejected composition, and what repair makes of them."""

from __future__ import annotations

from pathlib import Path

from p2c_dsl.analysis import Analysis, analyze
from p2c_dsl.planners.repair import Repair, recompose
from p2c_dsl.resolve import load_text
from p2c_dsl.spec import Spec
from p2c_dsl.syntax.nodes import ComposeDecl

SPEC = """\
type A
type B
effect send(A)
subtask check(a: A) -> Bool
subtask other(a: A) -> Bool
subtask make(a: A) -> B:
    does send(a)
subtask find(a: A) -> Optional[B]
subtask use(b: B, c: literal Int = 3, d: literal Int = 4)
task t(xs: Set[A], a: A):
    loops <= 1
    at most 1 send per A
    check before use
"""


def analysed(text: str, base: Path = Path()) -> tuple[Spec, Analysis]:
    """The spec of a text and what lint says of its only composition."""
    loaded = load_text(text, "<test>", base)
    assert not loaded.diagnostics, loaded.diagnostics
    (compose,) = (d for d in loaded.root.declarations if isinstance(d, ComposeDecl))
    return loaded.spec, analyze(loaded.spec, compose, loaded.root.source)


def repaired(text: str, base: Path = Path(), timeout: float | None = None, **bounds: int) -> Repair:
    """A text's only composition, repaired; lint has nothing against the result."""
    spec, analysis = analysed(text, base)
    assert analysis.program is not None
    repair = recompose(analysis.program, spec, timeout=timeout, **bounds)
    _, after = analysed(repair.text, base)
    assert after.accepted and bool(repair.edits) != analysis.accepted
    assert all(edit.reasons for edit in repair.edits)
    return repair


def body(*lines: str, spec: str = SPEC) -> str:
    """A file with a composition of these lines."""
    return f"{spec}\ncompose t(xs, a):\n" + "".join(f"    {line}\n" for line in lines)


def after(*lines: str, spec: str = SPEC) -> list[str]:
    """The lines of the composition, repaired."""
    return [line.removeprefix("    ") for line in repaired(body(*lines, spec=spec)).body.split("\n")]
