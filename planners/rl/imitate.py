"""What a planner knows before the loop begins: attempts by chance, of which it imitates those that V verifies.

An untrained policy earns R almost never, and PPO learns nothing from rewards that do not come. So, as elsewhere before
reinforcement learning, some supervised steps come first (rejection sampling: Dong et al., 2023, arXiv 2304.06767).
Attempts are drawn uniformly among the legal tokens of a space with the texts that the planner may write. Once one is
verified, every second attempt begins like one of those, and goes on by chance from some place on: what is rare is found
again, in many forms (after Go-Explore: Ecoffet et al., 2021). Nobody judges them but V. One world may verify what is
right only there, so that attempts can be tried in further worlds, and only the best are gone on with and imitated.

Imitation of one thing unlearns another: what a policy can do already is kept by imitating its own attempts as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

import torch

from p2c_dsl.planners.rl.batch import pieces
from p2c_dsl.planners.rl.environments.domains import HELD_OUT
from p2c_dsl.planners.rl.environments.environment import Environment, EpisodeOutcome, Space
from p2c_dsl.planners.rl.episode import Codec, Episode, Written, masks_of
from p2c_dsl.planners.rl.ppo import trainable
from p2c_dsl.planners.rl.rollout import collated, roll_out
from p2c_dsl.planners.rl.trainer import Trainer
from p2c_dsl.planners.tokens.bitmask import allows, tokens_of


@dataclass(frozen=True, slots=True)
class WarmUp:
    """How much is tried and imitated.

    Attributes:
        attempts: How many are drawn; 0 for no warm-up. Where none of them is verified, or none in all worlds that it
            is tried in, up to `patience` times as many.
        worlds: In so many further ones what is verified is tried; what fewer verify than the best is left out.
        again: How often a decomposition is composed anew: drawing a new one costs more.
        steps: Of the optimizer.
        rows: Imitated in each step.
        learning_rate: Of the imitation.
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
    """A verified attempt, apart from any policy: a prompt, the row of tokens behind it, and what of it was written."""

    seed: int
    prompt: tuple[int, ...]
    tokens: tuple[int, ...]
    written: tuple[Written, ...]
    outcome: EpisodeOutcome

    def turns(self) -> list[tuple[int, ...]]:
        """The tokens of each turn."""
        return [self.tokens[part.start : part.stop] for part in self.written]

    def texts(self, codec: Codec) -> tuple[str, ...]:
        """What each turn says."""
        return tuple(codec.text(tokens) for tokens in self.turns())

    def in_space(self, number: int, space: Space) -> Example:
        """The same, with a turn written in another space, in which it is legal."""
        written = list(self.written)
        written[number] = replace(written[number], space=space)
        return replace(self, written=tuple(written))


def explored(environment: Environment, codec: Codec, config: WarmUp, seed: int = 0) -> list[Example]:
    """The best of the verified ones among attempts, each text once, in the order in which they were found."""
    random, found = Random(f"exploring {seed}"), dict[tuple[str, ...], int]()
    best = list[Example]()
    first: tuple[int, ...] = ()
    for number in range(config.attempts * config.patience):
        if number >= config.attempts and config.worlds in found.values():
            break
        if best and number % 2:
            begun = random.choice(best).turns()
            begun[-1] = begun[-1][: random.randrange(len(begun[-1]))]
        else:
            begun = [() if number % config.again == 0 else first]
        example = _drawn(environment, codec, number, random, begun)
        first = example.turns()[0]
        texts = example.texts(codec)
        if example.outcome.verified and texts not in found:
            found[texts] = worth = _worth(environment, codec, example, config.worlds)
            if worth == max(found.values()):
                best = [one for one in best if found[one.texts(codec)] == worth] + [example]
    return best


def attempted(
    trainer: Trainer, environment: Environment, seeds: Sequence[int], generator: torch.Generator
) -> list[Example]:
    """The verified ones among the policy's own attempts."""
    starts = [(environment, seed) for seed in seeds]
    at_once = min(trainer.settings.rows_at_once, trainer.settings.episodes)
    played = roll_out(trainer.policy, trainer.codec, starts, generator, trainer.done, at_once).episodes
    return [
        Example(e.seed, e.prompt, tuple(e.tokens), tuple(e.written), e.outcome)
        for e in played
        if e.outcome is not None and e.outcome.verified
    ]


