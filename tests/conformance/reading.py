"""From a page to its traps. Nothing here knows the analyzer: another project can do the same in its own words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_FENCE = re.compile(r"^```(?P<kind>[^\n]+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^## +(.+)$", re.MULTILINE)
_ACCEPT = re.compile(r"^\*\*Accept\*\*", re.MULTILINE)
_REJECT = re.compile(r"^\*\*Reject\*\* `(?P<rule>[^`]+)` \((?P<code>P2C\d+)\)", re.MULTILINE)
LANGUAGE = "the language"


class TrapError(ValueError):
    """A page that is not in the format."""


@dataclass(frozen=True, slots=True)
class Objection:
    """The rule that a rejection names (`the language` for one of its own), and the code that this project gives it."""

    rule: str
    code: str


@dataclass(frozen=True, slots=True)
class Trap:
    """A spec, a plan for its task, the right verdict, and for a rejection the world in which the rule breaks."""

    topic: str
    name: str
    words: str
    spec: str
    plan: str
    objections: tuple[Objection, ...]
    world: Mapping[str, Any] | None

    @property
    def accepted(self) -> bool:
        """Whether the plan breaks no rule in any world."""
        return not self.objections

    @property
    def text(self) -> str:
        """Spec and plan as one file."""
        return f"{self.spec}\n{self.plan}"

    def __str__(self) -> str:
        return f"{self.topic}: {self.name}"


def traps_of(page: Path) -> Iterator[Trap]:
    """The traps of a page, in its order. Raises `TrapError` for what is not in the format."""
    text = page.read_text(encoding="utf-8")
    headings = list(_HEADING.finditer(text))
    first = headings[0].start() if headings else len(text)
    shared = "".join(f["text"] for f in _FENCE.finditer(text, 0, first) if f["kind"] == "p2c spec")
    for this, following in zip(headings, [*headings[1:], None], strict=True):
        end = following.start() if following else len(text)
        yield _trap(page.stem, this[1], text[this.end() : end], shared)


def _trap(topic: str, name: str, section: str, shared: str) -> Trap:
    where = f"{topic}: {name}"
    blocks = {f["kind"]: f["text"] for f in _FENCE.finditer(section)}
    if not blocks.keys() <= {"p2c spec", "p2c plan", "json world"} or "p2c plan" not in blocks:
        raise TrapError(f"{where}: a trap has the blocks `p2c spec`, `p2c plan` and perhaps `json world`")
    prose = _FENCE.sub("", section)
    objections = tuple(Objection(m["rule"], m["code"]) for m in _REJECT.finditer(prose))
    if bool(objections) == bool(_ACCEPT.search(prose)):
        raise TrapError(f"{where}: a trap says either `**Accept**` or ``**Reject** `rule` (P2C…)``")
    words = prose.split("**", 1)[0].strip()
    if not words:
        raise TrapError(f"{where}: say in words what is meant")
    world = json.loads(blocks["json world"]) if "json world" in blocks else None
    return Trap(topic, name, words, shared + blocks.get("p2c spec", ""), blocks["p2c plan"], objections, world)
