"""Orders, some of which are paid."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from p2c_dsl.spec import EnumMember


class World:
    """The world that `seed` makes, with what has been done in it."""

    def __init__(self, seed: int) -> None:
        chance = Random(seed)
        states = ["paid", "open", chance.choice(("paid", "disputed"))]
        self.orders = [
            {"customer": f"customer {n}", "payment": EnumMember("Payment", state)} for n, state in enumerate(states)
        ]
        self.done: list[Any] = []

    def inputs(self) -> Mapping[str, object]:
        """The task's inputs."""
        return {"orders": self.orders}

    def tools(self) -> Mapping[str, Callable[..., object]]:
        """The function for each subtask."""
        return {
            "ship_order": lambda order: self.done.append(("ship", order["customer"])),
            "remind_customer": lambda customer: self.done.append(("remind", customer)),
            "cancel_order": lambda order: self.done.append(("cancel", order["customer"])),
        }

    def verify(self) -> str | None:
        """What is wrong with what was done, or `None` if nothing is."""
        wanted: list[Any] = [
            ("ship" if order["payment"].member == "paid" else "remind", order["customer"]) for order in self.orders
        ]
        return None if Counter(self.done) == Counter(wanted) else f"{self.done} was done instead of {wanted}"
