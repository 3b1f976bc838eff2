"""Names for generated specs, each given once: verbs, nouns and what is said about them."""

from __future__ import annotations

from random import Random


def _words(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text.split()))


MAKE = _words(
    "fetch find look_up read load draft build prepare compute estimate rate classify translate extract render choose "
    "compile resolve match convert"
)
MERGE = _words("summarize merge combine compare reconcile consolidate total rank")
ACT = _words(
    "notify ship refund archive publish approve register close escalate post schedule deploy charge cancel deliver "
    "reserve tag sign announce print restart transfer assign renew lock"
)
CHECK = _words("is_valid is_open is_urgent may_send has_consent was_paid is_in_stock is_safe is_complete is_due")
LIST = _words("list collect gather enumerate")

_NOUNS = _words(
    "ticket order invoice parcel customer device report patient sample server release contract vendor shipment route "
    "driver lesson student exam room booking flight hotel guest recipe menu table supplier claim policy branch commit "
    "build test issue review page article photo album song playlist course teacher school grade budget payment account "
    "ledger audit permit license vehicle garage part machine sensor alarm meter reading forecast harvest field farm "
    "animal vaccine clinic doctor slot visit note letter email campaign lead offer quote deal store shelf product "
    "label brand survey answer question topic thread message channel team member shift plan budget_line task risk "
    "incident backup volume snapshot cluster host key secret token session query dataset model metric chart"
)
_KINDS = _words(
    "new old late early big small draft final signed local remote raw clean first second spare main public private"
)


class Words:
    """Gives out names that have not been given out before."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._nouns = list(_NOUNS)
        random.shuffle(self._nouns)
        self._taken: set[str] = {"job", "inputs", "constants"}

    def noun(self) -> str:
        """A noun in small letters."""
        while True:
            noun = self._nouns.pop() if self._nouns else f"{self._random.choice(_KINDS)}_{self._random.choice(_NOUNS)}"
            if self.free(noun):
                return noun

    def verb(self, verbs: tuple[str, ...], noun: str) -> str:
        """A subtask's name, such as `notify_customer`."""
        for _ in range(4):
            name = f"{self._random.choice(verbs)}_{noun}"
            if self.free(name):
                return name
        return self.once(f"{self._random.choice(verbs)}_{self._random.choice(_KINDS)}_{noun}")

    def effect(self) -> str:
        """An effect's name."""
        return self.once(self._random.choice(ACT))

    def once(self, name: str) -> str:
        """A name, with a number if it is taken."""
        number, tried = 1, name
        while not self.free(tried):
            number += 1
            tried = f"{name}_{number}"
        return tried

    def free(self, name: str) -> bool:
        """Whether a name has not been given out; then it is now."""
        if name in self._taken:
            return False
        self._taken.add(name)
        return True


def type_name(noun: str) -> str:
    """`budget_line` as a type: `BudgetLine`."""
    return "".join(part.capitalize() for part in noun.split("_"))


def noun_of(of: str) -> str:
    """`Set[BudgetLine] >= 1` as a variable: `budget_line`."""
    inner = of.split("[")[-1].split("]")[0].split(",")[-1].strip()
    return "".join("_" + c.lower() if c.isupper() and i else c.lower() for i, c in enumerate(inner))
