"""Findings for people: the line they stand on, the story around it, and the run that proves it.

Written for terminals with and without colour, wide and narrow: nothing is said by colour alone.
"""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.text import Text

from p2c_dsl.diagnostics.model import Counterexample, Diagnostic, Location, Severity

_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow"}
_MARGIN = 8


def render(diagnostics: Iterable[Diagnostic], console: Console) -> None:
    """Prints the findings and a last line that counts them."""
    found = list(diagnostics)
    for diagnostic in found:
        _diagnostic(diagnostic, console)
        console.print()
    console.print(_summary(found))


def _summary(found: list[Diagnostic]) -> Text:
    if not found:
        return Text("no findings", style="green")
    errors = sum(d.severity is Severity.ERROR for d in found)
    warnings = len(found) - errors
    parts = [f"{n} {word}{'s' * (n != 1)}" for n, word in ((errors, "error"), (warnings, "warning")) if n]
    return Text(", ".join(parts), style="bold")


def _diagnostic(diagnostic: Diagnostic, console: Console) -> None:
    style = _STYLES[diagnostic.severity]
    head = Text()
    head.append(f"{diagnostic.severity.value}[{diagnostic.code}]", style=style)
    if diagnostic.verdict is not None:
        head.append(f" {diagnostic.verdict.value}", style=style)
    head.append(f": {diagnostic.message}", style="bold")
    _line(console, head)
    _excerpt(diagnostic.location, "^", style, None, console)
    for note in diagnostic.notes:
        _excerpt(note.location, "-", "blue", note.message, console)
    if diagnostic.rule is not None:
        _line(console, Text.assemble(("   = rule: ", "bold"), diagnostic.rule))
    if diagnostic.help is not None:
        _line(console, Text.assemble(("   = help: ", "bold green"), diagnostic.help))
    if diagnostic.counterexample is not None:
        _counterexample(diagnostic.counterexample, console)


def _counterexample(counterexample: Counterexample, console: Console) -> None:
    _line(console, Text("   = a run that breaks it:", style="bold magenta"))
    for name, value in counterexample.inputs:
        _line(console, Text(f"       {name} = {value}"))
    for number, step in enumerate(counterexample.steps, 1):
        place = ""
        if step.location is not None:
            place = f"   (line {step.location.source.position(step.location.span.start).line})"
        mark, style = ("✗", "bold red") if step.offending else (" ", "")
        _line(console, Text.assemble((f"     {mark} {number}. {step.text}", style), (place, "dim")))


def _excerpt(location: Location, mark: str, style: str, message: str | None, console: Console) -> None:
    source, span = location.source, location.span
    line, column = source.position(span.start)
    _line(console, Text.assemble(("  --> ", "blue"), f"{source.name}:{line}:{column}"))
    shown = source.line(line)
    start = min(column - 1, len(shown))
    end = max(start + 1, min(start + span.end - span.start, len(shown)))
    prefix = shown[:start].expandtabs(4)
    marked = shown[start:end].expandtabs(4)
    rest = shown[end:].expandtabs(4)
    number = f"{line:>4} | "
    width = max(console.width - len(number) - 1, 20)
    prefix, marked, rest = _cropped(prefix, marked, rest, width)
    text = Text.assemble((number, "blue"), _clean(prefix), (_clean(marked), style), _clean(rest))
    console.print(text, no_wrap=True, overflow="crop", crop=True)
    cells = Text(_clean(marked)).cell_len or 1
    under = Text.assemble(("     | ", "blue"), " " * Text(_clean(prefix)).cell_len, (mark * cells, style))
    console.print(under, no_wrap=True, overflow="crop", crop=True)
    if message is not None:
        _line(console, Text.assemble(("     | ", "blue"), (message, style)))


def _cropped(prefix: str, marked: str, rest: str, width: int) -> tuple[str, str, str]:
    """The part of a long line around what is marked."""
    if len(prefix) + len(marked) + len(rest) <= width:
        return prefix, marked, rest
    if len(prefix) > _MARGIN and len(prefix) + len(marked) > width:
        prefix = "…" + prefix[len(prefix) - _MARGIN :]
    marked = marked[: max(width - len(prefix), 1)]
    return prefix, marked, rest[: max(width - len(prefix) - len(marked), 0)]


def _clean(text: str) -> str:
    """Without characters that would move the cursor."""
    return "".join(c if c.isprintable() else "�" for c in text)


def _line(console: Console, text: Text) -> None:
    console.print(text, soft_wrap=False)
