"""A comparison of two partial solutions: what is asked, who answers it, and the one form of an answer as data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from p2c_dsl.planners.preferences.solution import PartialSolution

LEFT, RIGHT = 0, 1
Pair = tuple[PartialSolution, PartialSolution]
"""Two solutions that someone is asked about, the left one and the right one."""
_LATEST = 1e18
"""Far beyond any clock's time, in seconds, and far below what no float can hold."""
_FIELDS = ("left", "right", "preferred", "time", "who")


@dataclass(frozen=True, slots=True)
class Comparison:
    """An answer: of two solutions, `who` preferred the one that `preferred` names at `time`.

    Attributes:
        preferred: `LEFT` or `RIGHT`; `None` where they skipped the pair.
    """

    left: PartialSolution
    right: PartialSolution
    preferred: int | None
    time: float
    who: str

    def __post_init__(self) -> None:
        if self.preferred not in (LEFT, RIGHT, None):
            raise ValueError(
                f"`preferred` must be {LEFT} (left), {RIGHT} (right) or None (skipped), not {self.preferred!r}"
            )

    @property
    def pair(self) -> Pair:
        """The two solutions."""
        return self.left, self.right

    def preferred_if_left_is(self, key: str) -> int | None:
        """What was preferred, as it reads when the solution with this key is the left one."""
        if self.preferred is None or self.left.key == key:
            return self.preferred
        return RIGHT if self.preferred == LEFT else LEFT

    def as_data(self) -> dict[str, Any]:
        """As JSON has it."""
        return {
            "left": self.left.as_data(),
            "right": self.right.as_data(),
            "preferred": self.preferred,
            "time": self.time,
            "who": self.who,
        }

    def line(self) -> str:
        """As one line of JSON, without its end."""
        return json.dumps(self.as_data(), ensure_ascii=False)

    @classmethod
    def from_data(cls, data: Any) -> Comparison:
        """The comparison that `as_data` wrote. Raises `ValueError` for anything else, and says what is wrong."""
        if not isinstance(data, Mapping):
            raise ValueError("an answer must be an object with left, right, preferred, time and who")
        missing = [name for name in _FIELDS if name not in data]
        if missing:
            raise ValueError(f"an answer has no `{missing[0]}`")
        preferred, time, who = data["preferred"], data["time"], data["who"]
        if preferred is not None and (type(preferred) is not int or preferred not in (LEFT, RIGHT)):
            raise ValueError(f"`preferred` must be {LEFT} (left), {RIGHT} (right) or null (skipped), not {preferred!r}")
        if type(time) not in (int, float) or not abs(time) <= _LATEST:
            raise ValueError(f"`time` must be a number, not {time!r}")
        if not isinstance(who, str):
            raise ValueError(f"`who` must be a string, not {who!r}")
        left, right = (PartialSolution.from_data(data[side]) for side in ("left", "right"))
        return cls(left, right, preferred, float(time), who)


class Human(Protocol):
    """Anyone who answers comparisons: a simulated person, a recorded one, or one at a page."""

    def compare(self, left: PartialSolution, right: PartialSolution, time: float) -> int | None:
        """`LEFT` or `RIGHT`, whichever is better by the values held at `time`; `None` for no answer."""
