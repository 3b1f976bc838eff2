"""An enforced rule makes the objections that it makes without the prefix, and what stays an error is certain."""

from __future__ import annotations

from tests.properties.enforced import measure


def test_errors_of_enforced_rules_are_certain() -> None:
    found = measure(range(400))
    assert not found.wrong, found.wrong[0]
    assert len(found.left) >= 12, found.left
    assert {kind for kind, runs in found.reached.items() if runs >= 10} >= {
        "at-least",
        "at-most",
        "before",
        "cost",
        "exactly",
        "from",
        "no-after",
        "not-both",
        "only-if",
    }, found.reached
