"""An episode in progress: what has been written so far, the state, and the mask and log-probability of each token."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from p2c_dsl.planners.rl.environments.environment import Environment, EpisodeOutcome, Play, Space, Turn
from p2c_dsl.planners.rl.policy.masking import NO_MASK, MaskTable


@dataclass(frozen=True, slots=True)
class WrittenTurn:
    """What was written in a turn: tokens `start` to `stop` of the row, with the end token if there is one."""

    space: Space
    budget: int
    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class Codec:
    """Translates between text and tokens. `encode` is for text in the middle of a row and adds no special tokens."""

    encode: Callable[[str], list[int]]
    encode_prompt: Callable[[str], list[int]]
    tokens: Sequence[bytes]
    end: int

    def text(self, ids: Sequence[int]) -> str:
        """The text of tokens, without the end token."""
        return b"".join(self.tokens[i] for i in ids if i != self.end).decode(errors="replace")

    def place(self, ids: Sequence[int], offset: int) -> int:
        """The position of the token that writes the character at an offset. Raises `IndexError` if none does."""
        size = len(self.text(ids)[: offset + 1].encode())
        written = 0
        for place, token in enumerate(ids):
            written += 0 if token == self.end else len(self.tokens[token])
            if written >= size:
                return place
        raise IndexError(f"the text has no character {offset}")


@dataclass(slots=True, eq=False)
class Episode:
    """An episode's row: tokens, masks, log-probabilities and values in parallel; context has no mask.

    Attributes:
        queue: Context tokens that come next, without a decision.
        fed: How many tokens the policy has read, counted from the prompt's last token.
        state: The state of the turn's automaton; `None` between turns.
    """

    environment: Environment
    seed: int
    play: Play
    prompt: tuple[int, ...]
    turn: Turn
    state: int | None
    tokens: list[int] = field(default_factory=list)
    masks: list[int] = field(default_factory=list)
    log_probs: list[float] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    queue: list[int] = field(default_factory=list)
    written: list[WrittenTurn] = field(default_factory=list)
    start: int = 0
    fed: int = 0
    outcome: EpisodeOutcome | None = None

    @classmethod
    def begin(cls, environment: Environment, seed: int, codec: Codec) -> Episode:
        """An episode at its first turn."""
        play = environment.play(seed)
        turn = next(play)
        return cls(environment, seed, play, tuple(codec.encode_prompt(turn.text)), turn, turn.space.start)

    def mask(self, table: MaskTable) -> int:
        """The number of the next token's mask. Raises `ValueError` if nothing is legal."""
        if self.queue:
            return NO_MASK
        assert self.state is not None
        left = self.turn.budget - (len(self.tokens) - self.start)
        return table.number(self.turn.space, self.turn.space.row(self.state, left))

    def forced(self, table: MaskTable, mask: int) -> int | None:
        """The next token if it is forced, `None` if there is a decision."""
        return self.queue[0] if self.queue else table.forced[mask]

    def go_on(self, table: MaskTable, codec: Codec) -> None:
        """Appends forced tokens up to the next decision."""
        while self.outcome is None:
            mask = self.mask(table)
            token = self.forced(table, mask)
            if token is None:
                return
            self.take(token, mask, 0.0, 0.0, codec)

    @property
    def all_fed(self) -> bool:
        """Whether the policy has read all tokens so far."""
        return self.fed == len(self.tokens) + 1

    def unfed(self, most: int | None) -> list[int]:
        """The tokens that the policy reads next: all unread ones (none at the end), or exactly `most`."""
        begin, unread = self.fed, 0 if self.outcome is not None else len(self.tokens) + 1 - self.fed
        self.fed += unread if most is None else most
        read = [self.prompt[-1], *self.tokens][begin : self.fed]
        return read if most is None else [*read, *[0] * (most - len(read))]

    def take(self, token: int, mask: int, log_prob: float, value: float, codec: Codec) -> None:
        """Appends a token; at the end of a turn, the environment answers."""
        self.tokens.append(token)
        self.masks.append(mask)
        self.log_probs.append(log_prob)
        self.values.append(value)
        if mask == NO_MASK:
            del self.queue[0]
            return
        assert self.state is not None
        self.state = self.turn.space.step(self.state, token)
        if self.state is None or len(self.tokens) - self.start == self.turn.budget:
            self._answer(codec)

    def _answer(self, codec: Codec) -> None:
        self.written.append(WrittenTurn(self.turn.space, self.turn.budget, self.start, len(self.tokens)))
        try:
            self.turn = self.play.send(codec.text(self.tokens[self.start :]))
        except StopIteration as stop:
            self.outcome = stop.value
            return
        self.queue = codec.encode(self.turn.text)
        self.state, self.start = self.turn.space.start, len(self.tokens) + len(self.queue)


def masks_of(tokens: Sequence[int], written: Sequence[WrittenTurn], table: MaskTable) -> list[int]:
    """The masks of a row, recomputed from its tokens alone; rows from another engine are checked with them.

    Raises `KeyError` or `ValueError` for a token that is not legal.
    """
    masks = [NO_MASK] * len(tokens)
    for part in written:
        state: int | None = part.space.start
        for place in range(part.start, part.stop):
            if state is None:
                raise ValueError("the turn continues after its end")
            masks[place] = table.number(part.space, part.space.row(state, part.budget - (place - part.start)))
            state = part.space.step(state, tokens[place])
    return masks
