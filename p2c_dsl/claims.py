"""Notes of lint about claims that are not signed off, and about overrides in other files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from p2c_dsl.containment import contains
from p2c_dsl.diagnostics.codes import Code
from p2c_dsl.diagnostics.model import Diagnostic, Location, Note, Severity
from p2c_dsl.program import Call, Program, steps
from p2c_dsl.source import Source
from p2c_dsl.spec import Spec, Subtask
from p2c_dsl.syntax.nodes import (
    ComposeDecl,
    EffectClause,
    File,
    OverrideDecl,
    RecordDecl,
    RecordOverrideDecl,
    SubtaskDecl,
    TypeExpr,
)
from p2c_dsl.types import UNKNOWN, Record, allows_literal

D = TypeVar("D", SubtaskDecl, RecordDecl)

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
        "rules may rely on, lowers the cost, allows free literals, or gives a result or a field a narrower type. "
        "Rules are checked against the override, so reviewers of this file should know about it.",
    ),
)


def unsigned(spec: Spec, root: File, programs: Iterable[Program]) -> Iterator[Diagnostic]:
    """One note for each subtask whose claims matter to a file."""
    for subtask in _concerned(spec, root, programs):
        if subtask.claims:
            yield _note(subtask)


def overridden(spec: Spec, files: Sequence[File], root: File, programs: Iterable[Program]) -> Iterator[Diagnostic]:
    """One note for each override in another file that changes what a reader of this file would rely on."""
    elsewhere = [(f.source, d) for f in files if f is not root for d in f.declarations]
    signed = [(source, d) for source, d in elsewhere if isinstance(d, OverrideDecl | RecordOverrideDecl)]
    if not signed:
        return
    concerned = list(_concerned(spec, root, programs))
    names = {subtask.name for subtask in concerned}
    subtasks, records = _declared(files, SubtaskDecl), _declared(files, RecordDecl)
    for source, override in signed:
        name = override.name.text
        if isinstance(override, OverrideDecl) and name in names and name in subtasks:
            origin, subtask = subtasks[name]
            yield from _review(source, override, origin, subtask, _changes(spec, origin, subtask, source, override))
        elif isinstance(override, RecordOverrideDecl) and name in records and _returned(name, concerned, spec):
            origin, record = records[name]
            yield from _review(source, override, origin, record, _narrowed(origin, record, source, override))


def _declared(files: Sequence[File], kind: type[D]) -> dict[str, tuple[Source, D]]:
    """The declarations of a kind by name; the first of a name counts."""
    return {d.name.text: (f.source, d) for f in reversed(files) for d in f.declarations if isinstance(d, kind)}


def _returned(record: str, concerned: Iterable[Subtask], spec: Spec) -> bool:
    """Whether one of the subtasks returns the record."""
    return any(s.result is not None and contains(s.result, Record(record), spec) for s in concerned)


def _review(
    source: Source,
    override: OverrideDecl | RecordOverrideDecl,
    origin: Source,
    declared: SubtaskDecl | RecordDecl,
    changes: Iterable[str],
) -> Iterator[Diagnostic]:
    """A note about an override that changes something."""
    listed = "; ".join(changes)
    if listed:
        message = f"`{override.name.text}` is overridden here: {listed}"
        beside = Note("this declaration is overridden", Location(origin, declared.name.span))
        help_ = "rules are checked against the override: make sure that a person has reviewed it"
        place = Location(source, override.name.span)
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


def _changes(spec: Spec, origin: Source, subtask: SubtaskDecl, source: Source, override: OverrideDecl) -> Iterator[str]:
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
    free = [*override.literals, *(p.name for p in override.parameters if _allows_literals(p.type, spec))]
    if free:
        yield f"free literals are allowed for {', '.join(f'`{name.text}`' for name in free)}"
    if override.result is not None and subtask.result is not None:
        yield from _instead("the result", origin, subtask.result, source, override.result)


def _allows_literals(written: TypeExpr, spec: Spec) -> bool:
    return written.literal or allows_literal(spec.types.get(written.name.text, UNKNOWN))


def _narrowed(origin: Source, record: RecordDecl, source: Source, override: RecordOverrideDecl) -> Iterator[str]:
    """Describes what a record's override lets rules rely on in addition."""
    fields = {field.name.text: field for field in record.fields}
    for field in override.fields:
        if field.name.text in fields:
            before = fields[field.name.text].type
            yield from _instead(f"`{field.name.text}`", origin, before, source, field.type)
    if override.required:
        yield f"{', '.join(f'`{name.text}`' for name in override.required)} cannot be left out"


def _instead(what: str, origin: Source, before: TypeExpr, source: Source, after: TypeExpr) -> Iterator[str]:
    old, new = (s.text[of.span.start : of.span.end] for s, of in ((origin, before), (source, after)))
    if "".join(old.split()) != "".join(new.split()):
        yield f"{what} is {new} instead of {old}"


def _clause(source: Source, clause: EffectClause) -> str:
    """A clause in canonical spelling: `does pay(to, amount)`."""
    arguments = (source.text[a.span.start : a.span.end] for a in clause.arguments)
    listed = ", ".join("".join(argument.split()) for argument in arguments)
    return f"{'does' if clause.certain else 'may'} {clause.effect.text}{listed and f'({listed})'}"
