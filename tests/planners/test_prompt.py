"""Prompts: the spec's own text, in the model's own format, and never cut off."""

from __future__ import annotations

import os
import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import pytest

from p2c_dsl.planners.prompt import (
    INSTRUCTION,
    MADE,
    PROMPT_SETTING,
    PromptTooLong,
    fitting,
    prompt,
    question,
    room_for,
)
from p2c_dsl.planners.relevance import by_relevance, distances, excerpt
from p2c_dsl.resolve import load_text
from tests.planners.forms import EXAMPLES, domain

CHATML = (
    "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}<|end|>{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
NO_SYSTEM = (
    "{% if messages[0].role == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}" + CHATML
)

SPEC = """\
type User
type Film
type Ticket
type Rocket
type Fuel

effect pay(User)

subtask choose(user: User) -> Film:
    \"\"\"Let a user choose.\"\"\"

subtask buy(user: User, film: Film) -> Ticket:
    \"\"\"Buy a ticket.\"\"\"
    does pay(user)

subtask greet(user: User)

subtask launch(rocket: Rocket)

subtask build(fuel: Fuel) -> Rocket

task go_out(user: User) -> Ticket:
    \"\"\"Get a ticket.\"\"\"
    at most 1 pay

task another(user: User)
"""


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    pytest.importorskip("torch")
    from tests.planners import tiny

    return tiny.tokenizer()


def with_template(tokenizer: Any, template: str | None) -> Any:
    import copy

    made = copy.deepcopy(tokenizer)
    made.chat_template = template
    return made


def test_a_prompt_is_a_text_that_makes_the_same_spec_again() -> None:
    loaded, task = domain("dinner")
    text = prompt(loaded.spec, task)
    again = load_text(text, "prompt.p2c", EXAMPLES)
    assert not again.diagnostics and again.spec.subtasks.keys() == loaded.spec.subtasks.keys()
    assert text.endswith(f"# {INSTRUCTION}\n# {task.doc}\n")


def test_without_a_chat_template_the_question_is_plain_text(tokenizer: Any) -> None:
    loaded, task = domain("dinner")
    assert question(tokenizer, loaded.spec, task) == prompt(loaded.spec, task)


def test_with_one_it_is_a_system_and_a_user_turn_and_the_answer_begins(tokenizer: Any) -> None:
    loaded, task = domain("dinner")
    text = question(with_template(tokenizer, CHATML), loaded.spec, task)
    assert text.startswith(f"<|system|>{INSTRUCTION}") and text.endswith("<|end|><|assistant|>")
    assert "<|user|>" in text and "subtask book_table(restaurant: Restaurant):" in text and task.doc in text


def test_lists_and_records_are_spoken_of_only_where_they_are_made(tokenizer: Any) -> None:
    own, (dinner, book) = with_template(tokenizer, CHATML), domain("dinner")
    text = "record R:\n    of: Text\nsubtask use(r: R)\ntask t(of: Text):\n    at least 1 use\n"
    spec = load_text(text, "made.p2c", EXAMPLES).spec
    assert MADE in question(own, spec, spec.tasks["t"])
    assert MADE not in question(own, dinner.spec, book)


def test_what_takes_a_record_can_be_called_if_it_can_be_made() -> None:
    text = "record R:\n    of: Text\nsubtask use(r: R)\ntask t(of: Text):\n    at least 1 use\n"
    spec = load_text(text, "made.p2c", EXAMPLES).spec
    assert distances(spec, spec.tasks["t"]) == {"use": 0}


def test_a_template_without_a_system_turn_gets_all_in_the_user_s(tokenizer: Any) -> None:
    loaded, task = domain("dinner")
    text = question(with_template(tokenizer, NO_SYSTEM), loaded.spec, task)
    assert text.startswith(f"<|user|>{INSTRUCTION}") and "<|system|>" not in text


def test_a_template_that_is_broken_is_told(tokenizer: Any) -> None:
    loaded, task = domain("dinner")
    with pytest.raises(Exception, match="no way"):
        question(with_template(tokenizer, "{{ raise_exception('no way') }}"), loaded.spec, task)


def test_there_are_not_two_beginnings_of_the_sequence(tokenizer: Any) -> None:
    from tokenizers.processors import TemplateProcessing

    loaded, task = domain("dinner")
    begins = with_template(tokenizer, "<begin>" + CHATML)
    begins.bos_token = "<begin>"
    assert question(begins, loaded.spec, task).startswith("<begin><|system|>")
    begins.backend_tokenizer.post_processor = TemplateProcessing(
        single="<begin> $A", special_tokens=[("<begin>", begins.bos_token_id)]
    )
    ids = begins(question(begins, loaded.spec, task))["input_ids"]
    assert ids.count(begins.bos_token_id) == 1 and ids[0] == begins.bos_token_id


def test_subtasks_are_as_near_as_they_lead_to_what_is_wanted() -> None:
    spec = load_text(SPEC, "spec.p2c", EXAMPLES).spec
    assert distances(spec, spec.tasks["go_out"]) == {"choose": 1, "buy": 0, "greet": 2}


@pytest.mark.parametrize("name", ["dinner", "refunds", "deletion"])
def test_all_subtasks_of_an_example_count(name: str) -> None:
    loaded, task = domain(name)
    assert distances(loaded.spec, task).keys() == loaded.spec.subtasks.keys()


def test_a_spec_that_is_too_long_is_refused_with_numbers(tokenizer: Any) -> None:
    spec = load_text(SPEC, "spec.p2c", EXAMPLES).spec
    task = spec.tasks["go_out"]
    size = len(tokenizer(prompt(spec, task))["input_ids"])
    assert fitting(tokenizer, spec, task, size, shorten=False) == (prompt(spec, task), "")
    with pytest.raises(PromptTooLong, match=f"takes {size} tokens as a prompt, but .* room for {size - 1} "):
        fitting(tokenizer, spec, task, size - 1, shorten=False)
    with pytest.raises(PromptTooLong, match="even shortened"):
        fitting(tokenizer, spec, task, 10, shorten=True)


def test_what_matters_least_is_left_out_first(tokenizer: Any) -> None:
    spec = load_text(SPEC, "spec.p2c", EXAMPLES).spec
    task = spec.tasks["go_out"]
    room, told, without = len(tokenizer(prompt(spec, task))["input_ids"]), list[set[str]](), dict[str, None]()
    while True:
        try:
            text, lacks = fitting(tokenizer, spec, task, room, shorten=True)
        except PromptTooLong:
            break
        left = {w for w in ("another", "launch", "build", "Let a user choose", "greet", "choose(", "buy(") if w in text}
        without[lacks] = None
        told += [left] if not told or told[-1] != left else []
        room = len(tokenizer(text)["input_ids"]) - 1
        assert not [d for d in load_text(text, "prompt.p2c", EXAMPLES).diagnostics]
    whole = {"another", "launch", "build", "Let a user choose", "greet", "choose(", "buy("}
    assert told == [
        whole,
        whole - {"another"},
        whole - {"another", "launch", "build"},
        {"greet", "choose(", "buy("},
        {"choose(", "buy("},
        {"choose("},
    ]
    assert list(without) == [
        "",
        "the other tasks",
        "the other tasks and 2 of 5 subtasks",
        "the other tasks, 2 of 5 subtasks and the subtasks' descriptions",
        "the other tasks, 3 of 5 subtasks and the subtasks' descriptions",
        "the other tasks, 4 of 5 subtasks and the subtasks' descriptions",
    ]


TOOLS = """
type Guest
type Bill
type Invoice
type Parcel
effect mail(Guest)
effect log_in()
effect ship(Parcel)

subtask find_bill(guest: Guest) -> Bill:
    "The bill of a guest."

subtask send_bill(bill: Bill, guest: Guest):
    "Sends a bill."
    does mail(guest)

subtask find_invoice(guest: Guest) -> Invoice:
    "The invoice of a guest."

subtask send_invoice(invoice: Invoice, guest: Guest):
    "Sends an invoice."
    does mail(guest)

subtask list_parcels() -> List[Parcel]:
    "All parcels."

subtask ship_parcel(parcel: Parcel):
    "Ships a parcel."
    does ship(parcel)

task settle(guests: Set[Guest]):
    "{doc}"
    {rule}
"""


def relevant(doc: str, rule: str = "loops <= 1") -> tuple[str, ...]:
    spec = load_text(TOOLS.format(doc=doc, rule=rule), "tools.p2c", EXAMPLES).spec
    return by_relevance(spec, spec.tasks["settle"])


def test_what_the_task_speaks_of_is_likely_to_be_needed() -> None:
    assert set(relevant("Sending bills: one for every guest.")[:2]) == {"find_bill", "send_bill"}
    assert set(relevant("Have all parcels shipped.")[:2]) == {"list_parcels", "ship_parcel"}


def test_what_makes_something_comes_before_what_takes_it() -> None:
    ranked = relevant("Send the bill.")
    assert ranked[0] == "find_bill" and ranked[1] == "send_bill"


def test_what_a_rule_names_is_likely_to_be_needed() -> None:
    assert "ship_parcel" in relevant("Do what is due.", "at least 1 ship")[:2]


def test_an_excerpt_has_nothing_that_is_about_what_is_left_out() -> None:
    spec = load_text(TOOLS.format(doc="", rule="send_invoice before ship_parcel"), "tools.p2c", EXAMPLES).spec
    short = excerpt(spec, spec.tasks["settle"], ("find_bill", "send_bill"))
    text = prompt(short, short.tasks["settle"])
    assert short.subtasks.keys() == {"find_bill", "send_bill"} and short.effects.keys() == {"mail"}
    assert not any(word in text for word in ("nvoice", "arcel", "ship", "log_in"))
    assert load_text(text, "prompt.p2c", EXAMPLES).diagnostics == ()


def test_a_model_has_room_for_what_its_context_and_its_training_allow() -> None:
    config = SimpleNamespace(max_position_embeddings=2048)
    assert room_for(config, 256, shorten=True) == room_for(config, 256, shorten=False) == 1792
    setattr(config, PROMPT_SETTING, 640)
    assert (room_for(config, 256, shorten=True), room_for(config, 256, shorten=False)) == (640, 1792)
    assert room_for(SimpleNamespace(), 256, shorten=True) is None


def test_the_order_does_not_depend_on_the_seed_of_hashes() -> None:
    ranked = (
        "from p2c_dsl.planners.relevance import by_relevance\n"
        "from p2c_dsl.planners.small.domains import unseen_domain\n"
        "print([by_relevance(made.spec, made.task) for made in map(unseen_domain, range(24))])"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", ranked], env=os.environ | {"PYTHONHASHSEED": seed}, check=True, capture_output=True
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(outputs) == 1
