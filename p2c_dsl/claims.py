"""What somebody claims of a subtask and nobody has signed off: named by lint, believed by no rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from p2c_dsl.diagnostics.codes import Code
from p2c_dsl.diagnostics.model import Diagnostic, Severity
from p2c_dsl.program import Call, Program, steps
from p2c_dsl.spec import Spec, Subtask
from p2c_dsl.syntax.nodes import ComposeDecl, File

CODES = (
    Code(
        "P2C440",
        "a claim that nobody has signed off",
        "A tool's annotations are claims: a server may say of itself what it likes. Until a person says in an override "
        "what the subtask does, it may do anything.",
        rejected="subtask look(path: Text) -> Text:\n    may anything\n    claims read_only",
        accepted="override subtask look:\n    pure",
    ),
)


def unsigned(spec: Spec, root: File, programs: Iterable[Program]) -> Iterator[Diagnostic]:
    """One note for each subtask whose claims matter to a file.

    For compositions these are the ones that they call; for a file without any, all of its spec.
    """
    called = {s.subtask.name for p in programs for s in steps(p.body) if isinstance(s, Call)}
    composes = any(isinstance(d, ComposeDecl) for d in root.declarations)
    for subtask in spec.subtasks.values():
        if subtask.claims and (subtask.name in called or not composes):
            yield _note(subtask)


def _note(subtask: Subtask) -> Diagnostic:
    message = f"`{subtask.name}` is claimed to be {', '.join(subtask.claims)}, and nobody has signed that off"
    help_ = f"say what it does: `override subtask {subtask.name}:` with `pure` or its effects"
    return Diagnostic("P2C440", message, subtask.location, Severity.NOTE, help=help_)
