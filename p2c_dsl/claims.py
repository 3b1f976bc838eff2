"""Notes of lint about claims that are not signed off, and about overrides in other files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from p2c_dsl.diagnostics.codes import Code
from p2c_dsl.diagnostics.model import Diagnostic, Location, Note, Severity
from p2c_dsl.program import Call, Program, steps
from p2c_dsl.source import Source
from p2c_dsl.spec import Spec, Subtask
from p2c_dsl.syntax.nodes import ComposeDecl, EffectClause, File, OverrideDecl, SubtaskDecl

CODES = (
    Code(
        "P2C440",
        "a claim that has not been signed off",
        "The annotations of a tool are only claims, made by its server. Until a person states in an override what the "
        "subtask does, it may do anything.",
        rejected="subtask look(path: Text) -> Text:\n    may anything\n    claims read_only",
        accepted="override subtask look:\n    pure",
    ),
    Code(
        "P2C441",
        "an override in another file changes what is promised",
        "A file that this one uses overrides what a subtask declares: the override removes an effect, adds one that "
        "rules may rely on, lowers the cost, or allows free literals. Rules are checked against the override, so "
        "reviewers of this file should know about it.",
    ),
)


def unsigned(spec: Spec, root: File, programs: Iterable[Program]) -> Iterator[Diagnostic]:
    """One note for each subtask whose claims matter to a file."""
    for subtask in _concerned(spec, root, programs):
        if subtask.claims:
            yield _note(subtask)


def overridden(spec: Spec, files: Sequence[File], root: File, programs: Iterable[Program]) -> Iterator[Diagnostic]:
    """One note for each override in another file that changes what a reader of this file would rely on."""
    declared = {
        d.name.text: (f.source, d) for f in reversed(files) for d in f.declarations if isinstance(d, SubtaskDecl)
    }
    signed = [
        (f.source, d)
        for f in files
        if f is not root
        for d in f.declarations
        if isinstance(d, OverrideDecl) and d.name.text in declared
    ]
    if not signed:
        return
    concerned = {subtask.name for subtask in _concerned(spec, root, programs)}
    for source, override in signed:
        origin, subtask = declared[override.name.text]
        changes = list(_changes(origin, subtask, source, override))
        if changes and subtask.name.text in concerned:
            message = f"`{subtask.name.text}` is overridden here: {'; '.join(changes)}"
            place = Location(source, override.name.span)
            beside = Note("this declaration is overridden", Location(origin, subtask.name.span))
            help_ = "rules are checked against the override: make sure that a person has reviewed it"
            yield Diagnostic("P2C441", message, place, Severity.NOTE, notes=(beside,), help=help_)


def _concerned(spec: Spec, root: File, programs: Iterable[Program]) -> Iterator[Subtask]:
    """The subtasks that a file's compositions call; for a file without compositions, all subtasks of its spec."""
    called = {s.subtask.name for p in programs for s in steps(p.body) if isinstance(s, Call)}
    composes = any(isinstance(d, ComposeDecl) for d in root.declarations)
    return (subtask for subtask in spec.subtasks.values() if subtask.name in called or not composes)


def _note(subtask: Subtask) -> Diagnostic:
    message = f"`{subtask.name}` is claimed to be {', '.join(subtask.claims)}, but this has not been signed off"
    help_ = f"state what it does: `override subtask {subtask.name}:` with `pure` or its effects"
    return Diagnostic("P2C440", message, subtask.location, Severity.NOTE, help=help_)


def _changes(origin: Source, subtask: SubtaskDecl, source: Source, override: OverrideDecl) -> Iterator[str]:
    """Describes what an override removes, or what it lets rules rely on in addition."""
    if override.effects or override.pure is not None:
        before = Counter(_clause(origin, clause) for clause in subtask.effects)
        after = Counter(_clause(source, clause) for clause in override.effects)
        gone = [f"`{clause}`" for clause in before - after]
        # An additional `may` effect does not make any rule easier to keep.
        come = [f"`{clause}`" for clause in after - before if clause.startswith("does ")]
        if gone:
            yield f"{', '.join(gone)} {'is' if len(gone) == 1 else 'are'} removed"
        if come:
            yield f"{', '.join(come)} {'is' if len(come) == 1 else 'are'} added"
        if subtask.claims:
            claims = ", ".join(name.text for line in subtask.claims for name in line.names)
            yield f"the claims {claims} are signed off"
    if override.cost is not None and override.cost < (subtask.cost or 0):
        yield f"the cost is {override.cost} instead of {subtask.cost}"
    if override.literals:
        yield f"free literals are allowed for {', '.join(f'`{name.text}`' for name in override.literals)}"


def _clause(source: Source, clause: EffectClause) -> str:
    """A clause in canonical spelling: `does pay(to, amount)`."""
    arguments = (source.text[a.span.start : a.span.end] for a in clause.arguments)
    listed = ", ".join("".join(argument.split()) for argument in arguments)
    return f"{'does' if clause.certain else 'may'} {clause.effect.text}{listed and f'({listed})'}"
