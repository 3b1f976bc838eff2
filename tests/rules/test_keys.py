"""How often one key may have had an event: constants are told apart, classes of values are not."""

from __future__ import annotations

from itertools import product
from random import Random

import pytest

from p2c_dsl.rules.keys import Counts, KeyClass, Keys
from p2c_dsl.types import INT, TEXT, Nominal, Type, is_subtype

USER = Nominal("User")
VIP = Nominal("Vip", USER)
PLACE = Nominal("Place")
ANY, VIPS, PLACES = (KeyClass(t, None) for t in (USER, VIP, PLACE))
ADA, BEN = (KeyClass(USER, ("constant", "str", name)) for name in ("Ada", "Ben"))


def counted(*keys: Keys) -> Counts:
    counts = Counts()
    for one in keys:
        counts = counts.plus(one, 1)
    return counts


def test_two_constants_are_two_keys() -> None:
    counts = counted((ADA,), (BEN,), (ADA,))
    assert counts.most((ADA,)) == 2 and counts.most((BEN,)) == 1


def test_a_variable_may_be_any_constant_of_its_type_but_only_one_of_them() -> None:
    counts = counted((ADA,), (BEN,), (ANY,))
    assert counts.most((ADA,)) == counts.most((ANY,)) == 2


@pytest.mark.parametrize(("other", "most"), [(VIPS, 2), (PLACES, 1)])
def test_types_share_keys_where_they_share_values(other: KeyClass, most: int) -> None:
    assert counted((ANY,), (other,)).most((ANY,)) == most


def test_a_constant_has_one_number_whatever_type_it_is_seen_with() -> None:
    text = KeyClass(TEXT, ("constant", "str", "a"))
    assert counted((text,), (KeyClass(USER, text.constant),)).most((text,)) == 2


def test_several_keys_are_one_only_where_all_agree() -> None:
    one, two = (KeyClass(INT, ("constant", "int", str(n))) for n in (1, 2))
    counts = counted((ADA, one), (ADA, two), (BEN, one))
    assert all(counts.most(keys) == 1 for keys in ((ADA, one), (ADA, two), (BEN, one)))
    with_a_variable = counts.plus((ANY, one), 1)
    assert with_a_variable.most((ANY, one)) == 2 and with_a_variable.most((ADA, two)) == 1
    nothing_known = counts.plus((ANY, KeyClass(INT, None)), 1)
    assert nothing_known.most((ANY, KeyClass(INT, None))) == 2


def test_without_a_bound_nothing_is_the_most() -> None:
    assert Counts().plus((ANY,), None).most((ANY,)) is None


def test_arms_take_the_greater_number_and_a_closed_loop_keeps_it() -> None:
    inner = KeyClass(USER, None, loop=3)
    joined = counted((inner,)).join(counted((inner,), (ADA,), (ADA,)))
    assert joined.most((ADA,)) == 3
    closed = joined.after_loop(3)
    assert closed.most((ANY,)) == joined.most((inner,)) and closed.classes == (((ANY,), 1),)


MANY = [KeyClass(Nominal(f"Vip{i}", VIP), None) for i in range(3)]
TYPED = [ANY, VIPS, *MANY, PLACES]
CONSTANTS = [ADA, BEN]
Key = tuple[Type, KeyClass | None]
"""A value by its own type, and the constant that it is, if it is one."""


def belongs(key: Key, to: KeyClass) -> bool:
    of, constant = key
    return constant == to if to.constant is not None else is_subtype(of, to.type)


def truly(counts: Counts, called: Keys) -> int:
    """The greatest number for any one value of `called`, whatever types the constants have."""
    types = [t.type for t in TYPED]
    of_users = [t for t in types if is_subtype(t, USER)]
    most = 0
    for own in product(of_users, repeat=len(CONSTANTS)):
        values: list[Key] = [*((t, None) for t in types), *zip(own, CONSTANTS, strict=True)]
        for keys in product(*([v for v in values if belongs(v, part)] for part in called)):
            fitting = (n for e, n in counts.entries() if all(map(belongs, keys, e)))
            most = max(most, sum(n or 0 for n in fitting))
    return most


@pytest.mark.parametrize("seed", range(40))
def test_of_types_alone_the_greatest_number_is_exact(seed: int) -> None:
    random = Random(seed)
    counts = counted(*(tuple(random.choices(TYPED, k=1 + seed % 3)) for _ in range(5)))
    assert all(counts.most(keys) == truly(counts, keys) for keys, _ in counts.entries())


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("work", [1, 10, 30, 4_096])
def test_no_value_has_the_event_more_often_than_said(seed: int, work: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("p2c_dsl.rules.keys._MOST_WORK", work)
    random = Random(seed)
    counts = counted(*(tuple(random.choices(TYPED + CONSTANTS, k=1 + seed % 2)) for _ in range(6)))
    for keys, _ in counts.entries():
        most = counts.most(keys)
        assert most is not None and most >= truly(counts, keys)


def test_keys_that_can_never_agree_are_told_apart_however_many_there_are() -> None:
    texts = KeyClass(TEXT, None)
    counts = counted(*((PLACES, *[ANY] * 30), (texts, *[ANY] * 30)) * 3)
    assert counts.most((PLACES, *[ANY] * 30)) == 3
