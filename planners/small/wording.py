"""Words for made-up tasks: fields of life with their people, things and papers, and verbs by what they do.

`Words` draws from them so that no name is used twice in a spec. Some words are made of syllables, so that a model has
to read a spec instead of knowing it. The last fields, and the words of `UNSEEN`, are kept for the test set.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random


@dataclass(frozen=True, slots=True)
class Field:
    """A field of life: who is in it, what they handle, what is written down, and what things can be like."""

    name: str
    people: tuple[str, ...]
    things: tuple[str, ...]
    papers: tuple[str, ...]
    traits: tuple[str, ...]


def _field(name: str, people: str, things: str, papers: str, traits: str) -> Field:
    return Field(name, *(tuple(words.split()) for words in (people, things, papers, traits)))


FIELDS = (
    _field(
        "travel",
        "guest traveller guide driver agent host pilot",
        "restaurant hotel flight room tour route city museum seat bus cabin table",
        "booking itinerary ticket voucher visa invoice map",
        "available vegetarian cheap crowded open late",
    ),
    _field(
        "clinic",
        "patient doctor nurse surgeon visitor donor",
        "sample ward bed drug vaccine scan therapy allergy symptom device",
        "prescription referral diagnosis record bill certificate",
        "urgent stable allergic insured sterile fasting",
    ),
    _field(
        "school",
        "student teacher parent tutor principal coach",
        "course lesson exam classroom essay club book subject grade bus",
        "report transcript certificate timetable essay letter",
        "absent enrolled gifted graded excused late",
    ),
    _field(
        "logistics",
        "driver customer supplier courier loader inspector",
        "parcel truck crate pallet depot route container van dock ship",
        "manifest receipt label invoice permit waybill",
        "fragile damaged heavy sealed overdue frozen",
    ),
    _field(
        "operations",
        "engineer owner operator auditor tenant admin",
        "server service cluster backup alert ticket release branch database queue",
        "log report summary patch postmortem plan",
        "healthy stale critical idle encrypted deprecated",
    ),
    _field(
        "shop",
        "customer clerk buyer seller cashier manager",
        "order basket item product shelf gift coupon brand return price",
        "receipt invoice refund quote catalogue offer",
        "paid returned discounted sold damaged rare",
    ),
    _field(
        "office",
        "employee manager applicant candidate recruiter colleague",
        "desk meeting room project laptop badge contract position team office",
        "memo offer review agenda summary minutes",
        "approved qualified remote free confidential expired",
    ),
    _field(
        "bank",
        "client teller broker debtor trustee lender",
        "account loan card payment branch fund share transfer deposit mortgage",
        "statement contract receipt notice quote warning",
        "overdrawn frozen verified suspicious solvent joint",
    ),
    _field(
        "library",
        "reader librarian author editor member borrower",
        "book shelf journal archive copy volume manuscript reservation film",
        "card reminder catalogue review index notice",
        "overdue reserved lost digital signed rare",
    ),
    _field(
        "kitchen",
        "cook waiter chef diner baker butcher",
        "dish recipe oven dessert sauce menu ingredient table soup cake",
        "bill note list order recipe receipt",
        "vegan spicy fresh burnt hot popular",
    ),
    _field(
        "farm",
        "farmer vet picker buyer shepherd neighbour",
        "field cow tractor barn crop orchard seed fence harvest goat",
        "plan report permit receipt forecast label",
        "ripe sick fertile dry empty organic",
    ),
    _field(
        "newsroom",
        "reporter editor source reader photographer columnist",
        "story photo headline interview draft column leak topic quote",
        "article correction summary newsletter caption digest",
        "verified anonymous breaking exclusive edited biased",
    ),
    _field(
        "city",
        "citizen mayor officer resident voter architect",
        "street park bridge permit building complaint district bin lamp fountain",
        "notice licence fine petition answer certificate",
        "broken listed public noisy closed flooded",
    ),
    _field(
        "laboratory",
        "scientist technician reviewer author assistant curator",
        "probe culture reagent experiment assay specimen instrument dataset freezer",
        "protocol abstract paper chart finding label",
        "contaminated calibrated toxic valid positive volatile",
    ),
    _field(
        "events",
        "speaker sponsor guest singer volunteer organiser",
        "venue stage session band tent workshop badge slot keynote stand",
        "programme ticket invitation badge poster survey",
        "loud confirmed cancelled famous outdoor full",
    ),
    _field(
        "insurance",
        "claimant adjuster insurer witness expert broker",
        "claim policy car house premium damage repair accident risk",
        "assessment decision payout estimate letter statement",
        "covered fraudulent total minor disputed settled",
    ),
    _field(
        "garage",
        "mechanic owner trainee dealer rider",
        "engine tyre brake bike battery part lift clutch mirror",
        "estimate invoice logbook warranty checklist",
        "worn leaking rusty safe electric used",
    ),
    _field(
        "theatre",
        "actor director dancer critic usher composer",
        "play scene costume prop rehearsal script part seat season",
        "review contract programme poster cue",
        "sold rehearsed tragic modern cast short",
    ),
)
"""The fields that training draws from."""

UNSEEN = (
    _field(
        "harbour",
        "sailor captain fisher harbourmaster diver",
        "yacht berth anchor cargo buoy ferry lighthouse net mooring",
        "clearance bulletin chart tally declaration",
        "seaworthy moored tidal salvaged buoyant",
    ),
    _field(
        "observatory",
        "astronomer donor ranger lecturer",
        "comet telescope lens galaxy dome meteor spectrum planet",
        "sighting bulletin atlas ledger abstract",
        "visible periodic faint eclipsed bright",
    ),
    _field(
        "orchestra",
        "violinist conductor cellist soloist archivist",
        "score symphony viola concert flute podium sonata",
        "setlist encore notation obituary bulletin",
        "tuned sharp choral improvised muted",
    ),
    _field(
        "charity",
        "donor orphan refugee benefactor almoner",
        "shelter blanket hamper donation bursary pantry clinic",
        "pledge appeal bursary eulogy ledger",
        "homeless eligible grateful pending hungry",
    ),
)
"""The fields of the test set: most of their words are in no field above."""

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
"""Verbs with one object that change something."""

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
    """Draws words for one spec, each once.

    Attributes:
        invented: The share of nouns that are made of syllables.
    """

    chance: Random
    life: Field
    invented: float = 0.15
    used: set[str] = field(default_factory=set)

    def person(self) -> str:
        """Somebody of the field."""
        return self._noun(self.life.people)

    def thing(self) -> str:
        """Something of the field."""
        return self._noun(self.life.things)

    def paper(self) -> str:
        """Something that is written down."""
        return self._noun(self.life.papers)

    def trait(self) -> str:
        """What a thing can be like."""
        return self._noun(self.life.traits)

    def verb(self, kind: Sequence[str]) -> str:
        """One of a kind of verbs."""
        return self._fresh(kind) or self.chance.choice(kind)

    def _noun(self, words: Sequence[str]) -> str:
        found = None if self.chance.random() < self.invented else self._fresh(words)
        while found is None:
            made = self._invented()
            found = None if made in self.used else made
        self.used.add(found)
        return found

    def _fresh(self, words: Sequence[str]) -> str | None:
        left = [word for word in words if word not in self.used]
        if not left:
            return None
        found = self.chance.choice(left)
        self.used.add(found)
        return found

    def _invented(self) -> str:
        syllables = self.chance.choice((1, 2, 2))
        choice = self.chance.choice
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


def spoken(verb: str) -> str:
    """`look_up` → `look up`."""
    return verb.replace("_", " ")
