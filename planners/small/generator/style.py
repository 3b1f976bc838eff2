"""How a generated spec is written: as a person would, or as a list of tools is imported."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from p2c_dsl.planners.small.generator import shares
from p2c_dsl.types import BOOL, INT, TEXT, ListOf, Optional, Type


@dataclass(frozen=True, slots=True)
class Style:
    """The style of a spec's declarations.

    Attributes:
        imported: Whether its tools look as if they came from a list of tools of a server.
        plain_text: The share of its types that are `Text` itself.
        suffix: What the names of its types and parameters end with.
    """

    imported: bool
    plain_text: float = 0.0
    suffix: str = ""


OWN = Style(imported=False)


def draw_style(rng: Random) -> Style:
    """A style, by its share."""
    if rng.random() >= shares.IMPORTED:
        return OWN
    return Style(True, rng.choice(shares.PLAIN_TEXT), rng.choice(("", "", "_id", "_name", "_key", "_ref")))


_OPTIONAL: tuple[tuple[str, Type, str], ...] = (
    ("limit", Optional(INT), "None"),
    ("page", Optional(INT), "None"),
    ("cursor", Optional(TEXT), "None"),
    ("query", Optional(TEXT), "None"),
    ("comment", Optional(TEXT), "None"),
    ("locale", Optional(TEXT), "None"),
    ("labels", Optional(ListOf(TEXT)), "None"),
    ("max_results", INT, "20"),
    ("timeout", INT, "30"),
    ("dry_run", BOOL, "False"),
    ("include_archived", BOOL, "False"),
    ("verbose", BOOL, "False"),
)
"""Parameters that tools on servers have, and that hardly any task needs."""


def optional_parameters(rng: Random, taken: set[str]) -> tuple[tuple[str, Type, str], ...]:
    """A few parameters that can be left out, with their types and defaults."""
    free = [one for one in _OPTIONAL if one[0] not in taken]
    return tuple(rng.sample(free, rng.choice((0, 0, 1, 1, 2, 3))))


def optional_fields(rng: Random, taken: set[str]) -> list[tuple[str, Type]]:
    """A few fields of a record that are often `None`."""
    fields = ("url", "created_at", "updated_at", "description", "comment", "source", "external_ref", "etag")
    free = [name for name in fields if name not in taken]
    return [(name, Optional(TEXT)) for name in rng.sample(free, rng.choice((0, 1, 2, 3, 4)))]


_THIRD_PERSON = {"do": "does", "go": "goes", "notify": "notifies", "query": "queries", "carry": "carries"}
_REMARKS = (
    "Requires write access.",
    "Returns an error if it does not exist.",
    "Use this when the user asks for it explicitly.",
    "Results are not cached.",
    "This may take a few seconds.",
    "See the API documentation for the format.",
    "Only works within the allowed workspace.",
    "Rate limits apply.",
)


def in_tool_s_prose(rng: Random, text: str) -> str:
    """`find the bill of a guest` → `Finds the bill of a guest. Rate limits apply.`"""
    verb, _, rest = text.partition(" ")
    return " ".join([f"{_third_person(verb).capitalize()} {rest}.", *_remark(rng)])


def _third_person(verb: str) -> str:
    ending = "es" if verb.endswith(("s", "x", "ch", "sh")) else "s"
    return _THIRD_PERSON.get(verb, f"{verb}{ending}")


def _remark(rng: Random) -> Iterator[str]:
    if rng.random() < shares.REMARK:
        yield rng.choice(_REMARKS)
