"""How long a search may take."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from time import monotonic
from typing import Self

TIMEOUT = 10.0
"""How many seconds a search may take, unless told otherwise."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """The moment at which a search must stop, on the clock of `time.monotonic`, in seconds."""

    at: float = inf

    @classmethod
    def after(cls, seconds: float | None) -> Self:
        """The deadline that many seconds from now; `None` for never."""
        return cls() if seconds is None else cls(monotonic() + seconds)

    def sooner(self, share: float) -> Deadline:
        """A deadline when only a share of the time that is left has passed."""
        now = monotonic()
        return self if self.at == inf else Deadline(now + share * max(self.at - now, 0))

    @property
    def over(self) -> bool:
        """Whether it has passed."""
        return monotonic() >= self.at
