"""Themes with their people, things and documents: those for training, and those for the test set."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Theme:
    """A theme: the nouns for its people, things and documents, and the adjectives for its traits."""

    name: str
    people: tuple[str, ...]
    things: tuple[str, ...]
    documents: tuple[str, ...]
    traits: tuple[str, ...]


def _theme(name: str, people: str, things: str, documents: str, traits: str) -> Theme:
    return Theme(name, *(tuple(words.split()) for words in (people, things, documents, traits)))


THEMES = (
    _theme(
        "travel",
        "guest traveller guide driver agent host pilot",
        "restaurant hotel flight room tour route city museum seat bus cabin table",
        "booking itinerary ticket voucher visa invoice",
        "available vegetarian cheap crowded open late",
    ),
    _theme(
        "clinic",
        "patient doctor nurse surgeon visitor donor",
        "sample ward bed drug vaccine scan therapy allergy symptom device",
        "prescription referral diagnosis bill certificate",
        "urgent stable allergic insured sterile fasting",
    ),
    _theme(
        "school",
        "student teacher parent tutor principal coach",
        "course lesson exam classroom essay club book subject grade bus",
        "report transcript certificate timetable essay letter",
        "absent enrolled gifted graded excused late",
    ),
    _theme(
        "logistics",
        "driver customer supplier courier loader inspector",
        "parcel truck crate pallet depot route container van dock ship",
        "manifest receipt label invoice permit waybill",
        "fragile damaged heavy sealed overdue frozen",
    ),
    _theme(
        "operations",
        "engineer owner operator auditor tenant admin",
        "server service cluster backup alert ticket release branch database queue",
        "log report summary patch postmortem plan",
        "healthy stale critical idle encrypted deprecated",
    ),
    _theme(
        "shop",
        "customer clerk buyer seller cashier manager",
        "order basket item product shelf gift coupon brand price",
        "receipt invoice refund quote catalogue offer",
        "paid returned discounted sold damaged rare",
    ),
    _theme(
        "office",
        "employee manager applicant candidate recruiter colleague",
        "desk meeting room project laptop badge contract position team office",
        "memo offer review agenda summary minutes",
        "approved qualified remote free confidential expired",
    ),
    _theme(
        "bank",
        "client teller broker debtor trustee lender",
        "account loan card payment branch fund share transfer deposit mortgage",
        "statement contract receipt notice quote warning",
        "overdrawn frozen verified suspicious solvent joint",
    ),
    _theme(
        "library",
        "reader librarian author editor member borrower",
        "book shelf journal archive copy volume manuscript reservation film",
        "card reminder catalogue review index notice",
        "overdue reserved lost digital signed rare",
    ),
    _theme(
        "kitchen",
        "cook waiter chef diner baker butcher",
        "dish recipe oven dessert sauce menu ingredient table soup cake",
        "bill note comment recipe receipt",
        "vegan spicy fresh burnt hot popular",
    ),
    _theme(
        "farm",
        "farmer vet picker buyer shepherd neighbour",
        "field cow tractor barn crop orchard seed fence harvest goat",
        "plan report permit receipt forecast label",
        "ripe sick fertile dry empty organic",
    ),
    _theme(
        "newsroom",
        "reporter editor source reader photographer columnist",
        "story photo headline interview draft column leak topic quote",
        "article correction summary newsletter caption digest",
        "verified anonymous breaking exclusive edited biased",
    ),
    _theme(
        "city",
        "citizen mayor officer resident voter architect",
        "street park bridge permit building complaint district bin lamp fountain",
        "notice licence fine petition answer certificate",
        "broken listed public noisy closed flooded",
    ),
    _theme(
        "laboratory",
        "scientist technician reviewer author assistant curator",
        "probe culture reagent experiment assay specimen instrument dataset freezer",
        "protocol abstract paper chart finding label",
        "contaminated calibrated toxic valid positive volatile",
    ),
    _theme(
        "events",
        "speaker sponsor guest singer volunteer organiser",
        "venue stage session band tent workshop badge slot keynote stand",
        "programme ticket invitation badge poster survey",
        "loud confirmed cancelled famous outdoor full",
    ),
    _theme(
        "insurance",
        "claimant adjuster insurer witness expert broker",
        "claim policy car house premium damage repair accident risk",
        "assessment decision payout estimate letter statement",
        "covered fraudulent total minor disputed settled",
    ),
    _theme(
        "garage",
        "mechanic owner trainee dealer rider",
        "engine tyre brake bike battery part lift clutch mirror",
        "estimate invoice logbook warranty checklist",
        "worn leaking rusty safe electric used",
    ),
    _theme(
        "theatre",
        "actor director dancer critic usher composer",
        "play scene costume prop rehearsal script part seat season",
        "review contract programme poster cue",
        "sold rehearsed tragic modern cast short",
    ),
)
"""The fields that training draws from."""

UNSEEN_THEMES = (
    _theme(
        "harbour",
        "sailor captain fisher harbourmaster diver",
        "yacht berth anchor cargo buoy ferry lighthouse net mooring",
        "clearance bulletin chart tally declaration",
        "seaworthy moored tidal salvaged buoyant",
    ),
    _theme(
        "observatory",
        "astronomer donor ranger lecturer",
        "comet telescope lens galaxy dome meteor spectrum planet",
        "sighting bulletin atlas ledger abstract",
        "visible periodic faint eclipsed bright",
    ),
    _theme(
        "orchestra",
        "violinist conductor cellist soloist archivist",
        "score symphony viola concert flute podium sonata",
        "setlist encore notation obituary bulletin",
        "tuned sharp choral improvised muted",
    ),
    _theme(
        "charity",
        "donor orphan refugee benefactor almoner",
        "shelter blanket hamper donation bursary pantry clinic",
        "pledge appeal bursary eulogy ledger",
        "homeless eligible grateful pending hungry",
    ),
)
"""The themes of the test set: most of their words are in none of the themes above."""
