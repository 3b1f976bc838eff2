"""What has been added since an earlier state."""

from __future__ import annotations

from p2c_dsl.machine.log import Log, since


def test_what_came_later_is_listed_newest_first() -> None:
    early: Log[int] = (1, None)
    late: Log[int] = (3, (2, early))
    assert list(since(late, early)) == [3, 2]
    assert list(since(late, None)) == [3, 2, 1]
    assert list(since(early, early)) == []
