"""What a run owes: shared by the meanings of the rules after which something has to follow."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from rpds import HashTrieSet

from p2c_dsl.rules.definition import Broken, Completed, Definition, Keys, RunEvent
from p2c_dsl.rules.events import Event
from p2c_dsl.rules.parts import Places, Waiver


class OwedKeys(NamedTuple):
    """The keys for which something is owed (`None` is an unknown one), and those for which nothing can be."""

    owed: HashTrieSet[Keys | None] = HashTrieSet()
    waived: HashTrieSet[Keys] = HashTrieSet()

    def paying(self, paid: list[Keys]) -> OwedKeys:
        """After what is owed for these keys has happened."""
        owed = self.owed
        for keys in paid:
            owed = owed.discard(keys)
        return self._replace(owed=owed)

    def owing(self, keys: Keys | None) -> OwedKeys:
        """With something owed for a key, unless that is waived."""
        return self if () in self.waived or keys in self.waived else self._replace(owed=self.owed.insert(keys))

    def waiving(self, waived: list[Keys]) -> OwedKeys:
        """With nothing owed for these keys, now or later; for none at all, if one of them is empty."""
        waiving = self._replace(waived=self.waived.update(waived))
        if () in waived:
            return waiving._replace(owed=HashTrieSet())
        return waiving.paying(waived)


@dataclass(frozen=True)
class PaidLater(Definition[OwedKeys]):
    """In a run that completes, `asked` has happened after all that owes it, in a later call, with the same keys.

    Only what has certainly happened pays. What waives does so for its key, or for all where it has none.
    """

    asked: Event = field(kw_only=True)
    places: Places = field(default=(), kw_only=True)
    waiver: Waiver | None = field(default=None, kw_only=True)

    @abstractmethod
    def owes(self, event: RunEvent) -> Iterator[Keys | None]:
        """The keys for which an event owes; `None` is an unknown one."""

    @abstractmethod
    def reason(self) -> str:
        """Why something is owed, as the first half of a sentence."""

    def start(self) -> OwedKeys:
        return OwedKeys()

    def step(self, seen: OwedKeys, event: RunEvent) -> OwedKeys:
        if isinstance(event, Completed):
            # One call cannot pay for what it owes itself.
            seen = seen.paying(list(event.sure_keys(self.asked, self.places)))
            if self.waiver is not None:
                seen = seen.waiving(list(self.waiver.waives(event)))
        for keys in self.owes(event):
            seen = seen.owing(keys)
        return seen

    def end(self, seen: OwedKeys) -> None:
        if seen.owed:
            often = f" for {len(seen.owed)} of the keys" if self.places else ""
            raise Broken(f"{self.reason()}, and `{self.asked.name}` has not happened after it{often}")
