"""Continuing a partial composition: its lines in canonical form, and the automaton's position after them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from p2c_dsl.analysis import analyze
from p2c_dsl.analysis.read import NotAccepted, the_composition
from p2c_dsl.diagnostics.model import Diagnostic, Severity
from p2c_dsl.machine.moves import CallMove, Move, ReturnMove, WriteMove, renumbered
from p2c_dsl.planners.automaton.automaton import Automaton, Position
from p2c_dsl.planners.automaton.protocol import END
from p2c_dsl.planners.automaton.units import Kind, Original, Unit, original
from p2c_dsl.planners.lines.node import Node
from p2c_dsl.planners.lines.pattern import Line
from p2c_dsl.source import Source
from p2c_dsl.spec import Spec
from p2c_dsl.syntax.nodes import ComposeDecl
from p2c_dsl.syntax.parser import parse

_LAST_BREAK = re.compile(r"\n\s*\Z")
_OPEN = re.compile(r"(?:.*\n)*(?P<indent>[ \t]*)(?:for|if|elif|else|compose)\b[^\n]*:[ \t]*(?:#[^\n]*)?\Z")
_LINE = re.compile(r"line (\d+): ")
_INDENT = re.compile(r"[ ]*")
_NAME = "<partial>"
"""The name of the partial text as a source."""


class NoContinuation(ValueError):
    """No accepted composition starts like this; the message names the first line that is to blame."""


@dataclass(frozen=True, slots=True)
class Start:
    """What has been written already.

    Attributes:
        text: In canonical form, up to the end of a lexeme.
        position: The automaton's position after it.
        rest: The first letters of the next lexeme, where the text is cut off within one.
    """

    text: str
    position: Position
    rest: str = ""

    def lexemes(self, automaton: Automaton) -> tuple[str, ...]:
        """The legal lexemes that start with `rest`."""
        return tuple(w for w in automaton.legal(self.position) if w.startswith(self.rest))

    def drawn(self, automaton: Automaton, random: Random) -> str:
        """One of them, each with the same probability."""
        return automaton.drawn(self.position, random, self.rest)


def resume(automaton: Automaton, partial: str = "") -> Start:
    """Where to continue from.

    Args:
        automaton: The automaton of the task.
        partial: The composition's first lines; the last one may be cut off anywhere if all are in canonical form.
            Other names, nested calls, comments and the like are read, too, where the last line is whole: they come
            back in canonical form. Without any text the composition starts at its header.

    Raises:
        NoContinuation: No accepted composition within the automaton's budget (or none that was found within its
            effort) starts like this. The message includes lint's findings on that line.
    """
    if not partial.strip():
        return Start(automaton.header, automaton.start)
    try:
        return _between_lexemes(automaton, partial)
    except NoContinuation as error:
        start = _within_a_lexeme(automaton, partial)
        if start is None:
            objections = _objections(automaton.machine.spec, partial, str(error))
            raise NoContinuation(f"{error}{objections}") from None
        return start


def _between_lexemes(automaton: Automaton, text: str) -> Start:
    """Where a text stops that is not cut off within a lexeme. Raises `NoContinuation`."""
    own = _LAST_BREAK.sub("", text)
    walked = _walked(automaton, own)
    start = _read(automaton, own) if walked is None else Start(own, walked[1])
    if not automaton.can_be_completed(start.position):
        raise NoContinuation(_where_it_ends(automaton, start.text))
    return start


def _within_a_lexeme(automaton: Automaton, partial: str) -> Start | None:
    """Where a canonical text stops that is cut off within a lexeme of its last line."""
    for end in range(len(partial) - 1, max(partial.rfind("\n"), len(automaton.header)) - 1, -1):
        try:
            before = _between_lexemes(automaton, partial[:end])
        except NoContinuation:
            continue
        if before.text != partial[:end]:
            continue
        start = Start(before.text, before.position, partial[end:])
        return start if any(word != END for word in start.lexemes(automaton)) else None
    return None


def lexemes(automaton: Automaton, text: str) -> tuple[str, ...]:
    """The lexemes after the header of a text in canonical form. Raises `ValueError` for any other."""
    walked = _walked(automaton, text)
    if walked is None:
        raise ValueError("this is not the start of a composition in canonical form")
    return walked[0]


def _walked(automaton: Automaton, text: str) -> tuple[tuple[str, ...], Position] | None:
    """The lexemes of a text in canonical form, and the position after it; `None` for any other."""
    if not text.startswith(automaton.header):
        return None
    pending = [(automaton.start, len(automaton.header), tuple[str, ...]())]
    while pending:
        position, at, words = pending.pop()
        if at == len(text):
            return words, position
        for word in automaton.words(position):
            if text.startswith(word, at):
                pending.append((automaton.step(position, word), at + len(word), (*words, word)))
    return None


# ---------------------------------------------------------------- other forms


def _read(automaton: Automaton, text: str) -> Start:
    """The text read as a program, and its steps written in canonical form."""
    opened = _OPEN.match(text)
    source = Source(_NAME, text + (f"\n{opened['indent']}    return\n" if opened else "\n"))
    compose, machine = _parsed(automaton, source), automaton.machine
    program = analyze(machine.spec, compose, source).program
    assert program is not None
    composition = original(compose, program)
    words, position = [automaton.header], automaton.start
    for unit, line in _lines(automaton, composition, drop_last=opened is not None):
        if line is None:
            at = source.position(composition.statements[unit.statement].span.start).line
            raise NoContinuation(_refusal(at, source.text.split("\n")[at - 1]))
        words += line.words
        position = Position(line.node, (), position.left - line.cost)
    return Start("".join(words), position)


def _parsed(automaton: Automaton, source: Source) -> ComposeDecl:
    task = automaton.machine.task
    try:
        compose = the_composition(source)
        if compose.task.text == task.name and len(compose.parameters) == len(task.parameters):
            return compose
    except NotAccepted as error:
        if error.findings:
            first = error.findings[0]
            line = source.position(first.location.span.start).line
            raise NoContinuation(
                f"line {line}: {first.message}; the text must end after a whole line, or be in canonical form"
            ) from None
    raise NoContinuation(f"line 1: expected one composition, starting with `{automaton.header}`")


def _lines(automaton: Automaton, composition: Original, *, drop_last: bool) -> Iterator[tuple[Unit, Line | None]]:
    """The canonical line of each step, `None` where there is none."""
    units = list(composition.units)
    while units and units[-1].kind in (Kind.END, Kind.ELSE):
        units.pop()
    if drop_last and units and isinstance(units[-1].move, ReturnMove):
        units.pop()
    node, closes = automaton.start.node, 0
    slots = {slot: slot for slot in range(composition.inputs)}
    for number, unit in enumerate(units):
        if unit.kind is Kind.END:
            closes += 1
        if unit.kind in (Kind.END, Kind.ALIAS) or _is_written(units, number):
            continue
        line = _line(automaton, node, closes, _move(units, number, slots))
        yield unit, line
        if line is None:
            return
        node, closes = line.node, 0
        if unit.defines is not None:
            slots[unit.defines] = node.state.slots - 1


def _is_written(units: Sequence[Unit], number: int) -> bool:
    """Whether a call is written straight into an accumulator: then the write has the line."""
    return number + 1 < len(units) and units[number + 1].direct


def _move(units: Sequence[Unit], number: int, slots: dict[int, int]) -> Move | None:
    """The move of a unit with slots as its variables; `None` for an `else`."""
    unit = units[number]
    move = unit.move
    if unit.direct and isinstance(move, WriteMove):
        call = units[number - 1].move
        assert isinstance(call, CallMove)
        move = WriteMove(move.slot, move.key, None, call)
    # A variable that is no longer there has no slot, and no line uses it.
    return move and renumbered(move, lambda definition: slots.get(definition, -1))


def _line(automaton: Automaton, node: Node, closes: int, move: Move | None) -> Line | None:
    for pattern in automaton.completions.lines.patterns(node):
        if pattern.block.closes == closes and (move is None) == (pattern.block.orelse is not None):
            line = next(pattern.lines(), None) if move is None else pattern.line_of(move)
            if line is not None:
                return line
    return None


# ---------------------------------------------------------------- refusals


def _where_it_ends(automaton: Automaton, text: str) -> str:
    """Names the first line of a canonical text after which nothing accepted is possible."""
    lines = text.split("\n")
    for count in range(1, len(lines)):
        walked = _walked(automaton, "\n".join(lines[:count]))
        if walked is not None and not automaton.can_be_completed(walked[1]):
            return _refusal(count, lines[count - 1])
    return _refusal(len(lines), lines[-1])


def _refusal(number: int, line: str) -> str:
    return (
        f"line {number}: no accepted composition within the budget continues after `{line.strip()}`, or this line has "
        "no canonical form; run `p2c lint` to see which rules it breaks"
    )


def _objections(spec: Spec, partial: str, refusal: str) -> str:
    """Lint's findings on the line that is named in a refusal."""
    blamed = _LINE.match(refusal)
    text = partial.rstrip()
    body = len((_INDENT.match(text.split("\n")[-1]) or [""])[0]) + 4
    for whole in (f"{text}\n", f"{text}\n{' ' * body}return\n"):
        source = Source(_NAME, whole)
        parsed = parse(source)
        if blamed and not parsed.diagnostics and isinstance(parsed.file.declarations[0], ComposeDecl):
            diagnostics = analyze(spec, parsed.file.declarations[0], source).diagnostics
            return "".join(f"\n  {_objection(d)}" for d in diagnostics if _body_line(d) == int(blamed[1]))
    return ""


def _objection(diagnostic: Diagnostic) -> str:
    rule = "" if diagnostic.rule is None else f" (rule: {diagnostic.rule})"
    return f"{diagnostic.code}: {diagnostic.message}{rule}"


def _body_line(diagnostic: Diagnostic) -> int | None:
    """The line of an error within the body."""
    at = diagnostic.location
    line = at.source.position(at.span.start).line
    return line if diagnostic.severity is Severity.ERROR and line > 1 else None
