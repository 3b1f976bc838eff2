"""`p2c lint`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from p2c_dsl.cli import EXIT_FINDINGS, EXIT_USAGE
from p2c_dsl.cli.files import STDIN, config_here, fail, files_of, stdin_text, with_progress, write
from p2c_dsl.config import FORMATS, Config, ConfigError, check_codes
from p2c_dsl.diagnostics.model import Diagnostic, Severity
from p2c_dsl.diagnostics.suppress import Suppressed
from p2c_dsl.lint import Report, lint_file, lint_text


def lint(
    paths: Annotated[list[str], typer.Argument(help="Files, folders, or - for standard input.")],
    format: Annotated[str | None, typer.Option(help=f"One of {', '.join(FORMATS)}.")] = None,
    output: Annotated[str | None, typer.Option(help="Write into this file.")] = None,
    select: Annotated[str | None, typer.Option(help="Only these codes or families: P2C4,P2C501.")] = None,
    ignore: Annotated[str | None, typer.Option(help="Not these codes or families.")] = None,
    counterexamples: Annotated[bool, typer.Option(help="Look for runs that break the rules.")] = True,
) -> None:
    """Check specs and compositions against their rules.

    Accepted is what cannot break a rule on any run. Every rejected line says why, with the smallest run that
    breaks the rule, where there is one.

    Exit status: 0 nothing found (notes aside), 1 findings, 2 usage or unreadable input, 3 internal error.

    Examples:

      p2c lint examples/dinner

      p2c lint plan.p2c --format sarif --output plan.sarif
    """
    config = _config(format, select, ignore)
    reports = [_lint(path, counterexamples) for path in with_progress(files_of(paths, config), "linting")]
    found: dict[Diagnostic, None] = {}
    for report in reports:
        # That a file cannot be read is no finding among others: nothing in it has been checked.
        wanted = (d for d in report.diagnostics if config.wants(d.code) or not report.loaded.readable)
        found.update(dict.fromkeys(wanted))
    suppressed = dict.fromkeys(s for r in reports for s in r.suppressed if config.wants(s.diagnostic.code))
    _show(list(found), list(suppressed), config.format, output)
    if not all(report.loaded.readable for report in reports):
        raise typer.Exit(EXIT_USAGE)
    if any(d.severity is not Severity.NOTE for d in found):
        raise typer.Exit(EXIT_FINDINGS)


def _lint(path: str, counterexamples: bool) -> Report:
    if path == STDIN:
        return lint_text(stdin_text(), "<stdin>", Path.cwd(), counterexamples=counterexamples)
    return lint_file(Path(path), counterexamples=counterexamples)


def _config(format: str | None, select: str | None, ignore: str | None) -> Config:
    config = config_here()
    if format is not None and format not in FORMATS:
        fail(f"there is no format `{format}`: choose {', '.join(FORMATS)}")
    try:
        return Config(
            check_codes(_listed(select), "--select") if select is not None else config.select,
            check_codes(_listed(ignore), "--ignore") if ignore is not None else config.ignore,
            config.exclude,
            format or config.format,
        )
    except ConfigError as error:
        fail(str(error))


def _listed(codes: str) -> tuple[str, ...]:
    return tuple(code.strip().upper() for code in codes.split(",") if code.strip())


def _show(found: list[Diagnostic], suppressed: list[Suppressed], format: str, output: str | None) -> None:
    match format:
        case "json":
            from p2c_dsl.diagnostics import data

            write(data.render(found), output)
        case "sarif":
            from p2c_dsl.diagnostics import sarif

            write(sarif.render(found, suppressed), output)
        case "github":
            from p2c_dsl.diagnostics import github

            write(github.render(found), output)
        case "concise":
            from p2c_dsl.diagnostics import concise

            write(concise.render(found), output)
        case _:
            _show_text(found, output)


def _show_text(found: list[Diagnostic], output: str | None) -> None:
    if not found:
        write("no findings\n", output)
        return
    from rich.console import Console

    from p2c_dsl.diagnostics import text

    console = Console(width=100, no_color=True) if output else Console(highlight=False)
    if output is None:
        text.render(found, console)
        return
    with console.capture() as capture:
        text.render(found, console)
    write(capture.get(), output)
