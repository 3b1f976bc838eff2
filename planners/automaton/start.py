"""Where a planner starts: at the header, or where somebody has begun."""

from __future__ import annotations

import re
from dataclasses import dataclass

from p2c_dsl.analysis import analyze
from p2c_dsl.diagnostics.model import Diagnostic, Severity
from p2c_dsl.planners.automaton.automaton import Automaton, Position
from p2c_dsl.planners.automaton.protocol import END
from p2c_dsl.planners.automaton.resume import NoContinuation, begun
from p2c_dsl.spec import Spec
from p2c_dsl.syntax.nodes import ComposeDecl
from p2c_dsl.syntax.parser import parse
from p2c_dsl.syntax.span import Source

_LINE = re.compile(r"line (\d+): ")
_INDENT = re.compile(r"[ ]*")


@dataclass(frozen=True, slots=True)
class Start:
    """What has been written already.

    Attributes:
        text: In canonical form, up to the end of a lexeme.
        position: The automaton's position after it.
        rest: The beginning of the next lexeme, where it is cut off within one.
    """

    text: str
    position: Position
    rest: str = ""

    def lexemes(self, automaton: Automaton) -> tuple[str, ...]:
        """What is legal next and begins with what has been begun of it."""
        return tuple(w for w in automaton.legal(self.position) if w.startswith(self.rest))


def beginning(automaton: Automaton, partial: str = "") -> Start:
    """Where to go on from. Raises `NoContinuation`, with what lint says of the line that is to blame."""
    if not partial.strip():
        return Start(automaton.header, automaton.start)
    try:
        found = begun(automaton, partial)
    except NoContinuation as error:
        start = _within_a_lexeme(automaton, partial)
        if start is None:
            raise NoContinuation(
                f"{error}{_objections(automaton.machine.spec, partial, str(error))}"
            ) from None
        return start
    return Start(found.text, found.position)


def _within_a_lexeme(automaton: Automaton, partial: str) -> Start | None:
    """Where a canonical text stops that is cut off within a lexeme of its last line."""
    for end in range(len(partial) - 1, max(partial.rfind("\n"), len(automaton.header)) - 1, -1):
        try:
            found = begun(automaton, partial[:end])
        except NoContinuation:
            continue
        if found.text != partial[:end]:
            continue
        start = Start(found.text, found.position, partial[end:])
        return start if any(word != END for word in start.lexemes(automaton)) else None
    return None


def _objections(spec: Spec, partial: str, refusal: str) -> str:
    """What lint says of the line that is named in a refusal."""
    blamed = _LINE.match(refusal)
    text = partial.rstrip()
    body = len((_INDENT.match(text.split("\n")[-1]) or [""])[0]) + 4
    for whole in (f"{text}\n", f"{text}\n{' ' * body}return\n"):
        source = Source("<begun>", whole)
        parsed = parse(source)
        if blamed and not parsed.diagnostics and isinstance(parsed.file.declarations[0], ComposeDecl):
            found = analyze(spec, parsed.file.declarations[0], source).diagnostics
            return "".join(f"\n  {_said(d)}" for d in found if _line(d) == int(blamed[1]))
    return ""


def _said(diagnostic: Diagnostic) -> str:
    rule = "" if diagnostic.rule is None else f" (rule: {diagnostic.rule})"
    return f"{diagnostic.code}: {diagnostic.message}{rule}"


def _line(diagnostic: Diagnostic) -> int | None:
    """The line of an error within the body."""
    at = diagnostic.location
    line = at.source.position(at.span.start).line
    return line if diagnostic.severity is Severity.ERROR and line > 1 else None
