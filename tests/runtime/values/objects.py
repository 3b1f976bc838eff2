"""Objects of all kinds that tools may give for a spec's values."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from p2c_dsl.spec import EnumMember, Spec
from p2c_dsl.types import TEXT, Enum, Nominal, Record, SetOf

USER, COLOR, ORDER = Nominal("User"), Enum("Color", ("red", "green")), Record("Order")

SPEC = Spec(records={"Order": {"buyer": USER, "color": COLOR, "tags": SetOf(TEXT)}})

RED = EnumMember("Color", "red")


class Paint(enum.Enum):
    red = 1


@dataclass(frozen=True)
class Order:
    buyer: str
    color: object = RED
    tags: Any = frozenset[str]()


@dataclass(frozen=True)
class Basket:
    """Looks hashable, and is not."""

    items: list[str] = field(default_factory=list)


class Row(NamedTuple):
    buyer: str
    color: object
    tags: Any


class Slotted:
    __slots__ = ("buyer", "color", "tags")

    def __init__(self, buyer: str, color: object, tags: Any) -> None:
        self.buyer, self.color, self.tags = buyer, color, tags


class Computed:
    """Another buyer each time that it is asked."""

    color = RED
    tags = ("x",)

    def __init__(self) -> None:
        self._buyers = iter(["ada", "ben", "cleo"])

    @property
    def buyer(self) -> str:
        return next(self._buyers)


@dataclass
class Numbered:
    number: int
    buyer: str
    color: object = RED
    tags: Any = frozenset[str]()


class Name(str):
    pass


class Known(enum.StrEnum):
    ada = "ada"
