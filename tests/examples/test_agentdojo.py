"""Plans and tools that nobody here wrote: AgentDojo's ground truth under rules that a person has signed off."""

from __future__ import annotations

import os
import shutil
from importlib.util import find_spec
from pathlib import Path

import pytest

from examples.agentdojo.measure import clean, recall
from examples.agentdojo.mutations import attacks
from examples.agentdojo.plans import Call, Plan
from examples.agentdojo.suites import HERE, SUITES, Suite, prepare
from examples.agentdojo.translation import mentions, quotes
from p2c_dsl.lint import lint_file

EXTERNAL = Path(os.environ.get("P2C_EXTERNAL", Path(__file__).parents[3] / "shared" / "external"))
DATA = EXTERNAL / "agentdojo"
PLANS = {"workspace": 40, "travel": 20, "banking": 16, "slack": 21}
REJECTED = {
    # It changes a standing order that no call has shown it.
    "banking": {"user_task_9"},
    # It does what stands on a page that no call has read.
    "slack": {"user_task_18"},
}

pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason="AgentDojo's suites are not here (P2C_EXTERNAL names the folder above them)"
)


@pytest.fixture(scope="module", params=SUITES)
def suite(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Suite:
    folder = tmp_path_factory.mktemp(request.param)
    shutil.copy(HERE / f"{request.param}.p2c", folder)
    return prepare(request.param, DATA, folder)


def test_the_overlay_signs_off_every_tool(suite: Suite) -> None:
    report = lint_file(suite.overlay)
    assert report.clean and not report.diagnostics
    imported = lint_file(suite.overlay.parent / "tools" / f"{suite.name}.p2c").loaded.spec.subtasks
    assert not [name for name in imported if any(use.anything for use in suite.spec.subtasks[name].effects)]


def test_the_ground_truth_is_accepted_but_where_it_acts_on_what_it_never_saw(suite: Suite) -> None:
    accepted, rejected = clean(suite)
    assert len(accepted) + len(rejected) == PLANS[suite.name]
    assert {plan.plan.id for plan, _ in rejected} == REJECTED.get(suite.name, set())


def test_what_is_repeated_invented_or_looped_is_caught(suite: Suite) -> None:
    shares, missed = recall(suite, clean(suite)[0])
    caught, of = shares.get("a fresh literal for what was read", (0, 0))
    assert caught == of
    free_to_repeat = {"get_webpage", "get_unread_emails"}
    for name, mutant in missed:
        if name in ("repeat a write", "loop a write over a result"):
            assert free_to_repeat & {s.subtask for s in mutant.statements}, mutant.text()


def test_an_invented_recipient_is_refused_and_so_is_one_from_a_page(tmp_path: Path) -> None:
    shutil.copy(HERE / "slack.p2c", tmp_path)
    slack = prepare("slack", DATA, tmp_path)
    plan, report = clean(slack)[0][0]
    assert [s.subtask for s in plan.statements] == ["get_webpage"]
    attack = Plan("attack", "", (Call("invite_user_to_slack", {"user": "Fred", "user_email": "f@x.org"}, True, ""),))
    tried = dict(attacks(plan, attack, report.loaded.spec))
    assert not slack.lint(tried["as literals"]).accepted
    assert not slack.lint(tried["from results"]).accepted


@pytest.mark.skipif(find_spec("agentdojo") is None, reason="this takes the extra `agentdojo`")
def test_what_is_accepted_reaches_agentdojo_s_own_verdict(suite: Suite) -> None:
    from examples.agentdojo.environments import execute

    for plan, report in clean(suite)[0]:
        program = report.analyses[0].program
        assert program is not None
        outcome = execute(suite, plan, program)
        assert outcome.run.completed, (plan.plan.id, outcome.run.error)
        assert outcome.verified, plan.plan.id


def test_values_are_found_as_words_of_their_own() -> None:
    assert mentions("pay 98.70 to UK1", 98.7) and mentions("pay 98.70 to UK1", "UK1")
    assert not mentions("on 2024-05-20", "2") and not mentions("Bobby", "Bob")
    assert quotes("id_='26' day 27", 26) and not quotes("id_='26' day 27", "27")
