"""Bounds add and multiply as numbers do, and end where no text can tell them apart any more."""

from __future__ import annotations

import pytest

from p2c_dsl.bounds import MOST, add, at_least, greatest, times


@pytest.mark.parametrize(
    ("a", "b", "total", "product", "larger"),
    [
        (2, 3, 5, 6, 3),
        (0, None, None, 0, None),
        (None, 2, None, None, None),
        (MOST, 0, MOST, 0, MOST),
        (MOST, 1, None, MOST, MOST),
        (MOST // 2, 3, MOST // 2 + 3, None, MOST // 2),
    ],
)
def test_sums_and_products(
    a: int | None, b: int | None, total: int | None, product: int | None, larger: int | None
) -> None:
    assert (add(a, b), times(a, b), greatest(a, b)) == (total, product, larger)
    assert (add(b, a), times(b, a), greatest(b, a)) == (total, product, larger)


def test_a_least_number_stays_within_reach() -> None:
    assert at_least(3) == 3
    assert at_least(MOST**9) == MOST
