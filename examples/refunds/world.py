"""A small shop's refund desk: a customer with some claimed orders, a colleague who approves, and the books."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import ClassVar

from p2c_dsl.spec import EnumMember

CUSTOMERS = ("Ada", "Ben", "Cleo")
MOST_APPROVED = 20_000


@dataclass(frozen=True, order=True, slots=True, repr=False)
class Customer:
    """A person who buys things."""

    name: str

    def __repr__(self) -> str:
        return self.name


@dataclass(frozen=True, order=True, slots=True)
class Number:
    """An order's number."""

    digits: int


@dataclass(frozen=True, order=True, slots=True, repr=False)
class Order:
    """A purchase."""

    number: Number
    total: int

    def __repr__(self) -> str:
        return f"order {self.number.digits}"


class World:
    """The desk as `seed` makes it: one in four customers looks suspicious, some orders are expensive.

    `size` is the number of orders, by default 1 to 5.
    """

    sizes: ClassVar[range] = range(1, 11)

    def __init__(self, seed: int, *, size: int | None = None) -> None:
        chance = Random(seed)
        self.customer = Customer(chance.choice(CUSTOMERS))
        self.suspicion = (
            EnumMember("Suspicion", chance.choice(("chargeback", "stolen_card"))) if chance.random() < 0.25 else None
        )
        count = chance.randint(1, 5) if size is None else size
        self.orders = [Order(Number(1000 + i), chance.randrange(500, 40_000, 50)) for i in range(count)]
        self.owners = {order: self._owner(chance) for order in self.orders}
        self.asked: list[tuple[Order, int]] = []
        self.paid: list[tuple[Order, int]] = []
        self.vouchers: list[tuple[Order, int]] = []
        self.frozen: list[Customer] = []
        self.told: list[tuple[Customer, str]] = []

    def _owner(self, chance: Random) -> Customer:
        """Occasionally a claim names someone else's order."""
        return Customer(chance.choice(CUSTOMERS)) if chance.random() < 0.1 else self.customer

    def inputs(self) -> Mapping[str, object]:
        """The task's inputs."""
        return {"customer": self.customer, "orders": list(self.orders)}

    def tools(self) -> Mapping[str, Callable[..., object]]:
        """The function for each subtask."""
        return {
            "check_fraud": self.check_fraud,
            "approve": self.approve,
            "refund": self.refund,
            "voucher": self.voucher,
            "freeze_account": self.freeze_account,
            "notify": self.notify,
        }

    def check_fraud(self, customer: Customer) -> EnumMember | None:
        return self.suspicion if customer == self.customer else None

    def approve(self, order: Order, amount: int) -> bool:
        """The colleague approves what the customer has paid, up to a limit."""
        self.asked.append((order, amount))
        return amount <= min(order.total, MOST_APPROVED)

    def refund(self, order: Order, amount: int) -> None:
        self.paid.append((order, amount))

    def voucher(self, order: Order, amount: int) -> None:
        self.vouchers.append((order, amount))

    def freeze_account(self, customer: Customer, suspicion: EnumMember) -> None:
        self.frozen.append(customer)

    def notify(self, customer: Customer, outcome: EnumMember) -> None:
        self.told.append((customer, outcome.member))

    def verify(self) -> str | None:
        """What is wrong with the outcome, or `None` if nothing is."""
        settled = [order for order, _ in (*self.paid, *self.vouchers)]
        if self.frozen:
            return "the account is frozen, and money was paid" if self.paid else None
        for order in self.orders:
            if settled.count(order) != 1:
                return f"order {order.number.digits} is settled {settled.count(order)} times"
        wrong = [order for order, amount in self.paid if amount > min(order.total, MOST_APPROVED)]
        return f"too much was paid for order {wrong[0].number.digits}" if wrong else None
