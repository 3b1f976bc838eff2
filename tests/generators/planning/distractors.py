"""Subtasks that a task does not need, some of which look as if they were needed."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from tests.generators.planning.draft import Draft
from tests.generators.planning.parts import subtask_text
from tests.generators.planning.words import ACT, CHECK, LIST, MAKE, Words, noun_of, type_name

_PLAIN = ("Text", "Text", "Int", "Bool", "Float", "Optional[Text]", "List[Text]")
_NEEDED = ("path", "owner", "repo", "query")
_MORE = ("limit", "cursor", "format", "since", "until", "sort", "page", "state")
_OPTIONAL = ("Optional[Text] = None", "Optional[Int] = None", "Int = 10", "Bool = False", 'Text = ""')


def tool(random: Random, words: Words) -> str:
    """A tool as servers describe it: plain types, many of them optional."""
    noun = words.noun()
    required = [f"{label}: {random.choice(_PLAIN)}" for label in random.sample(_NEEDED, random.randint(0, 3))]
    optional = [f"{label}: {random.choice(_OPTIONAL)}" for label in random.sample(_MORE, random.randint(0, 8))]
    result = random.choice(("Text", "Text", "List[Text]", "Bool", None))
    name = words.verb((*MAKE, *ACT, *LIST), noun)
    return subtask_text(name, [*required, *optional], result, about=f"{name.replace('_', ' ').capitalize()}.")


def _own_world(draft: Draft, types: list[str]) -> str:
    """A subtask among types that the task has nothing to do with."""
    known = types[-3:]
    if len(known) < 3 or draft.random.random() < 0.3:
        noun = draft.words.noun()
        types.append(type_name(noun))
        draft.declarations.append(f"type {types[-1]}")
        known = types[-3:]
    of = draft.random.choice(known)
    result = draft.random.choice((draft.random.choice(known), f"Set[{of}]", f"Optional[{of}]", "Bool", None))
    return _declared(draft, draft.random.choice((MAKE, ACT)), [draft.random.choice(known)], result)


def _maker(draft: Draft, own: list[str]) -> str:
    """Another way to something of the plan, from something else of the plan or from what nobody has."""
    of = draft.random.choice(own)
    source = draft.random.choice(own)
    arguments = [source]
    if draft.random.random() < 0.6:
        unknown = type_name(draft.words.noun())
        draft.declarations.append(f"type {unknown}")
        arguments = [unknown] if draft.random.random() < 0.5 else [source, unknown]
    result = draft.random.choice((of, of, f"Set[{of}]", f"Optional[{of}]", f"List[{of}]", f"Map[{source}, {of}]"))
    return _declared(draft, MAKE, arguments, result)


def _user(draft: Draft, own: list[str]) -> str:
    """Something that takes what the plan makes, to no use."""
    count = draft.random.randint(1, min(3, len(own)))
    arguments = draft.random.sample(own, count)
    result = draft.random.choice((None, None, "Bool", "Text", "Int"))
    return _declared(draft, CHECK if result == "Bool" else ACT, arguments, result)


def _declared(draft: Draft, verbs: tuple[str, ...], arguments: list[str], result: str | None) -> str:
    random = draft.random
    labels = [f"{noun_of(of)}{'' if i == 0 else f'_{i}'}" for i, of in enumerate(arguments)]
    parameters = [f"{label}: {of}" for label, of in zip(labels, arguments, strict=True)]
    name = draft.words.verb(verbs, noun_of(arguments[0] if result in (None, "Bool", "Int", "Text") else result))
    effects = []
    if random.random() < 0.4:
        fitting = [e for e, keys in draft.effects.items() if all(k in arguments for k in keys)]
        if not fitting or random.random() < 0.7:
            effect = draft.effect(arguments[:1] if random.random() < 0.6 else [])
        else:
            effect = random.choice(fitting)
        keys = [labels[arguments.index(k)] for k in draft.effects[effect]]
        verb = "may" if random.random() < 0.1 else "does"
        effects = [f"{verb} {effect}({', '.join(keys)})" if keys else f"{verb} {effect}"]
    about = f"{name.replace('_', ' ').capitalize()}." if random.random() < 0.6 else ""
    return subtask_text(name, parameters, result, effects, random.choice((0, 0, 0, 1, 4)), about)


def add_distractors(draft: Draft, count: int) -> None:
    """Adds that many subtasks."""
    random = draft.random
    own = [d.split()[1].rstrip(":") for d in draft.declarations if d.startswith(("type ", "record "))]
    other: list[str] = []
    kinds: list[Callable[[], str]] = [
        lambda: tool(random, draft.words),
        lambda: _own_world(draft, other),
        *([lambda: _maker(draft, own), lambda: _user(draft, own)] if own else []),
    ]
    weights = [random.random() + 0.05 for _ in kinds]
    for _ in range(count):
        draft.subtasks.append(random.choices(kinds, weights)[0]())
