"""Words for generated tasks: verbs grouped by meaning, and nouns, none of which is used twice in a spec.

Some nouns are invented from syllables, so that a model has to read the spec instead of relying on known words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from p2c_dsl.planners.small.generator.fields import Theme

ASK = ("ask", "consult", "poll", "interview", "survey", "question")
FIND = ("find", "look_up", "fetch", "get", "locate", "retrieve", "load", "search")
LIST = ("list", "collect", "enumerate", "gather", "show")
CHOOSE = ("choose", "pick", "select", "identify", "decide_on", "settle_on", "agree_on")
MERGE = ("summarise", "compile", "merge", "combine", "condense", "total", "draft")
CHANGE = (
    "translate",
    "convert",
    "clean",
    "redact",
    "prepare",
    "draft",
    "check_and_fix",
    "sign",
    "print",
    "rate",
)
SEND = ("send", "mail", "hand_over", "deliver", "forward", "post")
TELL = ("notify", "remind", "warn", "invite", "call", "greet", "thank", "contact", "alert", "tell")
ACT = (
    "book",
    "reserve",
    "cancel",
    "archive",
    "delete",
    "repair",
    "ship",
    "order",
    "approve",
    "reject",
    "close",
    "publish",
    "move",
    "register",
    "release",
    "block",
    "refund",
    "restart",
    "label",
    "store",
    "inspect",
    "tag",
    "pack",
    "sell",
    "clean_up",
    "suspend",
)
"""Transitive verbs for actions that change something."""

SUBMIT = ("submit", "file", "enter", "lodge", "record", "create", "add")
STATES = ("status", "state", "kind", "level", "priority", "channel", "stage", "category")
NUMBERS = ("amount", "total", "price", "weight", "score", "age", "days", "size", "fee", "distance", "duration")

SYNONYMS: dict[str, tuple[str, ...]] = {
    "ask": ("question", "consult"),
    "notify": ("inform",),
    "remind": ("nudge",),
    "warn": ("caution",),
    "invite": ("summon",),
    "call": ("phone",),
    "greet": ("welcome",),
    "contact": ("get_in_touch_with", "reach_out_to"),
    "send": ("mail", "dispatch"),
    "mail": ("send",),
    "deliver": ("bring",),
    "forward": ("relay",),
    "book": ("reserve",),
    "reserve": ("book",),
    "cancel": ("annul",),
    "archive": ("shelve",),
    "delete": ("remove", "erase"),
    "repair": ("fix", "mend"),
    "ship": ("dispatch",),
    "order": ("buy",),
    "approve": ("accept",),
    "reject": ("refuse", "decline"),
    "close": ("shut",),
    "publish": ("issue",),
    "release": ("free",),
    "block": ("bar",),
    "refund": ("reimburse",),
    "restart": ("reboot",),
    "label": ("mark",),
    "store": ("keep",),
    "inspect": ("examine",),
    "tag": ("mark",),
    "clean_up": ("tidy",),
    "suspend": ("pause",),
    "find": ("look_up", "locate"),
    "look_up": ("find",),
    "fetch": ("get",),
    "get": ("fetch",),
    "retrieve": ("get", "fetch"),
    "choose": ("pick",),
    "pick": ("choose",),
    "select": ("choose", "pick"),
    "summarise": ("condense",),
    "compile": ("assemble",),
    "merge": ("combine",),
    "prepare": ("ready",),
    "submit": ("present",),
    "create": ("make",),
    "add": ("enter",),
}
"""What people say instead of the verb in a subtask's name."""

_HEADS, _CORES, _TAILS = (
    tuple(parts.split())
    for parts in (
        "b br c ch d dr f fl g gr h j k l m n p pl qu r s st t tr v w z",
        "a e i o u ai ea oo ou",
        "b ck d g l m n nd p r rt s sk st t x",
    )
)


@dataclass(slots=True)
class Words:
    """Draws words for one spec, without repetition.

    Attributes:
        invented: The share of nouns that are invented from syllables.
        joined: The share of nouns that consist of two words.
    """

    rng: Random
    theme: Theme
    invented: float = 0.15
    compound: float = 0.1
    used: set[str] = field(default_factory=set)

    def person(self) -> str:
        """A person of the theme."""
        return self._noun(self.theme.people)

    def thing(self) -> str:
        """A thing of the theme."""
        return self._noun(self.theme.things)

    def document(self) -> str:
        """A document of the theme."""
        return self._noun(self.theme.documents)

    def trait(self) -> str:
        """A trait of the theme."""
        return self._word(self.theme.traits)

    def verb(self, kind: Sequence[str]) -> str:
        """A verb from a group."""
        return self._unused(kind) or self.rng.choice(kind)

    def _noun(self, words: Sequence[str]) -> str:
        word = self._word(words)
        return f"{self._word(words)}_{word}" if self.rng.random() < self.compound else word

    def _word(self, words: Sequence[str]) -> str:
        found = None if self.rng.random() < self.invented else self._unused(words)
        while found is None:
            made = self._invented()
            found = None if made in self.used else made
        self.used.add(found)
        return found

    def _unused(self, words: Sequence[str]) -> str | None:
        left = [word for word in words if word not in self.used]
        if not left:
            return None
        found = self.rng.choice(left)
        self.used.add(found)
        return found

    def _invented(self) -> str:
        syllables = self.rng.choice((1, 2, 2))
        choice = self.rng.choice
        return "".join(choice(_HEADS) + choice(_CORES) for _ in range(syllables)) + choice(_TAILS)


def plural(noun: str) -> str:
    """`city` → `cities`."""
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return f"{noun[:-1]}ies"
    if noun.endswith(("s", "x", "ch", "sh")):
        return f"{noun}es"
    return f"{noun}s"


def article(noun: str) -> str:
    """`order` → `an order`."""
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"


def in_prose(name: str) -> str:
    """`look_up` → `look up`."""
    return name.replace("_", " ")
