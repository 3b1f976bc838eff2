"""Bitmasks of tokens: what is packed comes out again, equal ones share a number, and a table grows linearly."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

from p2c_dsl.planners.tokens.bitmask import (
    BitmaskTable,
    allows,
    forced_token,
    pack,
    tokens_of,
    unpack,
    width,
)

torch = pytest.importorskip("torch")

VOCABULARY = 77
CPU = torch.device("cpu")


def some_sets(count: int) -> list[tuple[int, ...]]:
    """Different sets of tokens, among them the first and the last token alone."""
    random, found = Random(0), {(0,), (31,), (32,), (VOCABULARY - 1,)}
    while len(found) < count:
        found.add(tuple(sorted(random.sample(range(VOCABULARY), random.randint(2, VOCABULARY)))))
    return sorted(found)


def test_a_token_is_a_bit_of_a_word() -> None:
    assert pack((0, 5, 31, 64), VOCABULARY).tolist() == [1 + 2**5 - 2**31, 0, 1]
    assert [width(size) for size in (1, 32, 33)] == [1, 1, 2]


def test_what_is_packed_comes_out_again() -> None:
    for allowed in ((), *some_sets(100)):
        bitmask = pack(allowed, VOCABULARY)
        assert tuple(tokens_of(bitmask)) == allowed
        assert tuple(t for t in range(VOCABULARY) if allows(bitmask, t)) == allowed
        assert tuple(np.flatnonzero(unpack(bitmask, VOCABULARY))) == allowed
        assert forced_token(bitmask) == (allowed[0] if len(allowed) == 1 else None)


def test_equal_bitmasks_share_a_number_and_the_table_unpacks_them() -> None:
    table, sets = BitmaskTable(VOCABULARY), some_sets(300)
    numbers = [table.number(pack(allowed, VOCABULARY)) for allowed in (*sets, *sets[::-1])]
    assert numbers == [*range(300), *range(300)[::-1]] and len(table) == 300
    assert table.forced == [allowed[0] if len(allowed) == 1 else None for allowed in sets]
    for size in (50, VOCABULARY, 200):
        expected = [[token in allowed for token in range(size)] for allowed in sets]
        assert table.unpacked(torch.tensor(numbers[:300]), size).tolist() == expected
    assert table.unpacked(torch.zeros(0, dtype=torch.long), VOCABULARY).shape == (0, VOCABULARY)
    assert table.unpacked(torch.zeros(2, 3, dtype=torch.long), VOCABULARY).shape == (2, 3, VOCABULARY)


def test_a_narrower_bitmask_allows_nothing_beyond_it() -> None:
    table = BitmaskTable(VOCABULARY)
    assert table.number(pack((3,), 32)) == table.number(pack((3,), VOCABULARY)) == 0
    with pytest.raises(ValueError, match="broadcast"):
        table.number(pack((3,), 200))


def test_a_row_is_copied_a_bounded_number_of_times_however_many_there_are() -> None:
    """Each row is asked for on the device as soon as it is there, which must not copy the table each time."""
    table, size = BitmaskTable(4096), 2000
    host, device, copied = table.words, table.on(CPU), 0
    for number in range(size):
        assert table.number(pack((number, number + 1), 4096)) == number
        assert torch.equal(table.on(CPU)[number], torch.from_numpy(table.words[number]))
        if table.words is not host:
            copied, host = copied + number, table.words
        if table.on(CPU) is not device:
            copied, device = copied + number, table.on(CPU)
    assert copied <= 2 * 2 * size


def test_a_table_that_grew_in_inference_mode_grows_outside_of_it() -> None:
    table = BitmaskTable(VOCABULARY)
    for number, allowed in enumerate(some_sets(100)):
        with torch.inference_mode(number % 2 == 0):
            table.number(pack(allowed, VOCABULARY))
            assert table.unpacked(torch.tensor([number]), VOCABULARY).sum() == len(allowed)
