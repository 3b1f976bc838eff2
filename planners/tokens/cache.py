"""The results of an automaton's searches, in a file beside the spec, so that the next one need not search again.

What takes long is saved: which lexemes are legal at each position, and what completes it. The masks of tokens follow
from these without a search. The file holds nothing but numbers and words; loading it never runs code, and the machine
has the last word: a lexeme that does not begin a line, or a completion that does not complete, is rejected.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from hashlib import sha256
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from p2c_dsl.planners.automaton.automaton import Automaton, Position
from p2c_dsl.planners.automaton.protocol import END
from p2c_dsl.planners.lines.node import ends
from p2c_dsl.planners.lines.pattern import NEVER
from p2c_dsl.planners.tokens.token_automaton import TokenAutomaton
from p2c_dsl.spec_data import to_data, to_text

FORMAT = 1
_ARRAYS = ("steps", "costs", "legal", "legal_ends", "rests", "rest_ends")


class UnusableCache(ValueError):
    """A file cannot be used for this task and vocabulary; the message says why."""


def save(tokens: TokenAutomaton, path: Path) -> None:
    """Writes the results of searches so far. Raises `TypeError` if the texts are not compositions."""
    automaton = _compositions(tokens)
    words: dict[str, int] = {}
    costs, legal, rests = list[int](), list[tuple[int, ...]](), list[tuple[int, ...]]()
    for position, found, cost in tokens.explored():
        costs.append(cost)
        rest = automaton.completion(position) if found is None and cost < NEVER else ()
        rests.append(tuple(_number(words, w) for w in rest))
        # Something is legal at every position, so an empty list means that nobody has searched there.
        legal.append(tuple(_number(words, w) for w in found or ()))
    steps = [(b, _number(words, w), a) for b, w, a in tokens.lexeme_steps()]
    arrays = {
        "steps": np.array(steps, np.int32).reshape(-1, 3),
        "costs": np.array(costs, np.int32),
        **_lists("legal", "legal_ends", legal),
        **_lists("rests", "rest_ends", rests),
    }
    meta = {"format": FORMAT, "key": _key(tokens), "words": list(words), "sum": _sum(arrays, list(words))}
    with BytesIO() as buffer:
        text = np.frombuffer(json.dumps(meta).encode(), np.uint8)
        np.savez_compressed(buffer, meta=text, **arrays)  # type: ignore[arg-type]
        path.write_bytes(buffer.getvalue())


def load(tokens: TokenAutomaton, path: Path) -> None:
    """Gives a new automaton what was saved.

    Raises:
        UnusableCache: The file belongs to another task, vocabulary, budget, effort or format, or is damaged.
        OSError: The file cannot be read.
    """
    automaton = _compositions(tokens)
    content = path.read_bytes()
    try:
        with np.load(BytesIO(content), allow_pickle=False) as file:
            meta = json.loads(bytes(file["meta"]))
            arrays = {name: file[name] for name in _ARRAYS}
        form, key, words, total = (meta[name] for name in ("format", "key", "words", "sum"))
    except (ValueError, KeyError, TypeError, BadZipFile, EOFError, OSError, RecursionError) as error:
        raise UnusableCache(f"{path.name} is damaged or not a cache: make a new one") from error
    if form != FORMAT:
        raise UnusableCache(f"{path.name} has format {form!r}, and this version reads {FORMAT}: make a new one")
    if key != _key(tokens):
        raise UnusableCache(
            f"{path.name} belongs to another spec, task, vocabulary, budget or effort: use the one for this task, "
            "or make a new one"
        )
    if total != _sum(arrays, words):
        raise UnusableCache(f"{path.name} is damaged: its checksum is wrong; make a new one")
    tokens.recall(_Recalled(automaton, words, arrays))


class _Recalled:
    """A loaded file. It knows a position of the new automaton if saved steps have led there."""

    def __init__(self, automaton: Automaton, words: list[str], arrays: dict[str, NDArray[Any]]) -> None:
        self._automaton = automaton
        self._costs: list[int] = arrays["costs"].tolist()
        self._legal = _unpacked(words, arrays["legal"], arrays["legal_ends"])
        self._rests = _unpacked(words, arrays["rests"], arrays["rest_ends"])
        self._steps = {(before, words[word]): after for before, word, after in arrays["steps"].tolist()}
        self._own = {-1: -1}

    def follow(self, before: int, lexeme: str, after: int) -> None:
        own = self._own.get(before)
        reached = None if own is None else self._steps.get((own, lexeme))
        if reached is not None:
            self._own.setdefault(after, reached)

    def legal(self, number: int, position: Position) -> tuple[str, ...] | None:
        own = self._own.get(number)
        if own is None:
            return None
        if not self._legal[own]:
            if self._rests[own] or self._costs[own] == 0:
                self._automaton.learn(position, self._rests[own])
            return None
        found = self._legal[own]
        ended = not position.words and ends(self._automaton.machine, position.node)
        if (END in found) != ended or not {*found} - {END} <= {*self._automaton.words(position)}:
            raise UnusableCache("the cache contradicts the rules: make a new one")
        return found

    def cost(self, number: int) -> int:
        own = self._own.get(number)
        return NEVER if own is None else self._costs[own]


def _compositions(tokens: TokenAutomaton) -> Automaton:
    if not isinstance(tokens.automaton, Automaton):
        raise TypeError("only an automaton of compositions can be saved")
    return tokens.automaton


def _key(tokens: TokenAutomaton) -> str:
    """A hash of everything that the results depend on."""
    automaton = _compositions(tokens)
    machine = automaton.machine
    parts = (
        to_text(to_data(machine.spec)),
        machine.task.name,
        *(f"{type(f).__name__} {getattr(f, 'text', '')}" for f in machine.facets),
        tokens.vocabulary.digest,
        repr((automaton.start.left, automaton.effort)),
    )
    return sha256("\0".join(parts).encode()).hexdigest()


def _number(words: dict[str, int], word: str) -> int:
    return words.setdefault(word, len(words))


def _lists(name: str, ends_name: str, lists: Sequence[tuple[int, ...]]) -> dict[str, NDArray[np.int32]]:
    flat = [number for part in lists for number in part]
    lengths = [len(part) for part in lists]
    return {name: np.array(flat, np.int32), ends_name: np.cumsum([0, *lengths], dtype=np.int32)}


def _unpacked(words: list[str], flat: NDArray[Any], bounds: NDArray[Any]) -> list[tuple[str, ...]]:
    texts = [words[number] for number in flat.tolist()]
    return [tuple(texts[first:last]) for first, last in pairwise(bounds.tolist())]


def _sum(arrays: dict[str, NDArray[Any]], words: Iterable[str]) -> str:
    total = sha256("\0".join(words).encode())
    for name in _ARRAYS:
        total.update(repr((name, arrays[name].dtype, arrays[name].shape)).encode() + arrays[name].tobytes())
    return total.hexdigest()
