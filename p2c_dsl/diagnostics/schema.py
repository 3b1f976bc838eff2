"""The schema of the JSON form, from models: `python -m p2c_dsl.diagnostics.schema` writes it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

FILE = Path(__file__).with_name("diagnostics.schema.json")


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Position(_Model):
    """A place in a file; both numbers start at 1."""

    line: int = Field(ge=1)
    column: int = Field(ge=1)


class Location(_Model):
    """A half-open range of a file."""

    file: str
    start: Position
    end: Position


class Note(_Model):
    """A secondary place and what it adds to the story."""

    message: str
    location: Location


class Input(_Model):
    """An input of a counterexample."""

    name: str
    value: str


class Step(_Model):
    """A call of a counterexample; the last one breaks the rule."""

    text: str
    location: Location | None
    offending: bool


class Counterexample(_Model):
    """The smallest inputs and the run that breaks the rule."""

    inputs: list[Input]
    steps: list[Step]


class Diagnostic(_Model):
    """One finding."""

    code: str = Field(pattern=r"^P2C\d{3}$")
    severity: Literal["error", "warning", "note"]
    verdict: Literal["violated", "cannot prove"] | None
    message: str
    rule: str | None
    help: str | None
    location: Location
    notes: list[Note]
    counterexample: Counterexample | None
    tried: int | None = Field(default=None, ge=0, description="Small worlds in which no run breaks the rule.")


class Summary(_Model):
    """How many there are."""

    error: int
    warning: int
    note: int


class Report(_Model):
    """What `p2c lint --format json` prints."""

    version: Literal[1]
    summary: Summary
    diagnostics: list[Diagnostic]


def schema() -> str:
    """The JSON schema as text."""
    return json.dumps(Report.model_json_schema(), indent=2) + "\n"


if __name__ == "__main__":
    FILE.write_text(schema(), encoding="utf-8")
