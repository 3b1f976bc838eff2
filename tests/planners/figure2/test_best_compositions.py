"""The best composition that is known of each domain can be written from parts that can be asked for."""

from __future__ import annotations

import pytest

from p2c_dsl.analysis.read import read_composition
from p2c_dsl.planners.figure2.contracts import Contract
from p2c_dsl.planners.figure2.decomposition import Decompositions
from p2c_dsl.planners.figure2.human_proxy import HumanProxy, keyed_as_declared
from p2c_dsl.planners.figure2.parts import SolvedSubtask
from p2c_dsl.planners.figure2.problem import Sizes
from p2c_dsl.planners.figure2.translation import recomposition
from p2c_dsl.rules import read_rules
from tests.examples.domains import DOMAINS, EXAMPLES
from tests.examples.gate import BEST as THE_BEST
from tests.examples.gate import judged, the_task
from tests.planners.figure2.test_decomposition import domain
from tests.planners.figure2.test_translation import complete

WORLDS = range(8)

PARTS: dict[str, tuple[dict[str, str], str]] = {
    "clinic": (
        {
            "find_slot_list(appointment)": "found = free_slots(appointment)\nreturn found",
            "find_slot_if_any(slots)": "found = soonest(slots)\nreturn found",
            "do_settle(appointment, slot)": "move(appointment, slot)",
            "do_drop_and_settle(appointment)": "cancel(appointment)",
            "find_note_of_patient(patient)": "note = short_note(patient)\nreturn note",
            "do_tell(patient, note)": "phone(patient, note)",
        },
        """
notes = {}
for appointment in appointments:
    slots = find_slot_list(appointment)
    slot = find_slot_if_any(slots)
    if slot is not None:
        do_settle(appointment, slot)
    else:
        do_drop_and_settle(appointment)
    notes[appointment.patient] = find_note_of_patient(appointment.patient)
for patient in notes:
    do_tell(patient, notes[patient])
""",
    ),
    "deletion": (
        {
            "do_ask(person)": "confirm(person)",
            "do_act_check_hold(person)": "check_hold(person)",
            "find_text(copy)": "content = read_copy(copy)\ntext = redact(content)\nreturn text",
            "do_send(to, text)": "report(to, text)",
            "do_erase(copy)": "erase_copy(copy)",
        },
        """
do_ask(person)
do_act_check_hold(person)
for copy in copies:
    text = find_text(copy)
    do_send(officer, text)
for copy in copies:
    do_erase(copy)
""",
    ),
    "dinner": (
        {
            "do_contact_to_find_restaurant_set(user)": "found = ask_preference(user)\nreturn found",
            "find_restaurant(prefs)": "found = identify_overlap(prefs)\nreturn found",
            "do_reserve(restaurant)": "book_table(restaurant)",
        },
        """
prefs = {}
for user in users:
    prefs[user] = do_contact_to_find_restaurant_set(user)
restaurant = find_restaurant(prefs)
do_reserve(restaurant)
""",
    ),
    "hiring": (
        {
            "find_application(applicant)": "found = read_application(applicant)\nreturn found",
            "find_int_of_sample(sample)": "grade = grade_sample(sample)\nreturn grade",
            "find_candidate_set(grades)": "chosen = best(grades)\nreturn chosen",
            "find_applicant_set(applicants, chosen)": "others = remaining(applicants, chosen)\nreturn others",
            "do_promise_and_write(candidate)": "invite(candidate)",
            "do_refuse_and_write(applicant)": "decline(applicant)",
        },
        """
grades = {}
for applicant in applicants:
    application = find_application(applicant)
    grades[applicant] = find_int_of_sample(application.sample)
chosen = find_candidate_set(grades)
for candidate in chosen:
    do_promise_and_write(candidate)
others = find_applicant_set(applicants, chosen)
for applicant in others:
    do_refuse_and_write(applicant)
return chosen
""",
    ),
    "refunds": (
        {
            "find_suspicion_if_any(customer)": "found = check_fraud(customer)\nreturn found",
            "do_freeze_and_tell(customer, suspicion, outcome)": (
                "freeze_account(customer, suspicion)\nnotify(customer, outcome)"
            ),
            "find_bool(order, amount)": "answer = approve(order, amount)\nreturn answer",
            "do_pay_and_settle(order, amount)": "refund(order, amount)",
            "do_credit_and_settle(order)": "voucher(order)",
        },
        """
suspicion = find_suspicion_if_any(customer)
if suspicion is not None:
    do_freeze_and_tell(customer, suspicion, Outcome.frozen)
    return
for order in orders:
    if find_bool(order, order.total):
        do_pay_and_settle(order, order.total)
    else:
        do_credit_and_settle(order)
""",
    ),
    "relief": (
        {
            "do_visit_to_find_need(village)": "need = survey(village)\nreturn need",
            "find_load_by_village(needs)": "shares = shares_by_people(needs)\nreturn shares",
            "do_deliver_of_village_and_load_and_need(village, load, need)": "drive(village, load, need)",
            "do_deliver_of_village_and_load(village, load)": "fly(village, load)",
        },
        """
needs = {}
for village in villages:
    needs[village] = do_visit_to_find_need(village)
shares = find_load_by_village(needs)
for village in villages:
    if needs[village].road_open:
        do_deliver_of_village_and_load_and_need(village, shares[village], needs[village])
    else:
        do_deliver_of_village_and_load(village, shares[village])
return shares
""",
    ),
    "rollout": (
        {
            "find_bool_of_build(build)": "answer = run_tests(build)\nreturn answer",
            "find_stage(stages)": "stage = pilot(stages)\nreturn stage",
            "do_ship(build, stage)": "deploy(build, stage)",
            "find_bool_of_stage(stage)": "answer = healthy(stage)\nreturn answer",
            "do_act_roll_back(stage)": "roll_back(stage)",
            "do_act_postpone(build)": "postpone(build)",
            "do_publish(build, audience)": "announce(build, audience)",
        },
        """
if find_bool_of_build(build):
    first = find_stage(stages)
    do_ship(build, first)
    if find_bool_of_stage(first):
        for stage in stages:
            do_ship(build, stage)
            if not find_bool_of_stage(stage):
                do_act_roll_back(stage)
        do_publish(build, Audience.everyone)
    else:
        do_act_roll_back(first)
        do_act_postpone(build)
else:
    do_act_postpone(build)
""",
    ),
    "trip": (
        {
            "do_ask_to_find_bool(pupil)": "answer = ask_parents(pupil)\nreturn answer",
            "do_admit(pupil)": ("if needs_help(pupil):\n    free_ticket(pupil)\nelse:\n    buy_ticket(pupil)"),
            "find_pupil_set(answers)": "pupils = agreed(answers)\nreturn pupils",
            "find_offers(group)": "offers = quotes_for(group)\nreturn offers",
            "find_quote(offers)": "quote = belted(offers)\nreturn quote",
            "do_hire(quote)": "hire_coach(quote)",
        },
        """
answers = {}
for pupil in pupils:
    may_come = do_ask_to_find_bool(pupil)
    answers[pupil] = may_come
    if may_come:
        do_admit(pupil)
offers = find_offers(find_pupil_set(answers))
do_hire(find_quote(offers))
""",
    ),
}
"""For each domain what is asked for, each with the body of its solution, and the body of the composition."""


