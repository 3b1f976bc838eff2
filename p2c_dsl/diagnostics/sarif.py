"""Findings as SARIF 2.1.0, for code scanning; counterexamples are code flows."""

from __future__ import annotations

from collections.abc import Iterable

import sarif_pydantic as sarif
from sarif_pydantic import sarif as flows

from p2c_dsl import __version__
from p2c_dsl.diagnostics.codes import all_codes
from p2c_dsl.diagnostics.model import Counterexample, Diagnostic, Location, Severity

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def render(diagnostics: Iterable[Diagnostic]) -> str:
    """The findings as one SARIF log."""
    found = list(diagnostics)
    used = sorted({d.code for d in found})
    rules = [_rule(code) for code in used]
    results = [_result(d, used.index(d.code)) for d in found]
    driver = sarif.ToolDriver(name="p2c", version=__version__, rules=rules)
    run = sarif.Run(tool=sarif.Tool(driver=driver), results=results, columnKind="unicodeCodePoints")
    log = sarif.Sarif(version="2.1.0", schema_uri=_SCHEMA, runs=[run])
    return str(log.model_dump_json(indent=2, exclude_none=True, by_alias=True)) + "\n"


def _rule(name: str) -> sarif.ReportingDescriptor:
    code = all_codes()[name]
    return sarif.ReportingDescriptor(
        id=name,
        short_description=sarif.Message(text=code.title),
        full_description=sarif.Message(text=code.explanation),
    )


def _result(diagnostic: Diagnostic, index: int) -> sarif.Result:
    text = diagnostic.message
    if diagnostic.rule is not None:
        text += f" (rule: {diagnostic.rule})"
    if diagnostic.help is not None:
        text += f". {diagnostic.help[:1].upper()}{diagnostic.help[1:]}"
    related = [_location(n.location, n.message) for n in diagnostic.notes]
    code_flows = None if diagnostic.counterexample is None else [_flow(diagnostic, diagnostic.counterexample)]
    return sarif.Result(
        rule_id=diagnostic.code,
        rule_index=index,
        level=sarif.Level.ERROR if diagnostic.severity is Severity.ERROR else sarif.Level.WARNING,
        message=sarif.Message(text=text),
        locations=[_location(diagnostic.location)],
        related_locations=related or None,
        code_flows=code_flows,
    )


def _flow(diagnostic: Diagnostic, counterexample: Counterexample) -> flows.CodeFlow:
    inputs = ", ".join(f"{name} = {value}" for name, value in counterexample.inputs)
    steps = [
        flows.ThreadFlowLocation(location=_location(step.location or diagnostic.location, step.text))
        for step in counterexample.steps
    ]
    message = sarif.Message(text=f"a run that breaks the rule, with {inputs or 'no inputs'}")
    return flows.CodeFlow(message=message, thread_flows=[flows.ThreadFlow(locations=steps)])


def _location(location: Location, message: str | None = None) -> sarif.Location:
    source, span = location.source, location.span
    start, end = source.position(span.start), source.position(span.end)
    region = sarif.Region(
        start_line=start.line, start_column=start.column, end_line=end.line, end_column=end.column
    )
    uri = source.name.replace("\\", "/").replace(" ", "%20")
    artifact = sarif.ArtifactLocation(uri=uri)
    place = sarif.PhysicalLocation(artifact_location=artifact, region=region)
    return sarif.Location(
        physical_location=place, message=None if message is None else sarif.Message(text=message)
    )
