"""The prompt of a language model: the text of the spec, so that it can plan for specs it has never seen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple

from p2c_dsl.names import listing
from p2c_dsl.planners.lines.makers import with_makers
from p2c_dsl.planners.relevance import by_relevance, excerpt
from p2c_dsl.spec import Spec, Task
from p2c_dsl.spec_data import to_data, to_text

INSTRUCTION = "Compose the task from the subtasks, so that all of its rules hold on every run."
LANGUAGE = (
    "A composition is a small program: `compose task(inputs):` and below it, indented by four spaces, calls of "
    "subtasks, assignments (each name once), `for x in collection:`, `if`/`else`, `return`, and accumulators "
    "(`m = {}` then `m[k] = v` in a loop, `xs = []` then `xs.append(v)`). Answer with the composition alone."
)
MADE = "A line of its own makes a list, `xs = [a, b]`, or a record, `r = R(f=a, g=b)`, where nothing else gives one."


PROMPT_SETTING = "p2c_prompt_tokens"
"""The key in a model's configuration that says how long the prompts were that it was trained on, at most."""


class PromptTooLong(ValueError):
    """The spec does not fit the model's context; the message says by how much and what to do."""


def prompt(spec: Spec, task: Task) -> str:
    """The question as plain text: the spec, and as a comment below it what to do."""
    return f"{to_text(to_data(spec))}\n# {INSTRUCTION}\n# {task.doc or task.name}\n"


def question(tokenizer: Any, spec: Spec, task: Task) -> str:
    """The question as the tokenizer's model expects it, up to where the composition begins.

    With a chat template it is a system and a user turn, and the beginning of the answer; without one it is `prompt`.
    A beginning-of-sequence token that the tokenizer puts before every text is left out, so that there are not two.
    """
    if not getattr(tokenizer, "chat_template", None):
        return prompt(spec, task)
    asked = f"```\n{to_text(to_data(spec))}```\n\nCompose `{task.name}`: {task.doc or task.name}"
    made = f"\n{MADE}" if with_makers(spec, task) is not spec else ""
    system = f"{INSTRUCTION}\n{LANGUAGE}{made}"
    try:
        text = _rendered(tokenizer, {"system": system, "user": asked})
    except Exception as error:  # Templates raise any exception if they do not support a system turn.
        if "role" not in str(error).lower():
            raise
        text = _rendered(tokenizer, {"user": f"{system}\n\n{asked}"})
    begin = tokenizer.bos_token
    doubled = begin and text.startswith(begin) and tokenizer("")["input_ids"][:1] == [tokenizer.bos_token_id]
    return text[len(begin) :] if doubled else text


def _rendered(tokenizer: Any, turns: dict[str, str]) -> str:
    messages = [{"role": role, "content": content} for role, content in turns.items()]
    # Only a composition may be written, so a template with a thinking mode has it turned off.
    text = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True, enable_thinking=False)
    return str(text)


class Fitted(NamedTuple):
    """A question that fits a model.

    Attributes:
        text: The question, and what has been written already.
        without: What the spec in it lacks, in words; empty where it is whole.
    """

    text: str
    without: str = ""


def room_for(config: Any, budget: int, shorten: bool) -> int | None:
    """How many tokens the question may have, by a model's configuration; `None` where it sets no limit.

    The context also has to hold the composition's `budget`. Questions that may be shortened are no longer than those
    that the model was trained on.
    """
    context, trained = (getattr(config, name, None) for name in ("max_position_embeddings", PROMPT_SETTING))
    limits = [context - budget] if isinstance(context, int) and context > 0 else []
    if shorten and isinstance(trained, int):
        limits.append(trained)
    return min(limits, default=None)


def fitting(tokenizer: Any, spec: Spec, task: Task, room: int | None, shorten: bool, written: str = "") -> Fitted:
    """The question and what has been written already, in at most `room` tokens; `None` means no limit.

    If the question is longer, `shorten` leaves parts out of its text, one after another until it fits: the other tasks;
    the subtasks that no composition of the task can call; those that are the least likely to be needed, with all that
    is about them alone; the descriptions of the few that are left. They are left out of the question only: the rules
    and the mask know the whole spec. Raises `PromptTooLong` if that is not enough, or not wanted.
    """
    needed = 0
    for shorter in _shortened(spec, task) if shorten else iter([spec]):
        text = question(tokenizer, shorter, task) + written
        needed = len(tokenizer(text)["input_ids"])
        if room is None or needed <= room:
            return Fitted(text, _without(spec, shorter))
    last = "even shortened, " if shorten else ""
    instead = "" if shorten else ", or let the prompt leave out what matters least (`shorten`)"
    raise PromptTooLong(
        f"{last}the spec takes {needed:,} tokens as a prompt, but the model has room for {room or 0:,} beside the "
        f"composition: use a model with a longer context, or a smaller budget{instead}"
    )


def _without(whole: Spec, shorter: Spec) -> str:
    """What a shorter spec lacks."""
    gone, of = len(whole.subtasks) - len(shorter.subtasks), len(whole.subtasks)
    described = any(subtask.doc != whole.subtasks[name].doc for name, subtask in shorter.subtasks.items())
    parts = {
        "the other tasks": len(shorter.tasks) < len(whole.tasks),
        f"{gone} of {of} subtasks": gone > 0,
        "the subtasks' descriptions": described,
    }
    lacking = [part for part, lacks in parts.items() if lacks]
    return listing(lacking, "and") if lacking else ""


def _shortened(spec: Spec, task: Task) -> Iterator[Spec]:
    """The spec, then shorter and shorter versions of it."""
    yield spec
    yield replace(spec, tasks={task.name: task})
    ranked = by_relevance(spec, task)
    few = min(_FEW, len(ranked))
    for count in _counts(len(ranked), few):
        yield excerpt(spec, task, ranked[:count])
    bare = replace(spec, subtasks={name: replace(of, doc="") for name, of in spec.subtasks.items()})
    for count in range(few, 0, -1):
        yield excerpt(bare, task, ranked[:count])


def _counts(most: int, least: int) -> Iterator[int]:
    """Fewer and fewer subtasks, in steps of a tenth of those that are left."""
    while most > least:
        yield most
        most -= max(1, min(most // 10, most - least))
    yield least


_FEW = 12
"""So many subtasks keep their descriptions: more are left out before."""