def spelled(example: Example, environment: Environment, codec: Codec) -> Example | None:
    """The same texts in the spaces of another environment, `None` where they do not fit there.

    They are cut as the tokenizer itself cuts them where that is legal: a model that has learned the usual cuts would
    have to unlearn them.
    """
    play = environment.play(example.seed)
    turn = next(play)
    tokens, written = list[int](), list[Written]()
    try:
        for own in example.turns():
            usual, start = [*codec.encode(codec.text(own)), codec.end], len(tokens)
            legal = (cut for cut in (usual, own) if _legal(turn.space, turn.budget, cut))
            if (cut := next(legal, None)) is None:
                return None
            tokens += cut
            written.append(Written(turn.space, turn.budget, start, len(tokens)))
            turn = play.send(codec.text(own))
            tokens += codec.encode(turn.text)
    except StopIteration as stop:
        return replace(example, tokens=tuple(tokens), written=tuple(written), outcome=stop.value)
    return None


def imitate(
    trainer: Trainer, examples: Sequence[tuple[Environment, Sequence[Example]]], config: WarmUp
) -> None:
    """Supervised steps: the cross-entropy of the examples' decisions under the masked policy, as in PPO.

    Each step takes as many examples of one environment as of another, as far as there are so many.
    """
    if not any(found for _, found in examples):
        return
    policy, random = trainer.policy, Random(f"imitating {trainer.settings.seed}")
    episodes, groups = list[Episode](), list[range]()
    for environment, found in examples:
        chosen = random.sample(found, min(len(found), config.steps * config.rows // 4))
        groups.append(range(len(episodes), len(episodes) + len(chosen)))
        episodes += [_episode(e, environment, trainer) for e in chosen]
    rollout = collated(episodes, policy.masks, 0)
    optimizer = torch.optim.AdamW(trainable(policy), lr=config.learning_rate, weight_decay=0.0)
    for _ in range(config.steps):
        share = max(config.rows // len(groups), 1)
        rows = torch.tensor([n for group in groups for n in random.sample(group, min(share, len(group)))])
        count = rollout.decisions[rows].sum().clamp(min=1)
        policy.zero_grad(set_to_none=True)
        for piece in pieces(rollout, rows, config.rows):
            torch.autograd.backward(-piece.score(policy).log_probs.sum() / count)
        torch.nn.utils.clip_grad_norm_(trainable(policy), trainer.settings.max_gradient)
        optimizer.step()


def _worth(environment: Environment, codec: Codec, example: Example, worlds: int) -> int:
    """In how many further worlds, the same ones for all, the text is verified."""
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
    # There it would have taken more turns.
    return False


def _drawn(
    environment: Environment, codec: Codec, seed: int, random: Random, begun: Sequence[Sequence[int]]
) -> Example:
    """One attempt. What has `begun` of each turn is written first, the rest by chance."""
    play = environment.play(seed)
    turn = next(play)
    prompt = tuple(codec.encode_prompt(turn.text))
    tokens, written = list[int](), list[Written]()
    while True:
        start, given = len(tokens), begun[len(written)] if len(written) < len(begun) else ()
        tokens += _text(turn.space, turn.budget, random, given)
        written.append(Written(turn.space, turn.budget, start, len(tokens)))
        try:
            turn = play.send(codec.text(tokens[start:]))
        except StopIteration as stop:
            return Example(seed, prompt, tuple(tokens), tuple(written), stop.value)
        tokens += codec.encode(turn.text)


def _text(space: Space, budget: int, random: Random, begun: Sequence[int]) -> list[int]:
    """Tokens of a turn: those given, then each uniformly among the legal ones."""
    state: int | None = space.start
    tokens = list[int]()
    while state is not None and len(tokens) < budget:
        row = space.row(state, budget - len(tokens))
        if len(tokens) < len(begun):
            tokens.append(begun[len(tokens)])
        else:
            tokens.append(int(random.choice(tokens_of(space.table[row]))))
        state = space.step(state, tokens[-1])
    return tokens


def _legal(space: Space, budget: int, tokens: Sequence[int]) -> bool:
    """Whether tokens can be written in a space, and end there."""
    state: int | None = space.start
    for place, token in enumerate(tokens):
        if state is None or place == budget:
            return False
        # The row may be a new one, which the table has only now.
        row = space.row(state, budget - place)
        if not allows(space.table[row], token):
            return False
        state = space.step(state, token)
    return state is None


def _episode(example: Example, environment: Environment, trainer: Trainer) -> Episode:
    """The example as an episode that has ended, with the masks of a trainer's table."""
    episode = Episode.begin(environment, example.seed, trainer.codec)
    episode.prompt, episode.tokens = example.prompt, list(example.tokens)
    episode.masks = masks_of(example.tokens, example.written, trainer.masks)
    episode.log_probs = episode.values = [0.0] * len(example.tokens)
    episode.outcome = example.outcome
    return episode
