"""Findings as SARIF 2.1.0, for code scanning; counterexamples are code flows."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import quote

import sarif_pydantic as sarif
from sarif_pydantic import sarif as flows

from p2c_dsl import __version__
from p2c_dsl.diagnostics.codes import Code
from p2c_dsl.diagnostics.model import Counterexample, CounterexampleStep, Diagnostic, Location, Suppressed

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def render(diagnostics: Iterable[Diagnostic], codes: Mapping[str, Code], suppressed: Iterable[Suppressed] = ()) -> str:
    """The findings as one SARIF log, including suppressed ones with their reasons."""
    found, silenced = list(diagnostics), list(suppressed)
    used = sorted({d.code for d in (*found, *(s.diagnostic for s in silenced))})
    results = [_result(d, used) for d in found]
    results += (_result(s.diagnostic, used, suppressions=[_suppression(s)]) for s in silenced)
    driver = sarif.ToolDriver(name="p2c", version=__version__, rules=[_rule(codes[c]) for c in used])
    run = sarif.Run(tool=sarif.Tool(driver=driver), results=results, columnKind="unicodeCodePoints")
    log = sarif.Sarif(version="2.1.0", schema_uri=_SCHEMA, runs=[run])
    return str(log.model_dump_json(indent=2, exclude_none=True, by_alias=True)) + "\n"


def _rule(code: Code) -> sarif.ReportingDescriptor:
    return sarif.ReportingDescriptor(
        id=code.code,
        short_description=sarif.Message(text=code.title),
        full_description=sarif.Message(text=code.explanation),
        help=_help(code),
    )


def _help(code: Code) -> sarif.Message:
    text, markdown = code.explanation, code.explanation
    for word, example in (("Rejected", code.rejected), ("Accepted", code.accepted)):
        if example:
            text += f"\n\n{word}:\n\n{example.strip()}"
            markdown += f"\n\n{word}:\n\n```\n{example.strip()}\n```"
    return sarif.Message(text=text, markdown=markdown)


def _result(
    diagnostic: Diagnostic, used: Sequence[str], suppressions: list[flows.Suppression] | None = None
) -> sarif.Result:
    related = [_location(n.location, n.message) for n in diagnostic.notes]
    code_flows = None if diagnostic.counterexample is None else [_flow(diagnostic, diagnostic.counterexample)]
    return sarif.Result(
        rule_id=diagnostic.code,
        rule_index=used.index(diagnostic.code),
        level=sarif.Level(diagnostic.severity.value),
        message=sarif.Message(text=_text(diagnostic)),
        locations=[_location(diagnostic.location)],
        related_locations=related or None,
        code_flows=code_flows,
        suppressions=suppressions,
        properties=None if diagnostic.verdict is None else {"verdict": diagnostic.verdict.value},
    )


def _text(diagnostic: Diagnostic) -> str:
    text = diagnostic.message
    if diagnostic.rule is not None:
        text += f" (rule: {diagnostic.rule})"
    if diagnostic.help is not None:
        text += f". {diagnostic.help[:1].upper()}{diagnostic.help[1:]}"
    if diagnostic.search is not None:
        text += f". {diagnostic.search[:1].upper()}{diagnostic.search[1:]}"
    return text


def _suppression(suppressed: Suppressed) -> flows.Suppression:
    return flows.Suppression(kind="inSource", justification=suppressed.reason)


def _flow(diagnostic: Diagnostic, counterexample: Counterexample) -> flows.CodeFlow:
    inputs = ", ".join(f"{name} = {value}" for name, value in counterexample.inputs)
    # A flow needs at least one location; for a run without calls, it is the location of the finding.
    steps = counterexample.steps or (CounterexampleStep("no calls are made", None, offending=True),)
    message = sarif.Message(text=f"a run that breaks the rule, with {inputs or 'no inputs'}")
    locations = [_step(step, diagnostic.location) for step in steps]
    return flows.CodeFlow(message=message, thread_flows=[flows.ThreadFlow(locations=locations)])


def _step(step: CounterexampleStep, otherwise: Location) -> flows.ThreadFlowLocation:
    location = _location(step.location or otherwise, step.text)
    return flows.ThreadFlowLocation(location=location, importance="essential" if step.offending else "important")


def _location(location: Location, message: str | None = None) -> sarif.Location:
    source, span = location.source, location.span
    start, end = source.position(span.start), source.position(span.end)
    region = sarif.Region(start_line=start.line, start_column=start.column, end_line=end.line, end_column=end.column)
    artifact = sarif.ArtifactLocation(uri=_uri(source.name))
    place = sarif.PhysicalLocation(artifact_location=artifact, region=region)
    return sarif.Location(physical_location=place, message=None if message is None else sarif.Message(text=message))


def _uri(name: str) -> str:
    """A path as a URI reference; bytes that are not text stay recognisable."""
    path = quote(os.fsencode(name.replace(os.sep, "/")))
    return f"file://{path}" if os.path.isabs(name) else path
