"""Findings for people: the line, the explanation, and the run that proves it.

It works on terminals with and without colour, wide and narrow: no information depends on colour alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from rich.console import Console
from rich.text import Text

from p2c_dsl.diagnostics.excerpt import excerpt
from p2c_dsl.diagnostics.model import Counterexample, CounterexampleStep, Diagnostic, Location, Severity
from p2c_dsl.diagnostics.plain import plain

_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.NOTE: "bold blue"}
MOST_SHOWN = 500
"""How many findings are shown in full: people do not read more, and the layout of each takes milliseconds."""
_NARROWEST = 20
_GUTTER = 4


def render(diagnostics: Iterable[Diagnostic], console: Console) -> None:
    """Prints the first findings, and a last line that counts all of them."""
    found = list(diagnostics)
    for diagnostic in found[:MOST_SHOWN]:
        _diagnostic(diagnostic, console)
        console.print()
    if len(found) > MOST_SHOWN:
        console.print(f"the first {MOST_SHOWN} are shown; --format concise lists all")
    console.print(_summary(found))


def _summary(found: list[Diagnostic]) -> Text:
    if not found:
        return Text("no findings", style="green")
    counts = Counter(d.severity for d in found)
    parts = [f"{counts[s]} {s.value}{'s' * (counts[s] != 1)}" for s in Severity if counts[s]]
    return Text(", ".join(parts), style="bold")


def _diagnostic(diagnostic: Diagnostic, console: Console) -> None:
    style = _STYLES[diagnostic.severity]
    verdict = "" if diagnostic.verdict is None else f" {diagnostic.verdict.value}"
    head = (f"{diagnostic.severity.value}[{diagnostic.code}]{verdict}", style)
    _hanging(console, Text.assemble(head, (f": {plain(diagnostic.message)}", "bold")), Text("  "))
    _excerpt(diagnostic.location, "^", style, console)
    for note in diagnostic.notes:
        _excerpt(note.location, "-", "blue", console)
        bar = Text(" " * _GUTTER + " | ", "blue")
        _paragraph(console, bar, Text(plain(note.message), "blue"), bar)
    if diagnostic.rule is not None:
        _remark(console, "rule", "bold", diagnostic.rule)
    if diagnostic.help is not None:
        _remark(console, "help", "bold green", diagnostic.help)
    if diagnostic.counterexample is not None:
        _counterexample(diagnostic.counterexample.brief or diagnostic.counterexample, console)
    if diagnostic.search is not None:
        _remark(console, "note", "bold", diagnostic.search)


def _remark(console: Console, word: str, style: str, text: str) -> None:
    first = Text(f"   = {word}: ", style)
    _paragraph(console, first, Text(plain(text)), Text(" " * first.cell_len))


def _counterexample(counterexample: Counterexample, console: Console) -> None:
    _hanging(console, Text("   = a run that breaks it:", style="bold magenta"), Text("     "))
    for name, value in counterexample.inputs:
        _paragraph(console, Text(f"       {name} = "), Text(plain(value)), Text(" " * 9))
    for number, step in enumerate(counterexample.steps, 1):
        _step(console, number, step)


def _step(console: Console, number: int, step: CounterexampleStep) -> None:
    mark = (_cross(console), "bold red") if step.offending else (" ", "")
    place = ""
    if step.location is not None:
        place = f"   (line {step.location.source.position(step.location.span.start).line})"
    text = Text.assemble((plain(step.text), mark[1]), (place, "dim"))
    _paragraph(console, Text.assemble("     ", mark, f" {number}. "), text, Text(" " * 10))


def _cross(console: Console) -> str:
    return "✗" if console.encoding.lower().startswith("utf") else "x"


def _excerpt(location: Location, mark: str, style: str, console: Console) -> None:
    source, span = location.source, location.span
    line, column = source.position(span.start)
    place = Text.assemble((" " * (_GUTTER - 2) + "--> ", "blue"), f"{plain(source.name)}:{line}:{column}")
    console.print(place, overflow="fold")
    number, empty = f"{line:>{_GUTTER}} | ", " " * max(_GUTTER, len(str(line))) + " | "
    room = max(console.width - len(number), _NARROWEST)
    before, marked, after = excerpt(source.line(line), column - 1, span.end - span.start, room)
    shown = Text.assemble((number, "blue"), before, (marked, style), after)
    under = Text.assemble((empty, "blue"), " " * Text(before).cell_len)
    under.append(mark * max(Text(marked).cell_len, 1), style)
    for text in (shown, under):
        console.print(text, no_wrap=True, overflow="crop", crop=True)


def _hanging(console: Console, text: Text, indent: Text) -> None:
    """Prints a paragraph with a hanging indent."""
    _paragraph(console, Text(), text, indent)


def _paragraph(console: Console, first: Text, body: Text, further: Text) -> None:
    """Prints a wrapped text, with one prefix for its first line and another for the rest."""
    room = console.width - max(first.cell_len, further.cell_len)
    if room < _NARROWEST:
        console.print(first + body)
        return
    for number, line in enumerate(body.wrap(console, room)):
        line.rstrip()
        console.print((first if number == 0 else further) + line)
