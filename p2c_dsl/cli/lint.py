"""`p2c lint`."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer
from typer import Argument, Option

from p2c_dsl.cli import EXIT_FINDINGS, EXIT_USAGE
from p2c_dsl.cli.failure import fail, report
from p2c_dsl.cli.options import ForceExclude, Output, StdinFilename, choice
from p2c_dsl.cli.paths import display_name, files_of, valid_settings
from p2c_dsl.cli.progress import with_progress
from p2c_dsl.cli.text_files import STDIN, stdin_text, write
from p2c_dsl.diagnostics.model import ApprovalPoint, Diagnostic, Severity, Suppressed
from p2c_dsl.diagnostics.plain import plain
from p2c_dsl.lint import Report, lint_file, lint_text
from p2c_dsl.settings import Settings
from p2c_dsl.settings.config import FORMATS, check_codes

UNREAD = ("P2C10", "P2C11", "P2C120", "P2C130", "P2C131", "P2C132", "P2C133")
"""Codes of errors that leave a text, or a part of it, unread: nothing there has been checked."""


def lint(
    paths: Annotated[list[str], Argument(help="Files, folders, or - for standard input.")],
    format: Annotated[
        str | None, choice(FORMATS, "How to print findings; by default as in the settings, or text.")
    ] = None,
    output: Output = None,
    select: Annotated[str | None, Option(help="Only these codes or families: P2C4,P2C501.")] = None,
    ignore: Annotated[str | None, Option(help="All but these codes or families.")] = None,
    counterexamples: Annotated[bool, Option(help="Show a run that breaks each broken rule.")] = True,
    enforced: Annotated[bool, Option(help="Let `enforced` rules leave to the run what is not proved.")] = True,
    baseline: Annotated[str | None, Option(help="Report only findings that are not in this file.")] = None,
    write_baseline: Annotated[
        bool, Option("--write-baseline", help="Write all findings to the --baseline file.")
    ] = False,
    stdin_filename: StdinFilename = None,
    force_exclude: ForceExclude = True,
) -> None:
    """Check specs and compositions against their rules.

    A composition is accepted if no run of it can break a rule. Each rejected line says why, with the smallest run
    that breaks the rule if one is found. What an `enforced` rule leaves to the run-time monitor is listed in notes;
    with --no-enforced, these are errors. Settings come from `[tool.p2c]` in the nearest pyproject.toml above a file.

    Exit status: 0 no findings (apart from notes), 1 findings, 2 usage error or unreadable input, 3 internal error.

    Examples:

      p2c lint examples/dinner

      p2c lint plan.p2c --format sarif --output plan.sarif

      p2c lint . --baseline known.json --write-baseline
    """
    if write_baseline and baseline is None:
        fail("--write-baseline needs --baseline FILE")
    with valid_settings():
        settings = Settings(_codes(select, "--select"), _codes(ignore, "--ignore"))
        format = _format(format, paths[0], stdin_filename, settings)
        named = files_of(paths, settings, force_exclude=force_exclude, stdin=stdin_filename)
        reports = [_lint(path, stdin_filename, counterexamples, enforced) for path in with_progress(named, "linting")]
        found = list(dict.fromkeys(d for report in reports for d in report.diagnostics))
        silenced = (s for report in reports for s in report.suppressed if settings.wants(s.diagnostic))
        suppressed = list(dict.fromkeys(silenced))
        if baseline is not None:
            found = _unknown(Path(baseline), found, _judged(reports), settings if write_baseline else None)
        wanted = [d for d in found if _unread(d) or settings.wants(d)]
    asking = list(dict.fromkeys(point for report in reports for point in report.approvals))
    _show(wanted, suppressed, asking, format, output)
    if not all(report.loaded.readable for report in reports):
        raise typer.Exit(EXIT_USAGE)
    if any(d.severity is not Severity.NOTE for d in wanted):
        raise typer.Exit(EXIT_FINDINGS)


def _lint(path: str, stdin_filename: str | None, counterexamples: bool, enforced: bool) -> Report:
    if path != STDIN:
        return lint_file(Path(path), counterexamples=counterexamples, enforced=enforced)
    name = display_name(stdin_filename)
    place = None if stdin_filename is None else Path(name)
    return lint_text(stdin_text(), name, Path(name).parent, place, counterexamples=counterexamples, enforced=enforced)


def _codes(listed: str | None, option: str) -> tuple[str, ...] | None:
    return None if listed is None else check_codes(_listed(listed), option)


def _format(format: str | None, first: str, stdin_filename: str | None, settings: Settings) -> str:
    """The given format, or else the one in the settings of the first path."""
    if format is not None:
        return format
    path = Path(display_name(stdin_filename) if first == STDIN else first)
    return (settings.within(path) if path.is_dir() else settings.of(path)).format


def _unread(diagnostic: Diagnostic) -> bool:
    return diagnostic.code.startswith(UNREAD)


def _judged(reports: Iterable[Report]) -> list[str]:
    """The files of which all has been read, so that what is not found in them is not there."""
    whole = (report for report in reports if not any(map(_unread, report.diagnostics)))
    return [file.source.name for report in whole for file in report.loaded.files]


def _unknown(path: Path, found: list[Diagnostic], judged: list[str], written: Settings | None) -> list[Diagnostic]:
    """The findings that a baseline does not know; entries that no longer match are reported.

    With `written`, the baseline is written first and knows what these settings want reported.
    """
    from p2c_dsl.baseline import BaselineError, empty_baseline, read_baseline

    try:
        known = empty_baseline(path) if written and not path.exists() else read_baseline(path)
    except BaselineError as error:
        fail(str(error))
    if written:
        put_in = [d for d in found if not _unread(d) and written.wants(d)]
        known = known.with_findings(put_in, judged)
        write(known.text(), str(path))
        report(f"{path} now lists {len(put_in)} finding{'s' * (len(put_in) != 1)} in these files")
    new, left = known.split(d for d in found if not _unread(d))
    for entry, count in sorted(known.about(left, judged).items()):
        times = "" if count == 1 else f" ({count} times)"
        gone = f"{entry.file} no longer has {entry.code}{times}: {entry.text}"
        report(f"{path}: {plain(gone)}; --write-baseline removes it")
    return [d for d in found if _unread(d)] + new


def _listed(codes: str) -> tuple[str, ...]:
    return tuple(code.strip().upper() for code in codes.split(",") if code.strip())


def _show(
    found: list[Diagnostic],
    suppressed: list[Suppressed],
    asking: list[ApprovalPoint],
    format: str,
    output: str | None,
) -> None:
    if format == "text":
        _show_text(found, asking, output)
    elif format == "json":
        from p2c_dsl.diagnostics import data

        write(data.render(found, asking), output)
    elif format == "sarif":
        from p2c_dsl.codes import all_codes
        from p2c_dsl.diagnostics import sarif

        write(sarif.render(found, all_codes(), suppressed), output)
    else:
        renderer = import_module(f"p2c_dsl.diagnostics.{format}")
        write(renderer.render(found), output)


def _show_text(found: list[Diagnostic], asking: list[ApprovalPoint], output: str | None) -> None:
    asks = "".join(f"{_asks(point)}\n" for point in asking)
    if not found:
        write(f"no findings\n{asks}", output)
        return
    from rich.console import Console

    from p2c_dsl.diagnostics import text

    console = Console(width=100, no_color=True) if output else Console(highlight=False)
    if output is None:
        text.render(found, console)
        if asks:
            write(asks, output)
        return
    with console.capture() as capture:
        text.render(found, console)
    write(capture.get() + asks, output)


def _asks(point: ApprovalPoint) -> str:
    source, span = point.location.source, point.location.span
    rules = ", ".join(point.rules)
    return plain(f"{source.name}:{source.position(span.start).line}: asks before `{point.subtask}` ({rules})")
