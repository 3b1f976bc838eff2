"""The schema of the JSON form, from models: `python -m p2c_dsl.diagnostics.schema` writes it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

FILE = Path(__file__).with_name("diagnostics.schema.json")


class _JsonModel(BaseModel):
    model_config = ConfigDict(extra="forbid")


class PositionData(_JsonModel):
    """A place in a file; both numbers start at 1."""

    line: int = Field(ge=1)
    column: int = Field(ge=1)


class LocationData(_JsonModel):
    """A half-open range of a file."""

    file: str
    start: PositionData
    end: PositionData


class NoteData(_JsonModel):
    """A secondary place and what it adds to the explanation."""

    message: str
    location: LocationData


class InputData(_JsonModel):
    """An input of a counterexample."""

    name: str
    value: str


class StepData(_JsonModel):
    """A call of a counterexample; the last one breaks the rule."""

    text: str
    location: LocationData | None
    offending: bool


class CounterexampleData(_JsonModel):
    """The smallest inputs and the run that breaks the rule."""

    inputs: list[InputData]
    steps: list[StepData]


class DiagnosticData(_JsonModel):
    """One finding."""

    code: str = Field(pattern=r"^P2C\d{3}$")
    severity: Literal["error", "warning", "note"]
    verdict: Literal["violated", "cannot prove"] | None
    message: str
    rule: str | None
    help: str | None
    location: LocationData
    notes: list[NoteData]
    counterexample: CounterexampleData | None
    tried: int | None = Field(default=None, ge=0, description="Small worlds in which no run breaks the rule.")


class SummaryData(_JsonModel):
    """How many there are."""

    error: int
    warning: int
    note: int


class ApprovalData(_JsonModel):
    """A call before which a run asks for approval."""

    subtask: str
    rules: list[str]
    location: LocationData


class ReportData(_JsonModel):
    """What `p2c lint --format json` prints."""

    version: Literal[1]
    summary: SummaryData
    diagnostics: list[DiagnosticData]
    approvals: list[ApprovalData] = []


def schema() -> str:
    """The JSON schema as text; the names that it defines are the models' without their `Data`."""
    text = json.dumps(ReportData.model_json_schema(), indent=2)
    return re.sub(r"\b([A-Z]\w*)Data\b", r"\1", text) + "\n"


if __name__ == "__main__":
    FILE.write_text(schema(), encoding="utf-8")
