"""Which types an override may put in the place of another: narrower ones with the same values on the wire."""

from __future__ import annotations

from collections.abc import Mapping

from p2c_dsl.names import listing
from p2c_dsl.resolve.values import fits
from p2c_dsl.spec import ConstantValue, EnumMember
from p2c_dsl.syntax.text import quote
from p2c_dsl.types import (
    TEXT,
    Base,
    Enum,
    ListOf,
    MapOf,
    NewType,
    Optional,
    SetOf,
    Type,
    is_subtype,
    show,
    supertypes,
)


class DoesNotFit(Exception):
    """A default that is not a value of a narrower type: how it reads, and what to do about it."""

    def __init__(self, shown: str, help: str) -> None:
        super().__init__(shown)
        self.shown, self.help = shown, help


class Narrowing:
    """Narrower types. An enum stands for the texts that tools know its members by, which `originals` has."""

    def __init__(self, originals: Mapping[tuple[str, ...], str]) -> None:
        self._originals = originals

    def narrows(self, new: Type, old: Type) -> bool:
        """Whether each value of `new` goes over the wire as a value of `old` does."""
        match new, old:
            case Enum(), Enum():
                return self._texts(new).keys() <= self._texts(old).keys()
            case Enum(), Base() | NewType():
                return supertypes(old)[-1] == TEXT
            case Optional(a), Optional(b):
                return self.narrows(a, b)
            case _, Optional(b):
                return self.narrows(new, b)
            case (ListOf(a, m), ListOf(b, n)) | (SetOf(a, m), SetOf(b, n)):
                return self.narrows(a, b) and m.within(n)
            case MapOf(k1, v1, m), MapOf(k2, v2, n):
                return self.narrows(k1, k2) and self.narrows(v1, v2) and m.within(n)
        return is_subtype(new, old)

    def ways(self, new: Type, old: Type) -> str:
        """What can be written instead of a type that does not narrow the old one."""
        if isinstance(old, Optional):
            return self.ways(new.inner if isinstance(new, Optional) else new, old.inner)
        if isinstance(new, Optional) and self.narrows(new.inner, old):
            return f"write `{show(new.inner)}`: it is never None"
        if isinstance(new, Enum) and isinstance(old, Enum):
            foreign = [quote(text) for text in self._texts(new) if text not in self._texts(old)]
            return f"remove what {show(old)} does not have: {listing(foreign, 'and')}"
        ways = [show(old)]
        if isinstance(old, Base | NewType):
            ways.append(f"a new type over it (`type … = {show(old)}`)")
            if supertypes(old)[-1] == TEXT:
                ways.append("an enum of the tool's texts")
        elif isinstance(old, ListOf | SetOf | MapOf):
            ways.append("the same collection with narrower elements or bounds")
        return f"use {listing(ways, 'or')}"

    def default(self, value: ConstantValue, new: Type) -> ConstantValue:
        """A default as a value of a narrower type. Raises `DoesNotFit`."""
        inner = new.inner if isinstance(new, Optional) else new
        if value is None and not fits(None, new):
            raise DoesNotFit("`None`", f"write `Optional[{show(new)}]`")
        if isinstance(inner, Enum) and isinstance(value, str | EnumMember):
            text = value if isinstance(value, str) else self._text(value.enum, value.member)
            if text not in self._texts(inner):
                raise DoesNotFit(quote(text), f"add a member of `{inner.name}` for it")
            return EnumMember(inner.name, self._texts(inner)[text])
        if not isinstance(value, EnumMember) and not fits(value, new):
            raise DoesNotFit(f"`{value}`", "use a type that it is a value of")
        return value

    def _text(self, enum: str, member: str) -> str:
        return self._originals.get((enum, member), member)

    def _texts(self, of: Enum) -> dict[str, str]:
        """An enum's members by the texts that tools know them by."""
        return {self._text(of.name, member): member for member in of.members}
