"""The Pydantic models of a spec as data."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictFloat, StrictInt, StrictStr

# One line each, so that data cannot smuggle in further declarations.
Identifier = Annotated[str, Field(pattern=r"^[^\W\d]\w*$")]
Path_ = Annotated[str, Field(pattern=r"^[^\W\d]\w*(\.[^\W\d]\w*)*$")]
TypeText = Annotated[str, Field(pattern=r"^[\w\[\], <>=.+-]+$")]
RuleLine = Annotated[str, Field(pattern=r"^[\w.,()<>=!* ]+$")]
Plain = StrictBool | StrictInt | StrictFloat | StrictStr | None


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class MemberData(_Model):
    """An enum's member as a value."""

    enum: Identifier
    member: Identifier


class TypeData(_Model):
    """A nominal type (perhaps with a parent), or a new type over a base."""

    name: Identifier
    parent: Identifier | None = None
    base: TypeText | None = None


class EnumMemberData(_Model):
    """A line of an enum; `original` is the outside name."""

    name: Identifier
    original: str | None = None


class EnumData(_Model):
    name: Identifier
    members: tuple[EnumMemberData, ...]


class FieldData(_Model):
    name: Identifier
    type: TypeText
    original: str | None = None


class RecordData(_Model):
    name: Identifier
    fields: tuple[FieldData, ...]


class ConstantData(_Model):
    name: Identifier
    type: TypeText
    value: Plain | MemberData


class EffectData(_Model):
    """An effect, the types of its keys, and (for all of them or none) the keys' names."""

    name: Identifier
    keys: tuple[TypeText, ...] = ()
    labels: tuple[Identifier | None, ...] = ()
    irreversible: bool = False


class ParameterData(_Model):
    """`default` counts only where `optional`."""

    name: Identifier
    type: TypeText
    optional: bool = False
    default: Plain | MemberData = None
    original: str | None = None


class EffectUseData(_Model):
    """An effect that a subtask does, or with `certain` false may do, and the parameters that are its keys."""

    effect: Identifier
    arguments: tuple[Path_, ...] = ()
    certain: bool = True


class SubtaskData(_Model):
    """A subtask; `anything` says that it may have any effect, and `claims` have not been signed off."""

    name: Identifier
    parameters: tuple[ParameterData, ...] = ()
    result: TypeText | None = None
    effects: tuple[EffectUseData, ...] = ()
    anything: bool = False
    claims: tuple[Identifier, ...] = ()
    original: str | None = None
    cost: int = Field(default=0, ge=0)
    doc: str = ""


class TaskData(_Model):
    name: Identifier
    parameters: tuple[ParameterData, ...] = ()
    result: TypeText | None = None
    constants: tuple[ConstantData, ...] = ()
    rules: tuple[RuleLine, ...] = ()
    doc: str = ""


class SpecData(_Model):
    """A whole spec. `model_validate_json` and `model_dump_json` read and write it."""

    types: tuple[TypeData, ...] = ()
    enums: tuple[EnumData, ...] = ()
    records: tuple[RecordData, ...] = ()
    constants: tuple[ConstantData, ...] = ()
    effects: tuple[EffectData, ...] = ()
    subtasks: tuple[SubtaskData, ...] = ()
    tasks: tuple[TaskData, ...] = ()
    rules: tuple[RuleLine, ...] = ()