def test_every_domain_has_one() -> None:
    assert set(PARTS) == set(DOMAINS)


def compose_text(name: str) -> str:
    """The best composition that is known, without the comments and the path to its spec."""
    text = (EXAMPLES / THE_BEST[name]).read_text("utf-8")
    return text[text.index("compose ") :]


def heading(contract: Contract) -> str:
    return f"{contract.name}({', '.join(slot.name for slot in contract.parameters)})"


def indented(body: str) -> str:
    return "".join(f"    {line}\n" for line in body.strip().splitlines())


def solved(human: HumanProxy, contract: Contract, body: str) -> SolvedSubtask:
    program = read_composition(human.asked(contract), f"compose {heading(contract)}:\n{indented(body)}")
    assert keyed_as_declared(program, contract)
    return SolvedSubtask(contract, program)


@pytest.mark.parametrize("name", DOMAINS)
def test_the_best_composition_that_is_known_can_be_written(name: str) -> None:
    solutions, body = PARTS[name]
    of, sizes = domain(name), Sizes()
    grammar = Decompositions(of.spec, of.task, 10_000, most=sizes.subtasks, contracts=sizes.contracts)
    known = {heading(contract): contract for contract in reversed(grammar.contracts)}
    asked = grammar.read("".join(known[wanted].text for wanted in solutions))
    human = HumanProxy(of.spec, of.task)
    parts = [solved(human, contract, solutions[heading(contract)]) for contract in asked]

    made = recomposition(of.spec, of.task, parts)
    assert not made.left_out
    rules, errors = read_rules(made.spec, made.task)
    assert not errors
    given = ", ".join(p.name for p in of.task.parameters)
    text = f"compose {of.task.name}({given}):\n{indented(body)}"
    read_composition(made.spec, text, [*rules, *made.limits])

    spec, _ = the_task(name)
    whole = read_composition(spec, complete(made, text, of.spec, of.task))
    known_best = read_composition(spec, compose_text(name))
    assert judged(name, whole, WORLDS) == judged(name, known_best, WORLDS)
