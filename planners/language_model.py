"""A language model as a planner: it chooses freely among what is accepted."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, Self

from p2c_dsl.planners.anytime.outcome import Unplannable
from p2c_dsl.planners.automaton.automaton import EFFORT
from p2c_dsl.planners.automaton.resume import resume
from p2c_dsl.planners.distinct import distinct
from p2c_dsl.planners.prompt import INSTRUCTION, fitting, prompt, room_for
from p2c_dsl.planners.stream import decoded, pulled
from p2c_dsl.planners.tokens.canonical import for_planning
from p2c_dsl.planners.tokens.conditional import ConditionalDraw, ConditionalSampler
from p2c_dsl.planners.tokens.masks import SemanticMask
from p2c_dsl.planners.tokens.requests import RequestMasks
from p2c_dsl.planners.tokens.token_automaton import TokenAutomaton, automaton_in_tokens
from p2c_dsl.planners.tokens.vocabulary import Vocabulary, vocabulary_of
from p2c_dsl.spec import Spec, Task

if TYPE_CHECKING:
    from p2c_dsl.planners.tokens.sampling import SampledRow

__all__ = ["INSTRUCTION", "Candidate", "LanguageModelPlanner", "prompt"]

MASKED, CONDITIONAL = SAMPLINGS = "masked", "conditional"
_MISSES = 10
"""After how many repetitions in a row the search for further plans ends: each costs a generation."""

Scorer = Callable[[str], float]
Watch = Callable[[str], None]
Add = Callable[[int, bytes], None]
"""What is done with each row's next bytes."""
_Write = Callable[[Sequence[str], Add | None], "Sequence[SampledRow | ConditionalDraw]"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A composition that a model has written.

    Attributes:
        log_probability: Of its tokens under the masked policy: the model's own probabilities, renormalised over what is
            allowed at each token. Where it was sampled conditionally, nothing is renormalised.
        tokens: Which ones, the end token included. A text can be split into tokens in several ways.
        effective: Of how many independent proposals it was taken, in effect, where it was sampled conditionally and not
            exactly; see `ConditionalDraw`.
    """

    text: str
    log_probability: float
    tokens: tuple[int, ...]
    effective: float | None = None

    @property
    def per_token(self) -> float:
        """The mean log-probability of a token."""
        return self.log_probability / len(self.tokens)


@dataclass(frozen=True, slots=True)
class LanguageModelPlanner:
    """Any causal model of transformers, with its tokenizer, decoding under the rules.

    Attributes:
        budget: The most tokens that may be written, the end token included.
        temperature: Of sampling; with 0 the likeliest allowed token is taken.
        seed: Equal seeds give equal plans.
        effort: How long to search for a completion before a lexeme is left out.
        best_of: How many candidates are written for each plan; the best is taken.
        scorer: Scores a candidate's text, higher is better. Without one, its log-probability is the score.
        length_normalised: Whether log-probabilities are compared per token, so that short plans have no advantage.
        shorten: Whether a spec that is too long for the model's context is shortened in the prompt (`prompt.fitting`).
        cache: A file that keeps the results of searches between runs (`p2c_dsl.planners.tokens.cache`), for one spec,
            task, tokenizer, budget and effort.
        watch: Is called with the text so far of each plan's first candidate, whenever it grows.
        spelling: `canonical` writes each lexeme in one way, which is several times as fast; `any` is for models that
            know compositions in their tokenizer's own cuts. The default is that of `for_planning`.
        jump_forward: Whether the model is asked only where there is a choice (`p2c_dsl.planners.engines.jump_forward`).
        sample: `masked` draws token by token from what is allowed; `conditional` draws whole compositions in proportion
            to the model's own probabilities (`p2c_dsl.planners.tokens.conditional`), which takes longer.
        note: Is called with what is to be said about a plan: what its prompt leaves out, that it was not drawn exactly.
    """

    model: Any
    tokenizer: Any
    budget: int = 256
    temperature: float = 1.0
    seed: int = 0
    effort: int = EFFORT
    best_of: int = 1
    scorer: Scorer | None = None
    length_normalised: bool = False
    shorten: bool = True
    cache: Path | None = None
    watch: Watch | None = None
    spelling: str | None = None
    jump_forward: bool = True
    sample: str = MASKED
    note: Watch | None = None
    _can_feed: list[bool] = field(default_factory=list, init=False, repr=False, compare=False)
    _vocabularies: list[Vocabulary] = field(default_factory=list, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not (self.temperature >= 0 and math.isfinite(self.temperature)):
            raise ValueError(f"the temperature must be a finite number of at least 0, not {self.temperature}")
        if self.best_of < 1 or self.budget < 1:
            raise ValueError("`best_of` and `budget` must be at least 1")
        if self.sample not in SAMPLINGS:
            raise ValueError(f"there is no way of sampling `{self.sample}`: choose {' or '.join(SAMPLINGS)}")
        if self.sample == CONDITIONAL and not self.temperature:
            raise ValueError("conditional sampling needs a temperature above 0: at 0 nothing is sampled")

    @classmethod
    def from_pretrained(
        cls,
        path: str | Path,
        adapter: str | Path | None = None,
        device: str | None = None,
        dtype: str | None = None,
        **settings: Any,
    ) -> Self:
        """A planner with a model from a folder or the hub; see `load_model`. `settings` are those of the planner.

        Raises `ModelProblem`.
        """
        from p2c_dsl.planners.models import load_model

        return cls(*load_model(path, adapter, device, dtype), **settings)

    @classmethod
    def own(cls, device: str | None = None, **settings: Any) -> Self:
        """A planner with the small model that comes with the project. Raises `ModelProblem`."""
        from p2c_dsl.planners.models import load_own

        return cls(*load_own(device), **settings)

    def plan(self, spec: Spec, task: Task, partial: str = "") -> str:
        """An accepted composition, as text.

        Args:
            partial: The beginning of one, to continue; see `Planner`.

        Raises `Unplannable` if none fits the budget, `NoContinuation` if none begins with `partial`, `PromptTooLong` if
        the spec does not fit the model, and `ValueError` for a vocabulary that cannot write the spec's names.
        """
        return next(self.plans(spec, task, 1, partial))

    def plans(self, spec: Spec, task: Task, n: int | None = None, partial: str = "") -> Iterator[str]:
        """`n` different accepted compositions, as they are found; fewer, with a warning, if 10 in a row
        are repetitions."""
        attempts = self._attempts(spec, task, partial, self.best_of, self.watch)
        return distinct((self._best(candidates).text for candidates in attempts), n, _MISSES)

    def candidates(self, spec: Spec, task: Task, partial: str = "") -> list[Candidate]:
        """`best_of` compositions, sampled independently, in no particular order."""
        return next(self._attempts(spec, task, partial, self.best_of, self.watch))

    def stream(self, spec: Spec, task: Task, partial: str = "") -> Iterator[str]:
        """A composition piece by piece, as it is written: what `plan` returns for `best_of=1`. The
        first piece includes `partial`.

        Raises what `plan` raises, at the first piece.
        """

        def work(push: Callable[[str], None]) -> None:
            pushed = ""

            def watch(text: str) -> None:
                nonlocal pushed
                if len(text) > len(pushed):
                    push(text[len(pushed) :])
                    pushed = text

            (whole,) = next(self._attempts(spec, task, partial, 1, watch))
            push(whole.text[len(pushed) :])

        return pulled(work)

    # ------------------------------------------------------------ one attempt

    def _attempts(
        self, spec: Spec, task: Task, partial: str, best_of: int, watch: Watch | None
    ) -> Iterator[list[Candidate]]:
        """Candidates for one plan after another; only for one where nothing is left to chance."""
        vocabulary = self._vocabulary()
        automaton = automaton_in_tokens(spec, task, vocabulary, self.budget, effort=self.effort)
        # The text so far may stop inside one of a lexeme's canonical tokens; then any tokens may follow.
        own = for_planning(self.model, self.spelling, whole=self.sample == CONDITIONAL)
        tokens = (TokenAutomaton if partial.strip() else own).over(automaton, vocabulary)
        mask = SemanticMask(tokens)
        if self.cache is not None and self.cache.exists():
            mask.load(self.cache)
        text, start = "", tokens.start
        if partial.strip():
            given = resume(automaton, partial)
            text = given.text + given.rest
            start = tokens.after(tokens.at(given.position), given.rest.encode())
        try:
            masks = RequestMasks(mask, self.budget, start)
        except ValueError as error:
            raise Unplannable(str(error)) from None
        room = room_for(self.model.config.get_text_config(), self.budget, self.shorten)
        question, without = fitting(self.tokenizer, spec, task, room, self.shorten, text)
        self._check(question)
        if without and self.note is not None:
            self.note(f"so that the prompt fits the model, it leaves out {without}; rules and masks know them")
        write = self._conditional(masks, question) if self.sample == CONDITIONAL else self._masked(masks, question)
        for number in itertools.count() if self.temperature else (0,):
            seeds = [f"{self.seed}/{number}/{row}" for row in range(best_of)]
            known, rows = len(tokens), write(seeds, None if watch is None else decoded(watch, text))
            if self.cache is not None and (len(tokens) > known or not self.cache.exists()):
                mask.save(self.cache)
            yield [self._candidate(row, text) for row in rows]

    def _masked(self, masks: RequestMasks, question: str) -> _Write:
        """Writes a row for each seed token by token, from what is allowed."""
        from p2c_dsl.planners.engines import generation, jump_forward
        from p2c_dsl.planners.tokens.sampling import Sampler

        def write(seeds: Sequence[str], add: Add | None) -> Sequence[SampledRow]:
            sampler = Sampler(masks, self.temperature, seeds, add)
            with generation.undisturbed(self.model, self._vocabulary().end):
                if not self._can_feed:
                    self._can_feed.append(jump_forward.can_feed(self.model))
                if self.jump_forward and self._can_feed[0]:
                    jump_forward.write(self.model, self.tokenizer(question)["input_ids"], sampler)
                else:
                    generation.write(self.model, self.tokenizer, question, sampler)
            return sampler.rows

        return write

    def _conditional(self, masks: RequestMasks, question: str) -> _Write:
        """Draws a row for each seed as a whole; who watches is told of it when it is there."""
        from p2c_dsl.planners.engines.prefix_logits import PrefixLogits

        following = PrefixLogits(self.model, self.tokenizer(question)["input_ids"])
        sampler = ConditionalSampler(masks, following, self.temperature)

        def write(seeds: Sequence[str], add: Add | None) -> Sequence[ConditionalDraw]:
            draws = [sampler.draw(Random(seed)) for seed in seeds]
            for number, draw in enumerate(draws):
                if self.note is not None and not draw.exact:
                    self.note(draw.reservation)
                if add is not None:
                    add(number, self._vocabulary().text(draw.ids))
            return draws

        return write

    def _candidate(self, row: SampledRow | ConditionalDraw, prefix: str) -> Candidate:
        text = prefix + self._vocabulary().text(row.ids).decode()
        effective = row.effective if isinstance(row, ConditionalDraw) else None
        return Candidate(text.rstrip("\n") + "\n", row.log_probability, tuple(row.ids), effective)

    def _best(self, candidates: list[Candidate]) -> Candidate:
        if len(candidates) == 1:
            return candidates[0]
        if self.scorer is not None:
            score = self.scorer
            return max(candidates, key=lambda candidate: score(candidate.text))
        if self.length_normalised:
            return max(candidates, key=lambda candidate: candidate.per_token)
        return max(candidates, key=lambda candidate: candidate.log_probability)

    # ------------------------------------------------------------ properties of the model

    def _vocabulary(self) -> Vocabulary:
        """The tokens that both the tokenizer and the model have."""
        if not self._vocabularies:
            read, width = vocabulary_of(self.tokenizer), self._width()
            if read.end >= width:
                raise ValueError(
                    f"the tokenizer's end-of-sequence token {read.end} is not one of the model's {width} tokens"
                )
            if len(read) > width:
                read = Vocabulary([t if i < width else b"" for i, t in enumerate(read.tokens)], read.end)
            self._vocabularies.append(read)
        return self._vocabularies[0]

    def _check(self, question: str) -> None:
        """Rejects a tokenizer with tokens that the model does not have. Raises `ValueError`."""
        known = self.model.get_input_embeddings().weight.shape[0]
        if max(self.tokenizer(question)["input_ids"], default=0) >= known:
            raise ValueError(f"the tokenizer has more tokens than the model's {known}: they do not belong together")

    def _width(self) -> int:
        """How many logits the model gives."""
        head = self.model.get_output_embeddings()
        return int(self.model.config.get_text_config().vocab_size if head is None else head.weight.shape[0])
