"""The raw programs of a subject: each once, and by its number."""

from __future__ import annotations

import pytest

from tests.exhaustive.subject import Batch, Subject, names, subject_of
from tests.generators.text import compose_text


def texts(subject: Subject, size: int) -> list[str]:
    programs = subject.programs
    return [compose_text(programs.program(size, n)) for n in range(programs.count(size))]


@pytest.mark.parametrize("name", names())
def test_each_program_is_there_once(name: str) -> None:
    subject = subject_of(name)
    for size in (1, 2, 3):
        written = texts(subject, size)
        assert len(set(written)) == len(written)


def test_all_programs_of_one_line_and_of_two() -> None:
    subject = subject_of("only_if_maps")
    assert texts(subject, 1) == ["compose t(us, a, b):\n    give(a)"]
    assert sorted(texts(subject, 2)) == sorted(
        "compose t(us, a, b):\n    " + body
        for body in (
            "for v3 in us:\n        give(a)",
            "for v3 in us:\n        give(v3)",
            "if approved(a):\n        give(a)",
            "if approved(a):\n        give(b)",
            "give(a)\n    give(a)",
            "give(a)\n    give(b)",
        )
    )


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("only_if", "if not approved(a):\n        return\n    give(a)"),
        ("only_if", "v4 = a\n    if approved(v4):\n        give(a)"),
        ("only_if", "for v4 in us:\n        give(v4)\n    for v4 in us:\n        give(v4)"),
        ("at_most_per", "tell(friend(user))"),
        ("from_maps", "v2 = {}\n    for v3 in items:\n        v2[v3] = pack(v3)\n    for v3 in v2:\n        use(v2[v3].item)"),  # noqa: E501
        ("only_if_lists", "v3 = []\n    for v4 in us:\n        v3.append(of)\n    for v4 in v3:\n        give(v4[a])"),
        ("from_inputs", "v2 = read(to)\n    if v2 is not None:\n        send(v2)"),
    ],
)  # fmt: skip
def test_raw_shapes_are_among_them(name: str, body: str) -> None:
    subject = subject_of(name)
    header = ", ".join(p.name for p in subject.task.parameters)
    wanted = f"compose t({header}):\n    {body}"
    assert any(wanted in texts(subject, size) for size in (2, 3, 4))


def test_a_batch_is_spread_over_all_numbers() -> None:
    batch = Batch(size=3, total=10, taken=4)
    assert [batch.number(place) for place in range(4)] == [0, 2, 5, 7]


def test_batches_take_whole_sizes_and_a_part_of_the_next() -> None:
    subject = subject_of("only_if_maps")
    batches = list(subject.batches(30))
    assert [(b.size, b.total, b.taken) for b in batches] == [(1, 1, 1), (2, 6, 6), (3, 44, 23)]
