"""Texts made to be much work: each is small, and multiplies, nests or repeats one of the language's means."""

from __future__ import annotations

from random import Random

from tests.generators.nasty.bodies import BODIES
from tests.generators.nasty.declarations import DECLARATIONS
from tests.generators.nasty.draft import HEAD, Draft, Shape

RULES = (
    "at most {n} e",
    "at most {n} k per U",
    "at most {n} two per a, b",
    "at least {n} e",
    "exactly {n} f",
    "g before f",
    "ok before e",
    "no g after f",
    "not both f, two",
    "f only if ok(u)",
    "k only if ok(u)",
    "f.u from g, x",
    "no flow from V to f",
    "no flow from ok to k except via g",
    "cost <= {n}",
    "steps <= {n}",
    "loops <= {n}",
    "branches <= {n}",
    "shape tree",
)
"""One line of each kind of rule."""

KEYED_RULES = (
    "ok before f per u",
    "f then g per u",
    "f then g per u unless two",
    "not ok(u) then f",
    "at least {n} f per u in xs",
    "at least 1 f per u in us",
    "exactly 1 g per u in xs",
    "no g after f per u",
    "not both f, g per u",
)
"""Rules that ask about each key, which looks at what is known of elements."""

SHAPES = BODIES + DECLARATIONS


def rules(draft: Draft, room: int) -> None:
    """Many rules of a few kinds, so that each step is judged by all of them."""
    kinds = draft.random.sample(RULES, draft.random.randrange(1, 4))
    draft.rules += [draft.random.choice(kinds).format(n=draft.random.randrange(400)) for _ in range(room // 20)]


def nasty(random: Random, most: int = 10_000) -> str:
    """A text of up to `most` bytes of one to three shapes under a few rules, or under very many."""
    draft = Draft(random)
    shapes = random.sample(SHAPES, random.randrange(1, 4))
    share = (most - len(HEAD)) // (len(shapes) + 1)
    for shape in shapes:
        shape(draft, share)
    if random.random() < 0.5:
        rules(draft, share)
    draft.rules += [random.choice(RULES).format(n=random.randrange(9)) for _ in range(4)]
    return draft.text(most)


def of_shape(shape: Shape, seed: int, rule: str | None = None, most: int = 10_000) -> str:
    """A text of one shape alone, under one rule or under many."""
    draft = Draft(Random(seed))
    room = most - len(HEAD) - 100
    shape(draft, room if rule is not None else room // 2)
    if rule is None:
        rules(draft, room // 2)
    else:
        draft.rules.append(rule)
    return draft.text(most)
