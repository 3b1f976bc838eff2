"""Who `p2c run` asks before a call that needs approval."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from p2c_dsl.diagnostics.plain import printable

if TYPE_CHECKING:
    from p2c_dsl.runtime.approval import ApprovalAnswer, ApprovalRequest, Approver

CHOICES = ("all", "none")
_LONGEST = 10_000
"""How many characters of a value are shown: a person does not read more, and a terminal scrolls the rest away."""


def approver_for(choice: str | None) -> Approver:
    """The given standing answer, or else a question on the terminal, if there is one."""
    if choice is not None:
        return _Standing(choice)
    return _ask if sys.stdin is not None and sys.stdin.isatty() else _no_terminal


class _Standing:
    """`--approve all` and `--approve none`."""

    def __init__(self, choice: str) -> None:
        self._choice = choice

    def __call__(self, request: ApprovalRequest) -> ApprovalAnswer:
        from p2c_dsl.runtime.approval import ApprovalAnswer

        return ApprovalAnswer(self._choice == "all", f"--approve {self._choice}")


def _no_terminal(request: ApprovalRequest) -> ApprovalAnswer:
    from p2c_dsl.runtime.approval import ApprovalAnswer

    why = "standard input is not a terminal, so nobody can be asked; use a terminal, or `--approve all` or `none`"
    return ApprovalAnswer(False, "p2c run", why)


def _ask(request: ApprovalRequest) -> ApprovalAnswer:
    """Asks on the terminal. All but a clear yes is a no, and so is the end of the input."""
    from p2c_dsl.runtime.approval import ApprovalAnswer

    _forget_typed()
    # Standard output may go into a file or be a JSON document.
    print(_shown(request), end="", file=sys.stderr, flush=True)
    line = sys.stdin.readline()
    if not line:
        print(file=sys.stderr)
    return ApprovalAnswer(line.strip().lower() in ("y", "yes"), "the terminal", "" if line else "the input has ended")


def _forget_typed() -> None:
    """Drops what was typed before the question was there: it cannot be an answer to it."""
    with suppress(ImportError, OSError, ValueError):
        import termios

        with suppress(termios.error):
            termios.tcflush(sys.stdin, termios.TCIFLUSH)


def _shown(request: ApprovalRequest) -> str:
    from p2c_dsl.runtime.story import effect_text
    from p2c_dsl.runtime.values import shown

    subtask = request.subtask
    lines = [f"`{subtask.name}` needs approval ({', '.join(request.rules)}):"]
    names = [parameter.name for parameter in subtask.parameters]
    width = max(map(len, names), default=0)
    for name, value in zip(names, request.values, strict=True):
        default = " (the default)" if name in request.left_out else ""
        lines.append(f"  {name:<{width}} = {shown(value, _LONGEST)}{default}")
    for use, effect in zip(subtask.effects, request.effects, strict=True):
        often, how = "does" if use.certain else "may", " (irreversible)" if use.effect.irreversible else ""
        lines.append(f"  {often} {effect_text(effect)}{how}")
    return "\n".join(["", *map(printable, lines), "Make this call? [y/N] "])
