"""Verified attempts to start from: drawn by chance, from what has been verified before, or by the policy itself.

An untrained policy earns R almost never, and PPO learns nothing from rewards that do not come. Attempts are drawn
uniformly among the legal tokens of a space. Once one is verified, every second attempt starts like one of those and
continues by chance from some point: what is rare is reached again, in many forms (after Go-Explore: Ecoffet et al.,
2021). Only V judges them. One world may verify what is right in that world alone, so attempts can be tried in further
worlds, and only the best are continued from and imitated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

import torch

from p2c_dsl.planners.rl.environments.domains import HELD_OUT
from p2c_dsl.planners.rl.environments.environment import Environment, EpisodeOutcome, Space
from p2c_dsl.planners.rl.episode import Codec, WrittenTurn
from p2c_dsl.planners.rl.rollout import roll_out
from p2c_dsl.planners.rl.trainer import Trainer
from p2c_dsl.planners.tokens.bitmask import allows, tokens_of


@dataclass(frozen=True, slots=True)
class WarmUp:
    """How much is explored and imitated.

    Attributes:
        attempts: How many are drawn; 0 for no warm-up. If none is verified in all worlds that it is tried in, up to
            `patience` times as many.
        worlds: How many further worlds a verified attempt is tried in; only those verified most often are kept.
        again: How often a decomposition is reused: drawing a new one costs more.
        steps: Optimizer steps.
        rows: Examples imitated in each step.
        learning_rate: The learning rate of the imitation.
    """

    attempts: int = 400
    patience: int = 4
    worlds: int = 0
    again: int = 6
    steps: int = 24
    rows: int = 16
    learning_rate: float = 4e-3


@dataclass(frozen=True, slots=True)
class Example:
    """A verified attempt, independent of any policy: a prompt, the tokens after it, and which of them were written."""

    seed: int
    prompt: tuple[int, ...]
    tokens: tuple[int, ...]
    written: tuple[WrittenTurn, ...]
    outcome: EpisodeOutcome

    def turns(self) -> list[tuple[int, ...]]:
        """The tokens of each turn."""
        return [self.tokens[part.start : part.stop] for part in self.written]

    def texts(self, codec: Codec) -> tuple[str, ...]:
        """The text of each turn."""
        return tuple(codec.text(tokens) for tokens in self.turns())

    def in_space(self, number: int, space: Space) -> Example:
        """The same with a turn moved to another space, in which it is legal."""
        written = list(self.written)
        written[number] = replace(written[number], space=space)
        return replace(self, written=tuple(written))


def explore(environment: Environment, codec: Codec, config: WarmUp, seed: int = 0) -> list[Example]:
    """The best verified attempts, each text once, in the order in which they were drawn."""
    random, found = Random(f"exploring {seed}"), dict[tuple[str, ...], int]()
    best = list[Example]()
    first: tuple[int, ...] = ()
    for number in range(config.attempts * config.patience):
        if number >= config.attempts and config.worlds in found.values():
            break
        if best and number % 2:
            prefixes = random.choice(best).turns()
            prefixes[-1] = prefixes[-1][: random.randrange(len(prefixes[-1]))]
        else:
            prefixes = [() if number % config.again == 0 else first]
        example = _drawn(environment, codec, number, random, prefixes)
        first = example.turns()[0]
        texts = example.texts(codec)
        if example.outcome.verified and texts not in found:
            found[texts] = worth = _worth(environment, codec, example, config.worlds)
            if worth == max(found.values()):
                best = [one for one in best if found[one.texts(codec)] == worth] + [example]
    return best


def own_attempts(
    trainer: Trainer, environment: Environment, seeds: Sequence[int], generator: torch.Generator
) -> list[Example]:
    """The policy's own attempts that were verified."""
    starts = [(environment, seed) for seed in seeds]
    at_once = min(trainer.settings.rows_at_once, trainer.settings.episodes)
    played = roll_out(trainer.policy, trainer.codec, starts, generator, trainer.done, at_once).episodes
    return [
        Example(e.seed, e.prompt, tuple(e.tokens), tuple(e.written), e.outcome)
        for e in played
        if e.outcome is not None and e.outcome.verified
    ]


def respelled(example: Example, environment: Environment, codec: Codec) -> Example | None:
    """The same texts in the spaces of another environment, `None` if they do not fit there.

    They are tokenized as the tokenizer itself does it if that is legal: a model would otherwise have to unlearn its
    usual tokens.
    """
    play = environment.play(example.seed)
    turn = next(play)
    tokens, written = list[int](), list[WrittenTurn]()
    try:
        for own in example.turns():
            usual, start = [*codec.encode(codec.text(own)), codec.end], len(tokens)
            legal = (cut for cut in (usual, own) if _legal(turn.space, turn.budget, cut))
            if (cut := next(legal, None)) is None:
                return None
            tokens += cut
            written.append(WrittenTurn(turn.space, turn.budget, start, len(tokens)))
            turn = play.send(codec.text(own))
            tokens += codec.encode(turn.text)
    except StopIteration as stop:
        return replace(example, tokens=tuple(tokens), written=tuple(written), outcome=stop.value)
    return None


def _worth(environment: Environment, codec: Codec, example: Example, worlds: int) -> int:
    """In how many further worlds (the same for all attempts) the text is verified."""
    return sum(_verified(environment, codec, example, HELD_OUT - 1 - number) for number in range(worlds))


def _verified(environment: Environment, codec: Codec, example: Example, seed: int) -> bool:
    """Whether what was written is verified in another world."""
    play = environment.play(seed)
    next(play)
    try:
        for tokens in example.turns():
            play.send(codec.text(tokens))
    except StopIteration as stop:
        outcome: EpisodeOutcome = stop.value
        return outcome.verified
    # In that world the episode would have taken more turns.
    return False


def _drawn(
    environment: Environment, codec: Codec, seed: int, random: Random, prefixes: Sequence[Sequence[int]]
) -> Example:
    """One attempt: each turn starts with the given `prefixes`, and the rest is drawn at random."""
    play = environment.play(seed)
    turn = next(play)
    prompt = tuple(codec.encode_prompt(turn.text))
    tokens, written = list[int](), list[WrittenTurn]()
    while True:
        start, given = len(tokens), prefixes[len(written)] if len(written) < len(prefixes) else ()
        tokens += _text(turn.space, turn.budget, random, given)
        written.append(WrittenTurn(turn.space, turn.budget, start, len(tokens)))
        try:
            turn = play.send(codec.text(tokens[start:]))
        except StopIteration as stop:
            return Example(seed, prompt, tuple(tokens), tuple(written), stop.value)
        tokens += codec.encode(turn.text)


def _text(space: Space, budget: int, random: Random, prefix: Sequence[int]) -> list[int]:
    """The tokens of a turn: first the prefix, then each drawn uniformly among the legal ones."""
    state: int | None = space.start
    tokens = list[int]()
    while state is not None and len(tokens) < budget:
        row = space.row(state, budget - len(tokens))
        if len(tokens) < len(prefix):
            tokens.append(prefix[len(tokens)])
        else:
            tokens.append(int(random.choice(tokens_of(space.table[row]))))
        state = space.step(state, tokens[-1])
    return tokens


def _legal(space: Space, budget: int, tokens: Sequence[int]) -> bool:
    """Whether tokens can be written in a space and end there."""
    state: int | None = space.start
    for place, token in enumerate(tokens):
        if state is None or place == budget:
            return False
        # Asking for the row can add it to the table.
        row = space.row(state, budget - place)
        if not allows(space.table[row], token):
            return False
        state = space.step(state, token)
    return state is None
